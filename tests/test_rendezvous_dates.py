"""Rendezvous: docking in light, without a date, and with a strong engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rendezvous_cases import ASCENT_END, DOCKING, MAIN, ascender, change_5, sky

from perilune import Environment
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.geometry import sunlit_fraction
from perilune.phases.rendezvous_target import target_motion


def test_docking_moves_into_the_light(env: Environment) -> None:
    phase = replace(change_5(env), impulsive=True)
    motion = target_motion(phase.target, ASCENT_END, DOCKING + 9000.0, sky(env))
    assert motion is not None
    dark = next(
        DOCKING + float(t)
        for t in np.arange(0.0, 8000.0, 120.0)
        if sunlit_fraction(motion(DOCKING + float(t)), env) == 0.0
    )
    phase = replace(phase, docking=dark)
    legs = [replace(phase, in_light=lit).fly(ascender(env), sky(env))[0] for lit in (False, True)]
    assert [x.status for x in legs] == ["converged", "converged"]
    assert [x.solution["docking_sunlit"] for x in legs] == [0.0, 1.0]
    assert 0.0 < legs[1].happenings[-1].epoch - dark < 7700.0


def test_without_a_date_the_first_sensible_one_is_taken(env: Environment) -> None:
    phase = replace(change_5(env), docking=None, impulsive=True)
    leg = phase.fly(ascender(env), sky(env))[0]
    assert leg.status == "converged"
    assert float(leg.solution["rendezvous_h"]) < 30.0
    assert float(leg.solution["rendezvous_dv_m_s"]) < 70.0


def test_a_strong_engine_burns_briefly(env: Environment) -> None:
    found = replace(change_5(env), engine=MAIN).encounter(ascender(env), sky(env))
    assert found is not None
    for burn in found.course.burns:
        lasts = float(burn.cut_off.epoch - burn.ignition.epoch)
        assert lasts == pytest.approx(1e-3 * 395.0 * burn.dv_m_s / 3.0, rel=0.05)
    heights = [np.linalg.norm(b.ignition.r_km) - MOON_RADIUS_KM for b in found.course.burns]
    assert min(heights) > 50.0
