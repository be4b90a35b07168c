"""The corrector: how it converges, stays within bounds, and says why it does not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perilune.errors import InputError
from perilune.targeting.problem import (
    Evaluation,
    Goal,
    Solution,
    Unknown,
    differences,
    minimize,
    solve,
)

Array = np.ndarray
Residual = Callable[[Array], Array]
NUMBERS = st.floats(-10.0, 10.0)


def exact(residual: Residual, slope: Residual) -> Callable[[Array], Evaluation]:
    return lambda x: (residual(x), lambda: slope(x))


def circle_and_hyperbola() -> Callable[[Array], Evaluation]:
    """x^2 + y^2 = 4 and x y = 1."""
    return exact(
        lambda x: np.array([x @ x - 4.0, x[0] * x[1] - 1.0]),
        lambda x: np.array([2.0 * x, x[::-1]]),
    )


def rosenbrock() -> Callable[[Array], Evaluation]:
    """The banana valley as residuals: zero at (1, 1)."""
    return exact(
        lambda x: np.array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]]),
        lambda x: np.array([[-20.0 * x[0], 10.0], [-1.0, 0.0]]),
    )


def waves() -> Callable[[Array], Evaluation]:
    """sin x + y = 1 and cos y - x = 0."""
    return exact(
        lambda x: np.array([np.sin(x[0]) + x[1] - 1.0, np.cos(x[1]) - x[0]]),
        lambda x: np.array([[np.cos(x[0]), 1.0], [-1.0, -np.sin(x[1])]]),
    )


def unknowns(*guess: float, scale: float = 1.0, **bounds: float) -> list[Unknown]:
    return [Unknown(f"x{i}_km", g, scale, **bounds) for i, g in enumerate(guess)]


def goals(count: int, tolerance: float = 1e-11) -> list[Goal]:
    return [Goal(f"miss{i}_km", tolerance) for i in range(count)]


def reached(solution: Solution) -> Array:
    return np.array(list(solution.values.values()))


def test_newton_doubles_the_digits() -> None:
    found = solve(unknowns(2.0, 0.3), goals(2), circle_and_hyperbola(), broyden=False)
    x, y = reached(found)
    assert (x + y, x - y) == pytest.approx((np.sqrt(6.0), np.sqrt(2.0)), abs=1e-14)
    sizes = np.array(found.history) * 1e-11  # in units of the residuals
    assert (sizes[1:] < 0.3 * sizes[:-1] ** 2 + 1e-14).all()
    assert found.iterations == 4
    assert found.converged
    assert found.remedy == ""


SYSTEMS = pytest.mark.parametrize(
    ("system", "guess"),
    [(circle_and_hyperbola, (2.0, 0.3)), (rosenbrock, (-1.2, 1.0)), (waves, (0.0, 0.0))],
    ids=lambda value: getattr(value, "__name__", ""),
)


@SYSTEMS
def cross_broyden_updates_do_not_change_the_answer(
    system: Callable[[], Callable[[Array], Evaluation]], guess: tuple[float, float]
) -> None:
    asked = {True: 0, False: 0}

    def counted(broyden: bool) -> Callable[[Array], Evaluation]:
        def evaluate(x: Array) -> Evaluation:
            residual, slope = system()(x)

            def count() -> Array:
                asked[broyden] += 1
                return slope()

            return residual, count

        return evaluate

    found = {b: solve(unknowns(*guess), goals(2), counted(b), broyden=b) for b in (True, False)}
    assert found[True].converged
    assert found[False].converged
    assert reached(found[True]) == pytest.approx(reached(found[False]), abs=1e-10)
    assert asked[True] <= asked[False]


@SYSTEMS
def cross_differences_lead_where_the_slopes_do(
    system: Callable[[], Callable[[Array], Evaluation]], guess: tuple[float, float]
) -> None:
    by_slopes = solve(unknowns(*guess), goals(2), system())
    by_steps = solve(
        unknowns(*guess), goals(2), differences(lambda x: system()(x)[0], (1e-7, 1e-7))
    )
    assert by_steps.converged
    assert reached(by_steps) == pytest.approx(reached(by_slopes), abs=1e-10)


@given(st.lists(NUMBERS, min_size=9, max_size=9), st.lists(NUMBERS, min_size=3, max_size=3),
       st.floats(1e-6, 1e6))  # fmt: skip
def prop_linear_systems_take_one_step(
    entries: list[float], wanted: list[float], scale: float
) -> None:
    a = np.reshape(entries, (3, 3)) + 40.0 * np.eye(3)  # well conditioned
    x = np.array(wanted)
    found = solve(
        unknowns(0.0, 0.0, 0.0, scale=scale),
        goals(3, 1e-9),
        exact(lambda v: a @ (v - x), lambda _: a),
    )
    assert found.converged
    assert found.iterations <= 1
    assert reached(found) == pytest.approx(x, abs=1e-10)


@given(st.lists(st.floats(0.1, 10.0), min_size=3, max_size=3),
       st.lists(st.floats(0.1, 10.0), min_size=3, max_size=3))  # fmt: skip
def prop_more_unknowns_than_goals_take_the_smallest_scaled_step(
    row: list[float], scales: list[float]
) -> None:
    a, scale = np.array([row]), np.array(scales)
    start = [Unknown(f"x{i}", 0.0, s) for i, s in enumerate(scales)]
    found = solve(start, goals(1), exact(lambda v: a @ v - 1.0, lambda _: a))
    smallest = scale * np.linalg.pinv(a * scale)[:, 0]
    assert found.converged
    assert reached(found) == pytest.approx(smallest, rel=1e-9)


def test_fewer_unknowns_than_goals_say_so() -> None:
    """The least squares point is found, and is no solution."""
    found = solve(
        unknowns(5.0),
        goals(2),
        exact(lambda v: np.array([v[0], v[0] - 1.0]), lambda _: np.ones((2, 1))),
    )
    assert found.status == "no_solution"
    assert reached(found) == pytest.approx([0.5])


def test_a_guess_that_serves_costs_one_evaluation() -> None:
    found = solve(unknowns(1.0, 1.0), goals(2), rosenbrock())
    assert (found.status, found.iterations, found.evaluations) == ("converged", 0, 1)


@given(st.floats(-3.0, 3.0), st.floats(-3.0, 3.0))
def prop_bounds_hold_at_every_evaluation(x: float, y: float) -> None:
    seen = []

    def watched(values: Array) -> Evaluation:
        seen.append(values)
        return rosenbrock()(values)

    solve(unknowns(x, y, lower=-0.5, upper=0.75), goals(2), watched)
    assert (np.array(seen) >= -0.5).all()
    assert (np.array(seen) <= 0.75).all()


def test_a_bound_in_the_way_is_named() -> None:
    a = np.array([[1.0, 1.0], [1.0, -1.0]])
    inside = [Unknown("coast_s", 0.0, 1.0, -1.0, 1.0), Unknown("dv_km_s", 0.0, 1.0, -9.0, 9.0)]
    found = solve(inside, goals(2), exact(lambda v: a @ v - [3.0, 0.0], lambda _: a))
    assert found.status == "no_solution"
    assert found.values == pytest.approx({"coast_s": 1.0, "dv_km_s": 1.5})
    assert found.at_bounds == ("coast_s",)
    assert found.remedy == "missed miss0_km, miss1_km; coast_s reached a bound: widen it"


def test_a_bound_in_a_curved_way_is_named() -> None:
    inside = [Unknown("coast_s", 0.2, 1.0, -2.0, 0.5), Unknown("dv_km_s", 0.0, 1.0, -2.0, 2.0)]
    found = solve(inside, goals(2), rosenbrock())
    assert not found.converged
    assert found.values == pytest.approx({"coast_s": 0.5, "dv_km_s": 0.25}, abs=0.01)
    assert found.at_bounds == ("coast_s",)
    assert "coast_s reached a bound: widen it" in found.remedy


def test_a_bound_on_one_side_is_named() -> None:
    found = solve(
        [Unknown("coast_s", 1.0, 1.0, lower=0.0)],
        goals(1),
        exact(lambda v: v + 1.0, lambda _: np.eye(1)),
    )
    assert found.values["coast_s"] == 0.0
    assert found.at_bounds == ("coast_s",)


def test_a_solution_on_a_bound_is_one() -> None:
    found = solve(unknowns(0.2, 0.0, lower=-2.0, upper=1.0), goals(2), rosenbrock())
    assert found.converged
    assert found.at_bounds == ("x0_km", "x1_km")
    assert reached(found) == pytest.approx([1.0, 1.0], abs=1e-12)


def test_a_solution_along_a_bound_is_found() -> None:
    a = np.ones((1, 2))
    start = [Unknown("x", 0.0, 1.0, -1.0, 1.0), Unknown("y", 0.0, 1.0)]
    found = solve(start, goals(1), exact(lambda v: a @ v - 3.0, lambda _: a))
    assert found.converged
    assert reached(found) == pytest.approx([1.0, 2.0], abs=1e-9)


def test_what_has_no_zero_ends_with_the_goals_missed() -> None:
    found = solve(
        unknowns(3.0),
        [Goal("radius_km", 1e-6)],
        exact(lambda v: v * v + 1.0, lambda v: np.diag(2.0 * v)),
    )
    assert found.status == "no_solution"
    assert not found.converged
    assert found.errors["radius_km"] == pytest.approx(1.0, abs=1e-6)
    assert found.remedy == "missed radius_km"
    assert list(found.history) == sorted(found.history, reverse=True)


def test_only_what_was_missed_is_named() -> None:
    a = np.array([[1.0], [0.0]])
    found = solve(unknowns(3.0), goals(2), exact(lambda v: a @ v + [0.0, 2.0], lambda _: a))
    assert found.remedy == "missed miss1_km"
    assert abs(found.errors["miss0_km"]) < 1e-11


@pytest.mark.parametrize("limit", [0, 3])
def test_the_iteration_limit_is_a_status(limit: int) -> None:
    # v^3: Newton gains a factor of 1.5 a step
    found = solve(
        unknowns(1.0),
        goals(1),
        exact(lambda v: v**3, lambda v: np.diag(3.0 * v**2)),
        max_iterations=limit,
        broyden=False,
    )
    assert (found.status, found.iterations) == ("iteration_limit", limit)
    assert found.remedy == "missed miss0_km"
    assert reached(found) == pytest.approx((2.0 / 3.0) ** limit, rel=1e-9)


def logarithm(values: Array) -> Evaluation:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(values), lambda: np.diag(1.0 / values)


def test_a_step_to_where_nothing_is_defined_is_shortened() -> None:
    found = solve(unknowns(5.0), goals(1), logarithm)  # Newton would go to -3
    assert found.converged
    assert reached(found) == pytest.approx([1.0], abs=1e-10)


@pytest.mark.parametrize("guess", [-1.0, np.nan], ids=["nan", "no number"])
def test_a_guess_where_nothing_is_defined_is_no_solution(guess: float) -> None:
    found = solve(unknowns(guess), goals(1), logarithm)
    assert found.status == "no_solution"
    assert np.isnan(found.errors["miss0_km"])
    assert found.remedy == "missed miss0_km"


def test_infinite_residuals_and_lost_slopes_are_no_solution() -> None:
    lost = np.full((1, 1), np.nan)
    for residual in (np.array([np.inf]), np.array([1.0])):
        found = solve(unknowns(1.0), goals(1), lambda _, r=residual: (r, lambda: lost))
        assert found.status == "no_solution"


def test_a_flat_slope_is_no_solution() -> None:
    found = solve(unknowns(1.0), goals(1), lambda _: (np.array([1.0]), lambda: np.zeros((1, 1))))
    assert found.status == "no_solution"
    assert found.values == {"x0_km": 1.0}


def test_a_problem_without_unknowns_or_goals_is_refused() -> None:
    with pytest.raises(InputError, match="at least one unknown and one goal"):
        solve([], goals(1), rosenbrock())
    with pytest.raises(InputError, match="at least one unknown and one goal"):
        solve(unknowns(1.0), [], rosenbrock())


def test_every_goal_is_met_in_its_own_unit() -> None:
    mixed = [Goal("coarse_km", 100.0), Goal("fine_km", 1e-9)]
    found = solve(unknowns(-1.2, 1.0), mixed, rosenbrock())
    assert found.converged
    assert abs(found.errors["coarse_km"]) <= 100.0
    assert abs(found.errors["fine_km"]) <= 1e-9


@given(st.floats(-5.0, 5.0), st.floats(0.1, 10.0))
def prop_the_smallest_value_is_found(where: float, bend: float) -> None:
    x, value = minimize(lambda t: bend * (t - where) ** 2 + 7.0, -6.0, 6.0, tolerance=1e-4)
    assert x == pytest.approx(where, abs=2e-4)
    assert value == pytest.approx(7.0, abs=1e-6)


def test_the_smallest_value_may_lie_at_an_end_or_beside_a_gap() -> None:
    x, _ = minimize(lambda t: t, 2.0, 5.0, tolerance=1e-4)
    assert x == pytest.approx(2.0, abs=2e-4)
    x, value = minimize(lambda t: 1e3 if t > 4.0 else (t - 3.0) ** 2, 0.0, 5.0, tolerance=1e-4)
    assert x == pytest.approx(3.0, abs=2e-4)
    assert value == pytest.approx(0.0, abs=1e-6)
