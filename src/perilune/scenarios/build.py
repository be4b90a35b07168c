"""From a validated file to the mission it describes: names looked up, degrees turned to radians."""

from __future__ import annotations

import math
from typing import Any

from perilune.astro.bodies import MOON_RADIUS_KM, constants
from perilune.astro.ephemeris import BODIES
from perilune.astro.epoch import Epoch
from perilune.astro.gravity import field
from perilune.catalog.entry import KINDS, Entry, entry
from perilune.dynamics.forces import Forces
from perilune.errors import InputError, PeriluneError
from perilune.missions.mission import AsFlown, Choice, Mission
from perilune.phases.arrival import Perilune
from perilune.phases.base import Engine, Phase, Spacecraft, Stack
from perilune.phases.capture import Capture
from perilune.phases.capture_burn import CaptureBurn
from perilune.phases.departure import LaunchPhase, TransferPhase
from perilune.phases.launch import Ascent, Launch, LaunchSite
from perilune.phases.orbit import Orbit
from perilune.phases.request import FLIGHT_TIMES_H
from perilune.phases.shot import Model
from perilune.scenarios import dates, schema


def build(file: schema.ScenarioFile, where: str) -> Mission:
    """Return the mission of a validated file.

    Raises
    ------
    InputError
        Where a name is not known or a value is impossible; says file and key.
    """
    builder = _Builder(file)
    try:
        return builder.mission()
    except InputError as error:
        key = error.key or builder.at
        raise InputError(error.problem, file=where, key=key) from error
    except PeriluneError as error:
        raise InputError(str(error), file=where, key=builder.at) from error


class _Builder:
    """Builds piece by piece, remembering where in the file it is and what is not confirmed."""

    def __init__(self, file: schema.ScenarioFile) -> None:
        self.file, self.at = file, ""
        self.choice = Choice()
        self.lift_off: Epoch | None = None
        self.perilune_km = 0.0
        self.assumed: list[dict[str, Any]] = []

    def mission(self) -> Mission:
        file = self.file
        model = self._model(file.model)
        stack = Stack(tuple(self._spacecraft(i, craft) for i, craft in enumerate(file.spacecraft)))
        phases = tuple(self._phase(i, part, stack) for i, part in enumerate(file.phase))
        return Mission(
            name=file.name,
            title=file.title,
            stack=stack,
            phases=phases,
            choice=self.choice,
            model=model,
            constants=file.model.constants,
            as_flown=tuple(self._as_flown(i, row) for i, row in enumerate(file.as_flown)),
            assumed=tuple(self.assumed),
        )

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
            self.assumed.append(
                {"what": what, "value": value, "confidence": confidence, "source": source}
            )

    def _note_entry(self, found: Entry) -> None:
        what = f"{KINDS[found.kind]}: {found.name}"
        self._note(what, found.figures, found.confidence, found.source)

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
        if isinstance(part, schema.TransferFile):
            return self._transfer(part)
        if isinstance(part, schema.CaptureFile):
            return self._capture(part, stack)
        self.at += ".until_utc"
        return Orbit(dates.read(part.until_utc, after=self.lift_off))

    def _launch(self, part: schema.LaunchFile) -> LaunchPhase:
        at = self.at
        self.at = f"{at}.site"
        site = entry("launch_sites", part.site)
        self._note_entry(site)
        duration, angle = part.ascent_duration_s, part.ascent_range_angle_deg
        if part.vehicle is not None:
            self.at = f"{at}.vehicle"
            vehicle = entry("vehicles", part.vehicle)
            duration = duration or vehicle.figures["ascent_duration_s"]
            angle = vehicle.figures["ascent_range_angle_deg"] if angle is None else angle
            self._note_entry(vehicle)
        assert duration is not None
        assert angle is not None
        pad = LaunchSite(part.site, site.point("earth"))
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

    def _transfer(self, part: schema.TransferFile) -> TransferPhase:
        hours = part.flight_time_h
        assert self.lift_off is not None
        self.perilune_km = MOON_RADIUS_KM + part.perilune_altitude_km
        dates.require_arrival(self.lift_off, hours or FLIGHT_TIMES_H[1])
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
            site = entry("lunar_sites", part.passes_over.site)
            self._note_entry(site)
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
