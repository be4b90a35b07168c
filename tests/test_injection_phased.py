"""Injection in several burns: phasing orbits, stages that burn twice or carry the next."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from evidence import Recorder, evidence
from injections import (
    CZ3A,
    CZ5,
    FREGAT,
    LANDER,
    LARGE,
    MIDDLE,
    ORBITER,
    OWN,
    PERIODS_H,
    PHASED,
    PROBE,
    REVOLUTIONS,
    after,
    burns_of,
    burnt,
    ends_as_asked,
    middle,
    named,
    spent_m_s,
)
from support import off
from transfers import HOUR, MODEL

from perilune import Environment, Epoch, State
from perilune.astro import elements
from perilune.astro.bodies import EARTH_RADIUS_KM, STANDARD_GRAVITY_M_S2
from perilune.dynamics.events import periapsis
from perilune.dynamics.propagate import propagate
from perilune.phases.base import Context, Leg, Stack
from perilune.phases.departure import LaunchPhase
from perilune.phases.injection import InjectionBurn


@pytest.fixture(scope="module")
def context(env: Environment) -> Context:
    """Return the sky and the force models of every injection here."""
    return Context(env, MODEL)


@pytest.fixture(scope="module")
def phased(context: Context) -> list[Leg]:
    """Return an injection as Chang'e-1's: by orbits of 16, 24 and 48 h."""
    return burnt(CZ3A, ORBITER, context, *PHASED, wanted=(200.0, 90.0), hours=114.0)


def test_phasing_orbits_have_the_periods_asked_for(phased: list[Leg], context: Context) -> None:
    gm = context.env.constants.gm("earth")
    for leg in phased:
        for number, hours in enumerate(PERIODS_H):
            end = after(leg, named(leg, f"phasing_burn_{number + 1}"))
            orbit = elements.from_vectors(end.r_km, end.v_km_s, gm)
            assert orbit.period_s == pytest.approx(3600.0 * hours, abs=1e-4)
            assert 190.0 < orbit.periapsis_km - EARTH_RADIUS_KM < 260.0


def test_an_apogee_can_be_asked_for(context: Context) -> None:
    step = InjectionBurn(MIDDLE, apogee_altitude_km=50930.0)
    leg = burnt(CZ3A, ORBITER, context, step, replace(OWN, after_revolutions=2))[0]
    ends_as_asked([leg])
    end = after(leg, named(leg, "phasing_burn_1"))
    orbit = elements.from_vectors(end.r_km, end.v_km_s, context.env.constants.gm("earth"))
    assert orbit.apoapsis_km - EARTH_RADIUS_KM == pytest.approx(50930.0, abs=1e-4)


def cross_burns_are_centered_on_perigees_counted(phased: list[Leg], context: Context) -> None:
    """Each orbit coasts on, unburnt, to the perigee its next burn is about."""
    for leg in phased:
        found = burns_of(leg)
        for (first, second), count in zip(pairwise(found), REVOLUTIONS, strict=True):
            coast = propagate(
                after(leg, first),
                until=middle(second) + 60.0,
                forces=MODEL.earth,
                env=context.env,
                events=(periapsis("earth"),),
            )
            passages = [e.epoch for e in coast.events if e.epoch - first.epoch > HOUR]
            assert len(passages) == count
            assert passages[-1] - middle(second) == pytest.approx(0.0, abs=1e-3)


def test_the_order_of_a_phased_injection(phased: list[Leg]) -> None:
    for leg in phased:
        assert [h.name for h in leg.happenings] == [
            "lift_off", "parking_orbit", "phasing_burn_1", "separation", "phasing_burn_2",
            "phasing_burn_3", "translunar_injection",
        ]  # fmt: skip
        assert all(b.epoch - a.epoch >= 0.0 for a, b in pairwise(leg.happenings))
        assert [h.branch for h in burns_of(leg)[:-1]] == [None] * 3
        assert leg.solution["flight_time_h"] == 114.0
        assert leg.solution["phasing_h"] == pytest.approx(3 * 16.0 + 3 * 24.0 + 48.0, abs=3.0)
        assert leg.trajectory is not None
        for one, other in pairwise(leg.trajectory.arcs):
            joint = other.origin
            there = State.from_vector(one.run.vector[:6], epoch=joint, center=one.center)
            here = State.from_vector(
                other.vectors(np.zeros(1))[0, :6], epoch=joint, center=other.center
            ).to(center=one.center, env=leg.trajectory.env)
            assert off(there.r_km, here.r_km) < 1e-6


def val_chang_e_1_arrives_when_it_did(phased: list[Leg], record_property: Recorder) -> None:
    """The lift-off flown, the orbits and revolutions flown, the flight time flown."""
    second, arrival = named(phased[0], "phasing_burn_2"), phased[0].end.state
    assert arrival is not None
    burn = float(middle(second) - Epoch.utc("2007-10-26T09:17:00")) / 60.0
    braking = float(arrival.epoch - Epoch.utc("2007-11-05T03:26:00")) / 60.0
    assert abs(burn) < 90.0
    assert abs(braking) < 90.0
    evidence(
        record_property,
        claim="Chang'e-1 from its lift-off by orbits of 16, 24 and 48 h: second burn, arrival",
        reference="middles of the burns of 2007-10-26 (china.org.cn) and 2007-11-05 (Xinhua); "
        "it also raised its perigee to 600 km, which is not flown here",
        tolerance="90 min",
        achieved=f"{burn:+.0f} min after two days, {braking:+.0f} min after twelve",
    )


def test_a_stage_that_burns_twice_is_dropped_empty_once(context: Context) -> None:
    first = InjectionBurn(LARGE, period_h=16.0)
    legs = burnt(CZ5, PROBE, context, first, InjectionBurn(LARGE, after_revolutions=2))
    ends_as_asked(legs)
    for leg in legs:
        assert [h.name for h in leg.happenings].count("separation") == 1
        one, other = burns_of(leg)
        assert other.mass_before_kg == pytest.approx(one.mass_after_kg, rel=1e-14)
        assert named(leg, "separation").mass_after_kg == pytest.approx(8200.0, abs=1e-6)
        total = 13300.0 * np.exp(spent_m_s(leg) / (442.6 * STANDARD_GRAVITY_M_S2))
        assert one.mass_before_kg == pytest.approx(total, rel=1e-9)


def test_one_stage_carries_the_next(context: Context) -> None:
    first, second = InjectionBurn(LARGE, period_h=6.0), InjectionBurn(FREGAT, period_h=24.0)
    legs = burnt(CZ5, LANDER, context, first, second, InjectionBurn(FREGAT))
    ends_as_asked(legs)
    for leg in legs:
        below, above = (h for h in leg.happenings if h.name == "separation")
        lifted = burns_of(leg)[1].mass_before_kg
        assert below.mass_after_kg == pytest.approx(lifted, rel=1e-14)
        assert below.mass_before_kg == pytest.approx(below.mass_after_kg + 5100.0, abs=1e-9)
        assert above.mass_after_kg == pytest.approx(1750.0, abs=1e-6)


def test_impulses_without_masses_phase_too(context: Context) -> None:
    legs = burnt(CZ5, Stack(), context, InjectionBurn(period_h=24.0), InjectionBurn())
    ends_as_asked(legs)
    for leg in legs:
        assert [h.mass_after_kg for h in burns_of(leg)] == [None, None]
        plain = leg.solution["impulsive_total_dv_m_s"]
        assert spent_m_s(leg) < plain
        assert abs(leg.solution["gravity_loss_m_s"]) < 5.0


def test_a_day_of_lift_offs_leads_to_phased_injections(context: Context) -> None:
    day = LaunchPhase(
        CZ3A.launch,
        Epoch.utc("2007-10-24T00:00:00"),
        fixed_lift_off=False,
        inclination_deg=31.0,
        heading="southbound",
        coast="short",
    )
    legs = burnt(day, ORBITER, context, *PHASED, wanted=(200.0, 90.0), hours=114.0)
    ends_as_asked(legs)
    for leg in legs:
        parking = named(leg, "parking_orbit").state
        pole = context.env.earth.itrf_matrix(parking.epoch + (-775.0))[2]
        h = np.cross(parking.r_km, parking.v_km_s)
        tilt = np.degrees(np.arccos(pole @ h / np.linalg.norm(h)))
        assert tilt == pytest.approx(31.0, abs=1e-3)
