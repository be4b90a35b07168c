"""What a page says first, what it marks, and whether it can be read."""

from __future__ import annotations

import re
from typing import Any

import pytest

from perilune.report import pieces
from perilune.report.standing import with_standing
from perilune.report.verdict import verdict

EVENTS: list[dict[str, Any]] = [
    {"name": "lift_off", "utc": "2030-01-01T00:00:00Z", "dv_m_s": None, "propellant_of": None,
     "members": ["a"]},
    {"name": "translunar_injection", "utc": "2030-01-01T01:00:00Z", "dv_m_s": 3100.0,
     "propellant_of": None, "members": ["a"]},
    {"name": "lunar_orbit_insertion_1", "utc": "2030-01-05T12:00:00Z", "dv_m_s": 900.0,
     "propellant_of": "a", "members": ["a"]},
    {"name": "touchdown", "utc": "2030-01-11T00:00:00Z", "dv_m_s": None, "propellant_of": None,
     "members": ["a"]},
]  # fmt: skip
LEDGER = [
    {"spacecraft": "a", "propellant_loaded_kg": 900.0, "margin_kg": 41.0},
    {"spacecraft": "b", "propellant_loaded_kg": 0.0, "margin_kg": 0.0},
]


def test_the_verdict_has_what_a_planner_asks_first() -> None:
    shown = verdict({"status": "converged", "events": EVENTS, "ledger": LEDGER})
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", shown))
    text = {key: re.sub(r"<[^>]+>", "", value) for key, value in facts.items()}
    assert text == {
        "Launch, UTC": "2030-01-01 00:00",
        "At the Moon, UTC": "2030-01-05 12:00",
        "On the Moon, UTC": "2030-01-11 00:00",
        "Duration": "10.0 d",
        "Total Δv": "4\u202f000 m/s, 3\u202f100 of it by the launcher",
        "Smallest propellant margin": "41 kg (A)",
    }


def test_rows_that_rest_on_unconfirmed_inputs_are_marked() -> None:
    assumed = [
        {"what": "spacecraft: a", "confidence": "unconfirmed"},
        {"what": "vehicle: cz-5", "confidence": "assumed"},
    ]
    found = with_standing({"events": EVENTS, "ledger": LEDGER, "assumed": assumed})
    assert [row["confidence"] for row in found["events"]] == ["assumed", "assumed", None, None]
    burner = [row["burner_confidence"] for row in found["events"]]
    assert burner == [None, None, "unconfirmed", None]
    assert [row["confidence"] for row in found["ledger"]] == ["unconfirmed", None]


# ---- colors


def _channel(value: int) -> float:
    share = value / 255.0
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def _luminance(color: str) -> float:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return 0.2126 * _channel(red) + 0.7152 * _channel(green) + 0.0722 * _channel(blue)


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


PAIRS = (
    ("ink", "ground"), ("ink", "panel"), ("quiet", "ground"), ("quiet", "panel"),
    ("quiet", "good-ground"), ("quiet", "bad-ground"), ("link", "ground"), ("link", "good-ground"),
    ("link", "bad-ground"), ("good", "good-ground"), ("bad", "bad-ground"),
    ("open", "open-ground"), ("ground", "link"),
)  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("letters", "behind"), PAIRS)
def test_letters_stand_out_as_wcag_aa_asks(theme: str, letters: str, behind: str) -> None:
    style = pieces.asset("page.css")
    blocks = re.findall(r":root[^{]*\{([^}]*--ground[^}]*)\}", style)
    assert len(blocks) == 3  # light, dark by the system, dark by the button
    assert dict(_colors(blocks[1])) == dict(_colors(blocks[2]))
    colors = dict(_colors(blocks[0] if theme == "light" else blocks[1]))
    assert _contrast(colors[letters], colors[behind]) >= 4.5


def _colors(block: str) -> list[tuple[str, str]]:
    return re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block)
