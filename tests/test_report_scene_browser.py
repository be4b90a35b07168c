"""The scene of a flight's page in a real browser: moved, switched, narrow, dark, on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from perilune.astro.geometry import subpoint
from perilune.astro.state import State
from perilune.missions.flight import Flight
from perilune.report.scene import Scene
from tests import scene_flown
from tests.browser import needs_browser, opened

AXES = {
    "earth": ("earth", "icrf"),
    "moon": ("moon", "icrf"),
    "rotating": ("moon", "earth_moon_rotating"),
}
_BOX = "document.querySelector('#scene .plot')"
_DRAWN = f"() => {_BOX} && {_BOX}.data"
_TRACE = f"(name) => {_BOX}.data.find((t) => t.name === name)"
_POINTS = f"""(name) => {{
  const trace = ({_TRACE})(name);
  return trace.x.map((x, i) => [x, trace.y[i], trace.z[i]]);
}}"""
_LATER = "(said) => document.querySelector('#scene output').textContent > said"


@pytest.fixture(scope="module")
def flight() -> Flight:
    return scene_flown.flown()


@pytest.fixture(scope="module")
def scene() -> Scene:
    return scene_flown.scene()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scene") / "report.html"
    path.write_text(scene_flown.page(), encoding="utf-8")
    return path


# ---- pages opened for one look (before the one that stays open)


@needs_browser
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_dark_and_narrow_pages_draw_and_do_not_overflow(written: Path, size: str) -> None:
    with opened(written, size, dark=True) as page:
        page.wait_for_function(_DRAWN, timeout=120_000)
        color = page.evaluate("() => document.querySelector('#scene .plot').layout.font.color")
        assert color == "#e6e9ed"
        land = "() => getComputedStyle(document.querySelector('.map .land')).fill"
        assert page.evaluate(
            "() => getComputedStyle(document.body).backgroundColor"
        ) != page.evaluate(land)
        assert page.evaluate(
            "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
        narrow = page.evaluate("() => document.querySelector('#scene').clientWidth")
        assert narrow <= page.evaluate("() => document.documentElement.clientWidth")


@needs_browser
def test_paper_has_a_picture_and_no_buttons(written: Path) -> None:
    with opened(written, "print") as page:
        page.wait_for_selector("#scene .still", state="visible", timeout=120_000)
        assert not page.is_visible("#scene .plot")
        assert page.is_visible("[data-frame=earth]")  # says which frame the picture is of
        assert not page.is_visible("[data-frame=moon]")
        assert not page.is_visible("#scene [data-play]")
        assert page.is_visible("[data-map=moon] svg")


@needs_browser
def test_the_page_is_painted_before_the_plot(written: Path) -> None:
    with opened(written) as page:
        page.wait_for_function(_DRAWN, timeout=120_000)
        painted = page.evaluate(
            "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
        )
        library = page.evaluate("() => performance.getEntriesByName('plotly-starts')[0].startTime")
        assert painted < library


@needs_browser
def test_without_webgl_words_stand_in_for_the_plot(written: Path, tmp_path: Path) -> None:
    page_without = tmp_path / "report.html"
    nothing = "<script>HTMLCanvasElement.prototype.getContext = () => null;</script>"
    text = written.read_text("utf-8").replace("<body>", f"<body>{nothing}", 1)
    page_without.write_text(text, encoding="utf-8")
    with opened(page_without) as page:
        page.wait_for_selector("#scene .plot.none", timeout=120_000)
        assert "needs WebGL" in str(page.text_content("#scene .plot"))
        said = page.text_content("#scene output")
        page.click("#scene [data-step='1']")
        assert page.text_content("#scene output") != said  # table and maps still follow the time


# ---- what the reader does


@pytest.fixture(scope="module")
def view(written: Path) -> Iterator[Page]:
    """The page on a desk, open while the tests of this file use it."""
    with opened(written) as page:
        page.wait_for_function(_DRAWN, timeout=120_000)
        yield page


def _set(view: Page, value: int) -> None:
    view.eval_on_selector(
        "#scene [type=range]",
        "(s, v) => { s.value = v; s.dispatchEvent(new Event('input', { bubbles: true })); }",
        value,
    )
    view.wait_for_timeout(700)


def _chosen(view: Page, name: str) -> None:
    view.click(f"[data-frame={name}]")
    view.wait_for_function(
        f"() => document.querySelector('#scene .plot').layout.scene.uirevision === '{name}'"
    )
    view.wait_for_timeout(300)


@needs_browser
def test_cross_markers_are_where_the_trajectory_is(
    view: Page, scene: Scene, flight: Flight
) -> None:
    """Interpolation and frames of the page's script against the trajectory and the frames here."""
    env = flight.env
    for share in (0.2, 0.42, 0.5, 0.58):
        t = share * min(flight.trajectory(name).duration_s for name in flight.spacecraft)
        path = flight.trajectory("lander")
        state = path.at(path.start + t)
        since = float(path.start - scene.start) + t
        for frame, (center, axes) in AXES.items():
            truth = state.to(center=center, axes=axes, env=env).r_km
            found = view.evaluate(
                """([frame, t]) => {
                    const m = sceneMotion(perilune.json("scene-data"));
                    const s = m.craftAt(1, t);
                    return m.frameAt(frame, t)(s.body, s.r);
                }""",
                [frame, since],
            )
            off = float(np.linalg.norm(np.array(found) - truth))
            assert off < 2.0 + 2e-4 * float(np.linalg.norm(state.r_km)), (frame, share)
        below = subpoint(state, env)
        point = view.evaluate(
            """(t) => {
                const m = sceneMotion(perilune.json("scene-data")), s = m.craftAt(1, t);
                return m.below(s.body, s.r, t);
            }""",
            since,
        )
        assert point["latitude_deg"] == pytest.approx(float(below.latitude_deg), abs=0.05)
        assert point["longitude_deg"] == pytest.approx(float(below.longitude_deg), abs=0.05)


@needs_browser
def test_the_slider_moves_every_marker(view: Page) -> None:
    _chosen(view, "earth")
    _set(view, 400)
    before, said = view.evaluate(_POINTS, "spacecraft"), view.text_content("#scene output")
    _set(view, 900)
    after = view.evaluate(_POINTS, "spacecraft")
    assert len(before) == len(after) == 2
    for one, other in zip(before, after, strict=True):
        assert np.linalg.norm(np.subtract(one, other)) > 100.0
    assert view.text_content("#scene output") != said
    cells = view.locator("#scene tbody tr").first.locator("td").all_text_contents()
    assert cells[0] == "about the Moon"
    assert float(cells[1].replace(",", "")) > 0.0


@needs_browser
def test_arrow_keys_move_the_time(view: Page) -> None:
    view.focus("#scene [type=range]")
    _set(view, 500)
    said = view.text_content("#scene output")
    for _ in range(5):
        view.keyboard.press("ArrowRight")
    later = view.text_content("#scene output")
    assert str(later) > str(said)
    view.keyboard.press("ArrowLeft")
    assert str(view.text_content("#scene output")) < str(later)
    assert view.get_attribute("#scene [type=range]", "aria-valuetext") == view.text_content(
        "#scene output"
    )


@needs_browser
def test_frames_are_switched_by_the_keyboard(view: Page) -> None:
    _chosen(view, "earth")
    _set(view, 700)
    earth = np.array(view.evaluate(_POINTS, "spacecraft")[0])
    view.focus("[data-frame=moon]")
    view.keyboard.press("Enter")
    view.wait_for_function(
        "() => document.querySelector('#scene .plot').layout.scene.uirevision === 'moon'"
    )
    view.wait_for_timeout(300)
    moon = np.array(view.evaluate(_POINTS, "spacecraft")[0])
    assert view.get_attribute("[data-frame=moon]", "aria-pressed") == "true"
    assert np.linalg.norm(earth) > 3e5
    assert np.linalg.norm(moon) < 2000.0 + 300.0
    _chosen(view, "rotating")
    turning = np.array(view.evaluate(_POINTS, "spacecraft")[0])
    assert np.linalg.norm(turning) == pytest.approx(np.linalg.norm(moon), rel=1e-6)


@needs_browser
def test_events_are_stepped_through(view: Page, flight: Flight) -> None:
    _set(view, 0)
    view.click("#scene [data-step='1']")
    first = str(view.text_content("#scene output"))
    view.click("#scene [data-step='1']")
    second = str(view.text_content("#scene output"))
    assert first < second
    dates = [event["utc"][:16].replace("T", " ") for event in flight.events]
    assert any(second.startswith(date) for date in dates)
    view.click("#scene [data-step='-1']")
    assert view.text_content("#scene output") == first


@needs_browser
def test_play_goes_on_until_paused(view: Page) -> None:
    _set(view, 200)
    said = str(view.text_content("#scene output"))
    view.click("#scene [data-play]")
    assert view.text_content("#scene [data-play]") == "Pause"
    view.wait_for_function(_LATER, arg=said)
    view.click("#scene [data-play]")
    assert view.text_content("#scene [data-play]") == "Play"
    stopped = view.text_content("#scene output")
    view.wait_for_timeout(400)
    assert view.text_content("#scene output") == stopped


@needs_browser
def test_the_landing_site_turns_with_the_moon(view: Page) -> None:
    _chosen(view, "moon")
    _set(view, 1000)
    before = np.array(view.evaluate(_POINTS, "landing site")[0])
    _set(view, 1900)
    after = np.array(view.evaluate(_POINTS, "landing site")[0])
    assert np.linalg.norm(before) == pytest.approx(np.linalg.norm(after), rel=1e-3)
    assert np.linalg.norm(before - after) > 300.0


@needs_browser
def test_cross_coasts_turn_with_the_earth(view: Page, scene: Scene, flight: Flight) -> None:
    """The page's own turn of the Earth against the ITRF here, at the coasts of the map."""
    drawn = str(view.get_attribute("[data-map=earth] .land", "d")).split("M")[1:]
    rings = [np.array(re.findall(r"-?\d+", ring), dtype=float).reshape(-1, 2) for ring in drawn]
    east, north = np.radians(np.vstack([np.cumsum(ring, axis=0) for ring in rings]) / 10.0).T
    map_points = np.column_stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    )
    _chosen(view, "earth")
    shown = f"{_BOX}.data.some((trace) => trace.name === 'coasts')"
    assert not view.evaluate(shown)  # from afar the Earth is a dot
    clicks = 0
    while not view.evaluate(shown):
        view.click("[data-zoom='1']")
        view.wait_for_timeout(500)
        clicks += 1
        assert clicks < 12
    places = []
    for value in (300, 1200):
        _set(view, value)
        found = [p for p in view.evaluate(_POINTS, "coasts") if p[0] is not None]
        since = view.evaluate(
            "() => (Date.parse(document.querySelector('#scene output').textContent) "
            "- Date.parse(perilune.json('scene-data').start_utc)) / 1000"
        )
        r = np.array(found)
        state = State(scene.start + np.full(len(r), since), "earth", "icrf", r, np.zeros_like(r))
        fixed = state.to(axes="itrf", env=flight.env).r_km
        unit = fixed / np.linalg.norm(fixed, axis=1, keepdims=True)
        off = np.max(np.min(np.linalg.norm(unit[:, None] - map_points, axis=2), axis=1))
        assert off < 2e-4  # 0.01 deg; the clock tells whole seconds, 0.002 deg
        assert 300 < len(found) < 1000
        places.append(r[0])
    assert np.linalg.norm(places[1] - places[0]) > 100.0
    for _ in range(clicks):
        view.click("[data-zoom='-1']")
    view.wait_for_function(f"() => !{shown}")


@needs_browser
def test_land_is_filled_and_water_in_it_is_not(view: Page) -> None:
    inside = """(places) => {
      const land = document.querySelector("[data-map=earth] .land"), point = land.ownerSVGElement.createSVGPoint();
      return places.map(([x, y]) => { point.x = x; point.y = y; return land.isPointInFill(point); });
    }"""  # noqa: E501
    siziwang, caspian, pacific = [1114, 423], [510, 415], [-1500, 0]
    assert view.evaluate(inside, [siziwang, caspian, pacific]) == [True, False, False]
    fits = """() => {
      const land = document.querySelector("[data-map=earth] .land").getBoundingClientRect();
      const map = document.querySelector("[data-map=earth] svg").getBoundingClientRect();
      return land.left > map.left && land.right < map.right && land.top > map.top && land.bottom < map.bottom;
    }"""  # noqa: E501
    assert view.evaluate(fits)


@needs_browser
def test_lines_of_sight_come_and_go(view: Page) -> None:
    _chosen(view, "earth")
    counts = set()
    for value in (1500, 1560, 1620, 1680, 1740, 1800, 1860, 1920):
        _set(view, value)
        points = view.evaluate(_POINTS, "line of sight")
        counts.add(sum(p[0] is not None for p in points))
    assert len(counts) > 1


@needs_browser
def test_marks_move_over_the_maps(view: Page) -> None:
    _set(view, 900)
    mark = view.locator("[data-map=moon] [data-craft='0']")
    first = mark.get_attribute("cx")
    assert mark.get_attribute("hidden") is None
    _set(view, 901)
    assert mark.get_attribute("cx") != first
    assert view.locator("[data-map=earth] [data-craft='0']").get_attribute("hidden") is not None


@needs_browser
def test_scale_changes_the_box(view: Page) -> None:
    _chosen(view, "moon")
    wide = "() => document.querySelector('#scene .plot').layout.scene.xaxis.range[1]"
    before = view.evaluate(wide)
    view.click("[data-zoom='-1']")
    view.wait_for_function(f"(before) => ({wide})() > before", arg=before)
    view.click("[data-zoom='1']")
    view.wait_for_function(f"(before) => ({wide})() === before", arg=before)


@needs_browser
def test_the_theme_button_recolors_the_scene(view: Page) -> None:
    _chosen(view, "earth")
    color = f"() => {_BOX}.layout.font.color"
    before = view.evaluate(color)
    view.click("#theme")
    view.wait_for_function(f"(before) => ({color})() !== before", arg=before)
    view.click("#theme")
    view.wait_for_function(f"(before) => ({color})() === before", arg=before)
