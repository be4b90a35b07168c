"""A launch vehicle as the catalogue has it: stages, ascent, and the payloads stated of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from perilune.astro.bodies import STANDARD_GRAVITY_M_S2
from perilune.errors import InputError
from perilune.phases.launch import Ascent
from perilune.phases.quote import Quote


class Row(Protocol):
    """A catalogue entry: its name and its figures, units in their keys."""

    @property
    def name(self) -> str:
        """The entry's name."""

    @property
    def figures(self) -> Mapping[str, Any]:
        """Values by key."""

    @property
    def confidence(self) -> str:
        """`sourced`, `derived`, `unconfirmed` or `assumed`."""

    @property
    def source(self) -> str:
        """Where the figures stand."""


@dataclass(frozen=True)
class Stage:
    """One stage, or `count` equal ones that burn together.

    Attributes
    ----------
    name : str
    propellant_kg, dry_mass_kg, thrust_n : float
        Of one; thrust in vacuum.
    isp_s : float
        Specific impulse in vacuum.
    count : int
    parallel : bool
        It burns from the start of the next stage that is not parallel: a booster.
    throttle : float
        Share of its thrust that a core runs at while its boosters burn.
    """

    name: str
    propellant_kg: float
    dry_mass_kg: float
    thrust_n: float
    isp_s: float
    count: int = 1
    parallel: bool = False
    throttle: float = 1.0

    def __post_init__(self) -> None:
        figures = (self.propellant_kg, self.dry_mass_kg, self.thrust_n, self.isp_s, self.count)
        if min(figures) <= 0.0 or not 0.0 < self.throttle <= 1.0:
            raise InputError(
                f"stage '{self.name}': expected masses, thrust_n, isp_s and count above zero and "
                f"a throttle from 0 to 1, found {figures} and {self.throttle:g}"
            )

    @property
    def exhaust_km_s(self) -> float:
        """Exhaust speed, km/s."""
        return self.isp_s * STANDARD_GRAVITY_M_S2 / 1000.0

    @property
    def flow_kg_s(self) -> float:
        """Propellant flow of all of them, kg/s."""
        return self.count * self.thrust_n / (self.exhaust_km_s * 1000.0)


@dataclass(frozen=True)
class UpperStage:
    """A stage that flies on top of a vehicle and injects its payload.

    Attributes
    ----------
    name : str
    thrust_n, isp_s : float
        Of all engines, in vacuum.
    propellant_kg, dry_mass_kg : float
        With everything it starts with.
    injection_burns_n : int
        The number of perigee burns it splits a long injection into.
    tank_propellant_kg, tank_mass_kg : float
        What of both is in a tank that it drops when empty (Breeze-M).
    """

    name: str
    thrust_n: float
    isp_s: float
    propellant_kg: float
    dry_mass_kg: float
    injection_burns_n: int = 1
    tank_propellant_kg: float = 0.0
    tank_mass_kg: float = 0.0

    @property
    def exhaust_km_s(self) -> float:
        """Exhaust speed, km/s."""
        return self.isp_s * STANDARD_GRAVITY_M_S2 / 1000.0

    @property
    def final_mass_kg(self) -> float:
        """What is left of it with its payload, kg."""
        return self.dry_mass_kg - self.tank_mass_kg

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The same as the last of a vehicle's stages: two where it drops a tank."""
        engine = (self.thrust_n, self.isp_s)
        kept = self.propellant_kg - self.tank_propellant_kg
        core = Stage(self.name, kept, self.final_mass_kg, *engine)
        if self.tank_propellant_kg == 0.0:
            return (core,)
        return (
            Stage(f"{self.name}, tank", self.tank_propellant_kg, self.tank_mass_kg, *engine),
            core,
        )


@dataclass(frozen=True)
class Vehicle:
    """A launch vehicle.

    Attributes
    ----------
    name, title, agency : str
    stages : tuple of Stage
        From the ground up; parallel ones stand before the stage they burn beside.
    quotes : tuple of Quote
    ascent : Ascent
        To a parking orbit of about 200 km.
    sites : tuple of str
    upper_stage : str or None
        The optional stage that flies by default.
    confidence, source : str
    """

    name: str
    title: str
    stages: tuple[Stage, ...]
    quotes: tuple[Quote, ...]
    ascent: Ascent
    sites: tuple[str, ...] = ()
    upper_stage: str | None = None
    agency: str = ""
    confidence: str = "unconfirmed"
    source: str = ""

    @property
    def injector(self) -> UpperStage:
        """Its own last stage, as the one that injects from a parking orbit."""
        last = self.stages[-1]
        return UpperStage(
            last.name, last.thrust_n, last.isp_s, last.propellant_kg, last.dry_mass_kg
        )


def _rows(entry: Row, key: str, row: type, defaults: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the entry's rows of a kind; raises InputError with the key that does not fit."""
    found = []
    for index, figures in enumerate(entry.figures.get(key, ())):
        known = {k: v for k, v in figures.items() if k in row.__dataclass_fields__}  # type: ignore[attr-defined]
        try:
            found.append(row(**{**defaults, **known}))
        except (TypeError, InputError) as error:
            raise InputError(str(error), key=f"{entry.name}.{key}[{index}]") from error
    return tuple(found)


def vehicle_of(entry: Row) -> Vehicle:
    """Return the vehicle of a catalogue entry; raises InputError where a row is incomplete."""
    f = entry.figures
    own = {"confidence": entry.confidence, "source": entry.source}
    return Vehicle(
        name=entry.name,
        title=f.get("title", entry.name),
        stages=_rows(entry, "stages", Stage, {}),
        quotes=_rows(entry, "payloads", Quote, own),
        ascent=Ascent(float(f["ascent_duration_s"]), float(f["ascent_range_angle_deg"])),
        sites=tuple(f.get("sites", ())),
        upper_stage=f.get("upper_stage"),
        agency=f.get("agency", ""),
        confidence=entry.confidence,
        source=entry.source,
    )


def upper_stage_of(entry: Row) -> UpperStage:
    """Return the upper stage of a catalogue entry; raises InputError where a figure is missing."""
    keys = UpperStage.__dataclass_fields__
    try:
        return UpperStage(
            **{"name": entry.name, **{k: v for k, v in entry.figures.items() if k in keys}}
        )
    except TypeError as error:
        raise InputError(str(error), key=entry.name) from error
