"""The verdict of a flight: does it close, and what a planner asks first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from perilune.report import pieces, tables, words

Document = Mapping[str, Any]

_GOOD = ("converged", "completed", "closes")
_ARRIVALS = ("lunar_orbit_insertion", "perilune", "lunar_swing_by", "halo_insertion")
_DAY_MIN = 1440.0


def verdict(document: Document) -> str:
    """Return the box with the answer, as HTML."""
    checks, ledger = _rows(document, "checks"), _rows(document, "ledger")
    failed = [row for row in checks if row.get("ok") is False]
    short = [row for row in ledger if (row.get("margin_kg") or 0.0) < 0.0]
    closes = _closes(document, bool(failed or short))
    kind, sign = {True: ("good", "✓"), False: ("bad", "✗"), None: ("open", "?")}[closes]
    text = document.get("verdict") or _words(closes, document, failed, short)
    parts = [
        f'<div class="verdict {kind}">',
        f'<p class="headline"><span aria-hidden="true">{sign}</span> {escape(str(text))}</p>',
        pieces.paragraph(document.get("message"), "message"),
        pieces.paragraph(document.get("remedy"), "message"),
        pieces.pairs(list(_facts(document)), "facts"),
    ]
    if failed or short:
        items = [*map(_failure, failed), *map(_shortage, short)]
        parts.append("<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>")
    return "\n".join(part for part in [*parts, "</div>"] if part)


def _rows(document: Document, key: str) -> Sequence[Document]:
    return document.get(key) or []


def _closes(document: Document, broken: bool) -> bool | None:
    told, status = document.get("closes"), document.get("status")
    if told is not None:
        return bool(told)
    if status is None:
        return False if broken else None
    return status in _GOOD and not broken


def _words(
    closes: bool | None, document: Document, failed: Sequence[Any], short: Sequence[Any]
) -> str:
    status = document.get("status")
    if closes is None:
        return "Not evaluated"
    if closes:
        unknown = sum(row.get("ok") is None for row in _rows(document, "checks"))
        left = f"; {_count(unknown, 'check')} not evaluated" if unknown else ""
        return f"Everything closes{left}"
    if status is not None and status not in _GOOD:
        return f"Does not close: {str(status).replace('_', ' ')}"
    reasons = [
        f"{_count(len(failed), 'check')} failed" if failed else "",
        "propellant is short" if short else "",
    ]
    return "Does not close: " + (", ".join(r for r in reasons if r) or "see the checks")


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


# ---- what a planner asks first


def _facts(document: Document) -> Iterator[tuple[str, str]]:
    """Yield dates, duration, delta-v, margin and checks, with what is known of each."""
    yield from _dates(_rows(document, "events"))
    yield from _delta_v(_rows(document, "events"))
    margins = [row for row in _rows(document, "ledger") if row.get("margin_kg") is not None]
    margins = [row for row in margins if row.get("propellant_loaded_kg") or row["margin_kg"]]
    if margins:
        least = min(margins, key=lambda row: float(row["margin_kg"]))
        name = words.sentence(str(least.get("spacecraft") or least.get("name") or ""))
        text = f"{words.number(least['margin_kg'], 0)} kg ({escape(name)})"
        yield "Smallest propellant margin", text
    checks = _rows(document, "checks")
    if checks:
        held = sum(row.get("ok") is True for row in checks)
        yield "Checks that hold", f'<a href="#checks">{held} of {len(checks)}</a>'
    if _rows(document, "assumed"):
        count = len(_rows(document, "assumed"))
        yield "Unconfirmed inputs", f'<a href="#assumed">{count}, listed below</a>'


def _dates(events: Sequence[Document]) -> Iterator[tuple[str, str]]:
    dated = [row for row in events if row.get("utc")]
    if not dated:
        return
    start, landed = dated[0], [row for row in dated if row.get("name") == "touchdown"]
    lifts_off = start.get("name") == "lift_off"
    yield "Launch, UTC" if lifts_off else "Begins, UTC", _minute(start)
    arrived = [row for row in dated if str(row.get("name")).startswith(_ARRIVALS)]
    if arrived and lifts_off:
        yield "At the Moon, UTC", _minute(arrived[0])
    if landed:
        yield "On the Moon, UTC", _minute(landed[0])
    for name, label in (("landing", "Back on the Earth, UTC"), ("impact", "Impact, UTC")):
        yield from ((label, _minute(row)) for row in dated if row.get("name") == name)
    lasts = words.minutes_between(dated[-1]["utc"], start["utc"])
    if lasts:
        yield "Duration", f"{words.number(lasts / _DAY_MIN, 1)} d"


def _minute(row: Document) -> str:
    return words.date(row["utc"], minutes=True)


def _delta_v(events: Sequence[Document]) -> Iterator[tuple[str, str]]:
    burns = [row for row in events if row.get("dv_m_s")]
    if not burns:
        return
    launcher = sum(row["dv_m_s"] for row in burns if "members" in row and not row["propellant_of"])
    text = f"{words.number(sum(row['dv_m_s'] for row in burns), 0)} m/s"
    if launcher:
        text += f", {words.number(launcher, 0)} of it by the launcher"
    yield "Total Δv", text


# ---- what breaks


def _failure(row: Document) -> str:
    unit = f" {escape(str(row['unit']))}" if row.get("unit") else ""
    return (
        f"<strong>{tables.named(row)}</strong>: {words.scalar(row.get('value'))}{unit}, "
        f"limit {tables.limit(row.get('limit'))}{unit}"
    )


def _shortage(row: Document) -> str:
    missing = words.number(-float(row["margin_kg"]), 1)
    return f"<strong>{tables.named(row)}</strong>: {missing} kg of propellant short"
