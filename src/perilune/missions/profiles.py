"""Profiles of powered descents, ascents and entries, sampled from the trajectories flown.

Nothing is solved here: thrust, load and heating are read off the motion itself, in the force
model it was flown in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro import gravity
from perilune.astro.bodies import MOON_RADIUS_KM, STANDARD_GRAVITY_M_S2
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.trajectory import Arc
from perilune.missions.flight import Flight
from perilune.phases.entry_engine import SPIN_RAD_S
from perilune.phases.entry_flight import geodetic
from perilune.phases.entry_samples import ground_distance_km

Array = NDArray[np.float64]
Event = Mapping[str, Any]

_POINTS = 160  # of a powered flight
_ROUNDED_S = 1e-3  # dates of events are to a millisecond
_SHORTEST_S = 1.0  # a burn shorter than this has no profile
_A_STEP = 3  # samples of each integration step of an entry
_ROUNDED_OPENING_S = 0.051  # the parachute's opening is told to 0.1 s: still without it


@dataclass(frozen=True, eq=False)
class PoweredProfile:
    """A powered flight near the Moon's ground, arrays of shape (n,).

    Attributes
    ----------
    name, spacecraft : str
        Of the event; of the one whose motion it is.
    start_utc : str
    time_s : ndarray
        Since ignition.
    altitude_km : ndarray
        Over 1737.4 km, as in the timeline.
    speed_m_s, climb_m_s : ndarray
        Relative to the turning ground: the whole, and its vertical part.
    range_km : ndarray
        Along the ground, to where it lands or from where it lifted off.
    mass_kg, thrust_n : ndarray
        Thrust is the mass flow times the exhaust speed of the event's delta-v and masses.

    Model limits: one specific impulse during the burn.
    """

    name: str
    spacecraft: str
    start_utc: str
    time_s: Array
    altitude_km: Array
    speed_m_s: Array
    climb_m_s: Array
    range_km: Array
    mass_kg: Array
    thrust_n: Array


@dataclass(frozen=True, eq=False)
class EntryProfile:
    """An entry into the air from the interface to the parachute, arrays of shape (n,).

    Attributes
    ----------
    spacecraft, start_utc : str
    time_s : ndarray
        Since the interface.
    altitude_km : ndarray
        Geodetic.
    speed_km_s : ndarray
        Relative to the air.
    load_g : ndarray
        What is not gravity, in standard gravities.
    flux_mw_m2 : ndarray or None
        Stagnation-point heat flux; None where no peak was computed. It goes with the root of the
        load and the square of the speed, scaled to the peak of the entry's own computation.
    range_km : ndarray
        Along the ground, to the opening of the parachute.

    Model limits: those of the entry flown (J2, air that turns with the Earth); the scaling of the
    flux takes drag and lift coefficients as constant, as the entry does.
    """

    spacecraft: str
    start_utc: str
    time_s: Array
    altitude_km: Array
    speed_km_s: Array
    load_g: Array
    flux_mw_m2: Array | None
    range_km: Array

    @property
    def heat_mj_m2(self) -> float | None:
        """Integral of the heat flux."""
        if self.flux_mw_m2 is None:
            return None
        return float(np.trapezoid(self.flux_mw_m2, self.time_s))


def descents(flight: Flight) -> list[PoweredProfile]:
    """Return the profile of each powered descent flown, range counted to the landing."""
    return _powered(flight, "powered_descent", is_landing=True)


def ascents(flight: Flight) -> list[PoweredProfile]:
    """Return the profile of each lift-off from the Moon, range counted from its place."""
    return _powered(flight, "lunar_lift_off", is_landing=False)


def _powered(flight: Flight, name: str, *, is_landing: bool) -> list[PoweredProfile]:
    found = []
    for event in flight.events:
        start, end = Epoch.utc(event["utc"]), Epoch.utc(event["end_utc"])
        craft = _burner(flight, event)
        if event["name"] != name or craft is None or float(end - start) < _SHORTEST_S:
            continue
        arcs = [arc for arc in flight.trajectory(craft).arcs if _burns_within(arc, start, end)]
        if arcs:
            found.append(_powered_profile(flight, event, craft, arcs, is_landing=is_landing))
    return found


def _burner(flight: Flight, event: Event) -> str | None:
    names = [event.get("propellant_of"), *(event.get("members") or [])]
    return next((name for name in names if name in flight.spacecraft), None)


def _burns_within(arc: Arc, start: Epoch, end: Epoch) -> bool:
    first, last = (arc.origin + seconds for seconds in arc.span_s)
    late, early = float(last - end), float(start - first)
    return arc.has_mass and max(late, early) <= _ROUNDED_S and float(last - first) > 0.0


def _powered_profile(
    flight: Flight, event: Event, craft: str, arcs: list[Arc], *, is_landing: bool
) -> PoweredProfile:
    start = arcs[0].origin + arcs[0].span_s[0]
    last = float(arcs[-1].origin + arcs[-1].span_s[1] - start)
    seconds, vectors, flow = _sampled(arcs, start, last)
    state = State.from_vector(vectors[:, :6], epoch=start + seconds, center="moon")
    here = state.to(axes="moon_me", env=flight.env)
    r, v = here.r_km, here.v_km_s
    radius = np.linalg.norm(r, axis=1)
    up = r / radius[:, None]
    cosine = np.clip(up @ up[-1 if is_landing else 0], -1.0, 1.0)
    before, after = event["mass_before_kg"], event["mass_after_kg"]
    exhaust_m_s = event["dv_m_s"] / np.log(before / after)
    return PoweredProfile(
        event["name"], craft, event["utc"], seconds,
        radius - MOON_RADIUS_KM,
        1e3 * np.linalg.norm(v, axis=1),
        1e3 * np.sum(v * up, axis=1),
        MOON_RADIUS_KM * np.arccos(cosine),
        vectors[:, 6],
        -flow * exhaust_m_s,
    )  # fmt: skip


def _sampled(arcs: list[Arc], start: Epoch, last_s: float) -> tuple[Array, Array, Array]:
    """Return seconds, vectors with mass, and mass flow (kg/s), every arc from end to end.

    Thrust may jump from one arc to the next: both sides of a joint are kept.
    """
    parts = []
    for arc in arcs:
        begin, end = arc.span_s
        count = max(2, round(_POINTS * (end - begin) / last_s) + 1)
        inside = np.linspace(begin, end, count)
        middle = 0.5 * (inside[1:] + inside[:-1])
        flow = arc.rates(middle)[:, 6]
        flow = np.interp(inside, middle, flow)
        parts.append((float(arc.origin - start) + inside, arc.vectors(inside), flow))
    seconds, vectors, flows = zip(*parts, strict=True)
    return np.concatenate(seconds), np.concatenate(vectors), np.concatenate(flows)


def entries(flight: Flight) -> list[EntryProfile]:
    """Return the profile of each entry that was flown through the air."""
    found = []
    for event in flight.events:
        names = [name for name in event.get("members") or [] if name in flight.spacecraft]
        if event["name"] == "landing" and event["body"] == "earth" and names:
            arc = flight.trajectory(names[0]).arcs[-1]
            if not arc.coast and not arc.has_mass:
                found.append(_entry_profile(flight, names[0], arc))
    return found


def _entry_profile(flight: Flight, craft: str, arc: Arc) -> EntryProfile:
    matrix = flight.env.earth.itrf_matrix(arc.origin)  # held still during the entry
    seconds = _entry_seconds(flight, arc)
    vectors = arc.vectors(seconds)
    r, v = vectors[:, :3] @ matrix.T, vectors[:, 3:6] @ matrix.T
    latitude, longitude, height = geodetic(r, seconds)
    wind = v - SPIN_RAD_S * np.stack([-r[:, 1], r[:, 0], np.zeros(len(r))], axis=1)
    speed = np.linalg.norm(wind, axis=1)
    felt = arc.rates(seconds)[:, 3:6] @ matrix.T - _gravity_km_s2(flight, r)
    load = 1e3 * np.linalg.norm(felt, axis=1) / STANDARD_GRAVITY_M_S2
    places = zip(latitude, longitude, strict=True)
    left_km = [ground_distance_km(*place, latitude[-1], longitude[-1]) for place in places]
    return EntryProfile(
        craft, (arc.origin + float(seconds[0])).utc_iso(3), seconds - seconds[0],
        height, speed, load, _flux(flight, load, speed), np.array(left_km),
    )  # fmt: skip


def _entry_seconds(flight: Flight, arc: Arc) -> Array:
    """Return instants from the interface to the parachute, dense where the motion is quick."""
    begin, end = arc.span_s
    opened = flight.solution.get("parachute_utc")
    if opened:
        end = min(end, float(Epoch.utc(opened) - arc.origin) - _ROUNDED_OPENING_S)
    entered = [e for e in flight.events if e["name"] == "entry_interface"]
    if entered:
        begin = max(begin, float(Epoch.utc(entered[-1]["utc"]) - arc.origin))
    edges = arc.edges_s
    edges = np.unique(np.concatenate([[begin], edges[(edges > begin) & (edges < end)], [end]]))
    shares = np.arange(_A_STEP) / _A_STEP
    inside = edges[:-1, None] + np.diff(edges)[:, None] * shares
    return np.append(inside.ravel(), end)


def _gravity_km_s2(flight: Flight, r: Array) -> Array:
    """Return the gravity an entry is flown in: a point and J2 about the Earth's own pole."""
    gm, zonal = flight.env.constants.gm("earth"), gravity.field("earth")
    square = np.sum(r * r, axis=1)
    j2 = gm * zonal.zonal(2)[0] * zonal.radius_km**2
    return np.stack(gravity.oblate(list(r.T), square, np.sqrt(square), gm, j2), axis=1)


def _flux(flight: Flight, load: Array, speed: Array) -> Array | None:
    peak = flight.solution.get("entry_peak_flux_mw_m2")
    if peak is None:
        return None
    shape = np.sqrt(load) * speed**2  # density goes with load over speed squared
    return np.asarray(peak * shape / shape.max())
