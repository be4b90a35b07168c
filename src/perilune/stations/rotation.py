"""Rotations: crews that relieve each other, as a schedule of visits."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perilune.astro.epoch import DAY, Epoch
from perilune.errors import InputError
from perilune.stations.ship import Ship
from perilune.stations.visit import TOGETHER_S, Visit, visit

_SHORTEST_D = 1.0


@dataclass(frozen=True)
class Rotation:
    """Crews that relieve each other in the same places on board.

    Attributes
    ----------
    ships : tuple of Ship
        In turn: one name twice in a row is that ship every time.
    crew_n : int
        In each.
    stay_d : float
        From docking to undocking.
    handover_d : float
        From the docking of the next to the undocking of this one; below zero the places stay
        empty that long, as they do where no port is free for a third ship.
    first : Epoch
        Docking of the first.
    """

    ships: tuple[Ship, ...]
    crew_n: int
    stay_d: float
    handover_d: float
    first: Epoch

    def __post_init__(self) -> None:
        if not self.ships:
            raise InputError("found no ship, expected at least one", key="ships")
        if self.period_d < _SHORTEST_D:
            raise InputError(
                f"found {self.handover_d:g}, expected less than stay_d {self.stay_d:g} by a day "
                "or more: the ships would come faster than they leave",
                key="handover_d",
            )
        for ship in self.ships:
            if not 1 <= self.crew_n <= ship.seats_n:
                raise InputError(
                    f"found {self.crew_n}, expected 1 to {ship.seats_n}, the seats of {ship.title}",
                    key="crew_n",
                )

    @property
    def period_d(self) -> float:
        """From one docking to the next."""
        return self.stay_d - self.handover_d

    @property
    def flights_n_y(self) -> float:
        """Flights in a year of 365.25 days."""
        return 365.25 / self.period_d


def staggered(
    crew_n: int, ships: Sequence[Ship], *, stay_d: float, handover_d: float, first: Epoch
) -> tuple[Rotation, ...]:
    """Return as many rotations as a crew needs, evenly spaced over one period.

    The ships are taken in the order of docking: with as many ships as rotations each kind keeps to
    its own, so that one of every partner is on board; with one rotation they take turns.

    Raises
    ------
    InputError
        Where there is no ship, one without seats, or no crew.
    """
    if not ships or min(ship.seats_n for ship in ships) < 1:
        raise InputError("found a ship without seats or none, expected crew ships", key="ships")
    if crew_n < 1:
        raise InputError(f"found {crew_n}, expected a crew of 1 or more", key="crew_n")
    count = next(n for n in itertools.count(1) if _smallest(ships, n) >= crew_n)
    period = stay_d - handover_d
    rotations, left = [], crew_n
    for k in range(count):
        turn = tuple(ships[(i * count + k) % len(ships)] for i in range(len(ships)))
        crew = min(left - (count - k - 1), *(ship.seats_n for ship in turn))  # one left for each
        left -= crew
        start = first + k * period / count * DAY
        rotations.append(Rotation(turn, crew, stay_d, handover_d, start))
    return tuple(rotations)


def _smallest(ships: Sequence[Ship], count: int) -> int:
    """Return the crew that `count` rotations always have seats for."""
    turns = [[ships[(i * count + k) % len(ships)] for i in range(len(ships))] for k in range(count)]
    return sum(min(ship.seats_n for ship in turn) for turn in turns)


def schedule(rotations: Sequence[Rotation], start: Epoch, stop: Epoch) -> list[Visit]:
    """Return the visits of some rotations that are there between two instants.

    They are called after their ship and numbered in the order of docking. Rotations that begin
    together build the crew up ship by ship: for one at strength from `start` on, let them begin
    a period earlier.
    """
    found = [planned for rotation in rotations for planned in _dockings(rotation, start, stop)]
    found.sort(key=lambda planned: float(planned[0] - start))
    numbers: Counter[str] = Counter()
    visits = []
    for docking, ship, rotation in found:
        numbers[ship.name] += 1
        visits.append(
            visit(
                f"{ship.name}-{numbers[ship.name]}",
                ship,
                docking=docking,
                undocking=docking + rotation.stay_d * DAY,
                crew_n=rotation.crew_n,
            )
        )
    return visits


def _dockings(
    rotation: Rotation, start: Epoch, stop: Epoch
) -> Iterator[tuple[Epoch, Ship, Rotation]]:
    for number, ship in enumerate(itertools.cycle(rotation.ships)):
        docking = rotation.first + number * rotation.period_d * DAY
        if docking - stop >= 0.0:
            return
        if docking + rotation.stay_d * DAY - start > TOGETHER_S:
            yield docking, ship, rotation
