"""Parquet: what is written reads back, with nulls, instants and metadata."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from perilune.errors import InputError
from perilune.formats import files
from perilune.formats.parquet import to_arrow, write_parquet

COLUMNS = {
    "total_dv_m_s": np.array([3916.7, np.nan, -0.0]),
    "chain": np.array([0, 1, 2**40]),
    "feasible": np.array([True, False, True]),
    "branch": np.array(["north", "south", "north"]),
    "launch_utc": np.array(["2020-11-23T20:30:12.345", "1999-12-31T23:59:59", "NaT"],
                           dtype="datetime64[ms]"),
}  # fmt: skip


def test_columns_read_back_as_they_were(tmp_path: Path) -> None:
    write_parquet(tmp_path / "cells.parquet", COLUMNS)
    table = pq.read_table(tmp_path / "cells.parquet")
    assert table.column_names == list(COLUMNS)
    data = table.to_pydict()
    assert data["total_dv_m_s"] == [3916.7, None, 0.0]
    assert data["chain"] == [0, 1, 2**40]
    assert data["feasible"] == [True, False, True]
    assert data["branch"] == ["north", "south", "north"]
    assert [instant and instant.isoformat() for instant in data["launch_utc"]] == [
        "2020-11-23T20:30:12.345000+00:00",
        "1999-12-31T23:59:59+00:00",
        None,
    ]


def test_types_are_kept() -> None:
    schema = to_arrow(COLUMNS).schema
    assert schema.field("total_dv_m_s").type == pa.float64()
    assert schema.field("chain").type == pa.int64()
    assert schema.field("feasible").type == pa.bool_()
    assert schema.field("launch_utc").type == pa.timestamp("ms", tz="UTC")
    assert schema.field("branch").type.value_type == pa.string()


def test_metadata_is_text_or_json(tmp_path: Path) -> None:
    path = tmp_path / "cells.parquet"
    write_parquet(path, COLUMNS, {"scenario": "luna-25", "provenance": {"gm_km3_s2": {"moon": 1}}})
    metadata = pq.read_schema(path).metadata
    assert metadata[b"scenario"] == b"luna-25"
    assert json.loads(metadata[b"provenance"]) == {"gm_km3_s2": {"moon": 1}}


def test_an_empty_table_keeps_its_columns(tmp_path: Path) -> None:
    empty = {name: column[:0] for name, column in COLUMNS.items()}
    write_parquet(tmp_path / "none.parquet", empty)
    table = pq.read_table(tmp_path / "none.parquet")
    assert (table.num_rows, table.column_names) == (0, list(COLUMNS))


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(InputError, match=r"differ in length: \{'a': 2, 'b': 1\}"):
        to_arrow({"a": [1, 2], "b": [1]})


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cells.parquet"
    write_parquet(path, COLUMNS)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        write_parquet(path, {"other": np.arange(3)})
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["cells.parquet"]
