"""A mission: who flies, the phases in order, and how to choose between alternatives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.missions import told
from perilune.missions.scan import Lift, WindowsRequest
from perilune.phases.base import Phase, Stack
from perilune.phases.corridor import Corridor
from perilune.phases.shot import Model

EVENT_NAMES = (
    "lift_off",
    "parking_orbit",
    "phasing_burn",
    "translunar_injection",
    "correction",
    "lunar_swing_by",
    "halo_insertion",
    "perilune",
    "lunar_orbit_insertion",
    "lunar_orbit",
    "separation",
    "descent_orbit_insertion",
    "powered_descent",
    "touchdown",
    "surface_end",
    "lunar_lift_off",
    "lunar_ascent_orbit",
    "rendezvous_burn",
    "orbit_burn",
    "station_keeping",
    "docking",
    "trans_earth_injection",
    "entry_interface",
    "landing",
    "impact",
)
"""Event names in the order a mission may use them; `phasing_burn`, `correction`,
`lunar_orbit_insertion`, `rendezvous_burn`, `orbit_burn`, `station_keeping` and
`trans_earth_injection` carry a number (`_1`)."""


@dataclass(frozen=True)
class Choice:
    """The goal that picks one of the alternatives a transfer offers.

    Attributes
    ----------
    goal : str
        `least_delta_v`, `branch` (then `branch` names it) or `passes_over`.
    branch : str, optional
    site : SurfacePoint, optional
        With `site_name`, `date` and `within_km`: the orbit plane passes over it then.
    """

    goal: str = "least_delta_v"
    branch: str | None = None
    site: SurfacePoint | None = None
    site_name: str = ""
    date: Epoch | None = None
    within_km: float = 30.0


@dataclass(frozen=True)
class AsFlown:
    """What really happened, for the comparison column: no solver reads it."""

    event: str
    utc: str | None
    figures: dict[str, float]
    source: str


@dataclass(frozen=True, eq=False)
class Mission:
    """Everything a flight needs.

    Attributes
    ----------
    name, title : str
    stack : Stack
        The spacecraft at launch.
    phases : tuple of Phase
    choice : Choice
    model : Model
    constants : str
        Name of the constants set.
    as_flown : tuple of AsFlown
    assumed : tuple of dict
        Figures that are not confirmed: what, value, confidence, source.
    corridor : Corridor, optional
        What the launch site permits.
    lift : callable, optional
        What the vehicle injects, kg: of parking inclination (deg) and C3 (km2/s2), arrays.
    scan_assumed : tuple of dict
        Unconfirmed figures that only a scan of launch dates uses.
    windows : WindowsRequest
        What a scan of launch dates tries, and what makes a date feasible.
    """

    name: str
    title: str
    stack: Stack
    phases: tuple[Phase, ...]
    choice: Choice = Choice()
    model: Model = field(default_factory=Model)
    constants: str = "de440"
    as_flown: tuple[AsFlown, ...] = ()
    assumed: tuple[dict[str, Any], ...] = ()
    corridor: Corridor | None = None
    lift: Lift | None = None
    scan_assumed: tuple[dict[str, Any], ...] = ()
    windows: WindowsRequest = field(default_factory=WindowsRequest)

    def _repr_html_(self) -> str:
        return told.mission_card(self)

    def __repr__(self) -> str:
        return f"<Mission {self.name}: {told.in_order(self)}>"
