"""Every launch opportunity of a mission in a span of dates: solved, judged, with daily windows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment, environment
from perilune.astro.epoch import Epoch
from perilune.errors import InputError
from perilune.missions import cells as cell
from perilune.missions.daily import Fixed, Nominal, Steered, window_s
from perilune.missions.flight import provenance
from perilune.missions.judge import Craft, Judged, Reasons, judge
from perilune.missions.mission import Mission
from perilune.missions.parking import directions
from perilune.missions.scan import CELL_S, Limits, Scan
from perilune.phases.capture import Capture
from perilune.phases.corridor import Corridor
from perilune.phases.departure import LaunchPhase, TransferPhase
from perilune.phases.lift_offs import LUNAR_DAY_S
from perilune.phases.targets import Targets
from perilune.phases.volley import Volley, VolleyShooter
from perilune.runs.job import Report, run
from perilune.runs.store import Arrays, Store

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

_SAME_S = 60.0


@dataclass(frozen=True, eq=False)
class Windows:
    """The outcome of a scan.

    Attributes
    ----------
    name, title : str
    opportunities : list of dict
        One for each lift-off and branch, in order of lift-off, with the keys of the JSON.
    cells : dict of str to ndarray
        Every cell: controls, velocities, and whether it is feasible.
    scan, limits : Scan, Limits
    solvable_n, converged_n : int
        Cells whose launch plane holds the Moon; cells solved.
    assumed : list of dict
        Inputs that are not confirmed.
    """

    name: str
    title: str
    opportunities: list[dict[str, Any]]
    cells: dict[str, NDArray[Any]]
    scan: Scan
    limits: Limits
    solvable_n: int
    converged_n: int
    elapsed_s: float
    assumed: list[dict[str, Any]]
    provenance: dict[str, Any]

    @property
    def cells_n(self) -> int:
        """How many cells there are."""
        return len(self.cells["status"])

    @property
    def feasible_n(self) -> int:
        """How many opportunities are feasible."""
        return sum(row["feasible"] for row in self.opportunities)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand the opportunities over as a table: `pyarrow.table(found)`, pandas, polars."""
        import pyarrow as pa

        return pa.Table.from_pylist(self.opportunities).__arrow_c_stream__(requested_schema)

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data, with the keys of the `windows` document."""
        return {
            "perilune": self.provenance["perilune"],
            "scenario": self.name,
            "title": self.title,
            "constants": self.scan.constants,
            "from": self.scan.start.utc_iso(0),
            "to": self.scan.stop.utc_iso(0),
            "opportunities": self.opportunities,
            "cells_n": self.cells_n,
            "solvable_n": self.solvable_n,
            "converged_n": self.converged_n,
            "feasible_n": self.feasible_n,
            "elapsed_s": round(self.elapsed_s, 3),
            "assumed": self.assumed,
            "provenance": self.provenance,
        }


def scan_of(mission: Mission, start: Epoch, stop: Epoch, env: Environment) -> Scan:
    """Return the scan of a mission over a span of lift-offs.

    Raises
    ------
    InputError
        Where the span is empty, or the mission's launch site does not permit its inclination.
    """
    if not stop > start:
        raise InputError(
            f"the span ends before it starts: found {start.utc_iso(0)} to {stop.utc_iso(0)}"
        )
    launch, transfer = departure_of(mission)
    request = mission.windows
    return Scan(
        launch.launch,
        transfer.wanted,
        start,
        stop,
        request.directions or directions(mission, launch, start, stop, env),
        request.flight_times_s,
        ("north",) if transfer.wanted.inclination_deg is None else ("north", "south"),
        mission.model,
        mission.constants,
    )


def departure_of(mission: Mission) -> tuple[LaunchPhase, TransferPhase]:
    """Return the launch and transfer of a mission."""
    launch = next(p for p in mission.phases if isinstance(p, LaunchPhase))
    return launch, next(p for p in mission.phases if isinstance(p, TransferPhase))


def craft_of(mission: Mission) -> Craft:
    """Return what is injected, and what brakes it at the Moon."""
    mass = mission.stack.mass_kg
    capture = next((p for p in mission.phases if isinstance(p, Capture)), None)
    engine = capture.burns[0].engine if capture else None
    if mass is None or capture is None or capture.spacecraft is None or engine is None:
        return Craft(mass, lift=mission.lift)
    brakes = mission.stack.member(capture.spacecraft)
    return Craft(mass, brakes.propellant_kg, engine.exhaust_km_s, mission.lift)


def cells_n(scan: Scan) -> int:
    """Return how many cells a scan has."""
    lunar_days = float(scan.stop - scan.start) / LUNAR_DAY_S
    per_day = 2 * len(scan.directions) * len(scan.flight_times_s) * len(scan.branches)
    return round(lunar_days * per_day)


def estimate_s(count: int, workers: int) -> float:
    """Return about how long a scan of so many cells takes, s."""
    return count * CELL_S / workers


def windows(
    mission: Mission,
    start: Epoch,
    stop: Epoch,
    *,
    env: Environment | None = None,
    workers: int = 1,
    store: Callable[[Scan], Store] | None = None,
    report: Report = lambda _: None,
) -> Windows:
    """Scan a span of dates for launch opportunities.

    Parameters
    ----------
    mission : Mission
    start, stop : Epoch
        Span of the lift-offs.
    workers : int
        Processes: see `perilune.runs.job.run`.
    store : callable, optional
        Gives the store of a scan, where finished blocks are kept.
    report : callable
        Called with a short text as work goes on.

    Raises
    ------
    InputError
        Where the scan makes no sense (an empty span, an inclination the site does not permit). A
        cell without a solution is a row with its reasons.
    """
    began = time.perf_counter()
    env = env or environment(constants=mission.constants, tuned=True)
    scan = scan_of(mission, start, stop, env)
    report("finding the lift-offs")
    found = cell.chains(scan, env)
    blocks = [cell.Block(scan, part) for part in found.blocks()]
    cells = _merged(
        run(cell.solve_block, blocks, workers=workers, store=store(scan) if store else None,
            report=report),
        blocks,
        scan,
    )  # fmt: skip
    report("judging")
    request = mission.windows
    craft = craft_of(mission)
    judged = judge(
        cells, scan, request.limits, craft, env, orbit_altitude_km=request.orbit_altitude_km
    )
    chosen = _best(cells, judged)
    report("opening and closing of the daily windows")
    spans = _daily(mission, cells, judged, chosen, scan, env)
    reasons = Reasons(cells, judged, scan, request.limits, craft)
    rows = [
        _row(int(i), cells, judged, scan, request.limits, spans.get(int(i)), reasons)
        for i in chosen
    ]
    return Windows(
        mission.name,
        mission.title,
        rows,
        {**cells, **_public(judged)},
        scan,
        request.limits,
        int(np.sum(np.asarray(cells["status"]) != cell.PLANE)),
        int(np.sum(np.asarray(cells["status"]) == cell.CONVERGED)),
        time.perf_counter() - began,
        [*mission.assumed, *mission.scan_assumed],
        {**provenance(mission, env), "perilune": version("perilune")},
    )


def _merged(parts: list[Arrays], blocks: list[cell.Block], scan: Scan) -> dict[str, NDArray[Any]]:
    """Return the cells of all blocks whose lift-off lies in the span."""
    first = np.cumsum([0, *(len(block.chains) for block in blocks)])
    numbered = [
        {**part, "chain": np.asarray(part["chain"]) + first[i]} for i, part in enumerate(parts)
    ]
    whole = {name: np.concatenate([part[name] for part in numbered]) for name in numbered[0]}
    lift_off = np.asarray(whole["lift_off_s"])
    inside = (lift_off >= scan.start.j2000_s) & (lift_off < scan.stop.j2000_s)
    order = np.lexsort((whole["flight_time_s"], whole["branch"], whole["chain"]))
    order = order[inside[order]]
    return {name: column[order] for name, column in whole.items()}


def _best(cells: Arrays, judged: Judged) -> Rows:
    """Return one cell for each lift-off and branch: feasible first, then solved, then cheapest."""
    solved = np.asarray(cells["status"]) == cell.CONVERGED
    rank = np.where(judged.feasible, 0, np.where(solved, 1, 2))
    cost = np.where(solved, judged.total_dv_m_s, np.asarray(cells["flight_time_s"]))
    order = np.lexsort((cost, rank, cells["branch"], cells["chain"]))
    key = np.asarray(cells["chain"])[order] * 2 + np.asarray(cells["branch"])[order]
    firsts = order[np.concatenate([[True], np.diff(key) != 0])] if len(order) else order
    lift_off = np.asarray(cells["lift_off_s"])
    firsts = firsts[np.argsort(lift_off[firsts], kind="stable")]
    return firsts[_distinct(firsts, cells)]


def _distinct(rows: Rows, cells: Arrays) -> NDArray[np.bool_]:
    """Say which lift-offs are not one just found.

    Where the plane barely holds the Moon, both crossings of a lunar day are the same.
    """
    keep = np.ones(len(rows), dtype=bool)
    same = [np.asarray(cells[name])[rows] for name in ("direction", "branch")]
    lift_off = np.asarray(cells["lift_off_s"])[rows]
    for later in range(1, len(rows)):
        for earlier in range(later - 1, -1, -1):
            if lift_off[later] - lift_off[earlier] > _SAME_S:
                break
            if keep[earlier] and all(part[later] == part[earlier] for part in same):
                keep[later] = False
    return keep


def _daily(
    mission: Mission, cells: Arrays, judged: Judged, chosen: Rows, scan: Scan, env: Environment
) -> dict[int, tuple[float, float]]:
    """Return how long before and after its lift-off each feasible opportunity stays open, s."""
    rows, request = chosen[judged.feasible[chosen]], mission.windows
    if not len(rows):
        return {}
    shooter = VolleyShooter(scan.launch, scan.model, env)
    along = Volley(
        Epoch(np.asarray(cells["lift_off_s"])[rows]),
        *(np.asarray(cells[n])[rows] for n in ("azimuth_rad", "coast_s", "tli_dv_km_s",
                                               "flight_time_s")),
    )  # fmt: skip
    flown = shooter.fly(along, full=True)
    impulse = flown.after[:, 3:] - flown.before[:, 3:]
    north = np.array([scan.branches[i] == "north" for i in np.asarray(cells["branch"])[rows]])
    inclination = np.asarray(cells["inclination_rad"])[rows]
    lowest = np.asarray(cells["lowered"])[rows] | (scan.perilune.inclination_deg is None)
    wanted = Targets(
        np.full(len(rows), scan.perilune.radius_km), np.where(lowest, np.nan, inclination), north
    )
    nominal = Nominal(along, impulse, np.linalg.norm(flown.arrival[:, 3:], axis=1), wanted)
    way = (
        Steered(shooter, nominal, _permitted(mission, scan))
        if request.steered
        else Fixed(shooter, nominal)
    )
    before, after = window_s(way, 1e-3 * request.limits.dv_allowance_m_s)
    return {int(r): (float(b), float(a)) for r, b, a in zip(rows, before, after, strict=True)}


def _permitted(mission: Mission, scan: Scan) -> Callable[[Array], NDArray[np.bool_]]:
    """Return which inertial azimuths (rad) the site permits."""
    site, corridor = scan.launch.site, mission.corridor or Corridor()
    spans = corridor.permitted_inclinations(site)

    def permitted(azimuth_rad: Array) -> NDArray[np.bool_]:
        latitude = np.radians(site.point.geocentric_latitude_deg)
        inclination = np.degrees(np.arccos(np.cos(latitude) * np.sin(azimuth_rad)))
        north = np.cos(azimuth_rad) > 0.0
        out = np.zeros(len(azimuth_rad), dtype=bool)
        for low, high, heading in spans:
            along = north == (heading == "northbound")
            out |= along & (inclination >= low - 1e-9) & (inclination <= high + 1e-9)
        return out

    return permitted


def _row(
    i: int,
    cells: Arrays,
    judged: Judged,
    scan: Scan,
    limits: Limits,
    span: tuple[float, float] | None,
    reasons: Reasons,
) -> dict[str, Any]:
    solved = int(cells["status"][i]) == cell.CONVERGED
    lift_off = Epoch(cells["lift_off_s"][i])
    direction = scan.directions[int(cells["direction"][i])]
    feasible = bool(judged.feasible[i])
    out: dict[str, Any] = {
        "launch_utc": lift_off.utc_iso(0),
        "window_open_utc": None if span is None else (lift_off + (-span[0])).utc_iso(0),
        "window_close_utc": None if span is None else (lift_off + span[1]).utc_iso(0),
        "arrival_utc": Epoch(cells["arrival_s"][i]).utc_iso(0) if solved else None,
        "landing_utc": None,
        "branch": scan.branches[int(cells["branch"][i])],
        "coast": "short" if cells["short"][i] else "long",
        "heading": direction.heading,
        "azimuth_deg": float(np.degrees(cells["azimuth_rad"][i])) % 360.0,
        "inclination_deg": direction.inclination_deg,
        "lunar_inclination_deg": _figure(np.degrees(cells["inclination_rad"][i])),
        "flight_time_h": float(cells["flight_time_s"][i]) / 3600.0,
        "c3_km2_s2": _figure(cells["c3_km2_s2"][i]),
        "tli_dv_m_s": _figure(1e3 * cells["tli_dv_km_s"][i]),
        "loi_dv_m_s": _figure(judged.loi_dv_m_s[i]),
        "plane_change_dv_m_s": _figure(judged.plane_change_dv_m_s[i]) if solved else None,
        "total_dv_m_s": _figure(judged.total_dv_m_s[i]),
        "injected_mass_kg": _figure(judged.injected_mass_kg[i]),
        "margin_kg": _figure(judged.margin_kg[i]),
        "propellant_margin_kg": _figure(judged.propellant_margin_kg[i]),
        "moon_declination_deg": float(cells["declination_deg"][i]),
        "sun_elevation_deg": None,
        "earth_elevation_deg": None,
        "feasible": feasible,
        "why_not": [] if feasible else reasons.of(i),
    }
    if solved and judged.passes is not None:
        out |= _landing(judged, reasons.pass_row(i), limits)
    return out


def _landing(judged: Judged, row: int, limits: Limits) -> dict[str, Any]:
    passes = judged.passes
    assert passes is not None
    assert limits.landing is not None
    near = passes.distance_km[row] <= limits.landing.within_km
    return {
        "landing_utc": passes.epoch[row].utc_iso(0) if near else None,
        "sun_elevation_deg": float(passes.sun_deg[row]),
        "earth_elevation_deg": float(passes.earth_deg[row]),
    }


def _public(judged: Judged) -> dict[str, NDArray[Any]]:
    names = ("loi_dv_m_s", "total_dv_m_s", "injected_mass_kg", "margin_kg", "feasible")
    return {name: getattr(judged, name) for name in names}


def _figure(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
