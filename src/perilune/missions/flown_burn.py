"""One maneuver out of the pushes between tabulated states: its size, direction and dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.missions.flown_nodes import Nodes
from perilune.missions.flown_push import Pushes
from perilune.phases.shot import Model

Array = NDArray[np.float64]

_AT_NODE = 0.05  # a burn that begins or ends this near a state, of the interval, does so there
_SLIGHT = 0.01  # of the hardest push of a run, by interval
_TRIED = 200


@dataclass(frozen=True)
class Maneuver:
    """A burn found in a flown ephemeris.

    Attributes
    ----------
    start, end : Epoch
        Ignition and cut-off; equal where they cannot be told apart.
    dv_m_s : float
        Integral of thrust over mass.
    direction : tuple of float
        Of the whole push, a unit vector, `icrf`.
    body : str
        Whose gravity rules there: `earth` or `moon`.
    in_gap : bool
        Nothing is known of the motion while it burned.
    """

    start: Epoch
    end: Epoch
    dv_m_s: float
    direction: tuple[float, float, float]
    body: str
    in_gap: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the row of the `reconstruct` document."""
        return {
            "utc": self.start.utc_iso(3),
            "end_utc": self.end.utc_iso(3),
            "dv_m_s": self.dv_m_s,
            "direction_icrf": list(self.direction),
            "body": self.body,
            "in_gap": self.in_gap,
        }


def burn_in(
    nodes: Nodes, pushed: Pushes, first: int, last: int, model: Model, env: Environment
) -> Maneuver:
    """Return the maneuver between two nodes, in every interval of which something pushed."""
    first, last = _trimmed(pushed, first, last)
    steps = pushed.steps_s[first:last]
    body, in_gap = nodes.centers[first], bool(nodes.gaps[first:last].any())
    if last - first == 1 and steps[0] > 0.0:
        since, dv = _meeting(nodes, first, model, env)
        start = end = nodes.epoch[first] + since
        if not in_gap and _between_joints(nodes, first):
            start, end = nodes.epoch[first], nodes.epoch[last]
        size = float(np.linalg.norm(dv))
    else:
        dv = pushed.dv_m_s[first:last].sum(axis=0)
        size = float(pushed.size_m_s[first:last].sum())
        start = nodes.epoch[first] + _ignition_s(pushed, first)
        end = nodes.epoch[last - 1] + _cut_off_s(pushed, last - 1)
    direction = dv / float(np.linalg.norm(dv))
    x, y, z = (float(each) for each in direction)
    return Maneuver(start, end, size, (x, y, z), body, in_gap)


def _trimmed(pushed: Pushes, first: int, last: int) -> tuple[int, int]:
    """Return a run without edges that hardly push: there a file's own errors are felt."""
    size = pushed.size_m_s[first:last]
    hard = np.flatnonzero(size > _SLIGHT * size.max())
    return first + int(hard[0]), first + int(hard[-1]) + 1


def _between_joints(nodes: Nodes, k: int) -> bool:
    """Say whether an interval is a whole segment: the file's way to mark a burn."""
    before = k > 0 and bool(nodes.joints[k - 1])
    return before and k + 1 < len(nodes.joints) and bool(nodes.joints[k + 1])


def _ignition_s(pushed: Pushes, k: int) -> float:
    """Return when an even push that lasts to the end of interval k begins."""
    step = float(pushed.steps_s[k])
    since = max(0.0, 2.0 * pushed.centroid_s(k) - step)
    return 0.0 if since < _AT_NODE * step else since


def _cut_off_s(pushed: Pushes, k: int) -> float:
    """Return when an even push that lasts from the start of interval k ends."""
    step = float(pushed.steps_s[k])
    since = min(step, 2.0 * pushed.centroid_s(k))
    return step if step - since < _AT_NODE * step else since


def _meeting(nodes: Nodes, k: int, model: Model, env: Environment) -> tuple[float, Array]:
    """Return when the coasts from both ends of an interval come closest, and the step there.

    Seconds from the interval's start, and m/s: exact for an impulse, however long the interval.
    """
    from scipy.optimize import minimize_scalar

    center = nodes.centers[k]
    ends = nodes.about(np.array([k, k + 1]), center, env)
    epochs, step = nodes.epoch[k : k + 2], float(nodes.epoch[k + 1] - nodes.epoch[k])
    on, back = (
        propagate(
            State.from_vector(ends[i], epoch=epochs[i], center=center),
            until=epochs[1 - i], forces=model.about(center), env=env,
        ).arcs[0]
        for i in (0, 1)
    )  # fmt: skip

    def apart(seconds: Array) -> Array:
        return np.asarray(back.vectors(seconds - step)[:, :6] - on.vectors(seconds)[:, :6])

    def distance(seconds: float) -> float:
        return float(np.linalg.norm(apart(np.array([seconds]))[0, :3]))

    tried = np.linspace(0.0, step, _TRIED + 1)
    best = int(np.argmin(np.linalg.norm(apart(tried)[:, :3], axis=1)))
    around = tried[max(best - 1, 0)], tried[min(best + 1, _TRIED)]
    since = float(minimize_scalar(distance, bounds=around, method="bounded").x)
    return since, 1e3 * apart(np.array([since]))[0, 3:]
