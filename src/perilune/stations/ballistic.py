"""The ballistic coefficient of a satellite from how its orbit was seen to fall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from perilune.errors import InputError
from perilune.stations.decay import DecayOrbit
from perilune.stations.decay_march import last
from perilune.stations.elements import TwoLine
from perilune.stations.orbit_average import drag_rates, loop, points_n
from perilune.stations.space_weather import SpaceWeather, mjd_utc, observed

Array = NDArray[np.float64]

_WIDEST = (5e-4, 0.2)  # Cd A / m, m2/kg: a solid ball of steel; foil
_ROUNDS, _CANDIDATES = 3, 9
_ONE_ARC_SPREAD = 0.15
"""One sigma where one arc alone was seen: as far as arcs of Tiangong-1 stand off each other."""


@dataclass(frozen=True)
class Ballistic:
    """A ballistic coefficient that was fitted: it takes in the density model's own error.

    Attributes
    ----------
    coefficient_m2_kg : float
        Cd A / m over the whole arc.
    spread : float
        One sigma, relative: how far the arcs' own values stand off each other.
    arcs_m2_kg : tuple of float
        Of each arc between successive elements.
    days : float
        From the first to the last elements.
    """

    coefficient_m2_kg: float
    spread: float
    arcs_m2_kg: tuple[float, ...]
    days: float

    @property
    def mass_over_drag_kg_m2(self) -> float:
        """The reciprocal of the coefficient."""
        return 1.0 / self.coefficient_m2_kg


def estimate(seen: Sequence[TwoLine | DecayOrbit]) -> Ballistic:
    """Return the ballistic coefficient that takes each orbit's altitude to the next one's.

    Parameters
    ----------
    seen : sequence of TwoLine or DecayOrbit
        Two or more, rising in time, with no reboost between them.

    Raises
    ------
    InputError
        With fewer than two, out of order, or where the orbit does not fall between them.

    Model limits: mean semi-major axes alone are compared; two-line elements scatter by some tens of
    meters, so an arc should fall by a kilometer or more.
    """
    orbits = [o if isinstance(o, DecayOrbit) else DecayOrbit.of_elements(o) for o in seen]
    if len(orbits) < 2:
        raise InputError(
            f"found {len(orbits)} set of elements, expected two or more", key="elements"
        )
    arcs = tuple(_arc(a, b) for a, b in pairwise(orbits))
    whole = _arc(orbits[0], orbits[-1]) if len(arcs) > 1 else arcs[0]
    spread = float(np.std(np.log(arcs), ddof=1)) if len(arcs) > 2 else _ONE_ARC_SPREAD
    days = mjd_utc(orbits[-1].epoch) - mjd_utc(orbits[0].epoch)
    return Ballistic(whole, spread, arcs, days)


def _arc(first: DecayOrbit, last: DecayOrbit) -> float:
    """Return the Cd A / m (m2/kg) that takes one orbit to the altitude of the other."""
    days = mjd_utc(last.epoch) - mjd_utc(first.epoch)
    fall = first.altitude_km - last.altitude_km
    if days <= 0.0 or fall <= 0.0:
        raise InputError(
            f"from {first.epoch.utc_iso(0)} to {last.epoch.utc_iso(0)} the orbit falls by "
            f"{fall:.2f} km: expected later elements of a lower orbit, with no reboost between",
            key="elements",
        )
    weather = observed().cut(mjd_utc(first.epoch), days)
    low, high = _WIDEST
    for _ in range(_ROUNDS):
        drags = np.geomspace(low, high, _CANDIDATES)
        ends = _altitudes_after(first, drags, weather, days)
        above = int(np.clip(np.sum(ends > last.altitude_km), 1, _CANDIDATES - 1))
        low, high = float(drags[above - 1]), float(drags[above])
    low_end, high_end = float(ends[above - 1]), float(ends[above])
    share = (low_end - last.altitude_km) / (low_end - high_end)
    return float(low * (high / low) ** share)


def _altitudes_after(orbit: DecayOrbit, drags: Array, weather: SpaceWeather, days: float) -> Array:
    """Return the mean altitudes a while later; zero for what came down."""
    fleet = orbit.fleet(drags, np.zeros(len(drags), np.intp))
    fleet = last(fleet, weather, fleet.mjd + days, longest_days=1.0)
    return np.where(fleet.flying, fleet.orbits.altitude_km, 0.0)


def from_rate(lines: TwoLine, days: float = 5.0) -> float:
    """Return the Cd A / m (m2/kg) that two-line elements' own rate of mean motion implies.

    The rate was fitted over the last days before their epoch: the air is taken as it was over
    `days` (1 or more) before it. For the newest value; single sets scatter by some 15 %.

    Raises
    ------
    InputError
        Where the elements say that the orbit rises.
    """
    if lines.sma_rate_km_d >= 0.0:
        raise InputError(
            f"the elements of {lines.epoch.utc_iso(0)} rise by {lines.sma_rate_km_d:.3f} km a day: "
            "expected an orbit that falls",
            key="elements",
        )
    fleet = DecayOrbit.of_elements(lines).fleet(np.array([1.0]), np.zeros(1, np.intp))
    weather = observed()
    weights = weather.weights(fleet.mjd - days, days)
    way = loop(
        fleet.inclination, fleet.node, fleet.mjd - 0.5 * days, weights, points_n(lines.eccentricity)
    )
    rate = drag_rates(fleet.orbits, fleet.cd_area_per_mass, fleet.path, way)
    return float(lines.sma_rate_km_d / (86400.0 * rate.sma_km[0]))
