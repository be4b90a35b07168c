"""Frozen elliptic relay orbits: the closed form, and what the search in the full model gains."""

from __future__ import annotations

import numpy as np
import pytest
from evidence import Recorder, evidence

from perilune import Environment, Epoch, State
from perilune.astro import frames
from perilune.astro.elements import Elements
from perilune.errors import InputError
from perilune.phases.frozen import FULL, FrozenOrbit, averaged_inclination_deg, frozen_orbit
from perilune.phases.frozen_drift import drift

START = Epoch.utc("2024-04-02T00:00:00")


@pytest.fixture(scope="module")
def relay(env: Environment) -> FrozenOrbit:
    """Return a day's orbit over the south pole, as Queqiao-2's, for half a year."""
    return frozen_orbit(START, env, period_h=24.0, perilune_altitude_km=200.0, span_d=180.0)


def val_queqiao_2(relay: FrozenOrbit, record_property: Recorder) -> None:
    low, high = 1737.4 + 200.0, 1737.4 + 16000.0
    closed = averaged_inclination_deg((high - low) / (high + low))
    assert closed == pytest.approx(62.4, abs=0.3)
    found = np.degrees(relay.orbit_plane.inclination)
    assert 59.0 < found < 64.0
    evidence(
        record_property,
        claim="inclination of a frozen orbit 200 x 16,000 km over the Moon",
        reference="Queqiao-2: 62.4 deg (Wikipedia, Queqiao-2 relay satellite)",
        tolerance="0.3 deg (closed form); 59 to 64 deg (a day's orbit, full model)",
        achieved=f"{closed:.2f} deg; {found:.2f} deg",
    )


def test_it_drifts_less_than_the_closed_form(relay: FrozenOrbit) -> None:
    assert (relay.status, relay.remedy) == ("converged", "")
    kept, seed = relay.drift, relay.seed_drift
    assert kept.span_d == pytest.approx(180.0)
    assert np.ptp(kept.eccentricity) < np.ptp(seed.eccentricity)
    assert np.ptp(kept.eccentricity) < 0.05
    assert 85.0 < kept.arg_perilune_deg[0] < kept.arg_perilune_deg[1] < 95.0


def test_the_lowest_perilune_is_the_one_asked_for(relay: FrozenOrbit) -> None:
    assert relay.drift.perilune_km[0] == pytest.approx(200.0, abs=20.0)
    assert relay.orbit_plane.period_s == pytest.approx(86400.0)


def test_the_apolune_stands_over_the_south(relay: FrozenOrbit, env: Environment) -> None:
    there = relay.state.to(axes="moon_me", env=env).r_km
    latitude = np.degrees(np.arcsin(there[2] / np.linalg.norm(there)))
    assert latitude < -50.0  # the state is at apolune


def cross_the_drift_does_not_hang_on_the_integrator(relay: FrozenOrbit, env: Environment) -> None:
    again = drift(relay.state, 60.0, FULL, env, tolerance=1e-10)
    exact = drift(relay.state, 60.0, FULL, env)
    assert np.allclose(again.eccentricity, exact.eccentricity, atol=1e-7)
    assert np.allclose(again.arg_perilune_deg, exact.arg_perilune_deg, atol=1e-4)


def test_an_orbit_off_the_frozen_one_wanders(env: Environment) -> None:
    gm = env.constants.gm("moon")
    turn, _ = frames.from_icrf("earth_moon_rotating", START, env)
    r, v = Elements(9751.0, 0.6, np.radians(85.0), 0.0, np.pi / 2, np.pi, gm).to_vectors()
    polar = drift(State(START, "moon", "icrf", turn.T @ r, turn.T @ v), 180.0, FULL, env)
    # Lidov and Kozai: high inclinations trade themselves for eccentricity, to the surface
    assert polar.status == "impact"


def test_misuse_is_refused(env: Environment) -> None:
    with pytest.raises(InputError, match="eccentricity"):
        frozen_orbit(START, env, period_h=2.0, perilune_altitude_km=500.0)
    with pytest.raises(InputError, match="apolune"):
        frozen_orbit(START, env, period_h=24.0, perilune_altitude_km=500.0, apolune="west")
