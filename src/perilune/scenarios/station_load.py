"""From a station's name or file to its design."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from perilune.astro.epoch import Epoch
from perilune.errors import InputError
from perilune.scenarios import dates
from perilune.scenarios.source import Source, called, catalog_of, validated
from perilune.scenarios.station_file import (
    FlightFile,
    JoinFile,
    LeaveFile,
    MoveFile,
    StationFile,
    StepFile,
)
from perilune.scenarios.station_requests import Requests
from perilune.stations.design import Design
from perilune.stations.docking import Standard
from perilune.stations.module import module_of
from perilune.stations.plan import JOIN, LEAVE, MOVE, Plan, Ride, Step
from perilune.stations.station import Station

STATIONS = Source("stations", "station")

_USED = (
    "mass_kg",
    "length_m",
    "diameter_m",
    "ports",
    "propellant_kg",
    "power_kw",
    "power_use_kw",
    "momentum_n_m_s",
    "standard",
)

_USED_OF_STATION = (
    "inclination_deg",
    "altitude_km",
    "lowest_altitude_km",
    "highest_altitude_km",
    "mass_kg",
    "drag_area_m2",
    "drag_coefficient",
    "attitudes",
    "propellant_kg",
    "reserve_kg",
    "isp_s",
)

T = TypeVar("T")


def bundled_stations() -> dict[str, str]:
    """Return the bundled stations: title by name."""
    texts = {name: STATIONS.bundled_text(name) for name in STATIONS.names()}
    return {name: str(tomllib.loads(text).get("title", "")) for name, text in texts.items()}


def load_station(name: str | Path, *, overrides: Sequence[str] = ()) -> Design:
    """Load a bundled station, or a TOML file by its path, with `path.to.key=value` overrides.

    Raises
    ------
    InputError
        Says file, key, what was found, what is expected, and the nearest valid name.
    """
    text, where = STATIONS.read(str(name))
    file = validated(text, where, overrides, StationFile, STATIONS)
    shown = called(where, overrides)
    book = catalog_of(file.catalog, STATIONS.folder(where), shown)
    try:
        return replace(_Builder(file, book).design(), file=shown)
    except InputError as error:
        raise InputError(error.problem, file=error.file or shown, key=error.key) from None


class _Builder(Requests):
    """Turns a station's file into domain objects; `_at` puts the key into every message."""

    def design(self) -> Design:
        entry = self.at("station", lambda: self.book.entry("stations", self.file.station))
        known = Station.of(entry)
        station = self.at("orbit", lambda: known.with_figures(self.file.orbit.model_dump()))
        self.note_entry(entry, *_USED_OF_STATION)
        steps = [self._step(n, part) for n, part in enumerate(self.file.step)]
        _require_order(steps, self.file.step)
        standards = {n: Standard.of(e) for n, e in self.book.table("docking_standards").items()}
        plan = Plan(station, tuple(steps), standards)
        return Design(
            self.file.name,
            self.file.title or station.title,
            station,
            plan,
            self.book,
            self.trade(),
            self.crew(),
            self.split(),
            self.upkeep(station),
            tuple(self.assumed),
        )

    # ---- the steps

    def _step(self, number: int, part: StepFile) -> Step:
        key = f"step[{number}]"
        if isinstance(part, LeaveFile):
            return Step(LEAVE, part.module, key, date=self.day(f"{key}.date", part.date))
        if isinstance(part, MoveFile):
            return Step(
                MOVE,
                part.module,
                key,
                port=part.port,
                to=_mate(part.to),
                clocking_deg=part.clocking_deg,
                arm=part.arm,
                date=self.day(f"{key}.date", part.date),
            )
        what = "modules" if part.module else "ships"
        kind = part.module or part.ship or ""
        entry = self.at(f"{key}.{what[:-1]}", lambda: self.book.entry(what, kind))
        self.note_entry(entry, *_USED)
        module = module_of(entry)
        port = part.port or (module.ports[0].name if len(module.ports) == 1 else "")
        if part.to is not None:
            self.at(f"{key}.port", lambda: module.port(port))
        day = part.date if isinstance(part, JoinFile) else part.launch_date
        return Step(
            JOIN,
            part.called,
            key,
            module,
            port,
            None if part.to is None else _mate(part.to),
            part.clocking_deg,
            part.arm,
            None if day is None else self.day(key, day),
            self._ride(key, part) if isinstance(part, FlightFile) else None,
        )

    def _ride(self, key: str, part: FlightFile) -> Ride:
        vehicle = self.at(f"{key}.vehicle", lambda: self.book.entry("vehicles", part.vehicle))
        site = self.at(f"{key}.site", lambda: self.book.entry("launch_sites", part.site))
        launch = part.launch_utc
        flown: dict[str, Any] = {}
        if part.as_flown is not None:
            flown = part.as_flown.model_dump(exclude_none=True)
        return Ride(
            vehicle,
            site,
            None
            if launch is None
            else self.at(f"{key}.launch_utc", lambda: dates.read(launch, on_earth=True)),
            part.rendezvous_h,
            as_flown={
                k: Epoch.utc(v).utc_iso(0) if isinstance(v, datetime) else v
                for k, v in flown.items()
            },
        )


def _require_order(steps: Sequence[Step], parts: Sequence[StepFile]) -> None:
    """Refuse a step dated before the one it follows; on one day the file's order holds."""
    days = [None if s.instant is None else s.instant.utc_iso(0)[:10] for s in steps]
    for number in range(1, len(steps)):
        day, before = days[number], days[number - 1]
        if day is None or before is None or day >= before:
            continue
        keys = ("launch_utc", "launch_date", "date")
        key = next(k for k in keys if getattr(parts[number], k, None) is not None)
        raise InputError(
            f"found {day}, after step[{number - 1}] on {before}: expected steps in the order of "
            "their dates",
            key=f"{steps[number].key}.{key}",
        )


def _mate(text: str) -> tuple[str, str]:
    module, _, port = text.partition(".")
    return module, port
