"""How long an orbit of the Moon lasts when nobody holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from perilune.astro import elements, frames
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.elements import Elements
from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.state import State
from perilune.dynamics.events import impact
from perilune.dynamics.forces import Forces
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.runs.tally import Tally

EQUATOR = "moon_me"

_HIGHEST_KM, _DEGREES, _LONGEST_D = 30_000.0, (2, 20), 3653.0
_BLOCK_D = 10.0


@dataclass(frozen=True, eq=False)
class OrbitLife:
    """What becomes of an orbit.

    Attributes
    ----------
    status : str
        `stays` through the span, or `impact`.
    start, end : Epoch
        Its end is the impact, or the end of the span.
    rows : tuple of dict
        Once a day: `utc`, osculating `perilune_altitude_km` and `apolune_altitude_km`,
        `eccentricity`, and to the lunar equator of that instant `inclination_deg`, `node_deg`,
        `arg_perilune_deg`.
    """

    status: str
    start: Epoch
    end: Epoch
    rows: tuple[dict[str, Any], ...]

    @property
    def days(self) -> float:
        """How long it was followed, or lasted."""
        return float(self.end - self.start) / DAY


def state_of(orbit: Elements, plane: str, epoch: Epoch, env: Environment) -> State:
    """Return the Moon-centered `icrf` state of elements whose angles refer to a plane's axes."""
    r, v = orbit.to_vectors()
    turn, _ = frames.from_icrf(plane, epoch, env)
    return State(epoch, "moon", "icrf", turn.T @ r, turn.T @ v)


def orbit_at(
    epoch: Epoch,
    env: Environment,
    *,
    perilune_altitude_km: float,
    apolune_altitude_km: float,
    inclination_deg: float,
    node_deg: float = 0.0,
    arg_perilune_deg: float = 0.0,
) -> State:
    """Return the state at perilune of an orbit, its angles to the lunar equator and prime meridian.

    Raises
    ------
    InputError
        Where the altitudes are not in order above the Moon, or the inclination is none.
    """
    low, high = perilune_altitude_km, apolune_altitude_km
    if not 0.0 < low <= high < _HIGHEST_KM:
        raise InputError(
            f"found {low:g} x {high:g} km, expected altitudes above 0, the lower one first, below "
            f"{_HIGHEST_KM:,.0f} km"
        )
    if not 0.0 <= inclination_deg <= 180.0:
        raise InputError(f"found an inclination of {inclination_deg:g} deg, expected 0 to 180")
    a_km = MOON_RADIUS_KM + 0.5 * (low + high)
    tilt, node, arg = np.radians([inclination_deg, node_deg, arg_perilune_deg])
    gm = env.constants.gm("moon")
    orbit = Elements(a_km, 0.5 * (high - low) / a_km, tilt, node, arg, 0.0, gm)
    return state_of(orbit, EQUATOR, epoch, env)


def life_of(
    state: State,
    env: Environment,
    *,
    days: float = 365.0,
    degree: int = 20,
    report: Callable[[str], None] = lambda _: None,
) -> OrbitLife:
    """Return how an orbit of the Moon changes, and when it falls.

    Parameters
    ----------
    state : State
        Moon-centered.
    days : float
        It is followed for so long at most.
    degree : int
        Of the Moon's field, 2 to 20. Low orbits need all of it: a field of degree 8 keeps an orbit
        up that falls within days in one of degree 20.
    report : callable
        Called with how many of the days are done.

    Raises
    ------
    InputError
        For days or a degree out of range.

    Model limits: GL0660B to degree 20, Earth and Sun as points, no radiation pressure; the Moon's
    surface a sphere of 1737.4 km, so that an orbit below its mountains counts as up.
    """
    if not 0.0 < days <= _LONGEST_D:
        raise InputError(f"found {days:g} days, expected above 0 and up to {_LONGEST_D:,.0f}")
    if not _DEGREES[0] <= degree <= _DEGREES[1]:
        raise InputError(f"found degree {degree}, expected {_DEGREES[0]} to {_DEGREES[1]}")
    forces = Forces(harmonics={"moon": (degree, degree)})
    start, last, rows = state.epoch, state.epoch + days * DAY, []
    while True:
        end = min(state.epoch + _BLOCK_D * DAY, last, key=lambda each: float(each - start))
        flown = propagate(state, until=end, forces=forces, env=env, events=(impact("moon"),))
        rows += _rows(flown, start, env)
        state = flown.final
        done = float(state.epoch - start) / DAY
        report(Tally(f"{done:,.0f} of {days:,.0f} days", int(done), max(int(days), 1)))
        if flown.status != "completed" or not state.epoch < last:
            break
    status = "stays" if flown.status == "completed" else "impact"
    return OrbitLife(status, start, state.epoch, tuple(rows))


def _rows(flown: Trajectory, start: Epoch, env: Environment) -> list[dict[str, Any]]:
    """Return the elements at each whole day since the start that a piece holds."""
    first, last = (float(each - start) / DAY for each in (flown.start, flown.stop))
    days = np.arange(np.ceil(first - 1e-9), last - 1e-9)
    if not days.size:
        return []
    seen = flown.at(start + days * DAY, center="moon")
    orbit = elements.osculating(seen, env, equator=EQUATOR)
    angles = np.degrees(np.array([orbit.inclination, orbit.raan, orbit.arg_periapsis]))
    return [
        {
            "utc": (start + float(day) * DAY).utc_iso(0),
            "perilune_altitude_km": float(low - MOON_RADIUS_KM),
            "apolune_altitude_km": float(high - MOON_RADIUS_KM),
            "eccentricity": float(e),
            "inclination_deg": float(tilt),
            "node_deg": float(node),
            "arg_perilune_deg": float(arg),
        }
        for day, low, high, e, (tilt, node, arg) in zip(
            days, orbit.periapsis_km, orbit.apoapsis_km, orbit.eccentricity, angles.T, strict=True
        )
    ]
