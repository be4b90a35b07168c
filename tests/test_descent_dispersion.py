"""The landing ellipse: nothing without errors, what single errors do, and the full model beside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from landings import CHANGE_5, MAIN, context_of, lander, orbit_to, start

from perilune import Environment
from perilune.errors import InputError
from perilune.phases.base import Context
from perilune.phases.descent_dispersion import DescentErrors, landing_ellipse
from perilune.phases.descent_solve import Descent
from perilune.phases.powered_descent import PoweredDescent
from perilune.phases.powered_flight import Pilot

PHASE = PoweredDescent("lander", MAIN, 1500.0, CHANGE_5)


@pytest.fixture(scope="module")
def context(env: Environment) -> Context:
    return context_of(env)


@pytest.fixture(scope="module")
def descent(context: Context) -> Descent:
    state = orbit_to(CHANGE_5, context, azimuth_deg=30.0)
    return PHASE.solve(start(state, lander(3800.0, 1900.0)), context)


def test_without_errors_all_land_at_the_site(descent: Descent, env: Environment) -> None:
    ellipse = landing_ellipse(descent, DescentErrors(), env, samples=20)
    assert np.abs(ellipse.points_km).max() < 1e-3
    assert ellipse.semi_major_km < 1e-6


def test_an_error_along_or_across_moves_the_landing_so(descent: Descent, env: Environment) -> None:
    """Speed along the track stretches the ellipse along it; the site's track goes at 30 deg."""
    along = landing_ellipse(descent, DescentErrors(velocity_m_s=(0.0, 1.0, 0.0)), env)
    across = landing_ellipse(descent, DescentErrors(velocity_m_s=(0.0, 0.0, 1.0)), env)
    assert along.azimuth_deg == pytest.approx(30.0, abs=5.0)
    assert across.azimuth_deg == pytest.approx(120.0, abs=5.0)
    # 714 s of 1 m/s at 3 sigma, bent a little by gravity
    assert across.semi_major_km == pytest.approx(3.0 * 0.714, rel=0.1)
    assert across.semi_minor_km < 0.02 * across.semi_major_km
    twice = landing_ellipse(descent, DescentErrors(velocity_m_s=(0.0, 0.0, 2.0)), env)
    assert twice.semi_major_km == pytest.approx(2.0 * across.semi_major_km, rel=0.01)


def test_the_ellipse_holds_the_share_it_says(descent: Descent, env: Environment) -> None:
    errors = DescentErrors((20.0, 100.0, 50.0), (0.05, 0.05, 0.05), 0.1, 0.1)
    ellipse = landing_ellipse(descent, errors, env, sigma=2.0, seed=3)
    angle = np.radians(ellipse.azimuth_deg)
    axes = np.array([[np.sin(angle), np.cos(angle)], [np.cos(angle), -np.sin(angle)]])
    offsets = (ellipse.points_km - [ellipse.east_km, ellipse.north_km]) @ axes.T
    inside = np.sum((offsets / [ellipse.semi_major_km, ellipse.semi_minor_km]) ** 2, axis=-1) < 1.0
    assert inside.mean() == pytest.approx(ellipse.probability, abs=0.03)
    again = landing_ellipse(descent, errors, env, sigma=2.0, seed=3)
    np.testing.assert_array_equal(again.points_km, ellipse.points_km)


def cross_the_cloud_moves_as_the_full_model_does(descent: Descent, context: Context) -> None:
    """A sample with another velocity at ignition, flown by `propagate` with the same controls."""
    assert descent.flown is not None
    assert descent.problem is not None
    flight, problem = descent.flown.flight, descent.problem
    pilot = Pilot(problem.axes, problem.ignition, MAIN, context)
    change = 1e-3 * flight.states[0, 3:6] / np.linalg.norm(flight.states[0, 3:6])
    states = flight.states.copy()
    states[0, 3:6] += change
    ends = [
        problem.axes.vectors(pilot.open_loop(one).final, context.env)[:2]
        for one in (flight, replace(flight, states=states))
    ]
    full_km = float(np.linalg.norm(ends[1] - ends[0]))
    ellipse = landing_ellipse(
        descent, DescentErrors(velocity_m_s=(0.0, 1.0, 0.0)), context.env, sigma=1.0
    )
    assert ellipse.semi_major_km == pytest.approx(full_km, rel=0.1)


def test_misuse_is_refused(descent: Descent, env: Environment) -> None:
    with pytest.raises(InputError, match="samples"):
        landing_ellipse(descent, DescentErrors(), env, samples=3)
    with pytest.raises(InputError, match="standard deviations"):
        DescentErrors(thrust_percent=-1.0)
    with pytest.raises(InputError, match="no solution"):
        landing_ellipse(Descent("no_solution", "why"), DescentErrors(), env)
