"""Points on the ground, elevations and shadow: against SPICE, and against areas summed up."""

from __future__ import annotations

import numpy as np
import pytest
from authority import read
from hypothesis import given
from hypothesis import strategies as st
from support import EPOCHS, START, behind, numbers, off

from perilune import Environment, Epoch, State
from perilune.astro.bodies import EARTH_RADIUS_KM, RADIUS_KM
from perilune.astro.geometry import (
    SurfacePoint,
    altitude_km,
    body_elevation_deg,
    elevation_deg,
    subpoint,
    sunlit_fraction,
)
from perilune.errors import ModelError, PeriluneError

ROWS = read("spice_eclipse_geometry.csv")
EARTH_ROWS = [row for row in ROWS if row["body"] == "earth"]
MOON_ROWS = [row for row in ROWS if row["frame"] == "MOON_ME"]
SUN_ROWS = [row for row in MOON_ROWS if row["case"] == "sub_sun"]
LATITUDES, LONGITUDES = st.floats(-89.99, 89.99), st.floats(-180.0, 180.0)


def near(state: State, row: dict[str, str], env: Environment) -> None:
    """Assert that a state is over the latitude, longitude and altitude of a row of SPICE's."""
    lon, lat, alt = numbers(row, "lon_rad", "lat_detic_rad", "alt_km")
    found = subpoint(state, env)
    # 1e-12 rad is 2 micrometers on the Moon; altitudes to a double at the distance.
    around = np.cos(lat) * ((np.radians(found.longitude_deg) - lon + np.pi) % (2 * np.pi) - np.pi)
    assert abs(around) < 2e-12
    assert np.radians(found.latitude_deg) == pytest.approx(lat, abs=2e-12)
    assert found.altitude_km == pytest.approx(alt, abs=1e-8, rel=1e-15)
    assert altitude_km(state, env) == pytest.approx(alt, abs=1e-8, rel=1e-15)


@pytest.mark.parametrize("row", EARTH_ROWS, ids=lambda row: row["case"])
def val_earth_subpoints_agree_with_spice(row: dict[str, str], env: Environment) -> None:
    near(State(START, "earth", "itrf", numbers(row, "x", "y", "z"), np.zeros(3)), row, env)


@pytest.mark.parametrize("row", MOON_ROWS, ids=lambda row: f"{row['case']}{row['et_s'][:5]}")
def val_moon_subpoints_agree_with_spice(row: dict[str, str], env: Environment) -> None:
    r = numbers(row, "icrf_x", "icrf_y", "icrf_z")
    near(State(Epoch(float(row["et_s"])), "moon", "icrf", r, np.zeros(3)), row, env)


@pytest.mark.parametrize("row", SUN_ROWS, ids=lambda row: row["et_s"][:5])
def val_the_sun_is_overhead_at_spice_subsolar_points(row: dict[str, str], env: Environment) -> None:
    lat, lon = np.degrees(numbers(row, "lat_detic_rad", "lon_rad"))
    epoch = Epoch(float(row["et_s"]))
    # arcsin at 1 halves the digits: 1e-6 deg.
    overhead = body_elevation_deg(SurfacePoint("moon", lat, lon), "sun", epoch, env)
    assert overhead == pytest.approx(90.0, abs=2e-6)
    aside = body_elevation_deg(SurfacePoint("moon", lat - 60.0, lon), "sun", epoch, env)
    assert aside == pytest.approx(30.0, abs=1e-3)  # parallax of 1500 km at one au


@given(st.sampled_from(["earth", "moon"]), LATITUDES, LONGITUDES, st.floats(-5.0, 5e4), EPOCHS)
def prop_places_round_trip(
    env: Environment, body: str, lat: float, lon: float, alt: float, epoch: Epoch
) -> None:
    found = subpoint(SurfacePoint(body, lat, lon, alt).state(epoch, env), env)
    assert found.latitude_deg == pytest.approx(
        lat, abs=3e-9
    )  # ERFA's closed form, far above ground
    turn = (found.longitude_deg - lon + 180.0) % 360.0 - 180.0
    assert abs(turn) * np.cos(np.radians(lat)) < 1e-9
    assert found.altitude_km == pytest.approx(alt, abs=1e-7)


@given(st.sampled_from(["earth", "moon"]), LATITUDES, LONGITUDES, EPOCHS)
def prop_zenith_is_at_90_degrees(
    env: Environment, body: str, lat: float, lon: float, epoch: Epoch
) -> None:
    point = SurfacePoint(body, lat, lon)
    above = SurfacePoint(body, lat, lon, 400.0).state(epoch, env)
    assert elevation_deg(point, above, env) == pytest.approx(90.0, abs=1e-5)
    below = SurfacePoint(body, lat, lon, -1.0).state(epoch, env)
    assert elevation_deg(point, below, env) == pytest.approx(-90.0, abs=1e-3)


def test_elevation_takes_arrays_and_any_center(env: Environment) -> None:
    point = SurfacePoint("earth", 45.9, 63.3)
    epochs = START + np.linspace(0.0, 86400.0, 5)
    r, v = env.ephemeris.state("moon", "earth", epochs)
    own = State(epochs, "moon", "icrf", np.zeros((5, 3)), np.zeros((5, 3)))
    seen = elevation_deg(point, State(epochs, "earth", "icrf", r, v), env)
    assert np.allclose(seen, elevation_deg(point, own, env), rtol=0.0, atol=1e-9)
    assert np.allclose(seen, body_elevation_deg(point, "moon", epochs, env), rtol=0.0, atol=1e-9)
    assert seen.shape == (5,)
    assert seen.min() < 0.0 < seen.max()


def val_a_place_moves_with_the_ground(env: Environment) -> None:
    state = SurfacePoint("earth", 0.0, 30.0).state(START, env)
    assert np.linalg.norm(state.v_km_s) == pytest.approx(0.465101, abs=1e-6)  # w x radius
    assert np.linalg.norm(state.r_km) == pytest.approx(EARTH_RADIUS_KM, abs=1e-9)


def val_geocentric_latitude_is_less() -> None:
    point = SurfacePoint("earth", 45.0, 0.0)
    # arctan((1 - f)^2 tan 45 deg) for WGS84
    assert point.geocentric_latitude_deg == pytest.approx(44.8075768, abs=1e-7)
    assert SurfacePoint("moon", 45.0, 0.0).geocentric_latitude_deg == pytest.approx(45.0)


@pytest.mark.parametrize("center", ["sun", "jupiter", "solar_system_barycenter"])
def test_bodies_without_surface_are_refused(center: str, env: Environment) -> None:
    state = State(START, center, "icrf", np.full(3, 1e6), np.zeros(3))
    for measure in (subpoint, altitude_km):
        with pytest.raises(ModelError, match=center):
            measure(state, env)


def test_a_place_on_an_unknown_body_is_refused() -> None:
    with pytest.raises(PeriluneError):
        SurfacePoint("mars", 10.0, 20.0).fixed_km()


@pytest.mark.parametrize("latitude_deg", [123.0, -90.1, np.nan])
def test_latitudes_beyond_the_poles_are_refused(latitude_deg: float) -> None:
    with pytest.raises(PeriluneError):
        SurfacePoint("moon", latitude_deg, 0.0).fixed_km()


# ---- sunlight

DISC = 400


def summed_up(state: State, body: str, env: Environment) -> float:
    """Return the visible fraction by counting rays to a grid over the Sun's disc."""
    sun = env.ephemeris.state("sun", state.center, state.epoch)[0] - state.r_km
    other = env.ephemeris.state(body, state.center, state.epoch)[0] - state.r_km
    axis = sun / np.linalg.norm(sun)
    u = np.cross(axis, [0.6, 0.0, 0.8])
    u = u / np.linalg.norm(u)
    grid = (np.arange(DISC) + 0.5) / DISC * 2.0 - 1.0
    x, y = np.meshgrid(grid, grid)
    inside = x * x + y * y < 1.0
    size = np.tan(np.arcsin(RADIUS_KM["sun"] / np.linalg.norm(sun)))
    rays = axis + size * (x[inside][:, None] * u + y[inside][:, None] * np.cross(axis, u))
    cosine = rays @ other / np.linalg.norm(rays, axis=1) / np.linalg.norm(other)
    return float(np.mean(np.arccos(cosine) > np.arcsin(RADIUS_KM[body] / np.linalg.norm(other))))


@pytest.mark.parametrize("part", np.linspace(-1.3, 1.3, 14))
@pytest.mark.parametrize(("body", "distance_km"), [("earth", 7000.0), ("earth", 384400.0),
                                                   ("moon", 1900.0), ("moon", 3.0e5),
                                                   ("moon", 5.0e5)])  # fmt: skip
def cross_sunlit_fraction_is_the_area_left(
    body: str, distance_km: float, part: float, env: Environment
) -> None:
    penumbra = distance_km * RADIUS_KM["sun"] / 1.51e8
    state = behind(body, RADIUS_KM[body] + part * penumbra, distance_km, env)
    found = sunlit_fraction(state, env, shadows=(body,))
    assert found == pytest.approx(summed_up(state, body, env), abs=5e-3)  # a row of the grid


def test_full_light_and_umbra(env: Environment) -> None:
    assert sunlit_fraction(behind("earth", 0.0, -7000.0, env), env) == 1.0
    assert sunlit_fraction(behind("earth", 7000.0, 7000.0, env), env) == 1.0
    assert sunlit_fraction(behind("earth", 0.0, 7000.0, env), env) == 0.0
    assert sunlit_fraction(behind("moon", 0.0, 1900.0, env), env) == 0.0
    assert sunlit_fraction(behind("moon", 0.0, 1900.0, env), env, shadows=("earth",)) == 1.0


def val_beyond_the_umbra_a_ring_is_left(env: Environment) -> None:
    state = behind("moon", 0.0, 4.5e5, env)
    sun = np.linalg.norm(env.ephemeris.state("sun", "moon", START)[0]) + 4.5e5
    ring = 1.0 - (RADIUS_KM["moon"] / 4.5e5 * sun / RADIUS_KM["sun"]) ** 2
    assert 0.0 < ring < 1.0
    assert sunlit_fraction(state, env, shadows=("moon",)) == pytest.approx(ring, abs=1e-4)


def test_shadow_takes_arrays_axes_and_centers(env: Environment) -> None:
    one = behind("moon", 1700.0, 5000.0, env)
    r = np.array([one.r_km, -one.r_km])
    two = State(START + np.zeros(2), "moon", "icrf", r, np.zeros((2, 3)))
    expected = [sunlit_fraction(two[i], env) for i in range(2)]
    assert np.array_equal(sunlit_fraction(two, env), expected)
    moved = two.to(center="earth", axes="earth_moon_rotating", env=env)
    assert off(sunlit_fraction(moved, env)[:, None], np.array(expected)[:, None]) < 1e-9
    assert 0.0 <= expected[0] < expected[1] == 1.0
