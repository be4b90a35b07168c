"""Two-line elements: mean elements of SGP4, read with the `sgp4` package, as states in `icrf`.

SGP4 gives positions against the true equator and mean equinox of date (TEME). They are turned to
the Earth by its own sidereal time (1982), from there to `icrf` by our Earth orientation: the way
that leaves the station over the ground it was tracked from (Vallado et al. 2006, AIAA 2006-6753,
appendix C).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import erfa
import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.calendar import to_tt
from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, J2000_JD, Epoch
from perilune.astro.orientation import rotation_about
from perilune.astro.state import State
from perilune.errors import InputError, ModelError

Array = NDArray[np.float64]

_LENGTH = 69
_MINUTE_S = 60.0
_MINUTES_A_DAY = 1440.0
_SGP4_SAYS = {
    1: "its eccentricity leaves 0 to 1",
    2: "its mean motion falls below zero",
    3: "its eccentricity leaves 0 to 1",
    4: "its semi-latus rectum falls below zero",
    6: "it has fallen into the air",
}


@dataclass(frozen=True)
class TwoLine:
    """Two-line elements of an Earth satellite.

    Attributes
    ----------
    line_1, line_2 : str
        As published: 69 characters, the last a check digit.

    Model limits: SGP4 with WGS72, some kilometers at epoch, 1 to 3 km a day away from it in low
    orbit, and nothing of reboosts; weeks away the phase along the orbit is lost while the plane
    still serves.
    """

    line_1: str
    line_2: str

    def __post_init__(self) -> None:
        for number, line in ((1, self.line_1), (2, self.line_2)):
            _require(line, number)
        if self.line_1[2:7] != self.line_2[2:7]:
            raise InputError(
                f"two-line elements of two satellites: found {self.line_1[2:7].strip()} and "
                f"{self.line_2[2:7].strip()}, expected one catalogue number",
                key="line_2",
            )

    @cached_property
    def _record(self) -> Any:
        from sgp4.api import WGS72, Satrec

        return Satrec.twoline2rv(self.line_1, self.line_2, WGS72)

    @cached_property
    def epoch(self) -> Epoch:
        """When the elements hold."""
        found = self._record
        jd1, jd2 = to_tt("UTC", found.jdsatepoch, found.jdsatepochF)
        offset = erfa.dtdb(jd1, jd2, 0.0, 0.0, 0.0, 0.0)
        return Epoch((jd1 - J2000_JD) * DAY, jd2 * DAY + offset)

    @property
    def sma_km(self) -> float:
        """Mean semi-major axis (Brouwer's, as SGP4 has it), km."""
        return float(self._record.a * self._record.radiusearthkm)

    @property
    def mean_altitude_km(self) -> float:
        """Mean semi-major axis less the equatorial radius, km."""
        return self.sma_km - EARTH_RADIUS_KM

    @property
    def inclination_deg(self) -> float:
        """Mean inclination to the equator of date."""
        return float(np.degrees(self._record.inclo))

    @property
    def sma_rate_km_d(self) -> float:
        """Rate of the mean semi-major axis by their rate of mean motion, km a day."""
        found = self._record
        rate = 2.0 * found.ndot * _MINUTES_A_DAY  # the lines give half of it
        return float(-2.0 / 3.0 * self.sma_km * rate / found.no_kozai)

    @property
    def eccentricity(self) -> float:
        """Mean eccentricity."""
        return float(self._record.ecco)

    @property
    def perigee_deg(self) -> float:
        """Mean argument of perigee."""
        return float(np.degrees(self._record.argpo))

    @property
    def node_deg(self) -> float:
        """Mean right ascension of the ascending node at epoch, from the mean equinox of date."""
        return float(np.degrees(self._record.nodeo))

    @property
    def node_rate_rad_s(self) -> float:
        """Rate of the node at epoch, rad/s."""
        return float(self._record.nodedot) / _MINUTE_S

    def at(self, epoch: Epoch, env: Environment) -> State:
        """Return the state at an instant, or an array of them, about the Earth in `icrf`.

        Raises
        ------
        ModelError
            Where SGP4 has the satellite decayed, or its elements run out of their limits.
        """
        jd1, jd2 = (np.atleast_1d(np.asarray(part, float)) for part in epoch.jd_utc)
        code, r, v = self._record.sgp4_array(jd1, jd2)
        if code.any():
            bad = int(np.argmax(code != 0))
            when = epoch if epoch.shape == () else epoch[bad]
            raise ModelError(
                f"SGP4 loses {self.line_1[2:7].strip()} at {when.utc_iso(0)}: "
                f"{_SGP4_SAYS.get(int(code[bad]), 'no state')}; take elements closer to that date"
            )
        matrix = icrf_from_teme(epoch, env)
        shape = (*epoch.shape, 3)
        r, v = (np.einsum("...ij,...j->...i", matrix, part.reshape(shape)) for part in (r, v))
        return State(epoch, "earth", "icrf", r, v)

    def mean_normal(self, env: Environment) -> Array:
        """Return the normal of the mean plane at epoch, `icrf`, shape (3,)."""
        node, tilt = float(self._record.nodeo), float(self._record.inclo)
        normal = [np.sin(tilt) * np.sin(node), -np.sin(tilt) * np.cos(node), np.cos(tilt)]
        return np.asarray(icrf_from_teme(self.epoch, env) @ np.array(normal))


def icrf_from_teme(epoch: Epoch, env: Environment) -> Array:
    """Return the rotation from the true equator and mean equinox of date to `icrf`.

    Shape (..., 3, 3). Velocities turn with it unchanged: both axes are taken as inertial.
    """
    values = env.earth.parameters(epoch)[0]
    tai1, tai2 = epoch.jd_tai
    sidereal = erfa.gmst82(tai1, tai2 + values[..., 2] / DAY)
    x_p, y_p = values[..., 0], values[..., 1]
    pole = rotation_about(1, -y_p) @ rotation_about(2, -x_p)
    fixed = pole @ rotation_about(3, sidereal)
    return np.asarray(np.swapaxes(env.earth.itrf_matrix(epoch), -1, -2) @ fixed)


def nearest(catalog: list[TwoLine], epoch: Epoch) -> TwoLine:
    """Return the elements closest in time to an instant."""
    if not catalog:
        raise InputError("no two-line elements: expected at least one set")
    return min(catalog, key=lambda lines: abs(float(lines.epoch - epoch)))


def _require(line: str, number: int) -> None:
    """Refuse a line of another length, number or check digit."""
    key = f"line_{number}"
    if len(line) != _LENGTH or not line.startswith(f"{number} "):
        raise InputError(
            f"found {line[:12]!r}... of {len(line)} characters, expected line {number} of "
            f"two-line elements: {_LENGTH} characters that begin with '{number} '",
            key=key,
        )
    digits = sum(int(c) if c.isdigit() else c == "-" for c in line[:-1])
    if line[-1] != str(digits % 10):
        raise InputError(
            f"found check digit {line[-1]!r}, expected {digits % 10}: a character is wrong", key=key
        )
