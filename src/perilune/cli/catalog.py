"""`perilune catalog`: the figures a flight may use, each with its unit, confidence and source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from textwrap import wrap
from typing import Any

from perilune.catalog.book import Catalog, catalog
from perilune.catalog.entry import KINDS, Entry, Mark
from perilune.catalog.figure import stem_of, unit_of
from perilune.catalog.shape import SHAPES, Shape
from perilune.cli import output

WIDTH = 98
"""Columns that notes and sources wrap to: a terminal of 100 shows them whole."""

SIGNS = {"sourced": "", "derived": "=", "unconfirmed": "?", "assumed": "!"}
"""Put before a confidence, so that a doubtful figure is seen at a glance."""

_LEGEND = (
    "? unconfirmed: from memory, or sources conflict.  ! assumed.  = derived.  No sign: sourced."
)
_BRIEF = {
    "perigee_altitude_km": "orbit km",
    "inclination_deg": "i deg",
    "c3_km2_s2": "C3 km2/s2",
    "plane_change_deg": "turn deg",
    "dry_mass_kg": "dry kg",
    "propellant_kg": "prop. kg",
}
_ELSEWHERE = ("apogee_altitude_km", "count", "site", "line_2", "note", "fit", "throttle")
"""Figures of a row that stand with another one, or below the table."""

_LISTED = {
    "launch_sites": ("latitude_deg", "longitude_deg", "altitude_km"),
    "lunar_sites": ("latitude_deg", "longitude_deg", "altitude_km"),
    "vehicles": ("title", "agency", "upper_stage"),
    "upper_stages": ("thrust_n", "isp_s", "propellant_kg", "dry_mass_kg"),
    "ground_stations": ("antenna_m", "latitude_deg", "longitude_deg", "agency"),
    "landing_zones": ("latitude_deg", "longitude_deg", "agency"),
    "stations": ("inclination_deg", "altitude_km", "mass_kg", "agency"),
    "modules": ("mass_kg", "length_m", "diameter_m", "partner"),
    "ships": ("mass_kg", "seats_n", "cargo_kg", "partner"),
    "docking_standards": ("title", "passage_mm", "androgynous"),
    "life_support": ("title", "spares_kg_y", "research_kg_y"),
    "treaties": ("title", "since"),
    "countries": ("title",),
    "agencies": ("title", "country"),
    "rules": ("effect", "since", "until"),
}
"""The figures of an entry that a list of its kind shows."""


def run_catalog(kind: str | None, name: str | None, paths: Sequence[str], *, as_json: bool) -> int:
    """Show the kinds, the entries of one, or one entry; returns the exit status."""
    book = catalog()
    for path in paths:
        book = book.with_file(path)
    if kind is None:
        _show_kinds(book, as_json=as_json)
        return 0
    kind = kind.replace("-", "_")
    found = list(book.table(kind).values()) if name is None else [book.entry(kind, name)]
    if as_json:
        document = {"kind": kind, "files": list(book.files), "entries": list(map(_json, found))}
        output.document(document)
    elif name is None:
        _show_list(kind, found)
    else:
        _show_entry(found[0])
    return 0


def _show_kinds(book: Catalog, *, as_json: bool) -> None:
    rows = [(kind, len(book.table(kind)), _doubtful(book, kind)) for kind in KINDS]
    if as_json:
        kinds = [{"kind": k, "entries_n": n, "not_sourced_n": d} for k, n, d in rows]
        output.document({"files": list(book.files), "kinds": kinds})
        return
    columns = [("kind", "left"), ("entries", "right"), ("with figures not sourced", "right")]
    output.table("Catalogue", columns, [[k, str(n), str(d)] for k, n, d in rows])


def _doubtful(book: Catalog, kind: str) -> int:
    return sum(_standing(found) != "sourced" for found in book.table(kind).values())


def _show_list(kind: str, entries: list[Entry]) -> None:
    shape, keys = SHAPES[kind], _LISTED[kind]
    columns: list[tuple[str, str, int]] = [("name", "left", 0)]
    columns += [(_header(k, shape), _side(k, shape), i) for i, k in enumerate(keys)]
    columns += [("weakest figure", "left", len(keys))]
    rows = []
    for found in entries:
        cells = [_marked(found, key) for key in keys]
        rows.append([found.name, *cells, _signed(_standing(found))])
    output.table(kind.replace("_", " ").capitalize(), columns, rows, "--json")
    _prose(_LEGEND, "")


def _show_entry(found: Entry) -> None:
    """Print the figures as a table, a further one for each table inside, then the sources."""
    shape, marks = SHAPES[found.kind], _Sources()
    output.line(f"{KINDS[found.kind]} {found.name}: {found.figures.get('title', '')}".rstrip(": "))
    there = {key: shape.figures[key] for key in found.figures if key in shape.figures}
    for key, figure in there.items():
        if figure.type == "statement":
            mark = found.mark_of(key)
            standing = f"{_signed(mark.confidence)} {marks.number(mark)}"
            _prose(str(found.figures[key]), f"{_label(key)} ({standing}): ")
        elif figure.is_prose and key != "title":
            _prose(str(found.figures[key]), f"{_label(key)}: ")
    figures = [k for k, figure in there.items() if figure.type not in ("text", "statement")]
    columns = [("figure", "left"), ("value", "right"), ("unit", "left"), ("confidence", "left"),
               ("source", "right")]  # fmt: skip
    rows = []
    for key in figures:
        mark, unit = found.mark_of(key), unit_of(key, shape.figures[key])
        value = _wrapped(_text(found.figures[key]))
        rows.append([_label(key), value[0], unit, _signed(mark.confidence), marks.number(mark)])
        rows += [["", more, "", "", ""] for more in value[1:]]
    if rows:
        output.table("Figures", columns, rows)
    for key, inner in shape.rows.items():
        _show_rows(key, found.rows(key), inner, marks)
    for number, source in enumerate(marks.sources, start=1):
        _prose(source, f"[{number}] ")
    _prose(_LEGEND, "")


def _show_rows(key: str, rows: Sequence[Entry], shape: Shape, marks: _Sources) -> None:
    """Print the rows of a table inside an entry; their notes stand below, by row."""
    if not rows:
        return
    used = [k for k in shape.figures if k not in _ELSEWHERE and any(k in r.figures for r in rows)]
    columns: list[tuple[str, str, int]] = [("", "right", 0)]
    columns += [(_header(k, shape), _side(k, shape), i) for i, k in enumerate(used)]
    cells = []
    for number, row in enumerate(rows, start=1):
        source = marks.number(Mark(row.confidence, row.source))
        standing = f"{SIGNS[row.confidence]} {source}".strip()
        cells.append([str(number), *(_cell(row, k) for k in used), standing])
    output.table(key.capitalize(), [*columns, ("source", "right", 0)], cells, "--json")
    for number, row in enumerate(rows, start=1):
        said = [row.figures[key] for key in ("site", "line_2", "note") if key in row.figures]
        said += [f"throttle {row.figures['throttle']:g}"] if "throttle" in row.figures else []
        said += ["not fitted"] if row.figures.get("fit") is False else []
        _prose("; ".join(said), f"  row {number}: ")


def _cell(row: Entry, key: str) -> str:
    """Return a figure of a row; the ends of an orbit, a count and its stage stand together."""
    if key not in row.figures:
        return ""
    text = _text(row.figures[key])
    if key == "perigee_altitude_km" and "apogee_altitude_km" in row.figures:
        return f"{text} x {_text(row.figures['apogee_altitude_km'])}"
    if key == "name" and "count" in row.figures:
        return f"{row.figures['count']} x {text}"
    return text


class _Sources:
    """Numbers the sources as they are met."""

    def __init__(self) -> None:
        self.sources: list[str] = []

    def number(self, mark: Mark) -> str:
        if mark.source not in self.sources:
            self.sources.append(mark.source)
        return f"[{self.sources.index(mark.source) + 1}]"


def _standing(found: Entry) -> str:
    """Return the weakest confidence among an entry's figures and rows."""
    shape = SHAPES[found.kind]
    said = [found.confidence_of(key) for key in found.figures if key in shape.figures
            and not shape.figures[key].is_prose]  # fmt: skip
    said += [row.confidence for key in shape.rows for row in found.rows(key)]
    return max(said or [found.confidence], key=list(SIGNS).index)


def _signed(confidence: str) -> str:
    return f"{SIGNS[confidence]} {confidence}".strip()


def _marked(found: Entry, key: str) -> str:
    """Return a figure with the sign of its confidence, for a list."""
    if key not in found.figures:
        return ""
    figure = SHAPES[found.kind].figures[key]
    sign = "" if figure.is_prose else SIGNS[found.confidence_of(key)]
    return f"{sign} {_text(found.figures[key])}".strip()


def _json(found: Entry) -> dict[str, Any]:
    """Return an entry with the standing of each figure, its tables row by row."""
    shape = SHAPES[found.kind]
    tables = {key: [_json_part(row, inner) for row in found.rows(key)]
              for key, inner in shape.rows.items()}  # fmt: skip
    return {"name": found.name, **_json_part(found, shape), **tables}


def _json_part(found: Entry, shape: Shape) -> dict[str, Any]:
    """Return the texts of an entry or row, its own standing, and that of each figure."""
    there = {key: shape.figures[key] for key in found.figures if key in shape.figures}
    figures = {
        key: {
            "value": value.isoformat() if isinstance(value, date) else value,
            "unit": unit_of(key, there[key]) or None,
            "confidence": found.confidence_of(key),
            "source": found.source_of(key),
        }
        for key, value in found.figures.items()
        if key in there and not there[key].is_prose
    }
    texts = {key: found.figures[key] for key, figure in there.items() if figure.is_prose}
    marks = {"confidence": found.confidence, "source": found.source}
    return {**texts, **marks, "figures": figures}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list) and isinstance(value[0], list):
        return ", ".join(f"{low:g} to {high:g}" for low, high in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _header(key: str, shape: Shape) -> str:
    """Return what a column is called, unit included."""
    unit = unit_of(key, shape.figures[key])
    return _BRIEF.get(key, f"{_label(key)} {unit}".strip())


def _label(key: str) -> str:
    return stem_of(key).replace("_", " ")


def _side(key: str, shape: Shape) -> str:
    figure = shape.figures[key]
    if figure.is_prose:
        return "text"
    return "right" if figure.type in ("number", "ratio", "count") else "left"


def _wrapped(text: str) -> list[str]:
    return wrap(text, 40) or [""]


def _prose(text: str, start: str) -> None:
    """Print a text wrapped, its further lines indented."""
    if text:
        output.line(text, start, WIDTH)
