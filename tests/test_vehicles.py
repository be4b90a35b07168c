"""Launch vehicles: the rocket equation, what an orbit asks, the fit, and what has flown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from evidence import Recorder, evidence
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from builders.vehicle_table import PAGE, page
from perilune.astro.geometry import SurfacePoint
from perilune.catalog.entry import Entry, entry, table
from perilune.errors import InputError, ModelError, UnknownName
from perilune.phases.ascent_cost import (
    GM_KM3_S2,
    PARKING_RADIUS_KM,
    PARKING_SPEED_KM_S,
    ascent_cost,
    ascent_km_s,
    dogleg_deg,
)
from perilune.phases.launch import LaunchSite
from perilune.phases.performance import Performance
from perilune.phases.stack import injection_loss_km_s
from perilune.phases.staging import Steps
from perilune.phases.vehicle import Quote, Stage, UpperStage, Vehicle, upper_stage_of, vehicle_of

SITES = {name: LaunchSite(name, row.point("earth")) for name, row in table("launch_sites").items()}
UPPERS = {name: upper_stage_of(row) for name, row in table("upper_stages").items()}
VEHICLES = {name: vehicle_of(row) for name, row in table("vehicles").items()}
WITHOUT = {"cz-10a", "angara-a5v", "h3-30"}
"""Vehicles of which nobody states what a performance needs."""
ALL = {
    name: Performance.of(vehicle, SITES, UPPERS)
    for name, vehicle in VEHICLES.items()
    if name not in WITHOUT
}
NAMES = st.sampled_from(sorted(ALL))
LUNAR = -2.0  # C3 of a translunar injection, km2/s2
WENCHANG, XICHANG, VOSTOCHNY = "wenchang-lc101", "xichang-lc2", "vostochny-1s"
G0 = 9.80665


def home(name: str) -> str:
    return ALL[name].vehicle.sites[0]


def integrated_km_s(stages: tuple[Stage, ...], payload: float, step: float = 0.02) -> float:
    """Return the ideal velocity by adding up thrust over mass, second by second."""
    left = [s.count * s.propellant_kg for s in stages]
    velocity = 0.0
    while any(mass > 0.0 for mass in left):
        burning, beside = [], False
        for k, s in enumerate(stages):
            if left[k] <= 0.0:
                continue
            burning.append((k, 1.0 if s.parallel else (s.throttle if beside else 1.0)))
            beside = beside or s.parallel
            if not s.parallel:
                break
        mass = payload + sum(
            left[k] + s.count * s.dry_mass_kg for k, s in enumerate(stages) if left[k] > 0.0
        )
        push = used = 0.0
        for k, share in burning:
            s = stages[k]
            burned = min(step * share * s.count * s.thrust_n / (s.isp_s * G0), left[k])
            push += burned * s.isp_s * G0
            left[k] -= burned
            used += burned
        velocity += push / (mass - 0.5 * used)
    return velocity / 1000.0


@pytest.mark.parametrize("name", ["cz-5", "cz-3b-e", "soyuz-2-1b", "angara-a5", "pslv-xl"])
def cross_steps_agree_with_thrust_over_mass_added_up(name: str) -> None:
    stages = VEHICLES[name].stages
    payload = VEHICLES[name].quotes[0].payload_kg
    found = Steps.of(stages).velocity_km_s(np.asarray(payload))
    assert float(found) == pytest.approx(integrated_km_s(stages, payload), abs=1e-3)


def test_two_serial_stages_are_the_rocket_equation_by_hand() -> None:
    stages = (Stage("a", 90e3, 10e3, 2e6, 300.0), Stage("b", 16e3, 2e3, 2e5, 450.0))
    steps = Steps.of(stages)
    by_hand = 300.0 * G0 * np.log(120e3 / 30e3) + 450.0 * G0 * np.log(20e3 / 4e3)
    assert float(steps.velocity_km_s(np.asarray(2e3))) == pytest.approx(by_hand / 1e3, rel=1e-12)
    flows = 2e6 / (300.0 * G0), 2e5 / (450.0 * G0)
    assert steps.burn_s == pytest.approx(90e3 / flows[0] + 16e3 / flows[1], rel=1e-12)


@pytest.mark.parametrize("site", sorted(SITES))
@pytest.mark.parametrize("northbound", [True, False])
def cross_the_ascent_is_the_difference_of_two_velocity_vectors(site: str, northbound: bool) -> None:
    place = SITES[site]
    turning = np.cross([0.0, 0.0, 7.2921151e-5], place.point.fixed_km())
    up = place.point.fixed_km() / np.linalg.norm(place.point.fixed_km())
    east = np.cross([0.0, 0.0, 1.0], up)
    east /= np.linalg.norm(east)
    north = np.cross(up, east)
    for tilt in (70.0, 97.5):
        azimuth = np.radians(place.azimuth_deg(tilt, northbound=northbound))
        orbit = PARKING_SPEED_KM_S * (np.cos(azimuth) * north + np.sin(azimuth) * east)
        by_vectors = np.linalg.norm(orbit - turning)
        assert float(ascent_km_s(place, tilt)) == pytest.approx(by_vectors, abs=1e-6)


def test_due_east_from_the_equator_saves_the_whole_rotation() -> None:
    equator = LaunchSite("equator", SurfacePoint("earth", 0.0, 10.0))
    saved = PARKING_SPEED_KM_S - float(ascent_km_s(equator, 0.0))
    assert saved == pytest.approx(0.4651, abs=1e-4)  # 2 pi 6378.137 km in a sidereal day
    assert float(ascent_km_s(equator, 180.0)) == pytest.approx(PARKING_SPEED_KM_S + saved)


def test_an_inclination_below_the_latitude_is_a_plane_change() -> None:
    """From Baikonur to 41.47 deg: due east at 45.73 deg, then 4.26 deg at some 7.8 km/s."""
    site = SITES["baikonur-1-5"]
    assert float(dogleg_deg(site, 41.47)) == pytest.approx(45.728 - 41.47, abs=2e-3)
    cost = ascent_cost(site, 41.47, apogee_altitude_km=200.0)
    turn = 2.0 * PARKING_SPEED_KM_S * np.sin(np.radians(45.728 - 41.47) / 2.0)
    assert float(cost.injection_km_s + cost.beyond_km_s) == pytest.approx(turn, abs=1e-3)
    in_plane = ascent_cost(site, 51.6, apogee_altitude_km=200.0)
    assert float(in_plane.injection_km_s + in_plane.beyond_km_s) == pytest.approx(0.0, abs=1e-9)


def test_injections_are_vis_viva_and_hohmann() -> None:
    site = SITES[WENCHANG]
    moon = ascent_cost(site, 22.0, c3_km2_s2=LUNAR)
    speed = np.sqrt(LUNAR + 2.0 * GM_KM3_S2 / PARKING_RADIUS_KM)
    assert float(moon.injection_km_s) == pytest.approx(speed - PARKING_SPEED_KM_S, abs=1e-12)
    assert float(moon.beyond_km_s) == 0.0
    low, high = PARKING_RADIUS_KM, PARKING_RADIUS_KM + 500.0
    hohmann = np.sqrt(GM_KM3_S2 / low) * (np.sqrt(2.0 * high / (low + high)) - 1.0) + np.sqrt(
        GM_KM3_S2 / high
    ) * (1.0 - np.sqrt(2.0 * low / (low + high)))
    orbit = ascent_cost(site, 42.0, perigee_altitude_km=700.0, apogee_altitude_km=700.0)
    assert float(orbit.injection_km_s + orbit.beyond_km_s) == pytest.approx(hohmann, abs=1e-12)


def test_a_plane_turns_at_apogee_where_the_orbit_is_high_and_never_on_the_way_to_the_moon() -> None:
    site = SITES["baikonur-1-5"]
    straight = ascent_cost(site, 51.6, apogee_altitude_km=35786.0)
    turned = ascent_cost(site, 51.6, apogee_altitude_km=35786.0, plane_change_deg=20.0)
    apogee = np.sqrt(GM_KM3_S2 * (2.0 / 42164.137 - 2.0 / (42164.137 + PARKING_RADIUS_KM)))
    extra = float(turned.total_km_s - straight.total_km_s)
    assert extra == pytest.approx(2.0 * apogee * np.sin(np.radians(10.0)), abs=1e-6)
    moon = ascent_cost(site, 51.6, c3_km2_s2=LUNAR, plane_change_deg=20.0)
    assert float(moon.injection_km_s) > 4.0


@pytest.mark.parametrize(("name", "payload_kg"), [("fregat-m", 2000.0), ("yf-75d", 8200.0)])
def cross_the_loss_of_a_real_injection_agrees_with_a_burn_flown(
    name: str, payload_kg: float
) -> None:
    """The closed form against a burn along the velocity out of 200 km, integrated."""
    stage = UPPERS[name]
    final = payload_kg + stage.dry_mass_kg
    dv = np.sqrt(LUNAR + 2.0 * GM_KM3_S2 / PARKING_RADIUS_KM) - PARKING_SPEED_KM_S
    flow = stage.thrust_n / (1000.0 * stage.exhaust_km_s)

    def rates(t: float, y: np.ndarray, start: float) -> np.ndarray:
        r, v = y[:2], y[2:]
        push = stage.thrust_n / 1000.0 / (start - flow * t)
        pull = -GM_KM3_S2 * r / np.linalg.norm(r) ** 3
        return np.concatenate([v, pull + push * v / np.linalg.norm(v)])

    def c3_at_end(spent: float) -> float:
        start = final * np.exp(spent / stage.exhaust_km_s)
        y0 = [PARKING_RADIUS_KM, 0.0, 0.0, PARKING_SPEED_KM_S]
        end = solve_ivp(
            rates, (0.0, (start - final) / flow), y0, args=(start,), rtol=1e-10, atol=1e-9
        ).y[:, -1]
        return float(end[2:] @ end[2:] - 2.0 * GM_KM3_S2 / np.linalg.norm(end[:2]))

    low, high = dv, dv + 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if c3_at_end(middle) < LUNAR else (low, middle)
    loss = float(injection_loss_km_s(np.asarray(dv), np.asarray(final), stage))
    assert loss == pytest.approx(low - dv, rel=0.2)
    assert 0.005 < loss < 0.1


FLOWN = [
    ("cz-5", WENCHANG, 21.3, 8200.0, 8200.0),
    ("cz-5", WENCHANG, 23.1, 8350.0, 8200.0),
    ("cz-3b-e", XICHANG, 28.5, 3780.0, 3800.0),
    ("soyuz-2-1b", VOSTOCHNY, 51.8, 1750.0, 2100.0),
]


@pytest.mark.parametrize(("name", "site", "tilt", "flown_kg", "maximum_kg"), FLOWN)
def val_translunar_masses_flown_are_admitted_and_a_fifth_above_the_maximum_refused(
    record_property: Recorder,
    name: str,
    site: str,
    tilt: float,
    flown_kg: float,
    maximum_kg: float,
) -> None:
    payload = float(ALL[name].payload_kg(site, tilt, c3_km2_s2=LUNAR))
    evidence(
        record_property,
        claim=f"{VEHICLES[name].title}'s model admits what it flew to the Moon",
        reference=f"{flown_kg:,.0f} kg flown, {maximum_kg:,.0f} kg stated (catalogue, {name})",
        tolerance="at least the flown mass, at most 20 % above the stated",
        achieved=f"{payload:,.0f} kg",
    )
    assert flown_kg <= payload < 1.2 * maximum_kg


def val_payloads_that_were_not_fitted_come_out(record_property: Recorder) -> None:
    """Each from a model that has not seen it, all of other kinds of orbit than those it has."""
    rows = [
        ("proton-k", "flown", 5800.0, 5.0),  # Luna 24, from Proton's figures alone
        ("proton-k", "flown", 5670.0, 7.0),
        ("cz-5", "stated", 25000.0, 5.0),  # low orbit, from what is stated beyond it
        ("h2a-202", "flown", 2885.0, 10.0),
        ("pslv-xl", "flown", 1380.0, 10.0),
    ]
    errors = []
    for name, kind, kilograms, percent in rows:
        found = [
            c for c in ALL[name].checks if c.quote.kind == kind and c.quote.payload_kg == kilograms
        ]
        assert abs(found[0].error_percent) < percent, name
        errors.append(found[0].error_percent)
    evidence(
        record_property,
        claim="payloads no model was fitted to: Proton-K with block D, Long March 5, H-IIA, PSLV",
        reference="catalogue, rows marked as checks in docs/vehicles.md",
        tolerance="5, 7, 5, 10, 10 %",
        achieved=", ".join(f"{error:+.1f}" for error in errors) + " %",
    )


def val_stated_payloads_are_met_and_predicted_when_left_out(record_property: Recorder) -> None:
    met = [abs(c.error_percent) for p in ALL.values() if p.leave_one_out for c in p.fitted]
    out = [abs(c.error_percent) for p in ALL.values() for c in p.leave_one_out]
    assert len(met) == len(out) > 60
    evidence(
        record_property,
        claim=f"{len(out)} payloads stated of launch vehicles, two parameters a vehicle",
        reference="catalogue; every row in docs/vehicles.md",
        tolerance="median error 7 % fitted, 11 % left out of the fit",
        achieved=f"{np.median(met):.1f} % and {np.median(out):.1f} % (worst {max(out):.0f} %)",
    )
    assert np.median(met) < 7.0
    assert np.median(out) < 11.0


@given(NAMES, st.floats(-10.0, 60.0), st.floats(0.05, 20.0))
def prop_more_energy_is_less_payload(name: str, c3: float, more: float) -> None:
    tilt = max(30.0, SITES[home(name)].lowest_inclination_deg)
    low, high = ALL[name].payload_kg(home(name), tilt, c3_km2_s2=[c3, c3 + more])
    assert high < low or low == high == 0.0


@given(NAMES, st.floats(0.0, 75.0), st.floats(0.1, 5.0), st.sampled_from([1.0, -1.0]))
def prop_away_from_due_east_is_less_payload(
    name: str, away: float, more: float, side: float
) -> None:
    """On either side: above the site's latitude by heading, below it by a plane change."""
    due_east = SITES[home(name)].lowest_inclination_deg
    tilts = due_east + side * np.array([away, away + more])
    if tilts[1] < 0.0:
        return
    near, far = ALL[name].payload_kg(home(name), tilts, apogee_altitude_km=400.0)
    assert far < near or near == far == 0.0


@given(NAMES, st.floats(200.0, 2000.0), st.floats(10.0, 500.0), st.floats(0.5, 20.0))
def prop_higher_orbits_and_turns_are_less_payload(
    name: str, altitude: float, more: float, turn: float
) -> None:
    def payload(height: float, angle: float) -> float:
        return float(
            ALL[name].payload_kg(
                home(name),
                60.0,
                perigee_altitude_km=height,
                apogee_altitude_km=height,
                plane_change_deg=angle,
            )
        )

    here = payload(altitude, 0.0)
    assert payload(altitude + more, 0.0) < here
    assert payload(altitude, turn) < here


def test_payloads_broadcast_and_are_zero_out_of_reach() -> None:
    found = ALL["cz-5"].payload_kg(
        WENCHANG, np.linspace(0.0, 180.0, 7)[:, None], c3_km2_s2=np.array([-20.0, -2.0, 400.0])
    )
    assert found.shape == (7, 3)
    assert np.all(np.isfinite(found))
    assert np.all(found[:, 2] == 0.0)
    assert np.all(found[1:4, 0] > 0.0)
    one = ALL["cz-5"].payload_kg(SITES[WENCHANG], 30.0, c3_km2_s2=-2.0)
    assert one.shape == ()
    assert float(one) == pytest.approx(found[1, 1], rel=1e-12)


def test_the_usual_upper_stage_flies_unless_another_or_none_is_named() -> None:
    soyuz = ALL["soyuz-2-1b"]

    def moon(upper: str | None) -> float:
        return float(soyuz.payload_kg(VOSTOCHNY, 51.8, c3_km2_s2=LUNAR, upper_stage=upper))

    assert moon(None) == moon("fregat-m") > moon("fregat") > 0.0
    assert moon("none") != moon(None)
    assert soyuz.injector().name == "fregat-m"
    assert soyuz.injector("none").thrust_n == VEHICLES["soyuz-2-1b"].stages[-1].thrust_n
    with pytest.raises(UnknownName, match="Did you mean 'fregat-m'"):
        moon("fregatm")


def made(*quotes: Quote) -> Vehicle:
    return replace(VEHICLES["cz-3b-e"], quotes=quotes)


def test_what_flew_is_never_fitted() -> None:
    quotes = VEHICLES["cz-3b-e"].quotes
    heavier = tuple(replace(q, payload_kg=9e3) if q.kind == "flown" else q for q in quotes)
    assert heavier != quotes
    changed = Performance.of(made(*heavier), SITES, UPPERS)
    for key in ("losses_m_s", "mass_factor"):
        assert getattr(changed, key) == getattr(ALL["cz-3b-e"], key)


def test_a_figure_left_out_does_not_know_itself() -> None:
    quotes = VEHICLES["soyuz-2-1b"].quotes
    changed = Performance.of(
        replace(
            VEHICLES["soyuz-2-1b"],
            quotes=(replace(quotes[0], payload_kg=9999.0), *quotes[1:]),
        ),
        SITES,
        UPPERS,
    )
    before = ALL["soyuz-2-1b"]
    assert changed.leave_one_out[0].predicted_kg == before.leave_one_out[0].predicted_kg
    assert changed.fitted[0].predicted_kg != before.fitted[0].predicted_kg
    assert changed.leave_one_out[1].predicted_kg != before.leave_one_out[1].predicted_kg


def test_one_figure_fits_the_losses_alone_and_comes_out_exactly() -> None:
    quote = VEHICLES["cz-3b-e"].quotes[0]
    one = Performance.of(made(quote), SITES, UPPERS)
    assert (one.fitted_n, one.mass_factor) == (1, pytest.approx(1.0))
    assert one.fitted[0].error_percent == pytest.approx(0.0, abs=1e-6)
    assert one.leave_one_out == ()


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_a_vehicle_without_stages_or_stated_payload_says_so(name: str) -> None:
    with pytest.raises(ModelError, match=f"'{name}' has no performance"):
        Performance.of(VEHICLES[name], SITES, UPPERS)


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_vehicle_leaves_the_ground_from_sites_that_are_known(name: str) -> None:
    vehicle = VEHICLES[name]
    assert set(vehicle.sites) <= set(SITES)
    boosters = [s for s in vehicle.stages if s.parallel]
    first = [*boosters, vehicle.stages[len(boosters)]]
    mass = sum(s.count * (s.propellant_kg + s.dry_mass_kg) for s in vehicle.stages)
    thrust = sum(s.count * s.thrust_n for s in first)
    assert 1.05 < thrust / (mass * G0) < 3.0


def test_a_tank_that_drops_leaves_more_payload_than_one_that_stays() -> None:
    breeze = UPPERS["breeze-m"]
    assert breeze.tank_propellant_kg > 0.0
    kept = replace(breeze, tank_propellant_kg=0.0, tank_mass_kg=0.0)
    proton = Performance.of(VEHICLES["proton-m"], SITES, {**UPPERS, "kept": kept})
    found = [
        float(proton.payload_kg("baikonur-81-24", 51.6, c3_km2_s2=LUNAR, upper_stage=upper))
        for upper in ("breeze-m", "kept")
    ]
    assert found[0] > found[1] + 0.3 * breeze.tank_mass_kg


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "either c3_km2_s2 or apogee_altitude_km"),
        ({"c3_km2_s2": 0.0, "apogee_altitude_km": 400.0}, "either c3_km2_s2 or"),
        ({"c3_km2_s2": float("nan")}, "c3_km2_s2 to be a finite number"),
        ({"apogee_altitude_km": 400.0, "perigee_altitude_km": float("inf")}, "perigee_altitude_km"),
        ({"apogee_altitude_km": 400.0, "plane_change_deg": float("nan")}, "plane_change_deg"),
    ],
)
def test_an_orbit_that_cannot_be_read_is_refused(more: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        ALL["cz-5"].payload_kg(WENCHANG, 30.0, **more)


@pytest.mark.parametrize("tilt", [-1.0, 181.0, float("nan")])
def test_an_inclination_outside_the_half_circle_is_refused(tilt: float) -> None:
    with pytest.raises(InputError, match="inclination_deg from 0 to 180"):
        ALL["cz-5"].payload_kg(WENCHANG, tilt, c3_km2_s2=0.0)


def test_an_unknown_site_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'wenchang-lc101'"):
        ALL["cz-5"].payload_kg("wenchang-lc10", 30.0, c3_km2_s2=0.0)


def changed_entry(key: str, **figures: object) -> Entry:
    found = entry("vehicles", "cz-5")
    rows = [dict(row) for row in found.figures[key]]
    rows[1].update(figures)
    return replace(found, figures={**found.figures, key: rows})


def test_a_row_that_does_not_fit_says_where_it_stands() -> None:
    with pytest.raises(InputError, match=r"cz-5.stages\[1\].*above zero"):
        vehicle_of(changed_entry("stages", thrust_n=0.0))
    with pytest.raises(InputError, match=r"cz-5.payloads\[1\].*maximum, stated, flown"):
        vehicle_of(changed_entry("payloads", kind="guessed"))
    with pytest.raises(InputError, match=r"cz-5.payloads\[1\].*apogee_altitude_km or c3"):
        vehicle_of(changed_entry("payloads", apogee_altitude_km=400.0))


def test_an_upper_stage_burns_what_its_figures_say() -> None:
    stage = UpperStage("made", 20e3, 320.0, 5000.0, 1000.0)
    assert stage.exhaust_km_s == pytest.approx(3.138128)
    assert [s.dry_mass_kg for s in stage.stages] == [1000.0]
    tanked = replace(stage, tank_propellant_kg=3000.0, tank_mass_kg=300.0)
    assert [(s.propellant_kg, s.dry_mass_kg) for s in tanked.stages] == [(3e3, 300.0), (2e3, 700.0)]


def regress_the_page_of_vehicles_is_what_the_catalogue_gives() -> None:
    """Where this fails, the catalogue or the model has changed: run the builder."""
    assert PAGE.read_text("utf-8") == page()
