"""Files of a flight that are written when asked for: CZML, ground tracks, parameter messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perilune.astro.epoch import Epoch
from perilune.astro.geometry import altitude_km
from perilune.errors import InputError
from perilune.formats.arc_tables import ArcTables
from perilune.formats.czml import write_czml
from perilune.formats.geojson import write_ground_track
from perilune.formats.opm import Opm, OpmManeuver, write_opm
from perilune.missions.burn_vectors import BurnVector, burn_vectors
from perilune.missions.flight import Flight

_ROUNDED_S = 1e-3  # dates of events are to a millisecond
_SAME_PLACE_KM = 0.1


@dataclass(frozen=True)
class Exports:
    """What more to write.

    Attributes
    ----------
    czml : bool
        `NAME.czml`, for Cesium.
    geojson : bool
        `NAME-earth.geojson` and `NAME-moon.geojson`.
    opm_at : Epoch, optional
        `NAME.opm`: state and mass at this instant, and the maneuvers after it.
    """

    czml: bool = False
    geojson: bool = False
    opm_at: Epoch | None = None


def export(flight: Flight, folder: Path, wanted: Exports) -> list[Path]:
    """Write what is wanted for every spacecraft of a flight; returns the paths.

    Raises
    ------
    InputError
        Where no spacecraft flies at the instant of `opm_at`, or a file cannot be written.
    """
    tables, paths = ArcTables(), []
    for name in flight.spacecraft:
        motion, events = flight.trajectory(name), _events(flight, name)
        if wanted.czml:
            paths.append(folder / f"{name}.czml")
            write_czml(paths[-1], motion, name=name, env=flight.env, events=events, tables=tables)
        for body in ("earth", "moon") if wanted.geojson else ():
            path = folder / f"{name}-{body}.geojson"
            if write_ground_track(
                path, motion, name=name, body=body, env=flight.env, events=events
            ):
                paths.append(path)
    if wanted.opm_at is not None:
        paths += _messages(flight, folder, wanted.opm_at)
    return paths


def parameters(flight: Flight, spacecraft: str, epoch: Epoch) -> Opm:
    """Return a spacecraft's state at an instant, and the maneuvers that begin after it.

    Raises
    ------
    DataRangeError
        Where it does not fly then.
    """
    burns = burn_vectors(flight, spacecraft)
    later = [burn for burn in burns if float(burn.start - epoch) >= 0.0]
    known = later[0].mass_before_kg if later else _mass_after(flight, spacecraft, epoch)
    return Opm(
        object_name=spacecraft,
        object_id=flight.name,
        state=flight.trajectory(spacecraft).at(epoch),
        maneuvers=tuple(_maneuver(burn) for burn in later) if known else (),
        mass_kg=known,
        comments=tuple(f"maneuver {n}: {b.name}" for n, b in enumerate(later, 1)) if known else (),
    )


def _messages(flight: Flight, folder: Path, epoch: Epoch) -> Iterator[Path]:
    flying = [name for name in flight.spacecraft if _flies(flight, name, epoch)]
    if not flying:
        spans = (
            f"{name} {motion.start.utc_iso(0)} to {motion.stop.utc_iso(0)}"
            for name, motion in ((name, flight.trajectory(name)) for name in flight.spacecraft)
        )
        raise InputError(
            f"no spacecraft flies at {epoch.utc_iso(0)}: expected an instant of "
            f"{', '.join(spans) or 'a flight that got off the ground'}",
            key="--opm",
        )
    for name in flying:
        path = folder / f"{name}.opm"
        write_opm(path, parameters(flight, name, epoch))
        yield path


def _flies(flight: Flight, name: str, epoch: Epoch) -> bool:
    motion = flight.trajectory(name)
    return float(epoch - motion.start) >= 0.0 and float(motion.stop - epoch) >= 0.0


def _maneuver(burn: BurnVector) -> OpmManeuver:
    x, y, z = (1e-3 * part for part in burn.dv_m_s)
    lasts = max(0.0, float(burn.end - burn.start))
    return OpmManeuver(burn.start, lasts, (x, y, z), burn.propellant_kg or 0.0)


def _mass_after(flight: Flight, name: str, epoch: Epoch) -> float | None:
    """Return the mass a spacecraft has after its last event before an instant."""
    past = [
        row["mass_after_kg"]
        for row in _events(flight, name)
        if row["mass_after_kg"] and float(Epoch.utc(row["utc"]) - epoch) <= 0.0
    ]
    return past[-1] if past else None


def _events(flight: Flight, name: str) -> list[dict[str, Any]]:
    """Return the events of a spacecraft: where it is, and of the burns those it makes."""
    burns = {burn.name for burn in burn_vectors(flight, name)}
    return [
        row
        for row in flight.events
        if (row["name"] in burns or not row["dv_m_s"]) and _is_there(flight, name, row)
    ]


def _is_there(flight: Flight, name: str, row: dict[str, Any]) -> bool:
    motion, epoch = flight.trajectory(name), Epoch.utc(row["utc"])
    early, late = float(motion.start - epoch), float(epoch - motion.stop)
    if max(early, late) > _ROUNDED_S:
        return False
    at = motion.start if early > 0.0 else motion.stop if late > 0.0 else epoch
    state = motion.at(at).to(center=row["body"], env=flight.env)
    return bool(abs(altitude_km(state, flight.env) - row["altitude_km"]) < _SAME_PLACE_KM)
