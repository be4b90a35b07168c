"""What the Sun did to the upper air day by day: F10.7, its mean over 81 days, Ap.

Observed since 1957 (`builders/build_space_weather.py`); days to come are drawn in `solar_cycles`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.errors import DataRangeError, InputError
from perilune.stations import thermosphere

Array = NDArray[np.float64]

_MJD = 2400000.5
_COLUMNS = ("tenths_f107", "tenths_mean", "halves_ap")


@dataclass(frozen=True, eq=False)
class SpaceWeather:
    """Days of space weather, one or several ways they may go.

    Attributes
    ----------
    first_mjd : int
        Day of the first column (modified Julian date, UTC).
    f107_sfu, f107_mean_sfu, ap : ndarray, shape (path, day)
        Radio flux at 10.7 cm as observed, its centered 81-day mean (solar flux units), and the
        magnetic index Ap.
    source : str
    """

    first_mjd: int
    f107_sfu: Array
    f107_mean_sfu: Array
    ap: Array
    source: str

    @property
    def paths_n(self) -> int:
        """How many ways the days may go."""
        return len(self.ap)

    @property
    def last_mjd(self) -> int:
        """The last day."""
        return int(self.first_mjd + self.ap.shape[1] - 1)

    def weights(self, start_mjd: float, days: float) -> Array:
        """Return the weights of the density table's nodes over some days, shape (path, nodes).

        The mean of the days' weights: the mean of the logarithm of the density.

        Raises
        ------
        DataRangeError
            Where the days run out.
        """
        first = int(np.floor(start_mjd)) - self.first_mjd
        last = max(first, int(np.ceil(start_mjd + days)) - 1 - self.first_mjd)
        if first < 0 or last >= self.ap.shape[1]:
            raise DataRangeError(
                "the space weather at hand",
                f"MJD {start_mjd:.1f} to {start_mjd + days:.1f}",
                f"MJD {self.first_mjd}",
                f"MJD {self.last_mjd}",
            )
        span = slice(first, last + 1)
        every = thermosphere.activity_weights(
            self.f107_sfu[:, span].ravel(), self.f107_mean_sfu[:, span].ravel(),
            self.ap[:, span].ravel(),
        )  # fmt: skip
        return np.asarray(every.reshape(self.paths_n, last - first + 1, -1).mean(axis=1))

    def cut(self, start_mjd: float, days: float) -> SpaceWeather:
        """Return these days only, as far as they are there."""
        a = max(int(np.floor(start_mjd)) - self.first_mjd, 0)
        b = max(int(np.ceil(start_mjd + days)) + 1 - self.first_mjd, a)
        return SpaceWeather(
            self.first_mjd + a, self.f107_sfu[:, a:b], self.f107_mean_sfu[:, a:b],
            self.ap[:, a:b], self.source,
        )  # fmt: skip


def mjd_utc(epoch: Epoch) -> float:
    """Return the modified Julian date (UTC, days) of an instant."""
    jd1, jd2 = epoch.jd_utc
    return float((jd1 - _MJD) + jd2)


def epoch_of_mjd(mjd: float) -> Epoch:
    """Return the instant of a modified Julian date (UTC, to a second around leap seconds)."""
    seconds = round(mjd * 86400.0)
    stamp = np.datetime64("1858-11-17T00:00:00") + np.timedelta64(seconds, "s")
    return Epoch.utc(str(stamp))


@cache
def observed() -> SpaceWeather:
    """Return what was observed, from 1957-10-01 on, as one path.

    Model limits: values at midnight between two days' readings; the last 40 days' means lean on
    predicted days.
    """
    with (files("perilune.stations") / "data" / "space_weather.npz").open("rb") as stream:
        data = np.load(stream)
        days = [data[key].astype(float)[None, :] for key in _COLUMNS]
        first, source = int(data["first_mjd"]), str(data["source"])
    return SpaceWeather(first, days[0] / 10.0, days[1] / 10.0, days[2] / 2.0, source)


def steady(
    start_mjd: float, days: float, f107_sfu: float = 120.0, ap: float = 10.0
) -> SpaceWeather:
    """Return days that are all alike, to compare stations under one Sun.

    Raises
    ------
    InputError
        Where flux or index cannot be.
    """
    if not 50.0 <= f107_sfu <= 400.0 or not 0.0 <= ap <= 400.0:
        raise InputError(
            f"found a flux of {f107_sfu} sfu and Ap {ap}: expected 50 to 400 and 0 to 400",
            key="f107_sfu",
        )
    shape = (1, int(np.ceil(days)) + 2)
    flux = np.full(shape, f107_sfu)
    return SpaceWeather(int(np.floor(start_mjd)), flux, flux, np.full(shape, ap), "steady")
