"""Where a station will be at a launch: its motion about an instant, and how far that is known.

The plane of old elements still serves; the place along the orbit does not. Where it is lost, the
orbit stands as it was at its own epoch, with the node carried on to the date: a station of that
size and plane whose place along the orbit is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.orientation import rotation_about
from perilune.astro.state import State
from perilune.dynamics.forces import Forces
from perilune.dynamics.propagate import propagate
from perilune.errors import InputError
from perilune.phases.relative import mean_motion
from perilune.stations.elements import TwoLine, icrf_from_teme
from perilune.stations.mean_orbit import MeanOrbit
from perilune.stations.plane import Plane

Array = NDArray[np.float64]

Station = TwoLine | MeanOrbit | State
"""How a station's motion may be given: two-line elements, a mean orbit, or a state to propagate."""

KNOWN_DEG = 5.0
"""A phase angle less certain than this is not counted on."""
_FORECAST = 0.3  # share of the decay that a forecast of the air's density leaves open: assumed
_REBOOST_DEG_D2 = 0.05  # what reboosts nobody announced leave open: 5 deg in ten days, assumed
_DECAY_REV_D2 = 3e-4  # half the rate of the mean motion where none is given: a station near 390 km
_SIZE_DEG_D = 1.2  # a mean orbit's altitude is good to a kilometer: assumed


@dataclass(frozen=True, eq=False)
class Whereabouts:
    """A station's motion about an instant.

    Attributes
    ----------
    plane : Plane
    motion : callable
        Of an instant within days of the one asked for, to the state about the Earth in `icrf`.
    phase_sigma_deg : float
        How uncertain the place along the orbit is; 180 where it is lost.

    Model limits: reboosts between the elements and the date are not known; the uncertainty is a
    rule (the share of the decay that a forecast leaves open, and an allowance for reboosts).
    """

    plane: Plane
    motion: Callable[[Epoch], State]
    phase_sigma_deg: float

    @property
    def phase_known(self) -> bool:
        """Whether the phase angle can be counted on."""
        return self.phase_sigma_deg <= KNOWN_DEG

    @classmethod
    def of(cls, station: Station, epoch: Epoch, forces: Forces, env: Environment) -> Whereabouts:
        """Return the motion of a station about an instant.

        Raises
        ------
        InputError
            Where the orbit given meets the ground.
        """
        plane = plane_of(station, forces, env)
        days = abs(float(epoch - station.epoch)) / DAY
        sigma = min(_sigma_deg(station, days), 180.0)
        if sigma <= KNOWN_DEG:
            return cls(plane, _motion(station, epoch, forces, env), sigma)
        own = _motion(station, station.epoch, forces, env)
        carried = float(epoch - station.epoch)

        def motion(at: Epoch) -> State:
            return carried_node(own(at + (-carried)), at, plane, env)

        return cls(plane, motion, 180.0)

    def moved(self, epoch: Epoch, ahead_rad: float, env: Environment) -> State:
        """Return the station's state at an instant, moved ahead along its orbit.

        The orbit is the same, node included: what a station becomes that was phased for the day.
        """
        here = self.motion(epoch)
        later_s = ahead_rad / mean_motion(here, env.constants.gm("earth"))
        return carried_node(self.motion(epoch + later_s), epoch, self.plane, env)


def plane_of(station: Station, forces: Forces, env: Environment) -> Plane:
    """Return a station's mean plane."""
    return Plane.of_state(station, forces, env) if isinstance(station, State) else Plane.of(station)


def carried_node(state: State, epoch: Epoch, plane: Plane, env: Environment) -> State:
    """Return a state as if at another instant, its orbit turned with the drift of its node."""
    angle = plane.node_rate_rad_s * float(epoch - state.epoch)
    matrix = icrf_from_teme(epoch, env)
    turn = matrix @ rotation_about(3, -angle) @ matrix.T
    return replace(state, epoch=epoch, r_km=turn @ state.r_km, v_km_s=turn @ state.v_km_s)


def _sigma_deg(station: Station, days: float) -> float:
    """Return how uncertain the place along the orbit is so many days from the epoch, deg."""
    if isinstance(station, TwoLine):
        decay = _FORECAST * abs(float(station.line_1[33:43].replace(" ", "")))
        return 0.02 + (_REBOOST_DEG_D2 + 360.0 * decay) * days**2
    size = _SIZE_DEG_D * days if isinstance(station, MeanOrbit) else 0.0
    return size + (_REBOOST_DEG_D2 + 360.0 * _DECAY_REV_D2) * days**2


def _motion(
    station: Station, about: Epoch, forces: Forces, env: Environment
) -> Callable[[Epoch], State]:
    """Return the motion near an instant."""
    if isinstance(station, TwoLine | MeanOrbit):
        track = station
        return lambda epoch: track.at(epoch, env)
    there = station.to(center="earth", axes="icrf", env=env)
    flown = propagate(there, until=about, forces=forces, env=env, dense=False)
    if flown.status != "completed":
        raise InputError(f"the station's orbit does not last until {about.utc_iso(0)}: raise it")

    def motion(epoch: Epoch) -> State:
        return propagate(flown.final, until=epoch, forces=forces, env=env, dense=False).final

    return motion
