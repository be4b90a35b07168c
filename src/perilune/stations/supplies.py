"""What a station uses up a year: its crew, its propellant, its spare parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from perilune.catalog.entry import CONFIDENCES, Entry, Mark
from perilune.errors import InputError

YEAR_D = 365.25
GIVEN = Mark("assumed", "as given")
PROPELLANT = "propellant"
"""The one supply that only some ships bring."""


@dataclass(frozen=True)
class Need:
    """What one person needs a day of one thing.

    Attributes
    ----------
    name : str
    need_kg_d : float
    recycled : float
        The part the station wins back by itself.
    packaging : float
        Containers for each kg brought.
    mark : Mark
        Where the figures stand: that of the least certain of them.
    """

    name: str
    need_kg_d: float
    recycled: float = 0.0
    packaging: float = 0.0
    mark: Mark = GIVEN

    def __post_init__(self) -> None:
        if not 0.0 <= self.recycled <= 1.0:
            raise InputError(f"found {self.recycled:g}, expected 0 to 1", key="recycled")

    @property
    def brought_kg_d(self) -> float:
        """What has to be brought for a person and day, containers included."""
        return self.need_kg_d * (1.0 - self.recycled) * (1.0 + self.packaging)


@dataclass(frozen=True)
class LifeSupport:
    """How a station feeds its crew.

    Attributes
    ----------
    name, title : str
    needs : tuple of Need
    spares_kg_y, research_kg_y : float
        Spare parts and experiments, whoever is on board.
    mark : Mark
        Of those two.
    """

    name: str
    title: str
    needs: tuple[Need, ...]
    spares_kg_y: float = 0.0
    research_kg_y: float = 0.0
    mark: Mark = GIVEN

    @classmethod
    def of(cls, entry: Entry) -> LifeSupport:
        """Return the life support of a catalogue entry."""
        f = entry.figures
        return cls(
            entry.name,
            f["title"],
            tuple(_need(row) for row in entry.rows("needs")),
            float(f.get("spares_kg_y", 0.0)),
            float(f.get("research_kg_y", 0.0)),
            entry.mark_of("spares_kg_y"),
        )

    @property
    def brought_kg_d(self) -> float:
        """What has to be brought for a person and day."""
        return sum(need.brought_kg_d for need in self.needs)


def _need(row: Entry) -> Need:
    keys = ("need_kg_d", "recycled", "packaging")
    figures = {key: float(row.figures[key]) for key in keys if key in row.figures}
    marks = [row.mark_of(key) for key in figures]
    least = max(marks, key=lambda mark: CONFIDENCES.index(mark.confidence))
    return Need(name=row.figures["name"], mark=least, **figures)


@dataclass(frozen=True)
class Supplies:
    """What a station needs brought in a year.

    Attributes
    ----------
    crew_n : float
        On board in the mean.
    items_kg_y : mapping
        By name.
    marks : mapping
        Where each stands.
    """

    crew_n: float
    items_kg_y: Mapping[str, float]
    marks: Mapping[str, Mark]

    @property
    def total_kg_y(self) -> float:
        """All of it."""
        return sum(self.items_kg_y.values())

    @property
    def propellant_kg_y(self) -> float:
        """The part that is propellant."""
        return self.items_kg_y.get(PROPELLANT, 0.0)

    @property
    def dry_kg_y(self) -> float:
        """The part any ship brings: all but propellant."""
        return self.total_kg_y - self.propellant_kg_y

    def to_json(self) -> dict[str, float]:
        """Return `supplies_kg_y` in the JSON of `station crew`: by name, and the total."""
        return {**self.items_kg_y, "total": self.total_kg_y}


def supplies(
    life: LifeSupport,
    crew_n: float,
    *,
    propellant_kg_y: float = 0.0,
    propellant_mark: Mark = GIVEN,
    spares_kg_y: float | None = None,
    research_kg_y: float | None = None,
) -> Supplies:
    """Return what a station needs brought in a year of 365.25 days.

    Parameters
    ----------
    life : LifeSupport
    crew_n : float
        On board in the mean, handovers included: `Census.mean_n`.
    propellant_kg_y : float
        As its upkeep asks.
    propellant_mark : Mark
    spares_kg_y, research_kg_y : float or None
        None takes those of the life support.

    Model limits: steady state, no reserves filled or eaten; spares and research do not grow with
    the crew; air lost through airlocks and leaks is left out.
    """
    if crew_n < 0.0 or propellant_kg_y < 0.0:
        key = "crew_n" if crew_n < 0.0 else "propellant_kg_y"
        raise InputError(f"found {min(crew_n, propellant_kg_y):g}, expected 0 or more", key=key)
    items = {need.name: need.brought_kg_d * crew_n * YEAR_D for need in life.needs}
    marks = {need.name: need.mark for need in life.needs}
    fixed = {
        "spare parts": life.spares_kg_y if spares_kg_y is None else spares_kg_y,
        "research": life.research_kg_y if research_kg_y is None else research_kg_y,
    }
    items |= {**fixed, PROPELLANT: propellant_kg_y}
    marks |= {**dict.fromkeys(fixed, life.mark), PROPELLANT: propellant_mark}
    return Supplies(crew_n, items, marks)
