"""The way off the Earth: launch, injection, and what the vehicle carries."""

from __future__ import annotations

from perilune.astro.bodies import EARTH_RADIUS_KM, constants
from perilune.errors import InputError
from perilune.phases.base import Engine, Stack
from perilune.phases.corridor import Corridor
from perilune.phases.departure import LaunchPhase
from perilune.phases.injection import Injection, InjectionBurn, UpperStage
from perilune.phases.launch import Ascent, Launch, LaunchSite
from perilune.scenarios import dates, schema
from perilune.scenarios.build_windows import VehicleLift
from perilune.scenarios.notes import PLACE, Notes


class LaunchBuilder(Notes):
    """Builds the launch and the injection."""

    def launch(self, part: schema.LaunchFile) -> LaunchPhase:
        """Return the launch; keeps the lift-off, what the site permits and the vehicle carries."""
        at = self.at
        self.at = f"{at}.site"
        site = self.catalog.entry("launch_sites", part.site)
        self.note_entry(site, *PLACE)
        duration, angle = part.ascent_duration_s, part.ascent_range_angle_deg
        if part.vehicle is not None:
            self.at = f"{at}.vehicle"
            vehicle = self.catalog.entry("vehicles", part.vehicle)
            duration = duration or vehicle.figures["ascent_duration_s"]
            angle = vehicle.figures["ascent_range_angle_deg"] if angle is None else angle
            ascent = ("ascent_duration_s", "ascent_range_angle_deg")
            self.note_entry(vehicle, *(key for key in ascent if getattr(part, key) is None))
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
        lift_off = self.begin = dates.read(when, on_earth=True)
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
        vehicle = self.catalog.entry("vehicles", part.vehicle)
        payloads = vehicle.rows("payloads") if "payloads" in vehicle.figures else []
        if not payloads or not vehicle.figures.get("stages"):
            return None
        marks = {vehicle.confidence, *(row.confidence for row in payloads)}
        self.note(
            f"vehicle: {vehicle.name} (injected mass)",
            {"payloads_n": len(payloads)},
            "unconfirmed" if {"unconfirmed", "assumed"} & marks else "derived",
            "a rocket equation with two parameters fitted to stated payloads: see `perilune "
            f"catalog vehicles {vehicle.name}`",
        )
        return VehicleLift(self.catalog, part.vehicle, pad, part.upper_stage)

    def injection(self, part: schema.InjectionFile, stack: Stack) -> Injection:
        """Return the injection's burns."""
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
        self.note_entry(found, *used)
        thrust, isp, propellant, dry = (float(found.figure(key)) for key in used)
        return UpperStage(name, Engine(found.name, thrust, isp), propellant, dry)
