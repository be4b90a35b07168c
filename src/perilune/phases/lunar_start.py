"""The start of a mission that begins in lunar orbit: its size, its plane, its place."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from perilune.astro import frames
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.elements import Elements
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SURFACE_AXES, SurfacePoint
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.errors import InputError
from perilune.phases.base import Check, Condition, Context, Happening, Leg
from perilune.phases.orbit_wait import plane_angle_rad
from perilune.targeting.problem import Goal, Unknown, differences, solve


@dataclass(frozen=True)
class OpenOrbit:
    """A lunar orbit at an instant, whose ellipse can still be turned in its plane.

    Attributes
    ----------
    epoch : Epoch
    perilune_km, apolune_km : float
        Distances from the Moon's center.
    inclination, node : float
        Of the plane, to the axes `moon_me` of that instant, rad.
    argument_of_latitude : float
        Where the spacecraft is: from the ascending node, rad.
    """

    epoch: Epoch
    perilune_km: float
    apolune_km: float
    inclination: float
    node: float
    argument_of_latitude: float

    def at(self, true_anomaly: float, env: Environment) -> State:
        """Return the state where the spacecraft is so far (rad) past its perilune."""
        total = self.apolune_km + self.perilune_km
        ellipse = Elements(
            0.5 * total,
            (self.apolune_km - self.perilune_km) / total,
            self.inclination,
            self.node,
            self.argument_of_latitude - true_anomaly,
            true_anomaly,
            env.constants.gm("moon"),
        )
        axes = frames.from_icrf(SURFACE_AXES["moon"], self.epoch, env)[0]
        r, v = ellipse.to_vectors()
        return State(self.epoch, "moon", "icrf", r @ axes, v @ axes)


@dataclass(frozen=True)
class Overflight:
    """A lunar site that the orbit plane passes over at an instant, heading north or south."""

    site: SurfacePoint
    epoch: Epoch
    northbound: bool

    def require(self, inclination_deg: float) -> None:
        """Raise InputError where no orbit of an inclination passes over the site."""
        latitude = abs(self.site.latitude_deg)
        if not latitude <= inclination_deg <= 180.0 - latitude:
            raise InputError(
                f"found {inclination_deg:g}, expected {latitude:g} to {180.0 - latitude:g}: "
                "another orbit does not reach the latitude of the site",
                key="inclination_deg",
            )


@dataclass(frozen=True)
class LunarStart:
    """A mission's beginning in a lunar orbit whose plane is known by a site it passes over.

    Attributes
    ----------
    epoch : Epoch
    perilune_altitude_km, apolune_altitude_km : float
        Over the mean sphere, of the osculating ellipse.
    inclination_deg : float
        To the lunar equator of that instant.
    over : Overflight
        The undisturbed orbit's plane passes over a site then.
    argument_of_latitude_deg : float
        Where the spacecraft is, from the ascending node.
    true_anomaly_deg : float, optional
        Where the perilune is; None leaves it open to the phase that follows.

    Model limits: the plane's drift until the overflight is that of the mission's force model.
    """

    epoch: Epoch
    perilune_altitude_km: float
    apolune_altitude_km: float
    inclination_deg: float
    over: Overflight
    argument_of_latitude_deg: float
    true_anomaly_deg: float | None = None

    def __post_init__(self) -> None:
        if not self.perilune_altitude_km <= self.apolune_altitude_km:
            raise InputError(
                f"found {self.perilune_altitude_km:g}, expected at most the apolune's "
                f"{self.apolune_altitude_km:g}",
                key="perilune_altitude_km",
            )
        self.over.require(self.inclination_deg)

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return a leg without motion, that ends in the orbit; an open one as a departure."""
        context.report("lunar orbit at the start")
        seed = self._seed(context.env)
        anomaly = float(np.radians(self.true_anomaly_deg or 0.0))

        def off(node: float) -> float:
            state = replace(seed, node=node).at(anomaly, context.env)
            then = propagate(
                state,
                until=self.over.epoch,
                forces=context.model.moon,
                env=context.env,
                dense=False,
            )
            return float(plane_angle_rad(then.final, self.over.site, context))

        solution = solve(
            [Unknown("node_rad", seed.node, 0.01)],
            [Goal("plane_rad", 1e-7)],
            differences(lambda values: np.array([off(float(values[0]))]), [1e-6]),
        )
        if not solution.converged:
            remedy = f"no plane passes over the site at the date ({solution.remedy})"
            return [Leg("lunar_start", start, status="no_solution", remedy=remedy)]
        orbit = replace(seed, node=solution.values["node_rad"])
        away = MOON_RADIUS_KM * abs(solution.errors["plane_rad"])
        check = Check("orbit plane passes over the site", away, "km", 1.0)
        figures = {"start_node_longitude_deg": float(np.degrees(orbit.node) % 360.0)}
        if self.true_anomaly_deg is None:
            end = replace(start, departure=orbit)
            return [Leg("lunar_start", end, checks=(check,), solution=figures)]
        state = orbit.at(anomaly, context.env)
        began = (in_orbit(state, start),)
        end = replace(start, state=state)
        return [Leg("lunar_start", end, None, began, (check,), solution=figures)]

    def _seed(self, env: Environment) -> OpenOrbit:
        """Return the orbit whose plane, left where it is, holds the site at the date."""
        turned = frames.from_icrf(SURFACE_AXES["moon"], self.over.epoch, env)[0]
        axes = frames.from_icrf(SURFACE_AXES["moon"], self.epoch, env)[0]
        x, y, z = axes @ (self.over.site.vertical() @ turned)
        tilt = float(np.radians(self.inclination_deg))
        rise = float(np.arcsin(np.clip(z / max(np.sin(tilt), 1e-9), -1.0, 1.0)))
        along = rise if self.over.northbound else np.pi - rise
        node = np.arctan2(y, x) - np.arctan2(np.cos(tilt) * np.sin(along), np.cos(along))
        return OpenOrbit(
            self.epoch,
            MOON_RADIUS_KM + self.perilune_altitude_km,
            MOON_RADIUS_KM + self.apolune_altitude_km,
            tilt,
            float(node),
            float(np.radians(self.argument_of_latitude_deg)),
        )


def in_orbit(state: State, start: Condition) -> Happening:
    """Return the line of the timeline that says where a mission begins."""
    mass = start.stack.mass_kg
    return Happening(
        "lunar_orbit", state, start.stack.name, mass_before_kg=mass, mass_after_kg=mass
    )
