"""What a powered descent takes, in milliseconds: for scans, and to seed the optimum."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, sqrt, tan

import numpy as np

from perilune.astro.bodies import MOON_RADIUS_KM, constants
from perilune.errors import InputError
from perilune.phases.base import Engine
from perilune.phases.powered_guidance import Point, Profile, fly_guided, slope, speed_change_km_s

GM_MOON = constants("de440").gm("moon")
"""km^3/s^2, where no other is given."""

_SHARE = 0.85  # of what thrust leaves over weight, spent on the approach of the estimate


@dataclass(frozen=True)
class DescentLimits:
    """What a powered descent has to keep.

    Attributes
    ----------
    approach_altitude_m : float
        Over the site; below it the site sees the lander no lower than `view_angle_deg`, and the
        braking ends there. 0: no approach.
    view_angle_deg : float
    vertical_altitude_m : float
        From here down the lander is upright over the site.
    hover_s : float
        It stands still there first; 0: it passes.
    vertical_speed_m_s : float, optional
        It comes down no faster in the vertical part.
    touchdown_speed_m_s : float
    turn_rate_deg_s : float
        The attitude turns no faster.

    The defaults are like Chang'e-3's: approach from 2.4 km at about 45 deg.
    """

    approach_altitude_m: float = 2400.0
    view_angle_deg: float = 45.0
    vertical_altitude_m: float = 30.0
    hover_s: float = 0.0
    vertical_speed_m_s: float | None = None
    touchdown_speed_m_s: float = 2.0
    turn_rate_deg_s: float = 4.0

    def __post_init__(self) -> None:
        if not 1.0 <= self.vertical_altitude_m <= 2000.0:
            raise _wrong("vertical_altitude_m", self.vertical_altitude_m, "1 to 2000")
        high = self.approach_altitude_m
        if high != 0.0 and not self.vertical_altitude_m < high <= 10000.0:
            raise _wrong("approach_altitude_m", high, "0, or vertical_altitude_m to 10000")
        if not 0.0 < self.view_angle_deg <= 85.0:
            raise _wrong("view_angle_deg", self.view_angle_deg, "above 0, up to 85")
        if not 0.0 <= self.touchdown_speed_m_s <= 20.0:
            raise _wrong("touchdown_speed_m_s", self.touchdown_speed_m_s, "0 to 20")
        if not 0.0 <= self.hover_s <= 300.0:
            raise _wrong("hover_s", self.hover_s, "0 to 300")
        if not 0.1 <= self.turn_rate_deg_s <= 90.0:
            raise _wrong("turn_rate_deg_s", self.turn_rate_deg_s, "0.1 to 90")
        if self.vertical_speed_m_s is not None and not self.vertical_speed_m_s > 0.0:
            raise _wrong("vertical_speed_m_s", self.vertical_speed_m_s, "above 0")


def _wrong(key: str, found: float, expected: str) -> InputError:
    return InputError(f"{key} is {found!r}: expected {expected}", key=key)


@dataclass(frozen=True, eq=False)
class DescentEstimate:
    """What a descent takes by guidance at full thrust.

    Attributes
    ----------
    status : str
        `converged`, or `no_solution` with a remedy.
    dv_m_s, propellant_kg, time_s, downrange_km : float
        Downrange along the ground from ignition to touchdown.
    profile : Profile or None
    """

    status: str
    dv_m_s: float
    propellant_kg: float
    time_s: float
    downrange_km: float
    profile: Profile | None = None
    remedy: str = ""


def estimate_descent(
    mass_kg: float,
    engine: Engine,
    *,
    altitude_km: float = 15.0,
    speed_m_s: float | None = None,
    climb_m_s: float = 0.0,
    ground_altitude_km: float = 0.0,
    limits: DescentLimits | None = None,
    gm_km3_s2: float = GM_MOON,
) -> DescentEstimate:
    """Estimate a powered descent without optimizing.

    Parameters
    ----------
    mass_kg : float
    engine : Engine
    altitude_km : float
        At ignition, over the sphere of 1737.4 km.
    speed_m_s : float, optional
        Horizontal, over the ground; default: at the perilune of a 15 x 100 km orbit.
    climb_m_s : float
        Vertical speed at ignition.
    ground_altitude_km : float
        Of the site.
    limits : DescentLimits, optional
    gm_km3_s2 : float

    Returns
    -------
    DescentEstimate

    Model limits: in one plane, central gravity; full thrust to the approach, then a straight slope
    and a vertical at a share of the thrust; the Moon does not turn on the way.
    """
    limits = limits or DescentLimits()
    start_km, ground_km = MOON_RADIUS_KM + altitude_km, MOON_RADIUS_KM + ground_altitude_km
    if speed_m_s is None:
        size = 0.5 * (start_km + MOON_RADIUS_KM + 100.0)
        speed_m_s = 1e3 * sqrt(gm_km3_s2 * (2.0 / start_km - 1.0 / size))
    gravity, exhaust = gm_km3_s2 / ground_km**2, engine.exhaust_km_s
    ignition = Point(start_km, 1e-3 * climb_m_s, 1e-3 * speed_m_s, mass_kg)
    landed = mass_kg * np.exp(-1.15 * ignition.along_km_s / exhaust)
    over = _SHARE * 1e-3 * engine.thrust_n / (1.05 * landed) - gravity
    if over <= 0.05 * gravity:
        return _failed("the engine hardly lifts the lander near the ground: more thrust")
    gate, final_km_s = _gate(limits, ground_km, over)
    braking = fly_guided(
        ignition, gate, force_n=engine.thrust_n, exhaust_km_s=exhaust, gm=gm_km3_s2,
        floor_km=ground_km,
    )  # fmt: skip
    if not braking.reached:
        return _failed(
            "the thrust is too low to brake before the ground or the propellant's end: more "
            "thrust, less mass, or a higher perilune"
        )
    whole = _last_part(braking, limits, ground_km, over, final_km_s, exhaust, gravity, engine)
    after = float(whole.mass_kg[-1])
    return DescentEstimate(
        "converged",
        1e3 * speed_change_km_s(exhaust, mass_kg, after),
        mass_kg - after,
        float(whole.times_s[-1]),
        float(whole.angle_rad[-1]) * ground_km,
        whole,
    )


def _failed(remedy: str) -> DescentEstimate:
    nan = float("nan")
    return DescentEstimate("no_solution", nan, nan, nan, nan, None, remedy)


def _gate(limits: DescentLimits, ground_km: float, over: float) -> tuple[Point, float]:
    """Return where the braking ends, and the speed where the vertical part starts."""
    low = 1e-3 * limits.vertical_altitude_m
    final = sqrt((1e-3 * limits.touchdown_speed_m_s) ** 2 + 2.0 * over * low)
    if limits.vertical_speed_m_s is not None:
        final = min(final, 1e-3 * limits.vertical_speed_m_s)
    if limits.hover_s > 0.0:
        final = 0.0
    if limits.approach_altitude_m == 0.0:
        return Point(ground_km + low, -final, 0.0, 0.0), final
    angle, high = radians(limits.view_angle_deg), 1e-3 * limits.approach_altitude_m
    speed = sqrt(final**2 + 2.0 * over * (high - low) / sin(angle))
    return Point(ground_km + high, -speed * sin(angle), speed * cos(angle), 0.0), final


def _last_part(
    braking: Profile, limits: DescentLimits, ground_km: float, over: float, final: float,
    exhaust: float, gravity: float, engine: Engine,
) -> Profile:  # fmt: skip
    """Append approach, hover and vertical descent to the braking."""
    whole, low = braking, 1e-3 * limits.vertical_altitude_m
    forces = {"exhaust_km_s": exhaust, "gravity_km_s2": gravity, "full_n": engine.thrust_n}

    def here(height_km: float) -> Point:
        return Point(ground_km + height_km, 0.0, 0.0, float(whole.mass_kg[-1]))

    if limits.approach_altitude_m > 0.0:
        angle, high = radians(limits.view_angle_deg), 1e-3 * limits.approach_altitude_m
        length = (high - low) / sin(angle)
        whole += slope(here(high), length, angle, final, acceleration_km_s2=over, **forces)
    if limits.hover_s > 0.0:
        whole += _standing(here(low), limits.hover_s, exhaust, gravity, engine)
    touch = 1e-3 * limits.touchdown_speed_m_s
    start = max(final, touch, 1e-4)
    brake = max((start**2 - touch**2) / (2.0 * low), 0.0)
    return whole + slope(
        here(low), low, radians(90.0), max(touch, 1e-4), acceleration_km_s2=brake, **forces
    )


def _standing(at: Point, lasts: float, exhaust: float, gravity: float, engine: Engine) -> Profile:
    t, same = np.linspace(0.0, lasts, 4), np.ones(4)
    mass = at.mass_kg * np.exp(-gravity * t / exhaust)
    return Profile(
        t, 0.0 * t, at.radius_km * same, 0.0 * t, 0.0 * t, mass, 0.5 * np.pi * same,
        1e3 * gravity * mass / engine.thrust_n, True,
    )  # fmt: skip


def view_tangent(limits: DescentLimits) -> float:
    """Return the tangent of the least elevation the site may see the lander at."""
    return tan(radians(limits.view_angle_deg))
