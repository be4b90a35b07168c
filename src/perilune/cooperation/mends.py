"""How a mission that does not close can be mended: of all that was flown, the least change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from perilune.cooperation.arrangement import Arrangement
from perilune.cooperation.criticality import Replacement
from perilune.cooperation.flown import Flown
from perilune.cooperation.interfaces import fits_together
from perilune.cooperation.shown import shown
from perilune.cooperation.tasks import Task

Row = Mapping[str, Any]

_NOT_BUILT = ("ground_network", "landing_zone", "funding", "instrument")
"""Roles that do not make a mission close."""

_OTHERS_N = 5


@dataclass(frozen=True)
class Closing:
    """A mission that closes in a variant: who fills what is built, and with what margin."""

    roles: Mapping[str, list[str]]
    margin_kg: float
    variant: str


def closings(rows: Sequence[Row]) -> dict[str, list[Closing]]:
    """Return by mission how it closes in the variants that law does not forbid.

    Of those with the same roles filled alike, the one with the most margin.
    """
    best: dict[tuple[str, str], Closing] = {}
    for row in rows:
        if row["law"] == "forbidden":
            continue
        for mission in row["missions"]:
            if mission["physics"] != "closes":
                continue
            roles = {r: list(n) for r, n in mission["roles"].items() if r not in _NOT_BUILT}
            margin, key = (
                mission["margin_kg"] or 0.0,
                (mission["name"], repr(sorted(roles.items()))),
            )
            if key not in best or margin > best[key].margin_kg:
                best[key] = Closing(roles, margin, row["name"])
    found: dict[str, list[Closing]] = {}
    for (name, _), closing in best.items():
        found.setdefault(name, []).append(closing)
    return found


def mends(
    found: Arrangement,
    row: Row,
    elsewhere: Mapping[str, Sequence[Closing]],
    made: Sequence[Replacement],
    flown: Mapping[Task, Flown],
) -> list[dict[str, Any]]:
    """Return for each mission of a variant that does not close the least change that does.

    Looked at are single replacements that were flown, and the variants in which the mission closes
    (`closings`). The fewest roles first, then the least cost where all of it is known, then the
    most margin; `others` change the same roles otherwise. Nothing is named of a partner that the
    variant leaves out.
    """
    told = []
    for mission in row["missions"]:
        if mission["physics"] == "closes":
            continue
        there = elsewhere.get(mission["name"], ())
        ways = [*_replaced(found, mission, made, flown), *_elsewhere(found, mission, there)]
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
    found: Arrangement, mission: Row, closings: Sequence[Closing]
) -> Iterator[dict[str, Any]]:
    gone = found.variant.drop
    for there in closings:
        differ = {r: names for r, names in there.roles.items() if names != mission["roles"].get(r)}
        names = [name for filled in differ.values() for name in filled]
        if not any(found.study.candidates[name].provider in gone for name in names):
            yield _way(found, differ, there.margin_kg, there.variant)


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
