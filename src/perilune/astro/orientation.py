"""How the Earth and the Moon are turned, as rotation matrices and their rates.

Earth: IAU 2006/2000A precession-nutation (CIO based) with the IERS values of polar motion, UT1 and
celestial pole offsets. Moon: principal axes of DE421, 1900 to 2050, and the constant turn from
them to the mean-Earth axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import erfa
import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import DAY, Epoch
from perilune.astro.series import evaluate
from perilune.errors import DataRangeError

Array = NDArray[np.float64]

_MJD_0 = 2400000.5
ERA_RATE = 2.0 * np.pi * 1.00273781191135448 / DAY
"""Earth rotation, rad per second of UT1 (IERS Conventions 2010, eq. 5.15)."""
_ARCSEC = np.pi / 180.0 / 3600.0
# Mean-Earth from principal axes of DE421: Williams, Boggs & Folkner 2008, JPL IOM 335-JW,DB,WF-
# 20080314-001, as carried by NAIF's moon_080317.tf: PA = R3(67.92") R2(78.56") R1(0.30") ME.
_PA_TO_ME_ARCSEC = (67.92, 78.56, 0.30)


def rotation_about(axis: int, angle_rad: Any) -> Array:
    """Return the matrices that turn the *axes* by `angle_rad` about axis 1, 2 or 3.

    Shape (..., 3, 3) for an angle of shape (...).
    """
    angle = np.asarray(angle_rad, dtype=np.float64)
    c, s = np.cos(angle), np.sin(angle)
    i, j, k = (axis - 1) % 3, axis % 3, (axis + 1) % 3
    matrix = np.zeros((*angle.shape, 3, 3))
    matrix[..., i, i] = 1.0
    matrix[..., j, j] = c
    matrix[..., k, k] = c
    matrix[..., j, k] = s
    matrix[..., k, j] = -s
    return matrix


def cross_matrix(vector: Array) -> Array:
    """Return the matrices [w]x with [w]x r = w x r, shape (..., 3, 3) for (..., 3)."""
    matrix = np.zeros((*vector.shape, 3))
    x, y, z = np.moveaxis(vector, -1, 0)
    matrix[..., 0, 1], matrix[..., 0, 2] = -z, y
    matrix[..., 1, 0], matrix[..., 1, 2] = z, -x
    matrix[..., 2, 0], matrix[..., 2, 1] = -y, x
    return matrix


class EarthOrientation:
    """The rotation from `icrf` to `itrf` (IERS Conventions 2010, CIO based, IAU 2006/2000A).

    UT1, polar motion and celestial pole offsets come from the IERS file finals2000A.all in
    astropy-iers-data, interpolated over four days.

    Model limits: 1973 on; no sub-daily tides in UT1 and polar motion (below 1 mas); after the
    last IERS prediction (about a year ahead) its values are held, and `predicted_after` says so.
    """

    name = "IAU 2006/2000A with IERS finals2000A"

    @cached_property
    def _table(self) -> tuple[Array, Array]:
        """Knots (TAI MJD) and values (x_p, y_p rad; UT1-TAI s; dX, dY rad), shape (n, 5)."""
        from astropy_iers_data import IERS_A_FILE

        mjd, x, y, ut1_utc, dx, dy = _read_finals(IERS_A_FILE)
        year, month, day, _ = erfa.jd2cal(_MJD_0, mjd)
        tai_utc = erfa.dat(year, month, day, 0.0)
        values = np.stack(
            [x * _ARCSEC, y * _ARCSEC, ut1_utc - tai_utc, dx * 1e-3 * _ARCSEC, dy * 1e-3 * _ARCSEC],
            axis=-1,
        )
        return mjd + tai_utc / DAY, values

    @cached_property
    def predicted_after(self) -> Epoch:
        """The last instant the IERS values cover, predictions included."""
        return _epoch_of_tai_mjd(self._table[0][-1])

    def covers(self, epoch: Epoch) -> bool:
        """Whether the table reaches back to an instant."""
        jd1, jd2 = epoch.jd_tai
        return bool((jd1 - _MJD_0) + jd2 >= self._table[0][0])

    def parameters(self, epoch: Epoch) -> tuple[Array, Array]:
        """Return the IERS values and their rates per second, each of shape (..., 5).

        Columns: x_p, y_p (rad), UT1-TAI (s), dX, dY (rad).
        """
        jd1, jd2 = epoch.jd_tai
        mjd = (jd1 - _MJD_0) + jd2
        first, last = float(self._table[0][0]), float(self._table[0][-1])
        if np.any(mjd < first):
            early = epoch if epoch.shape == () else epoch[int(np.argmin(mjd))]
            raise DataRangeError(
                "the Earth orientation table finals2000A", early.tdb_iso(0), "1973-01-02", "future"
            )
        held = np.minimum(mjd, last)
        step = 600.0 / DAY
        rates = (self._interpolate(held + step) - self._interpolate(held - step)) / (2.0 * 600.0)
        return self._interpolate(held), np.where((mjd < last)[..., None], rates, 0.0)

    def _interpolate(self, mjd: Array) -> Array:
        """Lagrange interpolation over four daily values, as the IERS's own interp.f does."""
        knots, values = self._table
        first = np.clip(np.searchsorted(knots, mjd) - 2, 0, len(knots) - 4)
        index = np.asarray(first)[..., None] + np.arange(4)
        apart = np.asarray(mjd)[..., None] - knots[index]
        between = knots[index][..., :, None] - knots[index][..., None, :]
        own = np.eye(4, dtype=bool)
        factors = np.where(own, 1.0, apart[..., None, :] / np.where(own, 1.0, between))
        return np.asarray(np.einsum("...k,...kc->...c", factors.prod(axis=-1), values[index]))

    def angles(self, epoch: Epoch) -> Array:
        """Return X, Y (pole), Earth rotation angle - s + s', x_p, y_p (rad), shape (..., 5).

        The five slowly varying numbers a force model needs: see `itrf_from_icrf` for the matrix.
        """
        return self._angles(epoch, self.parameters(epoch)[0])

    def _angles(self, epoch: Epoch, values: Array) -> Array:
        x_p, y_p, ut1_tai, dx, dy = np.moveaxis(values, -1, 0)
        tt = epoch.jd_tt
        x, y, s = erfa.xys06a(*tt)
        tai1, tai2 = erfa.tttai(*tt)
        turn = erfa.era00(tai1, tai2 + ut1_tai / DAY) - s + erfa.sp00(*tt)
        return np.stack([x + dx, y + dy, turn, x_p, y_p], axis=-1)

    def itrf_matrix(self, epoch: Epoch) -> Array:
        """Return the rotation matrix alone, shape (..., 3, 3): a third of the work of both."""
        x, y, turn, x_p, y_p = np.moveaxis(self.angles(epoch), -1, 0)
        return _polar_motion(x_p, y_p) @ rotation_about(3, turn) @ _pole_matrix(x, y)

    def itrf_from_icrf(self, epoch: Epoch) -> tuple[Array, Array]:
        """Return the rotation matrix and its rate (1/s), each of shape (..., 3, 3)."""
        values, rates = self.parameters(epoch)
        x, y, turn, x_p, y_p = np.moveaxis(self._angles(epoch, values), -1, 0)
        pole, spin, motion = _pole_matrix(x, y), rotation_about(3, turn), _polar_motion(x_p, y_p)
        half = 3600.0
        ahead, behind = (
            _pole_matrix(*np.moveaxis(erfa.xys06a(*(epoch + dt).jd_tt)[:2], 0, 0))
            for dt in (half, -half)
        )
        pole_rate = (ahead - behind) / (2.0 * half)
        turn_rate = ERA_RATE * (1.0 + rates[..., 2])
        spin_rate = -cross_matrix(np.array([0.0, 0.0, 1.0])) @ spin * turn_rate[..., None, None]
        return motion @ spin @ pole, motion @ (spin_rate @ pole + spin @ pole_rate)


@dataclass(frozen=True)
class _MoonTable:
    start_s: float
    interval_s: float
    coefficients: Array  # (3 angles, records, 10), Chebyshev, rad

    @property
    def stop_s(self) -> float:
        return float(self.start_s + self.interval_s * self.coefficients.shape[1])


_MOON_SPAN_S = (-3155716800.0, 1609416000.0)  # 1900-01-01 to 2051-01-01, as the kernel declares


class MoonOrientation:
    """The rotation from `icrf` to the Moon's principal axes (`moon_pa`) and mean-Earth (`moon_me`).

    Source: DE421 librations (Folkner, Williams & Boggs 2009, IPN Progress Report 42-178) as in
    NAIF's `moon_pa_de421_1900-2050.bpc`, re-packed by `builders/build_lunar_orientation.py`.

    Model limits: 1900-01-01 to 2051-01-01. Principal axes of other ephemerides and gravity fields
    differ by up to an arcsecond; a GRAIL field belongs to axes of its own.
    """

    name = "DE421 principal axes"

    @cached_property
    def table(self) -> _MoonTable:
        """The Chebyshev series of the three Euler angles."""
        with (files("perilune.astro") / "data" / "moon_pa_de421.npz").open("rb") as stream:
            data = np.load(stream)
            return _MoonTable(
                float(data["start_s"]), float(data["interval_s"]), data["coefficients"]
            )

    def require(self, epoch: Epoch) -> None:
        """Raise DataRangeError where any instant of `epoch` is outside the table."""
        seconds = np.asarray(epoch.j2000_s)
        bad = (seconds < _MOON_SPAN_S[0]) | (seconds > _MOON_SPAN_S[1])
        if bad.any():
            found = Epoch(np.atleast_1d(seconds)[np.atleast_1d(bad)][0]).tdb_iso(0)
            raise DataRangeError(
                f"the lunar orientation {self.name}", found, "1900-01-01", "2051-01-01"
            )

    def angles(self, epoch: Epoch) -> tuple[Array, Array]:
        """Return the 3-1-3 Euler angles phi, theta, psi (rad) and their rates, shape (..., 3)."""
        self.require(epoch)
        table = self.table
        whole, fraction = epoch.parts_s
        since = (whole - table.start_s) + fraction
        last = table.coefficients.shape[1] - 1
        record = np.clip(since // table.interval_s, 0, last).astype(int)
        half = 0.5 * table.interval_s
        s = (since - record * table.interval_s) / half - 1.0
        return evaluate(table.coefficients, record, s, half, whole_turns=2)

    def pa_from_icrf(self, epoch: Epoch) -> tuple[Array, Array]:
        """Return the rotation matrix to principal axes and its rate (1/s), shape (..., 3, 3)."""
        (phi, theta, psi), (phi_rate, theta_rate, psi_rate) = (
            np.moveaxis(a, -1, 0) for a in self.angles(epoch)
        )
        inner = rotation_about(1, theta) @ rotation_about(3, phi)
        matrix = rotation_about(3, psi) @ inner
        z = np.zeros_like(psi)
        # angular velocity of the axes, in the axes themselves
        spin = np.stack([z, z, psi_rate], axis=-1)
        spin = spin + np.einsum(
            "...ij,...j->...i", rotation_about(3, psi), np.stack([theta_rate, z, z], axis=-1)
        )
        spin = spin + phi_rate[..., None] * matrix[..., :, 2]
        return matrix, -cross_matrix(spin) @ matrix

    @cached_property
    def me_from_pa(self) -> Array:
        """The constant rotation from principal to mean-Earth axes, shape (3, 3)."""
        z, y, x = (angle * _ARCSEC for angle in _PA_TO_ME_ARCSEC)
        return (rotation_about(3, z) @ rotation_about(2, y) @ rotation_about(1, x)).T

    def me_from_icrf(self, epoch: Epoch) -> tuple[Array, Array]:
        """Return the rotation matrix to mean-Earth axes and its rate (1/s), shape (..., 3, 3)."""
        matrix, rate = self.pa_from_icrf(epoch)
        return self.me_from_pa @ matrix, self.me_from_pa @ rate


def _polar_motion(x_p: Any, y_p: Any) -> Array:
    return rotation_about(1, -y_p) @ rotation_about(2, -x_p)


def _pole_matrix(x: Any, y: Any) -> Array:
    """Return the rotation to the pole (X, Y), without s (IERS Conventions 2010, eq. 5.10)."""
    x, y = np.asarray(x), np.asarray(y)
    z = np.sqrt(1.0 - x * x - y * y)
    a = 1.0 / (1.0 + z)
    rows = [[1.0 - a * x * x, -a * x * y, -x], [-a * x * y, 1.0 - a * y * y, -y], [x, y, z]]
    return np.stack([np.stack(np.broadcast_arrays(*row), axis=-1) for row in rows], axis=-2)


def _read_finals(path: str) -> tuple[Array, ...]:
    """Return MJD, x_p, y_p (arcsec), UT1-UTC (s), dX, dY (mas) of the rows that have UT1.

    Columns by the IERS file's own read-me (Bulletin A values).
    """
    raw = Path(path).read_bytes()
    width = raw.index(b"\n") + 1
    table = np.frombuffer(raw[: len(raw) // width * width], dtype=f"S{width}")

    def column(start: int, stop: int) -> NDArray[np.bytes_]:
        letters = table.view("S1").reshape(len(table), width)[:, start:stop]
        return np.char.strip(np.ascontiguousarray(letters).view(f"S{stop - start}")[:, 0])

    known = column(58, 68) != b""
    spans = ((7, 15), (18, 27), (37, 46), (58, 68), (97, 106), (116, 125))
    texts = (column(*span)[known] for span in spans)
    return tuple(np.where(text == b"", b"0", text).astype(np.float64) for text in texts)


def _epoch_of_tai_mjd(mjd: float) -> Epoch:
    tt1, tt2 = erfa.taitt(_MJD_0, mjd)
    return Epoch((tt1 - 2451545.0) * DAY, tt2 * DAY)
