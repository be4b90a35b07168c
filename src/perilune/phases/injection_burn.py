"""One burn of an injection about a point of the orbit before it: flown, sized, and best pointed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Context
from perilune.phases.burn import Steering, burn_time_s, fly_burn
from perilune.phases.injection import LONGEST_BURN_S, InjectionBurn
from perilune.phases.injection_mass import Masses

Array = NDArray[np.float64]

_SIZED = 1e-7  # s of period, km of apogee, km2/s2 of energy


@dataclass(frozen=True)
class Trouble:
    """Why a trial has no end: a status, and what would help."""

    status: str
    remedy: str


@dataclass(frozen=True)
class Attitude:
    """Where a burn points: off the velocity at its middle, and how fast it turns.

    Attributes
    ----------
    pitch_rad : float
        At the middle, from the unburnt orbit's velocity towards the Earth's side.
    turn : float
        Rate, in units of that at which the unburnt orbit's velocity turns there.
    """

    pitch_rad: float = 0.0
    turn: float = 1.0


@dataclass(frozen=True, eq=False)
class FlownBurn:
    """A burn as flown; an impulse has no trajectory, and ignition and cut-off at one instant."""

    ignition: State
    cut_off: State
    dv_km_s: float
    mass_before_kg: float | None = None
    mass_after_kg: float | None = None
    trajectory: Trajectory | None = None

    @property
    def duration_s(self) -> float:
        """From ignition to cut-off."""
        return float(self.cut_off.epoch - self.ignition.epoch)


class Burning:
    """One burn about a middle on the unburnt orbit, for any size and attitude."""

    def __init__(
        self,
        name: str,
        burn: InjectionBurn,
        *,
        first: bool,
        coast: Trajectory,
        middle: State,
        masses: Masses,
        context: Context,
    ) -> None:
        self.name, self.burn, self.first = name, burn, first
        self.coast, self.middle, self.masses, self.context = coast, middle, masses, context
        self.gm = context.env.constants.gm("earth")

    def impulse_km_s(self, energy: float) -> float:
        """Return the impulse along the velocity that leads to an energy (km2/s2)."""
        r, v = (float(np.linalg.norm(x)) for x in (self.middle.r_km, self.middle.v_km_s))
        return float(np.sqrt(max(2.0 * (energy + self.gm / r), 0.0))) - v

    def energy_wanted(self) -> float:
        """Return the energy of the orbit a phasing burn leads to, km2/s2."""
        r = float(np.linalg.norm(self.middle.r_km))
        return -0.5 * self.gm / self.burn.sma_km(r, self.gm)

    def sized(
        self, dv: float | tuple[float, float, float], attitude: Attitude
    ) -> FlownBurn | Trouble:
        """Fly the burn with a velocity change: along the velocity, or given by components."""
        v = self.middle.v_km_s
        size = dv if isinstance(dv, float) else float(np.linalg.norm(dv))
        change = v * (size / np.linalg.norm(v)) if isinstance(dv, float) else np.array(dv)
        if not size > 0.0:
            return Trouble(
                "no_solution",
                f"{self.name}: the orbit before it already reaches as far as the transfer: make "
                "the last phasing orbit smaller",
            )
        masses, motor = self.masses.change_kg(self.burn, size), self.burn.motor
        if masses is None or motor is None or self.burn.impulsive:
            middle = self.middle
            after = State(middle.epoch, "earth", "icrf", middle.r_km, v + change)
            return FlownBurn(middle, after, size, *(masses or ()))
        lasts = burn_time_s(size, motor, masses[0])
        if not lasts <= LONGEST_BURN_S:
            return Trouble("no_solution", self._too_long(lasts, masses[0]))
        ignition = self._before(0.5 * lasts)
        if isinstance(ignition, Trouble):
            return ignition
        steering = Steering.along(change, self.middle).pitched(attitude.pitch_rad)
        rate = attitude.turn * self._turning()
        flown = fly_burn(ignition, lasts, motor, masses[0], steering, rate, self.context)
        if flown.trajectory.status != "completed":
            return Trouble("impact", f"{self.name} runs into the Earth")
        return FlownBurn(ignition, flown.cut_off, size, *masses, flown.trajectory)

    def best(self, dv_km_s: float, attitude: Attitude) -> Attitude:
        """Return the attitude that gains most energy from a burn of this size (two Newton steps).

        The size the orbit needs hardly depends on it then. What cannot be flown keeps its own.
        """
        step = np.array([0.02, 0.1])
        flown = self.sized(dv_km_s, attitude)
        if isinstance(flown, Trouble) or flown.trajectory is None:
            return attitude

        def energy(values: Array) -> float:
            flown = self.sized(dv_km_s, Attitude(*(values * step).tolist()))
            if isinstance(flown, Trouble):
                return float("nan")
            return self._energy(flown.cut_off)

        values = np.array([attitude.pitch_rad, attitude.turn]) / step
        for _ in range(2):
            gradient, curvature = _parabola(energy, values)
            if not np.isfinite(curvature).all() or np.linalg.eigvalsh(curvature).max() >= 0.0:
                break
            values = values + np.clip(-np.linalg.solve(curvature, gradient), -4.0, 4.0)
        return Attitude(*(values * step).tolist())

    def to_goal(self, attitude: Attitude, guess_km_s: float | None) -> FlownBurn | Trouble:
        """Fly a phasing burn of the size that leads to the orbit wanted."""
        gm, burn = self.gm, self.burn
        impulse = self.impulse_km_s(self.energy_wanted())
        if impulse <= 0.0:
            return Trouble(
                "no_solution",
                f"{self.name}: the orbit wanted is not larger than the one it starts from: ask for "
                "a longer period or a higher apogee",
            )
        speed = float(np.linalg.norm(self.middle.v_km_s)) + impulse
        sma = -0.5 * gm / self.energy_wanted()
        by_speed = 2.0 * sma**2 * speed / gm  # vis-viva: how the semi-major axis grows
        slope = by_speed * (5400.0 * burn.period_h / sma if burn.period_h else 2.0)
        return self._secants(
            lambda dv: self.sized(dv, attitude),
            lambda after: burn.miss(after, gm),
            impulse if guess_km_s is None else guess_km_s,
            slope,
        )

    def to_energy(
        self, dv: float | tuple[float, float, float], attitude: Attitude, energy: float
    ) -> FlownBurn | Trouble:
        """Fly the burn of the size that ends with an energy, in the direction of `dv`."""
        v, guess = float(np.linalg.norm(self.middle.v_km_s)), self.impulse_km_s(energy)
        unit = None
        if isinstance(dv, tuple):
            guess = float(np.linalg.norm(dv))
            unit = np.array(dv) / guess

        def fly(size: float) -> FlownBurn | Trouble:
            if unit is None:
                return self.sized(size, attitude)
            x, y, z = (unit * size).tolist()
            return self.sized((x, y, z), attitude)

        return self._secants(fly, lambda after: self._energy(after) - energy, guess, v + guess)

    def _energy(self, state: State) -> float:
        r, v = state.r_km, state.v_km_s
        return float(0.5 * (v @ v) - self.gm / np.linalg.norm(r))

    def _secants(
        self,
        fly: Callable[[float], FlownBurn | Trouble],
        miss_of: Callable[[State], float],
        guess: float,
        slope: float,
    ) -> FlownBurn | Trouble:
        """Find the size at which a miss vanishes, from a guess of it and of how it changes."""
        dv, last = guess, None
        for _ in range(20):
            flown = fly(dv)
            if isinstance(flown, Trouble):
                return flown
            miss = miss_of(flown.cut_off)
            if abs(miss) <= _SIZED:
                return flown
            if not np.isfinite(miss):
                break
            if last is not None and (miss - last[1]) * (dv - last[0]) > 0.0:
                slope = (miss - last[1]) / (dv - last[0])
            last = dv, miss
            dv -= miss / slope
        return Trouble("no_solution", f"{self.name}: no burn about this perigee ends in that orbit")

    def _before(self, seconds: float) -> State | Trouble:
        """Return the unburnt orbit that long before the middle."""
        epoch, coast = self.middle.epoch + (-seconds), self.coast
        if epoch - coast.start >= 0.0:
            return coast.at(epoch)
        if not self.first:
            return Trouble("no_solution", f"{self.name} would ignite before the last burn ended")
        start, earth = coast.at(coast.start), self.context.model.earth
        return propagate(start, until=epoch, forces=earth, env=self.context.env).final

    def _turning(self) -> float:
        """Return the rate at which the unburnt orbit turns its velocity at the middle, rad/s."""
        r, v = self.middle.r_km, self.middle.v_km_s
        distance, speed = float(np.linalg.norm(r)), float(np.linalg.norm(v))
        return self.gm / (distance**2 * speed)

    def _too_long(self, lasts_s: float, mass_kg: float) -> str:
        motor = self.burn.motor
        assert motor is not None
        return (
            f"{self.name}: {motor.thrust_n:,.0f} N on {mass_kg:,.0f} kg would burn for "
            f"{lasts_s / 60.0:.1f} min, longer than the {LONGEST_BURN_S / 60.0:.0f} min a burn "
            "about perigee can last: more thrust, less mass, or several burns with phasing orbits"
        )


def _parabola(function: Callable[[Array], float], at: Array) -> tuple[Array, Array]:
    """Return gradient and second derivatives of a function of two scaled values."""
    e = np.eye(2)
    here = function(at)
    up, down = ([function(at + sign * e[i]) for i in range(2)] for sign in (1.0, -1.0))
    cross = function(at + e[0] + e[1]) - up[0] - up[1] + here
    gradient = np.array([0.5 * (up[i] - down[i]) for i in range(2)])
    bend = [up[i] + down[i] - 2.0 * here for i in range(2)]
    return gradient, np.array([[bend[0], cross], [cross, bend[1]]])
