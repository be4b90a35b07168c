"""From which lunar longitudes a burn straight up comes home: the constraint of direct returns.

Seen from the Moon's center the Earth stands still and the spacecraft leaves along the vertical of
its site with the excess speed w. Falling to the Earth's center needs no velocity across the line
to it: the vertical must have the component -V/w along the Moon's motion (V its speed across the
line), which a site on the trailing side, towards the eastern limb, has. At w = 1.1 to 1.4 km/s and
V = 0.96 to 1.08 km/s that is 43 to 79 deg east, before librations and the way's bending.
`homeward_point` is that two-body answer; `home_longitudes` flies every longitude and speed in bulk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.frames import from_icrf
from perilune.astro.geometry import SurfacePoint
from perilune.dynamics.batch import propagate_many
from perilune.phases.base import Context
from perilune.phases.earth_return_direct import momentum_for

Array = NDArray[np.float64]

_SPAN_S = 2.2 * 86400.0
_BEFORE_S = 21600.0


@dataclass(frozen=True, eq=False)
class HomeLongitudes:
    """Vertical returns over a grid of longitudes and burn-out speeds.

    Attributes
    ----------
    longitude_deg : ndarray, shape (n,)
        `moon_me`, east.
    speed_km_s : ndarray, shape (m,)
        Inertial, at burn-out.
    angle_deg : ndarray, shape (n, m)
        Flight-path angle at the interface; NaN where the perigee lies above it, or there is none.
    flight_h : ndarray, shape (n, m)
        From burn-out to the perigee; NaN where it never comes down.
    home : ndarray of bool, shape (n, m)
        Whether the angle lies in the window asked for, and the flight is not too long.
    """

    latitude_deg: float
    longitude_deg: Array
    speed_km_s: Array
    angle_deg: Array
    flight_h: Array
    home: NDArray[np.bool_]

    @property
    def interval_deg(self) -> tuple[float, float] | None:
        """Westernmost and easternmost longitude with a way home; None where none has one."""
        open_ = self.longitude_deg[self.home.any(axis=1)]
        return (float(open_.min()), float(open_.max())) if len(open_) else None

    def speeds_at(self, longitude_deg: float) -> tuple[float, float] | None:
        """Return the least and greatest speed that come home from the grid's nearest longitude."""
        row = int(np.argmin(np.abs(self.longitude_deg - longitude_deg)))
        speeds = self.speed_km_s[self.home[row]]
        return (float(speeds.min()), float(speeds.max())) if len(speeds) else None


def homeward_point(lift_off: Epoch, excess_km_s: float, context: Context) -> SurfacePoint | None:
    """Return the place whose vertical leads to the Earth's center, by two-body formulas.

    None where the excess speed is below the Moon's own across the line to the Earth.

    Model limits: the Moon's pull ends at once, its motion is that at lift-off.
    """
    r, v = context.env.ephemeris.state("moon", "earth", lift_off)
    out = r / np.linalg.norm(r)
    across = v - out * (v @ out)
    rest = excess_km_s**2 - float(across @ across)
    if rest < 0.0:
        return None
    up = (-across - np.sqrt(rest) * out) / excess_km_s
    x, y, z = from_icrf("moon_me", lift_off, context.env)[0] @ up
    return SurfacePoint(
        "moon", float(np.degrees(np.arcsin(z))), float(np.degrees(np.arctan2(y, x)))
    )


def home_longitudes(
    lift_off: Epoch,
    latitude_deg: float,
    angles_deg: tuple[float, float],
    speeds_km_s: tuple[float, float],
    context: Context,
    *,
    longest_h: float = 120.0,
    burn_out_km: float = 55.0,
    longitudes_deg: tuple[float, float] = (20.0, 130.0),
    count: tuple[int, int] = (111, 31),
) -> HomeLongitudes:
    """Fly a burn straight up from every longitude of a grid at every speed.

    Parameters
    ----------
    angles_deg : tuple of float
        Steepest and shallowest flight-path angle at the interface, negative.
    speeds_km_s : tuple of float
        Inertial, at burn-out.
    longest_h : float
        Longest flight: from beyond the limb a slow one first goes out, and falls back days later.
    burn_out_km : float
        Height of burn-out, over 1737.4 km.
    count : tuple of int
        Longitudes, speeds.

    Model limits: burn-out straight over the site; the force model is the one of sensitivities; the
    angular momentum about the Earth, which decides the angle, is taken a quarter of a day before
    the perigee.
    """
    longitudes = np.linspace(*longitudes_deg, count[0])
    speeds = np.linspace(*speeds_km_s, count[1])
    vectors = np.concatenate(
        [_up(lift_off, latitude_deg, lon, speeds, burn_out_km, context) for lon in longitudes]
    )
    momentum, flight_s = _arriving(vectors, lift_off, context)
    gm = context.env.constants.gm("earth")
    flat = momentum_for(0.0, gm)
    steep = -np.degrees(np.arccos(np.minimum(momentum / flat, 1.0)))
    angle = np.where(momentum < flat, steep, np.nan)
    angle = np.where(np.isfinite(flight_s), angle, np.nan).reshape(count)
    flight_h = flight_s.reshape(count) / 3600.0
    with np.errstate(invalid="ignore"):
        home = (angle >= angles_deg[0]) & (angle <= angles_deg[1]) & (flight_h <= longest_h)
    return HomeLongitudes(latitude_deg, longitudes, speeds, angle, flight_h, home)


def _up(
    lift_off: Epoch,
    latitude_deg: float,
    longitude_deg: float,
    speeds: Array,
    height_km: float,
    context: Context,
) -> Array:
    """Return the burn-out states of one site, shape (m, 6)."""
    site = SurfacePoint("moon", latitude_deg, float(longitude_deg))
    ground = site.state(lift_off, context.env)
    up = ground.r_km / np.linalg.norm(ground.r_km)
    r = np.broadcast_to((MOON_RADIUS_KM + height_km) * up, (len(speeds), 3))
    sideways = ground.v_km_s
    rising = np.sqrt(np.maximum(speeds**2 - float(sideways @ sideways), 0.0))
    return np.concatenate([r, sideways + rising[:, None] * up], axis=-1)


def _arriving(vectors: Array, epoch: Epoch, context: Context) -> tuple[Array, Array]:
    """Return the angular momentum about the Earth on arrival, and the time of the perigee, s."""
    env, forces = context.env, context.model.sensitivity
    hand = context.model.handover_s
    near = propagate_many(
        vectors, epoch=epoch, span_s=hand, center="moon", forces=forces, env=env, tolerance=1e-10
    )
    moon, moon_v = env.ephemeris.state("moon", "earth", epoch + hand)
    far = near + np.concatenate([moon, moon_v])
    gm, start = env.constants.gm("earth"), epoch + hand
    for near_perigee in (False, True):  # the conic at handover is rough: look again on the way
        left = _to_perigee_s(far, gm)
        span = left - _BEFORE_S if near_perigee else np.minimum(0.6 * left, _SPAN_S)
        span = np.where(np.isfinite(span), np.maximum(span, 0.0), 0.0)
        far = propagate_many(
            far, epoch=start, span_s=span, center="earth", forces=forces, env=env, tolerance=1e-10
        )
        start = start + span
    left = _to_perigee_s(far, gm)
    momentum = np.linalg.norm(np.cross(far[:, :3], far[:, 3:]), axis=-1)
    return np.where(np.isfinite(momentum), momentum, np.inf), np.asarray(start - epoch) + left


def _to_perigee_s(vectors: Array, gm: float) -> Array:
    """Return the time to the next perigee of the conic, s; NaN where it never comes down.

    Kepler's equation at the state's own anomaly.
    """
    r, v = vectors[:, :3], vectors[:, 3:]
    distance = np.linalg.norm(r, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        a = 1.0 / (2.0 / distance - np.sum(v * v, axis=-1) / gm)
        e_cos = 1.0 - distance / a
        e_sin = np.sum(r * v, axis=-1) / np.sqrt(gm * a)
        ecc, anomaly = np.hypot(e_cos, e_sin), np.arctan2(e_sin, e_cos)
        mean = anomaly - ecc * np.sin(anomaly)
        left = ((-mean) % (2.0 * np.pi)) * np.sqrt(a**3 / gm)
    return np.asarray(np.where((a > 0.0) & (left < 8.64e5), left, np.nan))
