"""A script that uses the whole facade; mypy --strict reads it, nothing runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import perilune as pl

env = pl.environment()
assert_type(env, pl.Environment)
assert_type(pl.environment(constants="gmat"), pl.Environment)
assert_type(pl.DAY, float)
assert_type(pl.__version__, str)

epoch = pl.Epoch.utc("2022-11-16T08:44:51.150")
assert_type(epoch, pl.Epoch)
assert_type(epoch + 5 * pl.DAY, pl.Epoch)
state = pl.State(
    epoch=epoch, center="earth", axes="icrf", r_km=(6563.0, 0.0, 0.0), v_km_s=(0.0, 9.0, 6.2)
)
assert_type(state, pl.State)
forces = pl.Forces(
    point_masses=("earth", "moon", "sun"),
    harmonics={"earth": (2, 0)},
    radiation=pl.RadiationPressure(area_to_mass_m2_kg=0.02, reflectivity=1.3),
)
arc = pl.propagate(state, until=epoch + pl.DAY, forces=forces, env=env)
assert_type(arc, pl.Trajectory)
assert_type(arc.status, str)
assert_type(arc.at(epoch).to(center="moon", axes="moon_pa", env=env), pl.State)
assert_type(arc.table(), pl.Table)
assert_type(arc.table("events").to_pandas(), Any)

flight = pl.fly(pl.load("mine.toml", overrides=["phase.transfer.flight_time_h=null"]), env=env)
assert_type(flight, pl.Flight)
assert_type(pl.load("change-5"), pl.Mission)
assert_type(flight.trajectory("orbiter"), pl.Trajectory)
assert_type(flight.events, list[dict[str, Any]])
assert_type(flight.closes, bool)
assert_type(flight.to_json(), dict[str, Any])
assert_type(flight.save("out", report=False), list[Path])

found = pl.windows("change-3", start="2013-12-01", stop=epoch, workers=2)
assert_type(found, pl.Windows)
assert_type(found.feasible_n, int)

compared = pl.evaluate("russia-china-2017", only=["proton"], folder="parts")
assert_type(compared, pl.Comparison)
assert_type(pl.study("russia-china-2017"), pl.Comparison)
assert_type(compared.outcomes[0].verdict, str)
assert_type(compared.save("out"), list[Path])

access = pl.station("access", "iss")
assert_type(access, pl.StationResult)
assert_type(access.headline, str)
assert_type(access.tables, dict[str, pl.Table])

oem = pl.read_oem(Path("orbiter.oem"))
assert_type(oem, pl.Oem)
assert_type(pl.reconstruct(oem, env=env), pl.Reconstruction)
assert_type(pl.reconstruct(oem).dv_m_s, float)

try:
    pl.load("no-such-mission")
except pl.PeriluneError as problem:
    assert_type(problem, pl.PeriluneError)

assert_type(pl.Thrust, type[pl.Thrust])
ends = pl.propagate_many(
    np.zeros((2, 6)), epoch=epoch, span_s=pl.DAY, center="earth", forces=forces, env=env
)
assert_type(ends, NDArray[np.float64])
