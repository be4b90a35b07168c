"""Descent orbit insertion: the perilune reached, its cost, and the landing that follows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from landings import CHANGE_5, GM, MAIN, RADIUS, context_of, lander, orbit_to, start

from perilune import Environment, State
from perilune.astro.elements import from_vectors
from perilune.phases.base import Context, Leg
from perilune.phases.descent_orbit import DescentOrbit
from perilune.phases.powered_descent import PoweredDescent

LOWERING = DescentOrbit("lander", CHANGE_5, MAIN)


@pytest.fixture(scope="module")
def context(env: Environment) -> Context:
    return context_of(env)


@pytest.fixture(scope="module")
def circle(context: Context) -> State:
    """Return a state of a 200 km circle whose plane passes near the site."""
    return orbit_to(
        CHANGE_5, context, perilune_km=200.0, apolune_km=200.0, beside_km=5.0, back_s=9000.0
    )


def lowered(phase: DescentOrbit, state: State, context: Context) -> Leg:
    return phase.fly(start(state, lander(3800.0, 1900.0)), context)[0]


@pytest.mark.parametrize("impulsive", [False, True])
def test_perilune_is_where_and_as_low_as_asked(
    impulsive: bool, circle: State, context: Context
) -> None:
    leg = lowered(replace(LOWERING, impulsive=impulsive), circle, context)
    assert (leg.status, leg.remedy) == ("converged", "")
    assert [h.name for h in leg.happenings] == ["descent_orbit_insertion"]
    assert all(check.ok for check in leg.checks)
    assert leg.end.state is not None
    orbit = from_vectors(leg.end.state.r_km, leg.end.state.v_km_s, GM)
    assert float(orbit.periapsis_km) - RADIUS == pytest.approx(15.0, abs=3.0)  # osculating, before
    high, low = RADIUS + 200.0, RADIUS + 15.0
    two_body = np.sqrt(GM / high) - np.sqrt(2.0 * GM * low / (high * (high + low)))
    assert leg.solution["descent_orbit_dv_m_s"] == pytest.approx(1e3 * two_body, rel=0.03)
    used = 3800.0 * (1.0 - np.exp(-1e-3 * leg.solution["descent_orbit_dv_m_s"] / MAIN.exhaust_km_s))
    assert leg.end.stack.mass_kg == pytest.approx(3800.0 - used, abs=1e-3)


def test_the_descent_follows(circle: State, context: Context) -> None:
    first = lowered(LOWERING, circle, context)
    second = PoweredDescent("lander", MAIN, 1500.0, CHANGE_5).fly(first.end, context)[0]
    assert second.status == "converged"
    assert all(check.ok for check in second.checks)
    assert first.trajectory is not None
    assert second.trajectory is not None
    whole = first.trajectory + second.trajectory
    assert whole.start == circle.epoch
    assert abs(second.solution["descent_ignition_altitude_km"] - 15.0) < 0.5


def test_perilune_before_the_site_by_the_lead(circle: State, context: Context) -> None:
    """What the lead places is found again in where the passage of perilune lies."""
    for lead_km in (300.0, 900.0):
        leg = lowered(replace(LOWERING, lead_km=lead_km), circle, context)
        assert leg.status == "converged"
        place = next(c for c in leg.checks if "place" in c.name)
        assert place.value < 0.5
    assert leg.solution["descent_orbit_lead_km"] == pytest.approx(
        900.0 * RADIUS / 1734.92, rel=1e-4
    )


def test_latest_takes_the_pass_nearest_to_the_site(circle: State, context: Context) -> None:
    first = lowered(LOWERING, circle, context)
    day = replace(LOWERING, latest=circle.epoch + 86400.0)
    nearest = lowered(day, circle, context)
    assert nearest.status == "converged"
    beside = "descent_orbit_track_beside_site_km"
    assert nearest.solution[beside] <= first.solution[beside]
    away = replace(LOWERING, not_before=circle.epoch + 43200.0)
    later = lowered(away, circle, context)
    assert later.happenings[0].epoch > first.happenings[0].epoch + 30000.0


def test_from_an_ellipse_too(context: Context) -> None:
    state = orbit_to(CHANGE_5, context, perilune_km=100.0, apolune_km=220.0, back_s=9000.0)
    leg = lowered(LOWERING, state, context)
    assert leg.status == "converged"
    assert all(check.ok for check in leg.checks)


def test_why_not(circle: State, context: Context) -> None:
    too_high = lowered(replace(LOWERING, perilune_altitude_km=250.0), circle, context)
    assert too_high.status == "no_solution"
    assert "lower perilune" in too_high.remedy
    too_late = lowered(replace(LOWERING, latest=circle.epoch + 600.0), circle, context)
    assert too_late.status == "no_solution"
    assert "later" in too_late.remedy
    dry = LOWERING.fly(start(circle, lander(3800.0, 1.0)), context)[0]
    assert dry.status == "propellant_short"
    assert "propellant" in dry.remedy
