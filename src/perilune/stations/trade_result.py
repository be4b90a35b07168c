"""What a trade of inclinations found: the curves, the best for each and for all, the fairest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.errors import InputError, UnknownName
from perilune.stations.fleet import Fleet

Array = NDArray[np.float64]

TOTAL, FAIREST = "total", "fairest"


@dataclass(frozen=True)
class Optimum:
    """The best inclination for a partner, for the sum, or the fairest.

    Attributes
    ----------
    name : str
        A partner, `total` or `fairest`.
    inclination_deg, altitude_km : float
    delivered_kg, fractions : mapping
        By partner: all its flights together, and what that is of its own best.
    total_kg : float
    within_deg : tuple of float
        How far the inclination may move before what is sought loses a hundredth.
    carriers : mapping
        By partner: what flies, a name for each line of its manifest.
    """

    name: str
    inclination_deg: float
    altitude_km: float
    delivered_kg: Mapping[str, float]
    fractions: Mapping[str, float]
    total_kg: float
    within_deg: tuple[float, float]
    carriers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Trade:
    """What fleets deliver, by inclination and altitude.

    Attributes
    ----------
    fleets : tuple of Fleet
    permitted : bool
        Through the sites' corridors; False: by geometry alone.
    inclinations_deg : ndarray, shape (n,)
    altitudes_km : ndarray, shape (m,)
    delivered_kg : ndarray, shape (partners, m, n)
        All flights of a partner together.
    carrier : tuple of ndarray
        By line of all manifests, one after the other: index of the lift that delivers most.
    """

    fleets: tuple[Fleet, ...]
    permitted: bool
    inclinations_deg: Array
    altitudes_km: Array
    delivered_kg: Array
    carrier: tuple[NDArray[np.int64], ...]

    @property
    def partners(self) -> tuple[str, ...]:
        """The partners, in order."""
        return tuple(fleet.partner for fleet in self.fleets)

    @property
    def total_kg(self) -> Array:
        """All partners together, shape (m, n)."""
        return np.asarray(self.delivered_kg.sum(axis=0))

    @property
    def fractions(self) -> Array:
        """What each partner delivers of its own best at the same altitude, shape as delivered."""
        best = self.delivered_kg.max(axis=-1, keepdims=True)
        return np.where(best > 0.0, self.delivered_kg / np.where(best > 0.0, best, 1.0), 0.0)

    def sought(self, name: str) -> Array:
        """Return what is to be largest, shape (m, n): of a partner, `total` or `fairest`.

        The fairest inclination has the largest smallest fraction of what each partner's fleet
        delivers at its own best.
        """
        if name == TOTAL:
            return self.total_kg
        if name == FAIREST:
            return np.asarray(self.fractions.min(axis=0))
        if name not in self.partners:
            raise UnknownName("partner", name, (*self.partners, TOTAL, FAIREST))
        return np.asarray(self.delivered_kg[self.partners.index(name)])

    def optimum(self, name: str, altitude_km: float | None = None) -> Optimum:
        """Return the best inclination at one of the altitudes; the first where none is given.

        Raises
        ------
        UnknownName
            Where there is no such partner.
        InputError
            Where the trade has no such altitude.
        """
        row = self._row(altitude_km)
        values = self.sought(name)[row]
        at = int(np.argmax(values))
        masses = self.delivered_kg[:, row, at]
        return Optimum(
            name,
            float(self.inclinations_deg[at]),
            float(self.altitudes_km[row]),
            {who: float(mass) for who, mass in zip(self.partners, masses, strict=True)},
            {
                who: float(share)
                for who, share in zip(self.partners, self.fractions[:, row, at], strict=True)
            },
            float(masses.sum()),
            _around(self.inclinations_deg, values >= 0.99 * values[at], at),
            self._carriers(row, at),
        )

    def optima(self, altitude_km: float | None = None) -> dict[str, Optimum]:
        """Return the best inclination for the sum, the fairest, and for each partner."""
        return {name: self.optimum(name, altitude_km) for name in (TOTAL, FAIREST, *self.partners)}

    def flights_n(self, tonnes: Mapping[str, float]) -> Array:
        """Return the flights each partner needs for what it is to deliver, shape as delivered.

        Parameters
        ----------
        tonnes : mapping
            By partner; those not named deliver nothing. Flights are of the partner's mix, not
            rounded up; infinite where its fleet delivers nothing.

        Raises
        ------
        UnknownName, InputError
            Where a partner has no fleet, or a mass is not above zero.
        """
        wanted = np.zeros(len(self.fleets))
        for name, mass in tonnes.items():
            if name not in self.partners:
                raise UnknownName("partner with a fleet", name, self.partners, key="tonnes")
            if not (np.isfinite(mass) and mass > 0.0):
                raise InputError(f"found {mass:g}, expected more than zero", key=f"tonnes.{name}")
            wanted[self.partners.index(name)] = 1000.0 * mass
        flights = np.array([fleet.flights_n for fleet in self.fleets])
        with np.errstate(divide="ignore", invalid="ignore"):
            needed = (wanted * flights)[:, None, None] / self.delivered_kg
        return np.where(wanted[:, None, None] > 0.0, needed, 0.0)

    def fewest(
        self, tonnes: Mapping[str, float], altitude_km: float | None = None
    ) -> tuple[float, dict[str, float]]:
        """Return the inclination with the fewest flights in all, and the flights by partner."""
        row = self._row(altitude_km)
        needed = self.flights_n(tonnes)[:, row]
        at = int(np.argmin(needed.sum(axis=0)))
        flights = {who: float(n) for who, n in zip(self.partners, needed[:, at], strict=True)}
        return float(self.inclinations_deg[at]), flights

    def to_json(self) -> dict[str, Any]:
        """Return the trade as plain values; best inclinations at the first altitude."""
        rows = [
            {
                "inclination_deg": round(float(tilt), 4),
                "altitude_km": float(altitude),
                "delivered_kg": {
                    who: round(float(self.delivered_kg[k, j, i]), 1)
                    for k, who in enumerate(self.partners)
                },
                "total_kg": round(float(self.total_kg[j, i]), 1),
            }
            for j, altitude in enumerate(self.altitudes_km)
            for i, tilt in enumerate(self.inclinations_deg)
        ]
        best = {name: round(one.inclination_deg, 4) for name, one in self.optima().items()}
        return {
            "permitted": self.permitted,
            "inclination_trade": rows,
            "best_inclination_deg": best,
        }

    def _row(self, altitude_km: float | None) -> int:
        if altitude_km is None:
            return 0
        found = np.flatnonzero(np.isclose(self.altitudes_km, altitude_km))
        if not len(found):
            listed = ", ".join(f"{x:g}" for x in self.altitudes_km)
            raise InputError(f"found {altitude_km:g}, expected one of {listed}", key="altitude_km")
        return int(found[0])

    def _carriers(self, row: int, at: int) -> dict[str, tuple[str, ...]]:
        chosen, found = iter(self.carrier), {}
        for fleet in self.fleets:
            found[fleet.partner] = tuple(
                line.lifts[int(next(chosen)[row, at])].name for line in fleet.lines
            )
        return found


def _around(grid: Array, good: NDArray[np.bool_], at: int) -> tuple[float, float]:
    """Return the ends of the stretch about an index in which everything is good."""
    bad = np.flatnonzero(~good)
    low = bad[bad < at].max(initial=-1) + 1
    high = bad[bad > at].min(initial=len(grid)) - 1
    return float(grid[low]), float(grid[high])
