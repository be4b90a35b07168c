"""The links of a mission at the Moon: to each ground station, to its relay, and down from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.catalog.book import Catalog, catalog
from perilune.cooperation.relays import Relay
from perilune.errors import InputError
from perilune.missions.contact import Contact, both, either
from perilune.missions.contact_links import Site, direct_contacts, orbit_contacts, relay_contacts
from perilune.missions.flight import Flight

LUNATION_D = 29.53
"""A lunar day and night."""

MASK_DEG = 5.0
"""Lowest elevation a station and a lander work at, unless told otherwise."""

_LANDED = "touchdown"
_IN_ORBIT = ("halo_insertion", "lunar_orbit", "lunar_orbit_insertion_1")


@dataclass(frozen=True, eq=False)
class Links:
    """When each link of a mission is there.

    Attributes
    ----------
    name : str
        Who talks to the Earth.
    start : Epoch
    span_d : float
    direct : dict
        Contact with each station.
    up : Contact or None
        With the relay.
    down : dict
        The relay's contact with each station.
    relay : Relay or None
    agencies : dict
        Who runs each station.
    assumed : tuple of dict
        Figures that are not confirmed: what, confidence, source.
    """

    name: str
    start: Epoch
    span_d: float
    direct: dict[str, Contact]
    up: Contact | None
    down: dict[str, Contact]
    relay: Relay | None
    agencies: dict[str, str]
    assumed: tuple[dict[str, Any], ...] = ()

    @property
    def stations(self) -> tuple[str, ...]:
        """Names of the ground stations."""
        return tuple(self.direct)

    def direct_to(self, stations: Sequence[str]) -> Contact:
        """Return when at least one of some stations is in contact, without the relay."""
        return self._any("direct", [self.direct[name] for name in stations])

    def by_relay(self, stations: Sequence[str]) -> Contact:
        """Return when the relay sees the lander and one of some stations at once."""
        if self.up is None:
            return self._any("relay", [])
        return both("relay", self.up, self._any("down", [self.down[n] for n in stations]))

    def _any(self, name: str, contacts: Sequence[Contact]) -> Contact:
        none = Contact(name, self.start, self.span_d * DAY, np.zeros((0, 2)))
        return either(name, contacts) if contacts else none


def site_links(
    lander: Site,
    stations: Sequence[str],
    start: Epoch,
    env: Environment,
    *,
    span_d: float = LUNATION_D,
    relay: Relay | None = None,
    mask_deg: float = MASK_DEG,
    book: Catalog | None = None,
) -> Links:
    """Return the links of a place on the Moon.

    Parameters
    ----------
    lander : Site
    stations : sequence of str
        Ground stations of the catalogue.
    start : Epoch
    env : Environment
    span_d : float
        Default: a lunar day and night.
    relay : Relay, optional
        Its path covers the span (see `perilune.cooperation.relays`).
    mask_deg : float
        Lowest elevation the stations work at.
    book : Catalog, optional

    Raises
    ------
    InputError
        Where a station is unknown or named twice, or none is named.
    DataRangeError
        Where the relay's path does not cover the span.

    Model limits: those of `perilune.missions.contact_links`; a flat horizon at both ends; each
    antenna serves this mission whenever it sees it.
    """
    sites, agencies, assumed = _sites(stations, mask_deg, book or catalog())
    span = (start, start + span_d * DAY)
    if relay is None:
        found = {c.name: c for c in direct_contacts(lander, sites, *span, env)}
    else:
        found = {c.name: c for c in relay_contacts(relay.path, lander, sites, *span, env)}
    return Links(
        lander.name,
        start,
        span_d,
        {site.name: found[f"lander-{site.name}"] for site in sites},
        found.get("lander-relay"),
        {site.name: found[f"relay-{site.name}"] for site in sites} if relay else {},
        relay,
        agencies,
        assumed,
    )


def flight_links(
    flight: Flight,
    stations: Sequence[str],
    *,
    span_d: float = LUNATION_D,
    relay: Relay | None = None,
    spacecraft: str | None = None,
    lander_mask_deg: float = MASK_DEG,
    mask_deg: float = MASK_DEG,
    book: Catalog | None = None,
) -> Links:
    """Return the links of a flown mission: from its touchdown on, or of its orbit as flown.

    Parameters
    ----------
    flight : Flight
    stations : sequence of str
    span_d : float
        From the touchdown on; an orbit is looked at as far as it was flown.
    relay : Relay, optional
        For what has landed.
    spacecraft : str, optional
        Which one, where several land or are in orbit.
    lander_mask_deg, mask_deg : float
        Lowest elevations of the lander's antenna and of the stations.
    book : Catalog, optional

    Raises
    ------
    InputError
        Where the flight neither lands nor stays in orbit, or a relay is named for an orbiter.
    """
    landed = touchdown(flight, spacecraft, lander_mask_deg)
    if landed is not None:
        site, when = landed
        return site_links(
            site,
            stations,
            when,
            flight.env,
            span_d=span_d,
            relay=relay,
            mask_deg=mask_deg,
            book=book,
        )
    if relay is not None:
        raise InputError(
            f"'{flight.name}' does not land: a relay serves a lander here, leave out '{relay.name}'"
        )
    return _orbit_links(flight, stations, span_d, spacecraft, mask_deg, book or catalog())


def touchdown(
    flight: Flight, spacecraft: str | None = None, mask_deg: float = MASK_DEG
) -> tuple[Site, Epoch] | None:
    """Return where and when a flight lands on the Moon; None where it does not."""
    for event in flight.events:
        if event["name"] == _LANDED and spacecraft in (None, event["spacecraft"]):
            point = SurfacePoint("moon", event["latitude_deg"], event["longitude_deg"])
            return Site(flight.name, point, mask_deg), Epoch.utc(event["end_utc"])
    return None


def _orbit_links(
    flight: Flight,
    stations: Sequence[str],
    span_d: float,
    spacecraft: str | None,
    mask_deg: float,
    book: Catalog,
) -> Links:
    arrivals = {e["name"]: e["end_utc"] for e in flight.events}
    begun = next((arrivals[name] for name in _IN_ORBIT if name in arrivals), None)
    if begun is None or not flight.spacecraft:
        raise InputError(f"'{flight.name}' neither lands nor stays in orbit: found {flight.status}")
    path, start = flight.trajectory(spacecraft), Epoch.utc(begun)
    span_d = min(span_d, float(path.stop - start) / DAY)
    sites, agencies, assumed = _sites(stations, mask_deg, book)
    seen = orbit_contacts(path, sites, start, start + span_d * DAY, flight.env)
    direct = {site.name: contact for site, contact in zip(sites, seen, strict=True)}
    return Links(flight.name, start, span_d, direct, None, {}, None, agencies, assumed)


def _sites(
    stations: Sequence[str], mask_deg: float, book: Catalog
) -> tuple[list[Site], dict[str, str], tuple[dict[str, Any], ...]]:
    """Return stations as sites, who runs them, and what of their places is not confirmed."""
    if not stations or len(set(stations)) != len(stations):
        raise InputError(f"found ground stations {list(stations)}: expected some, each once")
    entries = [book.entry("ground_stations", name) for name in stations]
    sites = [Site(e.name, e.point("earth"), mask_deg) for e in entries]
    agencies = {e.name: str(e.figures.get("agency", e.name)) for e in entries}
    marks = [(e.name, e.mark_of("latitude_deg")) for e in entries]
    assumed = tuple(
        {"what": f"place of {name}", "confidence": mark.confidence, "source": mark.source}
        for name, mark in marks
        if mark.confidence != "sourced"
    )
    return sites, agencies, assumed
