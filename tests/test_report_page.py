"""The page of a flight in a browser: sorted, filtered, dark, on a phone and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from browser import needs_browser, opened
from playwright.sync_api import Page, expect

import perilune as pl
from perilune import Environment

pytestmark = needs_browser

DRAWN = (
    "Array.from(document.querySelectorAll('.chart')).every((box) => box.querySelector('.main-svg'))"
)
INK = "getComputedStyle(document.querySelector('[data-figure=mass] .xtitle')).fill"


@pytest.fixture(scope="module")
def report(env: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of Chang'e-5."""
    folder = tmp_path_factory.mktemp("report")
    pl.fly("change-5", env=env).save(folder)
    return folder / "report.html"


@pytest.fixture
def page(report: Path) -> Iterator[Page]:
    """Open it at a desk."""
    with opened(report) as view:
        yield view


def _column(page: Page, table: str, number: int) -> list[str]:
    cells = page.locator(f"{table} tbody tr:visible > :nth-child({number})")
    return [text.strip() for text in cells.all_inner_texts()]


def _numbers(texts: list[str]) -> list[float]:
    known = [text for text in texts if text != "–"]
    return [float(re.sub(r"[\s\u202f]", "", text).replace("\u2212", "-")) for text in known]


def test_a_header_sorts_by_size_both_ways_and_back(page: Page) -> None:
    before = _column(page, "#timeline", 1)
    head = page.locator("#timeline thead th", has_text="Δv, m/s").first
    number = 1 + int(head.evaluate("cell => cell.cellIndex"))
    head.locator("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    rising = _column(page, "#timeline", number)
    assert all(a <= b for a, b in pairwise(_numbers(rising)))
    assert "–" not in rising[: len(_numbers(rising))]  # what is not known comes last
    head.locator("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    falling = _column(page, "#timeline", number)
    assert _numbers(falling) == _numbers(rising)[::-1]
    assert falling[-1] == "–"
    head.locator("button").click()
    assert head.get_attribute("aria-sort") is None
    assert _column(page, "#timeline", 1) == before


def test_a_header_sorts_by_keyboard(page: Page) -> None:
    button = page.locator("#ledger thead th button").first
    button.focus()
    page.keyboard.press("Enter")
    names = _column(page, "#ledger", 1)
    assert names == sorted(names)
    page.keyboard.press("Space")
    assert _column(page, "#ledger", 1) == names[::-1]


def test_dates_sort_by_time(page: Page) -> None:
    head = page.locator("#timeline thead th", has_text="UTC").first
    head.locator("button").click()
    dates = _column(page, "#timeline", 1 + int(head.evaluate("cell => cell.cellIndex")))
    assert dates == sorted(dates)


def test_a_long_table_is_filtered_and_says_how_many_are_left(page: Page) -> None:
    field = page.locator("#checks input[type=search]")
    every = len(_column(page, "#checks", 1))
    field.fill("propellant MARGIN")
    left = _column(page, "#checks", 1)
    assert 0 < len(left) < every
    assert all("ropellant margin" in name for name in left)
    expect(page.locator("#checks [role=status]")).to_have_text(f"{len(left)} of {every} rows")
    field.fill("no such check")
    assert _column(page, "#checks", 1) == []
    field.fill("")
    assert len(_column(page, "#checks", 1)) == every


def test_a_short_table_has_no_filter(page: Page) -> None:
    assert page.locator("#ledger input").count() == 0


# ---- light and dark


def _ground(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("dark", [False, True])
def test_the_button_turns_the_colors_whatever_the_system_prefers(report: Path, dark: bool) -> None:
    with opened(report, dark=dark) as page:
        page.wait_for_function(DRAWN)
        system, written = _ground(page), page.evaluate(INK)
        button = page.locator("#theme")
        expect(button).to_have_text("Light colors" if dark else "Dark colors")
        button.click()
        expect(button).to_have_text("Dark colors" if dark else "Light colors")
        assert _ground(page) != system
        page.wait_for_function(f"old => {INK} !== old", arg=written)  # the charts are drawn anew
        button.click()
        assert _ground(page) == system


def test_the_choice_is_remembered(report: Path) -> None:
    with opened(report) as page:
        light = _ground(page)
        page.locator("#theme").click()
        page.reload()
        assert _ground(page) != light
        expect(page.locator("#theme")).to_have_text("Light colors")


def test_paper_is_light_even_where_the_screen_is_dark(report: Path) -> None:
    with opened(report, "print", dark=True) as page:
        assert _ground(page) == "rgb(255, 255, 255)"
        page.locator("#theme").evaluate("button => button.click()")
        page.locator("#theme").evaluate("button => button.click()")
        assert _ground(page) == "rgb(255, 255, 255)"


# ---- phone and paper


@pytest.mark.parametrize("size", ["phone", "print", "desktop"])
def test_the_page_never_scrolls_sideways(report: Path, size: str) -> None:
    with opened(report, size) as page:
        page.wait_for_function(DRAWN)
        widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1]


def test_on_a_phone_a_table_scrolls_in_its_box_under_its_first_column(report: Path) -> None:
    with opened(report, "phone") as page:
        box, cell = page.locator("#timeline .scroll"), page.locator("#timeline tbody th").first
        assert box.evaluate("box => box.scrollWidth > box.clientWidth")
        before = cell.bounding_box()
        box.evaluate("box => { box.scrollLeft = 200; }")
        after = cell.bounding_box()
        assert before is not None
        assert after is not None
        assert after["x"] == pytest.approx(before["x"], abs=2.0)


def test_paper_shows_tables_whole_and_pictures_of_charts(report: Path) -> None:
    with opened(report, "print") as page:
        count = page.locator(".chart").count()
        page.wait_for_function(
            "count => document.querySelectorAll('.chart + .still').length === count", arg=count
        )
        assert page.locator(".chart:visible").count() == 0
        boxes = page.locator(".scroll:visible")
        cut = "boxes => boxes.filter((box) => box.scrollWidth > box.clientWidth + 1).length"
        assert boxes.evaluate_all(cut) == 0
        assert not page.locator("#theme, nav.contents, .filter").first.is_visible()


def test_what_is_folded_is_unfolded_for_paper_alone(page: Page) -> None:
    folded = page.locator("#solved details")
    assert folded.get_attribute("open") is None
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert folded.get_attribute("open") is not None
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert folded.get_attribute("open") is None


# ---- finding one's way


def test_landmarks_contents_and_a_link_past_the_header(page: Page) -> None:
    assert page.locator("main").count() == page.locator("header").count() == 1
    links = page.locator("nav.contents a")
    named = [link.get_attribute("href") for link in links.all()]
    sections = page.locator("main > section[id]").evaluate_all(
        "all => all.map((one) => '#' + one.id)"
    )
    assert named == sections[1:]  # all but the verdict, in the order of the page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#verdict"


def test_the_focus_is_seen(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_headings_go_down_step_by_step(page: Page) -> None:
    levels = page.locator("h1, h2, h3").evaluate_all("all => all.map((one) => +one.tagName[1])")
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_every_chart_and_field_has_a_name(page: Page) -> None:
    assert page.locator(".chart:not([aria-label])").count() == 0
    assert page.locator("input:not([aria-label])").count() == 0
    assert page.locator(".scroll:not([aria-label])").count() == 0


def test_the_page_marks_them(page: Page) -> None:
    marked = page.locator("#ledger .mark").all_inner_texts()
    assert marked == ["assumed", "unconfirmed", "assumed", "derived"]
    assert page.locator("#timeline tbody tr", has_text="Powered descent").locator(".mark").count()
