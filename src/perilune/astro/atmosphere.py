"""The Earth's atmosphere: density over place, height and date, and tables of it along a track.

NRLMSIS is the reference (through `pymsis`, without any download: activity indices are inputs); the
U.S. Standard Atmosphere 1976 and an exponential are there to compare with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import STANDARD_GRAVITY_M_S2
from perilune.astro.epoch import Epoch
from perilune.errors import InputError

Array = NDArray[np.float64]

EDGES_KM = (0.0, 50.0, 95.0, 140.0)
"""Edges of the layers a table is made of."""
_ORDER, _ALONG = 16, 5


class Atmosphere(Protocol):
    """A model of density."""

    @property
    def name(self) -> str:
        """What results call it."""

    def density_kg_m3(
        self, height_km: Any, latitude_deg: Any, longitude_deg: Any, epoch: Epoch
    ) -> Array:
        """Return the density at geodetic places, kg/m3; arguments broadcast."""


@dataclass(frozen=True)
class Msis:
    """NRLMSIS 2.1 (Emmert et al. 2022, J. Geophys. Res. Space Phys. 127, e2022JA030896).

    Attributes
    ----------
    f107_sfu, f107_mean_sfu : float
        Solar radio flux of the day before and its 81-day mean; default moderate activity.
    ap : float
        Daily magnetic index.
    version : float
        2.1, 2.0, or 0 for NRLMSISE-00 (Picone et al. 2002, J. Geophys. Res. 107(A12), 1468).

    Model limits: a climatology, without weather: 5 to 10 % and more above 60 km. Activity matters
    above some 110 km only. Below sea level the density at sea level. NRL reserves commercial use of
    the 2.x code, not of NRLMSISE-00.
    """

    f107_sfu: float = 120.0
    f107_mean_sfu: float = 120.0
    ap: float = 10.0
    version: float = 2.1

    def __post_init__(self) -> None:
        if self.version not in (0, 2.0, 2.1):
            raise InputError(f"MSIS version is {self.version!r}: expected 0, 2.0 or 2.1")
        if not (self.f107_sfu > 0.0 and self.f107_mean_sfu > 0.0 and self.ap >= 0.0):
            raise InputError(
                f"f107_sfu {self.f107_sfu}, f107_mean_sfu {self.f107_mean_sfu}, ap {self.ap}: "
                "expected positive fluxes and ap >= 0"
            )

    @property
    def name(self) -> str:
        """What results call it."""
        return f"NRLMSIS {self.version}" if self.version else "NRLMSISE-00"

    def density_kg_m3(
        self, height_km: Any, latitude_deg: Any, longitude_deg: Any, epoch: Epoch
    ) -> Array:
        """Return the density, kg/m3."""
        return self._calculate(height_km, latitude_deg, longitude_deg, epoch)[0]

    def temperature_k(
        self, height_km: Any, latitude_deg: Any, longitude_deg: Any, epoch: Epoch
    ) -> Array:
        """Return the temperature of the air, K."""
        return self._calculate(height_km, latitude_deg, longitude_deg, epoch)[1]

    def _calculate(
        self, height_km: Any, latitude_deg: Any, longitude_deg: Any, epoch: Epoch
    ) -> tuple[Array, Array]:
        import pymsis  # type: ignore[import-untyped]  # a compiled library: only when used

        h, lat, lon = np.broadcast_arrays(
            *(np.asarray(a, float) for a in (height_km, latitude_deg, longitude_deg))
        )
        count = h.size
        date = np.datetime64(epoch.utc_iso(0).rstrip("Z"))
        out = pymsis.calculate(
            np.full(count, date),
            lon.ravel(),
            lat.ravel(),
            np.maximum(h.ravel(), 0.0),
            f107s=np.full(count, self.f107_sfu),
            f107as=np.full(count, self.f107_mean_sfu),
            aps=np.full((count, 7), self.ap),
            version=self.version,
        )
        columns = (out[:, pymsis.Variable.MASS_DENSITY], out[:, pymsis.Variable.TEMPERATURE])
        density, temperature = (np.asarray(c, float).reshape(h.shape) for c in columns)
        return density, temperature


@dataclass(frozen=True)
class Exponential:
    """Density falling by e over each scale height: what closed forms of entry assume."""

    surface_kg_m3: float = 1.225
    scale_height_km: float = 7.2

    name: ClassVar[str] = "exponential"

    def density_kg_m3(
        self,
        height_km: Any,
        latitude_deg: Any,  # noqa: ARG002
        longitude_deg: Any,  # noqa: ARG002
        epoch: Epoch,  # noqa: ARG002
    ) -> Array:
        """Return the density, kg/m3."""
        return self.surface_kg_m3 * np.exp(-np.asarray(height_km, float) / self.scale_height_km)


@dataclass(frozen=True)
class Standard1976:
    """U.S. Standard Atmosphere 1976 (NOAA-S/T 76-1562), without place or date.

    Model limits: hydrostatic layers to 86 km (exact there), above that log-linear between the
    tabulated densities to 150 km, and on with the last scale height.
    """

    name: ClassVar[str] = "US 1976"

    def density_kg_m3(
        self,
        height_km: Any,
        latitude_deg: Any,  # noqa: ARG002
        longitude_deg: Any,  # noqa: ARG002
        epoch: Epoch,  # noqa: ARG002
    ) -> Array:
        """Return the density, kg/m3."""
        height = np.asarray(height_km, float)
        low = _hydrostatic(6356.766 * height / (6356.766 + height))
        step = np.clip(np.searchsorted(_HIGH_KM, height) - 1, 0, len(_HIGH_KM) - 2)
        slope = (np.diff(_HIGH_LOG) / np.diff(_HIGH_KM))[step]
        high = np.exp(_HIGH_LOG[step] + slope * (height - _HIGH_KM[step]))
        return np.where(height < 86.0, low, high)


_BASE_KM = np.array([0.0, 11.0, 20.0, 32.0, 47.0, 51.0, 71.0])
_LAPSE_K_KM = np.array([-6.5, 0.0, 1.0, 2.8, 0.0, -2.8, -2.0])
_HIGH_KM = np.array([86.0, 90.0, 95.0, 100.0, 110.0, 120.0, 130.0, 140.0, 150.0])
_HIGH_LOG = np.log(
    [6.958e-6, 3.416e-6, 1.393e-6, 5.604e-7, 9.708e-8, 2.222e-8, 8.152e-9, 3.831e-9, 2.076e-9]
)
_GAS_J_KG_K = 8314.32 / 28.9644


def _hydrostatic(geopotential_km: Array) -> Array:
    """Return the density below 86 km by geopotential height."""
    temperature, pressure = np.array([288.15]), np.array([101325.0])
    for base, top, lapse in zip(_BASE_KM[:-1], _BASE_KM[1:], _LAPSE_K_KM[:-1], strict=True):
        t, p = _layer(temperature[-1], pressure[-1], lapse, top - base)
        temperature, pressure = np.append(temperature, t), np.append(pressure, p)
    layer = np.clip(np.searchsorted(_BASE_KM, geopotential_km, side="right") - 1, 0, 6)
    rise = np.clip(geopotential_km, -5.0, 84.852) - _BASE_KM[layer]
    t, p = _layer(temperature[layer], pressure[layer], _LAPSE_K_KM[layer], rise)
    return np.asarray(p / (_GAS_J_KG_K * t))


def _layer(t: Any, p: Any, lapse: Any, rise: Any) -> tuple[Any, Any]:
    above = t + lapse * rise
    power = 1e3 * STANDARD_GRAVITY_M_S2 / _GAS_J_KG_K
    steep = np.where(lapse == 0.0, 1.0, lapse)
    falling = np.where(lapse == 0.0, np.exp(-power * rise / t), np.power(t / above, power / steep))
    return above, p * falling


@dataclass(frozen=True, eq=False)
class Table:
    """Log-density as polynomials in height, layer by layer, varying along a track.

    Attributes
    ----------
    name : str
        The model tabulated.
    coefficients : ndarray, shape (layer, order + 1, along + 1)
        Of powers of the height scaled to [-1, 1] in its layer, and of the coordinate along track.
    error : float
        Largest relative error of density met at the stations.
    """

    name: str
    coefficients: Array
    error: float

    def density_kg_m3(self, height_km: Any, along: Any = 0.0) -> Array:
        """Return the density, kg/m3; above the top layer there is none."""
        height, along = np.broadcast_arrays(np.asarray(height_km, float), np.asarray(along, float))
        layer = np.clip(np.searchsorted(EDGES_KM, height) - 1, 0, len(EDGES_KM) - 2)
        x = (height - _MIDDLES[layer]) / _HALVES[layer]
        powers = x[..., None] ** np.arange(_ORDER + 1)
        across = along[..., None] ** np.arange(_ALONG + 1)
        log = np.einsum("...kj,...k,...j->...", self.coefficients[layer], powers, across)
        return np.where(height > EDGES_KM[-1], 0.0, np.exp(np.minimum(log, 5.0)))


_MIDDLES = 0.5 * (np.array(EDGES_KM[1:]) + np.array(EDGES_KM[:-1]))
_HALVES = 0.5 * np.diff(EDGES_KM)


def tabulate(model: Atmosphere, epoch: Epoch, stations: Any) -> Table:
    """Tabulate a model from 0 to 140 km over stations along a track.

    Parameters
    ----------
    model : Atmosphere
    epoch : Epoch
        One date for all of the track.
    stations : array_like, shape (n, 3)
        Coordinate along track (-1 to 1), geodetic latitude and longitude (deg).

    Returns
    -------
    Table
        With its largest error against the model at heights between the fitted ones.

    Model limits: fifth order along the track; least squares of order 16 in each layer.
    """
    places = np.atleast_2d(np.asarray(stations, float))
    if places.shape[-1] != 3:
        raise InputError(f"stations have shape {places.shape}, expected (n, 3)")
    degree = min(len(places) - 1, _ALONG)
    along = np.polynomial.polynomial.polyvander(places[:, 0], degree)
    count = 2 * _ORDER
    nodes = np.cos(np.pi * (np.arange(count) + 0.5) / count)
    between = np.linspace(-1.0, 1.0, count + 1)
    fitted = np.zeros((len(_HALVES), _ORDER + 1, _ALONG + 1))
    for i, (middle, half) in enumerate(zip(_MIDDLES, _HALVES, strict=True)):
        log = np.log(_over(model, epoch, middle + half * nodes, places))
        down = np.linalg.lstsq(np.polynomial.chebyshev.chebvander(nodes, _ORDER), log)[0]
        terms = np.linalg.lstsq(along, down.T)[0].T
        for j in range(degree + 1):
            fitted[i, :, j] = _monomials(terms[:, j])
    table = Table(model.name, fitted, 0.0)
    heights = np.concatenate([m + h * between for m, h in zip(_MIDDLES, _HALVES, strict=True)])
    true = _over(model, epoch, heights, places)
    error = table.density_kg_m3(heights[:, None], places[None, :, 0]) / true - 1.0
    return Table(model.name, fitted, float(np.abs(error).max()))


def _over(model: Atmosphere, epoch: Epoch, heights: Array, places: Array) -> Array:
    """Return densities, shape (height, place)."""
    found = model.density_kg_m3(heights[:, None], places[None, :, 1], places[None, :, 2], epoch)
    return np.broadcast_to(found, (len(heights), len(places)))


def _monomials(chebyshev: Array) -> Array:
    out = np.zeros(_ORDER + 1)
    found = np.polynomial.chebyshev.cheb2poly(chebyshev)
    out[: len(found)] = found
    return out
