"""Chebyshev series in records, as ephemeris and orientation kernels keep them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def evaluate(
    coefficients: Any, record: Any, s: Any, half_interval: float, *, whole_turns: int | None = None
) -> tuple[Array, Array]:
    """Return values and rates of a record's series.

    Parameters
    ----------
    coefficients : array_like, shape (components, records, terms)
    record : int or ndarray of shape (n,)
        Which record.
    s : float or ndarray of shape (n,)
        Where in it, in [-1, 1].
    half_interval : float
        Half a record's length: rates are per its unit.
    whole_turns : int, optional
        A component whose constant term is first reduced by whole turns of 2 pi, which would cost
        it its last digits.

    Returns
    -------
    values, rates : ndarray, shape (components,) or (n, components)
    """
    series = np.asarray(coefficients[:, record])
    if whole_turns is not None:
        series = series.copy()
        series[whole_turns, ..., 0] = np.fmod(series[whole_turns, ..., 0], 2.0 * np.pi)
    terms = series.shape[-1]
    t, dt = [1.0 + 0.0 * s, s], [0.0 * s, 1.0 + 0.0 * s]
    for k in range(2, terms):
        dt.append(2.0 * t[k - 1] + 2.0 * s * dt[k - 1] - dt[k - 2])
        t.append(2.0 * s * t[k - 1] - t[k - 2])
    basis, slope = np.array(t[:terms]), np.array(dt[:terms]) / half_interval
    if basis.ndim == 1:
        return series @ basis, series @ slope
    return np.einsum("cnk,kn->nc", series, basis), np.einsum("cnk,kn->nc", series, slope)
