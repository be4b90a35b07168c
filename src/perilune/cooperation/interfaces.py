"""Interfaces matched: what candidates of a mission need against what the others offer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from perilune.catalog.book import Catalog, catalog
from perilune.cooperation.arrangement import Part
from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.facing import facings, mend_of
from perilune.cooperation.mating import mating
from perilune.cooperation.shown import shown

_UNIT = {"fairing_m": "m", "mass_kg": "kg", "power_w": "W", "data_kbit_s": "kbit/s"}
_LISTED = ("bands", "docking")


@dataclass(frozen=True)
class Mismatch:
    """Two sides of an interface that do not fit.

    Attributes
    ----------
    mission : str
    roles : tuple of str
        Who offers, then who needs.
    between : tuple of str
        The candidates, in the same order.
    what : str
        `docking`, `bands`, `fairing_m`, `mass_kg`, `power_w` or `data_kbit_s`.
    found, needed : str
    mended_by : str
    mass_kg, delay_d : float or None
        What mending costs; None where it is no matter of mass, or of time.
    instead : tuple of str
        Other candidates for the offering role that would fit.
    confidence, source : str
        Of mass and delay.
    """

    mission: str
    roles: tuple[str, ...]
    between: tuple[str, ...]
    what: str
    found: str
    needed: str
    mended_by: str
    mass_kg: float | None = None
    delay_d: float | None = None
    instead: tuple[str, ...] = ()
    confidence: str = "assumed"
    source: str = ""

    def text(self) -> str:
        """Return it as a sentence."""
        costs = [f"{self.mass_kg:,.3g} kg"] if self.mass_kg else []
        costs += [f"{self.delay_d:,.0f} d"] if self.delay_d else []
        cost = f" ({', '.join(costs)}, {self.confidence})" if costs else ""
        others = f"; {' or '.join(self.instead)} would fit instead" if self.instead else ""
        return (
            f"{self.mission}: {self.what.split('_')[0]}: found {self.found}, needed {self.needed}; "
            f"mended by {self.mended_by}{cost}{others}"
        )


@dataclass(frozen=True)
class Match:
    """What does not fit in a mission, and what cannot be told.

    Attributes
    ----------
    mission : str
    mismatches : tuple of Mismatch
    unstated : tuple of str
        Needs of which nobody says whether they are met.
    """

    mission: str
    mismatches: tuple[Mismatch, ...]
    unstated: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether nothing that is stated contradicts."""
        return not self.mismatches

    def rows(self) -> list[dict[str, Any]]:
        """Return the mismatches as rows of plain data."""
        return [asdict(each) for each in self.mismatches]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class _Sides:
    """Those who need one thing, and those who could offer it."""

    mission: str
    what: str
    needers: tuple[CandidateFile, ...]
    offerers: tuple[CandidateFile, ...]
    book: Catalog

    def needed(self) -> Any:
        """Return what is needed: names, or an amount."""
        if self.what in _LISTED:
            return getattr(self.needers[0].needs, self.what)
        return sum(_need(c, self.what) for c in self.needers)

    def offered(self) -> Any:
        """Return what is offered, None where nobody says."""
        said = [v for c in self.offerers if (v := getattr(c.offers, self.what)) not in (None, [])]
        if not said:
            return None
        if self.what in _LISTED:
            return sorted({name.lower() for names in said for name in names})
        return max(said) if self.what == "fairing_m" else sum(said)

    def mismatch(self) -> Mismatch | None:
        """Return what does not fit; None where it does."""
        needed, offered = self.needed(), self.offered()
        if self.what == "bands":
            met = {name.lower() for name in needed} & set(offered)
            return None if met else self._amount(0.0, 1.0)
        if self.what == "docking":
            port = mating(offered, needed, self.needers[0].mass_kg, self.book)
            if port.fits:
                return None
            cost = (port.mass_kg, port.delay_d, (), port.confidence, port.source)
            return Mismatch(*self._head(port.found), port.mended_by, *cost)
        if offered >= needed:
            return None
        return self._amount(needed - offered, needed / offered if offered else 0.0)

    def _amount(self, short: float, ratio: float) -> Mismatch:
        """Return the mismatch mended after the table; a ratio of zero: nothing is offered."""
        mend, needed = mend_of(self.what, self.offerers[0].role), self.needed()
        words = mend.words.format(
            short=_words(self.what, short) if short else "",
            share=f"{100.0 / ratio:.0f} %" if ratio else "none",
            width=f"{ratio**0.5:.1f}",
            least=_words(self.what, needed),
            who=_names(self.offerers),
            needer=_names(self.needers),
        )
        if ratio == 0.0 and "{share}" in mend.words:
            words = f"an antenna on {_names(self.offerers)} for {_words(self.what, needed)}"
        head = self._head(_words(self.what, self.offered()))
        mass = mend.mass(short, max(ratio, 1.0))
        return Mismatch(*head, words, mass, mend.delay_d, (), mend.confidence, mend.source)

    def _head(self, found: str) -> tuple[str, tuple[str, ...], tuple[str, ...], str, str, str]:
        both = (*self.offerers, *self.needers)
        return (
            self.mission,
            tuple(dict.fromkeys(c.role for c in both)),
            tuple(c.name for c in both),
            self.what,
            f"{found} from {_names(self.offerers)}",
            f"{_words(self.what, self.needed())} for {_names(self.needers)}",
        )


def match(
    mission: str,
    filled: Iterable[CandidateFile],
    *,
    others: Iterable[CandidateFile] = (),
    book: Catalog | None = None,
) -> Match:
    """Match the interfaces of the candidates that fill a mission's roles.

    Parameters
    ----------
    mission : str
    filled : iterable of CandidateFile
        In any order.
    others : iterable of CandidateFile
        Candidates that could take part instead: those that fit are named.
    book : Catalog, optional

    Raises
    ------
    UnknownName
        Where a docking standard is not in the catalogue.

    Model limits: mass, power and data are compared as sums over all that need and all that offer,
    so that two carriers may share what only one could carry whole; what a spacecraft weighs on its
    launcher is its own mass, not that of what it carries: the mission flown anew has the last word.
    """
    crew = sorted(filled, key=lambda c: (c.role, c.name))
    spare = sorted(others, key=lambda c: (c.role, c.name))
    mismatches: list[Mismatch] = []
    unstated: list[str] = []
    for sides in _all_sides(mission, crew, book or catalog()):
        if sides.offered() is None:
            need = f"{_words(sides.what, sides.needed())} for {_names(sides.needers)}"
            unstated.append(f"{_names(sides.offerers)} does not say whether it offers {need}")
        elif (found := sides.mismatch()) is not None:
            mismatches.append(replace(found, instead=_instead(sides, spare)))
    return Match(mission, tuple(mismatches), tuple(unstated))


def fits_together(mission: str, part: Part, book: Catalog | None = None) -> bool:
    """Whether nothing contradicts among those who fill a mission's roles."""
    return match(mission, aboard(part), book=book).fits


def aboard(part: Part) -> list[CandidateFile]:
    """Return who fills a mission's roles, as others may see them.

    A relay flies by itself: it weighs nothing on the mission's launcher.
    """
    return [
        c.model_copy(update={"mass_kg": None}) if c.role == "relay" else c
        for c in (shown(seat.candidate) for seat in part.seats)
    ]


def _all_sides(mission: str, crew: Sequence[CandidateFile], book: Catalog) -> list[_Sides]:
    """Return every need with those who face it, where anybody does."""
    found = []
    for facing in facings():
        needers = [c for c in crew if c.role in facing.needs]
        offerers = [c for role in facing.offers for c in crew if c.role == role]
        for what in facing.what:
            for some in _together(what, needers):
                facers = tuple(c for c in offerers if c not in some)
                if facers:
                    found.append(_Sides(mission, what, some, facers, book))
    return found


def _together(what: str, needers: Sequence[CandidateFile]) -> list[tuple[CandidateFile, ...]]:
    """Return who is looked at together: all where amounts add up, else each alone."""
    if what in _LISTED:
        return [(c,) for c in needers if getattr(c.needs, what)]
    wanting = tuple(c for c in needers if _need(c, what) > 0.0)
    if what == "fairing_m":
        return [(c,) for c in wanting]
    return [wanting] if wanting else []


def _need(candidate: CandidateFile, what: str) -> float:
    """Return how much a candidate needs; its mass is what has to be carried, unless it says."""
    said = getattr(candidate.needs, what)
    return float((candidate.mass_kg if said is None and what == "mass_kg" else said) or 0.0)


def _instead(sides: _Sides, spare: Sequence[CandidateFile]) -> tuple[str, ...]:
    """Return other candidates that would offer enough in place of those that do not."""
    roles, taken = {c.role for c in sides.offerers}, {c.name for c in sides.offerers}
    fitting = []
    for one in spare:
        serves = not one.fits or sides.mission in one.fits
        if one.role in roles and one.name not in taken and serves:
            tried = replace(sides, offerers=(one,))
            if tried.offered() is not None and tried.mismatch() is None:
                fitting.append(one.name)
    return tuple(fitting)


def _names(candidates: Iterable[CandidateFile]) -> str:
    return " and ".join(c.name for c in candidates)


def _words(what: str, value: Any) -> str:
    if what in _LISTED:
        return " or ".join(value) + (" band" if what == "bands" else "")
    return f"{value:,.6g} {_UNIT[what]}"
