"""A mission in the features that a comparison of mission lists looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from perilune.astro.geometry import SurfacePoint
from perilune.catalog.book import Catalog, catalog
from perilune.cooperation.study_file import MissionFile
from perilune.errors import InputError
from perilune.missions.mission import Mission
from perilune.missions.together import Docking, Of, Straight
from perilune.phases.departure import TransferPhase
from perilune.phases.earth_return import EarthReturn
from perilune.phases.halo import HaloTransfer
from perilune.phases.lunar_start import LunarStart
from perilune.phases.powered_descent import PoweredDescent

_LIMITS = {
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-360.0, 360.0),
    "inclination_deg": (0.0, 180.0),
    "altitude_km": (0.0, 1e6),
    "mass_kg": (0.0, 1e7),
}


@dataclass(frozen=True)
class MissionProfile:
    """A mission as others see it. What is not known is None, or empty.

    Attributes
    ----------
    name, partner : str
    objective : str
        What for, in words: `ice and volatiles near the south pole`.
    body : str
    latitude_deg, longitude_deg : float or None
        Where it lands.
    orbit : str
        For a mission that stays in orbit: `low`, `halo`.
    inclination_deg, altitude_km : float or None
        Of that orbit.
    date : datetime.date or None
        Of launch.
    mass_kg : float or None
        At launch.
    capabilities : tuple of str
        What its craft can do: `landing`, `sample_return`, `drill`.

    Raises
    ------
    InputError
        Where a number is impossible, or a site has only one coordinate.
    """

    name: str
    partner: str
    objective: str = ""
    body: str = "moon"
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    orbit: str = ""
    inclination_deg: float | None = None
    altitude_km: float | None = None
    date: date | None = None
    mass_kg: float | None = None
    capabilities: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for key, (least, most) in _LIMITS.items():
            value = getattr(self, key)
            if value is not None and not (isfinite(value) and least <= value <= most):
                raise InputError(
                    f"found {value}, expected {least:g} to {most:g}", key=self._at(key)
                )
        if self.mass_kg == 0.0:
            raise InputError("found 0, expected more", key=self._at("mass_kg"))
        if (self.latitude_deg is None) != (self.longitude_deg is None):
            raise InputError("found one coordinate, expected both or none", key=self._at("site"))

    @property
    def lands(self) -> bool | None:
        """Whether it lands; None where neither a site nor an orbit is known."""
        if self.latitude_deg is not None:
            return True
        known = self.orbit or self.inclination_deg is not None or self.altitude_km is not None
        return False if known else None

    @property
    def site(self) -> SurfacePoint | None:
        """Where it lands."""
        if self.latitude_deg is None or self.longitude_deg is None:
            return None
        return SurfacePoint("moon", self.latitude_deg, self.longitude_deg)

    def _at(self, key: str) -> str:
        return f"mission '{self.name}'.{key}"


def profile(file: MissionFile, mission: Mission, book: Catalog | None = None) -> MissionProfile:
    """Return the profile of a study's mission: what its file says, the rest from its scenario.

    Parameters
    ----------
    file : MissionFile
    mission : Mission
        Its scenario, as `perilune.scenarios.load.load` gives it.
    book : Catalog, optional
        Where the file's site is looked up; default: the bundled one.

    Raises
    ------
    UnknownName
        Where the catalogue has no such lunar site.
    """
    phases = [each.phase if isinstance(each, Of) else each for each in mission.phases]
    site = _site(file, phases, book)
    orbit: dict[str, Any] = {} if site else _orbit(phases)
    able = dict.fromkeys([*map(_word, file.capabilities), *_abilities(phases)])
    return MissionProfile(
        name=file.name,
        partner=file.lead,
        objective=file.objective or file.title or mission.title,
        latitude_deg=site[0] if site else None,
        longitude_deg=site[1] if site else None,
        date=file.planned,
        mass_kg=mission.stack.mass_kg,
        capabilities=tuple(able),
        **orbit,
    )


def _site(file: MissionFile, phases: list[Any], book: Catalog | None) -> tuple[float, float] | None:
    if file.site is not None:
        figures = (book or catalog()).entry("lunar_sites", file.site).figures
        return float(figures["latitude_deg"]), float(figures["longitude_deg"])
    for phase in phases:
        if isinstance(phase, PoweredDescent):
            return phase.site.latitude_deg, phase.site.longitude_deg
    return None


def _orbit(phases: list[Any]) -> dict[str, Any]:
    for phase in phases:
        if isinstance(phase, HaloTransfer):
            return {"orbit": "halo", "altitude_km": None}
    for phase in phases:
        if isinstance(phase, LunarStart):
            height = 0.5 * (phase.perilune_altitude_km + phase.apolune_altitude_km)
            return {
                "orbit": "low",
                "inclination_deg": phase.inclination_deg,
                "altitude_km": height,
            }
        if isinstance(phase, TransferPhase):
            wanted = phase.wanted
            return {
                "orbit": "low",
                "inclination_deg": wanted.inclination_deg,
                "altitude_km": wanted.altitude_km,
            }
    return {}


def _abilities(phases: list[Any]) -> list[str]:
    """Return what the phases of a scenario show that its craft can do."""
    lands = any(isinstance(each, PoweredDescent) for each in phases)
    comes_home = any(isinstance(each, EarthReturn | Straight) for each in phases)
    docks = any(isinstance(each, Docking) for each in phases)
    found = ["landing"] if lands else ["orbit"]
    found += ["sample_return"] if lands and comes_home else []
    return found + (["lunar_orbit_rendezvous"] if docks else [])


def _word(text: str) -> str:
    return "_".join(text.lower().replace("-", " ").replace("_", " ").split())
