"""Cargo flights: how many of which ship a station needs a year, shared among partners."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from perilune.errors import InputError
from perilune.stations.ship import Ship
from perilune.stations.supplies import Supplies


@dataclass(frozen=True)
class CargoFlights:
    """What one kind of ship brings.

    Attributes
    ----------
    ship : Ship
    flights_n_y : float
        A year; not a whole number.
    dry_kg_y, propellant_kg_y : float
    limited_by : str
        `cargo` or `propellant`: what the number of flights follows from.
    """

    ship: Ship
    flights_n_y: float
    dry_kg_y: float
    propellant_kg_y: float
    limited_by: str

    def whole_n(self, years: float) -> int:
        """Return the flights that cover so many years."""
        return math.ceil(self.flights_n_y * years - 1e-9)

    def to_json(self) -> dict[str, Any]:
        """Return the row for a JSON document."""
        return {
            "ship": self.ship.name,
            "partner": self.ship.partner,
            "flights_n_y": self.flights_n_y,
            "dry_kg_y": self.dry_kg_y,
            "propellant_kg_y": self.propellant_kg_y,
            "limited_by": self.limited_by,
        }


@dataclass(frozen=True)
class Resupply:
    """The cargo flights of a station.

    Attributes
    ----------
    flights : tuple of CargoFlights
    why_not : tuple of str
        What these ships cannot bring, in words; empty where they bring all.
    """

    flights: tuple[CargoFlights, ...]
    why_not: tuple[str, ...] = ()

    @property
    def flights_n_y(self) -> float:
        """All flights a year."""
        return sum(row.flights_n_y for row in self.flights)

    def by_partner(self) -> dict[str, float]:
        """Return the flights a year by partner."""
        found: dict[str, float] = {}
        for row in self.flights:
            found[row.ship.partner] = found.get(row.ship.partner, 0.0) + row.flights_n_y
        return found


def resupply(
    needed: Supplies, ships: Sequence[Ship], shares: Mapping[str, float] | None = None
) -> Resupply:
    """Return the cargo flights a station needs a year.

    Parameters
    ----------
    needed : Supplies
    ships : sequence of Ship
    shares : mapping or None
        The part of the dry cargo each ship brings, by its name; together 1. None shares it so
        that all fly equally often. Propellant is shared alike among the ships that bring any.

    Raises
    ------
    InputError
        Where there is no ship, one without cargo, or shares do not add up to 1 over these ships.

    A ship's flights follow from all it brings over `cargo_kg`, or from propellant over what it can
    pump over or burn, whichever asks for more.

    Model limits: ships fly full by mass, not by volume; ones lost are not replaced; what crew ships
    bring is left out.
    """
    parts = _shares(ships, shares)
    tankers = {ship.name for ship in ships if ship.propellant_kg > 0.0}
    wet = sum(parts[name] for name in tankers)
    rows, why_not = [], []
    for ship in ships:
        part = parts[ship.name]
        fuel = part / wet * needed.propellant_kg_y if ship.name in tankers and wet > 0.0 else 0.0
        rows.append(_flights(ship, part * needed.dry_kg_y, fuel))
    if needed.propellant_kg_y > 0.0 and wet <= 0.0:
        why_not.append(
            f"none of these ships brings propellant: {needed.propellant_kg_y:,.0f} kg a year are "
            "missing; add a ship that refuels or raises the station"
        )
    return Resupply(tuple(rows), tuple(why_not))


def _flights(ship: Ship, dry_kg_y: float, fuel_kg_y: float) -> CargoFlights:
    by_cargo = (dry_kg_y + fuel_kg_y) / ship.room_kg
    by_cargo = max(by_cargo, dry_kg_y / ship.cargo_kg)
    by_fuel = fuel_kg_y / ship.propellant_kg if fuel_kg_y > 0.0 else 0.0
    limit = "propellant" if by_fuel > by_cargo else "cargo"
    return CargoFlights(ship, max(by_cargo, by_fuel), dry_kg_y, fuel_kg_y, limit)


def _shares(ships: Sequence[Ship], shares: Mapping[str, float] | None) -> dict[str, float]:
    if not ships:
        raise InputError("found no cargo ship, expected at least one", key="ships")
    for ship in ships:
        if not ship.cargo_kg > 0.0:
            raise InputError(f"'{ship.name}' brings no cargo: expected cargo ships", key="ships")
    if shares is None:
        total = sum(ship.cargo_kg for ship in ships)
        return {ship.name: ship.cargo_kg / total for ship in ships}
    names = {ship.name for ship in ships}
    unknown = sorted(set(shares) - names)
    if unknown:
        raise InputError(f"found '{unknown[0]}', expected one of {sorted(names)}", key="shares")
    if min(shares.values()) < 0.0 or abs(sum(shares.values()) - 1.0) > 1e-6:
        raise InputError(
            f"found shares that add up to {sum(shares.values()):g}, expected 1", key="shares"
        )
    return {ship.name: float(shares.get(ship.name, 0.0)) for ship in ships}
