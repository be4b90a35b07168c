"""Return capsules that flew: figures with their confidence, shared by the entry tests."""

from __future__ import annotations

import pytest

from perilune.errors import InputError
from perilune.phases.capsule import Capsule, Parachute
from perilune.phases.entry_aim import without_lift

# mass and size from memory of the designs (unconfirmed) but for Apollo's mass, diameter and L/D
# (launchloop.com, ApolloEntry) and the Luna capsules (NASA Solar System Exploration, Luna 16 and
# 24); drag, nose radii and parachutes are assumed; m/(Cd A) is derived from these.
CHANGE_5 = Capsule("Chang'e-5 returner", 330.0, 1.25, 1.25, 0.22, 0.6)
LUNA_16 = Capsule("Luna-16 capsule", 39.0, 0.5, 0.92, 0.0, 0.25, Parachute(14.0, 8.0))
LUNA_24 = Capsule("Luna-24 capsule", 35.0, 0.5, 0.92, 0.0, 0.25, Parachute(14.0, 8.0))
SOYUZ = Capsule("Soyuz", 2950.0, 2.2, 1.26, 0.27, 2.2)
SHENZHOU = Capsule("Shenzhou", 3240.0, 2.52, 1.26, 0.30, 2.5)
APOLLO = Capsule("Apollo command module", 5560.0, 3.91, 1.29, 0.30, 4.7)

DERIVED_KG_M2 = {
    CHANGE_5: (215.0, "unconfirmed"),
    LUNA_16: (216.0, "sourced"),
    LUNA_24: (194.0, "sourced"),
    SOYUZ: (615.0, "unconfirmed"),
    SHENZHOU: (515.0, "unconfirmed"),
    APOLLO: (360.0, "sourced"),
}


@pytest.mark.parametrize("capsule", DERIVED_KG_M2, ids=lambda c: c.name)
def test_ballistic_coefficient_is_mass_over_drag_area(capsule: Capsule) -> None:
    wanted, confidence = DERIVED_KG_M2[capsule]
    assert capsule.ballistic_kg_m2 == pytest.approx(wanted, rel=0.01)
    assert confidence in ("sourced", "unconfirmed")


def test_a_spinning_capsule_has_no_lift_and_the_same_drag() -> None:
    spinning = without_lift(CHANGE_5)
    assert spinning.lift_to_drag == 0.0
    assert spinning.ballistic_kg_m2 == CHANGE_5.ballistic_kg_m2


@pytest.mark.parametrize(
    ("figures", "word"),
    [
        ((0.0, 1.0, 1.0), "mass_kg"),
        ((1.0, -1.0, 1.0), "diameter_m"),
        ((1.0, 1.0, float("nan")), "drag"),
        ((1.0, 1.0, 1.0, -0.1), "lift_to_drag"),
    ],
)
def test_a_capsule_that_cannot_be_is_refused(figures: tuple[float, ...], word: str) -> None:
    with pytest.raises(InputError, match=word):
        Capsule("no", *figures)


def test_a_parachute_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="sink_m_s"):
        Parachute(10.0, 0.0)
    with pytest.raises(InputError, match="opens_km"):
        Parachute(-1.0)
