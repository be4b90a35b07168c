"""Coverage: hours of contact a day, what a relay and pooled stations gain, and who they hang on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from perilune.cooperation.links import Links
from perilune.errors import InputError, UnknownName
from perilune.missions.contact import Contact, either

_FELT_H_D = 0.05  # less is no loss anybody plans for


@dataclass(frozen=True)
class Dependency:
    """What is left without a relay, a station, or all that an agency brings.

    Attributes
    ----------
    without, kind : str
        `kind`: `relay`, `station` or `agency`.
    contact_h_d, lost_h_d : float
        Hours of contact a day left, and lost.
    longest_gap_h : float
    text : str
    """

    without: str
    kind: str
    contact_h_d: float
    lost_h_d: float
    longest_gap_h: float
    text: str


@dataclass(frozen=True)
class Coverage:
    """Contact of a mission with its ground network, over a span.

    Attributes
    ----------
    name : str
        The mission, or its site.
    start_utc : str
    span_d : float
    stations : tuple of str
    relay, relay_orbit : str or None
        Its name, and where its path comes from.
    direct_h_d : float
        Hours a day in contact with the network without the relay.
    relay_h_d : float
        By the relay, which sees lander and network at once.
    contact_h_d : float
        One way or the other.
    gained_h_d : float
        What the relay adds to the direct hours.
    relay_sees_h_d : float
        Hours a day the relay sees the lander: what a relay that stores and sends later can use.
    direct_gap_h, longest_gap_h : float
        Longest time without contact: directly, and at all.
    passes_n : int
        How often the relay rises over the lander.
    pass_min : float or None
        Mean length of those passes.
    by_station : tuple of dict
        `station`, `agency`, `direct_h_d`, `relay_h_d`.
    dependencies : tuple of Dependency
        The worst first.
    assumed : tuple of dict
        Figures that are not confirmed.
    """

    name: str
    start_utc: str
    span_d: float
    stations: tuple[str, ...]
    relay: str | None
    relay_orbit: str | None
    direct_h_d: float
    relay_h_d: float
    contact_h_d: float
    gained_h_d: float
    relay_sees_h_d: float
    direct_gap_h: float
    longest_gap_h: float
    passes_n: int
    pass_min: float | None
    by_station: tuple[dict[str, Any], ...]
    dependencies: tuple[Dependency, ...]
    assumed: tuple[dict[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    def text(self) -> str:
        """Return the coverage in one or two sentences."""
        parts = [f"{self.name}: {self.direct_h_d:.1f} h a day of direct contact"]
        if self.relay is not None:
            parts.append(f", {self.contact_h_d:.1f} h with {self.relay}")
        parts.append(f"; longest gap {self.longest_gap_h:.1f} h.")
        alone = {row["agency"] for row in self.by_station}
        told = [d for d in self.dependencies if d.lost_h_d > _FELT_H_D and {d.without} != alone]
        worst = f" {told[0].text.capitalize()}." if told else ""
        return "".join(parts) + worst


def coverage(links: Links, stations: Sequence[str] | None = None) -> Coverage:
    """Return the coverage by some of the stations of the links (default: all), and its relay.

    Raises
    ------
    InputError
        Where a station is not among those of the links, or none is named.
    """
    used = _among(links, stations)
    direct, chain = links.direct_to(used), links.by_relay(used)
    whole = either("contact", [direct, chain])
    passes_min = [] if links.up is None else [float(b - a) / 60.0 for a, b in links.up.intervals_s]
    return Coverage(
        name=links.name,
        start_utc=str(links.start.utc_iso(0)),
        span_d=links.span_d,
        stations=used,
        relay=None if links.relay is None else links.relay.name,
        relay_orbit=None if links.relay is None else links.relay.how,
        direct_h_d=hours(direct),
        relay_h_d=hours(chain),
        contact_h_d=hours(whole),
        gained_h_d=hours(whole) - hours(direct),
        relay_sees_h_d=0.0 if links.up is None else hours(links.up),
        direct_gap_h=direct.longest_gap_s / 3600.0,
        longest_gap_h=whole.longest_gap_s / 3600.0,
        passes_n=len(passes_min),
        pass_min=sum(passes_min) / len(passes_min) if passes_min else None,
        by_station=tuple(
            {
                "station": name,
                "agency": links.agencies[name],
                "direct_h_d": hours(links.direct[name]),
                "relay_h_d": hours(links.by_relay([name])),
            }
            for name in used
        ),
        dependencies=_dependencies(links, used, hours(whole)),
        assumed=links.assumed,
    )


def compare(links: Links, networks: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return a row a network: its hours of contact a day, and what it gains over the first.

    Raises
    ------
    InputError
        As `coverage`.
    """
    used = {name: _among(links, stations) for name, stations in networks.items()}
    found = {name: _whole(links, stations, relay=True) for name, stations in used.items()}
    first = next((hours(contact) for contact in found.values()), 0.0)
    return [
        {
            "network": name,
            "stations": list(used[name]),
            "contact_h_d": hours(contact),
            "gained_h_d": hours(contact) - first,
            "longest_gap_h": contact.longest_gap_s / 3600.0,
        }
        for name, contact in found.items()
    ]


def hours(contact: Contact) -> float:
    """Return the hours a day a link is there."""
    return 24.0 * contact.availability


def _among(links: Links, stations: Sequence[str] | None) -> tuple[str, ...]:
    used = links.stations if stations is None else tuple(dict.fromkeys(stations))
    for name in used:
        if name not in links.direct:
            raise UnknownName("ground station of these links", name, links.stations)
    if not used:
        raise InputError(f"coverage of '{links.name}': found no ground station, expected some")
    return used


def _whole(links: Links, stations: Sequence[str], *, relay: bool) -> Contact:
    direct = links.direct_to(stations)
    return either("contact", [direct, links.by_relay(stations)]) if relay else direct


def _dependencies(links: Links, used: tuple[str, ...], now_h_d: float) -> tuple[Dependency, ...]:
    """Return what is left where one thing, or all that one agency brings, is taken out.

    The greatest loss first; of equal ones the relay, then agencies.
    """
    relay, owner = links.relay, links.agencies
    provider = None if relay is None else relay.partner
    rows = []
    if relay is not None:
        rows.append(_without(relay.name, "relay", links, used, now_h_d, relay=False))
    for agency in dict.fromkeys(owner[s] for s in used):
        left = [s for s in used if owner[s] != agency]
        if len(used) - len(left) + (agency == provider) > 1:
            rows.append(_without(agency, "agency", links, left, now_h_d, relay=agency != provider))
    for station in used:
        left = [s for s in used if s != station]
        rows.append(_without(station, "station", links, left, now_h_d))
    return tuple(sorted(rows, key=lambda row: -row.lost_h_d))


def _without(
    what: str,
    kind: str,
    links: Links,
    left: Sequence[str],
    now_h_d: float,
    *,
    relay: bool = True,
) -> Dependency:
    whole = _whole(links, left, relay=relay)
    still = hours(whole)
    lost = now_h_d - still
    if now_h_d == 0.0:
        text = f"no contact at all, with or without {what}"
    elif still == 0.0:
        text = f"without {what} no contact at all"
    elif lost < _FELT_H_D:
        text = f"without {what} nothing is lost"
    else:
        text = f"without {what} {still:.1f} h of contact a day instead of {now_h_d:.1f}"
    return Dependency(what, kind, still, lost, whole.longest_gap_s / 3600.0, text)
