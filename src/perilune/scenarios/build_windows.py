"""From a file's launch windows to what a scan is asked; and what the vehicle carries."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import DAY
from perilune.catalog.book import Catalog
from perilune.errors import InputError
from perilune.missions.scan import Direction, Landing, Limits, Station, WindowsRequest
from perilune.phases.capture import Capture
from perilune.phases.corridor import HEADINGS, Corridor
from perilune.phases.departure import LaunchPhase, TransferPhase
from perilune.phases.launch import LaunchSite
from perilune.phases.performance import Performance
from perilune.phases.request import FLIGHT_TIMES_H
from perilune.phases.vehicle import upper_stage_of, vehicle_of
from perilune.scenarios import schema

Array = NDArray[np.float64]


class VehicleLift:
    """What a vehicle injects from a site, kg; its performance is fitted when first asked for."""

    def __init__(
        self, book: Catalog, vehicle: str, site: LaunchSite, upper_stage: str | None
    ) -> None:
        self.book, self.vehicle, self.site = book, vehicle, site
        self.upper_stage = upper_stage

    @cached_property
    def performance(self) -> Performance:
        """The fitted model."""
        sites = {
            name: LaunchSite(name, entry.point("earth"))
            for name, entry in self.book.table("launch_sites").items()
        }
        stages = {
            name: upper_stage_of(entry) for name, entry in self.book.table("upper_stages").items()
        }
        vehicle = vehicle_of(self.book.entry("vehicles", self.vehicle))
        return Performance.of(vehicle, sites, stages)

    def __call__(self, inclination_deg: Array, c3_km2_s2: Array) -> Array:
        """Return the injected mass by parking inclination and C3."""
        return self.performance.payload_kg(
            self.site, inclination_deg, c3_km2_s2=c3_km2_s2, upper_stage=self.upper_stage
        )


class WindowsBuilder:
    """Builds the request, remembering where in the file it is."""

    def __init__(self, file: schema.ScenarioFile, book: Catalog) -> None:
        self.file, self.part, self.catalog = file, file.windows, book
        self.at = "windows"
        self.used: list[tuple[str, str]] = []
        """Kind and name of the catalogue entries used."""

    def request(
        self, launch: LaunchPhase, transfer: TransferPhase, capture: Capture | None
    ) -> WindowsRequest:
        """Return what a scan is asked."""
        part = self.part
        given = transfer.flight_time_s
        hours = FLIGHT_TIMES_H if given is None else (given / 3600.0, given / 3600.0)
        if part.flight_time_h is not None:
            hours = (part.flight_time_h[0], part.flight_time_h[1])
        return WindowsRequest(
            directions=self._directions(launch),
            flight_times_h=hours,
            flight_time_step_h=part.flight_time_step_h,
            limits=Limits(
                landing=self._landing(),
                stations=self._stations(),
                station_elevation_deg=part.station_elevation_deg,
                dv_allowance_m_s=part.dv_allowance_m_s,
                max_total_dv_m_s=part.max_total_dv_m_s,
            ),
            orbit_altitude_km=self._circle(capture),
            steered=part.azimuth == "steered",
            free_flight_time=given is None,
        )

    def _directions(self, launch: LaunchPhase) -> tuple[Direction, ...]:
        self.at = "windows.inclinations_deg"
        site = launch.launch.site
        corridor = Corridor.of(self.catalog.entry("launch_sites", site.name))
        found = []
        for inclination in self.part.inclinations_deg or []:
            site.azimuth_deg(inclination, northbound=True)  # must be reachable
            headings = [launch.heading] if launch.heading else list(HEADINGS)
            permitted = [h for h in headings if corridor.permits(inclination, h, site)]
            if not permitted:
                raise InputError(corridor.refusal(inclination, launch.heading, site) or "")
            found += [Direction(inclination, heading) for heading in permitted]
        return tuple(found)

    def _landing(self) -> Landing | None:
        part = self.part
        if part.wait_d is None:
            return None
        transfer = next(p for p in self.file.phase if isinstance(p, schema.TransferFile))
        name = part.landing_site or (transfer.passes_over.site if transfer.passes_over else None)
        if name is None:
            raise InputError(
                "`wait_d` is about a landing: expected `landing_site`, or the transfer's "
                "`passes_over`"
            )
        self.at = "windows.landing_site"
        site = self.catalog.entry("lunar_sites", name)
        self.used.append(("lunar_sites", name))
        low, high = part.sun_elevation_deg or (-90.0, 90.0)
        return Landing(
            name,
            site.point("moon"),
            (part.wait_d[0] * DAY, part.wait_d[1] * DAY),
            (low, high),
            3600.0 * part.surface_stay_h,
            part.earth_elevation_deg,
            part.within_km,
        )

    def _stations(self) -> tuple[Station, ...]:
        self.at = "windows.ground_stations"
        found = []
        for name in self.part.ground_stations:
            entry = self.catalog.entry("ground_stations", name)
            self.used.append(("ground_stations", name))
            found.append(Station(name, entry.point("earth")))
        return tuple(found)

    def _circle(self, capture: Capture | None) -> float | None:
        """Return the altitude of the circle the capture ends in, if it says so."""
        self.at = "windows"
        return capture.burns[-1].circular_altitude_km if capture else None
