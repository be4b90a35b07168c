"""Tables as CSV (RFC 4180): comma, double quotes, CRLF, one header line, UTF-8."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

from perilune.formats.files import write_whole
from perilune.views.table import Table

EVENT_COLUMNS = (
    "name",
    "spacecraft",
    "utc",
    "end_utc",
    "body",
    "altitude_km",
    "latitude_deg",
    "longitude_deg",
    "speed_km_s",
    "flight_path_angle_deg",
    "inclination_deg",
    "dv_m_s",
    "mass_before_kg",
    "mass_after_kg",
    "propellant_kg",
    "branch",
    "as_flown_utc",
    "as_flown_dv_m_s",
    "as_flown_source",
)
"""The columns every events table has, in this order; more may follow."""


def write_events_csv(path: str | os.PathLike[str], events: Sequence[Mapping[str, Any]]) -> None:
    """Write the events of a flight, a row for each.

    Parameters
    ----------
    path : path
    events : sequence of mapping
        As in the JSON of `fly`; units are in the names. Nested tables become columns joined by an
        underscore (`as_flown_utc`), null an empty cell, a list its JSON text.

    Raises
    ------
    InputError
        Where the file cannot be written.
    """
    table = Table.of("events", events, EVENT_COLUMNS)
    write_whole(path, csv_text(table.rows, table.names))


def csv_text(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    """Return flat rows as CSV: the columns named, then others in order of appearance."""
    names = list(dict.fromkeys([*columns, *(name for row in rows for name in row)]))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([cell(row.get(name)) for name in names] for row in rows)
    return out.getvalue()


def cell(value: Any) -> str:
    """Return a value as a cell: 12 significant digits, null and non-finite numbers empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{float(value):.12g}" if math.isfinite(value) else ""
    if isinstance(value, (list, tuple)):
        return json.dumps(value)
    return str(value)
