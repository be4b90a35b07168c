"""Trans-Earth injection: its burns, and the orbit about the Moon that it leaves from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import elements
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.phases.base import Context, Engine
from perilune.phases.capture_burn import CaptureBurn, perilune_after
from perilune.phases.shot import COAST_EVENTS

Array = NDArray[np.float64]

_AHEAD = 3.0  # revolutions flown ahead of the date: places are moved while solving
_ANOMALIES_DEG = (-80.0, -60.0, -40.0, -20.0, 0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0)


@dataclass(frozen=True)
class ReturnBurn:
    """One burn of an injection: its engine (None: an impulse, without mass)."""

    engine: Engine | None = None
    impulsive: bool = False

    @property
    def finite(self) -> bool:
        """Whether it takes time."""
        return self.engine is not None and not self.impulsive


@dataclass(frozen=True)
class TransEarthInjection:
    """How a spacecraft leaves the Moon: at once, or by an ellipse.

    Attributes
    ----------
    burns : tuple of ReturnBurn
        One, or two: the first along the velocity, into an ellipse.
    period_h : float, optional
        Of that ellipse.
    revolutions : int
        Of that ellipse, up to the second burn at its perilune.
    """

    burns: tuple[ReturnBurn, ...] = (ReturnBurn(),)
    period_h: float | None = None
    revolutions: int = 3

    def __post_init__(self) -> None:
        if len(self.burns) not in (1, 2):
            raise InputError(f"a trans-Earth injection has one burn or two, not {len(self.burns)}")
        if (len(self.burns) == 2) != (self.period_h is not None):
            raise InputError("two burns need the period of the ellipse between them, one has none")
        if self.revolutions < 1:
            raise InputError(f"revolutions is {self.revolutions}: expected at least 1")

    def wait_s(self) -> float:
        """Return the time from the first to the last burn, roughly."""
        return 3600.0 * (self.period_h or 0.0) * self.revolutions

    def ellipse(self) -> CaptureBurn:
        """Return the first of two burns, as the solver of burns about a perilune knows it."""
        return CaptureBurn(self.period_h, engine=self.burns[0].engine)


@dataclass(frozen=True, eq=False)
class Guesses:
    """Places of the last burn by two-body formulas.

    Attributes
    ----------
    places_s, shifts_s : ndarray, shape (n,)
        Of the first burn from the date asked for; of the second from the ellipse's perilune.
    epochs : Epoch of n
        Of the last burn.
    r_km, v_km_s : ndarray, shape (n, 3)
        Before it.
    """

    places_s: Array
    shifts_s: Array
    epochs: Epoch
    r_km: Array
    v_km_s: Array


class Parking:
    """The orbit that an injection leaves from: where the last burn finds the spacecraft.

    Places are named by the seconds that the first burn comes after the date asked for.
    """

    def __init__(
        self, start: State, date: Epoch, injection: TransEarthInjection, context: Context
    ) -> None:
        self.start, self.date = start, date
        self.injection, self.context = injection, context
        self.gm = context.env.constants.gm("moon")
        self._perilunes: dict[float, State | None] = {}
        orbit = elements.from_vectors(start.r_km, start.v_km_s, self.gm)
        self.period_s = float(orbit.period_s)
        until = date + (_AHEAD * self.period_s if np.isfinite(self.period_s) else 0.0)
        self.orbit = propagate(
            start, until=until, forces=context.model.moon, env=context.env, events=COAST_EVENTS
        )

    @property
    def latest_s(self) -> float:
        """The last place that is known."""
        return (_AHEAD - 0.2) * self.period_s

    @property
    def earliest_s(self) -> float:
        """The first place that can be reached: a quarter of an hour after the start."""
        return float(self.start.epoch - self.date) + 900.0

    def first(self, place_s: float) -> State:
        """Return the state before the first burn."""
        return self.orbit.at(self.date + place_s)

    def raised(self, before: State) -> State:
        """Return the state after an impulsive first burn into the ellipse."""
        radius = float(np.linalg.norm(before.r_km))
        sma = self.injection.ellipse().sma_km(radius, self.gm)
        speed = float(np.sqrt(self.gm * (2.0 / radius - 1.0 / sma)))
        along = before.v_km_s / np.linalg.norm(before.v_km_s)
        return State(before.epoch, "moon", "icrf", before.r_km, speed * along)

    def last(self, place_s: float, shift_s: float = 0.0) -> State | None:
        """Return the state before the last burn; None where the ellipse falls onto the Moon.

        Of two burns the second comes `shift_s` after the perilune.
        """
        if self.injection.period_h is None:
            return self.first(place_s)
        there = self._perilune(place_s)
        if there is None or shift_s == 0.0:
            return there
        return propagate(
            there,
            until=there.epoch + shift_s,
            forces=self.context.model.moon,
            env=self.context.env,
            events=COAST_EVENTS,
        ).final

    def _perilune(self, place_s: float) -> State | None:
        """Return the perilune of the second burn; those asked for are kept."""
        if place_s not in self._perilunes:
            after = self.raised(self.first(place_s))
            self._perilunes[place_s] = perilune_after(
                after, self.injection.revolutions, self.context
            )
        return self._perilunes[place_s]

    def drift(self, place_s: float, shift_s: float, dv: Array) -> Array:
        """Return how the state after the last burn moves with the place, at fixed time."""
        if self.injection.period_h is None:
            return delayed(dv)
        step = 5.0
        here, there = self.last(place_s, shift_s), self.last(place_s + step, shift_s)
        if here is None:
            return np.full(6, np.nan)
        if there is None:
            return np.full(6, np.nan)
        later = float(there.epoch - here.epoch) / step
        r = here.r_km
        rate = np.concatenate([here.v_km_s + dv, -self.gm * r / np.linalg.norm(r) ** 3])
        return np.asarray((there.vector - here.vector) / step - rate * later)

    def guesses(self, count: int) -> Guesses:
        """Return places over one revolution, and two-body states before the last burn there.

        Of two burns the second is tried at several places about the ellipse's perilune.
        """
        begin = max(-0.5 * self.period_s, self.earliest_s)
        places = begin + np.linspace(0.0, self.period_s, count, endpoint=False)
        states = self.orbit.at(self.date + places)
        r, v = states.r_km, states.v_km_s
        if self.injection.period_h is None:
            return Guesses(places, np.zeros(count), self.date + places, r, v)
        anomalies = np.radians(_ANOMALIES_DEG)
        pieces = [self._on_ellipse(r, v, angle) for angle in anomalies]
        shifts = np.concatenate([piece[0] for piece in pieces])
        places = np.tile(places, len(anomalies))
        return Guesses(
            places,
            shifts,
            self.date + (places + self.injection.wait_s() + shifts),
            np.concatenate([piece[1] for piece in pieces]),
            np.concatenate([piece[2] for piece in pieces]),
        )

    def _on_ellipse(self, r: Array, v: Array, anomaly: float) -> tuple[Array, Array, Array]:
        """Return time from perilune, position and velocity on the ellipses from places."""
        radius = np.linalg.norm(r, axis=-1)
        sma = self.injection.ellipse().sma_km(0.0, self.gm)
        e = np.maximum(1.0 - radius / sma, 0.0)
        up = r / radius[:, None]
        ahead = v - up * np.sum(v * up, axis=-1, keepdims=True)
        ahead = ahead / np.linalg.norm(ahead, axis=-1, keepdims=True)
        c, s, p = np.cos(anomaly), np.sin(anomaly), radius * (1.0 + e)
        there = (p / (1.0 + e * c))[:, None] * (c * up + s * ahead)
        speed = np.sqrt(self.gm / p)[:, None]
        moving = speed * (-s * up + (e + c)[:, None] * ahead)
        half = 2.0 * np.arctan(np.sqrt((1.0 - e) / (1.0 + e)) * np.tan(0.5 * anomaly))
        time = (half - e * np.sin(half)) * np.sqrt(sma**3 / self.gm)
        return time, there, moving

    def obstacle(self) -> str:
        """Return why no injection can leave from here, or ''."""
        if not np.isfinite(self.period_s):
            return "the spacecraft is not in orbit about the Moon: capture it first"
        late_s = float(self.start.epoch - self.date)
        if late_s > 0.5 * self.period_s:
            return (
                f"the date lies {late_s / 3600.0:.1f} h before this phase begins: set a later one"
            )
        if self.orbit.status != "completed":
            return "the orbit decays onto the Moon before the injection: raise it, or leave sooner"
        radius = float(np.linalg.norm(self.start.r_km))
        ellipse = self.injection.ellipse() if self.injection.period_h else None
        if ellipse is not None and ellipse.sma_km(radius, self.gm) < radius:
            return "the ellipse asked for is smaller than the orbit: ask for a longer period"
        return ""


def delayed(dv: Array) -> Array:
    """Return how a motion moves, at fixed time, with the instant of an impulse on it."""
    return np.concatenate([-dv, np.zeros(3)])


def lowest_km(after: State, gm: float) -> float:
    """Return how low the way out passes over the Moon: its perilune where that is still ahead."""
    r, v = after.r_km, after.v_km_s
    now = float(np.linalg.norm(r))
    if float(r @ v) < 0.0:
        now = float(elements.from_vectors(r, v, gm).periapsis_km)
    return now - MOON_RADIUS_KM


def joined(pieces: list[Trajectory]) -> Trajectory:
    """Return trajectories end to end as one."""
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = whole + piece
    return whole
