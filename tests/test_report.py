"""The page of a flight: whole, self-contained, and honest about what is not known."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest

from perilune.report import words
from perilune.report.charts import Chart, Series
from perilune.report.figures import plotly_script
from perilune.report.fly_charts import FlyCharts
from perilune.report.page import fly_page

EVIL = "</script><script>alert('x')</script><!-- & \""

EVENT: dict[str, Any] = {
    "name": "lunar_orbit_insertion_1",
    "spacecraft": "orbiter",
    "utc": "2020-11-28T12:59:30.5Z",
    "end_utc": "2020-11-28T13:16:00Z",
    "body": "moon",
    "altitude_km": 200.04,
    "latitude_deg": 1.2,
    "longitude_deg": 3.4,
    "speed_km_s": 2.4,
    "flight_path_angle_deg": 0.0,
    "inclination_deg": 43.5,
    "dv_m_s": 3140.25,
    "mass_before_kg": 8200.0,
    "mass_after_kg": 6700.0,
    "propellant_kg": 1500.0,
    "branch": None,
    "as_flown": {"utc": "2020-11-28T12:58:00Z", "dv_m_s": None, "source": "S11"},
}
DOCUMENT: dict[str, Any] = {
    "perilune": "0.1.0",
    "scenario": "change-5",
    "title": "Chang'e-5",
    "status": "converged",
    "constants": "de440",
    "elapsed_s": 3.2,
    "events": [EVENT],
    "ledger": [
        {
            "spacecraft": "orbiter",
            "dry_mass_kg": 1900,
            "propellant_loaded_kg": 2700,
            "propellant_used_kg": 2413.7,
            "margin_kg": 286.3,
        }
    ],
    "checks": [
        {"name": "perilune altitude", "value": 200.0, "unit": "km", "limit": "200", "ok": True}
    ],
    "solution": {
        "flight_time_h": 112.0,
        "c3_km2_s2": -1.96,
        "perigee_utc": "2020-11-23T20:58:40Z",
        "perilune_utc": None,
        "branches": [
            {"name": "short coast", "total_dv_m_s": 4012.3, "chosen": True, "why": "least"},
            {"name": "long coast", "total_dv_m_s": None, "chosen": False, "why": None},
        ],
    },
    "assumed": [{"what": "specific impulse", "value": "310 s", "why": "not published"}],
    "provenance": {"command": "perilune fly change-5", "gm_km3_s2": {"earth": 398600.435507}},
}


class Balance(HTMLParser):
    """Checks that every element is closed in order, and keeps what it met."""

    VOID = ("meta", "br", "hr", "img", "link", "input")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        elif not self.open or self.open[-1] != "style":
            self.text += data


def _parsed(page: str) -> Balance:
    parser = Balance()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


@pytest.fixture(scope="module")
def page() -> str:
    return fly_page(DOCUMENT)


def test_the_page_is_well_formed_and_small(page: str) -> None:
    parsed = _parsed(page)
    tags = [tag for tag, _ in parsed.seen]
    assert page.startswith("<!DOCTYPE html>")
    assert ("html", {"lang": "en"}) in parsed.seen
    assert tags.count("h1") == tags.count("main") == 1
    assert len(page.encode()) < 8e6
    assert "$" not in parsed.text


def test_the_page_loads_nothing(page: str) -> None:
    parsed = _parsed(page)
    for tag, attributes in parsed.seen:
        assert tag not in ("link", "iframe", "img", "object", "embed")
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    policy = [a["content"] for _, a in parsed.seen if "http-equiv" in a]
    assert policy[0] is not None
    assert policy[0].startswith("default-src 'none'")
    assert "http" not in policy[0]
    assert "showSendToCloud: false" in parsed.scripts[-1]  # plotly's "Share chart" uploads the data


def test_the_order_is_verdict_first(page: str) -> None:
    text = _parsed(page).text
    order = ("Everything closes", "Timeline", "Propellant ledger", "Checks",
             "Solutions found", "Figures of the solves", "Assumed or unconfirmed figures",
             "Provenance")  # fmt: skip
    places = [text.rindex(f"{word}\n") for word in order]
    assert places == sorted(places)


def test_what_was_computed_stands_beside_what_was_flown(page: str) -> None:
    row = page[page.index('<th scope="row">Lunar orbit insertion 1') :]
    row = row[: row.index("</tr>")]
    assert "2020-11-28 12:59:30" in row
    assert "2020-11-28 12:58:00" in row
    assert ">+1.5<" in row  # minutes later
    assert ">3\u202f140.2<" in row  # m/s
    assert "S11" in row
    given = {**EVENT, "as_flown": {**EVENT["as_flown"], "later_min": 7.0}}
    assert ">+7.0<" in fly_page({**DOCUMENT, "events": [given]})


def test_figures_nobody_confirmed_are_marked(page: str) -> None:
    assert 'href="#assumed"' in page
    assert "specific impulse" in page
    ledger = [{**DOCUMENT["ledger"][0], "confidence": "assumed"}]
    assert '<span class="mark open">assumed</span>' in fly_page({**DOCUMENT, "ledger": ledger})


def test_constants_keep_their_digits(page: str) -> None:
    assert "GM, km³/s²" in page
    assert "398600.435507" in page


def _headline(**changes: Any) -> str:
    page = fly_page({**DOCUMENT, **changes})
    found = re.search(r'class="headline"><span aria-hidden="true">(.)</span> (.*?)</p>', page)
    assert found is not None
    return f"{found[1]} {found[2]}"


def test_the_verdict_says_what_breaks() -> None:
    check = DOCUMENT["checks"][0]
    ledger = DOCUMENT["ledger"][0]
    assert _headline() == "✓ Everything closes"
    assert _headline(checks=[{**check, "ok": None}]).endswith("closes; 1 check not evaluated")
    assert _headline(checks=[{**check, "ok": False}]) == "✗ Does not close: 1 check failed"
    assert _headline(ledger=[{**ledger, "margin_kg": -1}]).endswith("propellant is short")
    assert _headline(status="no_solution") == "✗ Does not close: no solution"
    assert _headline(status=None) == "? Not evaluated"
    assert _headline(closes=False) == "✗ Does not close: see the checks"
    assert _headline(verdict="Not <today>") == "✓ Not &lt;today&gt;"


def _nulled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _nulled(inner) for key, inner in value.items()}
    return [_nulled(inner) for inner in value] if isinstance(value, list) else None


@pytest.mark.parametrize(
    "document",
    [
        {},
        dict.fromkeys(DOCUMENT),
        _nulled(DOCUMENT),
        {**DOCUMENT, "events": [dict.fromkeys(EVENT)], "ledger": [{}], "checks": [{}]},
        {"scenario": "x", "status": "impact", "message": "hits the Moon", "remedy": "aim higher"},
    ],
)
def test_nulls_are_shown_as_not_known(document: dict[str, Any]) -> None:
    text = _parsed(fly_page(document)).text
    assert re.search(r"\b(None|nan|null)\b", text) is None


def test_nothing_escapes_into_markup() -> None:
    event = {**EVENT, "name": EVIL, "body": EVIL, "as_flown": {"utc": EVIL, "source": EVIL}}
    document = {
        **DOCUMENT,
        "title": EVIL,
        "scenario": EVIL,
        "events": [event],
        "checks": [{"name": EVIL, "value": EVIL, "unit": EVIL, "limit": EVIL, "ok": False}],
        "provenance": {"command": EVIL, EVIL: EVIL},
    }
    line = Series(EVIL, [0.0, 1.0], [0.0, 1.0], text=[EVIL, f"<b>{EVIL}</b><br>"])
    charts = FlyCharts(ledger=[Chart("evil", EVIL, EVIL, EVIL, [line])])
    parsed = _parsed(fly_page(document, charts=charts))
    assert len(parsed.scripts) == 4
    trace = json.loads(parsed.scripts[1])["evil"]["data"][0]
    shown = escape(EVIL, quote=False)  # plotly reads markup of its own
    assert trace["name"] == shown
    assert trace["text"] == [shown, f"<b>{shown}</b><br>"]
    assert "alert" not in parsed.scripts[0] + parsed.scripts[2] + parsed.scripts[3]


def test_no_two_elements_have_one_id() -> None:
    figures = {f"figure_{i}_km": float(i) for i in range(40)}
    page = fly_page({**DOCUMENT, "solution": figures})
    found = re.findall(r'\sid="([^"]+)"', page)
    assert len(found) == len(set(found)) > 5


def test_plotly_is_not_imported() -> None:
    code = (
        "import sys; from perilune.report.figures import plotly_script;"
        "plotly_script(); assert 'plotly' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_script_cannot_close_its_element() -> None:
    script = plotly_script()
    assert len(script) > 1e6
    assert "</script" not in script.lower()
    assert "<!--" not in script


def test_numbers_read_well() -> None:
    assert words.number(-1234.56, 1) == "\u22121\u202f234.6"
    assert words.number(-0.001, 1) == "0.0"
    assert words.number(None, 1) == words.number(float("nan"), 1) == words.NOTHING
    assert words.scalar(0.00012345) == "0.000123"
    assert words.scalar({"dry_mass_kg": 1370.0, "title": "<x>"}) == (
        "Dry mass 1\u202f370 kg; Title &lt;x&gt;"
    )
    assert words.scalar(1.5e-7) == "1.5e\u221207"
    assert words.scalar(True) == "yes"
    assert words.scalar([1, None]) == f"1, {words.NOTHING}"
    assert words.label("total_dv_m_s") == "Total Δv, m/s"
    assert words.label("launches_n") == "Launches"
    assert words.label("thrust_n") == "Thrust, N"
    assert words.minutes_between("2020-01-01T00:01:30Z", "2020-01-01T00:00:00Z") == 1.5
    assert words.minutes_between("2016-12-31T23:59:60Z", "2016-12-31T23:58:59Z") == 1.0
    assert words.minutes_between("soon", "2020-01-01T00:00:00Z") is None
