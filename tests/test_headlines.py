"""The claims of the foundation, each measured over its whole table: rows of the validation page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import oem as other
import pytest
from astropy.time import Time
from authority import read
from evidence import Recorder, evidence
from support import ARCSEC, MM, matrix, numbers, off, translunar, turned_rad
from test_orientation import FedEarth
from test_propagate_reference import CASES, reference

from perilune import DAY, Environment, Epoch, Forces, State, propagate
from perilune.astro import frames
from perilune.formats.oem import write_oem

START = Epoch.utc("2022-11-16T08:44:51.150")
ZONAL = Forces(harmonics={"earth": (4, 0)})
_PROGRAMS = {"p1": "GMAT", "p2": "GMAT", "p3": "Orekit 13.1.9, brahe 1.8.0"}
_WHAT = {"p1": "halo, 1 d", "p2": "parking orbit, 36 h", "p3": "translunar arc with J2, 5 d"}


@pytest.mark.parametrize(("case", "limit_mm"), [("p1", 1.0), ("p2", 1.0), ("p3", 20.0)])
def val_propagation(
    case: str,
    limit_mm: float,
    env: Environment,
    gmat: Environment,
    record_property: Recorder,
) -> None:
    row = CASES[case]
    state, forces = reference(row)
    chosen = gmat if row["constants"] == "gmat" else env
    until = state.epoch + float(row["span_s"])
    final = propagate(state, until=until, forces=forces, env=chosen).final
    miss_mm = off(final.r_km, numbers(row, "fx", "fy", "fz")) / MM
    evidence(
        record_property,
        claim=f"end position, {_WHAT[case]}",
        reference=_PROGRAMS[case],
        tolerance=f"{limit_mm:g} mm",
        achieved=f"{miss_mm:.2f} mm",
        headline=True,
    )
    assert miss_mm < limit_mm


def val_positions(env: Environment, record_property: Recorder) -> None:
    worst_mm = 0.0
    for row in read("spice_positions.csv"):
        target, observer = (
            row[key].lower().removesuffix(" barycenter") for key in ("target", "observer")
        )
        r, _ = env.ephemeris.state(target, observer, Epoch(float(row["et_s"])))
        worst_mm = max(worst_mm, off(r, numbers(row, "x", "y", "z")) / MM)
    evidence(
        record_property,
        claim="positions of Moon, Sun, Venus, Jupiter, Earth, 1960 to 2040",
        reference="SPICE with DE440",
        tolerance="1 mm",
        achieved=f"{worst_mm:.2f} mm (rounding at Jupiter)",
        headline=True,
    )
    assert worst_mm < 1.0


def val_lunar_axes(env: Environment, record_property: Recorder) -> None:
    worst = 0.0
    for row in read("spice_lunar_axes.csv"):
        axes = {"MOON_PA": "moon_pa", "MOON_ME": "moon_me"}[row["frame"]]
        found, _ = frames.from_icrf(axes, Epoch(float(row["et_s"])), env)
        worst = max(worst, turned_rad(found, matrix(row, "r")) / ARCSEC)
    evidence(
        record_property,
        claim="lunar axes (principal and mean-Earth), 1950 to 2045",
        reference="NAIF kernel moon_pa_de421 by SPICE",
        tolerance="0.01 arcsec",
        achieved=f"{worst:.1e} arcsec",
        headline=True,
    )
    assert worst < 0.01


def val_earth_axes(record_property: Recorder) -> None:
    rows = read("itrf_orekit.csv")
    worst_mas = max(
        turned_rad(
            FedEarth(row).itrf_from_icrf(Epoch.utc(row["utc"]))[0],
            matrix(row, "r"),
        )
        / (1e-3 * ARCSEC)
        for row in rows
    )
    evidence(
        record_property,
        claim="Earth orientation, 1975 to 2024, same IERS values",
        reference="Orekit 13.1.9",
        tolerance="1 mas",
        achieved=f"{worst_mas:.4f} mas",
        headline=True,
    )
    assert worst_mas < 1.0


def cross_out_and_back(env: Environment, record_property: Recorder) -> None:
    rng = np.random.default_rng(7)
    epochs = Epoch(np.sort(rng.uniform(-7.8e8, 1.4e9, 60)))
    there = State(
        epochs, "earth", "icrf", rng.uniform(-4e5, 4e5, (60, 3)), rng.uniform(-10, 10, (60, 3))
    )
    worst_mm, worst_mm_s = 0.0, 0.0
    for axes in frames.AXES:
        back = there.to(center="moon", axes=axes, env=env).to(center="earth", axes="icrf", env=env)
        worst_mm = max(worst_mm, np.abs(back.r_km - there.r_km).max() / MM)
        worst_mm_s = max(worst_mm_s, np.abs(back.v_km_s - there.v_km_s).max() / MM)
    evidence(
        record_property,
        claim="states to the Moon in every axes and back",
        reference="themselves",
        tolerance="0.001 mm, 1e-6 mm/s",
        achieved=f"{worst_mm:.0e} mm, {worst_mm_s:.0e} mm/s",
    )
    assert worst_mm < 1e-3
    assert worst_mm_s < 1e-6


def cross_transition_matrix(env: Environment, record_property: Recorder) -> None:
    state = translunar(START)
    until = state.epoch + 4.0 * DAY
    stm = propagate(state, until=until, forces=ZONAL, env=env, stm=True).stm
    assert stm is not None
    columns = []
    for k, step in enumerate([1e-3] * 3 + [1e-6] * 3):
        ends = []
        for sign in (1.0, -1.0):
            vector = state.vector.copy()
            vector[k] += sign * step
            moved = State.from_vector(vector, epoch=state.epoch, center="earth")
            ends.append(propagate(moved, until=until, forces=ZONAL, env=env).final.vector)
        columns.append((ends[0] - ends[1]) / (2.0 * step))
    differences = np.array(columns).T
    relative = float(np.abs(stm - differences).max() / np.abs(differences).max())
    evidence(
        record_property,
        claim="state-transition matrix of a 4-day translunar arc",
        reference="central differences of our own arcs",
        tolerance="1e-6 of the largest element (their own error)",
        achieved=f"{relative:.0e}; determinant - 1 = {np.linalg.det(stm) - 1.0:.0e}",
    )
    assert relative < 1e-6
    assert np.linalg.det(stm) == pytest.approx(1.0, abs=1e-8)


def val_oem(env: Environment, tmp_path: Path, record_property: Recorder) -> None:
    motion = propagate(translunar(START), until=START + 5.0 * DAY, forces=ZONAL, env=env)
    path = tmp_path / "craft.oem"
    write_oem(path, motion, name="craft", object_id="craft", env=env)
    theirs = other.OrbitEphemerisMessage.open(path)
    epochs = motion.start + np.linspace(1e-3, 1.0 - 1e-3, 200) * motion.duration_s
    truth = motion.at(epochs).r_km
    worst_m = 1e3 * max(
        off(theirs(Time(text.rstrip("Z"), scale="utc")).position, r)
        for text, r in zip(epochs.utc_iso(9), truth, strict=True)
    )
    evidence(
        record_property,
        claim="OEM of a 5-day translunar arc, between its points",
        reference="PyPI package oem 0.4.5",
        tolerance="1 m",
        achieved=f"{worst_m:.3f} m",
        headline=True,
    )
    assert worst_m < 1.0
