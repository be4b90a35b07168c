"""Tables of the page of `station access`: vehicles, pads, inclinations, moves, landing zones."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from perilune.report import words
from perilune.report.tables import Column, fixed

Row = Mapping[str, Any]


def _text(key: str) -> Any:
    return lambda row: escape(str(row.get(key) or "")) or words.NOTHING


def _way(key: str) -> Any:
    def show(row: Row) -> str:
        kind = "good" if row[key] == "direct" else "bad" if row[key] == "none" else "open"
        return f'<span class="mark {kind}">{escape(row[key].replace("_", " "))}</span>'

    return show


def _azimuths(row: Row) -> str:
    shown = [
        f"{angle:.1f}{'' if allowed else ' (not permitted)'}"
        for angle, allowed in zip(row["azimuths_deg"], row["azimuths_permitted"], strict=True)
    ]
    return escape(", ".join(shown)) or words.NOTHING


def _by_partner(key: str, scale: float, unit: str) -> Any:
    def show(row: Row) -> str:
        return escape(", ".join(f"{k} {scale * v:,.1f}{unit}" for k, v in row[key].items()))

    return show


def _vehicle(row: Row) -> str:
    top = row.get("upper_stage")
    return escape(row["vehicle"] if top in (None, "none") else f"{row['vehicle']} with {top}")


SITES = [
    Column("Vehicle", _vehicle, is_number=False),
    Column("Site", _text("site"), is_number=False, choices=True),
    Column("Partner", _text("partner"), is_number=False, choices=True),
    Column("By permission", _way("way_permitted"), is_number=False, choices=True),
    fixed("Payload, kg", "payload_kg", 0),
    fixed("Less than at the site's best, kg", "payload_loss_kg", 0),
    fixed("Penalty, m/s", "penalty_permitted_m_s", 0),
    fixed("Payload by geometry, kg", "payload_geometric_kg", 0),
    Column("Why not", _text("why_not"), is_number=False, is_prose=True),
]
PADS = [
    Column("Site", _text("site"), is_number=False),
    Column("Partner", _text("partner"), is_number=False),
    Column("By geometry", _way("way_geometric"), is_number=False),
    Column("By permission", _way("way_permitted"), is_number=False),
    Column("Inertial azimuths, °", _azimuths, is_number=False),
    fixed("Penalty by geometry, m/s", "penalty_geometric_m_s", 0),
    Column("Under the ascent", _text("below"), is_number=False, is_prose=True),
]
OPTIMA = [
    Column("Best for", _text("name"), is_number=False),
    fixed("Inclination, °", "inclination_deg", 2),
    Column("Within 1 %, °", lambda r: f"{r['within_deg'][0]:.1f} – {r['within_deg'][1]:.1f}"),
    fixed("All together, kg", "total_kg", 0),
    Column("Each, t", _by_partner("delivered_kg", 1e-3, ""), is_number=False),
    Column("Of its own best, %", _by_partner("fractions", 100.0, ""), is_number=False),
    Column(
        "With",
        lambda r: escape("; ".join(f"{k}: {', '.join(v)}" for k, v in r["carriers"].items())),
        is_number=False,
        is_prose=True,
    ),
]
MOVES = [
    Column("To", _text("title"), is_number=False),
    fixed("Plane, nodes aligned, °", "aligned_deg", 2),
    fixed("Δv, nodes aligned, m/s", "aligned_m_s", 0),
    fixed("Node drift between them, °/d", "node_rate_deg_d", 3),
    fixed("Aligned every, d", "every_d", 0),
    fixed("Propellant a tonne, kg", "propellant_kg_t", 0),
]
ZONES = [
    Column("Zone", _text("zone"), is_number=False),
    Column("Partner", _text("partner"), is_number=False),
    Column("The ground track passes", lambda row: words.scalar(row["reached"]), is_number=False),
    fixed("Off the track at best, km", "off_track_km", 0),
    Column("Ships", lambda row: escape(", ".join(row["ships"])) or words.NOTHING, is_number=False),
]
