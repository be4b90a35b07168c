"""First guesses of a return: which ways, on which day, from which place of the orbit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.phases.earth_return_target import ReturnTarget, Way
from perilune.phases.return_seeds import escape_velocity, leaving
from perilune.phases.tei import Guesses, Parking, lowest_km

Array = NDArray[np.float64]

LOWEST_KM = 15.0
"""How low over the Moon a way out may pass."""
_POINTS = 72


@dataclass(frozen=True)
class Seed:
    """A two-body guess of a return.

    Attributes
    ----------
    way : Way
    place_s : float
        Of the first burn, from the date asked for.
    shift_s : float
        Of the second burn, from the ellipse's perilune.
    dv_km_s : tuple of float
        Of the last burn.
    total_km_s : float
        Of the last burn: what ranks seeds.
    arrive : Epoch
        At the interface.
    downrange : float
        rad.
    """

    way: Way
    place_s: float
    shift_s: float
    dv_km_s: tuple[float, float, float]
    total_km_s: float
    leave: Epoch
    arrive: Epoch
    downrange: float
    inclination: float


def seeds(
    parking: Parking,
    target: ReturnTarget,
    flight_s: tuple[float, float],
    *,
    arrive: Epoch | None = None,
    track: str | None = None,
) -> list[Seed]:
    """Return the guesses of every way and arrival within the flight times allowed, cheapest first.

    `arrive` keeps only the arrival nearest to it on each way, `track` the ways of that name.
    """
    orbit = parking.guesses(_POINTS)
    env, gm = parking.context.env, parking.gm
    out: list[Seed] = []
    middle = parking.date + parking.injection.wait_s()
    for way in target.ways(track):
        hours = np.arange(flight_s[0], flight_s[1] + 43200.0, 43200.0)
        excess, found = leaving(Epoch.stack([middle] * len(hours)), hours, target, way, env)
        good = found.possible & target.within_reach(found.downrange)
        good &= (found.flight_s >= flight_s[0]) & (found.flight_s <= flight_s[1])
        for index in _distinct(found.flight_s, good):
            when = middle + float(found.flight_s[index])
            if arrive is not None and abs(float(when - arrive)) > 43200.0:
                continue
            seed = _best_place(way, when, excess[index], orbit, gm)
            if seed is not None:
                out.append(
                    replace(
                        seed,
                        downrange=float(found.downrange[index]),
                        inclination=float(found.inclination[index]),
                    )
                )
    return sorted(out, key=lambda s: s.total_km_s)


def _distinct(flight_s: Array, good: NDArray[np.bool_]) -> list[int]:
    kept: list[int] = []
    for index in np.flatnonzero(good).tolist():
        if all(abs(flight_s[index] - flight_s[k]) > 3600.0 for k in kept):
            kept.append(index)
    return kept


def _best_place(way: Way, when: Epoch, excess: Array, orbit: Guesses, gm: float) -> Seed | None:
    r = orbit.r_km
    after = escape_velocity(r, np.broadcast_to(excess, r.shape), gm)
    dv = after - orbit.v_km_s
    size = np.linalg.norm(dv, axis=-1)
    for index in np.argsort(size).tolist():
        state = State(orbit.epochs[index], "moon", "icrf", r[index], after[index])
        if lowest_km(state, gm) > LOWEST_KM:
            x, y, z = dv[index].tolist()
            place, shift = float(orbit.places_s[index]), float(orbit.shifts_s[index])
            leave, total = orbit.epochs[index], float(size[index])
            return Seed(way, place, shift, (x, y, z), total, leave, when, 0.0, 0.0)
    return None
