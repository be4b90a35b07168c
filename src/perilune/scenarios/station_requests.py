"""What a station's file asks: the trade, the crew, the division, the upkeep, as requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from perilune.astro.epoch import Epoch
from perilune.catalog.book import Catalog
from perilune.errors import InputError
from perilune.scenarios import dates
from perilune.scenarios.doubts import Doubts
from perilune.scenarios.station_asks_file import VisitFile
from perilune.scenarios.station_file import StationFile
from perilune.stations.design import CrewRequest, SplitRequest, TradeRequest, UpkeepRequest
from perilune.stations.fleet import Flights
from perilune.stations.ship import Ship
from perilune.stations.station import Station
from perilune.stations.supplies import LifeSupport
from perilune.stations.visit import Visit, visit

T = TypeVar("T")


class Requests(Doubts):
    """Turns the tables of a station's file into requests; `at` puts the key into every message."""

    def __init__(self, file: StationFile, book: Catalog) -> None:
        super().__init__()
        self.file, self.book = file, book

    def at(self, key: str, make: Callable[[], T]) -> T:
        """Return what is made; a refusal is one of this key."""
        try:
            return make()
        except InputError as error:
            inner = f"{key}.{error.key}" if error.key else key
            raise InputError(error.problem, file=error.file, key=inner) from None

    def day(self, key: str, day: date) -> Epoch:
        """Return the start of a day."""
        return self.at(key, lambda: dates.read(day.isoformat(), on_earth=True))

    def trade(self) -> TradeRequest:
        """Return which inclinations are compared."""
        part = self.file.trade
        others = [
            self.at(f"trade.move_to[{n}]", partial(self.book.entry, "stations", name))
            for n, name in enumerate(part.move_to)
        ]
        manifest = [
            Flights(row.vehicle, row.flights_n, row.partner, row.site) for row in part.flight
        ]
        return TradeRequest(
            None if part.partners is None else tuple(part.partners),
            (part.lowest_deg, part.highest_deg),
            part.step_deg,
            tuple(part.altitudes_km or ()),
            part.permitted,
            part.doglegs,
            tuple(manifest),
            part.tonnes,
            tuple(Station.of(entry) for entry in others),
        )

    def split(self) -> SplitRequest | None:
        """Return which modules leave."""
        part = self.file.split
        if part is None:
            return None
        return SplitRequest(
            part.name,
            part.title or part.name,
            self.day("split.date", part.date),
            tuple(part.modules),
            part.separation_m_s,
            part.direction,
        )

    def upkeep(self, station: Station) -> UpkeepRequest | None:
        """Return how the station is kept up."""
        part = self.file.upkeep
        if part is None:
            return None
        self.at("upkeep.attitude", lambda: station.area_m2(part.attitude))
        flown = part.as_flown
        return UpkeepRequest(
            self.day("upkeep.from_date", part.from_date),
            part.years,
            part.hold,
            part.altitude_km,
            part.deorbit,
            None if part.band_km is None else (part.band_km[0], part.band_km[1]),
            part.ballistic == "estimated",
            part.attitude,
            part.collision_avoidance_m_s_y,
            part.samples_n,
            part.seed,
            {}
            if flown is None
            else {"reentry_utc": Epoch.utc(flown.reentry_utc).utc_iso(0), "source": flown.source},
        )

    def crew(self) -> CrewRequest | None:
        """Return who shall be on board."""
        part = self.file.crew
        if part is None:
            return None
        life = part.life_support
        return CrewRequest(
            part.crew_n,
            self.day("crew.from_date", part.from_date),
            self.day("crew.to_date", part.to_date),
            tuple(self._ship(f"crew.ships[{n}]", name) for n, name in enumerate(part.ships)),
            part.stay_d,
            part.handover_d,
            None
            if part.first_docking_date is None
            else self.day("crew.first_docking_date", part.first_docking_date),
            tuple(self._visit(f"crew.visit[{n}]", row) for n, row in enumerate(part.visit)),
            part.aboard_n,
            part.least_handover_d,
            part.beta_limit_deg,
            None
            if life is None
            else self.at("crew.life_support", lambda: self._life_support(life)),
            tuple(
                self._ship(f"crew.cargo_ships[{n}]", name)
                for n, name in enumerate(part.cargo_ships)
            ),
            part.shares,
            part.propellant_kg_y,
        )

    def _life_support(self, name: str) -> LifeSupport:
        entry = self.book.entry("life_support", name)
        self.note_entry(entry, "needs", "spares_kg_y", "research_kg_y")
        return LifeSupport.of(entry)

    def _ship(self, key: str, name: str) -> Ship:
        entry = self.at(key, lambda: self.book.entry("ships", name))
        self.note_entry(entry, "seats_n", "cargo_kg", "refuel_kg", "docked_life_d", "usual_stay_d")
        return Ship.of(entry)

    def _visit(self, key: str, row: VisitFile) -> Visit:
        def when(name: str, value: datetime | None) -> Epoch | None:
            if value is None:
                return None
            return self.at(f"{key}.{name}", lambda: dates.read(value, on_earth=True))

        ship = self._ship(f"{key}.ship", row.ship)
        return self.at(
            key,
            lambda: visit(
                row.name,
                ship,
                launch=when("launch_utc", row.launch_utc),
                docking=when("docking_utc", row.docking_utc),
                undocking=when("undocking_utc", row.undocking_utc),
                landing=when("landing_utc", row.landing_utc),
                crew_n=row.crew_n,
                crew_down_n=row.crew_down_n,
                port=row.port,
                unfit_from=when("unfit_from_utc", row.unfit_from_utc),
            ),
        )
