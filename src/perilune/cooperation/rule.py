"""One rule of law or policy, as the catalogue has it: who is bound, to what, from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from perilune.catalog.book import Catalog
from perilune.catalog.entry import Entry
from perilune.errors import InputError

_NEEDS = {
    "requires_certification": "certification",
    "requires_licence": "licence",
    "requires_agreement": "agreement",
}
_LISTS = (
    "binds",
    "counterparts",
    "except_counterparts",
    "activities",
    "except_activities",
    "settings",
    "frameworks",
    "programs",
    "except_programs",
    "classes",
)
_WORDS = ("title", "effect", "citation", "because", "since")
_OPTIONAL = ("lifted_by", "route", "character", "until", "uncertain_after")


@dataclass(frozen=True)
class Rule:
    """A rule; an empty list stands for anything, no counterparts for everybody.

    Attributes
    ----------
    effect : str
        One of `EFFECTS`.
    citation, because, lifted_by : str
        The text it stands in, what that says, and what would lift it.
    source, confidence : str
        Where the catalogue has it from, and the weakest confidence among its figures.
    route : str or None
        How a prohibition is lifted for one activity; None: it is not.
    classes : frozenset of str
        Export-control classes of the items it judges (`any`: every item). Empty: it judges
        partners, not items.
    uncertain_after : date or None
        From then on nobody knows whether it still stands.

    Raises
    ------
    InputError
        A rule without a source, or one that contradicts itself.
    """

    name: str
    title: str
    effect: str
    citation: str
    because: str
    source: str
    since: date
    binds: frozenset[str]
    confidence: str = "sourced"
    counterparts: frozenset[str] = frozenset()
    except_counterparts: frozenset[str] = frozenset()
    activities: frozenset[str] = frozenset()
    except_activities: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()
    frameworks: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
    except_programs: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    lifted_by: str = ""
    route: str | None = None
    character: str | None = None
    until: date | None = None
    uncertain_after: date | None = None

    def __post_init__(self) -> None:
        if not self.source.strip():
            raise InputError("has no `source`: a rule stands on the text it names", key=self.key)
        if self.until is not None and self.until < self.since:
            raise InputError(f"ends on {self.until}, before {self.since}", key=f"{self.key}.until")
        if self.route is not None and self.effect != "prohibits":
            problem = f"`{self.effect}` says the route itself: `route` belongs to `prohibits`"
            raise InputError(problem, key=f"{self.key}.route")

    @property
    def key(self) -> str:
        """Where it stands in the catalogue."""
        return f"rules.{self.name}"

    @property
    def needs(self) -> str | None:
        """The approval that opens what it closes: `certification`, `licence`...; None for none."""
        return self.route or _NEEDS.get(self.effect)

    def in_force(self, on: date) -> bool:
        """Tell whether it was in force on a day, the first and the last included."""
        return self.since <= on and (self.until is None or on <= self.until)

    def reaches(self, bound: frozenset[str], other: frozenset[str]) -> bool:
        """Tell whether it binds somebody of these names towards somebody of those."""
        meant = not self.counterparts or bool(self.counterparts & other)
        return bool(self.binds & bound) and meant and not self.except_counterparts & other

    @classmethod
    def of(cls, entry: Entry) -> Rule:
        """Return the rule of a catalogue entry."""
        figures = entry.figures
        said: dict[str, Any] = {key: figures[key] for key in _WORDS}
        said |= {key: figures[key] for key in _OPTIONAL if key in figures}
        said |= {key: frozenset(figures.get(key, ())) for key in _LISTS}
        return cls(entry.name, source=_source(entry), confidence=_weakest(entry), **said)


@lru_cache(maxsize=16)
def rules_of(book: Catalog) -> tuple[Rule, ...]:
    """Return the rules of a catalogue; raises InputError where names mean two things."""
    seen: dict[str, str] = {}
    for kind in ("agencies", "countries", "treaties"):
        for name in book.table(kind):
            if name in seen:
                problem = f"is in {seen[name]} too: a rule could mean either"
                raise InputError(problem, key=f"{kind}.{name}")
            seen[name] = kind
    return tuple(Rule.of(entry) for entry in book.table("rules").values())


def _source(entry: Entry) -> str:
    """Return where a rule and its citation come from."""
    return "; ".join(dict.fromkeys((entry.source, entry.source_of("citation"))))


def _weakest(entry: Entry) -> str:
    """Return the weakest confidence among a rule's figures."""
    order = ("sourced", "derived", "unconfirmed", "assumed")
    said = [entry.confidence, *(mark.confidence for mark in entry.marks.values())]
    return max(said, key=order.index)
