"""A small study that the tests of proposals, merges and exports share."""

from __future__ import annotations

from datetime import date
from typing import Any

from perilune.cooperation.study_file import StudyFile, VariantFile

LANDER: dict[str, Any] = {
    "name": "luna-27-lander",
    "role": "lander",
    "provider": "roscosmos",
    "title": "Lander",
    "fits": ["luna-27"],
    "set": {
        "spacecraft.luna-27.dry_mass_kg": 937.25,
        "spacecraft.luna-27.propellant_kg": 1_161.5,
    },
    "mass_kg": 2_098.75,
    "needs": {"mass_kg": 2_200.0, "power_w": 300.0, "bands": ["x"]},
    "offers": {"power_w": 45.0, "data_kbit_s": 64.0},
    "ready": date(2028, 3, 17),
    "integration_d": 143.0,
    "kind": "heritage lander",
    "items": [{"name": "gyroscope GX-77", "origin": "ru", "classes": ["dual_use"]}],
    "reliability": 0.8642,
    "cost_musd": 151.75,
    "source": "Contract 0173/LR, annex 4",
    "private": [
        "cost_musd",
        "reliability",
        "source",
        "mass_kg",
        "set.spacecraft.luna-27.dry_mass_kg",
        "set.spacecraft.luna-27.propellant_kg",
        "items",
        "ready",
        "integration_d",
        "kind",
    ],
}

RELAY: dict[str, Any] = {
    "name": "queqiao",
    "role": "relay",
    "provider": "cnsa",
    "mass_kg": 448.7,
    "source": "Wikipedia, Queqiao-1",
}

ROVER: dict[str, Any] = {
    "name": "guest-rover",
    "role": "rover",
    "provider": "cnsa",
    "fits": ["luna-27"],
    "add": {"spacecraft.luna-27.dry_mass_kg": 31.375},
    "mass_kg": 31.375,
    "needs": {"mass_kg": 40.0},
    "cost_musd": 12.4375,
    "confidence": "derived",
    "private": ["add.spacecraft.luna-27.dry_mass_kg", "mass_kg", "cost_musd"],
}

LUNA_26: dict[str, Any] = {
    "name": "luna-26-orbiter",
    "role": "relay",
    "provider": "roscosmos",
    "mass_kg": 2_100,
    "source": "Wikipedia, Luna 26",
}

VARIANTS: list[dict[str, Any]] = [
    {"name": "alone"},
    {
        "name": "chinese-relay",
        "title": "Luna-27 lands with a Chinese relay",
        "set": {"luna-27.roles.relay": "queqiao", "luna-27.planned": date(2030, 2, 1)},
        "setting": "bilateral",
    },
    {"name": "without-china", "drop": ["cnsa"], "set": {"luna-27.set.phase.wait.at_most_d": 25}},
]


def document(**more: Any) -> dict[str, Any]:
    """Return the study as a file has it; keys given replace its own."""
    return {
        "schema": 1,
        "name": "small",
        "as_of": date(2017, 6, 15),
        "baseline": "alone",
        "partners": ["roscosmos", "cnsa", "esa"],
        "candidate": [LANDER, RELAY, ROVER, LUNA_26],
        "mission": [
            {
                "name": "luna-27",
                "scenario": "luna-27",
                "lead": "roscosmos",
                "planned": date(2029, 8, 20),
                "roles": {
                    "lander": "luna-27-lander",
                    "relay": "luna-26-orbiter",
                    "rover": "guest-rover",
                },
            },
            {
                "name": "change-4",
                "scenario": "change-4",
                "lead": "cnsa",
                "planned": date(2018, 12, 7),
                "roles": {"relay": ["queqiao"]},
            },
        ],
        "variant": VARIANTS,
    } | more


def study(**more: Any) -> StudyFile:
    """Return the study."""
    return StudyFile.model_validate(document(**more))


def variant(**keys: Any) -> VariantFile:
    """Return a variant, named `chinese-relay` if nothing else is said."""
    return VariantFile.model_validate({"name": "chinese-relay"} | keys)
