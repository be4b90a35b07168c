"""Orekit as a peer for a scan: shots from a launch pad to a perilune, solved by least squares.

The forces are those perilune's scans fly: about the Earth its zonal harmonics to degree 4, the
Moon, the Sun, Venus and Jupiter as points; about the Moon, for the last hours, its field to degree
and order 8 and the Earth, the Sun, Venus and Jupiter as points. Left out are the Earth's J2 in the
approach (Orekit has no third body with a figure; it moves a perilune by less than a meter). Orekit
has no DE421 libration: the Moon's axes are the IAU's, turned to principal axes.

Nothing of perilune is used here. Call ``peer_orekit.setup()`` first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np
import peer_orekit as orekit
from peer_orekit import GM_EARTH, GM_MOON, PeriluneGoals, Vector
from scipy.optimize import least_squares

_PLANETS = ("Sun", "Venus", "Jupiter")
_PA_TO_ME_ARCSEC = (67.92, 78.56, 0.30)
"""DE421 principal axes to mean Earth axes about z, y, x (Williams, Boggs and Folkner 2008)."""

_SCALES = np.array([60.0, 10.0, 1e-2])
_STEPS = np.array([0.2, 0.02, 1e-6])
"""Lift-off (s), coast (s), impulse (km/s): size of a step, and of a difference."""


@dataclass(frozen=True, eq=False)
class Field:
    """A gravity field: reference radius (km), fully normalized C and S by degree and order."""

    radius_km: float
    c: Vector
    s: Vector


@dataclass(frozen=True)
class Pad:
    """A pad and the ascent from it, as an end: angles in rad, to the equator of date."""

    fixed_km: tuple[float, float, float]
    azimuth_rad: float
    ascent_s: float
    range_angle_rad: float
    radius_km: float
    """Of the circular parking orbit."""


@dataclass(frozen=True, eq=False)
class Solved:
    """A cell as Orekit solved it."""

    unknowns: Vector
    """Lift-off after the epoch of the goals (s), coast (s), impulse (km/s)."""
    arrival: Vector
    """Selenocentric, km and km/s."""
    misses: Vector
    """Radius (km), inclination (rad), radial rate (km/s)."""
    evaluations: int


class _Met(Exception):
    """The goals are met: nothing is gained by going on."""


class Shots:
    """Orekit's two propagators for shots, built once.

    ``tolerance`` multiplies the absolute errors of ``peer_orekit`` (0.1 mm and 0.5 nm/s a step).
    """

    def __init__(self, earth: Field, moon: Field, handover_s: float, tolerance: float) -> None:
        self.handover_s, self.tolerance = handover_s, tolerance
        j, bodies = orekit.java(), orekit.java().CelestialBodyFactory
        self.gcrf = j.FramesFactory.getGCRF()
        self.itrf = j.FramesFactory.getITRF(j.IERSConventions.IERS_2010, True)
        self.moon = bodies.getMoon()
        others = [self._c.ThirdBody(bodies.getBody(name)) for name in _PLANETS]
        self.near_moon = self._c.ModifiedFrame(
            self.gcrf, self._c.CelestialBodyFrame.GCRF, self.moon, "Moon/GCRF"
        )
        zonals = self._harmonics(earth, self.itrf, GM_EARTH, 4, 0)
        field = self._harmonics(moon, self._principal_axes(), GM_MOON, 8, 8)
        self.cruise = self._propagator([zonals, self._c.ThirdBody(self.moon), *others])
        self.approach = self._propagator([field, self._c.ThirdBody(bodies.getEarth()), *others])

    @cached_property
    def _c(self) -> SimpleNamespace:
        from org.hipparchus.geometry.euclidean.threed import Rotation, RotationConvention
        from org.orekit.files.ccsds.definitions import CelestialBodyFrame, ModifiedFrame
        from org.orekit.forces.gravity import HolmesFeatherstoneAttractionModel, ThirdBodyAttraction
        from org.orekit.forces.gravity.potential import GravityFieldFactory, TideSystem
        from org.orekit.frames import FixedTransformProvider, Frame, Transform

        return SimpleNamespace(
            Rotation=Rotation,
            RotationConvention=RotationConvention,
            CelestialBodyFrame=CelestialBodyFrame,
            ModifiedFrame=ModifiedFrame,
            Harmonics=HolmesFeatherstoneAttractionModel,
            ThirdBody=ThirdBodyAttraction,
            Fields=GravityFieldFactory,
            TideSystem=TideSystem,
            Fixed=FixedTransformProvider,
            Frame=Frame,
            Transform=Transform,
        )

    def _harmonics(self, field: Field, axes: Any, gm: float, degree: int, order: int) -> Any:
        """Return the non-central part of a field; Orekit's tables are lists of rows."""
        size = degree + 1
        keep = np.tri(size) * (np.arange(size) <= order)
        c, s = field.c[:size, :size] * keep, field.s[:size, :size] * keep
        tables = [self._rows(x, order) for x in (c, s)]
        provider = self._c.Fields.getNormalizedProvider(
            1e3 * field.radius_km, 1e9 * gm, self._c.TideSystem.TIDE_FREE, *tables
        )
        return self._c.Harmonics(axes, provider)

    def _rows(self, x: Vector, order: int) -> Any:
        jpype: Any = import_module("jpype")
        JArray, JDouble = jpype.JArray, jpype.JDouble
        rows = [JArray(JDouble)(x[n, : min(n, order) + 1].tolist()) for n in range(len(x))]
        return JArray(JArray(JDouble))(rows)

    def _principal_axes(self) -> Any:
        """Return the Moon's principal axes: the IAU frame, near its mean Earth axes, turned."""
        j, convention = orekit.java(), self._c.RotationConvention.FRAME_TRANSFORM
        turn = self._c.Rotation.IDENTITY
        axes = (j.Vector3D.PLUS_I, j.Vector3D.PLUS_J, j.Vector3D.PLUS_K)
        for axis, arcsec in zip(axes, _PA_TO_ME_ARCSEC[::-1], strict=True):
            angle = math.radians(arcsec / 3600.0)
            turn = turn.compose(self._c.Rotation(axis, angle, convention), convention)
        at = j.AbsoluteDate.J2000_EPOCH
        fixed = self._c.Fixed(self._c.Transform(at, turn))
        return self._c.Frame(self.moon.getBodyOrientedFrame(), fixed, "Moon PA", False)

    def _propagator(self, forces: list[Any]) -> Any:
        j, by = orekit.java(), self.tolerance
        absolute = [by * orekit.POSITION_TOLERANCE] * 3 + [by * orekit.VELOCITY_TOLERANCE] * 3
        integrator = j.DormandPrince853Integrator(1e-3, 1e5, [*absolute, 1e-6], [0.0] * 7)
        propagator = j.NumericalPropagator(integrator)
        propagator.setOrbitType(j.OrbitType.CARTESIAN)
        for force in forces:
            propagator.addForceModel(force)
        return propagator

    def _state(self, state: Vector, frame: Any, date: Any, gm: float) -> Any:
        j = orekit.java()
        x, y, z, u, v, w = (1e3 * state).tolist()
        pv = j.PVCoordinates(j.Vector3D(x, y, z), j.Vector3D(u, v, w))
        return j.SpacecraftState(j.CartesianOrbit(pv, frame, date, 1e9 * gm))

    def insertion(self, pad: Pad, lift_off: Any) -> Vector:
        """Return the Earth-centered state on reaching the parking orbit, km and km/s."""
        j = orekit.java()
        turn = self.itrf.getStaticTransformTo(self.gcrf, lift_off)
        up = _vector(turn.transformVector(j.Vector3D(*pad.fixed_km)))
        pole = _vector(turn.transformVector(j.Vector3D.PLUS_K))
        up /= np.linalg.norm(up)
        east = np.cross(pole, up)
        east /= np.linalg.norm(east)
        ahead = math.cos(pad.azimuth_rad) * np.cross(up, east) + math.sin(pad.azimuth_rad) * east
        c, s = math.cos(pad.range_angle_rad), math.sin(pad.range_angle_rad)
        speed = math.sqrt(GM_EARTH / pad.radius_km)
        return np.concatenate([pad.radius_km * (c * up + s * ahead), speed * (c * ahead - s * up)])

    def arrival(self, pad: Pad, goals: PeriluneGoals, unknowns: Vector) -> Vector:
        """Fly lift-off, coast and impulse; return the selenocentric end state, km and km/s."""
        after_s, coast_s, dv = unknowns.tolist()
        lift_off = orekit.date_tdb(goals.epoch_tdb).shiftedBy(after_s)
        inserted = lift_off.shiftedBy(pad.ascent_s)
        leaves = inserted.shiftedBy(coast_s)
        near = leaves.shiftedBy(goals.flight_time_s - self.handover_s)
        self.cruise.resetInitialState(
            self._state(self.insertion(pad, lift_off), self.gcrf, inserted, GM_EARTH)
        )
        state = _from_pv(self.cruise.propagate(leaves).getPVCoordinates())
        state[3:] *= 1.0 + dv / float(np.linalg.norm(state[3:]))
        self.cruise.resetInitialState(self._state(state, self.gcrf, leaves, GM_EARTH))
        handed = self.cruise.propagate(near).getPVCoordinates(self.near_moon)
        self.approach.resetInitialState(
            self._state(_from_pv(handed), self.near_moon, near, GM_MOON)
        )
        end = self.approach.propagate(near.shiftedBy(self.handover_s))
        return _from_pv(end.getPVCoordinates(self.near_moon))

    def solve(self, pad: Pad, goals: PeriluneGoals, guess: Vector, met: Vector) -> Solved:
        """Bring a cell to its goals with scipy's least squares, and differences of its own.

        ``guess`` holds lift-off after the epoch (s), coast (s) and impulse (km/s); ``met`` the
        misses allowed in radius (km), inclination (rad) and radial rate (km/s): the solve ends as
        soon as they are kept. The residuals are the ones closest to linear.
        """
        best: list[Solved] = []
        count = 0

        def residuals(x: Vector) -> Vector:
            nonlocal count
            count += 1
            unknowns = guess + (x - 1.0) * _SCALES
            arrival = self.arrival(pad, goals, unknowns)
            misses = plain_misses(arrival, goals)
            if (np.abs(misses) <= met).all():
                best.append(Solved(unknowns, arrival, misses, count))
                raise _Met
            return orekit.perilune_misses(arrival, goals)

        try:
            # around 1, so that scipy's relative differences are the steps meant
            least_squares(residuals, np.ones(3), diff_step=_STEPS / _SCALES, xtol=1e-15, ftol=1e-15,
                          gtol=1e-15, max_nfev=60)  # fmt: skip
        except _Met:
            return best[0]
        raise RuntimeError(f"Orekit: goals not met in {count} flights, from {guess}")


def plain_misses(arrival: Vector, goals: PeriluneGoals) -> Vector:
    """Return the misses of the goals: radius (km), inclination (rad), radial rate (km/s)."""
    r, v = arrival[:3], arrival[3:]
    h = np.cross(r, v)
    distance = float(np.linalg.norm(r))
    cosine = float(h @ np.asarray(goals.pole)) / float(np.linalg.norm(h))
    return np.array(
        [
            distance - goals.perilune_radius_km,
            math.acos(cosine) - goals.inclination_rad,
            float(r @ v) / distance,
        ]
    )


def _vector(vector: Any) -> Vector:
    return np.array((vector.getX(), vector.getY(), vector.getZ()))


def _from_pv(pv: Any) -> Vector:
    """Return km and km/s of Orekit's position and velocity."""
    return 1e-3 * np.concatenate([_vector(pv.getPosition()), _vector(pv.getVelocity())])
