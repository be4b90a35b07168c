"""A visit: one ship at a station, from its lift-off to its landing, with who comes and goes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from perilune.astro.epoch import DAY, Epoch
from perilune.errors import InputError
from perilune.stations.ship import Ship

HOUR = 3600.0
TOGETHER_S = 1e-3
"""Instants closer than this differ by rounding."""


@dataclass(frozen=True)
class Berth:
    """A port taken by a ship: from `start` until `stop`, None for as long as we look."""

    port: str
    visit: str
    start: Epoch
    stop: Epoch | None


@dataclass(frozen=True)
class Visit:
    """One ship at a station.

    Attributes
    ----------
    name : str
        Of the flight.
    ship : Ship
    docking : Epoch
    undocking : Epoch or None
        None: it stays for as long as we look.
    launch, landing : Epoch or None
    crew_up_n, crew_down_n : int
        Who comes with it and who leaves with it: not always the same people.
    port : str
        `MODULE.PORT`; empty where it is to be found.
    moves : tuple of (Epoch, str)
        When it moves to which other port.
    unfit_from : Epoch or None
        From when on its seats do not count: a damaged ship.
    """

    name: str
    ship: Ship
    docking: Epoch
    undocking: Epoch | None = None
    launch: Epoch | None = None
    landing: Epoch | None = None
    crew_up_n: int = 0
    crew_down_n: int = 0
    port: str = ""
    moves: tuple[tuple[Epoch, str], ...] = ()
    unfit_from: Epoch | None = None

    def __post_init__(self) -> None:
        steps = [
            ("launch", self.launch),
            ("docking", self.docking),
            *(("moves", at) for at, _ in self.moves),
            ("undocking", self.undocking),
            ("landing", self.landing),
        ]
        there = [(key, at) for key, at in steps if at is not None]
        for (before, first), (key, second) in itertools.pairwise(there):
            if second - first < 0.0:
                raise InputError(
                    f"'{self.name}': found {key} at {second.utc_iso(0)}, expected it after "
                    f"{before} at {first.utc_iso(0)}",
                    key=key,
                )
        for key in ("crew_up_n", "crew_down_n"):
            if not 0 <= getattr(self, key) <= self.ship.seats_n:
                raise InputError(
                    f"'{self.name}': found {getattr(self, key)}, expected 0 to "
                    f"{self.ship.seats_n}, the seats of {self.ship.title}",
                    key=key,
                )

    @property
    def docked_d(self) -> float | None:
        """Days docked, None for one that stays."""
        return None if self.undocking is None else float(self.undocking - self.docking) / DAY

    @property
    def has_crew(self) -> bool:
        """Whether anyone comes or goes with it."""
        return self.crew_up_n > 0 or self.crew_down_n > 0

    @property
    def berths(self) -> list[Berth]:
        """The ports it takes, one after the other; none where its port is not known."""
        if not self.port:
            return []
        ports = [(self.docking, self.port), *self.moves]
        ends = [at for at, _ in self.moves] + [self.undocking]
        return [
            Berth(port, self.name, at, end) for (at, port), end in zip(ports, ends, strict=True)
        ]


def visit(
    name: str,
    ship: Ship,
    *,
    launch: Epoch | None = None,
    docking: Epoch | None = None,
    undocking: Epoch | None = None,
    landing: Epoch | None = None,
    crew_n: int = 0,
    crew_down_n: int | None = None,
    port: str = "",
    moves: Sequence[tuple[Epoch, str]] = (),
    unfit_from: Epoch | None = None,
) -> Visit:
    """Return a visit of which not every instant is given.

    Docking and lift-off are `rendezvous_h` apart, undocking and landing `return_h`. Without
    undocking and landing the ship stays for its `usual_stay_d`, or until the end.

    Raises
    ------
    InputError
        Where neither launch nor docking is given, or the order is wrong.
    """
    if docking is None:
        if launch is None:
            raise InputError(
                f"'{name}' has neither launch nor docking: expected one", key="docking"
            )
        docking = launch + ship.rendezvous_h * HOUR
    if launch is None:
        launch = docking - ship.rendezvous_h * HOUR
    if undocking is None and landing is not None:
        undocking = landing - ship.return_h * HOUR
    if undocking is None and ship.usual_stay_d is not None:
        undocking = docking + ship.usual_stay_d * DAY
    if landing is None and undocking is not None:
        landing = undocking + ship.return_h * HOUR
    down = crew_n if crew_down_n is None else crew_down_n
    return Visit(
        name, ship, docking, undocking, launch, landing, crew_n, down, port, tuple(moves),
        unfit_from,
    )  # fmt: skip
