"""The page of `station crew`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from perilune.report import tables, words
from perilune.report.charts import Chart, Series
from perilune.report.sheet import Section, Sheet
from perilune.report.tables import Column, fixed

Row = Mapping[str, Any]

_MOST_SAID = 6


def sheet(document: Row) -> Sheet:
    """Return the page's content."""
    return Sheet(
        document["station"],
        f"{document['title']}: crews",
        headline(document),
        document["ok"],
        summary=f"{document['wanted_n']} wanted on board from {document['from_utc'][:10]} to "
        f"{document['to_utc'][:10]}.",
        messages=_messages(document),
        facts=_facts(document),
        charts=[_aboard(document), _ports(document), *_beta(document)],
        sections=list(_sections(document)),
    )


def headline(document: Row) -> str:
    """Return the answer in a line."""
    doubted = sum(not row["ok"] for row in document["rotations"])
    gaps, seats = (sum(gap["length_d"] for gap in document[key]) for key in ("gaps", "seat_gaps"))
    parts = [
        f"{document['mean_crew_n']:.2f} on board on average",
        f"fewer than wanted on {gaps:,.0f} days" if gaps else "never fewer than wanted",
        f"not a seat home for everybody on {seats:,.0f} days" if seats else "always a seat home",
    ]
    if doubted:
        parts.append(f"{doubted} of {len(document['rotations'])} flights in doubt")
    return ", ".join(parts)


def _messages(document: Row) -> list[str]:
    doubted: dict[str, list[str]] = {}
    for row in document["rotations"]:
        for reason in row["why_not"]:
            doubted.setdefault(reason, []).append(row["name"])
    said = [f"{_listed(names)}: {reason}." for reason, names in doubted.items()]
    return [*said[:_MOST_SAID], *document["cargo_why_not"]]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) < 4 else f"{names[0]} and {len(names) - 1} more"


def _facts(document: Row) -> list[tuple[str, str]]:
    facts = [
        (f"Flights a year, {who}", words.number(n, 1)) for who, n in document["flights_n_y"].items()
    ]
    if document["supplies_kg_y"]:
        facts.append(
            ("Supplies a year", f"{words.number(document['supplies_kg_y']['total'], 0)} kg")
        )
    for row in document["cargo"]:
        facts.append((f"Cargo flights a year, {row['ship']}", words.number(row["flights_n_y"], 2)))
    return facts


def _aboard(document: Row) -> Chart:
    spans = document["crew"]
    utc = [row["from_utc"] for row in spans] + [document["to_utc"]]
    seats, aboard = (
        [row[key] for row in spans] + [spans[-1][key]] for key in ("seats_n", "aboard_n")
    )
    lines = [
        Series("seats home", utc, seats, "steps", color=1, width=6.0),
        Series("on board", utc, aboard, "steps", color=0),
    ]
    return Chart("aboard", "Who is on board", "UTC", "people", lines, is_counted=True,
                 limits={"wanted": float(document["wanted_n"])}, x_type="date")  # fmt: skip


def _ports(document: Row) -> Chart:
    rows = [row for row in document["rotations"] if row["port"]]
    series = []
    for ship in dict.fromkeys(row["ship"] for row in rows):
        own = [row for row in rows if row["ship"] == ship]
        x: list[Any] = []
        y: list[Any] = []
        text: list[str] = []
        for row in own:
            end = row["undocking_utc"] or document["to_utc"]
            x += [row["docking_utc"], end, None]
            y += [row["port"], row["port"], None]
            text += [f"{row['name']}: {row['docking_utc'][:10]} to {end[:10]}"] * 2 + [""]
        series.append(Series(ship, x, y, text=text, width=9))
    height = 170 + 34 * len({row["port"] for row in rows})
    return Chart("ports", "Ships at the ports", "UTC", "", series, x_type="date", y_type="category",
                 height_px=height)  # fmt: skip


def _beta(document: Row) -> list[Chart]:
    beta = document["beta"]
    if not beta["utc"]:
        return []
    docked = [row for row in document["rotations"] if row["beta_deg"] is not None]
    return [
        Chart(
            "beta",
            "Beta angle",
            "UTC",
            "beta angle, °",
            [
                Series("beta angle", beta["utc"], beta["deg"]),
                Series(
                    "dockings",
                    [row["docking_utc"] for row in docked],
                    [row["beta_deg"] for row in docked],
                    "dots",
                    text=[f"{row['name']}: {row['beta_deg']:.1f}°" for row in docked],
                ),
            ],
            note="The Sun's elevation over the orbit's plane. Years from the elements the phase "
            "of the swing is lost.",
            x_type="date",
        )
    ]


def _sections(document: Row) -> Sequence[Section]:
    made = [
        Section("rotations", "Ships", tables.table(_ROTATIONS, document["rotations"], "Ships")),
    ]
    for key, heading in (("gaps", "Fewer than wanted"), ("seat_gaps", "Not everybody has a seat")):
        if document[key]:
            made.append(Section(key, heading, tables.table(_GAPS, document[key], heading)))
    if document["landings"]:
        table = tables.table(_LANDINGS, document["landings"], "Ways home")
        made.append(Section("landings", "Ways home", table))
    if document["supplies_kg_y"]:
        rows = [{"name": k, "kg_y": v} for k, v in document["supplies_kg_y"].items()]
        table = tables.table(_SUPPLIES, rows, "Supplies")
        made.append(Section("supplies", "What it takes a year", table))
    if document["cargo"]:
        table = tables.table(_CARGO, document["cargo"], "Cargo flights")
        made.append(Section("cargo", "Cargo flights a year", table))
    return made


def _text(key: str) -> Any:
    return lambda row: escape(str(row.get(key) or "")) or words.NOTHING


def _date(title: str, key: str) -> Column:
    return Column(title, lambda row: words.date(row[key]), key, is_number=False, optional=True)


_ROTATIONS = [
    Column("Flight", _text("name"), is_number=False),
    Column("Holds", lambda row: tables.holds(row["ok"]), is_number=False, choices=True),
    Column("Partner", _text("partner"), is_number=False, choices=True),
    _date("Lift-off, UTC", "launch_utc"),
    _date("Docking, UTC", "docking_utc"),
    _date("Landing, UTC", "landing_utc"),
    Column("Port", _text("port"), is_number=False),
    fixed("Up", "crew_up_n", 0),
    fixed("Down", "crew_down_n", 0),
    fixed("Docked, d", "docked_d", 0),
    fixed("Handover, d", "handover_d", 1),
    fixed("Beta at docking, °", "beta_deg", 1),
    fixed("Orbit in sunlight", "light_fraction", 2),
    Column(
        "What is wrong",
        lambda row: escape("; ".join(row["why_not"])) or words.NOTHING,
        is_number=False,
        is_prose=True,
    ),
]
_GAPS = [
    _date("From, UTC", "from_utc"),
    _date("To, UTC", "to_utc"),
    fixed("Days", "length_d", 1),
    fixed("There", "found_n", 0),
    fixed("Wanted", "wanted_n", 0),
]
_LANDINGS = [
    Column("Crew of", _text("name"), is_number=False),
    _date("Planned, UTC", "planned_utc"),
    Column("Zone", _text("zone"), is_number=False),
    _date("Landing from the nearest pass, UTC", "landing_utc"),
    fixed("Later than planned, h", "later_h", 1),
    fixed("Aside of the zone, km", "cross_track_km", 0),
    fixed("Sun there, °", "sun_elevation_deg", 1),
    fixed("Passes within 3 d", "chances_n", 0),
    fixed("By daylight", "lit_n", 0),
]
_SUPPLIES = [Column("Supply", _text("name"), is_number=False), fixed("kg a year", "kg_y", 0)]
_CARGO = [
    Column("Ship", _text("ship"), is_number=False),
    Column("Partner", _text("partner"), is_number=False),
    fixed("Flights a year", "flights_n_y", 2),
    fixed("Cargo, kg a year", "dry_kg_y", 0),
    fixed("Propellant, kg a year", "propellant_kg_y", 0),
    Column("Limited by", _text("limited_by"), is_number=False),
]
