"""Risk of a chain: how likely all of its links hold, how sure that is, and which is the weakest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from perilune.catalog.book import Catalog, catalog
from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.flight_record import FlightRecord, flight_record, steps
from perilune.errors import InputError

JEFFREYS, LAPLACE = 0.5, 1.0
"""Successes, and failures, that a prior counts before the first flight."""

LEVEL = 0.8
"""Share of belief inside an interval: from P10 to P90."""

_SURE = 1e-15


@dataclass(frozen=True)
class Element:
    """One link of a chain.

    Attributes
    ----------
    name : str
    kind : str
        Of a flight record: `launch`, `lunar_landing`...
    subject : str
        Vehicle or country.
    stated : float, optional
        A reliability somebody states: taken as it stands, in place of a record.
    partner : str, optional
        Who provides it.
    """

    name: str
    kind: str
    subject: str
    stated: float | None = None
    partner: str | None = None


@dataclass(frozen=True)
class Link:
    """A link's share of the risk.

    Attributes
    ----------
    name, kind, subject : str
    partner : str or None
    probability, low, high : float
    flights_n, successes_n : int or None
        None where the reliability is stated.
    basis : str
        `stated`, or whose flights the record counts.
    as_of : str or None
        Day of the record.
    confidence, source : str
    """

    name: str
    kind: str
    subject: str
    partner: str | None
    probability: float
    low: float
    high: float
    flights_n: int | None
    successes_n: int | None
    basis: str
    as_of: str | None
    confidence: str
    source: str


@dataclass(frozen=True)
class ChainRisk:
    """How likely a chain holds.

    Attributes
    ----------
    probability : float
        That every link holds: the mean of belief.
    low, high : float
        Between them lies `level` of belief.
    level : float
    weakest : Link
    links : tuple of Link
    """

    probability: float
    low: float
    high: float
    level: float
    weakest: Link
    links: tuple[Link, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    def text(self) -> str:
        """Return the risk in a sentence."""
        w = self.weakest
        flown = "stated" if w.flights_n is None else f"{w.successes_n} of {w.flights_n}"
        return (
            f"{self.probability:.2f} ({self.low:.2f} to {self.high:.2f}) that all of "
            f"{len(self.links)} links hold; the weakest is {w.name}, {w.probability:.2f} ({flown})"
        )


def chain_risk(
    elements: Iterable[Element],
    *,
    as_of: date | None = None,
    prior: float = JEFFREYS,
    level: float = LEVEL,
) -> ChainRisk:
    """Return how likely all links hold.

    A link's reliability p is believed to be Beta(s + prior, f + prior) after s successes and f
    failures. Links on one record share its p, so that k of them hold with E[p^k]. The product's
    first two moments are exact, its interval that of the beta distribution which has them.

    Parameters
    ----------
    elements : iterable of Element
    as_of : date, optional
        Only what was known on that day counts; default: all.
    prior : float
        `JEFFREYS` (0.5) or `LAPLACE` (1).
    level : float
        Share of belief inside the interval.

    Raises
    ------
    InputError
        Where there are no links, a stated reliability is not in (0, 1], or prior or level make no
        sense.

    Source: Jeffreys 1946; product of betas by moments, Fan 1991 (Comm. Statist. Theory Methods
    20:4043).

    Model limits: links fail independently; every past flight counts alike, however old; class
    rates stand for vehicles that are new; nothing is said of partial success.
    """
    chain = list(elements)
    if not chain:
        raise InputError("the risk of a chain: found no links, expected some")
    if not (prior > 0.0 and 0.0 < level < 1.0):
        raise InputError(f"found prior {prior:g} and level {level:g}: expected > 0, and 0 to 1")
    records = [_record(element, as_of) for element in chain]
    times = Counter(record for record in records if record is not None)
    fixed = float(np.prod([e.stated for e in chain if e.stated is not None]))
    first, second = (
        fixed**k * float(np.prod([_moment(_belief(r, prior), k * n) for r, n in times.items()]))
        for k in (1, 2)
    )
    low, high = _interval(first, second, level)
    links = tuple(_link(e, r, prior, level) for e, r in zip(chain, records, strict=True))
    return ChainRisk(first, low, high, level, min(links, key=lambda x: x.probability), links)


def mission_elements(
    mission: str,
    candidates: Sequence[CandidateFile],
    *,
    vehicle: str | None = None,
    book: Catalog | None = None,
) -> list[Element]:
    """Return the links of a mission whose roles candidates fill.

    Parameters
    ----------
    mission : str
    candidates : sequence of CandidateFile
        A step that several roles need (the insertion of an orbiter with its lander) counts once,
        for the first that needs it.
    vehicle : str, optional
        Vehicle of the catalogue; without, the launcher candidate's name.
    book : Catalog, optional

    Model limits: the country of a candidate is its provider's; a launch vehicle's record has its
    upper stage in it, so that a candidate for that role counts only on a launcher of another
    provider.
    """
    agencies = (book or catalog()).table("agencies")
    launchers = {c.provider for c in candidates if c.role == "launcher"}
    found: dict[str, Element] = {}
    for one in candidates:
        if one.role == "upper_stage" and one.provider in launchers:
            continue
        land = agencies[one.provider].figures.get("country") if one.provider in agencies else None
        for number, step in enumerate(steps(one.role)):
            subject = str(land or one.provider)
            if step in ("launch", "upper_stage"):
                subject = vehicle if vehicle and step == "launch" else one.name
            stated = one.reliability if number == len(steps(one.role)) - 1 else None
            name = f"{mission}: {step.replace('_', ' ')} ({subject})"
            found.setdefault(step, Element(name, step, subject, stated, one.provider))
    return list(found.values())


def _record(element: Element, as_of: date | None) -> FlightRecord | None:
    if element.stated is None:
        return flight_record(element.kind, element.subject, as_of)
    if not 0.0 < element.stated <= 1.0:
        raise InputError(
            f"'{element.name}': found a reliability of {element.stated:g}, expected 0 to 1"
        )
    return None


def _belief(record: FlightRecord, prior: float) -> tuple[float, float]:
    return record.successes_n + prior, record.flights_n - record.successes_n + prior


def _moment(belief: tuple[float, float], power: int) -> float:
    """Return E[p^power] of a beta distribution."""
    from scipy.special import betaln

    a, b = belief
    return float(np.exp(betaln(a + power, b) - betaln(a, b)))


def _interval(first: float, second: float, level: float) -> tuple[float, float]:
    """Return the interval of the beta distribution of two moments."""
    from scipy.special import betainccinv, betaincinv

    variance = second - first * first
    if variance < _SURE:
        return first, first
    size = first * (1.0 - first) / variance - 1.0
    a, b, tail = first * size, (1.0 - first) * size, 0.5 * (1.0 - level)
    return float(betaincinv(a, b, tail)), float(betainccinv(a, b, tail))


def _link(element: Element, record: FlightRecord | None, prior: float, level: float) -> Link:
    who = (element.name, element.kind, element.subject, element.partner)
    if record is None:
        p = float(element.stated or 0.0)
        return Link(*who, p, p, p, None, None, "stated", None, "assumed", "the study's file")
    belief = _belief(record, prior)
    mean = _moment(belief, 1)
    low, high = _interval(mean, _moment(belief, 2), level)
    return Link(
        *who,
        mean,
        low,
        high,
        record.flights_n,
        record.successes_n,
        record.basis,
        record.by.isoformat(),
        record.confidence,
        record.source,
    )
