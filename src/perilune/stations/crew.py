"""The crews of a station over time: rotations checked, gaps found, light and ways home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.stations.berthing import Dock, assigned, port_troubles
from perilune.stations.beta import beta_deg, light_fraction
from perilune.stations.census import Census, Gap, census
from perilune.stations.docking import Standard
from perilune.stations.mean_orbit import Track
from perilune.stations.visit import Visit

_MOST_CREWS = 6


@dataclass(frozen=True)
class CrewPlan:
    """Who shall be on a station, and the ships that bring them.

    Attributes
    ----------
    visits : tuple of Visit
        Crew ships and cargo ships: these take ports too.
    wanted_n : int
        On board at any time.
    start, stop : Epoch
        What is looked at.
    aboard_n : int
        Who is there before the first visit.
    docks : tuple of Dock
        Ports for ships; none: ports are not looked at.
    standards : mapping
        Docking standards by name.
    handover_d : float or None
        The least a crew shall be together with the one it relieves; None for any.
    beta_limit_deg : float or None
        The largest size of the beta angle at docking; None for any.
    """

    visits: tuple[Visit, ...]
    wanted_n: int
    start: Epoch
    stop: Epoch
    aboard_n: int = 0
    docks: tuple[Dock, ...] = ()
    standards: Mapping[str, Standard] = field(default_factory=dict)
    handover_d: float | None = None
    beta_limit_deg: float | None = None


@dataclass(frozen=True)
class Judged:
    """A visit and what is to say of it.

    Attributes
    ----------
    visit : Visit
    handover_d : float or None
        From its docking to the undocking of the crew it relieves: below zero they do not meet.
    beta_deg, light_fraction : float or None
        At docking, where the orbit is known.
    why_not : tuple of str
        What is wrong with it, in words.
    """

    visit: Visit
    handover_d: float | None
    beta_deg: float | None
    light_fraction: float | None
    why_not: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the row of `rotations` in the JSON of `station crew`."""
        v = self.visit
        instants = {
            "launch_utc": v.launch,
            "docking_utc": v.docking,
            "undocking_utc": v.undocking,
            "landing_utc": v.landing,
        }
        return {
            "name": v.name,
            "ship": v.ship.name,
            "partner": v.ship.partner,
            **{key: None if at is None else at.utc_iso(0) for key, at in instants.items()},
            "port": v.port or None,
            "crew_up_n": v.crew_up_n,
            "crew_down_n": v.crew_down_n,
            "docked_d": v.docked_d,
            "handover_d": self.handover_d,
            "beta_deg": self.beta_deg,
            "light_fraction": self.light_fraction,
            "ok": not self.why_not,
            "why_not": list(self.why_not),
        }


@dataclass(frozen=True)
class CrewReport:
    """A crew plan as it comes out.

    Attributes
    ----------
    rotations : tuple of Judged
        The visits, in the order of docking.
    census : Census
    gaps : tuple of Gap
        Where fewer than wanted are on board.
    seat_gaps : tuple of Gap
        Where not everybody has a seat home.
    """

    rotations: tuple[Judged, ...]
    census: Census
    gaps: tuple[Gap, ...]
    seat_gaps: tuple[Gap, ...]

    @property
    def ok(self) -> bool:
        """Whether the plan holds: nobody missing, everybody with a seat home, no ship in doubt."""
        return not (self.gaps or self.seat_gaps or any(row.why_not for row in self.rotations))

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of `station crew` without supplies."""
        return {
            "rotations": [row.to_json() for row in self.rotations],
            "gaps": [gap.to_json() for gap in self.gaps],
            "seat_gaps": [gap.to_json() for gap in self.seat_gaps],
            "crew": [
                {"from_utc": s.start.utc_iso(0), "aboard_n": s.aboard_n, "seats_n": s.seats_n}
                for s in self.census.spans
            ],
            "mean_crew_n": self.census.mean_n(),
            "ok": self.ok,
        }


def crew_report(
    plan: CrewPlan,
    env: Environment | None = None,
    *,
    track: Track | None = None,
    altitude_km: float | None = None,
) -> CrewReport:
    """Return what comes of a crew plan.

    Ships without a port are given the first that is free for all of their stay.

    Parameters
    ----------
    plan : CrewPlan
    env : Environment or None
        Needed with `track`.
    track : Track or None
        The station's orbit, for the light at docking.
    altitude_km : float or None
        Of the orbit, for the part of it in sunlight.

    Raises
    ------
    InputError
        Where more leave than are on board; UnknownName where a visit names an unknown port.
    """
    visits = sorted(plan.visits, key=lambda v: float(v.docking - plan.start))
    troubles: dict[str, tuple[str, ...]] = {}
    if plan.docks:
        visits = assigned(visits, plan.docks, plan.standards)
        troubles = port_troubles(visits, plan.docks, plan.standards)
    found = census(visits, plan.start, plan.stop, aboard_n=plan.aboard_n)
    handovers = handovers_d(visits)
    angles = _angles(visits, track, env)
    rows = []
    for v, together, beta in zip(visits, handovers, angles, strict=True):
        why = [*_life_troubles(v, plan.stop), *troubles.get(v.name, ())]
        if plan.handover_d is not None and together is not None and together < plan.handover_d:
            why.append(
                f"{together:.1f} d with the crew it relieves, {plan.handover_d:g} d are wanted"
            )
        limit = plan.beta_limit_deg
        if limit is not None and beta is not None and abs(beta) > limit:
            why.append(f"beta angle {beta:.1f} deg at docking, up to {limit:g} deg are allowed")
        known = beta is not None and altitude_km is not None
        light = float(light_fraction(beta, altitude_km)) if known else None
        rows.append(Judged(v, together, beta, light, tuple(why)))
    return CrewReport(tuple(rows), found, found.gaps(plan.wanted_n), found.without_seat())


def handovers_d(visits: Sequence[Visit]) -> list[float | None]:
    """Return how long each visit's crew is together with the crew it relieves, days.

    Who goes first is relieved by who comes first of those that come later in the row: all crews
    by the same number of places, the one that brings comings and goings closest together (1 where
    a station has one crew at a time, 2 where it has two). None where nobody comes, or nobody goes
    in turn.

    Model limits: crews that come for days and leave in their own ship upset the row.
    """
    coming = [i for i, v in enumerate(visits) if v.crew_up_n]
    coming.sort(key=lambda i: float(visits[i].docking.j2000_s))
    going = [v.undocking for v in visits if v.crew_down_n and v.undocking is not None]
    going.sort(key=lambda at: float(at.j2000_s))
    rows = [
        [(i, float(at - visits[i].docking) / DAY) for i, at in zip(coming[n:], going, strict=False)]
        for n in range(1, min(len(coming), _MOST_CREWS + 1))
    ]
    found: list[float | None] = [None] * len(visits)
    if any(rows):
        best = min(filter(None, rows), key=lambda row: median(abs(gap) for _, gap in row))
        for i, together in best:
            found[i] = together
    return found


def _life_troubles(v: Visit, stop: Epoch) -> list[str]:
    """Return where a ship stays or flies longer than it lasts."""
    docked = v.docked_d if v.docked_d is not None else float(stop - v.docking) / DAY
    life, free = v.ship.docked_life_d, v.ship.free_flight_d
    troubles = []
    if life is not None and docked > life:
        troubles.append(f"{docked:.0f} d docked, {v.ship.title} lasts {life:g} d")
    if free is not None and v.launch is not None:
        up = float(v.docking - v.launch) / DAY
        down = 0.0
        if v.landing is not None and v.undocking is not None:
            down = float(v.landing - v.undocking) / DAY
        if up + down > free:
            troubles.append(f"{up + down:.1f} d in free flight, {v.ship.title} lasts {free:g} d")
    return troubles


def _angles(
    visits: Sequence[Visit], track: Track | None, env: Environment | None
) -> list[float | None]:
    if track is None or env is None or not visits:
        return [None] * len(visits)
    return [float(b) for b in beta_deg(track, Epoch.stack([v.docking for v in visits]), env)]
