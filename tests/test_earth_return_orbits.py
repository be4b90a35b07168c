"""Returns from lunar orbits of any plane: home within a stated delta-v, or the reason."""

from __future__ import annotations

import numpy as np
import pytest
from evidence import Recorder, evidence
from returns import SIZIWANG
from transfers import MODEL

from perilune import DAY, Environment, Epoch, State
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.frames import from_icrf
from perilune.astro.geometry import SurfacePoint
from perilune.phases.base import Condition, Context, Stack
from perilune.phases.earth_return import EarthReturn
from perilune.phases.earth_return_days import offers
from perilune.phases.earth_return_target import Interface, ReturnTarget
from perilune.phases.tei import Parking, ReturnBurn, TransEarthInjection

LIMIT_M_S = 1700.0
"""Stated: what turning a low orbit's plane by a right angle on leaving costs."""
CASES = 6
NAMED = ("latitude", "declination", "the track from", "is over 1700", "no passage")
"""What may bind, as remedies name it."""


def circle(epoch: Epoch, inclination: float, node: float, height: float, env: Environment) -> State:
    """Return a circular lunar orbit against the Moon's equator, at its node."""
    axes = from_icrf("moon_me", epoch, env)[0]
    radius = MOON_RADIUS_KM + height
    speed = np.sqrt(env.constants.gm("moon") / radius)
    line = np.cos(node) * axes[0] + np.sin(node) * axes[1]
    ahead = np.cos(inclination) * np.cross(axes[2], line) + np.sin(inclination) * axes[2]
    return State(epoch, "moon", "icrf", radius * line, speed * ahead)


def prop_random_orbits_come_home_or_say_why(env: Environment, record_property: Recorder) -> None:
    rng = np.random.default_rng(20201216)
    context = Context(env, MODEL)
    dvs, reasons = [], []
    for _ in range(CASES):
        epoch = Epoch.utc("2027-01-01T00:00:00") + float(rng.uniform(0.0, 730.0)) * DAY
        start = circle(
            epoch, np.arccos(rng.uniform(-1.0, 1.0)), rng.uniform(0.0, 2.0 * np.pi),
            rng.uniform(60.0, 500.0), env,
        )  # fmt: skip
        zone = SurfacePoint("earth", float(rng.uniform(-45.0, 55.0)), float(rng.uniform(-180, 180)))
        target = ReturnTarget(zone, -6.0, inclination_deg=float(rng.uniform(20.0, 90.0)))
        two = TransEarthInjection((ReturnBurn(), ReturnBurn()), period_h=12.0, revolutions=1)
        injection = two if rng.uniform() < 0.3 else TransEarthInjection()
        phase = EarthReturn(target, injection, max_delta_v_m_s=LIMIT_M_S)
        for leg in phase.fly(Condition(Stack(), start), context):
            if leg.status != "converged":
                assert leg.status in ("no_solution", "delta_v_exceeded")
                reasons.append(leg.remedy)
                continue
            assert leg.end.state is not None
            interface = Interface.of(leg.end.state, target, env)
            assert np.abs(interface.misses(target)).max() < 1e-6
            assert interface.altitude_km == pytest.approx(120.0, abs=1e-6)
            dvs.append(leg.solution["return_delta_v_m_s"])
            assert dvs[-1] < LIMIT_M_S
    evidence(
        record_property,
        claim="Random lunar orbits (any plane, 60 to 500 km), zones and tracks come home",
        reference="the interface itself; where there is no way, the constraint that binds",
        tolerance=f"interface to 1e-6 rad, {LIMIT_M_S:.0f} m/s",
        achieved=f"{len(dvs)} ways of {CASES} orbits, {min(dvs):.0f} to {max(dvs):.0f} m/s; "
        f"{len(reasons)} named what binds",
    )
    assert len(dvs) >= CASES // 2
    for reason in reasons:
        assert any(word in reason for word in NAMED), reason


def cross_the_offers_of_days_are_what_flights_cost(env: Environment) -> None:
    context = Context(env, MODEL)
    start = circle(Epoch.utc("2029-03-01T00:00:00"), np.radians(70.0), 1.0, 150.0, env)
    target = ReturnTarget(SIZIWANG, -5.8, inclination_deg=44.0)
    parking = Parking(start, start.epoch + 7200.0, TransEarthInjection(), context)
    days = offers(parking, target, (72 * 3600.0, 120 * 3600.0))
    assert days
    assert all(0.0 <= float(day.date - parking.date) <= 14.0 * DAY + 1.0 for day in days)
    best = min(days, key=lambda day: day.last_dv_m_s)
    legs = EarthReturn(target, date=best.date).fly(Condition(Stack(), start), context)
    assert legs[0].status == "converged"
    assert legs[0].solution["return_delta_v_m_s"] == pytest.approx(best.last_dv_m_s, abs=100.0)
    worst = max(days, key=lambda day: day.last_dv_m_s)
    dear = EarthReturn(target, date=worst.date).fly(Condition(Stack(), start), context)
    assert dear[0].solution["return_delta_v_m_s"] > legs[0].solution["return_delta_v_m_s"]
