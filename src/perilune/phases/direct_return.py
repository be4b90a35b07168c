"""Direct ascent: from the Moon's surface straight to the Earth, without an orbit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint, subpoint
from perilune.astro.state import State
from perilune.errors import InputError
from perilune.phases.base import Check, Condition, Context, Engine, Happening, Leg
from perilune.phases.earth_return_direct import (
    Shooter,
    Site,
    Straight,
    Straightest,
    least_tilt,
)
from perilune.phases.earth_return_zone import (
    Aimed,
    ZoneAim,
    flight_path_angle,
    landing_estimate,
)
from perilune.phases.entry_samples import ground_distance_km


@dataclass(frozen=True)
class DirectReturn:
    """A burn straight up from the surface that leads to the Earth, as Luna-16, -20 and -24 flew.

    The thrust is vertical where that comes home within the window of flight-path angles, and
    otherwise tilted as little as brings it there.

    Attributes
    ----------
    spacecraft : str
        Whose engine burns.
    engine : Engine
    site : SurfacePoint
        On the Moon, at the height of the ground.
    lift_off : Epoch
    flight_path_angle_deg : tuple of float
        Steepest and shallowest at the interface (120 km, inertial), negative.
    delta_v_km_s : tuple of float
        Least and greatest integral of thrust over mass to try. The stage's propellant bounds it
        too.
    arrive : Epoch, optional
        At the interface: then the burn's size is chosen for the hour, and with it the longitude.
    zone : SurfacePoint, optional
        On the Earth: then `lift_off` is the earliest, and hour and size are chosen to come down
        there, as near as a burn straight up does.
    zone_km : float
        Radius about the zone within which a landing counts.
    within_h : float
        Latest lift-off after the earliest. The hour comes once in 25 h or so, as moonrise does.

    Model limits: constant thrust in a direction fixed in space, from the instant of lift-off. The
    landing point is an estimate: a straight line down to 15 km.
    """

    spacecraft: str
    engine: Engine
    site: SurfacePoint
    lift_off: Epoch
    flight_path_angle_deg: tuple[float, float] = (-70.0, -20.0)
    delta_v_km_s: tuple[float, float] = (2.5, 3.0)
    arrive: Epoch | None = None
    zone: SurfacePoint | None = None
    zone_km: float = 100.0
    within_h: float = 27.0

    def __post_init__(self) -> None:
        steep, shallow = self.flight_path_angle_deg
        if not -90.0 <= steep < shallow < 0.0:
            raise InputError(
                f"flight_path_angle_deg is {self.flight_path_angle_deg}: expected the steepest "
                "first, both negative"
            )
        if self.site.body != "moon":
            raise InputError(f"the site is on the {self.site.body}: expected the moon")
        if self.zone is not None and self.zone.body != "earth":
            raise InputError(f"the zone is on the {self.zone.body}: expected the earth")
        if self.zone is not None and self.arrive is not None:
            raise InputError("both a zone and an arrival: expected one, it settles the other")

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from lift-off to the interface; the stack's mass is that at lift-off."""
        craft = start.stack.member(self.spacecraft)
        mass = start.stack.mass_kg
        assert mass is not None
        context.report("direct return")
        exhaust = self.engine.exhaust_km_s
        all_burnt = mass - max(craft.propellant_kg, 0.0)
        most = exhaust * float(np.log(mass / all_burnt)) if all_burnt > 0.0 else np.inf
        low, high = self.delta_v_km_s
        if most < low:
            remedy = f"all propellant gives {most:.3f} km/s, less than the least of {low:g} km/s"
            return [Leg("direct_return", start, status="propellant_short", remedy=remedy)]
        aimed = self._aimed(mass, (low, min(high, most)), context)
        found = aimed.found
        if found.flight is None:
            remedy = found.solution.remedy or "no tilt of the thrust leads to the interface"
            return [Leg("direct_return", start, status=found.solution.status, remedy=remedy)]
        return [self._leg(aimed, found.flight, start, context.env)]

    def _aimed(self, mass_kg: float, speeds: tuple[float, float], context: Context) -> Aimed:
        def at(later_s: float) -> Shooter:
            lift_off = self.lift_off + later_s
            return Shooter(Site(self.site, lift_off, self.engine, mass_kg), context)

        angles = self.flight_path_angle_deg
        if self.zone is None:
            return Aimed(least_tilt(at(0.0), angles, speeds, arrive=self.arrive), 0.0, None)
        return ZoneAim(self.zone, angles, speeds, 3600.0 * self.within_h).from_ground(at)

    def _leg(self, aimed: Aimed, flight: Straight, start: Condition, env: Environment) -> Leg:
        burn, state = flight.burn, flight.interface
        assert state is not None
        stack = start.stack.burnt(self.spacecraft, burn.mass_before_kg - burn.mass_after_kg)
        mass = stack.mass_kg
        happenings = (
            Happening(
                "lunar_lift_off", burn.ignition, stack.name, burn.cut_off.epoch, burn.dv_m_s,
                burn.mass_before_kg, burn.mass_after_kg,
            ),
            Happening(
                "entry_interface", state, stack.name, mass_before_kg=mass, mass_after_kg=mass
            ),
        )  # fmt: skip
        figures = self._figures(aimed.found, flight, state, env) | self._zone_figures(
            aimed, state, env
        )
        angle = float(figures["entry_flight_path_angle_deg"])
        steep, shallow = self.flight_path_angle_deg
        checks = [
            Check("entry flight-path angle, steepest", angle, "deg", steep - 0.5, ">="),
            Check("entry flight-path angle, shallowest", angle, "deg", shallow + 0.5),
        ]
        if self.zone is not None:
            miss = figures.get("zone_miss_km", np.nan)
            checks.append(Check("way home beside its zone", miss, "km", self.zone_km))
        return Leg(
            "direct_return",
            Condition(stack, state),
            burn.trajectory + flight.coast,
            happenings,
            tuple(checks),
            burn.ignition.epoch,
            solution=figures,
        )

    def _figures(
        self, found: Straightest, flight: Straight, state: State, env: Environment
    ) -> dict[str, Any]:
        below, vertical = subpoint(state, env), found.vertical
        angle = flight_path_angle(state)
        figures: dict[str, Any] = {
            "burn_out_speed_km_s": float(np.linalg.norm(flight.burn.cut_off.v_km_s)),
            "tilt_east_deg": float(np.degrees(flight.tilt[0])),
            "tilt_north_deg": float(np.degrees(flight.tilt[1])),
            "vertical_comes_home": bool(vertical is not None and vertical.interface is not None),
            "return_flight_time_h": float(state.epoch - flight.burn.cut_off.epoch) / 3600.0,
            "entry_speed_km_s": float(np.linalg.norm(state.v_km_s)),
            "entry_flight_path_angle_deg": float(np.degrees(angle)),
            "entry_latitude_deg": float(below.latitude_deg),
            "entry_longitude_deg": float(below.longitude_deg),
        }
        landing = landing_estimate(state, env)
        if landing is not None:
            figures["landing_estimate_latitude_deg"] = landing.latitude_deg
            figures["landing_estimate_longitude_deg"] = landing.longitude_deg
        return figures

    def _zone_figures(self, aimed: Aimed, state: State, env: Environment) -> dict[str, Any]:
        """Return how far from the zone it comes down, and what was in reach."""
        if self.zone is None:
            return {}
        figures: dict[str, Any] = {"lift_off_after_earliest_h": aimed.later_s / 3600.0}
        landing = landing_estimate(state, env)
        if landing is not None:
            figures["zone_miss_km"] = ground_distance_km(
                landing.latitude_deg,
                landing.longitude_deg,
                self.zone.latitude_deg,
                self.zone.longitude_deg,
            )
        if aimed.reach_deg is not None:
            figures["vertical_latitude_lowest_deg"] = aimed.reach_deg[0]
            figures["vertical_latitude_highest_deg"] = aimed.reach_deg[1]
        return figures
