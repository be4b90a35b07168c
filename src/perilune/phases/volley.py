"""Many translunar shots at once: the same physics as one shot, over arrays.

A volley is what a scan flies: rows of controls, propagated together to their arrivals at the Moon.
`perilune.phases.volley_aim` moves the controls until every row arrives where it is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from perilune.astro import blocks
from perilune.astro.bodies import Constants
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.dynamics.batch import propagate_many
from perilune.dynamics.forces import Forces, earth_pole, from_itrf
from perilune.phases.launch import Launch
from perilune.phases.shot import Model

Array = NDArray[np.float64]

_IMPULSE = ("dv_km_s", "turn_rad", "climb_rad")
_TOLERANCE = 1e-11
"""Of integration: a perilune to a centimeter (measured), differences over kilometers."""


@dataclass(frozen=True, eq=False)
class Volley:
    """Controls of many shots, a row each.

    Attributes
    ----------
    lift_off : Epoch, shape (n,)
    azimuth_rad, coast_s, flight_time_s : ndarray, shape (n,)
        Inertial launch azimuth to the equator of date; insertion to injection; injection to
        arrival.
    dv_km_s : ndarray, shape (n,) or (n, 3)
        Injection impulse along the velocity; or the speed gained, the turn of the velocity out of
        the orbit's plane (rad, towards its normal) and its climb (rad).
    """

    lift_off: Epoch
    azimuth_rad: Array
    coast_s: Array
    dv_km_s: Array
    flight_time_s: Array

    def __len__(self) -> int:
        return len(self.azimuth_rad)

    def of(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Volley:
        """Return some of the rows."""
        return Volley(
            self.lift_off[rows],
            self.azimuth_rad[rows],
            self.coast_s[rows],
            self.dv_km_s[rows],
            self.flight_time_s[rows],
        )

    def moved(self, shifts: Mapping[str, Array]) -> Volley:
        """Return the volley with controls shifted; names as in `perilune.phases.shot.Controls`.

        `lift_off_s` shifts the instants, `turn_rad` and `climb_rad` turn an impulse.
        """
        changes: dict[str, object] = {}
        dv = self.dv_km_s
        for name, shift in shifts.items():
            if name == "lift_off_s":
                changes["lift_off"] = self.lift_off + shift
            elif name in _IMPULSE:
                column = np.eye(3)[_IMPULSE.index(name)]
                dv = dv + (shift if dv.ndim == 1 else shift[:, None] * column)
            else:
                changes[name] = getattr(self, name) + shift
        return replace(self, dv_km_s=dv, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Flown:
    """Where a volley went: states in `icrf`, a row each, NaN where a motion has no end.

    Attributes
    ----------
    before, after : ndarray, shape (n, 6)
        Earth-centered, just before and after the impulse.
    arrival : ndarray, shape (n, 6)
        Moon-centered, at the end of the flight time.
    arrives : Epoch, shape (n,)
    """

    before: Array
    after: Array
    arrival: Array
    arrives: Epoch

    @property
    def injection_dv_km_s(self) -> Array:
        """Size of the impulse, shape (n,)."""
        return np.asarray(np.linalg.norm(self.after[:, 3:] - self.before[:, 3:], axis=1))


class VolleyShooter:
    """Flies volleys from one launch with one force model."""

    def __init__(
        self, launch: Launch, model: Model, env: Environment, *, workers: int | None = None
    ) -> None:
        self.launch, self.model, self.env, self.workers = launch, model, env, workers
        gm = MappingProxyType({**env.constants.gm_km3_s2, "moon": 0.0})
        self.massless_env = replace(
            env, constants=Constants("massless moon", gm, env.constants.source)
        )
        self.flown_n = 0

    def fly(self, volley: Volley, *, full: bool = False, massless: bool = False) -> Flown:
        """Fly every row, in the sensitivity model or the full one.

        `massless` takes the Moon's attraction away (a seed may then aim at its center).
        """
        self.flown_n += len(volley)
        env = self.massless_env if massless else self.env
        earth = self.model.earth if full else self.model.sensitivity
        moon = self.model.moon if full else self.model.sensitivity
        start = self.insertion(volley)
        inserted = volley.lift_off + self.launch.ascent.duration_s
        before = self._coast(start, inserted, volley.coast_s, "earth", earth, env)
        leaves = inserted + volley.coast_s
        after = before + np.pad(_impulse(before, volley.dv_km_s), ((0, 0), (3, 0)))
        arrives = leaves + volley.flight_time_s
        handover = np.minimum(self.model.handover_s, 0.5 * volley.flight_time_s)
        if massless:
            handover = np.zeros(len(volley))
        cruise_s = volley.flight_time_s - handover
        end = self._coast(after, leaves, cruise_s, "earth", earth, env)
        near = leaves + cruise_s
        arrival = end - np.concatenate(self.env.ephemeris.state("moon", "earth", near), axis=1)
        if not massless:
            arrival = self._coast(arrival, near, handover, "moon", moon, env)
        return Flown(before, after, arrival, arrives)

    def _coast(
        self, vectors: Array, start: Epoch, span_s: Array, center: str, forces: Forces,
        env: Environment,
    ) -> Array:  # fmt: skip
        return propagate_many(
            vectors,
            epoch=start,
            span_s=span_s,
            center=center,
            forces=forces,
            env=env,
            workers=self.workers,
            tolerance=_TOLERANCE,
        )

    def insertion(self, volley: Volley) -> Array:
        """Return the states at parking-orbit insertion, shape (n, 6)."""
        up, east, north, _ = local_axes(self.launch, volley.lift_off, self.env)
        azimuth = volley.azimuth_rad[:, None]
        ahead = np.cos(azimuth) * north + np.sin(azimuth) * east
        angle = np.radians(self.launch.ascent.range_angle_deg)
        radius = self.launch.radius_km
        speed = np.sqrt(self.env.constants.gm("earth") / radius)
        r = radius * (np.cos(angle) * up + np.sin(angle) * ahead)
        v = speed * (np.cos(angle) * ahead - np.sin(angle) * up)
        return np.concatenate([r, v], axis=1)


def local_axes(
    launch: Launch, lift_off: Epoch, env: Environment
) -> tuple[Array, Array, Array, Array]:
    """Return up, east, north and the Earth's pole at many lift-offs, each of shape (n, 3).

    The axes of `Launch.local_axes`, from the interpolated Earth orientation (to 2e-10 rad).
    """
    angles = blocks.values(("earth_angles",), lift_off, env).T
    fixed = launch.site.point.fixed_km()
    up = np.stack(from_itrf(np, list(angles), list(fixed / np.linalg.norm(fixed))), axis=-1)
    pole = np.stack(earth_pole(np, list(angles)), axis=-1)
    east = np.cross(pole, up)
    east /= np.linalg.norm(east, axis=-1, keepdims=True)
    return up, east, np.cross(up, east), pole


def _impulse(before: Array, dv_km_s: Array) -> Array:
    """Return the velocity changes, shape (n, 3)."""
    r, v = before[:, :3], before[:, 3:]
    speed = np.linalg.norm(v, axis=1)
    if dv_km_s.ndim == 1:
        return np.asarray(v * (dv_km_s / speed)[:, None])
    gain, turn, climb = dv_km_s.T
    normal = np.cross(r, v)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    up = np.cross(v / speed[:, None], normal)
    level = np.cos(climb)
    parts = zip(
        (v / speed[:, None], normal, up),
        (level * np.cos(turn), level * np.sin(turn), np.sin(climb)),
        strict=True,
    )
    direction = np.sum([axis * share[:, None] for axis, share in parts], axis=0)
    return np.asarray((speed + gain)[:, None] * direction - v)
