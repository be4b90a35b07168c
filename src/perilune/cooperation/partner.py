"""Who takes part: an agency, company or organization, and what its country is party to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from perilune.catalog.book import Catalog
from perilune.catalog.entry import Entry
from perilune.errors import UnknownName


@dataclass(frozen=True)
class Membership:
    """A treaty, regime or union that somebody belongs to, from a day to another (or on)."""

    treaty: str
    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Tell whether it held on a day, the first and the last included."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True)
class Partner:
    """A partner, or the country that an item comes from.

    Attributes
    ----------
    name, title : str
    form : str
        `agency`, `office`, `institute`, `company`, `organization`, `country` or `union`.
    country : str or None
        None for an organization of states.
    memberships : tuple of Membership
        Its own and its country's.
    exports_under : tuple of str
        Unions whose export law its suppliers work under, where it is no member itself.
    """

    name: str
    title: str
    form: str
    country: str | None = None
    memberships: tuple[Membership, ...] = ()
    exports_under: tuple[str, ...] = ()

    @property
    def side(self) -> str:
        """The country, or the organization itself: partners of one side need no permission."""
        return self.country or self.name

    @property
    def is_company(self) -> bool:
        """Whether what it does is commercial."""
        return self.form == "company"

    def names(self, on: date) -> frozenset[str]:
        """Return every name under which a rule may mean this partner on a day."""
        groups = {each.treaty for each in self.memberships if each.holds(on)}
        own = {self.name, *self.exports_under, *groups}
        return frozenset(own | ({self.country} if self.country else set()))


def partner(name: str, book: Catalog, *, key: str | None = None) -> Partner:
    """Return a partner by the name of its agency; raises UnknownName with the nearest."""
    table = book.table("agencies")
    if name not in table:
        raise UnknownName("partner", name, table, key=key)
    found = table[name]
    country = found.figures.get("country")
    memberships = _memberships(found)
    if country is not None:
        memberships += _memberships(book.entry("countries", country))
    return Partner(
        name,
        found.figures["title"],
        found.figures["form"],
        country,
        memberships,
        tuple(found.figures.get("exports_under", ())),
    )


def origin(name: str, book: Catalog, *, key: str | None = None) -> Partner:
    """Return where an item comes from: a country, a union of countries, or a partner."""
    countries, agencies = book.table("countries"), book.table("agencies")
    if name in countries:
        found = countries[name]
        return Partner(name, found.figures["title"], "country", name, _memberships(found))
    if name in agencies:
        return partner(name, book, key=key)
    if name in unions(book):
        title = book.entry("treaties", name).figures["title"]
        return Partner(name, title, "union", exports_under=(name,))
    known = [*countries, *unions(book), *agencies]
    raise UnknownName("country of origin", name, known, key=key)


def unions(book: Catalog) -> frozenset[str]:
    """Return the unions: between their members nothing is exported."""
    table = book.table("treaties")
    return frozenset(name for name, found in table.items() if found.figures["form"] == "union")


def _memberships(found: Entry) -> tuple[Membership, ...]:
    rows = (row.figures for row in found.rows("memberships"))
    return tuple(Membership(row["treaty"], row["since"], row.get("until")) for row in rows)
