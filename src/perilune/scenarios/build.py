"""From a validated file to the mission it describes: names looked up, degrees turned to radians."""

from __future__ import annotations

from typing import Any

from perilune.astro.bodies import constants
from perilune.astro.ephemeris import BODIES
from perilune.astro.epoch import Epoch
from perilune.astro.gravity import field
from perilune.catalog.book import Catalog, catalog
from perilune.dynamics.forces import Forces
from perilune.errors import InputError, PeriluneError
from perilune.missions.mission import AsFlown, Mission
from perilune.missions.scan import WindowsRequest
from perilune.phases.base import Engine, Phase, Spacecraft, Stack
from perilune.phases.capture import Capture
from perilune.phases.departure import LaunchPhase, TransferPhase
from perilune.phases.orbit import Orbit
from perilune.phases.shot import Model
from perilune.scenarios import schema
from perilune.scenarios.build_home import HomeBuilder
from perilune.scenarios.build_launch import LaunchBuilder
from perilune.scenarios.build_moon import MoonBuilder
from perilune.scenarios.build_start import StartBuilder
from perilune.scenarios.build_windows import WindowsBuilder
from perilune.scenarios.notes import PLACE
from perilune.scenarios.order import require_order


def build(file: schema.ScenarioFile, where: str, book: Catalog | None = None) -> Mission:
    """Return the mission of a validated file, its names looked up in `book` (default: bundled).

    Raises
    ------
    InputError
        Where a name is not known or a value is impossible; says file and key.
    """
    builder = _Builder(file, book or catalog())
    try:
        return builder.mission()
    except InputError as error:
        key = error.key or builder.at
        if builder.at.startswith("phase[") and not key.startswith("phase["):
            key = f"{builder.at}.{key}"  # a phase knows its own keys, not its place in the file
        raise InputError(error.problem, file=where, key=key) from error
    except PeriluneError as error:
        raise InputError(str(error), file=where, key=builder.at) from error


class _Builder(LaunchBuilder, MoonBuilder, HomeBuilder, StartBuilder):
    """Builds piece by piece, remembering where in the file it is and what is not confirmed."""

    def mission(self) -> Mission:
        file = self.file
        model = self._model(file.model)
        stack = Stack(tuple(self._spacecraft(i, craft) for i, craft in enumerate(file.spacecraft)))
        phases = tuple(self._phase(i, part, stack) for i, part in enumerate(file.phase))
        require_order(file.phase, [craft.name for craft in stack.members])
        as_flown = tuple(self._as_flown(i, row) for i, row in enumerate(file.as_flown))
        windows, scan_assumed = self._windows(phases)
        return Mission(
            name=file.name,
            title=file.title,
            stack=stack,
            phases=phases,
            choice=self.choice,
            model=model,
            constants=file.model.constants,
            as_flown=as_flown,
            assumed=tuple(self.assumed),
            corridor=self.corridor,
            lift=self.lift,
            windows=windows,
            scan_assumed=scan_assumed,
        )

    def _windows(
        self, phases: tuple[Phase, ...]
    ) -> tuple[WindowsRequest, tuple[dict[str, Any], ...]]:
        """Return the request of a scan, and the unconfirmed figures that only a scan uses."""
        launch = next((p for p in phases if isinstance(p, LaunchPhase)), None)
        transfer = next((p for p in phases if isinstance(p, TransferPhase)), None)
        if launch is None or transfer is None:
            return WindowsRequest(), ()
        capture = next((p for p in phases if isinstance(p, Capture)), None)
        builder = WindowsBuilder(self.file, self.catalog)
        try:
            request = builder.request(launch, transfer, capture)
        except PeriluneError:
            self.at = builder.at
            raise
        kept, self.assumed = self.assumed, []
        site = self.catalog.entry("launch_sites", launch.launch.site.name)
        self.note_entry(site, "azimuths_deg", "inclinations_deg")
        for kind, name in builder.used:
            self.note_entry(self.catalog.entry(kind, name), *PLACE)
        part = self.file.windows
        limits = part.model_dump(exclude_none=True, exclude_unset=True)
        self.note("windows: limits", limits, part.confidence, part.source)
        found, self.assumed = tuple(row for row in self.assumed if row not in kept), kept
        return request, found

    def _model(self, part: schema.ModelFile) -> Model:
        self.at = "model.constants"
        known = constants(part.constants)
        self.at = "model.point_masses"
        bodies = tuple(part.point_masses)
        for body in bodies:
            if bodies.count(body) > 1:
                raise InputError(f"'{body}' is named twice: it would attract twice")
            if body in BODIES and body not in known.gm_km3_s2:
                having = ", ".join(sorted(known.gm_km3_s2))
                raise InputError(f"constants '{known.name}' have no GM for '{body}': have {having}")
        self.at = "model.earth_field"
        earth = (part.earth_field[0], part.earth_field[1])
        field("earth").require(*earth)
        self.at = "model.moon_field"
        moon = (part.moon_field[0], part.moon_field[1])
        field("moon").require(*moon)
        self.at = "model.point_masses"
        return Model(
            earth=Forces(bodies, harmonics={"earth": earth}),
            moon=Forces(bodies, harmonics={"earth": (2, 0), "moon": moon}),
        )

    def _spacecraft(self, number: int, part: schema.SpacecraftFile) -> Spacecraft:
        self.at = f"spacecraft[{number}] ({part.name})"
        figures = {"dry_mass_kg": part.dry_mass_kg, "propellant_kg": part.propellant_kg}
        for engine in part.engines:
            which = "" if len(part.engines) == 1 else f"{engine.name}_"
            figures |= {f"{which}thrust_n": engine.thrust_n, f"{which}isp_s": engine.isp_s}
        self.note(f"spacecraft: {part.name}", figures, part.confidence, part.source)
        engines = tuple(Engine(e.name, e.thrust_n, e.isp_s) for e in part.engines)
        return Spacecraft(part.name, part.dry_mass_kg, part.propellant_kg, engines)

    def _phase(self, number: int, part: Any, stack: Stack) -> Phase:
        self.at = f"phase[{number}] ({part.kind})"
        if isinstance(part, schema.LaunchFile):
            return self.launch(part)
        if isinstance(part, schema.InjectionFile):
            return self.injection(part, stack)
        if isinstance(part, schema.TransferFile):
            return self.transfer(part)
        if isinstance(part, schema.CaptureFile):
            return self.capture(part, stack)
        if isinstance(part, schema.OrbitFile):
            if part.spacecraft is not None:
                self.craft(part.spacecraft, stack)
            return Orbit(self.date(part.until_utc, "until_utc"), part.spacecraft)
        found = self.start(part, stack) or self.ground(part, stack) or self.home(part, stack)
        assert found is not None
        return found

    def _as_flown(self, number: int, row: schema.AsFlownFile) -> AsFlown:
        self.at = f"as_flown[{number}] ({row.event}).utc"
        utc = None if row.utc is None else Epoch.utc(row.utc).utc_iso(0)
        figures = {key: float(value) for key, value in (row.model_extra or {}).items()}
        return AsFlown(row.event, utc, figures, row.source)
