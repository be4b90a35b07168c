"""What `perilune station` shows: the answer in words, then the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perilune.cli import output
from perilune.report.save_station import SHEETS

if TYPE_CHECKING:
    from perilune.stations.result import StationResult

Row = Mapping[str, Any]
Column = tuple[str, str, int, Callable[[Row], str]]

ROWS = 60
"""Rows of a table shown at most; the files have all."""


@dataclass(frozen=True)
class Shown:
    """A table: the list of the answer it shows, its title, columns, rows at most, their order."""

    name: str
    title: str
    columns: Sequence[Column]
    most: int = ROWS
    ordered: Callable[[Row], Any] | None = None


def show(found: StationResult, folder: Path) -> None:
    """Print an answer about a station."""
    document = found.to_json()
    sheet = SHEETS[found.verb](document)
    output.line(f"{found.name}: {sheet.title}")
    for table in _TABLES[found.verb]:
        _table(found.verb, table, document.get(table.name) or [])
    output.line(sheet.headline[:1].upper() + sheet.headline[1:] + ".")
    for text in sheet.messages:
        output.line(f"  {text}")
    if found.assumed:
        names = (row["what"].replace(":", "").partition(" (")[0] for row in found.assumed)
        known = list(dict.fromkeys(names))
        more = f" and {len(known) - 6} more" if len(known) > 6 else ""
        output.line(f"Not confirmed by a source: {', '.join(known[:6])}{more}.")
    output.line(f"{found.elapsed_s:.1f} s; outputs in {folder}/")


def _table(verb: str, shown: Shown, rows: Sequence[Row]) -> None:
    if not rows:
        return
    kept = sorted(rows, key=shown.ordered) if shown.ordered is not None else rows
    cells = [[show(row) for *_, show in shown.columns] for row in kept[: shown.most]]
    columns = [(head, side, rank) for head, side, rank, _ in shown.columns]
    output.table(shown.title, columns, cells, f"{verb}-{shown.name}.csv")
    if len(rows) > shown.most:
        output.line(f"... and {len(rows) - shown.most} more in the files")


def _text(key: str) -> Callable[[Row], str]:
    return lambda row: "" if row.get(key) is None else str(row[key])


def _number(key: str, digits: int = 0, scale: float = 1.0) -> Callable[[Row], str]:
    def show(row: Row) -> str:
        return "" if row.get(key) is None else f"{scale * row[key]:,.{digits}f}"

    return show


def _instant(key: str) -> Callable[[Row], str]:
    return lambda row: (row.get(key) or "")[:16].replace("T", " ")


def _yes(key: str) -> Callable[[Row], str]:
    return lambda row: "yes" if row.get(key) else "NO"


def _joined(key: str) -> Callable[[Row], str]:
    def show(row: Row) -> str:
        found = row.get(key) or ""
        return found if isinstance(found, str) else "; ".join(found)

    return show


def _remarks(row: Row) -> str:
    why = row["why_not"] or []
    return "; ".join([*([why] if isinstance(why, str) else why), *row.get("notes", [])])


def _by_site(row: Row) -> tuple[str, str, float]:
    return row["partner"], row["site"], -(row["payload_kg"] or 0.0)


def _vehicle(row: Row) -> str:
    top = row.get("upper_stage")
    return str(row["vehicle"] if top in (None, "none") else f"{row['vehicle']} with {top}")


def _way(key: str) -> Callable[[Row], str]:
    return lambda row: str(row[key]).replace("_", " ")


def _each_t(row: Row) -> str:
    return ", ".join(f"{who} {mass / 1000.0:.1f}" for who, mass in row["delivered_kg"].items())


def _power(row: Row) -> str:
    return f"{row['power_kw']:.0f}/{row['power_use_kw']:.0f}"


_TABLES: dict[str, list[Shown]] = {
    "access": [
        Shown(
            "sites",
            "Sites and vehicles",
            [
                ("site", "left", 0, _text("site")),
                ("vehicle", "left", 0, _vehicle),
                ("by geometry", "left", 2, _way("way_geometric")),
                ("by permission", "left", 0, _way("way_permitted")),
                ("penalty m/s", "right", 1, _number("penalty_permitted_m_s")),
                ("payload kg", "right", 0, _number("payload_kg")),
                ("lost kg", "right", 3, _number("payload_loss_kg")),
            ],
            100,
            _by_site,
        ),
        Shown(
            "optima",
            "Which inclination suits whom",
            [
                ("best for", "left", 0, _text("name")),
                ("deg", "right", 0, _number("inclination_deg", 2)),
                ("t in all", "right", 0, _number("total_kg", 1, 1e-3)),
                ("t each", "text", 0, _each_t),
            ],
        ),
    ],
    "assemble": [
        Shown(
            "flights",
            "Flights (UTC; off: lift-off after the passage through the station's plane)",
            [
                ("flight", "left", 0, _text("name")),
                ("closes", "left", 0, _yes("ok")),
                ("vehicle", "left", 3, _text("vehicle")),
                ("site", "left", 4, _text("site")),
                ("lift-off", "left", 0, _instant("launch_utc")),
                ("off min", "right", 2, _number("plane_offset_min", 1)),
                ("docking", "left", 0, _instant("docking_utc")),
                ("hours", "right", 1, _number("rendezvous_h", 1)),
                ("remarks", "text", 0, _remarks),
            ],
        ),
        Shown(
            "stack",
            "The station after each step (kW: given/taken)",
            [
                ("after", "text", 0, _text("after")),
                ("date", "left", 0, lambda row: (row["date_utc"] or "")[:10]),
                ("t", "right", 0, _number("mass_kg", 1, 1e-3)),
                ("length m", "right", 1, _number("length_m", 1)),
                ("kW", "right", 2, _power),
                ("crew", "right", 3, _number("crew_n")),
                ("remarks", "text", 0, _remarks),
            ],
            80,
        ),
    ],
    "crew": [
        Shown(
            "rotations",
            "Ships (UTC)",
            [
                ("flight", "left", 0, _text("name")),
                ("holds", "left", 0, _yes("ok")),
                ("docking", "left", 0, _instant("docking_utc")),
                ("landing", "left", 0, _instant("landing_utc")),
                ("port", "left", 3, _text("port")),
                ("up", "right", 1, _number("crew_up_n")),
                ("down", "right", 2, _number("crew_down_n")),
                ("beta deg", "right", 4, _number("beta_deg", 1)),
                ("what is wrong", "text", 0, _joined("why_not")),
            ],
            30,
        ),
        Shown(
            "cargo",
            "Cargo flights a year",
            [
                ("ship", "left", 0, _text("ship")),
                ("flights", "right", 0, _number("flights_n_y", 2)),
                ("cargo kg", "right", 0, _number("dry_kg_y")),
                ("propellant kg", "right", 0, _number("propellant_kg_y")),
            ],
        ),
    ],
    "upkeep": [
        Shown(
            "reboosts",
            "Raises of the median sample (UTC)",
            [
                ("date", "left", 0, lambda row: row["utc"][:10]),
                ("from km", "right", 0, _number("from_km", 1)),
                ("to km", "right", 0, _number("to_km", 1)),
                ("m/s", "right", 0, _number("dv_m_s", 2)),
                ("kg", "right", 0, _number("propellant_kg")),
            ],
            12,
        ),
    ],
    "split": [
        Shown(
            "halves",
            "Parts (kW: given/taken)",
            [
                ("part", "left", 0, _text("name")),
                ("alone", "left", 0, _yes("stands_alone")),
                ("t", "right", 0, _number("mass_kg", 1, 1e-3)),
                ("propulsion", "left", 0, _yes("propulsion")),
                ("control", "left", 1, _yes("control")),
                ("kW", "right", 0, _power),
                ("propellant kg", "right", 2, _number("propellant_kg")),
                ("needs", "text", 0, _joined("needs")),
            ],
        )
    ],
}
