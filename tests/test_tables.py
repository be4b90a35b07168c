"""Events as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from perilune.formats.tables import EVENT_COLUMNS, cell, csv_text, write_events_csv
from perilune.views.table import Table

EVENT: dict[str, Any] = {
    "name": "translunar_injection",
    "spacecraft": "stack",
    "utc": "2020-11-23T20:58:40.1Z",
    "end_utc": "2020-11-23T21:09:02.3Z",
    "body": "earth",
    "altitude_km": 200.1,
    "latitude_deg": 1.2,
    "longitude_deg": 3.4,
    "speed_km_s": 7.79,
    "flight_path_angle_deg": 0.0,
    "inclination_deg": 21.3,
    "dv_m_s": 3140.2,
    "mass_before_kg": 26000.0,
    "mass_after_kg": 8200.0,
    "propellant_kg": 17800.0,
    "branch": None,
    "as_flown": {"utc": "2020-11-23T20:57:02Z", "dv_m_s": None, "source": "S11"},
}


def _written(tmp_path: Path, events: list[dict[str, Any]]) -> tuple[bytes, list[dict[str, str]]]:
    write_events_csv(tmp_path / "events.csv", events)
    content = (tmp_path / "events.csv").read_bytes()
    return content, list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_events_have_the_columns_of_the_contract(tmp_path: Path) -> None:
    content, rows = _written(tmp_path, [EVENT, {**EVENT, "as_flown": None}])
    assert content.split(b"\r\n")[0].decode() == ",".join(EVENT_COLUMNS)
    assert rows[0]["as_flown_utc"] == "2020-11-23T20:57:02Z"
    assert rows[0]["as_flown_source"] == "S11"
    assert rows[0]["as_flown_dv_m_s"] == rows[0]["branch"] == ""
    assert rows[1]["as_flown_utc"] == rows[1]["as_flown_source"] == ""
    assert float(rows[0]["dv_m_s"]) == 3140.2


def test_no_events_still_make_a_header(tmp_path: Path) -> None:
    content, rows = _written(tmp_path, [])
    assert content == ",".join(EVENT_COLUMNS).encode() + b"\r\n"
    assert rows == []


def test_further_keys_follow_the_known_ones(tmp_path: Path) -> None:
    extra = {**EVENT, "thrust": {"engine": {"name": "main"}, "burns_n": 2}, "note": 'a, "b"\nc'}
    _, rows = _written(tmp_path, [EVENT, extra])
    assert list(rows[0])[-3:] == ["thrust_engine_name", "thrust_burns_n", "note"]
    assert rows[1]["thrust_engine_name"] == "main"
    assert rows[1]["note"] == 'a, "b"\nc'
    assert rows[0]["note"] == ""


def test_lines_end_as_rfc_4180_says() -> None:
    assert csv_text([{"a": 'x"y', "b": 1}]) == 'a,b\r\n"x""y",1\r\n'


def test_cells_are_plain() -> None:
    assert [cell(value) for value in (None, True, False, 3, "x")] == ["", "true", "false", "3", "x"]
    assert [cell(float(x)) for x in ("nan", "inf", "0.1", "200")] == ["", "", "0.1", "200"]
    assert cell(1.0 / 3.0) == "0.333333333333"
    assert cell([1, "a"]) == '[1, "a"]'


def test_a_null_inside_a_nested_table_keeps_its_column() -> None:
    without = {**EVENT, "as_flown": None}
    table = Table.of("events", [EVENT, without])
    assert table["as_flown_dv_m_s"] == [None, None]
    assert table["as_flown_source"] == ["S11", None]
    assert "as_flown" not in table.names


@given(st.floats(allow_nan=False, allow_infinity=False))
def prop_numbers_come_back_to_twelve_digits(value: float) -> None:
    back = float(cell(value))
    assert abs(back - value) <= 5e-12 * abs(value)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def prop_any_text_comes_back(texts: list[str]) -> None:
    rows = [{"name": "row", "note": text} for text in texts]
    back = list(csv.DictReader(io.StringIO(csv_text(rows, ("name", "note")), newline="")))
    assert [row["note"] for row in back] == texts
