"""Straight up and home: Luna-24, and the longitudes that direct returns are bound to."""

from __future__ import annotations

from functools import cache

import erfa
import numpy as np
import pytest
from evidence import Recorder, evidence
from transfers import MODEL

from perilune import DAY, Environment, Epoch, Forces, propagate
from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.geometry import SurfacePoint, altitude_km
from perilune.dynamics.events import Distance
from perilune.errors import InputError
from perilune.phases.base import Condition, Context, Engine, Leg, Spacecraft, Stack
from perilune.phases.capsule import Capsule
from perilune.phases.direct_return import DirectReturn
from perilune.phases.earth_return_direct import Shooter, Site
from perilune.phases.earth_return_longitudes import home_longitudes, homeward_point
from perilune.phases.earth_return_zone import flight_path_angle, landing_estimate
from perilune.phases.entry import Entry
from perilune.phases.shot import Model

ROCKET = Engine("S5.61", 18800.0, 313.0)
STAGE = Stack((Spacecraft("rocket", 200.0, 314.8, (ROCKET,)),))
LUNA_24 = SurfacePoint("moon", 12.7142, 62.2129)
LIFT_OFF = Epoch.utc("1976-08-19T05:25:00")
LANDED = Epoch.utc("1976-08-22T17:55:00")
SURGUT = SurfacePoint("earth", 61.2, 73.4)
ZONE = SurfacePoint("earth", 59.93, 75.98)  # 200 km south-east of Surgut
ANY = (-89.0, -5.0)
DAY_NP = np.timedelta64(86_400_000, "ms")


@pytest.fixture(scope="module")
def context(env: Environment) -> Context:
    return Context(env, MODEL)


def fly(context: Context, stack: Stack = STAGE, **wanted: object) -> Leg:
    values = {"lift_off": LIFT_OFF} | wanted
    phase = DirectReturn("rocket", ROCKET, LUNA_24, **values)  # type: ignore[arg-type]
    (leg,) = phase.fly(Condition(stack), context)
    return leg


def miss_km(leg: Leg) -> float:
    return float(leg.solution["zone_miss_km"])


def landed(leg: Leg) -> SurfacePoint:
    place = (leg.solution[f"landing_estimate_{x}_deg"] for x in ("latitude", "longitude"))
    return SurfacePoint("earth", *place)


def apart_km(a: SurfacePoint, b: SurfacePoint) -> float:
    one, two = (p.fixed_km() / np.linalg.norm(p.fixed_km()) for p in (a, b))
    return EARTH_RADIUS_KM * float(np.arccos(one @ two))


def val_luna_24_comes_home_straight_up(context: Context, record_property: Recorder) -> None:
    leg = fly(context, flight_path_angle_deg=ANY, arrive=LANDED + (-300.0))
    assert (leg.status, leg.remedy) == ("converged", "")
    assert leg.solution["vertical_comes_home"]
    assert leg.solution["tilt_east_deg"] == leg.solution["tilt_north_deg"] == 0.0
    assert leg.end.state is not None
    landing = landing_estimate(leg.end.state, context.env)
    assert landing is not None
    km = apart_km(landing, SURGUT)
    dv, mass = leg.happenings[0].dv_m_s, leg.happenings[0].mass_after_kg
    assert dv is not None
    evidence(
        record_property,
        claim="Luna-24: a burn straight up from its site at its minute of lift-off, in the size "
        "that arrives at its hour",
        reference="landed near 61.2 N 73.4 E (NSSDCA), about 2.7 km/s",
        tolerance="500 km: lift-off is known to a minute and the vertical to a degree",
        achieved=f"{landing.latitude_deg:.1f} N {landing.longitude_deg:.1f} E, {km:.0f} km off; "
        f"{dv / 1e3:.3f} km/s, {mass:.0f} kg left",
    )
    assert km < 500.0
    assert dv == pytest.approx(2700.0, abs=70.0)


def val_luna_24_hour_is_that_of_a_vertical_return(
    context: Context, record_property: Recorder
) -> None:
    """Nothing but the site and the minute of lift-off: every vertical return comes within hours."""
    shooter = Shooter(Site(LUNA_24, LIFT_OFF, ROCKET, 514.8), context)
    flights = [shooter.fly(float(dv), np.zeros(2)) for dv in np.linspace(2.55, 2.80, 11)]
    home = [f.interface for f in flights if f is not None and f.interface is not None]
    hours = [(state.epoch - LANDED) / 3600.0 for state in home]
    evidence(
        record_property,
        claim="Luna-24: when a burn straight up can bring it home at all",
        reference="landed about 1976-08-22 17:55 UTC",
        tolerance="the flown hour lies within",
        achieved=f"{min(hours):+.1f} to {max(hours):+.1f} h, of {len(home)} burns in 11",
    )
    assert 2 <= len(home) < 11
    assert min(hours) < 0.0 < max(hours)
    assert max(hours) - min(hours) < 12.0


def val_luna_16_comes_home_straight_up(env: Environment, record_property: Recorder) -> None:
    """Before 1973 there is no table of the Earth's turn: the Earth is a point, turned by ERFA."""
    planets = ("earth", "moon", "sun", "venus", "jupiter")
    model = Model(Forces(planets), Forces(planets, harmonics={"moon": (8, 8)}))
    site = SurfacePoint("moon", -0.51, 56.36)
    lift_off = Epoch.utc("1970-09-21T07:43:00")
    shooter = Shooter(Site(site, lift_off, ROCKET, 514.8), Context(env, model))
    burn = shooter.burn(2.70, np.zeros(2))
    near = propagate(burn.cut_off, until=lift_off + 64800.0, forces=model.moon, env=env)
    far = propagate(
        near.final.to(center="earth", env=env), until=lift_off + 5.0 * DAY, forces=model.earth,
        env=env, events=(Distance(terminal=True, direction=-1, body="earth", distance_km=6498.0),),
    )  # fmt: skip
    state = far.final
    assert far.status == "stopped"
    date = state.epoch.utc_iso(3)[:-1]
    universal = 2440587.5, float((np.datetime64(date) - np.datetime64(0, "ms")) / DAY_NP)
    x, y, z = erfa.c2t06a(*state.epoch.jd_tt, *universal, 0.0, 0.0) @ state.r_km
    latitude = float(np.degrees(np.arctan2(z, np.hypot(x, y))))
    longitude = float(np.degrees(np.arctan2(y, x)))
    late_h = (state.epoch - Epoch.utc("1970-09-24T05:25:00")) / 3600.0
    evidence(
        record_property,
        claim="Luna-16: 2.70 km/s straight up from its site at its minute of lift-off",
        reference="landed 80 km south-east of Dzhezkazgan (47.4 N 68.6 E), 1970-09-24 05:25 UTC "
        "(unconfirmed)",
        tolerance="0.75 h, 5 deg: 10 m/s more is 0.6 h and 7 deg of latitude",
        achieved=f"interface {late_h:+.2f} h, {latitude:.1f} N {longitude:.1f} E",
    )
    assert abs(late_h) < 0.75
    assert latitude == pytest.approx(47.4, abs=5.0)
    assert longitude == pytest.approx(68.6, abs=5.0)


def test_a_window_is_kept_by_tilting(context: Context) -> None:
    upright = fly(context)
    assert upright.status == "converged"
    assert upright.solution["tilt_east_deg"] == 0.0
    tilted = fly(context, flight_path_angle_deg=(-10.0, -6.0), delta_v_km_s=(2.72, 2.9))
    assert tilted.status == "converged"
    assert not tilted.solution["vertical_comes_home"]
    assert 0.1 < np.hypot(*(tilted.solution[f"tilt_{x}_deg"] for x in ("east", "north"))) < 10.0
    assert -10.5 < tilted.solution["entry_flight_path_angle_deg"] < -5.5
    assert all(check.ok for leg in (upright, tilted) for check in leg.checks)


def val_luna_24_hour_follows_from_its_zone(context: Context, record_property: Recorder) -> None:
    """Nothing but the morning and the zone: the hour and the size of the burn are solved."""
    morning = Epoch.utc("1976-08-19T03:00:00")
    leg = fly(context, lift_off=morning, zone=ZONE, within_h=6.0)
    assert (leg.status, leg.remedy) == ("converged", "")
    burn = leg.happenings[0]
    late_min = float(burn.epoch - LIFT_OFF) / 60.0
    assert burn.dv_m_s is not None
    evidence(
        record_property,
        claim="Luna-24: the lift-off straight up that comes down in its landing zone, of a morning",
        reference="lifted off 1976-08-19 05:25 UTC, landed about 200 km south-east of Surgut",
        tolerance="60 min: an hour is 15 deg of longitude, 840 km at the zone; the vertical of the "
        "site is known to a degree",
        achieved=f"{late_min:+.0f} min, {burn.dv_m_s / 1e3:.3f} km/s, {miss_km(leg):.1f} km beside "
        "the zone's middle",
    )
    assert abs(late_min) < 60.0
    assert miss_km(leg) < 2.0
    assert all(check.ok for check in leg.checks)
    assert leg.solution["tilt_east_deg"] == leg.solution["tilt_north_deg"] == 0.0


def cross_the_zone_is_met_by_the_entry_flown(context: Context) -> None:
    """The aim takes a straight line through the air: flown, with a capsule like Luna-24's."""
    leg = fly(context, lift_off=Epoch.utc("1976-08-19T03:00:00"), zone=ZONE, within_h=6.0)
    capsule = Capsule("capsule", 35.0, 0.5, 0.92, 0.0, 0.25)
    (down,) = Entry(capsule, site=ZONE).fly(leg.end, context)
    assert down.status == "converged"
    assert down.solution["landing_miss_km"] < 10.0


def test_a_zone_out_of_reach_is_missed_by_as_little_as_may_be(context: Context) -> None:
    days = {"early": "2024-08-07T00:00:00", "good": "2024-08-11T00:00:00"}
    legs = {k: fly(context, lift_off=Epoch.utc(d), zone=ZONE) for k, d in days.items()}
    assert miss_km(legs["good"]) < 2.0
    early = legs["early"]
    assert early.status == "converged"
    assert [c.name for c in early.checks if not c.ok] == ["way home beside its zone"]
    assert early.solution["vertical_latitude_highest_deg"] < ZONE.latitude_deg - 10.0
    east = early.solution["landing_estimate_longitude_deg"] - ZONE.longitude_deg
    assert abs(east) < 0.5  # the hour is right all the same
    no_aim = fly(context, lift_off=early.happenings[0].epoch)
    assert apart_km(ZONE, landed(no_aim)) > miss_km(early)


def test_a_short_span_is_kept(context: Context) -> None:
    at_noon = fly(context, lift_off=Epoch.utc("1976-08-19T12:00:00"), zone=ZONE, within_h=1.0)
    hours = at_noon.solution["lift_off_after_earliest_h"]
    assert 0.0 <= hours <= 1.0
    assert not all(check.ok for check in at_noon.checks)


def test_the_leg_is_whole(context: Context) -> None:
    leg, env = fly(context), context.env
    state, whole = leg.end.state, leg.trajectory
    assert state is not None
    assert whole is not None
    assert altitude_km(state, env) == pytest.approx(120.0, abs=1e-6)
    assert abs(whole.start - LIFT_OFF) < 1e-6
    assert abs(whole.stop - state.epoch) < 1e-6
    assert [h.name for h in leg.happenings] == ["lunar_lift_off", "entry_interface"]
    burn = leg.happenings[0]
    assert burn.mass_before_kg == pytest.approx(514.8)
    assert leg.end.stack.mass_kg == pytest.approx(burn.mass_after_kg)
    ideal = 313.0 * 9.80665 * np.log(514.8 / leg.end.stack.mass_kg)
    assert burn.dv_m_s == pytest.approx(ideal, rel=1e-9)


def cross_a_direct_return_is_flown_again(context: Context) -> None:
    """From burn-out, with the change of center elsewhere."""
    leg, env = fly(context), context.env
    burn, state = leg.happenings[0], leg.end.state
    assert leg.trajectory is not None
    assert state is not None
    assert burn.end is not None
    near = propagate(
        leg.trajectory.at(burn.end + 1.0), until=burn.end + 50000.0, forces=MODEL.moon, env=env
    )
    there = near.final.to(center="earth", env=env)
    far = propagate(there, until=state.epoch, forces=MODEL.earth, env=env)
    assert np.linalg.norm(far.final.r_km - state.r_km) < 1.0
    assert np.degrees(abs(flight_path_angle(far.final) - flight_path_angle(state))) < 0.01


@pytest.mark.parametrize("speed", [2.56, 2.60])
def cross_bulk_flights_agree_with_single_ones(speed: float, context: Context) -> None:
    window = home_longitudes(
        LIFT_OFF, LUNA_24.latitude_deg, ANY, (speed, speed + 0.01), context,
        longitudes_deg=(62.2129, 63.0), count=(2, 2), burn_out_km=_burn_out(speed, context)[1],
    )  # fmt: skip
    assert window.angle_deg[0, 0] == pytest.approx(_burn_out(speed, context)[0], abs=1.5)


@cache
def _burn_out(speed: float, context: Context) -> tuple[float, float]:
    """Return entry angle and burn-out height of the single flight that burns out at a speed."""
    shooter = Shooter(Site(LUNA_24, LIFT_OFF, ROCKET, 514.8), context)
    low, high = 2.55, 2.80
    for _ in range(30):
        dv = 0.5 * (low + high)
        burn = shooter.burn(dv, np.zeros(2))
        fast = np.linalg.norm(burn.cut_off.v_km_s) > speed
        low, high = (low, dv) if fast else (dv, high)
    flight = shooter.fly(dv, np.zeros(2))
    assert flight is not None
    assert flight.interface is not None
    height = float(np.linalg.norm(burn.cut_off.r_km)) - 1737.4
    return float(np.degrees(flight_path_angle(flight.interface))), height


def val_direct_returns_are_bound_to_the_east(context: Context, record_property: Recorder) -> None:
    """At the burn-out speed that Luna-24's stage has, the longitudes with a way home."""
    speeds = (2.55, 2.62)
    window = home_longitudes(
        LIFT_OFF, LUNA_24.latitude_deg, (-80.0, -20.0), speeds, context, count=(111, 15)
    )
    interval = window.interval_deg
    assert interval is not None
    evidence(
        record_property,
        claim="Longitudes from which a burn straight up comes home (Luna-24's day and latitude, "
        f"{speeds[0]}-{speeds[1]} km/s at burn-out, 20-80 deg at the interface)",
        reference="Luna-16, -20 and -24 landed at 56.4, 56.6 and 62.2 E",
        tolerance="all three inside, none of the Moon's western half",
        achieved=f"{interval[0]:.0f} to {interval[1]:.0f} E",
    )
    assert interval[0] < 56.36
    assert interval[1] > 62.22
    assert interval[0] > 30.0
    assert interval[1] < 90.0
    assert window.speeds_at(62.2) is not None
    assert np.nanmax(window.flight_h[window.home]) <= 120.0
    west = home_longitudes(
        LIFT_OFF, LUNA_24.latitude_deg, ANY, speeds, context, longitudes_deg=(-180.0, 0.0),
        count=(37, 5),
    )  # fmt: skip
    assert west.interval_deg is None
    assert west.speeds_at(-60.0) is None


def test_the_homeward_point_moves_west_with_speed(context: Context) -> None:
    points = [homeward_point(LIFT_OFF, w, context) for w in (1.1, 1.2, 1.3)]
    longitudes = [p.longitude_deg for p in points if p is not None]
    assert len(longitudes) == 3
    assert longitudes == sorted(longitudes, reverse=True)
    assert homeward_point(LIFT_OFF, 0.8, context) is None


def cross_the_homeward_point_lies_among_the_longitudes_flown(context: Context) -> None:
    """Two-body against flown, at 2.58 km/s at 55 km: 1.10 km/s far away."""
    excess = float(np.sqrt(2.58**2 - 2.0 * context.env.constants.gm("moon") / 1792.4))
    point = homeward_point(LIFT_OFF, excess, context)
    assert point is not None
    window = home_longitudes(
        LIFT_OFF, point.latitude_deg, ANY, (2.575, 2.585), context, count=(111, 3)
    )
    assert window.interval_deg is not None
    low, high = window.interval_deg
    assert low - 6.0 < point.longitude_deg < high + 6.0


def test_failures_are_statuses(context: Context) -> None:
    dry = Stack((Spacecraft("rocket", 500.0, 14.8, (ROCKET,)),))
    assert fly(context, dry).status == "propellant_short"
    far_side = DirectReturn("rocket", ROCKET, SurfacePoint("moon", 0.0, -90.0), LIFT_OFF)
    (leg,) = far_side.fly(Condition(STAGE), context)
    assert leg.status != "converged"
    assert leg.remedy


def test_misuse_is_refused() -> None:
    with pytest.raises(InputError, match="steepest"):
        DirectReturn("rocket", ROCKET, LUNA_24, LIFT_OFF, (-20.0, -60.0))
    with pytest.raises(InputError, match="moon"):
        DirectReturn("rocket", ROCKET, SURGUT, LIFT_OFF)
    with pytest.raises(InputError, match="earth"):
        DirectReturn("rocket", ROCKET, LUNA_24, LIFT_OFF, zone=LUNA_24)
    with pytest.raises(InputError, match="expected one"):
        DirectReturn("rocket", ROCKET, LUNA_24, LIFT_OFF, zone=ZONE, arrive=LANDED)
