"""A ship that carries crew or cargo to a station: seats, loads, and how long it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from perilune.catalog.entry import Entry
from perilune.errors import InputError


@dataclass(frozen=True)
class Ship:
    """A kind of crew or cargo ship.

    Attributes
    ----------
    name, title, partner : str
    standard, side : str
        Of the docking mechanism it carries.
    seats_n : int
        Up and down.
    cargo_kg : float
        All it brings for the station, propellant to be pumped over included.
    refuel_kg : float
        The most of that which can be propellant for the station's tanks.
    reboost_kg : float
        Propellant it can raise the station with, be it in its own tanks or in those it could pump
        over: what exceeds `refuel_kg` comes beside `cargo_kg`.
    docked_life_d, free_flight_d : float or None
        How long it may stay docked, and fly by itself; None where no limit is known.
    rendezvous_h, return_h : float
        From lift-off to docking, and from undocking to landing; 0 where the catalogue has none.
    usual_stay_d : float or None
        Docked, as it is usually flown.
    landing_zones : tuple of str
    entry : Entry or None
        Where its figures stand.
    """

    name: str
    title: str
    partner: str
    standard: str
    side: str
    seats_n: int = 0
    cargo_kg: float = 0.0
    refuel_kg: float = 0.0
    reboost_kg: float = 0.0
    docked_life_d: float | None = None
    free_flight_d: float | None = None
    rendezvous_h: float = 0.0
    return_h: float = 0.0
    usual_stay_d: float | None = None
    landing_zones: tuple[str, ...] = ()
    entry: Entry | None = None

    def __post_init__(self) -> None:
        if self.refuel_kg > self.cargo_kg:
            raise InputError(
                f"found {self.refuel_kg:g} for '{self.name}', expected at most its cargo_kg "
                f"{self.cargo_kg:g}, of which it is a part",
                key="refuel_kg",
            )

    @property
    def propellant_kg(self) -> float:
        """The most propellant a flight can bring, pumped over or burned on the spot."""
        return max(self.refuel_kg, self.reboost_kg)

    @property
    def room_kg(self) -> float:
        """All a flight can bring: its cargo, and propellant of its own beside it."""
        return self.cargo_kg + max(self.reboost_kg - self.refuel_kg, 0.0)

    @classmethod
    def of(cls, entry: Entry) -> Ship:
        """Return the ship of a catalogue entry of kind `ships`."""
        known = set(cls.__dataclass_fields__) - {"name", "landing_zones", "entry"}
        own: dict[str, Any] = {key: v for key, v in entry.figures.items() if key in known}
        own.setdefault("partner", "")
        zones = tuple(entry.figures.get("landing_zones", ()))
        return cls(name=entry.name, landing_zones=zones, entry=entry, **own)
