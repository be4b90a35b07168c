"""Direct ascent: from the Moon's surface straight to the Earth, without an orbit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from perilune.astro.bodies import EARTH_RADIUS_KM
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

_OPENING_KM = 15.0
_STEEP = np.radians(15.0)


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

    def __post_init__(self) -> None:
        steep, shallow = self.flight_path_angle_deg
        if not -90.0 <= steep < shallow < 0.0:
            raise InputError(
                f"flight_path_angle_deg is {self.flight_path_angle_deg}: expected the steepest "
                "first, both negative"
            )
        if self.site.body != "moon":
            raise InputError(f"the site is on the {self.site.body}: expected the moon")

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
        shooter = Shooter(Site(self.site, self.lift_off, self.engine, mass), context)
        found = least_tilt(
            shooter, self.flight_path_angle_deg, (low, min(high, most)), arrive=self.arrive
        )
        if found.flight is None:
            remedy = found.solution.remedy or "no tilt of the thrust leads to the interface"
            return [Leg("direct_return", start, status=found.solution.status, remedy=remedy)]
        return [self._leg(found, found.flight, start, context.env)]

    def _leg(self, found: Straightest, flight: Straight, start: Condition, env: Environment) -> Leg:
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
        figures = self._figures(found, flight, state, env)
        angle = float(figures["entry_flight_path_angle_deg"])
        steep, shallow = self.flight_path_angle_deg
        checks = (
            Check("entry flight-path angle, steepest", angle, "deg", steep - 0.5, ">="),
            Check("entry flight-path angle, shallowest", angle, "deg", shallow + 0.5),
        )
        return Leg(
            "direct_return",
            Condition(stack, state),
            burn.trajectory + flight.coast,
            happenings,
            checks,
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


def flight_path_angle(state: State) -> float:
    """Return the angle of the velocity over the geocentric horizontal, rad."""
    r, v = state.r_km, state.v_km_s
    return float(np.arcsin((r @ v) / (np.linalg.norm(r) * np.linalg.norm(v))))


def landing_estimate(state: State, env: Environment) -> SurfacePoint | None:
    """Return where a steep ballistic entry comes down: straight on to 15 km over the ground.

    None where the entry is shallower than 15 deg, which needs the entry flown.
    """
    fixed = state.to(axes="itrf", env=env)
    relative = replace(state, r_km=fixed.r_km, v_km_s=fixed.v_km_s)
    angle = flight_path_angle(relative)
    if angle > -_STEEP:
        return None
    height = float(subpoint(state, env).altitude_km) - _OPENING_KM
    arc = height / np.tan(-angle) / EARTH_RADIUS_KM
    up = fixed.r_km / np.linalg.norm(fixed.r_km)
    ahead = fixed.v_km_s - up * (up @ fixed.v_km_s)
    place = np.cos(arc) * up + np.sin(arc) * ahead / np.linalg.norm(ahead)
    below = subpoint(State(state.epoch, "earth", "itrf", EARTH_RADIUS_KM * place, np.zeros(3)), env)
    return SurfacePoint("earth", float(below.latitude_deg), float(below.longitude_deg))
