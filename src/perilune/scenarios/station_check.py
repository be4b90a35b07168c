"""Whether a station's file makes sense: what can be said before a question is computed."""

from __future__ import annotations

from perilune.errors import InputError
from perilune.stations.ask_access import fleets
from perilune.stations.assembly import Stage, stages
from perilune.stations.design import Design
from perilune.stations.lift import lifts_of
from perilune.stations.split import parts


def require_sense(design: Design) -> list[Stage]:
    """Return the station after each of its steps; its trade, division and ports are looked at.

    Raises
    ------
    InputError
        Says file and key.
    """
    try:
        made = stages(design.plan)
        fleets(design, lifts_of(design.book))
        if design.split is not None:
            parts(design, design.split)
    except InputError as problem:
        raise InputError(problem.problem, file=design.file, key=problem.key) from None
    return made


def answers(design: Design) -> list[str]:
    """Return the questions its file has what it takes for."""
    asked = {
        "access": True,
        "assemble": bool(design.plan.steps),
        "crew": design.crew is not None,
        "upkeep": design.upkeep is not None,
        "split": design.split is not None,
    }
    return [verb for verb, there in asked.items() if there]
