"""From a validated file to the mission it describes: names looked up, degrees turned to radians."""

from __future__ import annotations

from typing import Any

from perilune.astro.epoch import Epoch
from perilune.catalog.entry import Entry, entry
from perilune.dynamics.forces import Forces
from perilune.errors import InputError, PeriluneError
from perilune.missions.mission import AsFlown, Choice, Mission
from perilune.phases.arrival import Perilune
from perilune.phases.base import Engine, Phase, Spacecraft, Stack
from perilune.phases.capture import Capture, CaptureBurn
from perilune.phases.departure import LaunchPhase, TransferPhase
from perilune.phases.launch import Ascent, Launch, LaunchSite
from perilune.phases.orbit import Orbit
from perilune.phases.translunar import Model
from perilune.scenarios import schema


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
        self.assumed: list[dict[str, Any]] = []

    def mission(self) -> Mission:
        file = self.file
        self.at = "model"
        model = _model(file.model)
        stack = Stack(tuple(self._spacecraft(craft) for craft in file.spacecraft))
        phases = tuple(self._phase(i, part, stack) for i, part in enumerate(file.phase))
        self.at = "phase[1] (transfer).passes_over"
        transfer = next(p for p in file.phase if isinstance(p, schema.TransferFile))
        return Mission(
            name=file.name,
            title=file.title,
            stack=stack,
            phases=phases,
            choice=self._choice(transfer),
            model=model,
            constants=file.model.constants,
            as_flown=tuple(_as_flown(row) for row in file.as_flown),
            assumed=tuple(self.assumed),
        )

    def _note(self, what: str, value: Any, confidence: str | None, source: str | None) -> None:
        if confidence in ("derived", "unconfirmed", "assumed"):
            self.assumed.append(
                {"what": what, "value": value, "confidence": confidence, "source": source}
            )

    def _note_entry(self, found: Entry) -> None:
        self._note(f"{found.kind}: {found.name}", found.figures, found.confidence, found.source)

    def _spacecraft(self, part: schema.SpacecraftFile) -> Spacecraft:
        self.at = f"spacecraft ({part.name})"
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
            hours = part.flight_time_h
            return TransferPhase(
                Perilune(part.perilune_altitude_km, part.inclination_deg),
                None if hours is None else 3600.0 * hours,
            )
        if isinstance(part, schema.CaptureFile):
            return self._capture(part, stack)
        return Orbit(Epoch.utc(part.until_utc))

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
        lift_off = Epoch.utc(day.isoformat()) if day else Epoch.utc(part.lift_off_utc or "")
        return LaunchPhase(
            Launch(pad, Ascent(float(duration), float(angle)), part.parking_altitude_km),
            lift_off,
            fixed_lift_off=day is None,
            inclination_deg=part.inclination_deg,
            heading=part.heading,
            coast=part.coast,
        )

    def _capture(self, part: schema.CaptureFile, stack: Stack) -> Capture:
        at, burns = self.at, []
        self.at = f"{at}.spacecraft"
        craft = stack.member(part.spacecraft) if part.spacecraft is not None else None
        for number, burn in enumerate(part.burns):
            self.at = f"{at}.burns[{number}].engine"
            if burn.engine is not None and craft is None:
                raise InputError("an engine needs the capture's `spacecraft`, whose it is")
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
            site = entry("lunar_sites", part.passes_over.site)
            self._note_entry(site)
            return Choice(
                "passes_over",
                site=site.point("moon"),
                site_name=part.passes_over.site,
                date=Epoch.utc(part.passes_over.utc),
                within_km=part.passes_over.within_km,
            )
        if part.choose in ("north", "south"):
            return Choice("branch", branch=part.choose)
        return Choice()


def _model(part: schema.ModelFile) -> Model:
    bodies = tuple(part.point_masses)
    earth, moon = (
        (part.earth_field[0], part.earth_field[1]),
        (part.moon_field[0], part.moon_field[1]),
    )
    return Model(
        earth=Forces(bodies, harmonics={"earth": earth}),
        moon=Forces(bodies, harmonics={"earth": (2, 0), "moon": moon}),
    )


def _as_flown(row: schema.AsFlownFile) -> AsFlown:
    utc = None if row.utc is None else Epoch.utc(row.utc).utc_iso(0)
    figures = {key: float(value) for key, value in (row.model_extra or {}).items()}
    return AsFlown(row.event, utc, figures, row.source)
