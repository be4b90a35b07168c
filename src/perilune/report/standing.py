"""Which rows of a flight rest on inputs that nobody has confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]

_RESTS_ON = {
    "lift_off": ("launch site", "vehicle"),
    "parking_orbit": ("vehicle",),
    "translunar_injection": ("vehicle", "upper stage"),
    "touchdown": ("lunar site",),
    "landing": ("landing zone",),
}
"""Kinds of input that an event rests on, beside the spacecraft whose burn it is."""


def with_standing(document: Document) -> Document:
    """Return a document whose events and ledger say how far what they rest on is confirmed.

    `confidence` of an event or of a line of the ledger is that of the first such input;
    `burner_confidence` of an event that of the spacecraft that burns.
    """
    known = _by_input(document)
    events = [_event(row, known) for row in document.get("events") or []]
    ledger = [
        {"confidence": known.get(("spacecraft", row.get("spacecraft"))), **row}
        for row in document.get("ledger") or []
    ]
    return {**document, "events": events, "ledger": ledger}


def _by_input(document: Document) -> dict[tuple[str, Any], str]:
    """Return the confidence by kind and name; by kind and None for the first one of a kind."""
    known: dict[tuple[str, Any], str] = {}
    for row in document.get("assumed") or []:
        kind, _, name = str(row.get("what") or "").partition(": ")
        confidence = str(row.get("confidence") or "assumed")
        known.setdefault((kind, name), confidence)
        known.setdefault((kind, None), confidence)
    return known


def _event(row: Document, known: Mapping[tuple[str, Any], str]) -> Document:
    kinds = _RESTS_ON.get(str(row.get("name")), ())
    found = [known[kind, None] for kind in kinds if (kind, None) in known]
    burns = row.get("propellant_of")
    burner = known.get(("spacecraft", burns)) if burns else None
    return {"confidence": found[0] if found else None, "burner_confidence": burner, **row}
