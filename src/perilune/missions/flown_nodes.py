"""The states of a flown ephemeris in one row, each about the body whose gravity shapes it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from perilune.astro import geometry
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.errors import InputError
from perilune.formats.ephemeris import Oem, Segment

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

FARTHEST_KM = 2e6
"""From the Earth: beyond, the force models here are not made for the motion."""

AIR_KM = 130.0
"""Below this height over the Earth the air, which is not modeled, does the pushing."""

_AT_MOON_KM, _OFF_MOON_KM = 40_000.0, 150_000.0
_JOINT_S = 1e-3
"""Segments nearer than this in time meet."""

_LONG_STEP = 10.0  # so much longer than both its neighbors, a step inside a segment is a gap
_SURFACE_KM = 20.0
_REST_KM_S = 1e-4
_HOVER_S = 120.0


@dataclass(frozen=True, eq=False)
class Nodes:
    """States in order of time; interval k lies between nodes k and k + 1.

    Attributes
    ----------
    epoch : Epoch
        Array of n. Where segments meet, an instant stands twice.
    vectors : ndarray, shape (n, 6)
        Position (km) and velocity (km/s) about `centers`, `icrf`.
    centers : tuple of str
        `earth` or `moon`, one a node.
    joints : ndarray of bool, shape (n - 1,)
        Intervals from one segment to the next.
    gaps : ndarray of bool, shape (n - 1,)
        Intervals that nothing is known of.
    """

    epoch: Epoch
    vectors: Array
    centers: tuple[str, ...]
    joints: Flags
    gaps: Flags

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def steps_s(self) -> Array:
        """Lengths of the intervals; 0 where segments meet."""
        steps = np.asarray(self.epoch[1:] - self.epoch[:-1])
        return np.where(self.joints & (steps < _JOINT_S), 0.0, steps)

    def about(self, index: NDArray[np.int64], center: str, env: Environment) -> Array:
        """Return the vectors of some nodes about one center, shape (m, 6)."""
        out = self.vectors[index].copy()
        other = np.array([self.centers[i] != center for i in index])
        if other.any():
            have = self.centers[index[int(np.argmax(other))]]
            moved = State.from_vector(out[other], epoch=self.epoch[index[other]], center=have)
            out[other] = moved.to(center=center, env=env).vector
        return out

    def landed(self, env: Environment) -> Flags:
        """Say which nodes stand on the ground, shape (n,): at rest for longer than a hover."""
        rest = np.zeros(len(self), dtype=bool)
        for center, axes in geometry.SURFACE_AXES.items():
            low = self._lower_than(_SURFACE_KM, center, env)
            if low.any():
                state = self._states(low, center).to(axes=axes, env=env)
                rest[low] = np.linalg.norm(state.v_km_s, axis=-1) < _REST_KM_S
        for first, last in runs(rest):
            if float(self.epoch[last - 1] - self.epoch[first]) < _HOVER_S:
                rest[first:last] = False
        return rest

    def in_air(self, env: Environment) -> Flags:
        """Say which nodes are in the Earth's air, shape (n,)."""
        return self._lower_than(AIR_KM, "earth", env)

    def _lower_than(self, height_km: float, center: str, env: Environment) -> Flags:
        out = np.array([name == center for name in self.centers])
        if out.any():
            out[out] = geometry.altitude_km(self._states(out, center), env) < height_km
        return out

    def _states(self, chosen: Flags, center: str) -> State:
        return State.from_vector(self.vectors[chosen], epoch=self.epoch[chosen], center=center)


def runs(flags: Flags) -> list[tuple[int, int]]:
    """Return first and one past the last of each run of flags."""
    edges = np.diff(np.concatenate([[0], flags.astype(int), [0]]))
    starts, stops = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def nodes_of(ephemeris: Oem, env: Environment) -> Nodes:
    """Return the states of an ephemeris in one row.

    Raises
    ------
    InputError
        Where the file holds several objects, its segments overlap or run backwards, it has fewer
        than two states, or it leaves the neighborhood of Earth and Moon.
    """
    segments = ephemeris.segments
    names = sorted({segment.object_name for segment in segments})
    if len(names) > 1:
        raise InputError(
            f"the ephemeris holds {len(names)} objects ({', '.join(names)}): expected one"
        )
    parts = [_useable(segment) for segment in segments]
    _require_order(parts)
    turned = [_recentered(part, env) for part in parts]
    vectors = np.concatenate([part.vector for part, _ in turned])
    if len(vectors) < 2:
        raise InputError("the ephemeris holds a single state: expected at least two")
    whole, fraction = (np.concatenate([p.epoch.parts_s[i] for p in parts]) for i in (0, 1))
    epoch = Epoch(whole, fraction)
    ends = np.cumsum([len(part) for part in parts])[:-1] - 1
    joints = np.zeros(len(vectors) - 1, dtype=bool)
    joints[ends] = True
    centers = tuple(name for _, names in turned for name in names)
    return Nodes(epoch, vectors, centers, joints, _gaps(epoch, joints))


def _useable(segment: Segment) -> State:
    """Return the states of a segment that its file allows to be used."""
    if segment.useable is None:
        return segment.states
    ends = Epoch.stack([segment.start, segment.stop])
    if float(ends[1] - ends[0]) <= 0.0:
        raise InputError(
            f"a segment from {segment.epochs[0].utc_iso(0)} has nothing between its USEABLE times"
        )
    inside = (segment.epochs - ends[0] > 0.0) & (segment.epochs - ends[1] < 0.0)
    whole, fraction = (
        np.concatenate(
            [ends.parts_s[i][:1], segment.epochs.parts_s[i][inside], ends.parts_s[i][1:]]
        )
        for i in (0, 1)
    )
    return segment.interpolate(Epoch(whole, fraction))


def _require_order(parts: list[State]) -> None:
    for number, (one, other) in enumerate(pairwise(parts), start=1):
        late = float(one.epoch[-1] - other.epoch[0])
        if late > _JOINT_S:
            raise InputError(
                f"segments {number} and {number + 1} overlap by {late:.3f} s: expected one after "
                "the other (USEABLE_START_TIME and USEABLE_STOP_TIME say which states hold)"
            )


def _recentered(states: State, env: Environment) -> tuple[State, list[str]]:
    """Return states about Earth or Moon: about the file's own center unless it is far off."""
    seen = {name: states.to(center=name, env=env) for name in ("earth", "moon")}
    far = {name: np.linalg.norm(state.r_km, axis=-1) for name, state in seen.items()}
    if far["earth"].max() > FARTHEST_KM:
        raise InputError(
            f"the ephemeris goes {far['earth'].max():,.0f} km from the Earth (about "
            f"'{states.center}'): expected the neighborhood of Earth and Moon, "
            f"{FARTHEST_KM:,.0f} km at most"
        )
    reach = _OFF_MOON_KM if states.center == "moon" else _AT_MOON_KM
    at_moon = far["moon"] < reach
    vector = np.where(at_moon[:, None], seen["moon"].vector, seen["earth"].vector)
    names = ["moon" if near else "earth" for near in at_moon.tolist()]
    return State.from_vector(vector, epoch=states.epoch, center="earth"), names


def _gaps(epoch: Epoch, joints: Flags) -> Flags:
    steps = np.asarray(epoch[1:] - epoch[:-1])
    gaps = joints & (steps >= _JOINT_S)
    within = np.where(joints, np.inf, steps)
    beside = np.maximum(np.append(within[1:], 0.0), np.append(0.0, within[:-1]))
    return np.asarray(gaps | (~joints & (steps > _LONG_STEP * beside) & (beside > 0.0)))
