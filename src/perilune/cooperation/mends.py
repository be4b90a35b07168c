"""How a mission that does not close can be mended: of all that was flown, the least change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from perilune.cooperation.arrangement import Arrangement
from perilune.cooperation.criticality import Replacement
from perilune.cooperation.interfaces import fits_together
from perilune.cooperation.shown import shown
from perilune.cooperation.tasks import Flown, Task

Row = Mapping[str, Any]

_NOT_BUILT = ("ground_network", "landing_zone", "funding", "instrument")
"""Roles that do not make a mission close."""

_OTHERS_N = 5


def mends(
    found: Arrangement,
    row: Row,
    rows: Sequence[Row],
    made: Sequence[Replacement],
    flown: Mapping[Task, Flown],
) -> list[dict[str, Any]]:
    """Return for each mission of a variant that does not close the least change that does.

    Looked at are single replacements that were flown, and the other variants in which the mission
    closes. The fewest roles first, then the least cost where all of it is known, then the most
    margin; `others` change the same roles otherwise. Nothing is named of a partner that the variant
    leaves out.
    """
    told = []
    for mission in row["missions"]:
        if mission["physics"] == "closes":
            continue
        ways = [*_replaced(found, mission, made, flown), *_elsewhere(found, row, mission, rows)]
        ranked = sorted(ways, key=_rank)
        if ranked:
            best = ranked[0]
            told.append({"mission": mission["name"], **best, "others": _others(best, ranked)})
    return told


def _others(best: Row, ranked: Sequence[Row]) -> list[Row]:
    """Return what closes by as small a change of the same roles, each once."""
    found: list[Row] = []
    for way in ranked[1:]:
        known = [each["roles"] for each in (best, *found)]
        if way["roles"].keys() == best["roles"].keys() and way["roles"] not in known:
            found.append(way)
    return found[:_OTHERS_N]


def _replaced(
    found: Arrangement,
    mission: Row,
    made: Sequence[Replacement],
    flown: Mapping[Task, Flown],
) -> Iterator[dict[str, Any]]:
    for each in made:
        if each.mission != mission["name"] or not each.closes(flown[each.task]):
            continue
        if fits_together(each.mission, each.part, found.study.book):
            margin = flown[each.task].margin_kg
            yield _way(found, {each.role: [each.new.name]}, margin, None)


def _elsewhere(
    found: Arrangement, row: Row, mission: Row, rows: Sequence[Row]
) -> Iterator[dict[str, Any]]:
    gone = found.variant.drop
    for other in rows:
        if other["name"] == row["name"] or other["law"] == "forbidden":
            continue
        for there in other["missions"]:
            if there["name"] != mission["name"] or there["physics"] != "closes":
                continue
            differ = {
                role: list(names)
                for role, names in there["roles"].items()
                if role not in _NOT_BUILT and names != mission["roles"].get(role)
            }
            names = [name for filled in differ.values() for name in filled]
            if not any(found.study.candidates[name].provider in gone for name in names):
                yield _way(found, differ, there["margin_kg"], other["name"])


def _way(
    found: Arrangement, roles: Mapping[str, list[str]], margin_kg: float | None, where: str | None
) -> dict[str, Any]:
    filled = [shown(found.study.candidates[name]) for names in roles.values() for name in names]
    costs = [each.cost_musd for each in filled]
    return {
        "roles": dict(roles),
        "providers": list(dict.fromkeys(each.provider for each in filled)),
        "margin_kg": margin_kg,
        "cost_musd": None if None in costs or not costs else sum(c for c in costs if c),
        "shown_in": where,
    }


def _rank(way: Row) -> tuple[int, float, bool, float]:
    """Order by roles changed, cost, whether anything else differs there too, and margin."""
    cost = float("inf") if way["cost_musd"] is None else way["cost_musd"]
    return len(way["roles"]), cost, way["shown_in"] is not None, -(way["margin_kg"] or 0.0)
