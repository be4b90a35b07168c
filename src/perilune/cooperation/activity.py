"""What partners do together: who, what, when, and the items that change hands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from perilune.catalog.shape_policy import ACTIVITIES, CONTROLS, SETTINGS
from perilune.errors import InputError, UnknownName

HANDS_OVER = ("launch_services", "hardware_contribution", "data_exchange")
"""Activities in which something changes hands: what it is has to be said."""

UNCONTROLLED = ("none", "ear99")
"""Export-control classes that no licence is asked for, unless a rule says so."""

_SETTING_OF = {"bilateral_cooperation": "bilateral", "multilateral_cooperation": "multilateral"}


@dataclass(frozen=True)
class Item:
    """Something that goes from one partner to others: an instrument, an engine, data.

    A part of another country's making is an item of its own: that is how an item of the United
    States taints a spacecraft.

    Attributes
    ----------
    name : str
    origin : str or None
        Country (`us`, `de`), union (`eu`) or partner that it comes from; None: not known.
    classes : tuple of str or None
        Export-control classes, of `CONTROLS`; `("none",)` is on no list; None: not known.
    """

    name: str
    origin: str | None = None
    classes: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.classes is None:
            return
        found: object = self.classes
        if not isinstance(found, tuple) or not found:
            problem = f"item '{self.name}': found {self.classes!r}, expected a tuple of classes"
            raise InputError(f"{problem}, or None where they are not known")
        for each in self.classes:
            _known("export-control class", each, CONTROLS)

    @property
    def controlled(self) -> tuple[str, ...]:
        """The classes that some country's rule has to speak about."""
        return tuple(each for each in self.classes or () if each not in UNCONTROLLED)


@dataclass(frozen=True)
class Activity:
    """One activity of a cooperation, as the rules look at it.

    Attributes
    ----------
    name : str
    kind : str
        One of `ACTIVITIES`.
    actors : tuple of str
        Partners by name.
    on : date
        The day whose law is asked for.
    items : tuple of Item or None
        What changes hands; None: not known.
    setting : str or None
        `bilateral`, `multilateral`, or None: taken from the kind, the framework, and the number
        of sides (two are bilateral, more are not known).
    framework : str or None
        The treaty or organization under which it is multilateral: `un`, `iss-iga`, `ilrs`...
    program : str or None
        The program or mission it belongs to: `iss`, `luna-27`, `ilrs`...

    Raises
    ------
    InputError
        Where it contradicts itself, or names what is not known.
    """

    name: str
    kind: str
    actors: tuple[str, ...]
    on: date
    items: tuple[Item, ...] | None = None
    setting: str | None = None
    framework: str | None = None
    program: str | None = None

    def __post_init__(self) -> None:
        _known("activity", self.kind, ACTIVITIES)
        if self.setting is not None:
            _known("setting", self.setting, SETTINGS)
        if not isinstance(self.on, date) or isinstance(self.on, datetime):
            raise self._wrong(f"found {self.on!r} as its day, expected a date")
        actors: object = self.actors
        if not isinstance(actors, tuple) or not actors:
            raise self._wrong(f"found {self.actors!r} as its actors, expected a tuple of names")
        if len(set(self.actors)) != len(self.actors):
            raise self._wrong(f"names an actor twice: {', '.join(self.actors)}")
        meant = {
            self.setting,
            _SETTING_OF.get(self.kind),
            "multilateral" if self.framework else None,
        }
        if len(meant - {None}) > 1:
            raise self._wrong("is called bilateral and multilateral (kind, setting, framework)")

    def setting_among(self, sides: int) -> str | None:
        """Return the setting, given on how many sides the actors stand; None: not known.

        Raises
        ------
        InputError
            Where a bilateral activity has more than two sides, a multilateral one without a
            framework fewer than three.
        """
        stated = self.setting or _SETTING_OF.get(self.kind)
        if self.framework:
            return "multilateral"
        if stated == "bilateral" and sides > 2:
            raise self._wrong(f"is called bilateral and has {sides} sides")
        if stated == "multilateral" and sides < 3:
            problem = "is called multilateral, has fewer than three sides and names no framework"
            raise self._wrong(f"{problem}: expected one, such as 'un'")
        return stated or ("bilateral" if sides <= 2 else None)

    @property
    def lacks_items(self) -> bool:
        """Whether something changes hands and nobody says what."""
        return self.kind in HANDS_OVER and not self.items

    def _wrong(self, problem: str) -> InputError:
        return InputError(f"activity '{self.name}' {problem}")


def _known(what: str, word: str, known: Iterable[str]) -> None:
    if word not in tuple(known):
        raise UnknownName(what, word, known)
