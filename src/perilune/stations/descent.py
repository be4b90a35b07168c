"""The last hour of a station: from its last burn through the air to the sea, in pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import erfa
import numpy as np
from numpy.typing import NDArray

from perilune.astro.atmosphere import Standard1976
from perilune.astro.bodies import EARTH_FLATTENING, EARTH_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.dynamics.forces import central, zonal
from perilune.stations.orbit_average import EARTH_SPIN_RAD_S, GM_KM3_S2, J2

Array = NDArray[np.float64]

ENTRY_KM, BREAK_UP_KM = 100.0, 78.0
"""Where a descent is reported as entry; where large bodies break up (mean of observed ones)."""
PIECES_KG_M2 = {"light": 30.0, "heavy": 2000.0}
"""Mass over drag of the pieces that fall shortest and farthest (assumed)."""
_AIR_FACTOR = {"light": 1.25, "heavy": 0.8}
"""What the air of the day and the tumbling make of the whole body's drag before (assumed)."""
_AIR, _NOWHERE = Standard1976(), Epoch(0.0)
_LONGEST_S = 9000.0
_MJD = 2400000.5


@dataclass(frozen=True)
class Fall:
    """A place on the way down.

    Attributes
    ----------
    after_s : float
        Since the last burn.
    latitude_deg, longitude_deg : float
        Geodetic.
    """

    after_s: float
    latitude_deg: float
    longitude_deg: float


@dataclass(frozen=True)
class Descent:
    """From the last burn to the sea.

    Attributes
    ----------
    entry, break_up : Fall or None
        At 100 and at 78 km; None where the orbit does not come down within two and a half hours.
    pieces : dict of Fall
        Where `light` and `heavy` pieces meet the sea.
    """

    entry: Fall | None
    break_up: Fall | None
    pieces: dict[str, Fall]

    @property
    def comes_down(self) -> bool:
        """Whether it meets the air for good."""
        return self.break_up is not None


def descend(r_km: Array, v_km_s: Array, mjd: float, cd_area_per_mass: float) -> Descent:
    """Return the way down of a body and its pieces.

    Parameters
    ----------
    r_km, v_km_s : ndarray, shape (3,)
        After the last burn, true equator of date.
    mjd : float
        Of that instant (UTC).
    cd_area_per_mass : float
        m2/kg, until it breaks up.

    Model limits: no lift, no wind; U.S. Standard Atmosphere 1976; one break-up; pieces keep their
    mass; J2. The air before the break-up is off by a quarter either way for the two pieces.
    """
    y = np.concatenate([r_km, v_km_s])
    heights = (ENTRY_KM, BREAK_UP_KM)
    entry, break_up = _through(y, heights, mjd, cd_area_per_mass)[0]
    if break_up is None:
        return Descent(entry, None, {})
    pieces: dict[str, Fall] = {}
    for name, heavy in PIECES_KG_M2.items():
        end = _through(y, heights, mjd, cd_area_per_mass * _AIR_FACTOR[name])[1]
        sea = end and _until(end[1], end[0], 0.0, 1.0 / heavy)
        if sea:
            pieces[name] = _place(sea[1], sea[0], mjd)
    return Descent(entry, break_up, pieces)


def _through(
    y: Array, heights_km: tuple[float, ...], mjd: float, drag: float
) -> tuple[list[Fall | None], tuple[float, Array] | None]:
    """Return where heights are crossed one after the other (None where not), and the last state."""
    places: list[Fall | None] = [None] * len(heights_km)
    end: tuple[float, Array] | None = (0.0, y)
    for i, height in enumerate(heights_km):
        end = _until(end[1], end[0], height, drag) if end else None
        places[i] = _place(end[1], end[0], mjd) if end else None
    return places, end


def _until(y: Array, start_s: float, height_km: float, drag: float) -> tuple[float, Array] | None:
    """Return when and how a height is crossed downwards."""
    from scipy.integrate import solve_ivp

    def over(t: float, state: Array) -> float:  # noqa: ARG001
        return _height_km(state) - height_km

    over.terminal, over.direction = True, -1.0  # type: ignore[attr-defined]
    run = solve_ivp(
        lambda _, state: _motion(state, drag), (start_s, start_s + _LONGEST_S), y, rtol=1e-8,
        atol=1e-8, events=over, max_step=60.0,
    )  # fmt: skip
    return (float(run.t[-1]), run.y[:, -1]) if run.status == 1 else None


def _motion(y: Array, drag: float) -> list[Any]:
    r, v = list(y[:3]), list(y[3:])
    pull = central(GM_KM3_S2, r)
    bulge = zonal(GM_KM3_S2, EARTH_RADIUS_KM, [J2], r, [0.0, 0.0, 1.0])
    wind = np.array([v[0] + EARTH_SPIN_RAD_S * r[1], v[1] - EARTH_SPIN_RAD_S * r[0], v[2]])
    density = _AIR.density_kg_m3(max(_height_km(y), 0.0), 0.0, 0.0, _NOWHERE)
    brake = -500.0 * drag * float(density) * float(np.linalg.norm(wind)) * wind
    return [*v, *(a + b + c for a, b, c in zip(pull, bulge, brake, strict=True))]


def _height_km(y: Array) -> float:
    distance = float(np.linalg.norm(y[:3]))
    squash = 1.0 / (1.0 - EARTH_FLATTENING) ** 2 - 1.0
    return distance - EARTH_RADIUS_KM / float(np.sqrt(1.0 + squash * (y[2] / distance) ** 2))


def _place(y: Array, after_s: float, mjd: float) -> Fall:
    latitude, longitude = below(y[:3], mjd + after_s / 86400.0)
    return Fall(after_s, float(latitude), float(longitude))


def below(r_km: Array, mjd: Any) -> tuple[Array, Array]:
    """Return geodetic latitude and longitude (deg) below places of the equator of date."""
    angle = np.arctan2(r_km[..., 1], r_km[..., 0]) - erfa.gmst82(_MJD, mjd)
    flat = np.hypot(r_km[..., 0], r_km[..., 1]) * (1.0 - EARTH_FLATTENING) ** 2
    longitude = (np.degrees(angle) + 180.0) % 360.0 - 180.0
    return np.degrees(np.arctan2(r_km[..., 2], flat)), longitude
