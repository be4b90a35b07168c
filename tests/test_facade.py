"""The Python way in: the names people script against, tables, astropy, types, light imports."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars
import pyarrow as pa
import pytest
from evidence import Recorder, evidence

import perilune as pl
from perilune.astro.environment import Environment
from perilune.cli.main import main
from perilune.errors import EpochError, InputError, UnknownName
from perilune.formats.tables import EVENT_COLUMNS
from perilune.views.table import Table
from perilune.views.units import parted

HERE = Path(__file__).parent
HEAVY = ("heyoka", "casadi", "plotly", "pyarrow", "scipy", "numpy", "pydantic", "pandas")


@pytest.fixture(scope="module")
def flight() -> pl.Flight:
    return pl.fly("luna-25-failure")


@pytest.fixture(scope="module")
def arc(env: Environment) -> pl.Trajectory:
    """Return the arc of the contract's own example, with its calls."""
    state = pl.State(
        epoch=pl.Epoch.utc("2022-11-16T08:44:51.150"),
        center="earth",
        axes="icrf",
        r_km=(6563.0, 0.0, 0.0),
        v_km_s=(0.0, 9.0, 6.2),
    )
    forces = pl.Forces(
        point_masses=("earth", "moon", "sun", "jupiter"), harmonics={"earth": (2, 0)}
    )
    return pl.propagate(state, until=state.epoch + 5 * pl.DAY, forces=forces, env=env)


def _python(code: str) -> str:
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return made.stdout


# ---- names


def test_every_name_has_a_home_and_evaluate_two_names() -> None:
    assert sorted(pl.__all__) == sorted([*pl._HOME, "__version__"])
    assert pl.study is pl.evaluate


@pytest.mark.parametrize(
    "code",
    [
        "import perilune",
        "import perilune as pl; pl.Table; pl.PeriluneError; pl.__version__",
        "from perilune.cli.main import main; main(['--help'])",
    ],
)
def test_what_is_not_used_is_not_loaded(code: str) -> None:
    allowed = ("numpy",) if "Table" in code else ()
    loaded = _python(f"{code}\nimport sys; print(*sys.modules)").split()
    assert not [name for name in HEAVY if name in loaded and name not in allowed]


@pytest.mark.parametrize("words", [["list"], ["check", "change-3"], ["catalog", "vehicles"]])
def test_nothing_is_compiled_to_read_a_file(words: list[str]) -> None:
    loaded = _python(
        f"from perilune.cli.main import main; main({words!r}); import sys; print(*sys.modules)"
    ).split()
    assert not [name for name in ("casadi", "plotly", "pyarrow", "scipy") if name in loaded]


def test_the_whole_facade_type_checks(tmp_path: Path) -> None:
    strict = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}"]
    good = subprocess.run([*strict, HERE / "typing_use.py"], capture_output=True, text=True)
    assert good.returncode == 0, good.stdout
    wrong = tmp_path / "wrong.py"
    wrong.write_text('import perilune as pl\npl.flyy("x")\nx: int = pl.fly("x").name\n')
    found = subprocess.run([*strict, wrong], capture_output=True, text=True)
    assert 'no attribute "flyy"' in found.stdout
    assert "Incompatible types in assignment" in found.stdout


# ---- the contract's example


def test_the_example_of_the_contract_runs(arc: pl.Trajectory, env: Environment) -> None:
    assert (arc.status, arc.events) == ("completed", ())
    epochs = arc.start + np.array([0.0, 600.0, 1200.0])
    moved = arc.at(epochs).to(center="moon", axes="moon_pa", env=env)
    assert (moved.center, moved.axes, len(moved)) == ("moon", "moon_pa", 3)
    assert pl.State(arc.start, "earth", "eme2000", arc.at(arc.start).r_km, (0, 0, 1)).axes == "icrf"


def test_a_loaded_mission_takes_no_overrides() -> None:
    with pytest.raises(InputError, match="found a loaded Mission"):
        pl.fly(pl.load("change-3"), overrides=["name='other'"])


def test_a_flight_is_saved_and_read_back(flight: pl.Flight, tmp_path: Path) -> None:
    paths = flight.save(tmp_path / "out", report=False)
    assert json.loads((tmp_path / "out" / "mission.json").read_text())["events"] == flight.events
    oem = pl.read_oem(next(path for path in paths if path.suffix == ".oem"))
    start = flight.trajectory().start
    gap = oem.interpolate(start).r_km - flight.trajectory().at(start).r_km
    assert float(np.linalg.norm(gap)) < 1e-3


def test_the_code_of_the_page_on_python_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (HERE.parent / "docs" / "python.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 3
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in blocks:
        exec(block, names)  # noqa: S102  (our own page)
    assert names["flight"].closes
    assert (tmp_path / "out" / "mission.json").is_file()
    assert names["arc"].status == "completed"


# ---- tables


def _same(table: Any, rows: int, columns: list[str]) -> None:
    """Hold that every library takes a table as it is."""
    arrow = pa.table(table)
    assert (arrow.num_rows, arrow.column_names) == (rows, columns)
    assert polars.DataFrame(table).shape == (rows, len(columns))
    assert list(pd.DataFrame.from_arrow(table).columns) == columns


def test_a_flight_is_a_table_for_every_library(flight: pl.Flight) -> None:
    events = flight.table("events")
    assert events.names[: len(EVENT_COLUMNS)] == list(EVENT_COLUMNS)
    _same(flight, len(flight.events), events.names)
    for name, rows in (("ledger", flight.ledger), ("checks", flight.checks)):
        _same(flight.table(name), len(rows), flight.table(name).names)
    frame = events.to_pandas()
    assert frame["name"].tolist() == [row["name"] for row in flight.events]
    assert str(frame["utc"].dt.tz) == "UTC"
    assert frame["altitude_km"].tolist() == [row["altitude_km"] for row in flight.events]
    assert flight.table().to_arrow().schema.metadata[b"constants"] == b"de440"
    assert [row["name"] for row in events] == events["name"]
    with pytest.raises(UnknownName, match=r"column of events 'dv'.*Did you mean"):
        events["dv"]


def test_a_trajectory_and_its_states_are_tables(arc: pl.Trajectory) -> None:
    states = arc.at(arc.start + np.arange(5) * 600.0)
    _same(states, 5, states.table().names)
    frame = polars.DataFrame(states)
    assert np.array_equal(frame.select("x_km", "y_km", "z_km").to_numpy(), states.r_km)
    assert np.array_equal(frame.select("vx_km_s", "vy_km_s", "vz_km_s").to_numpy(), states.v_km_s)
    assert frame["utc"][1] == datetime(2022, 11, 16, 8, 54, 51, 150000, tzinfo=UTC)
    whole = polars.DataFrame(arc)
    assert len(whole) == len(arc.arcs[0].edges_s)
    assert whole["mass_kg"].null_count() == len(whole)
    assert pa.table(arc.at(arc.start)).num_rows == 1
    with pytest.raises(UnknownName, match="states"):
        arc.table("status")


def test_every_number_of_a_table_says_its_unit(flight: pl.Flight, arc: pl.Trajectory) -> None:
    tables = [*flight.tables.values(), *arc.tables.values(), pl.station("upkeep", "css").table()]
    bare = {
        field.name
        for table in tables
        for field in table.to_arrow().schema
        if pa.types.is_floating(field.type) and not parted(field.name)[1]
    }
    assert bare == {"value"}  # of a check, beside its `unit`


_BARE = {"value", "direction_icrf_x", "direction_icrf_y", "direction_icrf_z",
         "normal_x", "normal_y", "normal_z", "chain"}  # fmt: skip


def test_every_number_in_every_file_says_its_unit(flight: pl.Flight, tmp_path: Path) -> None:
    """Of all CSV and Parquet that is written; shares are named so, the rest is in `_BARE`."""
    for verb in ("access", "assemble", "crew", "upkeep", "split"):
        pl.station(verb, "iss").save(tmp_path / verb, report=False)
    flight.save(tmp_path / "fly", report=False)
    scan = pl.windows("change-3", start="2013-12-01", stop="2013-12-02")
    scan.save(tmp_path / "windows", report=False)
    oem = next((tmp_path / "fly").glob("*.oem"))
    assert main(["reconstruct", str(oem), "-o", str(tmp_path / "flown"), "--quiet"]) == 0
    files = [*tmp_path.rglob("*.csv"), *tmp_path.rglob("*.parquet")]
    assert len(files) > 20
    bare = set()
    for path in files:
        frame = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
        for name in frame.select_dtypes("number").columns:
            is_named = parted(name)[1] or "fraction" in name or "share" in name or name in _BARE
            if not is_named and frame[name].notna().any():
                bare.add(f"{path.name}: {name}")
    assert bare == set()


def test_types_do_not_depend_on_the_values() -> None:
    rows = [
        {"dv_m_s": 3, "stage": None, "why_not": [], "launch_utc": None, "n": 1, "odd": 1},
        {"dv_m_s": None, "stage": None, "why_not": [], "launch_utc": None, "n": 2, "odd": "x"},
    ]
    schema = Table.of("rows", rows).to_arrow().schema
    assert schema.field("dv_m_s").type == pa.float64()
    assert schema.field("stage").type == pa.string()
    assert schema.field("why_not").type == pa.list_(pa.string())
    assert schema.field("launch_utc").type == pa.timestamp("ms", tz="UTC")
    assert schema.field("n").type == pa.int64()
    assert schema.field("odd").type == pa.string()
    empty = Table.of("rows", [], ("dv_m_s", "launch_utc")).to_arrow().schema
    assert empty.field("dv_m_s").type == pa.float64()
    assert empty.field("launch_utc").type == pa.timestamp("ms", tz="UTC")


def test_units_stay_last_where_rows_are_spread() -> None:
    table = Table.of("altitude_km", [{"utc": "2020-01-01T00:00:00Z", "p10": 1.5, "ok": True}])
    assert table.names == ["utc", "p10_km", "ok"]
    spread = Table.of("trade", [{"delivered_kg": {"cnsa": 1.0}, "launch_date": {"p10": "2020"}}])
    assert spread.names == ["delivered_cnsa_kg", "launch_date_p10"]
    assert parted("direction_icrf_y") == ("direction_icrf_y", "")
    assert parted("life_y") == ("life", "_y")


def test_a_leap_second_and_other_text_in_tables() -> None:
    table = Table.of("dates", [{"utc": "2016-12-31T23:59:60.500Z", "at_utc": "about 2030"}])
    found = table.to_arrow().to_pydict()
    assert found["utc"] == [datetime(2016, 12, 31, 23, 59, 59, 500000, tzinfo=UTC)]
    assert found["at_utc"] == ["about 2030"]


# ---- dates and places of other libraries


def test_datetimes_go_both_ways() -> None:
    when = datetime(2020, 11, 23, 20, 30, 12, 345678, tzinfo=UTC)
    epoch = pl.Epoch.utc(when)
    assert epoch.to_datetime() == when
    assert epoch.to_datetime64() == np.datetime64("2020-11-23T20:30:12.345678")
    several = (epoch + np.array([0.0, 60.0])).to_datetime64()
    assert several.tolist()[1] == datetime(2020, 11, 23, 20, 31, 12, 345678)
    assert len(pl.Epoch([], []).to_datetime64()) == 0
    with pytest.raises(EpochError, match="to_datetime64"):
        (epoch + np.array([0.0, 60.0])).to_datetime()


_DATES = ("1972-07-01T00:00:00", "1999-12-31T23:59:59.999", "2022-11-16T08:44:51.150",
          "2026-06-01T12:00:00.000000001")  # fmt: skip


def val_epochs_agree_with_astropy_below_a_nanosecond(record_property: Recorder) -> None:
    from astropy.time import Time
    from astropy.utils import iers

    worst = 0.0
    dates = [("utc", "2016-12-31T23:59:60.5"), *product(("utc", "tai", "tt", "tdb"), _DATES)]
    with iers.conf.set_temp("auto_download", False):
        for scale, text in dates:
            ours, theirs = getattr(pl.Epoch, scale)(text), Time(text, scale=scale)
            there = abs(pl.Epoch.from_astropy(theirs) - ours)
            back = abs((ours.to_astropy() - theirs).to_value("s"))
            worst = max(worst, float(there), float(back))
    evidence(
        record_property,
        claim="epochs to astropy's `Time` and back, UTC, TAI, TT, TDB, 1972 to 2026",
        reference="astropy",
        tolerance="1 ns",
        achieved=f"{1e9 * worst:.2g} ns",
    )
    assert worst < 1e-9


def test_dates_beyond_the_known_leap_seconds_come_without_a_warning() -> None:
    from astropy.time import Time

    far = pl.Epoch.tdb("2049-06-01T12:00:00")
    assert abs(pl.Epoch.from_astropy(Time("2049-06-01T12:00:00", scale="tt")) - far) < 0.002


def test_states_carry_astropy_units(arc: pl.Trajectory) -> None:
    from astropy import units

    states = arc.at(arc.start + np.array([0.0, 600.0]))
    there = states.to_astropy()
    assert np.array_equal(there.xyz.to_value(units.km).T, states.r_km)
    velocity = there.differentials["s"].d_xyz
    assert np.allclose(velocity.to_value(units.m / units.s).T, 1e3 * states.v_km_s, rtol=1e-15)


def val_an_orbit_is_over_the_same_ground_as_in_astropy(
    arc: pl.Trajectory, env: Environment, record_property: Recorder
) -> None:
    """5 mas: both read an IERS table of their own, and neither has the daily tides of the pole."""
    from astropy import units
    from astropy.coordinates import ITRS
    from astropy.utils import iers

    states = arc.at(arc.start + np.array([0.0, 600.0, 7200.0, 86400.0]))
    with iers.conf.set_temp("auto_download", False):
        place = states.to_skycoord(env)
        assert np.allclose(place.cartesian.xyz.to_value(units.km).T, states.r_km, atol=1e-9)
        turned = place.transform_to(ITRS(obstime=place.obstime)).cartesian.xyz.to_value(units.km).T
    ours = states.to(axes="itrf", env=env).r_km
    apart = np.linalg.norm(ours - turned, axis=1) / np.linalg.norm(ours, axis=1)
    worst_mas = float(np.degrees(apart.max())) * 3.6e6
    evidence(
        record_property,
        claim="`to_skycoord`, turned into ITRS by astropy, beside own axes `itrf`",
        reference="astropy, its own IERS table",
        tolerance="5 mas",
        achieved=f"{worst_mas:.2g} mas",
    )
    assert worst_mas < 5.0
