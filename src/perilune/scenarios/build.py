"""From a validated file to the mission it describes: names looked up, degrees turned to radians."""

from __future__ import annotations

import math
from typing import Any

from perilune.astro.bodies import EARTH_RADIUS_KM, MOON_RADIUS_KM, constants
from perilune.astro.ephemeris import BODIES
from perilune.astro.epoch import Epoch
from perilune.astro.gravity import field
from perilune.catalog.book import Catalog, catalog
from perilune.catalog.entry import KINDS, Entry
from perilune.dynamics.forces import Forces
from perilune.errors import InputError, PeriluneError
from perilune.missions.mission import AsFlown, Choice, Mission
from perilune.missions.scan import WindowsRequest
from perilune.phases.arrival import Perilune
from perilune.phases.base import Engine, Phase, Spacecraft, Stack
from perilune.phases.capture import Capture
from perilune.phases.capture_burn import CaptureBurn
from perilune.phases.corridor import Corridor
from perilune.phases.departure import LaunchPhase, TransferPhase
from perilune.phases.injection import Injection, InjectionBurn, UpperStage
from perilune.phases.launch import Ascent, Launch, LaunchSite
from perilune.phases.orbit import Orbit
from perilune.phases.request import FLIGHT_TIMES_H
from perilune.phases.shot import Model
from perilune.scenarios import dates, schema
from perilune.scenarios.build_windows import VehicleLift, WindowsBuilder

_PLACE = ("latitude_deg", "longitude_deg", "altitude_km")
"""The figures used of a site."""


def build(file: schema.ScenarioFile, where: str, book: Catalog | None = None) -> Mission:
    """Return the mission of a validated file, its names looked up in `book` (default: bundled).

    Raises
    ------
    InputError
        Where a name is not known or a value is impossible; says file and key.
    """
    builder = _Builder(file, book or catalog())
    try:
        return builder.mission()
    except InputError as error:
        key = error.key or builder.at
        raise InputError(error.problem, file=where, key=key) from error
    except PeriluneError as error:
        raise InputError(str(error), file=where, key=builder.at) from error


class _Builder:
    """Builds piece by piece, remembering where in the file it is and what is not confirmed."""

    def __init__(self, file: schema.ScenarioFile, book: Catalog) -> None:
        self.file, self.at, self.catalog = file, "", book
        self.choice = Choice()
        self.lift_off: Epoch | None = None
        self.perilune_km = 0.0
        self.phasing_h = 0.0
        self.assumed: list[dict[str, Any]] = []
        self.corridor: Corridor | None = None
        self.lift: VehicleLift | None = None

    def mission(self) -> Mission:
        file = self.file
        model = self._model(file.model)
        stack = Stack(tuple(self._spacecraft(i, craft) for i, craft in enumerate(file.spacecraft)))
        phases = tuple(self._phase(i, part, stack) for i, part in enumerate(file.phase))
        as_flown = tuple(self._as_flown(i, row) for i, row in enumerate(file.as_flown))
        windows, scan_assumed = self._windows(phases)
        return Mission(
            name=file.name,
            title=file.title,
            stack=stack,
            phases=phases,
            choice=self.choice,
            model=model,
            constants=file.model.constants,
            as_flown=as_flown,
            assumed=tuple(self.assumed),
            corridor=self.corridor,
            lift=self.lift,
            windows=windows,
            scan_assumed=scan_assumed,
        )

    def _windows(
        self, phases: tuple[Phase, ...]
    ) -> tuple[WindowsRequest, tuple[dict[str, Any], ...]]:
        """Return the request of a scan, and the unconfirmed figures that only a scan uses."""
        launch = next(p for p in phases if isinstance(p, LaunchPhase))
        transfer = next(p for p in phases if isinstance(p, TransferPhase))
        capture = next((p for p in phases if isinstance(p, Capture)), None)
        builder = WindowsBuilder(self.file, self.catalog)
        try:
            request = builder.request(launch, transfer, capture)
        except PeriluneError:
            self.at = builder.at
            raise
        kept, self.assumed = self.assumed, []
        site = self.catalog.entry("launch_sites", launch.launch.site.name)
        self._note_entry(site, "azimuths_deg", "inclinations_deg")
        for kind, name in builder.used:
            self._note_entry(self.catalog.entry(kind, name), *_PLACE)
        if self.lift is not None:
            vehicle = self.catalog.entry("vehicles", self.lift.vehicle)
            marks = [vehicle.confidence, *(row.confidence for row in vehicle.rows("payloads"))]
            self._note(
                f"vehicle: {vehicle.name} (injected mass)",
                {"payloads_stated_n": len(vehicle.rows("payloads"))},
                "unconfirmed" if {"unconfirmed", "assumed"} & set(marks) else "derived",
                "a rocket equation with two parameters fitted to stated payloads; "
                f"`perilune catalog vehicles {vehicle.name}` lists them",
            )
        part = self.file.windows
        limits = part.model_dump(exclude_none=True, exclude_unset=True)
        self._note("windows: limits", limits, part.confidence, part.source)
        found, self.assumed = tuple(row for row in self.assumed if row not in kept), kept
        return request, found

    def _model(self, part: schema.ModelFile) -> Model:
        self.at = "model.constants"
        known = constants(part.constants)
        self.at = "model.point_masses"
        bodies = tuple(part.point_masses)
        for body in bodies:
            if bodies.count(body) > 1:
                raise InputError(f"'{body}' is named twice: it would attract twice")
            if body in BODIES and body not in known.gm_km3_s2:
                having = ", ".join(sorted(known.gm_km3_s2))
                raise InputError(f"constants '{known.name}' have no GM for '{body}': have {having}")
        self.at = "model.earth_field"
        earth = (part.earth_field[0], part.earth_field[1])
        field("earth").require(*earth)
        self.at = "model.moon_field"
        moon = (part.moon_field[0], part.moon_field[1])
        field("moon").require(*moon)
        self.at = "model.point_masses"
        return Model(
            earth=Forces(bodies, harmonics={"earth": earth}),
            moon=Forces(bodies, harmonics={"earth": (2, 0), "moon": moon}),
        )

    def _note(self, what: str, value: Any, confidence: str | None, source: str | None) -> None:
        if confidence in ("derived", "unconfirmed", "assumed"):
            row = {"what": what, "value": value, "confidence": confidence, "source": source}
            if row not in self.assumed:  # a place may be named twice
                self.assumed.append(row)

    def _note_entry(self, found: Entry, *keys: str) -> None:
        """Note the figures used of an entry, together where they stand on the same."""
        used = [key for key in keys if key in found.figures]
        for mark in dict.fromkeys(found.mark_of(key) for key in used):
            alike = [key for key in used if found.mark_of(key) == mark]
            which = "" if alike == used else f" ({', '.join(alike)})"
            what = f"{KINDS[found.kind]}: {found.name}{which}"
            figures = {key: found.figures[key] for key in alike}
            self._note(what, figures, mark.confidence, mark.source)

    def _spacecraft(self, number: int, part: schema.SpacecraftFile) -> Spacecraft:
        self.at = f"spacecraft[{number}] ({part.name})"
        figures = {"dry_mass_kg": part.dry_mass_kg, "propellant_kg": part.propellant_kg}
        for engine in part.engines:
            figures |= {"thrust_n": engine.thrust_n, "isp_s": engine.isp_s}
        self._note(f"spacecraft: {part.name}", figures, part.confidence, part.source)
        engines = tuple(Engine(e.name, e.thrust_n, e.isp_s) for e in part.engines)
        return Spacecraft(part.name, part.dry_mass_kg, part.propellant_kg, engines)

    def _phase(self, number: int, part: Any, stack: Stack) -> Phase:
        self.at = f"phase[{number}] ({part.kind})"
        if isinstance(part, schema.LaunchFile):
            return self._launch(part)
        if isinstance(part, schema.InjectionFile):
            return self._injection(part, stack)
        if isinstance(part, schema.TransferFile):
            return self._transfer(part)
        if isinstance(part, schema.CaptureFile):
            return self._capture(part, stack)
        self.at += ".until_utc"
        return Orbit(dates.read(part.until_utc, after=self.lift_off))

    def _launch(self, part: schema.LaunchFile) -> LaunchPhase:
        at = self.at
        self.at = f"{at}.site"
        site = self.catalog.entry("launch_sites", part.site)
        self._note_entry(site, *_PLACE)
        duration, angle = part.ascent_duration_s, part.ascent_range_angle_deg
        if part.vehicle is not None:
            self.at = f"{at}.vehicle"
            vehicle = self.catalog.entry("vehicles", part.vehicle)
            duration = duration or vehicle.figures["ascent_duration_s"]
            angle = vehicle.figures["ascent_range_angle_deg"] if angle is None else angle
            ascent = ("ascent_duration_s", "ascent_range_angle_deg")
            self._note_entry(vehicle, *(key for key in ascent if getattr(part, key) is None))
        assert duration is not None
        assert angle is not None
        pad = LaunchSite(part.site, site.point("earth"))
        self.corridor = Corridor.of(site)
        if part.vehicle is not None:
            self.at = f"{at}.upper_stage"
            self.lift = self._lift(part, pad)
        if part.inclination_deg is not None:
            self.at = f"{at}.inclination_deg"
            pad.azimuth_deg(part.inclination_deg, northbound=True)
        self.at = f"{at}.lift_off_utc"
        day = part.lift_off_date
        if day is not None:
            self.at = f"{at}.lift_off_date"
        when = part.lift_off_utc or (day.isoformat() if day else "")
        lift_off = self.lift_off = dates.read(when, on_earth=True)
        return LaunchPhase(
            Launch(pad, Ascent(float(duration), float(angle)), part.parking_altitude_km),
            lift_off,
            fixed_lift_off=day is None,
            inclination_deg=part.inclination_deg,
            heading=part.heading,
            coast=part.coast,
        )

    def _lift(self, part: schema.LaunchFile, pad: LaunchSite) -> VehicleLift | None:
        """Return what the vehicle injects; None where the spacecraft does part of it."""
        assert part.vehicle is not None
        if part.upper_stage is not None:
            self.catalog.entry("upper_stages", part.upper_stage)
        injection = next((p for p in self.file.phase if isinstance(p, schema.InjectionFile)), None)
        if injection and any(burn.spacecraft for burn in injection.burns):
            return None
        figures = self.catalog.entry("vehicles", part.vehicle).figures
        if not figures.get("stages") or not figures.get("payloads"):
            return None
        return VehicleLift(self.catalog, part.vehicle, pad, part.upper_stage)

    def _injection(self, part: schema.InjectionFile, stack: Stack) -> Injection:
        at, burns = self.at, []
        for number, burn in enumerate(part.burns):
            self.at = f"{at}.burns[{number}].stage"
            stage = self._upper_stage(burn.stage) if burn.stage is not None else None
            self.at = f"{at}.burns[{number}].spacecraft"
            if burn.spacecraft is not None and not stack.members:
                raise InputError(f"found '{burn.spacecraft}', but the file has no [[spacecraft]]")
            craft = stack.member(burn.spacecraft) if burn.spacecraft is not None else None
            self.at = f"{at}.burns[{number}].engine"
            if craft is not None and not craft.engines:
                raise InputError(f"found '{burn.engine}', but '{craft.name}' has no engines")
            burns.append(
                InjectionBurn(
                    stage,
                    burn.spacecraft,
                    craft.engine(burn.engine) if craft and burn.engine is not None else None,
                    burn.period_h,
                    burn.apogee_altitude_km,
                    burn.after_revolutions,
                    burn.impulsive,
                )
            )
        self.at = f"{at}.burns"
        launch = next(p for p in self.file.phase if isinstance(p, schema.LaunchFile))
        if len(burns) > 1 and launch.lift_off_utc and launch.inclination_deg is not None:
            raise InputError(
                "with lift-off and inclination both given the injection turns the plane, which "
                "takes one burn: leave out `inclination_deg`, or the phasing burns"
            )
        injection = Injection(tuple(burns))
        injection.require_mass(stack)
        gm = constants(self.file.model.constants).gm("earth")
        perigee_km = EARTH_RADIUS_KM + launch.parking_altitude_km
        self.phasing_h = injection.hold_s(perigee_km, gm) / 3600.0
        return injection

    def _upper_stage(self, name: str) -> UpperStage:
        found = self.catalog.entry("upper_stages", name)
        used = ("thrust_n", "isp_s", "propellant_kg", "dry_mass_kg")
        self._note_entry(found, *used)
        thrust, isp, propellant, dry = (float(found.figure(key)) for key in used)
        return UpperStage(name, Engine(found.name, thrust, isp), propellant, dry)

    def _transfer(self, part: schema.TransferFile) -> TransferPhase:
        hours = part.flight_time_h
        assert self.lift_off is not None
        self.perilune_km = MOON_RADIUS_KM + part.perilune_altitude_km
        dates.require_arrival(self.lift_off, self.phasing_h + (hours or FLIGHT_TIMES_H[1]))
        self.choice = self._choice(part)
        return TransferPhase(
            Perilune(part.perilune_altitude_km, part.inclination_deg),
            None if hours is None else 3600.0 * hours,
        )

    def _require_above_ground(self, burn: schema.BurnFile) -> None:
        """Refuse a first burn into an orbit whose other end lies below the Moon's surface."""
        if burn.period_h is None:
            return
        gm = constants(self.file.model.constants).gm("moon")
        lowest = 0.5 * (self.perilune_km + MOON_RADIUS_KM)
        least_h = 2.0 * math.pi * math.sqrt(lowest**3 / gm) / 3600.0
        if burn.period_h < least_h:
            raise InputError(
                f"found {burn.period_h:g}, expected at least {math.ceil(100.0 * least_h) / 100.0:g}"
                ": a shorter orbit through the perilune of arrival meets the Moon"
            )

    def _capture(self, part: schema.CaptureFile, stack: Stack) -> Capture:
        at, burns = self.at, []
        self.at = f"{at}.burns[0].period_h"
        self._require_above_ground(part.burns[0])
        self.at = f"{at}.spacecraft"
        if part.spacecraft is not None and not stack.members:
            raise InputError(f"found '{part.spacecraft}', but the file has no [[spacecraft]]")
        craft = stack.member(part.spacecraft) if part.spacecraft is not None else None
        for number, burn in enumerate(part.burns):
            self.at = f"{at}.burns[{number}].engine"
            if burn.engine is not None and craft is None:
                raise InputError(f"found '{burn.engine}', expected also the capture's `spacecraft`")
            if burn.engine is not None and craft is not None and not craft.engines:
                raise InputError(f"found '{burn.engine}', but '{craft.name}' has no engines")
            engine = craft.engine(burn.engine) if craft and burn.engine is not None else None
            burns.append(
                CaptureBurn(
                    burn.period_h,
                    burn.apolune_altitude_km,
                    burn.circular_altitude_km,
                    engine,
                    burn.impulsive,
                    burn.after_revolutions,
                )
            )
        return Capture(part.spacecraft, tuple(burns))

    def _choice(self, part: schema.TransferFile) -> Choice:
        if part.passes_over is not None:
            at = f"{self.at}.passes_over"
            self.at = f"{at}.site"
            site = self.catalog.entry("lunar_sites", part.passes_over.site)
            self._note_entry(site, *_PLACE)
            self.at = f"{at}.utc"
            return Choice(
                "passes_over",
                site=site.point("moon"),
                site_name=part.passes_over.site,
                date=dates.read(part.passes_over.utc, after=self.lift_off),
                within_km=part.passes_over.within_km,
            )
        if part.choose in ("north", "south"):
            return Choice("branch", branch=part.choose)
        return Choice()

    def _as_flown(self, number: int, row: schema.AsFlownFile) -> AsFlown:
        self.at = f"as_flown[{number}] ({row.event}).utc"
        utc = None if row.utc is None else Epoch.utc(row.utc).utc_iso(0)
        figures = {key: float(value) for key, value in (row.model_extra or {}).items()}
        return AsFlown(row.event, utc, figures, row.source)
