"""What results look like in a notebook: verdict first, escaped, small, light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import needs_browser, opened

import perilune as pl
from perilune.astro.environment import Environment
from perilune.cooperation import told as comparison
from perilune.views import html
from perilune.views.table import Table

_VOID = ("br", "hr", "meta")


class _Balance(HTMLParser):
    """Hold that every tag that opens is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)


def _read(card: str) -> str:
    """Return the text of a card; hold that it is sound, small, and loads nothing."""
    parser = _Balance()
    parser.feed(card)
    parser.close()
    assert parser.open == []
    assert len(card) < 60_000
    assert "<script" not in card
    assert not re.search(r"https?://|url\(", card)
    return " ".join(parser.texts)


@pytest.fixture(scope="module")
def flight() -> pl.Flight:
    return pl.fly("luna-25-failure")


@pytest.fixture(scope="module")
def found() -> pl.Windows:
    return pl.windows("change-3", start="2013-12-01", stop="2013-12-02")


@pytest.fixture(scope="module")
def cards(flight: pl.Flight, found: pl.Windows, env: Environment, tmp_path_factory: Any) -> Any:
    """Return a card of each kind of result."""
    motion = flight.trajectory()
    folder: Path = tmp_path_factory.mktemp("flown")
    flight.save(folder, report=False)
    oem = pl.read_oem(next(folder.glob("*.oem")))
    many = motion.at(motion.start + np.arange(3) * 60.0)
    results = {
        "mission": pl.load("change-5"),
        "flight": flight,
        "windows": found,
        "trajectory": motion,
        "state": motion.final,
        "states": many,
        "table": flight.table("ledger"),
        "station": pl.station("split", "iss"),
        "oem": oem,
        "reconstruction": pl.reconstruct(oem),
    }
    for name, result in results.items():  # at a prompt a line or two, never all the data
        assert len(repr(result)) < 300, name
    return {name: result._repr_html_() for name, result in results.items()}


def test_cards_are_sound_small_and_load_nothing(cards: dict[str, str]) -> None:
    texts = {name: _read(card) for name, card in cards.items()}
    assert texts["flight"].startswith("✓ Closes: all")
    assert texts["trajectory"].startswith("•")
    assert "impact" in texts["trajectory"]
    assert "luna-25" in texts["reconstruction"]
    assert "Chang'e-5" in texts["mission"]
    assert "transfer > capture" in texts["mission"]
    assert "none can stand alone" in texts["station"]
    assert "moon-centered icrf" in texts["state"]
    assert "ICRF" in texts["oem"]
    assert texts["states"].startswith("3 states")


def test_a_flight_that_does_not_close_says_why(flight: pl.Flight) -> None:
    check = {"name": "margin", "value": -3.0, "unit": "kg", "limit": ">= 0", "ok": False}
    failed = replace(flight, checks=[*flight.checks, check])
    text = _read(failed._repr_html_())
    assert text.startswith(f"✗ Does not close: 1 of {len(failed.checks)} checks fail")
    assert "margin -3 kg >= 0 no" in text
    short = replace(flight, status="propellant_short", remedy="Load 40 kg more.")
    assert "✗ Does not close: propellant short. Load 40 kg more." in _read(short._repr_html_())


def test_windows_show_the_least_or_say_why_not(found: pl.Windows) -> None:
    text = _read(found._repr_html_())
    assert text.startswith(f"✓ {found.feasible_n} of {len(found.opportunities)} launch")
    best = min(row["total_dv_m_s"] for row in found.opportunities if row["feasible"])
    assert f"{best:,.2f}" in text
    none = [{**row, "feasible": False, "why_not": ["too dark"]} for row in found.opportunities]
    text = _read(replace(found, opportunities=none)._repr_html_())
    assert text.startswith("✗ 0 of")
    assert "too dark" in text


def test_a_comparison_shows_each_verdict() -> None:
    mission = {"physics": "closes", "launch_date": {"p50": "2021-03-01"}}
    row = {"name": "to<gether", "title": "", "verdict": "needs_approval", "physics": "closes",
           "law": "needs_approval", "missions": [mission], "stations": [], "rules": [],
           "shares": [{"partner": "cnsa", "mass_kg": 3.0, "detail": {"x": 1}}],
           "summary": ["1 of 1 close."], "law_notice": "Not legal advice."}  # fmt: skip
    document = {"study": "s", "title": "A <study>", "as_of": "2017-06-15", "baseline": "alone",
                "variants": [row]}  # fmt: skip
    text = _read(comparison.card(document, "No variant closes & is permitted", is_good=False))
    assert text.startswith("✗ No variant closes & is permitted")
    assert "to<gether needs approval closes needs approval 1 of 1 2021-03-01" in text
    tables = comparison.tables(document)
    assert tables["shares"].names == ["variant", "partner", "mass_kg"]
    assert tables["missions"]["launch_date_p50"] == ["2021-03-01"]
    assert tables["rules"].names == ["variant"]


def test_everything_shown_is_escaped() -> None:
    nasty = "<b onmouseover=x>&\"'"
    card = html.card(
        nasty, nasty, facts={nasty: nasty}, tables=[(nasty, {nasty: [nasty, [nasty], None]})],
        folded=[(nasty, {"name": [nasty]})], note=nasty,
    )  # fmt: skip
    assert "<b" not in card
    assert nasty in _read(card)


def test_long_tables_are_cut_and_counted() -> None:
    table = Table("steps", {"utc": ["2020-01-01T00:00:00.123Z"] * 500, "dv_m_s": [1e-12] * 500})
    text = _read(table._repr_html_())
    assert text.count("2020-01-01 00:00:00") == html.SHOWN_N
    assert "and 460 more rows" in text
    assert "dv, m/s" in text
    assert "1e-12" not in text  # rounding of a zero


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1234567.891, "1,234,568"), (3140.25, "3,140.25"), (0.0123456, "0.01235"), (-7, "-7"),
     (float("nan"), ""), (True, "yes"), (np.bool_(False), "no"), (None, ""), (2.5e12, "2.5e+12"),
     ("2016-12-31T23:59:60.5Z", "2016-12-31 23:59:60"), ("plain", "plain"), ([], ""),
     (np.datetime64("2020-01-01T00:00:00.0006"), "2020-01-01 00:00:00.001")],
)  # fmt: skip
def test_values_read_well(value: Any, shown: str) -> None:
    card = html.card("", tables=[("", {"x": [value]})])
    assert re.findall(r"<td[^>]*>(.*?)</td>", card) == [shown]


def _contrasts(page: Any) -> Iterator[float]:
    """Yield the contrast of every text with what is behind it (WCAG 2)."""
    script = """() => [...document.querySelectorAll('.perilune *')]
      .filter(e => e.innerText).map(e => {
      let style = getComputedStyle(e), faded = 1;
      for (let p = e; p; p = p.parentElement) faded *= getComputedStyle(p).opacity;
      return [style.color, getComputedStyle(document.body).backgroundColor, faded]; })"""
    for color, ground, faded in page.evaluate(script):
        behind, over = (
            np.array([int(c) for c in re.findall(r"\d+", text)[:3]]) for text in (ground, color)
        )
        seen = float(faded) * over + (1.0 - float(faded)) * behind
        light, dark = sorted((_luminance(seen), _luminance(behind)), reverse=True)
        yield (light + 0.05) / (dark + 0.05)


def _luminance(color: Any) -> float:
    share = np.asarray(color) / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@needs_browser
@pytest.mark.parametrize("colors", ["#fff; color: #222", "#111; color: #ddd"])
def test_cards_read_on_light_and_on_dark(
    cards: dict[str, str], colors: str, tmp_path: Path
) -> None:
    page = tmp_path / "cards.html"
    body = "<hr>".join(cards.values())
    page.write_text(f'<meta charset="utf-8"><body style="background: {colors}">{body}</body>')
    with opened(page, "desktop") as shown:
        contrasts = list(_contrasts(shown))
    assert len(contrasts) > 100
    assert min(contrasts) >= 4.5
