"""The P3 arc in three ways: as a trajectory, with its transition matrix, and a thousand of them."""

from __future__ import annotations

from functools import cache

import numpy as np
import peer_orekit as orekit
from compare import Array, Row, Times, in_turn, require, warm_up

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.batch import propagate_many
from perilune.dynamics.forces import Forces
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory

FORCES = Forces(harmonics={"earth": (2, 0)})
"""Earth, Moon and Sun as points, and the Earth's J2 about its true pole."""

_POSITION_LIMIT_MM = 5.0
_MATRIX_LIMIT = 1e-9
_ARCS, _PEER_ARCS, _THREADS = 1000, 100, 2


@cache
def _start() -> State:
    epoch = Epoch.tdb(orekit.P3_EPOCH)
    return State.from_vector(orekit.P3_STATE, epoch=epoch, center="earth")


def _fly(env: Environment, *, stm: bool = False) -> Trajectory:
    state = _start()
    until = state.epoch + orekit.P3_DURATION
    return propagate(state, until=until, forces=FORCES, env=env, stm=stm)


def _apart_mm(ours: Array, theirs: Array) -> float:
    """Return the largest distance between positions (km), mm."""
    apart = np.atleast_2d(ours[..., :3] - theirs[..., :3])
    return 1e6 * float(np.linalg.norm(apart, axis=-1).max())


def trajectory(env: Environment, rounds: int) -> Row:
    """Propagate with a result that can be asked for any instant."""
    ours, theirs = _fly(env), orekit.propagate_p3(with_ephemeris=True)
    reference = np.array(orekit.P3_END_POSITION)
    require("P3, ours to the reference", _apart_mm(ours.final.r_km, reference), 20.0, "mm")
    assert theirs.position is not None
    seconds = np.linspace(0.0, orekit.P3_DURATION, 50)
    along = np.array([theirs.position(float(t)) for t in seconds])
    found = ours.at(_start().epoch + seconds).r_km
    agreement = [
        require("end", _apart_mm(ours.final.r_km, theirs.state), _POSITION_LIMIT_MM, "mm"),
        require("50 points along", _apart_mm(found, along), _POSITION_LIMIT_MM, "mm"),
    ]
    warm_up(lambda: orekit.propagate_p3(with_ephemeris=True), calls=300)
    warm_up(lambda: _fly(env), calls=100)
    actions = [lambda: _fly(env), lambda: orekit.propagate_p3(with_ephemeris=True)]
    mine, peer = in_turn(actions, calls=(20, 5), rounds=rounds)
    return Row(
        "P3, evaluable trajectory",
        mine,
        peer,
        "; ".join(agreement),
        "20 times faster",
        at_least_ratio=20.0,
    )


def transition_matrix(env: Environment, rounds: int) -> Row:
    """Propagate with the 6x6 state-transition matrix."""
    ours = _fly(env, stm=True)
    state, matrix = orekit.propagate_p3_stm()
    assert ours.stm is not None
    agreement = [
        require("end", _apart_mm(ours.final.r_km, state), _POSITION_LIMIT_MM, "mm"),
        require("STM", _matrices_apart(ours.stm, matrix), _MATRIX_LIMIT, "of each block"),
    ]
    warm_up(lambda: orekit.propagate_p3_stm(), calls=100)
    warm_up(lambda: _fly(env, stm=True), calls=20)
    actions = [lambda: _fly(env, stm=True), lambda: orekit.propagate_p3_stm()]
    mine, peer = in_turn(actions, calls=(10, 3), rounds=rounds)
    return Row(
        "P3, with 6x6 STM",
        mine,
        peer,
        "; ".join(agreement),
        "5 times faster",
        at_least_ratio=5.0,
    )


def _matrices_apart(ours: Array, theirs: Array) -> float:
    """Return the largest difference in a 3x3 block over the block's largest element."""
    shape = (2, 3, 2, 3)
    apart = np.abs(ours - theirs).reshape(shape).max(axis=(1, 3))
    return float((apart / np.abs(theirs).reshape(shape).max(axis=(1, 3))).max())


def dispersed(env: Environment, rounds: int) -> Row:
    """Propagate a thousand dispersed starts to their end states, with two threads."""
    states = orekit.spread_states(_ARCS)
    epoch = _start().epoch

    def ours() -> Array:
        return propagate_many(
            states,
            epoch=epoch,
            span_s=orekit.P3_DURATION,
            center="earth",
            forces=FORCES,
            env=env,
            workers=_THREADS,
        )

    def theirs() -> Array:
        return orekit.propagate_many(states[:_PEER_ARCS], workers=_THREADS)

    apart = _apart_mm(ours()[:_PEER_ARCS], theirs())
    agreement = require(f"ends of {_PEER_ARCS}", apart, _POSITION_LIMIT_MM, "mm")
    warm_up(theirs, calls=3)
    warm_up(ours, calls=3)
    mine, peer = in_turn([ours, theirs], calls=(3, 1), rounds=rounds)
    scale = _ARCS / _PEER_ARCS
    return Row(
        f"{_ARCS} dispersed arcs, {_THREADS} threads",
        mine,
        Times(peer.each_ms, scale),
        agreement,
        "under 60 ms",
        at_most_ms=60.0,
        notes=(f"Orekit flew {_PEER_ARCS} of the {_ARCS} arcs; its times are multiplied by 10.",),
    )
