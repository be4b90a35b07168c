"""The least propellant of a descent beside another method's, its estimate, and sites anywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from evidence import Recorder, evidence
from hypothesis import given, settings
from hypothesis import strategies as st
from landings import (
    MAIN,
    POLE,
    context_of,
    indirect_descent_kg,
    lander,
    orbit_to,
    start,
)

from perilune import Environment, Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.phases.base import Context
from perilune.phases.descent_estimate import DescentLimits, estimate_descent
from perilune.phases.powered_descent import PoweredDescent


@pytest.fixture(scope="module")
def context(env: Environment) -> Context:
    return context_of(env)


@pytest.mark.parametrize("mass", [3800.0, 2890.0])
def cross_optimum_is_that_of_an_indirect_method(
    mass: float, context: Context, record_property: Recorder
) -> None:
    """At a pole, where the ground stands still, the flight is planar as the other method's is."""
    limits = DescentLimits(
        approach_altitude_m=0.0, vertical_altitude_m=1.0, touchdown_speed_m_s=1.0,
        turn_rate_deg_s=90.0,
    )  # fmt: skip
    phase = PoweredDescent("lander", MAIN, 1500.0, POLE, limits)
    leg = phase.fly(start(orbit_to(POLE, context), lander(mass, 2000.0)), context)[0]
    used = leg.solution["descent_propellant_kg"]
    other = indirect_descent_kg(MAIN, mass, perilune_km=15.0, apolune_km=100.0, touchdown_km_s=1e-3)
    assert abs(used / other - 1.0) < 0.005
    evidence(
        record_property,
        claim=f"powered descent of {mass:,.0f} kg from 15 x 100 km takes the least propellant",
        reference="indirect method: necessary conditions of the optimum, solved by shooting",
        tolerance="0.5 %",
        achieved=f"{100.0 * (used / other - 1.0):+.3f} % ({used:,.1f} kg)",
        headline=mass == 3800.0,
    )


def test_estimate_by_itself() -> None:
    found = estimate_descent(3800.0, MAIN)
    assert found.status == "converged"
    assert 1850.0 < found.dv_m_s < 2050.0
    assert found.propellant_kg == pytest.approx(
        3800.0 * (1.0 - np.exp(-1e-3 * found.dv_m_s / MAIN.exhaust_km_s))
    )
    assert estimate_descent(2890.0, MAIN).downrange_km < found.downrange_km
    weak = estimate_descent(3800.0, replace(MAIN, thrust_n=2500.0))
    assert weak.status == "no_solution"
    assert "thrust" in weak.remedy


@settings(max_examples=8)
@given(
    sine=st.floats(-1.0, 1.0),
    longitude=st.floats(-180.0, 180.0),
    altitude=st.floats(-6.0, 6.0),
    azimuth=st.floats(0.0, 360.0),
    beside=st.floats(-50.0, 50.0),
    days=st.floats(0.0, 9000.0),
    heavy=st.booleans(),
)
def prop_a_site_anywhere_is_reached_or_the_reason_named(
    sine: float, longitude: float, altitude: float, azimuth: float, beside: float, days: float,
    heavy: bool, context: Context,
) -> None:  # fmt: skip
    site = SurfacePoint("moon", float(np.degrees(np.arcsin(sine))), longitude, altitude)
    mass = 3800.0 if heavy else 2890.0
    epoch = Epoch.utc("2013-01-01T00:00:00") + 86400.0 * days
    state = orbit_to(
        site, context, azimuth_deg=azimuth, lead_km=0.165 * mass, beside_km=beside, epoch=epoch
    )
    phase = PoweredDescent("lander", MAIN, 1500.0, site)
    leg = phase.fly(start(state, lander(mass, 0.52 * mass)), context)[0]
    if leg.status == "converged":
        assert all(check.ok for check in leg.checks), leg.checks
        assert leg.solution["touchdown_mass_kg"] > 0.48 * mass
    else:
        assert leg.remedy
