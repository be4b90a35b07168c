"""Station-keeping of low lunar orbits: the band kept, the cost, and what is too tight."""

from __future__ import annotations

import numpy as np
import pytest
from rendezvous_cases import ASCENT_END, MAIN, orbit, sky
from transfers import MODEL

from perilune import Environment, propagate
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.epoch import DAY
from perilune.errors import InputError
from perilune.phases.base import Condition, Leg, Spacecraft, Stack
from perilune.phases.orbit_burn import Burner
from perilune.phases.station_keeping import StationKeeping

STACK = Stack((Spacecraft("craft", 1200.0, 800.0, (MAIN,)),))


def keep(altitude_km: float, tolerance_km: float, days: float, env: Environment) -> Leg:
    start = orbit(altitude_km, altitude_km, env, inclination_deg=90.0)
    phase = StationKeeping(
        altitude_km, tolerance_km, ASCENT_END + days * DAY, Burner("craft", MAIN)
    )
    return phase.fly(Condition(STACK, start), sky(env))[0]


@pytest.fixture(scope="module")
def kept(env: Environment) -> Leg:
    """Return thirty days at 100 km within 20."""
    return keep(100.0, 20.0, 30.0, env)


def heights(leg: Leg) -> np.ndarray:
    """Return heights all along, every two minutes, from the arcs themselves."""
    assert leg.trajectory is not None
    rows = []
    for arc in leg.trajectory.arcs:
        low, high = arc.span_s
        rows.append(arc.vectors(np.arange(low, high, 180.0))[:, :3])
    return np.linalg.norm(np.concatenate(rows), axis=1) - MOON_RADIUS_KM


def cross_the_band_is_kept_where_it_would_be_left(kept: Leg, env: Environment) -> None:
    assert (kept.status, kept.remedy) == ("converged", "")
    assert [c.name for c in kept.checks if not c.ok] == []
    assert np.abs(heights(kept) - 100.0).max() < 20.0
    start = orbit(100.0, 100.0, env, inclination_deg=90.0)
    free = propagate(start, until=ASCENT_END + 30.0 * DAY, forces=MODEL.moon, env=env)
    size = np.linalg.norm(free.arcs[0].vectors(np.arange(0.0, 30.0 * DAY, 300.0))[:, :3], axis=1)
    assert np.abs(size - MOON_RADIUS_KM - 100.0).max() > 25.0


def conserve_cost_adds_up(kept: Leg) -> None:
    total = sum(h.dv_m_s or 0.0 for h in kept.happenings)
    assert kept.solution["station_keeping_dv_m_s"] == pytest.approx(total, rel=1e-12)
    yearly = float(kept.solution["station_keeping_m_s_per_year"])
    assert yearly == pytest.approx(total * 365.25 / 30.0, rel=1e-6)
    names = [h.name for h in kept.happenings]
    assert names == [f"station_keeping_{n + 1}" for n in range(len(names))]
    used = [(h.mass_before_kg or 0.0) - (h.mass_after_kg or 0.0) for h in kept.happenings]
    assert (kept.end.stack.mass_kg or 0.0) == pytest.approx(2000.0 - sum(used), abs=1e-6)


def cross_a_wider_band_costs_less(kept: Leg, env: Environment) -> None:
    tight = keep(100.0, 10.0, 12.0, env)
    yearly = [float(leg.solution["station_keeping_m_s_per_year"]) for leg in (kept, tight)]
    assert yearly[0] < yearly[1]


def test_too_tight_a_band_is_named(env: Environment) -> None:
    leg = keep(100.0, 1.0, 2.0, env)
    assert leg.status == "no_solution"
    assert "larger tolerance" in leg.remedy


@pytest.mark.parametrize(("low_km", "high_km"), [(300.0, 300.0), (100.0, 160.0), (40.0, 300.0)])
def test_an_orbit_far_off_is_not_kept_but_named(
    low_km: float, high_km: float, env: Environment
) -> None:
    """The burns that bring it into the band are another phase's."""
    start = orbit(low_km, high_km, env, inclination_deg=90.0)
    phase = StationKeeping(100.0, 20.0, ASCENT_END + 3.0 * DAY, Burner("craft", MAIN))
    leg = phase.fly(Condition(STACK, start), sky(env))[0]
    assert leg.status == "no_solution"
    assert f"{low_km:.0f} x {high_km:.0f} km high where its keeping begins" in leg.remedy
    assert "apsis_burn" in leg.remedy
    assert leg.happenings == ()  # nothing is burnt on it


def test_the_height_it_has_is_kept(env: Environment) -> None:
    assert keep(300.0, 20.0, 0.5, env).status == "converged"


def test_misuse_is_refused(env: Environment) -> None:
    with pytest.raises(InputError, match="tolerance_km"):
        StationKeeping(100.0, 120.0, ASCENT_END)
    start = orbit(100.0, 100.0, env)
    leg = StationKeeping(100.0, 20.0, ASCENT_END).fly(Condition(STACK, start), sky(env))[0]
    assert leg.status == "no_solution"
