"""The flights of an assembly: lift, launch window to the station's plane, rendezvous, docking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from perilune.astro.environment import Environment, environment
from perilune.astro.epoch import Epoch
from perilune.catalog.entry import Entry
from perilune.runs.tally import Tally
from perilune.stations.answer import answer_of
from perilune.stations.assembly import Stage
from perilune.stations.delivery import Means
from perilune.stations.design import Design
from perilune.stations.elements import nearest
from perilune.stations.first_plane import first_plane
from perilune.stations.flight import fly_to_station
from perilune.stations.flight_order import FlightOrder
from perilune.stations.lift import Lift, lifts_of
from perilune.stations.phasing import PROFILES_H
from perilune.stations.plan import Ride, Step
from perilune.stations.station_flight import StationFlight
from perilune.stations.whereabouts import Station as Motion

Report = Callable[[str], None]

INSERTION_KM = 220.0
"""Mean altitude for which a vehicle's payload counts: 200 by 240 km, as Soyuz is left in."""

MODEL_ERROR = 0.08
"""How far a vehicle's modeled payload may be off: the median of figures left out of their fit."""

_USUAL_H = PROFILES_H["4_orbits"]


class Flights:
    """Flies the steps of a plan that go up.

    The plane is that of the two-line elements nearest in time; of a station without any, that of
    its first launch.

    Model limits: what a vehicle lifts is its model's payload at 275 km less what a dogleg or plane
    change costs; the rest of the way is the module's own.
    """

    def __init__(self, design: Design, report: Report = lambda _: None) -> None:
        self.design, self.report = design, report
        self._first: Motion | None = None

    @cached_property
    def _env(self) -> Environment:
        return environment()

    @cached_property
    def _lifts(self) -> tuple[Lift, ...]:
        rides = [step.ride for step in self.design.plan.steps if step.ride is not None]
        return lifts_of(self.design.book, [ride.vehicle.name for ride in rides])

    def rows(self, stages: Sequence[Stage]) -> list[dict[str, Any]]:
        """Return a row for every flight."""
        found = [stage for stage in stages if stage.step.ride is not None]
        rows = []
        for number, stage in enumerate(found, start=1):
            text = f"flight {number} of {len(found)}: {stage.step.name}"
            self.report(Tally(text, number - 1, len(found)))
            rows.append(self._row(stage.step))
        return rows

    def _row(self, step: Step) -> dict[str, Any]:
        ride, module = step.ride, step.module
        assert ride is not None
        assert module is not None
        entry = self._entry(module.name)
        mass = float(entry.figures.get("launch_mass_kg", module.mass_kg))
        lifts, payload, lack = self._payload(ride)
        reasons = [lack] if lack else []
        notes = []
        if payload is not None and payload < mass:
            words = f"{ride.vehicle.name} lifts {payload:,.0f} kg there, {mass:,.0f} kg are needed"
            if payload < (1.0 - MODEL_ERROR) * mass:
                reasons.append(words)
            else:
                notes.append(f"{words}: within the error of its model")
        flight = None if step.to is None else self._fly(step, ride, entry)
        if flight is None:
            self._begin(step, ride)
        else:
            reasons += flight.why_not
            notes += [flight.plane_note] if flight.plane_note else []
        row = _flown(flight, ride, step) | {
            "mass_kg": mass,
            "payload_kg": payload,
            "lifted_by": lifts,
            "port": None if step.to is None else ".".join(step.to),
            "partner": module.partner,
        }
        said = {"ok": not reasons, "why_not": "; ".join(reasons) or None, "notes": notes}
        return row | said

    def _entry(self, name: str) -> Entry:
        book = self.design.book
        kind = "modules" if name in book.table("modules") else "ships"
        return book.entry(kind, name)

    # ---- the vehicle

    def _payload(self, ride: Ride) -> tuple[str | None, float | None, str]:
        """Return with which stages a vehicle lifts most there, how much, and why not at all."""
        own = [
            lift
            for lift in self._lifts
            if (lift.vehicle, lift.pad.name) == (ride.vehicle.name, ride.site.name)
        ]
        if not own:
            return None, None, f"{ride.vehicle.name} does not fly from {ride.site.name}"
        tilt = self.design.station.inclination_deg
        means = Means(permitted=True)
        found = {
            lift.name: answer_of(lift.pad, tilt, INSERTION_KM, means, lift).payload_kg
            for lift in own
            if lift.performance is not None
        }
        known = {name: mass for name, mass in found.items() if mass is not None}
        if not known:
            return None, None, ""  # its payload is not known: nothing speaks against it
        best = max(known, key=lambda name: known[name])
        return best, known[best], ""

    # ---- the way

    def _motion(self, when: Epoch) -> Motion | None:
        elements = self.design.station.elements
        return nearest(list(elements), when) if elements else self._first

    def _begin(self, step: Step, ride: Ride) -> None:
        """Keep the plane of the first launch."""
        station, launch = self.design.station, step.instant
        if launch is None or station.elements:
            return
        order = FlightOrder.of(ride.vehicle, ride.site)
        self._first = first_plane(
            order.site,
            order.corridor,
            station.inclination_deg,
            station.altitude_km,
            launch,
            self._env,
        )

    def _fly(self, step: Step, ride: Ride, entry: Entry) -> StationFlight | None:
        when = step.instant
        assert when is not None
        motion = self._motion(when)
        if motion is None:
            return None
        order = FlightOrder.of(
            ride.vehicle, ride.site, entry, rendezvous=ride.rendezvous_h or _USUAL_H
        )
        if ride.launch is not None:
            return fly_to_station(order, motion, self._env, lift_off=ride.launch)
        return fly_to_station(order, motion, self._env, after=when)


def _flown(flight: StationFlight | None, ride: Ride, step: Step) -> dict[str, Any]:
    """Return the row of a flight; without a rendezvous that of its launch."""
    if flight is None:
        launch = step.instant
        row: dict[str, Any] = {
            "vehicle": ride.vehicle.name,
            "site": ride.site.name,
            "launch_utc": None if launch is None else launch.utc_iso(0),
            "plane_offset_min": None,
            "docking_utc": None,
            "rendezvous_h": None,
        }
    else:
        row = flight.to_json()
    return {"name": step.name, **row, **_as_flown(ride)}


def _as_flown(ride: Ride) -> dict[str, Any]:
    """Return what really happened, as far as it is known."""
    flown = ride.as_flown
    docking = Epoch.utc(flown["docking_utc"]) if "docking_utc" in flown else None
    launch = Epoch.utc(flown["launch_utc"]) if "launch_utc" in flown else ride.launch
    hours = flown.get("rendezvous_h")
    if hours is None and docking is not None and launch is not None:
        hours = round(float(docking - launch) / 3600.0, 2)
    return {
        "flown_docking_utc": None if docking is None else docking.utc_iso(0),
        "flown_rendezvous_h": hours,
        "flown_source": flown.get("source"),
    }
