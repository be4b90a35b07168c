"""A translunar transfer that ends on the side of the Moon from where a halo orbit is cheapest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from perilune.astro import elements
from perilune.astro.environment import Environment
from perilune.astro.state import State
from perilune.phases.arrival import Perilune
from perilune.phases.base import Condition, Context, Leg
from perilune.phases.departure import LaunchPhase, TransferPhase
from perilune.phases.halo import HaloOrbit
from perilune.phases.halo_insertion import Insertion, Search
from perilune.phases.swing_by_scan import LONGEST_S, perilunes, scan
from perilune.targeting.periodic import Halo
from perilune.targeting.periodic_ephemeris import SENSITIVITY

_PROBE_DEG = 90.0
_TRIED = 8


@dataclass(frozen=True)
class SwingByTransfer:
    """A transfer to the perilune from which two impulses reach a halo orbit at the least sum.

    A probe to a polar perilune shows the approach; every side of the Moon is then tried, and the
    transfer solved again to the inclination and branch of the best. `HaloTransfer` comes next.

    Attributes
    ----------
    orbit : HaloOrbit
    altitude_km : float
        Of the perilune.
    flight_time_s : float, optional
        From injection to perilune; without, that of the transfer with the least delta-v for
        capture.
    longest_s : float
        Longest flight from perilune to halo insertion.

    Model limits: the side is chosen among points of mass, with the two-body asymptote of the probe;
    `HaloTransfer` then solves in the full model.
    """

    orbit: HaloOrbit
    altitude_km: float = 100.0
    flight_time_s: float | None = None
    longest_s: float = LONGEST_S

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return a leg for every lift-off, each to its best side; failed ones included."""
        around = self.orbit.solve(context.env)
        if not around.converged:
            return [Leg("transfer", start, status="no_solution", remedy=around.remedy)]
        departure: LaunchPhase = start.departure
        bare = replace(start, departure=replace(departure, injection=None))
        polar = TransferPhase(Perilune(self.altitude_km, _PROBE_DEG), self.flight_time_s)
        probes: dict[str, Leg] = {}
        for leg in polar.fly(bare, context):
            name = _lift_off(leg)
            if name not in probes or probes[name].status != "converged":
                probes[name] = leg
        return [self._best(probe, start, around, context) for probe in probes.values()]

    def _best(self, probe: Leg, start: Condition, around: Halo, context: Context) -> Leg:
        """Return the transfer of one lift-off, to the side where the halo is cheapest."""
        arrival = probe.end.state
        if probe.status != "converged" or arrival is None:
            return probe
        context.report("swing-by sides")
        best = cheapest_side(arrival, around, context.env, longest_s=self.longest_s)
        if best is None:
            remedy = (
                "from no side of the Moon does braking lead near the halo orbit: another flight "
                "time or date"
            )
            return Leg("transfer", start, status="no_solution", remedy=remedy)
        found, perilune = best
        orbit = elements.osculating(perilune, context.env, equator="moon_me")
        wanted = Perilune(self.altitude_km, float(np.degrees(orbit.inclination)))
        hours = probe.solution["flight_time_h"]
        legs = TransferPhase(wanted, 3600.0 * float(hours)).fly(start, context)
        same = [g for g in legs if _lift_off(g) == _lift_off(probe)]
        leg = min(same or legs, key=lambda g: _turned(g, perilune))
        figures = {
            "swing_by_side_deg": float(np.degrees(found.side_rad)) % 360.0,
            "swing_by_inclination_deg": wanted.inclination_deg,
            "swing_by_estimate_m_s": 1e3 * found.total_km_s,
        }
        onward = replace(leg.end, departure=found)  # `HaloTransfer` starts from it
        return replace(leg, end=onward, solution={**leg.solution, **figures})


def cheapest_side(
    arrival: State, around: Halo, env: Environment, *, longest_s: float = LONGEST_S
) -> tuple[Insertion, State] | None:
    """Return the cheapest insertion over all sides of the Moon, and its unbraked perilune.

    Parameters
    ----------
    arrival : State
        Any unbraked perilune of the approach, Moon-centered `icrf`.
    around : Halo

    Returns
    -------
    tuple or None
        None where no side leads there.
    """
    radius = float(np.linalg.norm(arrival.r_km))

    def start(side_rad: float) -> State:
        vector = perilunes(arrival, np.array([side_rad]), radius, env)[0]
        return State.from_vector(vector, epoch=arrival.epoch, center="moon")

    options = scan(arrival, around, env, longest_s=longest_s, count=_TRIED)
    tried = [
        Search(start, option, around, SENSITIVITY, env).run(free_side=True) for option in options
    ]
    found = [f for f in tried if f is not None]
    if not found:
        return None
    best = min(found, key=lambda f: f.total_km_s)
    return best, start(best.side_rad)


def _turned(leg: Leg, perilune: State) -> float:
    """Return how far a leg's plane is from a perilune's (0 to 2), 3 where it has none."""
    state = leg.end.state
    if leg.status == "no_solution" or state is None or state.center != "moon":
        return 3.0
    mine, wanted = (np.cross(s.r_km, s.v_km_s) for s in (state, perilune))
    return 1.0 - float(mine @ wanted / (np.linalg.norm(mine) * np.linalg.norm(wanted)))


def _lift_off(leg: Leg) -> str:
    """Return which lift-off of the day a leg has: what is left of its name without the branch."""
    return " ".join(str(leg.solution.get("branch", "")).split(" ")[1:])
