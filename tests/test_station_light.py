"""Light at a station, and ways home from it: beta angle, shadow, landing opportunities."""

from __future__ import annotations

import numpy as np
import pytest
from crew_cases import (
    CSS_2021_10,
    CSS_2022_04,
    CSS_2022_10,
    CSS_2022_12,
    ISS_2009,
    ISS_2015_09,
    ISS_2015_12,
    ISS_2016_03,
    SHENZHOU,
    SOYUZ,
    utc,
    zones,
)
from evidence import Recorder, evidence
from hypothesis import given
from hypothesis import strategies as st

from perilune import Environment, Epoch
from perilune.astro.epoch import DAY
from perilune.astro.geometry import SurfacePoint, body_elevation_deg, subpoint, sunlit_fraction
from perilune.errors import InputError, ModelError
from perilune.stations.beta import (
    beta_deg,
    beta_history,
    full_sun_deg,
    light_fraction,
    spans_over,
)
from perilune.stations.crew import CrewPlan, crew_report
from perilune.stations.elements import TwoLine
from perilune.stations.mean_orbit import MeanOrbit, normals
from perilune.stations.opportunity import landing_opportunities, nearest_landings, undocking_for
from perilune.stations.overflight import MEAN_RADIUS_KM, overflights
from perilune.stations.visit import visit

CSS = MeanOrbit.of(CSS_2022_12)


# ---- the orbit


@pytest.mark.parametrize("lines", [ISS_2009, CSS_2022_12], ids=["iss", "css"])
def cross_the_mean_orbit_follows_sgp4(lines: TwoLine, env: Environment) -> None:
    orbit = MeanOrbit.of(lines)
    assert orbit.node_rate_rad_s == pytest.approx(lines.node_rate_rad_s, rel=5e-5)
    epochs = lines.epoch + np.linspace(0.0, 20.0, 300) * DAY
    apart = np.linalg.norm(normals(orbit, epochs, env) - normals(lines, epochs, env), axis=-1)
    # Short-period terms of J2 tilt the osculating plane by up to 0.05 deg; decay, which the mean
    # orbit has not, turns the node faster.
    assert np.degrees(apart[epochs - lines.epoch < DAY]).max() < 0.06
    assert np.degrees(apart).max() < 0.1
    here = np.linalg.norm(orbit.at(lines.epoch, env).r_km - lines.at(lines.epoch, env).r_km)
    assert here < 20.0  # eccentricity 0.001: up to 2 e a along the way


def val_the_node_of_the_chinese_station_drifts_as_observed() -> None:
    """Between elements half a year apart; the station held its height to 5 km."""
    for first, last, turns in ((CSS_2021_10, CSS_2022_04, 3), (CSS_2022_04, CSS_2022_10, 3)):
        days = float(last.epoch - first.epoch) / DAY
        observed = (last.node_deg - first.node_deg - 360.0 * turns) / days
        middle = 0.5 * (first.mean_altitude_km + last.mean_altitude_km)
        orbit = MeanOrbit(first.epoch, middle, first.inclination_deg, first.node_deg)
        ours = np.degrees(orbit.node_rate_rad_s) * DAY
        assert ours == pytest.approx(observed, rel=2.5e-3)  # 0.01 deg a day for 5 km


def test_nodes_of_two_stations_meet_within_a_year() -> None:
    iss, css = (MeanOrbit(CSS.epoch, h, i, 0.0) for h, i in ((415.0, 51.64), (388.0, 41.47)))
    deg_d = [np.degrees(orbit.node_rate_rad_s) * DAY for orbit in (iss, css)]
    # 323 d by the first order of J2 alone; the rest turns the CSS's node 0.3 % faster.
    assert 360.0 / (deg_d[0] - deg_d[1]) == pytest.approx(323.0, abs=5.0)


# ---- beta


def val_the_shuttles_beta_cutout_of_july_2009(env: Environment, record_property: Recorder) -> None:
    """From elements of 9 June, a month before."""
    orbit = MeanOrbit.of(ISS_2009)
    found = spans_over(orbit, utc("2009-06-10"), utc("2009-08-25"), 60.0, env)
    first = found[0]
    assert first.start.utc_iso(0)[:10] == "2009-07-03"
    assert first.stop.utc_iso(0)[:10] == "2009-07-13"
    assert first.largest_deg < 51.65 + 23.45
    evidence(
        record_property,
        claim="beta angle of the ISS over 60 deg in July 2009, from elements of 9 June",
        reference="3 to 13 July (Air & Space magazine on STS-127)",
        tolerance="the days",
        achieved=f"{first.start.utc_iso(0)[:16]} to {first.stop.utc_iso(0)[:16]}, up to "
        f"{first.largest_deg:.1f} deg",
    )


@given(
    altitude_km=st.floats(250.0, 500.0),
    inclination_deg=st.floats(0.0, 98.0),
    node_deg=st.floats(0.0, 360.0),
    day=st.floats(0.0, 3000.0),
)
def prop_beta_stays_within_inclination_and_obliquity(
    env: Environment, altitude_km: float, inclination_deg: float, node_deg: float, day: float
) -> None:
    orbit = MeanOrbit(utc("2022-01-01"), altitude_km, inclination_deg, node_deg)
    found = beta_deg(orbit, orbit.epoch + day * DAY, env)
    assert abs(found) <= inclination_deg + 23.45


@pytest.mark.parametrize("days", [0.0, 9.0, 18.0, 27.0, 36.0])
def cross_light_of_an_orbit_against_the_discs_of_sun_and_earth(
    days: float, env: Environment
) -> None:
    orbit = MeanOrbit.of(ISS_2009)
    start = orbit.epoch + days * DAY
    around = start + np.linspace(0.0, orbit.period_s, 1500, endpoint=False)
    discs = np.mean(sunlit_fraction(orbit.at(around, env), env, shadows=("earth",)))
    beta = beta_deg(orbit, start, env)
    ours = light_fraction(beta, orbit.altitude_km)
    near_the_end = full_sun_deg(orbit.altitude_km) - abs(beta) < 5.0
    limit = 1e-2 if near_the_end else 3e-3  # as its docstring says
    assert ours == pytest.approx(float(discs), abs=limit)


def test_light_fraction_at_its_ends() -> None:
    # At beta 0: half the orbit and what a cylinder of 6378 km leaves of the rest.
    dark = np.degrees(np.arcsin(6378.137 / 6778.137)) / 180.0
    assert light_fraction(0.0, 400.0) == pytest.approx(1.0 - dark, abs=1e-12)
    edge = full_sun_deg(400.0)
    assert light_fraction(edge + 0.01, 400.0) == 1.0
    assert light_fraction(-edge - 0.01, 400.0) == 1.0
    assert light_fraction(edge - 0.5, 400.0) < 1.0
    assert light_fraction(90.0, 400.0) == 1.0


def test_the_history_and_the_spans_agree(env: Environment) -> None:
    start = CSS.epoch
    epochs, beta = beta_history(CSS, start, start + 120.0 * DAY, env)
    assert len(epochs) == len(beta) == 121
    spans = spans_over(CSS, start, start + 120.0 * DAY, 40.0, env)
    inside = [
        any(at - span.start >= 0.0 and at - span.stop <= 0.0 for span in spans) for at in epochs
    ]
    assert np.array_equal(np.array(inside), np.abs(beta) > 40.0)
    assert spans_over(CSS, start, start + 120.0 * DAY, 89.0, env) == ()
    (whole,) = spans_over(CSS, start, start + DAY, 0.0, env)
    assert whole.start == start


def test_docking_at_too_high_a_beta_angle_says_so(env: Environment) -> None:
    orbit = MeanOrbit.of(ISS_2009)
    docking = utc("2009-07-08")
    found = visit("a", SOYUZ, docking=docking, undocking=docking + 100 * DAY, crew_n=3)
    plan = CrewPlan((found,), 3, docking, docking + 50 * DAY, beta_limit_deg=60.0)
    report = crew_report(plan, env, track=orbit, altitude_km=orbit.altitude_km)
    (row,) = report.rotations
    assert row.why_not[0].startswith("beta angle")
    assert row.light_fraction == 1.0
    assert row.to_json()["beta_deg"] == row.beta_deg


# ---- landing


def val_flown_landings_are_among_the_opportunities(
    env: Environment, record_property: Recorder
) -> None:
    """Three that did not set the time from pass to ground; elements up to 8 days away."""
    misses = {}
    for name, lines, landed, where in (
        ("Soyuz TMA-18M", ISS_2016_03, "2016-03-02T04:25:27", "zhezkazgan"),
        ("Soyuz TMA-17M", ISS_2015_12, "2015-12-11T13:12:30", "zhezkazgan"),
        ("Shenzhou-14", CSS_2022_12, "2022-12-04T12:09:00", "dongfeng"),
    ):
        at = utc(landed)
        chances = landing_opportunities(
            lines, zones(where), at - DAY, at + DAY, env, cross_range_km=200.0
        )
        misses[name] = min((chance.landing - at for chance in chances), key=abs) / 60.0
        assert abs(misses[name]) < 3.0
    evidence(
        record_property,
        claim="landing opportunities from two-line elements: the flown landings among them",
        reference="Soyuz TMA-18M, TMA-17M and Shenzhou-14 as flown",
        tolerance="3 min, a passage within 200 km of the zone's center",
        achieved=", ".join(f"{name} {minutes:+.1f} min" for name, minutes in misses.items()),
    )


def val_soyuz_tma_16m_set_the_descent(env: Environment) -> None:
    at = utc("2015-09-12T00:51:30")
    chances = landing_opportunities(
        ISS_2015_09, zones("zhezkazgan"), at - 0.2 * DAY, at + 0.2 * DAY, env
    )
    (chance,) = chances
    assert abs(chance.landing - at) < 60.0
    assert chance.ascending
    assert not chance.in_daylight  # it landed at dawn


def cross_overflights_against_the_ground_track(env: Environment) -> None:
    """The nearest points of a finely sampled ground track, found by brute force."""
    point = zones("zhezkazgan")["zhezkazgan"]
    start, stop = ISS_2016_03.epoch, ISS_2016_03.epoch + 3.0 * DAY
    found = overflights(ISS_2016_03, point, start, stop, env, cross_range_km=400.0)
    epochs = start + np.arange(0.0, 3.0 * DAY, 10.0)
    here = subpoint(ISS_2016_03.at(epochs, env), env)
    ground = zip(here.latitude_deg, here.longitude_deg, strict=True)
    there = np.array([SurfacePoint("earth", a, b).fixed_km() for a, b in ground])
    away = np.linalg.norm(there - point.fixed_km(), axis=-1)
    low = np.flatnonzero((away[1:-1] < away[:-2]) & (away[1:-1] < away[2:]) & (away[1:-1] < 395.0))
    assert 5 <= len(low) <= len(found)
    for index in low + 1:
        near = min(found, key=lambda p: abs(p.epoch - epochs[int(index)]))
        assert (
            abs(near.epoch - epochs[int(index)]) < 25.0
        )  # the ground turns under an inertial plane
        assert abs(near.cross_track_km) == pytest.approx(away[index], abs=25.0)


def test_a_year_of_opportunities_keeps_its_promises(env: Environment) -> None:
    start = CSS.epoch
    chances = landing_opportunities(
        CSS, zones("dongfeng", "siziwang"), start, start + 365.0 * DAY, env
    )
    # The zone lies under the northernmost part of the orbit: a way home about every day.
    dongfeng = [chance for chance in chances if chance.zone == "dongfeng"]
    assert len(dongfeng) > 300
    gaps = np.diff([float(chance.landing - start) for chance in dongfeng])
    assert gaps.max() < 2.5 * DAY
    assert all(abs(chance.cross_track_km) <= 100.0 for chance in chances)
    assert 0.3 < np.mean([chance.in_daylight for chance in chances]) < 0.7
    one = dongfeng[100]
    sun = body_elevation_deg(zones("dongfeng")["dongfeng"], "sun", one.landing, env)
    assert sun == pytest.approx(one.sun_elevation_deg, abs=1e-9)
    assert [c.landing for c in chances] == sorted((c.landing for c in chances), key=float_of)


def float_of(epoch: Epoch) -> float:
    return float(epoch.j2000_s)


def test_the_ways_home_closest_to_a_plan(env: Environment) -> None:
    start = CSS.epoch
    chances = landing_opportunities(
        CSS, zones("dongfeng", "siziwang", "arkalyk"), start, start + 30.0 * DAY, env,
        cross_range_km=900.0,
    )  # fmt: skip
    found = visit("a", SHENZHOU, docking=start, landing=start + 15.0 * DAY, crew_n=3)
    assert found.landing is not None
    best = nearest_landings(chances, found, count=4)
    assert len(best) == 4
    assert {chance.zone for chance in best} <= {"dongfeng", "siziwang"}
    assert all(chance.in_daylight for chance in best)
    apart = [abs(chance.landing - found.landing) for chance in best]
    assert apart == sorted(apart)
    assert best[0].landing - undocking_for(best[0], SHENZHOU) == pytest.approx(9.2 * 3600.0)
    at_night = nearest_landings(chances, found, count=1, daylight=False)[0]
    assert abs(at_night.landing - found.landing) <= apart[0]


def test_nothing_passes_where_the_orbit_never_goes(env: Environment) -> None:
    pole = SurfacePoint("earth", 80.0, 0.0)
    stop = CSS.epoch + 10.0 * DAY
    assert landing_opportunities(CSS, {"pole": pole}, CSS.epoch, stop, env) == []
    reach = np.radians(80.0 - 41.3) * MEAN_RADIUS_KM
    assert overflights(CSS, pole, CSS.epoch, stop, env, cross_range_km=float(reach)) != []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"cross_range_km": 0.0}, "above 0"),
        ({"cross_range_km": float("nan")}, "above 0"),
        ({"stop": CSS.epoch}, "expected above 0 and up to 4000"),
        ({"stop": CSS.epoch + 5000.0 * DAY}, "up to 4000"),
    ],
)
def test_misuse_of_landing(change: dict, says: str, env: Environment) -> None:
    stop = change.pop("stop", CSS.epoch + DAY)
    with pytest.raises(InputError, match=says):
        landing_opportunities(CSS, zones("dongfeng"), CSS.epoch, stop, env, **change)


def test_a_zone_on_the_moon(env: Environment) -> None:
    moon = {"iridum": SurfacePoint("moon", 44.0, -31.0)}
    with pytest.raises(ModelError, match="expected one on the earth"):
        landing_opportunities(CSS, moon, CSS.epoch, CSS.epoch + DAY, env)
    with pytest.raises(InputError, match="has no landing"):
        nearest_landings([], visit("a", SOYUZ, docking=CSS.epoch, crew_n=3))
