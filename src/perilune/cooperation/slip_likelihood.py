"""Maximum likelihood of a straight line with normal scatter, some rows known only from below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LOG_ROOT_2PI = 0.5 * np.log(2.0 * np.pi)


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Rows y = X b + scatter; what has not come has y above a bound (Tobin 1958).

    The unknowns are b and the logarithm of the standard deviation, each with a normal prior.

    Attributes
    ----------
    x : ndarray, shape (n, p)
    y : ndarray, shape (n,)
        Values, or lower bounds.
    came : ndarray of bool
        Whether y is the value.
    weight : ndarray
    rounding : ndarray
        Standard deviation that the rounding of a row's dates adds to the scatter.
    center, precision : ndarray, shape (p + 1,)
        Of the priors: mean, and one over variance (0: none).
    """

    x: Array
    y: Array
    came: Flags
    weight: Array
    rounding: Array
    center: Array
    precision: Array

    def maximum(self) -> tuple[Array, Array, float]:
        """Return the best unknowns, their covariance, and Laplace's logarithm of the evidence."""
        from scipy import optimize

        start = self.center.copy()
        found = optimize.minimize(
            lambda at: self._parts(at)[0],
            start,
            jac=lambda at: self._parts(at)[1],
            hess=lambda at: self._parts(at)[2],
            method="trust-exact",
            options={"gtol": 1e-6, "initial_trust_radius": 0.5},
        )
        value, _, hessian = self._parts(found.x)
        priors = self.precision[self.precision > 0.0]
        evidence = 0.5 * np.log(priors).sum() - 0.5 * np.linalg.slogdet(hessian)[1] - value
        at: Array = found.x
        return at, np.asarray(np.linalg.inv(hessian)), float(evidence)

    def _parts(self, at: Array) -> tuple[float, Array, Array]:
        """Return the negative logarithm of the posterior, its gradient and its Hessian."""
        from scipy import special

        sigma = np.exp(at[-1])
        scale = np.hypot(sigma, self.rounding)
        z = (self.y - self.x @ at[:-1]) / scale
        tail = special.log_ndtr(-z)
        hazard = np.exp(-0.5 * z**2 - _LOG_ROOT_2PI - tail)
        bend = hazard * (hazard - z)
        came, k = self.came, (sigma / scale) ** 2  # k: how much of the scatter is not rounding
        value = np.where(came, -0.5 * z**2 - np.log(scale) - _LOG_ROOT_2PI, tail)
        # derivatives by the mean (m) and by log scale (s); the chain to log sigma is k
        d_m = np.where(came, z, hazard) / scale
        d_s = np.where(came, z**2 - 1.0, z * hazard)
        d_mm = np.where(came, -1.0, -bend) / scale**2
        d_ms = np.where(came, -2.0 * z, -hazard - z * bend) / scale
        d_ss = np.where(came, -2.0 * z**2, -z * hazard - z**2 * bend)
        w, off = self.weight, at - self.center
        gradient = np.append(self.x.T @ (w * d_m), (w * d_s * k).sum())
        curve = np.empty((len(at), len(at)))
        curve[:-1, :-1] = self.x.T @ ((w * d_mm)[:, None] * self.x)
        curve[:-1, -1] = curve[-1, :-1] = self.x.T @ (w * d_ms * k)
        curve[-1, -1] = (w * (d_ss * k**2 + 2.0 * d_s * k * (1.0 - k))).sum()
        return (
            float(-(w * value).sum() + 0.5 * (self.precision * off**2).sum()),
            -gradient + self.precision * off,
            -curve + np.diag(self.precision),
        )
