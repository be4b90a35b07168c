"""What breaks when a partner withdraws, and the cheapest replacement that closes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from perilune.cooperation.arrangement import Arrangement, Part, Seat, is_essential
from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.changes import changes_of
from perilune.cooperation.contact_asked import contact_short
from perilune.cooperation.flown import Flown
from perilune.cooperation.mission_flight import mission_task
from perilune.cooperation.tasks import Task
from perilune.errors import InputError


@dataclass(frozen=True)
class Replacement:
    """A mission with another candidate in a role."""

    mission: str
    role: str
    old: CandidateFile
    new: CandidateFile
    part: Part

    @property
    def task(self) -> Task:
        """The flight of it; with contact where that is what is replaced."""
        if self.role == "relay":
            return mission_task(self.part)
        return Task(self.part.mission.scenario, tuple(self.part.overrides))

    def closes(self, flight: Flown) -> bool:
        """Whether the mission closes with it, as it was flown."""
        short = contact_short(self.part.mission, flight.document.get("coverage"))
        return flight.closes and (self.role != "relay" or short is None)


def replacements(found: Arrangement) -> list[Replacement]:
    """Return every mission with one essential role filled by another candidate."""
    made = []
    for part in found.parts:
        for seat in part.seats:
            if is_essential(part.mission, seat.role):
                made += list(_others(found, part, seat))
    return made


def _others(found: Arrangement, part: Part, seat: Seat) -> Iterator[Replacement]:
    for other in found.study.candidates_for(part.name, seat.role):
        if other.name == seat.candidate.name or other.provider in found.variant.drop:
            continue
        seats = tuple(Seat(s.role, other) if s is seat else s for s in part.seats)
        changed = replace(part, seats=seats)
        own = {key[len(part.name) + 5 :]: value for key, value in found.variant.set.items()
               if key.startswith(f"{part.name}.set.")}  # fmt: skip
        try:
            changes = changes_of(
                part.mission, [s.candidate for s in seats], {**part.mission.set, **own}
            )
        except InputError:
            continue  # it does not fit this scenario
        yield Replacement(part.name, seat.role, seat.candidate, other,
                          replace(changed, changes=changes))  # fmt: skip


def withdrawals(
    found: Arrangement, made: list[Replacement], flown: Mapping[Task, Flown]
) -> list[dict[str, Any]]:
    """Return, for every partner, what its withdrawal breaks and what would mend it.

    Of the replacements that close the cheapest is named, where no cost is known the one with the
    most margin.
    """
    rows = []
    for who in found.partners:
        lost, mended, weaker = [], [], []
        for part in found.parts:
            if part.mission.lead == who:
                lost.append({"mission": part.name, "because": f"{who} leads it"})
                continue
            for seat in part.seats:
                if seat.candidate.provider != who:
                    continue
                if not is_essential(part.mission, seat.role):
                    weaker.append({"mission": part.name, "role": seat.role})
                    continue
                best = _best(part, seat, made, flown)
                if best is None:
                    lost.append(
                        {"mission": part.name, "because": f"no other {words(seat.role)} closes"}
                    )
                else:
                    mended.append({"mission": part.name, "role": seat.role, **best})
        for station in found.stations:
            if station.lead == who:
                lost.append({"mission": station.name, "because": f"{who} leads it"})
            elif who in station.partners:
                weaker.append({"mission": station.name, "role": "module"})
        rows.append({"partner": who, "breaks": lost, "replaced": mended, "weakens": weaker})
    return rows


def of_what_closes(
    rows: Sequence[Mapping[str, Any]], closing: Collection[str]
) -> list[dict[str, Any]]:
    """Return withdrawals without what does not close with everybody either."""
    return [
        {
            **row,
            **{
                key: [each for each in row[key] if each["mission"] in closing]
                for key in ("breaks", "replaced")
            },
        }
        for row in rows
    ]


def words(role: str) -> str:
    """Return a role as people say it."""
    return role.replace("_", " ")


def _best(
    part: Part, seat: Seat, made: list[Replacement], flown: Mapping[Task, Flown]
) -> dict[str, Any] | None:
    """Return the cheapest replacement that closes."""
    closing = [
        (each, flown[each.task])
        for each in made
        if each.mission == part.name
        and each.role == seat.role
        and each.old.name == seat.candidate.name
        and each.new.provider != seat.candidate.provider
        and each.task in flown
        and each.closes(flown[each.task])
    ]
    if not closing:
        return None
    cheap = min(closing, key=lambda pair: (
        pair[0].new.cost_musd if pair[0].new.cost_musd is not None else float("inf"),
        -(pair[1].margin_kg or 0.0),
    ))  # fmt: skip
    return {
        "by": cheap[0].new.name,
        "provider": cheap[0].new.provider,
        "margin_kg": cheap[1].margin_kg,
    }
