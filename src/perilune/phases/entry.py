"""Earth entry: from a state before the interface to the ground."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from perilune.astro.atmosphere import Atmosphere, Msis
from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.geometry import SurfacePoint
from perilune.astro.state import State
from perilune.dynamics.events import Distance
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError, UnknownName
from perilune.phases.base import Check, Condition, Context, Happening, Leg
from perilune.phases.capsule import Capsule
from perilune.phases.entry_again import difference_m
from perilune.phases.entry_aim import Aimed, Limits, aim, without_lift
from perilune.phases.entry_bank import Banks
from perilune.phases.entry_flight import INTERFACE_KM, EntryFlight, Scene, geodetic
from perilune.phases.entry_pilot import fly, land
from perilune.phases.entry_samples import Peaks, ground_distance_km, peaks
from perilune.phases.entry_start import Interface

MODES = ("ballistic", "lifting", "skip")

_TAKE_OVER_KM = EARTH_RADIUS_KM + 140.0
_COAST_S = 10.0 * 86400.0
_AGAIN_M = 100.0


@dataclass(frozen=True)
class Entry:
    """An entry of a capsule.

    Attributes
    ----------
    capsule : Capsule
    mode : str
        `ballistic` (spinning, lift cancels), `lifting` (constant bank; or, with `aimed`, a bank and
        its reversal), or `skip` (bank, reversal, and a bank after the apex, solved to come down at
        `site`).
    site : SurfacePoint, optional
        Where it should land; its altitude is the height of the ground.
    zone_km : float
        Radius about the site within which a landing counts.
    banks : Banks
        What a lifting entry without aim holds.
    aimed : bool
        Solve the banks of a lifting entry for the site.
    limits : Limits
    atmosphere : Atmosphere

    Model limits: three degrees of freedom, constant aerodynamics, no wind; J2 and no Moon or Sun
    below 140 km; the parachute opens at once.
    """

    capsule: Capsule
    mode: str = "ballistic"
    site: SurfacePoint | None = None
    zone_km: float = 50.0
    banks: Banks = field(default_factory=Banks)
    aimed: bool = False
    limits: Limits = field(default_factory=Limits)
    atmosphere: Atmosphere = field(default_factory=Msis)

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise UnknownName("entry mode", self.mode, MODES)
        if self.site is not None and self.site.body != "earth":
            raise InputError(f"the landing site is on '{self.site.body}', expected on the earth")
        if self.solves and self.site is None:
            raise InputError(f"an aimed {self.mode} entry needs a landing site")

    @property
    def solves(self) -> bool:
        """Whether banks are solved for."""
        return self.mode == "skip" or (self.mode == "lifting" and self.aimed)

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from `start.state` to the landing."""
        if start.state is None:
            raise InputError("an entry needs a state to start from")
        context.report("entry")
        coast, state = _down_to_the_air(start.state, context)
        if state is None:
            remedy = (
                f"the path does not come down to {INTERFACE_KM:.0f} km within ten days: lower its "
                "perigee"
            )
            return [Leg("entry", start, coast, status="no_solution", remedy=remedy)]
        scene = Scene.of(state, self.atmosphere, context.env)
        flight, aimed = self._descend(scene)
        return [_Report(self, start, context, coast, flight, aimed).leg()]

    def _descend(self, scene: Scene) -> tuple[EntryFlight, Aimed | None]:
        """Fly to the parachute."""
        if self.solves and self.site is not None:
            found = aim(
                scene, self.capsule, self.site, skip=self.mode == "skip", limits=self.limits
            )
            return found.flight, found
        capsule = without_lift(self.capsule) if self.mode == "ballistic" else self.capsule
        banks = Banks() if self.mode == "ballistic" else self.banks
        return fly(scene, capsule, banks, ceiling_km=self.limits.apex_km), None


def _down_to_the_air(state: State, context: Context) -> tuple[Trajectory | None, State | None]:
    """Coast to where the air begins; None where it is never reached."""
    here = state.to(center="earth", axes="icrf", env=context.env)
    if float(np.linalg.norm(here.r_km)) <= _TAKE_OVER_KM:
        return None, here
    coast = propagate(
        here,
        until=here.epoch + _COAST_S,
        forces=context.model.earth,
        env=context.env,
        events=[Distance(terminal=True, direction=-1, body="earth", distance_km=_TAKE_OVER_KM)],
    )
    return coast, coast.final if coast.status == "stopped" else None


@dataclass
class _Report:
    """Puts a flown entry into a leg."""

    entry: Entry
    start: Condition
    context: Context
    coast: Trajectory | None
    flight: EntryFlight
    aimed: Aimed | None

    def leg(self) -> Leg:
        """Return the leg, down to the ground where the flight came to its parachute."""
        found = peaks(self.flight)
        again_m = difference_m(self.flight) if self.flight.status == "parachute" else np.nan
        ground = self.entry.site.altitude_km if self.entry.site else 0.0
        if self.flight.status == "parachute":
            self.flight = land(self.flight, ground)
        flown = self.flight.trajectory
        trajectory = flown if self.coast is None else self.coast + flown
        status, remedy = self._status(found)
        return Leg(
            "entry",
            Condition(self.start.stack, trajectory.final),
            trajectory,
            tuple(self._happenings()),
            tuple(self._checks(found, again_m)),
            status=status,
            remedy=remedy,
            solution=self._figures(found, again_m),
        )

    @property
    def landed(self) -> bool:
        return self.flight.status == "landed"

    def _status(self, found: Peaks) -> tuple[str, str]:
        flight, limits = self.flight, self.entry.limits
        if self.aimed is not None and self.aimed.status != "converged":
            return self.aimed.status, self.aimed.remedy
        if flight.status in ("skipped_out", "passed"):
            return "skipped_out", (
                f"the capsule leaves the atmosphere again (apex {flight.apex_km:.0f} km, allowed "
                f"{limits.apex_km:.0f} km): enter more steeply, or bank more"
            )
        if not self.landed:
            return "no_solution", f"the entry ended as '{flight.status}' before the parachute"
        if limits.excess(found) > 1.0:
            return "limit_broken", (
                f"peak load {found.load_g:.1f} g, flux {found.flux_mw_m2:.2f} MW/m2, heat "
                f"{found.heat_mj_m2:.0f} MJ/m2 are beyond a limit: enter at a shallower angle"
            )
        return "converged", ""

    def _interface_s(self) -> float | None:
        """Return when the interface is crossed, s from the start of the flight."""
        from scipy.optimize import brentq

        def over(seconds: float) -> float:
            r = self.flight.arc.vectors(np.array([seconds]))[0, :3]
            return float(geodetic(r, seconds)[2]) - INTERFACE_KM

        if over(0.0) <= 1e-9:
            return 0.0 if over(0.0) > -1e-3 else None
        times = np.linspace(0.0, min(self.flight.stop_s, 600.0), 601)
        below = [i for i, t in enumerate(times) if over(float(t)) <= 0.0]
        return float(brentq(over, times[below[0] - 1], times[below[0]])) if below else None

    def _happenings(self) -> list[Happening]:
        stack, flown = self.start.stack, self.flight.trajectory
        mass = stack.mass_kg
        events = []
        crossing = self._interface_s()
        if crossing is not None:
            events.append(("entry_interface", flown.at(flown.start + crossing)))
        if self.landed:
            events.append(("landing", flown.final))
        return [
            Happening(name, state, stack.name, mass_before_kg=mass, mass_after_kg=mass)
            for name, state in events
        ]

    def _miss_km(self) -> float:
        lat, lon, _ = self.flight.end_place
        site = self.entry.site
        if site is None or not self.landed:
            return np.nan
        return ground_distance_km(lat, lon, site.latitude_deg, site.longitude_deg)

    def _checks(self, found: Peaks, again_m: float) -> list[Check]:
        limits = self.entry.limits
        checks = [Check("entry flown again by other equations", again_m, "m", _AGAIN_M)]
        for name, value, unit, limit in (
            ("entry peak load", found.load_g, "g", limits.load_g),
            ("entry peak heat flux", found.flux_mw_m2, "MW/m2", limits.flux_mw_m2),
            ("entry heat load", found.heat_mj_m2, "MJ/m2", limits.heat_mj_m2),
        ):
            if np.isfinite(limit):
                checks.append(Check(name, value, unit, limit))
        if self.entry.site is not None:
            checks.append(Check("landing off its site", self._miss_km(), "km", self.entry.zone_km))
        return checks

    def _figures(self, found: Peaks, again_m: float) -> dict[str, Any]:
        flight, flown = self.flight, self.flight.trajectory
        lat, lon, height = flight.end_place
        out: dict[str, Any] = {
            "entry_atmosphere": flight.scene.table.name,
            "entry_table_error": flight.scene.table.error,
            "entry_status": flight.status,
            "entry_peak_load_g": found.load_g,
            "entry_peak_load_utc": (flown.start + found.load_s).utc_iso(1),
            "entry_peak_load_altitude_km": found.load_km,
            "entry_peak_flux_mw_m2": found.flux_mw_m2,
            "entry_peak_flux_utc": (flown.start + found.flux_s).utc_iso(1),
            "entry_heat_load_mj_m2": found.heat_mj_m2,
            "entry_apex_altitude_km": flight.apex_km if np.isfinite(flight.apex_km) else None,
            "entry_banks": [
                {"begins_s": r.begins_s, "bank_deg": float(np.degrees(r.bank_rad)),
                 "rate_deg_s": float(np.degrees(r.rate_rad_s))}
                for r in flight.rolls
            ],
            "entry_again_m": again_m,
        }  # fmt: skip
        crossing = self._interface_s()
        if crossing is not None:
            at = Interface.of(flown.at(flown.start + crossing), self.context.env)
            out |= {
                "entry_speed_km_s": at.speed_km_s,
                "entry_path_angle_deg": at.path_angle_deg,
                "entry_azimuth_deg": at.azimuth_deg,
                "entry_latitude_deg": at.latitude_deg,
                "entry_longitude_deg": at.longitude_deg,
                "entry_downrange_km": ground_distance_km(
                    at.latitude_deg, at.longitude_deg, lat, lon
                ),
            }
        if not np.isnan(flight.opened_s):
            out["parachute_utc"] = (flown.start + flight.opened_s).utc_iso(1)
        if self.landed:
            out |= {
                "landing_latitude_deg": lat,
                "landing_longitude_deg": lon,
                "landing_altitude_km": height,
                "landing_utc": flown.stop.utc_iso(1),
            }
            if self.entry.site is not None:
                out["landing_miss_km"] = self._miss_km()
        return out
