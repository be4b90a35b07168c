"""The energy balance of coasts: what a motion gained, against the work of what disturbs it.

About its center a coast obeys d/dt (v^2 / 2 - GM / r) = a . v, where a is all but the center's
point mass. The left side is read off the ends of the motion, the right side is summed along it from
the formulas of the forces, evaluated anew. The two agree only if the motion is one of this force
model, under the sky of its dates, from end to end.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import heyoka as hy
import numpy as np
from numpy.typing import NDArray

from perilune.astro import blocks
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.gravity import field as gravity_field
from perilune.dynamics import forces as f
from perilune.dynamics.forces import Forces, Vector
from perilune.dynamics.system import SHADOW_BODIES, static_values
from perilune.dynamics.trajectory import Arc
from perilune.errors import InputError

Array = NDArray[np.float64]

_GAUSS = np.polynomial.legendre.leggauss(4)
_NODES, _WEIGHTS = 0.5 + 0.5 * _GAUSS[0], 0.5 * _GAUSS[1]
"""Over one Taylor step, which is short beside its radius of convergence: 1e-8 of the work."""


def energy_gaps_j_kg(arcs: Sequence[Arc], forces: Forces, env: Environment) -> Array:
    """Return by how much each coast's gain of energy is off the work done on it, J/kg.

    Parameters
    ----------
    arcs : sequence of Arc
        Coasts, all about one center.
    forces : Forces
        What they are to have been flown with.
    env : Environment

    Returns
    -------
    ndarray, shape (number of arcs,)
        A speed of v m/s that changes by dv for no reason leaves v dv.

    Model limits: the sum along the motion is good to 1e-4 J/kg in five days of low lunar orbit. A
    push across the velocity does no work and is not seen.
    """
    if not arcs:
        return np.empty(0)
    points = [_points(arc) for arc in arcs]
    epochs = [arc.origin + seconds for arc, (seconds, _, _) in zip(arcs, points, strict=True)]
    epoch = Epoch(*(np.concatenate([e.parts_s[i] for e in epochs]) for i in (0, 1)))
    vectors, weights = (np.concatenate([piece[i] for piece in points]) for i in (1, 2))
    push = perturbation(arcs[0].center, forces, epoch, vectors[:, :3], env)
    power = np.einsum("ni,ni->n", push, vectors[:, 3:6])
    owner = np.repeat(np.arange(len(arcs)), [len(piece[0]) for piece in points])
    work = np.bincount(owner, power * weights, minlength=len(arcs))
    gm = static_values(arcs[0].center, forces, env)[f"gm:{arcs[0].center}"]
    return np.asarray(1e6 * np.abs(np.array([_gain(arc, gm) for arc in arcs]) - work))


def _points(arc: Arc) -> tuple[Array, Array, Array]:
    """Return instants along an arc (s), position and velocity there, and weights of a sum (s)."""
    seconds, vectors, lengths = arc.within_steps(_NODES)
    weights = lengths[:, None] * _WEIGHTS
    return seconds.ravel(), vectors.reshape(-1, vectors.shape[-1]), weights.ravel()


def _gain(arc: Arc, gm: float) -> float:
    ends = arc.vectors(np.array(arc.span_s))
    speed2, r = np.sum(ends[:, 3:6] ** 2, axis=1), np.linalg.norm(ends[:, :3], axis=1)
    energy = 0.5 * speed2 - gm / r
    return float(energy[1] - energy[0])


def perturbation(center: str, forces: Forces, epoch: Epoch, r_km: Array, env: Environment) -> Array:
    """Return the acceleration by all but the center's point mass, km/s^2, shape (n, 3).

    Parameters
    ----------
    center : str
    forces : Forces
    epoch : Epoch
        Array of shape (n,).
    r_km : ndarray, shape (n, 3)
        From the center, `icrf`.
    env : Environment

    Raises
    ------
    InputError
        Where the forces hold drag: it takes the velocity too.
    """
    if forces.drag is not None:
        raise InputError("the balance of energy knows no drag: take forces without it")
    here = _Here(center, epoch, list(r_km.T), env)
    values = static_values(center, forces, env)
    total: Vector = [np.zeros(len(r_km)) for _ in range(3)]
    for body in forces.point_masses:
        if body != center:
            pull = f.third_body(values[f"gm:{body}"], here.r, here.body(body))
            total = f.add(total, pull)
    for body, size in forces.harmonics.items():
        total = f.add(total, here.figure(body, size, values[f"gm:{body}"]))
    if forces.radiation is not None:
        lit: Any = 1.0
        for body in SHADOW_BODIES:
            if body in forces.point_masses:
                lit = lit * f.sunlight(np, here.away("sun"), here.away(body), body)
        light = f.radiation_pressure(values["radiation"], here.away("sun"), lit)
        total = f.add(total, light)
    return np.stack(total, axis=-1)


class _Here:
    """Where a spacecraft is at many instants, and the sky about it, as lists of components."""

    def __init__(self, center: str, epoch: Epoch, r: Vector, env: Environment) -> None:
        self.center, self.epoch, self.r, self.env = center, epoch, r, env
        self._known: dict[tuple[str, ...], Vector] = {}

    def channel(self, *channel: str) -> Vector:
        """Return the components of a channel."""
        if channel not in self._known:
            self._known[channel] = list(blocks.values(channel, self.epoch, self.env).T)
        return self._known[channel]

    def body(self, name: str) -> Vector:
        """Return where another body is from the center."""
        return self.channel("position", name, self.center)

    def away(self, name: str) -> Vector:
        """Return where the spacecraft is from a body."""
        return self.r if name == self.center else f.subtract(self.r, self.body(name))

    def figure(self, body: str, size: tuple[int, int], gm: float) -> Vector:
        """Return what a body's figure does, less what it does to the center."""
        model, angles = gravity_field(body), self.channel(f"{body}_angles")
        pole = (f.earth_pole if body == "earth" else f.moon_pole)(np, angles)
        radius = model.radius_km
        if size[1] == 0:
            out = f.zonal(gm, radius, model.zonal(size[0]), self.away(body), pole)
        else:
            there, back = (
                (f.to_itrf, f.from_itrf) if body == "earth" else (f.to_moon_pa, f.from_moon_pa)
            )
            fixed = np.ascontiguousarray(there(np, angles, self.away(body)))
            out = back(np, angles, list(gm * _tesseral(body, *size)(fixed)))
        if body != self.center:
            away = f.scale(-1.0, self.body(body))
            out = f.subtract(out, f.zonal(gm, radius, model.zonal(2), away, pole))
        return out


@cache
def _tesseral(body: str, degree: int, order: int) -> Any:
    """Return a field beyond its point mass as a function of body-fixed components, for GM 1."""
    model = gravity_field(body)
    pairs = model.pairs(degree, order)
    pairs[0] = [0.0, 0.0]
    place = hy.make_vars("x", "y", "z")
    pull = hy.model.sh_gravity_acc(place, pairs, 1.0, model.radius_km)
    return hy.cfunc(pull, place, compact_mode=False)
