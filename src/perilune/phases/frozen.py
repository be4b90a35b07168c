"""Elliptic lunar orbits that stay as they are: the Earth's pull turned against itself.

High over the Moon the Earth decides. Averaged over both revolutions its pull leaves an ellipse
alone whose apsides stand at 90 or 270 degrees from the node on the plane of the Moon's orbit and
whose inclination i to that plane and eccentricity e keep cos^2 i = 3/5 (1 - e^2) (Lidov 1962; Kozai
1962; Ely 2005). That seeds a search in the full model for the least drift.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import elements, frames
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.elements import Elements
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.forces import Forces
from perilune.errors import InputError
from perilune.phases.frozen_drift import ORBIT_PLANE, Drift, drift

Array = NDArray[np.float64]

FULL = Forces(harmonics={"moon": (8, 8), "earth": (2, 0)})
_FAST = Forces(harmonics={"moon": (2, 0)})
_LEAST_E = 0.05
_BREATH, _TURNS, _MISS_KM = 0.03, 3, 20.0


@dataclass(frozen=True, eq=False)
class FrozenOrbit:
    """A frozen orbit found.

    Attributes
    ----------
    state : State
        At the epoch asked for, at apolune, Moon-centered `icrf`.
    orbit_plane, equator : Elements
        Osculating there, to the plane of the Moon's orbit and to the lunar equator.
    seed_inclination_deg : float
        Of the closed form, to the plane of the Moon's orbit.
    drift, seed_drift : Drift
        Of what was found, and of the seed.
    status, remedy : str
    """

    state: State
    orbit_plane: Elements
    equator: Elements
    seed_inclination_deg: float
    drift: Drift
    seed_drift: Drift
    status: str = "converged"
    remedy: str = ""


def averaged_inclination_deg(eccentricity: float) -> float:
    """Return the inclination that the Earth's averaged pull leaves alone, deg.

    Source: Lidov 1962, Planetary and Space Science 9:719; Ely 2005, J. Astronautical Sciences
    53:301. Model limits: the Earth on a circle, second order in the ratio of distances.
    """
    return float(np.degrees(np.arccos(np.sqrt(0.6 * (1.0 - eccentricity**2)))))


def frozen_orbit(
    epoch: Epoch,
    env: Environment,
    *,
    period_h: float,
    perilune_altitude_km: float,
    apolune: str = "south",
    node_deg: float = 0.0,
    prograde: bool = True,
    span_d: float = 365.0,
    forces: Forces = FULL,
) -> FrozenOrbit:
    """Return the elliptic orbit that drifts least about a period and a perilune.

    Parameters
    ----------
    epoch : Epoch
    period_h : float
    perilune_altitude_km : float
        The lowest in the span (met to some 20 km).
    apolune : {"south", "north"}
        Over which pole the spacecraft lingers.
    node_deg : float
        Ascending node on the plane of the Moon's orbit, from the direction Earth to Moon at the
        epoch.
    prograde : bool
    span_d : float
        Over which the drift counts.
    forces : Forces
        About the Moon.

    Raises
    ------
    InputError
        Where period and perilune leave no ellipse (or an almost circular orbit), or apolune is
        neither.

    Model limits: the drift is taken at apolunes; radiation pressure only if in `forces`.
    """
    gm = env.constants.gm("moon")
    a_km = float(np.cbrt(gm * (3600.0 * period_h / (2.0 * np.pi)) ** 2))
    eccentricity = 1.0 - (MOON_RADIUS_KM + perilune_altitude_km) / a_km
    if not (perilune_altitude_km > 0.0 and _LEAST_E < eccentricity < 1.0):
        raise InputError(
            f"a period of {period_h:g} h and a perilune {perilune_altitude_km:g} km up make an "
            f"eccentricity of {eccentricity:.3f}: expected an ellipse above {_LEAST_E:g}"
        )
    if apolune not in ("south", "north"):
        raise InputError(f"apolune is '{apolune}': expected 'south' or 'north'")
    search = _Search(epoch, a_km, apolune, node_deg, prograde, span_d, env)
    return search.run(MOON_RADIUS_KM + perilune_altitude_km, forces)


class _Search:
    """Looks for the least drift over inclination and argument of perilune, at a size."""

    def __init__(
        self, epoch: Epoch, a_km: float, apolune: str, node_deg: float, prograde: bool,
        span_d: float, env: Environment,
    ) -> None:  # fmt: skip
        self.epoch, self.a_km, self.node_deg = epoch, a_km, node_deg
        self.prograde, self.span_d, self.env = prograde, span_d, env
        self.aside = 90.0 if apolune == "south" else 270.0

    def run(self, lowest_km: float, forces: Forces) -> FrozenOrbit:
        """Return the orbit whose lowest perilune in the span is as asked for.

        The Earth makes the eccentricity breathe in a month: the perilune to start from is moved by
        what the lowest one missed.
        """
        perilune = lowest_km + _BREATH * self.a_km
        moves, before = np.zeros(2), None
        for turn in range(_TURNS):
            moves = self._least(perilune, moves, wide=turn == 0)
            kept = drift(self._at(perilune, moves), self.span_d, forces, self.env)
            before = before or drift(self._at(perilune, np.zeros(2)), self.span_d, forces, self.env)
            miss = kept.perilune_km[0] + MOON_RADIUS_KM - lowest_km
            if turn == _TURNS - 1 or abs(miss) < _MISS_KM:
                break
            perilune -= miss
        assert before is not None
        best = self._at(perilune, moves)
        falls = kept.status != "completed"
        return FrozenOrbit(
            best,
            elements.osculating(best, self.env, equator=ORBIT_PLANE),
            elements.osculating(best, self.env, equator="moon_me"),
            self._seed_deg(perilune),
            kept,
            before,
            "impact" if falls else "converged",
            "the orbit falls onto the Moon within the span: raise the perilune" if falls else "",
        )

    def _seed_deg(self, perilune_km: float) -> float:
        tilt = averaged_inclination_deg(1.0 - perilune_km / self.a_km)
        return tilt if self.prograde else 180.0 - tilt

    def _at(self, perilune_km: float, moves: Array) -> State:
        """Return the state at apolune, inclination and apsides moved from the seed's (deg)."""
        tilt = self._seed_deg(perilune_km)
        i, node, aside = np.radians([tilt + moves[0], self.node_deg, self.aside + moves[1]])
        gm = self.env.constants.gm("moon")
        e = 1.0 - perilune_km / self.a_km
        r, v = Elements(self.a_km, e, i, node, aside, np.pi, gm).to_vectors()
        turn, _ = frames.from_icrf(ORBIT_PLANE, self.epoch, self.env)
        return State(self.epoch, "moon", "icrf", turn.T @ r, turn.T @ v)

    def _least(self, perilune_km: float, first: Array, *, wide: bool) -> Array:
        from scipy.optimize import minimize

        def cost(moves: Array) -> float:
            state = self._at(perilune_km, moves)
            return _wander(drift(state, self.span_d, _FAST, self.env, tolerance=1e-9), self.aside)

        size = np.array([2.0, 3.0]) if wide else np.array([0.3, 0.5])
        found = minimize(
            cost, first, method="Nelder-Mead",
            options={
                "initial_simplex": first + np.vstack([np.zeros(2), np.diag(size)]),
                "xatol": 0.05, "fatol": 5e-4, "maxfev": 36 if wide else 14,
            },
        )  # fmt: skip
        return np.asarray(found.x)


def _wander(seen: Drift, aside: float) -> float:
    """Return how far from frozen: spread of eccentricity, of the apsides, and their distance off.

    A spread of 0.01 in eccentricity counts as much as one of 1 degree.
    """
    if seen.status != "completed":
        return 10.0
    low, high = seen.arg_perilune_deg
    return (
        seen.eccentricity[1]
        - seen.eccentricity[0]
        + 0.01 * max(abs(low - aside), abs(high - aside))
    )
