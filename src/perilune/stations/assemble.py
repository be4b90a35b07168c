"""`assemble`: every step of a plan checked, every flight flown, and the station it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from perilune.errors import InputError
from perilune.stations.assembly import Stage, stages
from perilune.stations.assembly_flights import Flights
from perilune.stations.design import Design
from perilune.stations.drawing import outlines

Report = Callable[[str], None]


def assemble(design: Design, report: Report = lambda _: None) -> dict[str, Any]:
    """Return the answer to `assemble`: rows of flights and of the stack after each step.

    Raises
    ------
    InputError
        Where the file has no steps, or one that makes no sense.
    """
    made = _stages(design)
    rows = Flights(design, report).rows(made)
    return {
        "flights": rows,
        "stack": [stage.to_json() for stage in made],
        "modules": outlines(made[-1].complex),
        "ok": all(row["ok"] for row in rows) and not any(stage.why_not for stage in made),
    }


def _stages(design: Design) -> list[Stage]:
    if not design.plan.steps:
        raise InputError(
            "this key is missing: expected [[step]] tables, the modules in the order they join",
            key="step",
        )
    return stages(design.plan)


def compared(document: dict[str, Any], other: Design) -> dict[str, Any]:
    """Return how the finished station of an answer compares with another one, in size and mass."""
    last, there = document["stack"][-1], stages(other.plan)[-1].body
    return {
        "with": other.name,
        "title": other.title,
        "mass_kg": there.mass_kg,
        "length_m": there.length_m,
        "extent_m": there.extent_m.tolist(),
        "mass_ratio": last["mass_kg"] / there.mass_kg,
        "length_ratio": last["length_m"] / there.length_m,
    }
