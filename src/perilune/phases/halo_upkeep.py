"""What it costs to stay in a halo orbit: Monte Carlo of station-keeping.

Every interval the orbit is estimated with an error, a maneuver is computed that takes the unstable
part of the departure from the reference away, and it is executed with an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import STANDARD_GRAVITY_M_S2
from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.state import State
from perilune.dynamics.batch import propagate_many
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.targeting.periodic import Halo
from perilune.targeting.periodic_ephemeris import SENSITIVITY, carry

Array = NDArray[np.float64]

YEAR_D = 365.25
PERCENTILES = (5, 50, 95, 99)
_CORRECTIONS = 2
AHEAD_D = 15.0
"""How far growth is looked at: a revolution."""
_SIZE = np.array([1.0, 1.0, 1.0, 1e-5, 1e-5, 1e-5])
"""Departures of one size, km and km/s: a day's motion apart."""
_LOST_KM = 5000.0


@dataclass(frozen=True)
class Errors:
    """What is not known, and not done, exactly (1 sigma, each axis).

    Attributes
    ----------
    position_km, velocity_m_s : float
        Of the orbit determined before a maneuver.
    execution : float
        Of a maneuver, as a share of it.
    execution_m_s : float
        Of a maneuver, whatever its size.
    disturbance_m_s : float
        Of what moves the spacecraft unmodeled in an interval (wheels unloaded with thrusters, light
        pressure), as an impulse after the maneuver.

    Model limits: Gaussian, independent from maneuver to maneuver.
    """

    position_km: float = 1.0
    velocity_m_s: float = 0.01
    execution: float = 0.02
    execution_m_s: float = 0.005
    disturbance_m_s: float = 0.01

    def __post_init__(self) -> None:
        if not all(0.0 <= x < np.inf for x in vars(self).values()):
            raise InputError(f"errors must be numbers from 0 on: found {vars(self)}")


@dataclass(frozen=True)
class Upkeep:
    """A campaign of station-keeping.

    Attributes
    ----------
    interval_d : float
        From one maneuver to the next.
    span_d : float
    samples_n : int
    errors : Errors
    seed : int
    """

    interval_d: float = 7.0
    span_d: float = YEAR_D
    samples_n: int = 200
    errors: Errors = Errors()
    seed: int = 1

    def __post_init__(self) -> None:
        if not (0.0 < self.interval_d <= self.span_d and self.samples_n > 0):
            raise InputError(
                f"station-keeping: found interval_d {self.interval_d}, span_d {self.span_d}, "
                f"samples_n {self.samples_n}; expected 0 < interval_d <= span_d and samples"
            )


@dataclass(frozen=True, eq=False)
class UpkeepCost:
    """What station-keeping costs.

    Attributes
    ----------
    dv_m_s_year : dict of int to float
        By percentile of the samples that stayed.
    mean_m_s_year, mean_maneuver_m_s : float
    maneuvers_n : int
        In each sample.
    departure_km : float
        95th percentile of the distance from the reference at maneuvers.
    lost_n : int
        Samples that left the reference by more than 5000 km.
    status, remedy : str
    """

    dv_m_s_year: dict[int, float]
    mean_m_s_year: float
    mean_maneuver_m_s: float
    maneuvers_n: int
    departure_km: float
    lost_n: int
    status: str = "converged"
    remedy: str = ""

    def propellant_kg(self, mass_kg: float, isp_s: float) -> float:
        """Return the propellant of the mean maneuver at a mass (rocket equation), kg."""
        exhaust_m_s = isp_s * STANDARD_GRAVITY_M_S2
        return mass_kg * float(-np.expm1(-self.mean_maneuver_m_s / exhaust_m_s))


def upkeep(
    halo: Halo, start: Epoch, campaign: Upkeep, env: Environment, *, phase: float = 0.0,
    workers: int | None = None,
) -> UpkeepCost:  # fmt: skip
    """Return the station-keeping cost of a halo orbit, by Monte Carlo.

    Parameters
    ----------
    halo : Halo
        An Earth-Moon orbit in km and s.
    start : Epoch
    campaign : Upkeep
    phase : float
        Of the halo at the start.

    Source: removal of the unstable mode, Simo et al. 1987, Acta Astronautica 15:391. Model limits:
    Earth, Moon and Sun as points; impulses.
    """
    step_s = campaign.interval_d * DAY
    count = max(1, int(campaign.span_d / campaign.interval_d))
    covered_s = count * step_s
    revolutions = covered_s / (halo.period * halo.problem.time_s) + 0.1
    path = carry(halo, start, phase=phase, revolutions=revolutions, forces=SENSITIVITY, env=env)
    if not path.converged or path.trajectory is None:
        return UpkeepCost({}, np.nan, np.nan, count, np.nan, 0, "no_solution", path.remedy)
    random, errors = np.random.default_rng(campaign.seed), campaign.errors
    size = campaign.samples_n
    nav = np.repeat([errors.position_km, 1e-3 * errors.velocity_m_s], 3)
    here = path.trajectory.at(start).vector
    actual = here + nav * random.standard_normal((size, 6))
    spent, away = np.zeros(size), []
    for k in range(count):
        now = start + k * step_s

        def fly(vectors: Array, now: Epoch = now, tolerance: float = 1e-9) -> Array:
            return propagate_many(
                vectors, epoch=now, span_s=step_s, center="moon", forces=SENSITIVITY, env=env,
                workers=workers, tolerance=tolerance,
            )  # fmt: skip

        law = _Law.at(path.trajectory, now, step_s, env)
        away.append(np.linalg.norm(actual[:, :3] - law.here[:3], axis=1))
        actual[~(away[-1] < _LOST_KM)] = np.nan  # what is lost may meet the Moon: fly it no further
        known = actual + nav * random.standard_normal((size, 6))
        dv = law.maneuvers(known, fly)
        spent += np.linalg.norm(dv, axis=1)
        done = dv * (1.0 + errors.execution * random.standard_normal((size, 1)))
        loose = 1e-3 * np.hypot(errors.execution_m_s, errors.disturbance_m_s)
        actual[:, 3:] += done + loose * random.standard_normal((size, 3))
        actual = fly(actual, tolerance=1e-11)
    return _cost(spent, np.array(away), count, campaign)


@dataclass(frozen=True, eq=False)
class _Law:
    """How maneuvers at an instant are found.

    Attributes
    ----------
    here, there : ndarray, shape (6,)
        The reference now, and an interval later.
    grows, grows_there : ndarray, shape (6,)
        What of a departure grows, now and an interval later: the first right singular vector of
        the transition matrix over the time looked ahead.
    stm : ndarray, shape (6, 6)
        From now to then.
    """

    here: Array
    there: Array
    grows: Array
    grows_there: Array
    stm: Array

    @classmethod
    def at(cls, path: Trajectory, now: Epoch, step_s: float, env: Environment) -> _Law:
        here, there = path.at(now), path.at(now + step_s)
        now_grows, then_grows = _growing(here, env), _growing(there, env)
        stm = _transition(here, step_s, env)
        return cls(here.vector, there.vector, now_grows, then_grows, stm)

    def maneuvers(self, known: Array, fly: Callable[[Array], Array]) -> Array:
        """Return the least impulses that leave nothing growing an interval later, shape (n, 3).

        The linear law first, then Newton's method on the motion itself: departures of hundreds of
        km are not small.
        """
        along = self.grows[3:] / float(np.linalg.norm(self.grows[3:]))
        size = -((known - self.here) @ self.grows) / float(self.grows[3:] @ along)
        slope = float(self.grows_there @ self.stm[:, 3:] @ along)
        for _ in range(_CORRECTIONS):
            trial = known.copy()
            trial[:, 3:] += size[:, None] * along
            size = size - (fly(trial) - self.there) @ self.grows_there / slope
        return np.asarray(size[:, None] * along)


def _growing(state: State, env: Environment) -> Array:
    stm = _transition(state, AHEAD_D * DAY, env)
    return np.asarray(np.linalg.svd(stm / _SIZE[:, None] * _SIZE)[2][0] / _SIZE)


def _transition(here: State, span_s: float, env: Environment) -> Array:
    flown = propagate(
        here, until=here.epoch + span_s, forces=SENSITIVITY, env=env, stm=True, dense=False,
        tolerance=1e-11,
    )  # fmt: skip
    assert flown.stm is not None
    return flown.stm


def _cost(spent: Array, away: Array, count: int, campaign: Upkeep) -> UpkeepCost:
    stays = np.isfinite(spent) & np.isfinite(away).all(axis=0)
    lost = int((~stays).sum())
    if not stays.any():
        remedy = "no sample stayed: a shorter interval, or smaller errors"
        return UpkeepCost({}, np.nan, np.nan, count, np.nan, lost, "no_solution", remedy)
    yearly = 1e3 * spent[stays] * YEAR_D / (count * campaign.interval_d)
    return UpkeepCost(
        {p: float(np.percentile(yearly, p)) for p in PERCENTILES},
        float(yearly.mean()),
        1e3 * float(spent[stays].mean()) / count,
        count,
        float(np.percentile(away[:, stays], 95)),
        lost,
        "converged",
        f"{lost} of {len(spent)} samples were lost: a shorter interval" if lost else "",
    )
