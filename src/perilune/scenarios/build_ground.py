"""From orbit to the ground, up again, and together."""

from __future__ import annotations

from typing import Any

from perilune.astro.geometry import SurfacePoint
from perilune.errors import InputError
from perilune.missions.together import Ascent, Docking, Of
from perilune.phases.base import Engine, Phase, Spacecraft, Stack
from perilune.phases.descent_estimate import DescentLimits
from perilune.phases.descent_orbit import DescentOrbit
from perilune.phases.halo import HaloOrbit, HaloTransfer
from perilune.phases.lunar_ascent import LunarAscent
from perilune.phases.orbit_burn import Burner
from perilune.phases.orbit_change import ApsisBurn
from perilune.phases.orbit_wait import WaitForSite
from perilune.phases.phase_shift import PhaseShift
from perilune.phases.plane_change import PlaneChange
from perilune.phases.powered_descent import PoweredDescent
from perilune.phases.separation import Separation
from perilune.phases.station_keeping import StationKeeping
from perilune.phases.surface import Surface
from perilune.phases.swing_by import SwingByTransfer
from perilune.scenarios import dates, moon_file
from perilune.scenarios.notes import PLACE, Notes

_IN_ORBIT = (
    moon_file.ApsisBurnFile,
    moon_file.PlaneChangeFile,
    moon_file.PhaseShiftFile,
    moon_file.StationKeepingFile,
)
_BURNS = {"apsis_burn": 1, "plane_change": 1, "phase_shift": 2, "timed_burn": 1}
"""How many burns each change of an orbit makes: they are numbered through a file."""


class GroundBuilder(Notes):
    """Builds separations, waits, descents, stays, ascents and rendezvous."""

    def ground(self, part: Any, stack: Stack) -> Phase | None:
        """Return the phase of a part, or None where it is of another kind."""
        if isinstance(part, moon_file.SeparationFile):
            for name in part.spacecraft:
                self.craft(name, stack)
            return Separation(tuple(part.spacecraft), self.date(part.at_utc, "at_utc"))
        if isinstance(part, moon_file.SwingByFile | moon_file.HaloFile):
            return self._halo(part, stack)
        if isinstance(part, moon_file.WaitFile):
            low, high = part.sun_elevation_deg
            if part.spacecraft is not None:
                self.craft(part.spacecraft, stack)
            wait = WaitForSite(
                self.site(part.site),
                (low, high),
                part.within_km,
                self.date(part.not_before_utc, "not_before_utc"),
                part.at_most_d,
            )
            return Of(part.spacecraft, wait)
        if isinstance(part, _IN_ORBIT):
            return self._in_orbit(part, stack)
        if isinstance(part, moon_file.DescentOrbitFile):
            return self._descent_orbit(part, stack)
        if isinstance(part, moon_file.LandingFile):
            return self._landing(part, stack)
        if isinstance(part, moon_file.SurfaceFile):
            stay = None if part.stay_h is None else 3600.0 * part.stay_h
            until = self.date(part.until_utc, "until_utc")
            self.craft(part.spacecraft, stack)
            return Surface(self.site(part.site), until, stay, part.spacecraft)
        if isinstance(part, moon_file.LunarAscentFile):
            return self._ascent(part, stack)
        if isinstance(part, moon_file.RendezvousFile):
            return self._rendezvous(part, stack)
        return None

    # ---- pieces

    def date(self, value: Any, key: str) -> Any:
        """Return a date of the file as an epoch, None for None."""
        if value is None:
            return None
        at, self.at = self.at, f"{self.at}.{key}"
        found = dates.read(value, after=self.begin, beginning=self.beginning)
        self.at = at
        return found

    def site(self, name: str) -> SurfacePoint:
        """Return a lunar site of the catalogue."""
        at, self.at = self.at, f"{self.at}.site"
        entry = self.catalog.entry("lunar_sites", name)
        self.note_entry(entry, *PLACE)
        self.at = at
        return entry.point("moon")

    def craft(self, name: str, stack: Stack) -> Spacecraft:
        """Return a spacecraft of the file."""
        at, self.at = self.at, f"{self.at}.spacecraft"
        if not stack.members:
            raise InputError(f"found '{name}', but the file has no [[spacecraft]]")
        found = stack.member(name)
        self.at = at
        return found

    def engine(self, craft: Spacecraft, name: str, key: str = "engine") -> Engine:
        """Return an engine of a spacecraft."""
        at, self.at = self.at, f"{self.at}.{key}"
        if not craft.engines:
            raise InputError(f"found '{name}', but '{craft.name}' has no engines")
        found = craft.engine(name)
        self.at = at
        return found

    # ---- phases

    def _halo(self, part: moon_file.SwingByFile | moon_file.HaloFile, stack: Stack) -> Phase:
        if isinstance(part, moon_file.SwingByFile):
            self.halo = HaloOrbit(part.height_km, point=part.point, north=part.north)
            seconds = None if part.flight_time_h is None else 3600.0 * part.flight_time_h
            return SwingByTransfer(self.halo, part.perilune_altitude_km, seconds)
        craft = self.craft(part.spacecraft, stack)
        assert self.halo is not None
        engine = self.engine(craft, part.engine)
        return HaloTransfer(self.halo, craft.name, engine, part.revolutions)

    def _in_orbit(self, part: Any, stack: Stack) -> Phase:
        craft = self.craft(part.spacecraft, stack)
        burner = Burner(craft.name, self.engine(craft, part.engine), part.impulsive)
        first, second = self._burn_names(part)
        if isinstance(part, moon_file.ApsisBurnFile):
            height, turns = part.opposite_altitude_km, part.after_revolutions
            return Of(craft.name, ApsisBurn(part.at, height, turns, burner, first))
        if isinstance(part, moon_file.PlaneChangeFile):
            site = None if part.site is None else self.site(part.site)
            date = self.date(part.date_utc, "date_utc")
            return Of(craft.name, PlaneChange(part.inclination_deg, site, date, burner, first))
        if isinstance(part, moon_file.PhaseShiftFile):
            shift = PhaseShift(part.shift_deg, part.revolutions, burner, (first, second))
            return Of(craft.name, shift)
        until = self.date(part.until_utc, "until_utc")
        keeping = StationKeeping(part.altitude_km, part.tolerance_km, until, burner)
        return Of(craft.name, keeping)

    def _burn_names(self, part: Any) -> tuple[str, str]:
        """Return what the next two burns in orbit are called, after those of earlier phases."""
        number = 1
        for other in self.file.phase:
            if other is part:
                break
            number += _BURNS.get(other.kind, 0)
        return f"orbit_burn_{number}", f"orbit_burn_{number + 1}"

    def _descent_orbit(self, part: moon_file.DescentOrbitFile, stack: Stack) -> DescentOrbit:
        craft = self.craft(part.spacecraft, stack)
        descent = part.descent_engine
        return DescentOrbit(
            part.spacecraft,
            self.site(part.site),
            self.engine(craft, part.engine),
            part.perilune_altitude_km,
            descent_engine=self.engine(craft, descent, "descent_engine") if descent else None,
            impulsive=part.impulsive,
            not_before=self.date(part.not_before_utc, "not_before_utc"),
            latest=self.date(part.latest_utc, "latest_utc"),
        )

    def _landing(self, part: moon_file.LandingFile, stack: Stack) -> PoweredDescent:
        craft = self.craft(part.spacecraft, stack)
        limits = DescentLimits(
            approach_altitude_m=part.approach_altitude_m,
            view_angle_deg=part.view_angle_deg,
            vertical_altitude_m=part.vertical_altitude_m,
            hover_s=part.hover_s,
            touchdown_speed_m_s=part.touchdown_speed_m_s,
        )
        return PoweredDescent(
            part.spacecraft,
            self.engine(craft, part.engine),
            part.min_thrust_n,
            self.site(part.site),
            limits,
            self.date(part.not_before_utc, "not_before_utc"),
        )

    def _ascent(self, part: moon_file.LunarAscentFile, stack: Stack) -> Ascent:
        craft = self.craft(part.spacecraft, stack)
        ascent = LunarAscent(
            part.spacecraft,
            self.engine(craft, part.engine),
            self.site(part.site),
            part.perilune_altitude_km,
            part.apolune_altitude_km,
            azimuth_deg=part.azimuth_deg,
            lift_off=self.date(part.lift_off_utc, "lift_off_utc"),
            exact_plane=part.exact_plane,
        )
        return Ascent(ascent, self._target(part.target, stack))

    def _rendezvous(self, part: moon_file.RendezvousFile, stack: Stack) -> Docking:
        craft = self.craft(part.spacecraft, stack)
        fine = part.fine_engine
        target = self._target(part.target, stack)
        assert target is not None
        return Docking(
            part.spacecraft,
            target,
            self.engine(craft, part.engine),
            self.engine(craft, fine, "fine_engine") if fine else None,
            self.date(part.docking_utc, "docking_utc"),
            part.in_light,
        )

    def _target(self, name: str | None, stack: Stack) -> str | None:
        if name is not None:
            at, self.at = self.at, f"{self.at}.target"
            stack.member(name)
            self.at = at
        return name
