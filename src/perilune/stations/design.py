"""All that a station's file says: the station, the plan that builds it, and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from perilune.astro.epoch import Epoch
from perilune.catalog.book import Catalog
from perilune.stations.fleet import Flights
from perilune.stations.plan import Plan
from perilune.stations.ship import Ship
from perilune.stations.station import Station
from perilune.stations.supplies import LifeSupport
from perilune.stations.visit import Visit


@dataclass(frozen=True)
class SplitRequest:
    """Modules that leave together.

    Attributes
    ----------
    name, title : str
        Of the part that leaves.
    date : Epoch
    modules : tuple of str
    separation_m_s : float
        Speed at which the halves part.
    direction : str
        Of the leaving half: `prograde`, `retrograde` or `radial` (up).
    """

    name: str
    title: str
    date: Epoch
    modules: tuple[str, ...]
    separation_m_s: float = 0.3
    direction: str = "retrograde"


@dataclass(frozen=True)
class TradeRequest:
    """Which inclinations are compared, for whose fleets.

    Attributes
    ----------
    partners : tuple of str or None
        None for the station's own.
    span_deg : tuple of float
        Lowest and highest inclination.
    step_deg : float
    altitudes_km : tuple of float
        Empty for the station's own.
    permitted, doglegs : bool
        Through the sites' corridors; counting turns on the way up.
    manifest : tuple of Flights
        Empty: each partner flies once, with what delivers most.
    tonnes : mapping
        What each partner has to bring, for the count of flights.
    others : tuple of Station
        Stations a move to which is priced.
    """

    partners: tuple[str, ...] | None = None
    span_deg: tuple[float, float] = (28.0, 98.0)
    step_deg: float = 0.25
    altitudes_km: tuple[float, ...] = ()
    permitted: bool = True
    doglegs: bool = False
    manifest: tuple[Flights, ...] = ()
    tonnes: Mapping[str, float] = field(default_factory=dict)
    others: tuple[Station, ...] = ()


@dataclass(frozen=True)
class CrewRequest:
    """Who shall be on a station, in which ships.

    Attributes
    ----------
    crew_n : int
    start, stop : Epoch
    ships : tuple of Ship
        Crews that relieve each other; empty where all visits are stated.
    stay_d, handover_d : float
    first : Epoch or None
        Docking of the first crew; None for a full crew from the start on.
    visits : tuple of Visit
        Stated one by one.
    aboard_n : int
    least_handover_d, beta_limit_deg : float or None
    life_support : LifeSupport or None
    cargo_ships : tuple of Ship
    shares : mapping
    propellant_kg_y : float
    """

    crew_n: int
    start: Epoch
    stop: Epoch
    ships: tuple[Ship, ...] = ()
    stay_d: float = 180.0
    handover_d: float = 5.0
    first: Epoch | None = None
    visits: tuple[Visit, ...] = ()
    aboard_n: int = 0
    least_handover_d: float | None = None
    beta_limit_deg: float | None = None
    life_support: LifeSupport | None = None
    cargo_ships: tuple[Ship, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    propellant_kg_y: float = 0.0


@dataclass(frozen=True)
class UpkeepRequest:
    """How a station is kept up.

    Attributes
    ----------
    start : Epoch
    years : float
    hold : bool
        False: only its fall is asked for.
    altitude_km : float or None
        At the start; None for the station's own.
    deorbit : bool
        It is also brought down.
    band_km : tuple of float or None
        Mean altitudes: at the lower one it is raised to the higher; None for 2.5 km either way.
    is_estimated : bool
        The drag is taken from the elements up to the start; else it is the one stated.
    attitude : str or None
        Whose drag area counts; None for the one stated overall.
    collision_avoidance_m_s_y : float
        Allowance for maneuvers out of the way of debris.
    samples_n, seed : int
    as_flown : mapping
        For comparison.
    """

    start: Epoch
    years: float = 1.0
    hold: bool = True
    altitude_km: float | None = None
    deorbit: bool = False
    band_km: tuple[float, float] | None = None
    is_estimated: bool = False
    attitude: str | None = None
    collision_avoidance_m_s_y: float = 1.0
    samples_n: int = 100
    seed: int = 1
    as_flown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Design:
    """A station's file, ready to be asked.

    Attributes
    ----------
    name, title : str
    station : Station
    plan : Plan
    book : Catalog
    trade : TradeRequest
    crew, split, upkeep : request or None
    assumed : tuple of dict
        Figures used that are not confirmed.
    file : str
        What messages call its file.
    """

    name: str
    title: str
    station: Station
    plan: Plan
    book: Catalog
    trade: TradeRequest = TradeRequest()
    crew: CrewRequest | None = None
    split: SplitRequest | None = None
    upkeep: UpkeepRequest | None = None
    assumed: tuple[dict[str, Any], ...] = ()
    file: str = ""
