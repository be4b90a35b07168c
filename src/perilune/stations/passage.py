"""Launch windows to a station: passages of a site through its plane, and what steering adds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM, constants
from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.orientation import ERA_RATE
from perilune.errors import InputError
from perilune.phases.corridor import HEADINGS, Corridor
from perilune.phases.launch import Ascent, LaunchSite
from perilune.stations.plane import Plane

Array = NDArray[np.float64]

STEER_DEG = 0.25
"""How far beside the plane a site may stand all through the ascent's lead: assumed; steering it
out sideways is 34 m/s to the vehicle, and less as part of the turn it makes anyway."""
_PARKING_KM = 200.0
_MOST_D = 4000.0
_REFINED = 3


@dataclass(frozen=True)
class Passage:
    """A passage of a launch site through a station's plane, and the window about it.

    Attributes
    ----------
    epoch : Epoch
        The site is in the plane.
    heading : str
        `northbound` or `southbound`.
    azimuth_deg : float
        Inertial.
    planar : Epoch
        Lift-off of an ascent that is not steered sideways: see `planar_lead_s`.
    opens, closes : Epoch
        Between them the site is at most `STEER_DEG` beside the plane at some instant from lift-off
        to the planar lead after it.
    why_not : str or None
        Why the site does not permit the direction.
    """

    epoch: Epoch
    heading: str
    azimuth_deg: float
    planar: Epoch
    opens: Epoch
    closes: Epoch
    why_not: str | None = None

    @property
    def permitted(self) -> bool:
        """Whether the site's corridors hold the direction."""
        return self.why_not is None

    def offset_min(self, lift_off: Epoch) -> float:
        """Return how long after the passage a lift-off is, min; negative before it."""
        return float(lift_off - self.epoch) / 60.0

    def holds(self, lift_off: Epoch) -> bool:
        """Tell whether a lift-off falls in the window."""
        return bool(lift_off - self.opens >= 0.0 and lift_off - self.closes <= 0.0)


def planar_lead_s(ascent: Ascent) -> float:
    """Return how long before the passage an ascent lifts off that is not steered sideways, s.

    The site moves across the plane at some speed w. Thrust in a plane of its own leaves w to the
    spacecraft: after the ascent's duration T it stands w T off the plane of thrust and still moves
    at w, on an orbit that, followed back by the range angle at the orbit's rate n, lay
    w (T - angle / n) off it at the site. So the orbit reached is the one that the site meets
    T - angle / n later.

    Model limits: flat, and w small against the orbit's speed.
    """
    rate = np.sqrt(constants("de440").gm("earth") / (EARTH_RADIUS_KM + _PARKING_KM) ** 3)
    return ascent.duration_s - float(np.radians(ascent.range_angle_deg) / rate)


def passages(
    plane: Plane,
    site: LaunchSite,
    corridor: Corridor,
    ascent: Ascent,
    start: Epoch,
    stop: Epoch,
    env: Environment,
    *,
    steer_deg: float = STEER_DEG,
) -> list[Passage]:
    """Return every passage between two instants, in order of time.

    Empty where the site's geocentric latitude is above the inclination: it is never in the plane.

    Raises
    ------
    InputError
        Where the span is negative or longer than eleven years.
    """
    span_s = float(stop - start)
    if not 0.0 <= span_s <= _MOST_D * DAY:
        raise InputError(f"found {span_s / DAY:.1f} d, expected a span of 0 to {_MOST_D:g} d")
    hours = plane.hours_rad(site)
    if hours is None:
        return []
    found = []
    edges = _edges_s(plane, site, steer_deg)
    for heading, hour in zip(HEADINGS, hours, strict=True):
        north = heading == HEADINGS[0]
        azimuth = site.azimuth_deg(plane.inclination_deg, northbound=north)
        why = corridor.refusal(plane.inclination_deg, heading, site)
        before, after = edges if not north else edges[::-1]
        for epoch in _instants(plane, site, hour, start, span_s, env):
            planar = epoch - planar_lead_s(ascent)
            found.append(
                Passage(epoch, heading, azimuth, planar, planar - before, epoch + after, why)
            )
    return sorted(found, key=lambda passage: float(passage.epoch - start))


def nearest_passage(
    plane: Plane,
    site: LaunchSite,
    corridor: Corridor,
    ascent: Ascent,
    lift_off: Epoch,
    env: Environment,
    *,
    steer_deg: float = STEER_DEG,
) -> Passage | None:
    """Return the passage closest to a lift-off, a permitted one where two windows hold it.

    None where the site is never in the plane.
    """
    around = passages(
        plane, site, corridor, ascent, lift_off - DAY, lift_off + DAY, env, steer_deg=steer_deg
    )
    if not around:
        return None
    return min(
        around,
        key=lambda p: (
            not (p.holds(lift_off) and p.permitted),
            not p.permitted,
            abs(p.offset_min(lift_off)),
        ),
    )


def _rate_rad_s(plane: Plane) -> float:
    """Return how fast the site's hour from the node grows."""
    return ERA_RATE - plane.node_rate_rad_s


def _instants(
    plane: Plane, site: LaunchSite, hour: float, start: Epoch, span_s: float, env: Environment
) -> list[Epoch]:
    """Return the instants of a span at which the site has an hour from the node."""
    rate = _rate_rad_s(plane)
    turn = 2.0 * np.pi
    first = (hour - float(plane.hour_rad(site, start, env))) % turn / rate
    times = first + turn / rate * np.arange(-1.0, span_s * rate / turn + 2.0)
    for _ in range(_REFINED):
        late = plane.hour_rad(site, start + times, env) - hour
        times = times - ((late + np.pi) % turn - np.pi) / rate
    return [start + float(t) for t in times if 0.0 <= t <= span_s]


def _edges_s(plane: Plane, site: LaunchSite, steer_deg: float) -> tuple[float, float]:
    """Return how long before and after a southbound passage the site is still near the plane.

    A northbound one is its mirror image. Where the two windows of a day meet they are parted half
    way.
    """
    middle = plane.hours_rad(site)
    assert middle is not None
    rate, at = _rate_rad_s(plane), middle[1]
    ahead, behind = (plane.hours_rad(site, side) for side in (-steer_deg, steer_deg))
    before = at - (ahead[1] if ahead is not None else 0.5 * np.pi)
    after = (behind[1] if behind is not None else 1.5 * np.pi) - at
    return float(before / rate), float(after / rate)
