"""Build the table of thermospheric density of ``perilune.stations`` from NRLMSISE-00.

Source: NRLMSISE-00 (Picone et al. 2002, J. Geophys. Res. 107(A12), 1468) as in ``pymsis``, with the
terms of universal time and longitude left out (they average out over a day of orbits). Run::

    uv run python builders/build_thermosphere.py

The logarithm of the density is fitted, for every height and activity of the table, by products of
Legendre polynomials of sin(latitude), harmonics of local solar time and harmonics of the year; the
matrix of coefficients (functions x nodes) is then kept to ``RANK`` singular values. The layout is
that of ``perilune.stations.thermosphere``, which is read here so that the two cannot differ.
"""

from __future__ import annotations

import numpy as np
import pymsis  # type: ignore[import-untyped]
from numpy.typing import NDArray

from perilune.stations import thermosphere as table

POINTS, RANK, SEED = 1500, 48, 20260101
OUTPUT = "src/perilune/stations/data/thermosphere.npz"
Array = NDArray[np.float64]


def log_density(lat_deg: Array, hour: Array, day: Array, node: tuple[float, ...]) -> Array:
    """Return ln(kg/m3) at places, local hours and days of the year, at one height and activity."""
    height, f107, mean, ap = node
    count = len(lat_deg)
    ut_hour = 24.0 * (day % 1.0)
    longitude = (15.0 * (hour - ut_hour) + 180.0) % 360.0 - 180.0
    minutes = np.round(1440.0 * day).astype(int)
    dates = np.datetime64("2001-01-01T00:00") + minutes * np.timedelta64(1, "m")
    options = pymsis.msis.create_options(all_ut_effects=0, longitudinal=0, mixed_ut_long=0,
                                         mixed_ap_ut_long=0)  # fmt: skip
    out = pymsis.calculate(
        dates, longitude, lat_deg, np.full(count, height), f107s=np.full(count, f107),
        f107as=np.full(count, mean), aps=np.full((count, 7), ap), version=0, options=options,
    )  # fmt: skip
    return np.asarray(np.log(out[:, pymsis.Variable.MASS_DENSITY]))


def main() -> None:
    """Fit, compress, write."""
    rng = np.random.default_rng(SEED)
    latitude = np.arcsin(rng.uniform(-1.0, 1.0, POINTS))
    hour, day = rng.uniform(0.0, 24.0, POINTS), rng.uniform(0.0, 365.0, POINTS)
    functions = table.functions(latitude, hour, day)
    solve = np.linalg.pinv(functions)
    columns = []
    for height in table.heights_km():
        for mean in table.FLUX_NODES:
            for excess in table.EXCESS_NODES:
                for ap in table.AP_NODES:
                    node = (float(height), float(mean + excess), float(mean), float(ap))
                    columns.append(solve @ log_density(np.degrees(latitude), hour, day, node))
    u, s, v = np.linalg.svd(np.array(columns).T, full_matrices=False)
    print("relative size of the first value left out:", s[RANK] / s[0], s[RANK])
    np.savez_compressed(
        OUTPUT,
        shapes=(u[:, :RANK] * s[:RANK]).astype(np.float32),
        weights=v[:RANK].astype(np.float32),
        source="NRLMSISE-00 through pymsis " + pymsis.__version__,
    )


if __name__ == "__main__":
    main()
