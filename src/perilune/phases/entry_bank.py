"""How a capsule is rolled: bank angles one after another, and what ends each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perilune.errors import InputError, UnknownName

SWITCHES = ("time", "speed", "energy", "apex")


@dataclass(frozen=True)
class Switch:
    """What ends a bank angle.

    Attributes
    ----------
    kind : str
        `time` (s after the interface), `speed` (falling through, km/s relative to the air),
        `energy` (falling through, km2/s2, inertial, without J2) or `apex` (of a skip; no value).
    value : float
    """

    kind: str
    value: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in SWITCHES:
            raise UnknownName("bank switch", self.kind, SWITCHES)


@dataclass(frozen=True)
class Banks:
    """A schedule of bank angles.

    Attributes
    ----------
    angles_deg : tuple of float
        0 lifts up, 90 to the right of the motion, 180 down. Between two angles the capsule rolls
        straight through those between them.
    switches : tuple of Switch
        What ends each angle but the last; a switch that never comes leaves the angle.
    roll_deg_s : float
        Rate of rolling from one to the next.
    """

    angles_deg: tuple[float, ...] = (0.0,)
    switches: tuple[Switch, ...] = ()
    roll_deg_s: float = 20.0

    def __post_init__(self) -> None:
        if len(self.switches) != len(self.angles_deg) - 1:
            raise InputError(
                f"found {len(self.angles_deg)} bank angles and {len(self.switches)} switches, "
                "expected one switch between each two angles"
            )
        if not (np.isfinite(self.angles_deg).all() and self.roll_deg_s > 0.0):
            raise InputError(
                f"bank angles {self.angles_deg} at {self.roll_deg_s} deg/s: expected finite angles "
                "and a positive rate"
            )


@dataclass(frozen=True)
class Roll:
    """A stretch of the bank as flown: `bank_rad` at `begins_s`, turning at `rate_rad_s`."""

    begins_s: float
    bank_rad: float
    rate_rad_s: float = 0.0

    def at(self, seconds: float) -> float:
        """Return the bank angle, rad."""
        return self.bank_rad + self.rate_rad_s * (seconds - self.begins_s)
