"""Many trajectories at once: the same end states as one by one, and no lane spoils another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support import POINTS, low_orbit, lunar_orbit, off, translunar

from perilune import DAY, Environment, Epoch, Forces, State, propagate, propagate_many
from perilune.errors import DataRangeError, InputError

COUNT = 37
RNG = np.random.default_rng(37)
VECTORS = low_orbit().vector + RNG.normal(size=(COUNT, 6)) * ([10.0] * 3 + [0.05] * 3)
EPOCHS = low_orbit().epoch + RNG.uniform(0.0, 60.0 * DAY, COUNT)
SPANS = RNG.uniform(0.0, 9.0 * DAY, COUNT)
START = low_orbit().epoch


def many(env: Environment, vectors: np.ndarray = VECTORS, **more: Any) -> np.ndarray:
    given = {"epoch": EPOCHS[: len(vectors)], "span_s": SPANS[: len(vectors)], "center": "earth",
             "forces": POINTS, "env": env}  # fmt: skip
    return propagate_many(vectors, **{**given, **more})


def single(
    vector: np.ndarray, epoch: Epoch, span_s: float, env: Environment, center: str = "earth"
) -> np.ndarray:
    state = State.from_vector(vector, epoch=epoch, center=center)
    until = epoch + span_s
    return propagate(state, until=until, forces=POINTS, env=env, dense=False).final.vector


@pytest.mark.parametrize("sign", [1.0, -1.0])
def cross_batch_ends_where_single_runs_end(sign: float, env: Environment) -> None:
    ends = many(env, span_s=sign * SPANS)
    expected = [single(v, t, s, env) for v, t, s in zip(VECTORS, EPOCHS, sign * SPANS, strict=True)]
    # 0.04 mm after up to 130 revolutions, from rounding at other steps.
    assert off(ends[:, :3], np.array(expected)[:, :3]) < 1e-6
    assert off(ends[:, 3:], np.array(expected)[:, 3:]) < 1e-9


def cross_one_epoch_and_span_for_all(env: Environment) -> None:
    vectors = translunar().vector + RNG.normal(size=(COUNT, 6)) * ([1.0] * 3 + [1e-3] * 3)
    ends = many(env, vectors, epoch=START, span_s=5.0 * DAY)
    expected = np.array([single(v, START, 5.0 * DAY, env) for v in vectors])
    assert off(ends[:, :3], expected[:, :3]) < 1e-6


def cross_lunar_orbits(env: Environment) -> None:
    vectors = lunar_orbit().vector + RNG.normal(size=(6, 6)) * ([5.0] * 3 + [0.01] * 3)
    ends = many(env, vectors, center="moon", epoch=EPOCHS[:6], span_s=2.0 * DAY)
    for end, vector, epoch in zip(ends, vectors, EPOCHS[:6], strict=True):
        assert off(end[:3], single(vector, epoch, 2.0 * DAY, env, "moon")[:3]) < 1e-6


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_any_number_of_lanes(count: int, env: Environment) -> None:
    ends = many(env, VECTORS[:count])
    assert ends.shape == (count, 6)
    assert off(ends[:, :3], many(env)[:count, :3]) < 1e-9


@pytest.mark.parametrize("workers", [1, 2, 5, 64])
def test_any_number_of_workers(workers: int, env: Environment) -> None:
    assert np.array_equal(many(env, workers=workers), many(env, workers=1))


def test_signs_of_spans_may_differ(env: Environment) -> None:
    spans = SPANS * np.where(np.arange(COUNT) % 2, 1.0, -1.0)
    ends = many(env, span_s=spans)
    assert off(ends[0, :3], single(VECTORS[0], EPOCHS[0], spans[0], env)[:3]) < 1e-6
    assert off(ends[1, :3], single(VECTORS[1], EPOCHS[1], spans[1], env)[:3]) < 1e-6


def test_nothing_in_nothing_out(env: Environment) -> None:
    assert many(env, np.empty((0, 6))).shape == (0, 6)
    assert np.array_equal(many(env, span_s=0.0), VECTORS)


def test_an_empty_sky_will_do(env: Environment) -> None:
    alone = Forces(point_masses=("earth",))
    (end,) = many(env, VECTORS[:1], forces=alone)
    assert off(end[:3], VECTORS[0, :3]) > 0.0


def test_the_input_is_left_alone(env: Environment) -> None:
    vectors = VECTORS.copy()
    many(env, vectors)
    assert np.array_equal(vectors, VECTORS)


@pytest.mark.parametrize("shape", [(6,), (3, 5), (2, 2, 6)])
def test_other_shapes_are_refused(shape: tuple[int, ...], env: Environment) -> None:
    with pytest.raises(InputError, match=r"expected \(n, 6\)"):
        many(env, np.zeros(shape), epoch=START, span_s=1.0)


@pytest.mark.parametrize(
    "wrong", [{"epoch": EPOCHS[:3]}, {"span_s": SPANS[:3]}], ids=["epochs", "spans"]
)
def test_other_counts_are_refused(wrong: dict[str, Any], env: Environment) -> None:
    with pytest.raises(InputError):
        many(env, **wrong)


def test_a_span_beyond_the_ephemeris_is_refused(env: Environment) -> None:
    with pytest.raises(DataRangeError, match="DE440"):
        many(env, VECTORS[:5], epoch=Epoch.tdb("2649-12-31"), span_s=90.0 * DAY)


# ---- bad lanes

FALLING = np.array([7000.0, 0.0, 0.0, 0.0, 0.0, 0.0])


def spoiled(env: Environment, bad: Any, span_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Return end states with the sixth lane bad, and what they should be."""
    vectors = VECTORS[:12].copy()
    good = many(env, vectors, epoch=START, span_s=span_s)
    vectors[5] = bad
    return many(env, vectors, epoch=START, span_s=span_s), good


def others(ends: np.ndarray) -> np.ndarray:
    return np.delete(ends, 5, axis=0)


@pytest.mark.parametrize("span_s", [DAY, 10.0 * DAY], ids=["one-block", "several"])
@pytest.mark.parametrize(
    "bad", [FALLING, np.full(6, np.nan), np.zeros(6)], ids=["falling", "nan", "zeros"]
)
def test_a_bad_lane_is_nan_and_spoils_no_other(
    bad: np.ndarray, span_s: float, env: Environment
) -> None:
    ends, good = spoiled(env, bad, span_s)
    # The others of its group are stopped and started again: other steps, 0.01 mm in ten days.
    assert off(others(ends)[:, :3], others(good)[:, :3]) < 1e-6
    assert np.isnan(ends[5]).all()


def test_all_lanes_may_be_bad(env: Environment) -> None:
    assert np.isnan(many(env, np.tile(FALLING, (5, 1)), epoch=START, span_s=10.0 * DAY)).all()
