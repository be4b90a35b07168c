"""The angle of the Sun over the plane of an orbit, and what light it leaves there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.stations.mean_orbit import Track, normals

Array = NDArray[np.float64]

_STEP_S = 0.25 * DAY  # the angle moves up to 5 deg a day: parabolas between, not straight lines


def beta_deg(track: Track, epoch: Epoch, env: Environment) -> Any:
    """Return the beta angle: of the Sun over the plane of the orbit, deg; arrays broadcast.

    Positive where the orbit runs counterclockwise as seen from the Sun.
    """
    sun = env.ephemeris.state("sun", "earth", epoch)[0]
    sine = np.sum(normals(track, epoch, env) * sun, axis=-1) / np.linalg.norm(sun, axis=-1)
    return np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))[()]


def light_fraction(beta: Any, altitude_km: Any) -> Any:
    """Return the fraction of a circular orbit that is in sunlight; arrays broadcast.

    From the half-angle of the shadow, cos = sqrt(1 - (R/a)^2) / cos beta (Vallado, Fundamentals of
    Astrodynamics, 4th edition, section 5.3.5, for a circular orbit).

    Parameters
    ----------
    beta : float or ndarray
        Deg.
    altitude_km : float or ndarray
        Over the equatorial radius.

    Model limits: a cylinder of shadow behind a spherical Earth, which leaves half the penumbra
    out on either side; right to 0.3 % of a low orbit, to 1 % within 5 deg of where the shadow ends.
    """
    ratio = EARTH_RADIUS_KM / (EARTH_RADIUS_KM + np.asarray(altitude_km, float))
    cosine = np.sqrt(1.0 - ratio**2) / np.maximum(np.abs(np.cos(np.radians(beta))), 1e-12)
    return (1.0 - np.arccos(np.minimum(cosine, 1.0)) / np.pi)[()]


def full_sun_deg(altitude_km: float) -> float:
    """Return the beta angle from which on a circular orbit has no shadow, deg."""
    return float(np.degrees(np.arcsin(EARTH_RADIUS_KM / (EARTH_RADIUS_KM + altitude_km))))


@dataclass(frozen=True)
class BetaSpan:
    """A span in which the size of the beta angle is over a limit, and the largest there, deg."""

    start: Epoch
    stop: Epoch
    largest_deg: float

    def to_json(self) -> dict[str, Any]:
        """Return the span for a JSON document."""
        return {
            "from_utc": self.start.utc_iso(0),
            "to_utc": self.stop.utc_iso(0),
            "largest_beta_deg": self.largest_deg,
        }


def beta_history(
    track: Track, start: Epoch, stop: Epoch, env: Environment, *, step_d: float = 1.0
) -> tuple[Epoch, Array]:
    """Return epochs from `start` to `stop` and the beta angle at each, deg."""
    count = max(round((stop - start) / (step_d * DAY)), 1) + 1
    epochs = start + np.linspace(0.0, float(stop - start), count)
    return epochs, np.asarray(beta_deg(track, epochs, env))


def spans_over(
    track: Track, start: Epoch, stop: Epoch, limit_deg: float, env: Environment
) -> tuple[BetaSpan, ...]:
    """Return the spans in which the beta angle is over a limit on either side.

    Model limits: sampled four times a day; ends by straight lines between, good to minutes.
    """
    epochs, beta = beta_history(track, start, stop, env, step_d=_STEP_S / DAY)
    seconds, size = np.asarray(epochs - start), np.abs(beta)
    over = size > limit_deg
    edges = np.flatnonzero(over[1:] != over[:-1])
    part = (limit_deg - size[edges]) / (size[edges + 1] - size[edges])
    times = seconds[edges] + part * (seconds[edges + 1] - seconds[edges])
    ends = np.concatenate([seconds[:1][over[:1]], times, seconds[-1:][over[-1:]]])
    spans = []
    for a, b in ends.reshape(-1, 2):
        inside = size[(seconds >= a) & (seconds <= b)]
        largest = float(inside.max()) if len(inside) else limit_deg
        spans.append(BetaSpan(start + float(a), start + float(b), largest))
    return tuple(spans)
