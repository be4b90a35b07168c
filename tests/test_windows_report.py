"""The page and the files of a scan: what they hold, and that big scans stay small."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import perilune as pl
from perilune.missions.cells import CONVERGED
from perilune.missions.scan_result import Windows
from perilune.missions.windows import windows
from perilune.report.save_windows import cells_table, save_windows
from perilune.report.why_not import Group, grouped
from perilune.report.windows_figures import BINS, MARKS, figures_data
from perilune.report.windows_page import ROWS, best_of, windows_page

START = pl.Epoch.utc("2020-11-23T00:00:00")
FLOWN = "2020-11-23T20:30:12Z"
DAY = 86400.0
REQUEST = ("windows.flight_time_h=[108,124]", "windows.flight_time_step_h=8",
           "windows.max_total_dv_m_s=3923")  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Windows:
    return windows(pl.load("change-5", overrides=REQUEST), START, START + 2 * DAY)


@pytest.fixture(scope="module")
def folder(found: Windows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "deep" / "out"
    paths = save_windows(found, folder, as_flown=FLOWN)
    wanted = ["windows.json", "opportunities.csv", "cells.parquet", "windows.html"]
    assert paths == [folder / name for name in wanted]
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "windows.html").read_text(encoding="utf-8")


def data_of(page: str) -> dict[str, Any]:
    text = re.search(r'<script type="application/json" id="figures">(.*?)</script>', page, re.S)
    assert text is not None
    return dict(json.loads(text[1]))


def repeated(found: Windows, times: int, each_s: float) -> Windows:
    """Return a scan of so many copies, one after the other: what a long span looks like."""
    shift = np.repeat(np.arange(times) * each_s, found.cells_n)
    cells = {name: np.tile(column, times) for name, column in found.cells.items()}
    for name in ("lift_off_s", "arrival_s"):
        cells[name] = cells[name] + shift
    rows = [
        {**row, "launch_utc": (pl.Epoch.utc(row["launch_utc"]) + i * each_s).utc_iso(0)}
        for i in range(times)
        for row in found.opportunities
    ]
    scan = replace(found.scan, stop=found.scan.start + times * each_s)
    return replace(found, cells=cells, opportunities=rows, scan=scan)


# ---- the files


def test_cells_read_back_as_they_were(found: Windows, folder: Path) -> None:
    table = pq.read_table(folder / "cells.parquet")
    kept = set(found.cells) - {"branch", "direction", "status", "short"}
    assert len(kept) > 20
    for name in kept:
        column = table[name].to_numpy(zero_copy_only=False)
        np.testing.assert_array_equal(column.astype(found.cells[name].dtype), found.cells[name])


def test_words_of_the_cells_say_what_the_indices_do(found: Windows) -> None:
    table = cells_table(found)
    directions = [found.scan.directions[i] for i in found.cells["direction"]]
    assert list(table["heading"]) == [way.heading for way in directions]
    assert list(table["parking_inclination_deg"]) == [way.inclination_deg for way in directions]
    assert list(table["branch"]) == [found.scan.branches[i] for i in found.cells["branch"]]
    solved = np.asarray(found.cells["status"]) == CONVERGED
    np.testing.assert_array_equal(table["status"] == "converged", solved)
    wanted = pl.Epoch(float(found.cells["lift_off_s"][0])).utc_iso(3)
    assert f"{table['launch_utc'][0]}Z" == wanted


def test_no_report_leaves_the_page_out(found: Windows, tmp_path: Path) -> None:
    save_windows(found, tmp_path, report=False)
    assert not (tmp_path / "windows.html").exists()


# ---- the page


def test_the_page_needs_no_network(page: str) -> None:
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    links = re.findall(r'(?:src|href|action)\s*=\s*"?([^"\s>]*)', markup)
    assert links
    assert all(link.startswith("#") for link in links)
    assert "url(" not in markup
    assert len(re.findall(r"<script[^>]*\ssrc", page)) == 0
    assert "<link" not in page
    assert "default-src 'none'" in page
    assert len(page.encode()) < 6e6


def test_the_page_says_what_it_must(found: Windows, page: str) -> None:
    best = best_of(found)
    assert best is not None
    count = len(found.opportunities)
    assert f"{found.feasible_n} of {count} launch opportunities are feasible" in page
    assert f"{best['total_dv_m_s']:,.1f} m/s in all" in page
    for name in ("map", "cost", "daily", "light"):
        assert f'data-figure="{name}"' in page
    for section in ("reasons", "opportunities", "assumed", "provenance"):
        assert f'<section id="{section}">' in page
    for group in grouped(found.opportunities):
        assert group.reason in page
    table = page[page.index('<section id="opportunities">') :]
    assert table.count('<span class="mark good">✓ feasible</span>') == found.feasible_n
    assert table.count('<span class="mark bad">✗ no</span>') == count - found.feasible_n


def test_text_of_the_scenario_cannot_become_markup(found: Windows) -> None:
    rows = [{**row, "why_not": ["<img src=x>"]} for row in found.opportunities]
    page = windows_page(replace(found, title="</script><script>bad()", opportunities=rows))
    assert "<script>bad()" not in page
    assert "<img src=x>" not in page


def test_the_plots_have_every_solved_opportunity(found: Windows, page: str) -> None:
    data, marks = data_of(page), data_of(page)["marks"]
    solved = [row for row in found.opportunities if row["total_dv_m_s"] is not None]
    assert marks["ok"] == [int(row["feasible"]) for row in solved]
    assert marks["dv_m_s"] == [round(row["total_dv_m_s"], 1) for row in solved]
    shown = [(START + 60.0 * after).utc_iso(0)[:16] for after in marks["launch_min"]]
    for ours, row in zip(shown, solved, strict=True):
        gap = pl.Epoch.utc(f"{ours}:00") - pl.Epoch.utc(row["launch_utc"])
        assert abs(gap) <= 63.0
    assert data["sun_deg"] == [20.0, 55.0]
    assert data["as_flown"] == FLOWN


def test_each_bin_shows_its_best_cell(found: Windows) -> None:
    data = figures_data(found)
    bins, cells = data["bins"], found.cells
    solved = np.asarray(cells["status"]) == CONVERGED
    after_d = (np.asarray(cells["lift_off_s"]) - START.j2000_s) / DAY
    assert len(bins["ok"]) > 10
    for i, column in enumerate(bins["column"]):
        inside = solved & (np.floor(after_d / data["bin_d"]) == column)
        inside &= np.asarray(cells["branch"]) == bins["branch"][i]
        inside &= np.isclose(np.asarray(cells["flight_time_s"]), 3600.0 * bins["flight_h"][i])
        fine = inside & np.asarray(cells["feasible"])
        assert bins["ok"][i] == int(fine.any())
        least = np.asarray(cells["total_dv_m_s"])[fine if fine.any() else inside].min()
        assert bins["dv_m_s"][i] == round(least)


@pytest.mark.parametrize("flown", ["2019-12-07T00:00:00Z", "2020-11-25T00:00:00Z", None])
def test_a_lift_off_outside_the_span_is_not_drawn(found: Windows, flown: str | None) -> None:
    assert figures_data(found, flown)["as_flown"] is None


def test_a_scan_of_a_hundred_thousand_cells_makes_a_small_page(found: Windows) -> None:
    big = repeated(found, 100_000 // found.cells_n + 1, 2 * DAY)
    assert big.cells_n > 100_000
    data = figures_data(big)
    assert 1000 < len(data["bins"]["ok"]) <= BINS
    assert len(data["marks"]["ok"]) == MARKS
    kept = {value for value, ok in zip(data["marks"]["dv_m_s"], data["marks"]["ok"], strict=True)
            if ok}  # fmt: skip
    best = best_of(big)
    assert best is not None
    assert round(best["total_dv_m_s"], 1) in kept
    page = windows_page(big)
    assert len(page.encode()) < 6e6
    table = page[page.index('<section id="opportunities">') :]
    assert table.count('<tr><th scope="row">') <= ROWS + 200  # and those of the assumed figures
    assert f"All {len(big.opportunities):,} are in opportunities.csv" in page


def test_nothing_found_makes_a_page_too(found: Windows) -> None:
    none = {name: column[:0] for name, column in found.cells.items()}
    page = windows_page(replace(found, cells=none, opportunities=[], assumed=[]))
    assert "None of 0 launch opportunities is feasible" in page
    assert data_of(page)["bins"]["ok"] == []


def test_a_mission_that_does_not_land_has_no_light(found: Windows) -> None:
    page = windows_page(replace(found, limits=replace(found.limits, landing=None)))
    assert 'data-figure="light"' not in page
    assert data_of(page)["sun_deg"] is None


# ---- reasons


def test_reasons_that_differ_in_numbers_are_one(found: Windows) -> None:
    rows = [
        {"why_not": ["sun at 9.5 deg over luna-25 on 2020-11-03: expected 10 to 60"]},
        {"why_not": ["sun at -46.1 deg over luna-25 on 2020-10-30: expected 10 to 60", "short"]},
        {"why_not": []},
    ]
    sun = "sun at -46.1 to 9.5 deg over luna-25 on 2020-10-30 to 2020-11-03: expected 10 to 60"
    assert grouped(rows) == [Group(sun, 2), Group("short", 1)]
    assert sum(group.count for group in grouped(found.opportunities)) == sum(
        len(row["why_not"]) for row in found.opportunities
    )
