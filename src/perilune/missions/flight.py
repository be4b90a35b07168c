"""The result of flying a mission: plain data, and the files it is written into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from perilune.astro import elements, geometry
from perilune.astro.environment import Environment
from perilune.astro.gravity import field
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError, UnknownName
from perilune.missions import told
from perilune.missions.made_with import made_with
from perilune.missions.mission import AsFlown, Mission
from perilune.missions.scan import Station
from perilune.phases.base import Check, Happening, Stack
from perilune.views.table import Table, Tabular

Writer = Callable[["Flight", Path, bool], list[Path]]
"""Writes a flight's files; given from above, so that missions know no formats."""


@dataclass(frozen=True, eq=False)
class Flight(Tabular):
    """A flown mission; as a table it is its events.

    Attributes
    ----------
    name, title, status, remedy : str
    events : list of dict
        One a line of the timeline, with the keys of the JSON.
    ledger : list of dict
    checks : list of dict
    solution : dict
    provenance : dict
        Constants, GMs, fields, orientation and versions the figures were made with.
    assumed : list of dict
        Inputs that are not confirmed.
    ground_stations : tuple of Station
        Those the scenario names.
    """

    name: str
    title: str
    status: str
    remedy: str
    events: list[dict[str, Any]]
    ledger: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    solution: dict[str, Any]
    provenance: dict[str, Any]
    assumed: list[dict[str, Any]]
    elapsed_s: float
    _trajectories: dict[str, Trajectory]
    env: Environment
    writer: Writer | None = None
    ground_stations: tuple[Station, ...] = ()

    @classmethod
    def of(
        cls,
        mission: Mission,
        env: Environment,
        *,
        status: str,
        remedy: str,
        happenings: list[Happening],
        checks: list[Check],
        stack: Stack,
        trajectories: dict[str | None, Trajectory],
        solution: dict[str, Any],
        elapsed_s: float,
    ) -> Flight:
        """Return the flight of what a chain produced."""
        flown = {row.event: row for row in mission.as_flown}
        return cls(
            name=mission.name,
            title=mission.title,
            status=status,
            remedy=remedy,
            events=[_event(h, flown.get(h.name), env) for h in happenings],
            ledger=_ledger(mission.stack, stack),
            checks=[_check(check) for check in checks],
            solution=solution,
            provenance=provenance(mission, env),
            assumed=list(mission.assumed),
            elapsed_s=elapsed_s,
            _trajectories={name or "spacecraft": motion for name, motion in trajectories.items()},
            env=env,
            ground_stations=mission.windows.limits.stations,
        )

    @property
    def closes(self) -> bool:
        """Whether everything converged and every check holds."""
        return self.status == "converged" and all(check["ok"] for check in self.checks)

    @property
    def spacecraft(self) -> list[str]:
        """Names of the spacecraft that have a trajectory."""
        return list(self._trajectories)

    def trajectory(self, name: str | None = None) -> Trajectory:
        """Return a spacecraft's motion; the first one's where no name is given."""
        name = name or next(iter(self._trajectories), "")
        if name not in self._trajectories:
            raise UnknownName("spacecraft with a trajectory", name, self._trajectories)
        return self._trajectories[name]

    @property
    def tables(self) -> dict[str, Table]:
        """The tables `events`, `ledger` and `checks`."""
        return told.tables(self)

    def _repr_html_(self) -> str:
        return told.card(self)

    def __repr__(self) -> str:
        return f"<Flight {self.name}: {told.verdict(self)}>"

    def save(self, folder: str | Path, *, report: bool = True) -> list[Path]:
        """Write the outputs of `perilune fly` into a folder; returns their paths."""
        if self.writer is None:
            raise InputError("this flight was made without a writer: fly with perilune.fly")
        return self.writer(self, Path(folder), report)

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data, with the keys of the `fly` document."""
        return {
            "perilune": version("perilune"),
            "scenario": self.name,
            "title": self.title,
            "status": self.status,
            "remedy": self.remedy,
            "constants": self.provenance["constants"],
            "elapsed_s": round(self.elapsed_s, 3),
            "closes": self.closes,
            "events": self.events,
            "ledger": self.ledger,
            "checks": self.checks,
            "solution": self.solution,
            "assumed": self.assumed,
            "provenance": self.provenance,
        }


def _event(happening: Happening, flown: AsFlown | None, env: Environment) -> dict[str, Any]:
    state = happening.state
    below = geometry.subpoint(state, env)
    speed = float(np.linalg.norm(state.v_km_s))
    radial = float(state.r_km @ state.v_km_s) / (float(np.linalg.norm(state.r_km)) * speed)
    equator = "moon_me" if state.center == "moon" else "icrf"
    orbit = elements.osculating(state, env, equator=equator)
    before, after = happening.mass_before_kg, happening.mass_after_kg
    burnt = before - after if before is not None and after is not None else None
    is_burn = happening.dv_m_s is not None
    return {
        "name": happening.name,
        "spacecraft": happening.spacecraft,
        "utc": happening.epoch.utc_iso(3),
        "end_utc": (happening.end or happening.epoch).utc_iso(3),
        "body": state.center,
        "altitude_km": float(below.altitude_km),
        "latitude_deg": float(below.latitude_deg),
        "longitude_deg": float(below.longitude_deg),
        "speed_km_s": speed,
        "flight_path_angle_deg": float(np.degrees(np.arcsin(np.clip(radial, -1.0, 1.0)))),
        "inclination_deg": float(np.degrees(orbit.inclination)),
        "dv_m_s": happening.dv_m_s,
        "mass_before_kg": before,
        "mass_after_kg": after,
        "propellant_kg": burnt if is_burn else None,
        "branch": happening.branch,
        "stage": happening.stage or None,
        "members": list(happening.members),
        "propellant_of": happening.propellant_of,
        "as_flown": None if flown is None else _as_flown(flown),
    }


def _as_flown(row: AsFlown) -> dict[str, Any]:
    return {
        "utc": row.utc,
        "dv_m_s": row.figures.get("dv_m_s"),
        **{k: v for k, v in row.figures.items() if k != "dv_m_s"},
        "source": row.source,
    }


def _ledger(start: Stack, end: Stack) -> list[dict[str, Any]]:
    rows = []
    for craft in start.members:
        left = end.member(craft.name).propellant_kg
        rows.append(
            {
                "spacecraft": craft.name,
                "dry_mass_kg": craft.dry_mass_kg,
                "propellant_loaded_kg": craft.propellant_kg,
                "propellant_used_kg": craft.propellant_kg - left,
                "margin_kg": left,
            }
        )
    return rows


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "value": float(check.value) if np.isfinite(check.value) else None,
        "unit": check.unit,
        "limit": f"{check.relation} {check.limit:g}",
        "ok": check.ok,
    }


def provenance(mission: Mission, env: Environment) -> dict[str, Any]:
    """Return the constants, fields, forces and versions that figures are made with."""
    model = mission.model
    bodies = sorted({*model.earth.point_masses, *model.moon.point_masses})
    fields = {}
    for body in {*model.earth.harmonics, *model.moon.harmonics}:
        shape = field(body)
        fields[body] = {"name": shape.name, "radius_km": shape.radius_km, "axes": shape.axes}
    return {
        **made_with(env),
        "gm_km3_s2": {body: env.constants.gm(body) for body in bodies},
        "fields": fields,
        "forces": {"earth": model.earth.describe(), "moon": model.moon.describe()},
    }
