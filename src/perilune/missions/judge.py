"""Which cells of a scan a mission could use: velocity, mass, light and contact, with reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import MOON_RADIUS_KM, constants
from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.missions.cells import CONVERGED, PLANE
from perilune.missions.passes import Passes, elevation, first_fit
from perilune.missions.scan import Lift, Limits, Scan, Station
from perilune.runs.store import Arrays

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Craft:
    """What leaves the Earth: its mass, and what brakes it at the Moon.

    Attributes
    ----------
    mass_kg : float, optional
        At injection.
    propellant_kg, exhaust_km_s : float, optional
        Of the spacecraft that captures.
    lift : callable, optional
        What the vehicle injects.
    """

    mass_kg: float | None = None
    propellant_kg: float | None = None
    exhaust_km_s: float | None = None
    lift: Lift | None = None


@dataclass(frozen=True, eq=False)
class Judged:
    """The columns a judgement adds to the cells, and the passes over the landing site.

    Attributes
    ----------
    loi_dv_m_s, plane_change_dv_m_s, total_dv_m_s : ndarray
        Capture into the circle (a plane change included), the plane change alone, and injection
        plus capture.
    injected_mass_kg, margin_kg, propellant_margin_kg : ndarray
        NaN where the mission knows no vehicle or masses.
    arrival_seen : ndarray of bool
    passes : Passes or None
        Rows of the converged cells only.
    feasible : ndarray of bool
    """

    loi_dv_m_s: Array
    plane_change_dv_m_s: Array
    total_dv_m_s: Array
    injected_mass_kg: Array
    margin_kg: Array
    propellant_margin_kg: Array
    arrival_seen: NDArray[np.bool_]
    passes: Passes | None
    feasible: NDArray[np.bool_]


def judge(
    cells: Arrays,
    scan: Scan,
    limits: Limits,
    craft: Craft,
    env: Environment,
    *,
    orbit_altitude_km: float | None = None,
) -> Judged:
    """Return what the cells are good for.

    Model limits: impulsive capture at perilune, by way of an ellipse where the circle has another
    height; a plane change below the lowest inclination is made at the node of that circle.
    """
    good = np.asarray(cells["status"] == CONVERGED)
    loi, turn = _capture(cells, scan, orbit_altitude_km)
    total = 1e3 * np.asarray(cells["tli_dv_km_s"]) + loi
    inclination = np.array([d.inclination_deg for d in scan.directions])[cells["direction"]]
    injected = np.full(len(good), np.nan)
    if craft.lift is not None and good.any():
        injected[good] = craft.lift(inclination[good], np.asarray(cells["c3_km2_s2"])[good])
    margin = injected - (np.nan if craft.mass_kg is None else craft.mass_kg)
    left = np.full(len(good), np.nan)
    if None not in (craft.mass_kg, craft.propellant_kg, craft.exhaust_km_s):
        assert craft.mass_kg is not None
        assert craft.propellant_kg is not None
        assert craft.exhaust_km_s is not None
        used = craft.mass_kg * (1.0 - np.exp(-1e-3 * loi / craft.exhaust_km_s))
        left = craft.propellant_kg - used
    seen = _arrival_seen(cells, good, limits, env)
    with np.errstate(invalid="ignore"):
        fine = good & ~(margin < 0.0) & ~(left < 0.0) & seen
        if limits.max_total_dv_m_s is not None:
            fine &= total <= limits.max_total_dv_m_s
    passes = None
    if limits.landing is not None and good.any():
        passes = first_fit(
            np.stack([np.asarray(cells[f"normal_{axis}"])[good] for axis in "xyz"], axis=1),
            Epoch(np.asarray(cells["arrival_s"])[good]),
            limits.landing,
            limits.stations,
            limits.station_elevation_deg,
            MOON_RADIUS_KM + (orbit_altitude_km or scan.perilune.altitude_km),
            env,
        )
        fine[good] &= passes.in_time & passes.lit & passes.faces_earth & passes.seen
    return Judged(loi, turn, total, injected, margin, left, seen, passes, fine)


def _capture(cells: Arrays, scan: Scan, orbit_altitude_km: float | None) -> tuple[Array, Array]:
    """Return the capture's velocity change and its plane change, m/s."""
    gm = constants(scan.constants).gm("moon")
    start = scan.perilune.radius_km
    end = start if orbit_altitude_km is None else MOON_RADIUS_KM + orbit_altitude_km
    ellipse = 2.0 / (start + end)
    at_start, at_end = (np.sqrt(gm * (2.0 / r - ellipse)) for r in (start, end))
    circle = np.sqrt(gm / end)
    brake = np.asarray(cells["perilune_speed_km_s"]) - at_start + abs(circle - at_end)
    wanted, turn = scan.perilune.inclination_deg, np.zeros(len(brake))
    if wanted is not None:
        off = np.abs(np.asarray(cells["inclination_rad"]) - np.radians(wanted))
        turn = np.where(cells["lowered"], 2.0 * circle * np.sin(0.5 * off), 0.0)
    return 1e3 * (brake + turn), 1e3 * turn


def _arrival_seen(
    cells: Arrays, good: NDArray[np.bool_], limits: Limits, env: Environment
) -> NDArray[np.bool_]:
    """Say whether a station sees the spacecraft at perilune: high enough, not behind the Moon."""
    seen = np.ones(len(good), dtype=bool)
    if not limits.stations or not good.any():
        return seen
    epoch = Epoch(np.asarray(cells["arrival_s"])[good])
    moon = env.ephemeris.state("moon", "earth", epoch)[0]
    craft = np.stack([np.asarray(cells[f"arrival_{axis}_km"])[good] for axis in "xyz"], axis=1)
    seen[good] = in_view(limits.stations, limits.station_elevation_deg, moon, craft, epoch, env)
    return seen


def in_view(
    stations: tuple[Station, ...],
    least_deg: float,
    moon_km: Array,
    craft_km: Array,
    epoch: Epoch,
    env: Environment,
) -> NDArray[np.bool_]:
    """Say whether any station sees a spacecraft near the Moon.

    `moon_km` is Earth-centered, `craft_km` Moon-centered, both `icrf` of shape (n, 3).
    """
    line = moon_km + craft_km
    away = line / np.linalg.norm(line, axis=1, keepdims=True)
    depth = np.sum(craft_km * away, axis=1)
    offset = np.linalg.norm(craft_km - depth[:, None] * away, axis=1)
    clear = (depth < 0.0) | (offset > MOON_RADIUS_KM)
    up = [elevation(s.point, line, epoch, env) >= least_deg for s in stations]
    return np.asarray(clear & np.any(up, axis=0))


class Reasons:
    """Says in words why a cell is not feasible."""

    def __init__(
        self, cells: Arrays, judged: Judged, scan: Scan, limits: Limits, craft: Craft
    ) -> None:
        self.cells, self.judged, self.scan = cells, judged, scan
        self.limits, self.craft = limits, craft
        self._pass_row = np.cumsum(np.asarray(cells["status"] == CONVERGED)) - 1

    def pass_row(self, row: int) -> int:
        """Return where a converged cell stands among the passes."""
        return int(self._pass_row[row])

    def of(self, row: int) -> list[str]:
        """Return the reasons of one cell, the most basic first."""
        status = int(self.cells["status"][row])
        if status != CONVERGED:
            return [self._unsolved(row, status)]
        reasons = [*self._velocity(row), *self._mass(row)]
        names = ", ".join(station.name for station in self.limits.stations)
        if not self.judged.arrival_seen[row]:
            reasons.append(f"arrival is not in view of {names}")
        if self.judged.passes is not None:
            reasons += self._landing(self.pass_row(row), self.judged.passes, names)
        return reasons

    def _unsolved(self, row: int, status: int) -> str:
        direction = self.scan.directions[int(self.cells["direction"][row])]
        if status == PLANE:
            return (
                f"the declination aimed at ({self.cells['aim_declination_deg'][row]:.1f} deg, the "
                f"Moon's {self.cells['declination_deg'][row]:.1f}) exceeds the parking inclination "
                f"({direction.inclination_deg:g} deg)"
            )
        return "no transfer converged from this lift-off: the launch plane barely holds the Moon"

    def _velocity(self, row: int) -> list[str]:
        most, total = self.limits.max_total_dv_m_s, self.judged.total_dv_m_s[row]
        if most is None or total <= most:
            return []
        return [f"total delta-v {total:.0f} m/s: at most {most:g}"]

    def _mass(self, row: int) -> list[str]:
        out = []
        if self.judged.margin_kg[row] < 0.0:
            out.append(
                f"injected mass {self.judged.injected_mass_kg[row]:.0f} kg is "
                f"{-self.judged.margin_kg[row]:.0f} kg short"
            )
        if self.judged.propellant_margin_kg[row] < 0.0:
            out.append(f"propellant {-self.judged.propellant_margin_kg[row]:.0f} kg short")
        return out

    def _landing(self, row: int, passes: Passes, names: str) -> list[str]:
        landing = self.limits.landing
        assert landing is not None
        site, (low, high) = landing.site_name, landing.sun_elevation_deg
        out = []
        if not passes.in_time[row]:
            if passes.distance_km[row] > landing.within_km:
                out.append(
                    f"the orbit stays {passes.distance_km[row]:.0f} km from {site}: at most "
                    f"{landing.within_km:g}"
                )
            else:
                days = tuple(wait / DAY for wait in landing.wait_s)
                out.append(f"no pass over {site} {days[0]:g} to {days[1]:g} d after arrival")
            return out
        if not passes.lit[row]:
            stay = f" through {landing.stay_s / 3600.0:g} h" if landing.stay_s else ""
            out.append(
                f"sun at {passes.sun_deg[row]:.1f} deg over {site} on "
                f"{passes.epoch[row].utc_iso(0)[:10]}: expected {low:g} to {high:g}{stay}"
            )
        if not passes.faces_earth[row]:
            out.append(
                f"Earth at {passes.earth_deg[row]:.1f} deg over {site}: at least "
                f"{landing.earth_elevation_deg:g}"
            )
        if not passes.seen[row]:
            out.append(f"touchdown is not in view of {names}")
        return out
