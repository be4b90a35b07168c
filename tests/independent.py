"""Equations of motion written once more, by other formulas, to hold the engine against.

Gravity by Cunningham's recursion (Montenbruck & Gill, Satellite Orbits, 2000, section 3.2.4) in
numpy; positions straight from the ephemeris, the Earth's turn by ERFA's own routines.
"""

from __future__ import annotations

from math import factorial

import erfa
import numpy as np

from perilune import DAY, Environment, Epoch, Forces
from perilune.astro import frames
from perilune.astro.gravity import GravityField, field

Array = np.ndarray


def unnormalized(model: GravityField, degree: int, order: int) -> tuple[Array, Array]:
    """Return C and S without the 4 pi normalization, orders above `order` left out."""
    c, s = np.zeros((degree + 1, degree + 1)), np.zeros((degree + 1, degree + 1))
    for n in range(2, degree + 1):
        for m in range(min(n, order) + 1):
            twice = 1 if m == 0 else 2
            factor = np.sqrt(twice * (2 * n + 1) * factorial(n - m) / factorial(n + m))
            c[n, m], s[n, m] = factor * model.c[n, m], factor * model.s[n, m]
    return c, s


def solid_harmonics(size: int, r: Array, radius: float) -> tuple[Array, Array]:
    """Return V and W of Montenbruck & Gill, eqs. 3.29-3.31, to degree and order `size`."""
    v, w = np.zeros((size + 1, size + 1)), np.zeros((size + 1, size + 1))
    r2 = r @ r
    x, y, z = radius * r / r2
    rho = radius**2 / r2
    v[0, 0] = radius / np.sqrt(r2)
    for m in range(size + 1):
        if m:
            v[m, m] = (2 * m - 1) * (x * v[m - 1, m - 1] - y * w[m - 1, m - 1])
            w[m, m] = (2 * m - 1) * (x * w[m - 1, m - 1] + y * v[m - 1, m - 1])
        for n in range(m + 1, size + 1):
            for a in (v, w):
                below = (n + m - 1) * rho * a[n - 2, m] if n > m + 1 else 0.0
                a[n, m] = ((2 * n - 1) * z * a[n - 1, m] - below) / (n - m)
    return v, w


def harmonics(model: GravityField, size: tuple[int, int], r: Array, gm: float) -> Array:
    """Return the acceleration beyond the point mass, body-fixed axes (eqs. 3.33), km/s^2."""
    c, s = unnormalized(model, *size)
    v, w = solid_harmonics(size[0] + 1, r, model.radius_km)
    total = np.zeros(3)
    for n in range(2, size[0] + 1):
        total[:2] += -c[n, 0] * np.array([v[n + 1, 1], w[n + 1, 1]])
        total[2] -= (n + 1) * c[n, 0] * v[n + 1, 0]
        for m in range(1, min(n, size[1]) + 1):
            up, down = 0.5, 0.5 * (n - m + 2) * (n - m + 1)
            cv, sw = c[n, m], s[n, m]
            a, b = v[n + 1], w[n + 1]
            total[0] += -up * (cv * a[m + 1] + sw * b[m + 1]) + down * (
                cv * a[m - 1] + sw * b[m - 1]
            )
            total[1] += up * (sw * a[m + 1] - cv * b[m + 1]) + down * (
                sw * a[m - 1] - cv * b[m - 1]
            )
            total[2] -= (n - m + 1) * (cv * a[m] + sw * b[m])
    return gm / model.radius_km**2 * total


def itrf(epoch: Epoch, env: Environment) -> Array:
    """Return the matrix from `icrf` to `itrf` as ERFA builds it from our IERS values."""
    x_p, y_p, ut1_tai, dx, dy = env.earth.parameters(epoch)[0]
    tt, tai = epoch.jd_tt, epoch.jd_tai
    x, y, s = erfa.xys06a(*tt)
    turn = erfa.era00(tai[0], tai[1] + ut1_tai / DAY)
    motion = erfa.pom00(x_p, y_p, erfa.sp00(*tt))
    return np.asarray(erfa.c2tcio(erfa.c2ixys(x + dx, y + dy, s), turn, motion))


def figure(body: str, size: tuple[int, int], r: Array, epoch: Epoch, env: Environment) -> Array:
    """Return the acceleration of a body's figure at `r` from it, `icrf` axes, km/s^2."""
    model = field(body)
    turn = itrf(epoch, env) if body == "earth" else frames.from_icrf("moon_pa", epoch, env)[0]
    return turn.T @ harmonics(model, size, turn @ r, env.constants.gm(body))


def acceleration(center: str, forces: Forces, epoch: Epoch, r: Array, env: Environment) -> Array:
    """Return the acceleration of a force model without radiation and thrust, km/s^2."""
    total = -env.constants.gm(center) * r / np.linalg.norm(r) ** 3
    for body in forces.point_masses:
        if body != center:
            at = env.ephemeris.state(body, center, epoch)[0]
            away = r - at
            pull = away / np.linalg.norm(away) ** 3 + at / np.linalg.norm(at) ** 3
            total = total - env.constants.gm(body) * pull
    for body, size in forces.harmonics.items():
        at = np.zeros(3) if body == center else env.ephemeris.state(body, center, epoch)[0]
        total = total + figure(body, size, r - at, epoch, env)
        if body != center:
            total = total - figure(body, (2, 0), -at, epoch, env)
    return total
