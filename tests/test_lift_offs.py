"""Lift-offs in closed form are the crossings of the plane; every lunar day has its two."""

from __future__ import annotations

import numpy as np
import pytest
from transfers import HOUR, launch_from

from perilune import DAY, Environment, Epoch
from perilune.phases import seeds
from perilune.phases.lift_offs import LUNAR_DAY_S, LiftOffs, every, lift_offs
from perilune.phases.volley import local_axes

START = Epoch.utc("2029-08-03")
CASES = [
    ("wenchang-lc101", 28.5, "southbound"),
    ("baikonur-1-5", 51.6, "northbound"),
    ("kourou-ela4", 30.0, "northbound"),
    ("vostochny-1s", 51.7, "northbound"),
]
BY_CASE = pytest.mark.parametrize("case", CASES, ids=lambda case: case[0][:4])


def found(
    case: tuple[str, float, str], days: float, env: Environment, hours: float = 100.0
) -> LiftOffs:
    """Return the lift-offs of a span of days."""
    site, inclination, heading = case
    launch = launch_from(site)
    azimuth = launch.site.azimuth_deg(inclination, northbound=heading == "northbound")
    return every(launch, START, START + days * DAY, float(np.radians(azimuth)), hours * HOUR, env)


def out_of_plane(case: tuple[str, float, str], rows: LiftOffs, env: Environment) -> np.ndarray:
    """Return how far the Moon's place at arrival is from each plane, rad."""
    launch, volley = launch_from(case[0]), rows.volley
    up, east, north, _ = local_axes(launch, volley.lift_off, env)
    azimuth = volley.azimuth_rad[:, None]
    normal = np.cross(up, np.cos(azimuth) * north + np.sin(azimuth) * east)
    leave = launch.ascent.duration_s + volley.coast_s
    moon = env.ephemeris.state("moon", "earth", volley.lift_off + (leave + volley.flight_time_s))[0]
    return np.asarray(np.sum(normal * moon, axis=1) / np.linalg.norm(moon, axis=1))


@BY_CASE
def cross_the_closed_form_is_the_crossing_bisected(case: tuple, env: Environment) -> None:
    site, inclination, heading = case
    launch = launch_from(site)
    closed = found(case, 2.5, env)
    bisected = [
        s.controls
        for s in seeds.in_a_day(launch, START, inclination, 100.0 * HOUR, env)
        if s.heading == heading and s.controls.lift_off - START >= 0.0
    ]
    assert len(bisected) >= 1
    for controls in bisected:
        apart = np.abs(closed.volley.lift_off - controls.lift_off)
        row = int(np.argmin(apart))
        # the bisection takes 3000 s for ascent and coast, wrong by up to an hour, in which the
        # Moon goes on by 0.55 deg: 140 s of the Earth's turn, more where the planes cross flat
        assert apart[row] < 400.0
        assert abs(closed.volley.dv_km_s[row] - controls.dv_km_s) < 3e-4
        period = 2.0 * np.pi * np.sqrt(launch.radius_km**3 / env.constants.gm("earth"))
        moved = (closed.volley.coast_s[row] - controls.coast_s + 0.5 * period) % period
        assert abs(moved - 0.5 * period) < 60.0


@BY_CASE
def test_the_plane_holds_the_moon(case: tuple, env: Environment) -> None:
    rows = found(case, 27.4, env)
    inside = np.abs(rows.declination_deg) < case[1] - 0.5
    assert np.array_equal(rows.reaches[inside], np.ones(int(inside.sum()), dtype=bool))
    # one turn's step in the coast is what is left: far less than what a solve takes up
    assert np.abs(out_of_plane(case, rows, env)[inside]).max() < 1e-6


@BY_CASE
@pytest.mark.parametrize("first", range(0, 60, 10))
def test_every_lunar_day_has_both_crossings(case: tuple, first: int, env: Environment) -> None:
    """None is lost, none is found twice, wherever the search begins."""
    site, inclination, heading = case
    launch = launch_from(site)
    azimuth = float(np.radians(
        launch.site.azimuth_deg(inclination, northbound=heading == "northbound")
    ))  # fmt: skip
    start = START + 0.55 * first * DAY
    rows = every(launch, start, start + 28.0 * DAY, azimuth, 100.0 * HOUR, env)
    for crossing in (0, 1):
        after = (rows.volley.lift_off - start)[rows.crossing == crossing]
        assert np.diff(after).min() > 0.75 * LUNAR_DAY_S
        assert np.diff(after).max() < 1.25 * LUNAR_DAY_S
        assert after[0] < 1.25 * LUNAR_DAY_S
        assert after[-1] > 28.0 * DAY - 1.25 * LUNAR_DAY_S


def test_a_plane_too_low_says_so(env: Environment) -> None:
    rows = found(("kourou-ela4", 5.3, "northbound"), 28.0, env)
    assert (~rows.reaches).any()
    assert rows.reaches.any()
    assert np.abs(rows.declination_deg[rows.reaches]).max() < 5.31
    assert np.abs(rows.declination_deg[~rows.reaches]).min() > 5.29


def test_the_nearest_lift_off_is_found(env: Environment) -> None:
    case = CASES[1]
    rows = found(case, 8.0, env)
    near = rows.volley.lift_off + 3.0 * HOUR
    again = lift_offs(
        launch_from(case[0]), near, rows.crossing, rows.volley.azimuth_rad,
        rows.volley.flight_time_s, env,
    )  # fmt: skip
    assert np.abs(again.volley.lift_off - rows.volley.lift_off).max() < 1.0
    assert np.abs(again.volley.coast_s - rows.volley.coast_s).max() < 1.0


def test_another_flight_time_moves_a_lift_off_little(env: Environment) -> None:
    slow, quick = (found(CASES[0], 10.0, env, hours) for hours in (101.0, 100.0))
    for instant, crossing in zip(quick.volley.lift_off, quick.crossing, strict=True):
        same = slow.volley.lift_off[slow.crossing == crossing] - instant
        assert np.abs(same).min() < 600.0  # an hour is 0.55 deg of the Moon's way
