"""The scene of a flight: true to the trajectory, small, and whole."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import perilune
from perilune.astro.geometry import elevation_deg
from perilune.missions.flight import Flight
from perilune.report import scene_samples
from perilune.report.page import fly_page
from perilune.report.scene import Scene, flight_scene
from perilune.report.scene_data import scene_data
from perilune.report.scene_links import MASK_DEG
from perilune.report.scene_map import ground_lines, ground_map
from perilune.report.scene_pieces import pieces
from perilune.report.scene_samples import MOST, quintic, samples, step_rad
from perilune.report.scene_section import scene_section
from tests import scene_flown


@pytest.fixture(scope="module")
def flight() -> Flight:
    return scene_flown.flown()


@pytest.fixture(scope="module")
def scene() -> Scene:
    return scene_flown.scene()


def test_every_stretch_is_there_once(flight: Flight) -> None:
    found = pieces(flight)
    for number, name in enumerate(flight.spacecraft):
        own = [p for p in found if number in p.of]
        flown = sum(p.trajectory(flight).duration_s for p in own)
        assert flown == pytest.approx(flight.trajectory(name).duration_s, abs=0.1)
    together = [p for p in found if p.of == (0, 1)]
    assert together[0].center == "earth"
    assert together[-1].kind in ("burn", "ground")


def test_cross_samples_follow_the_trajectory(scene: Scene) -> None:
    for part in scene.tracks:
        path = part.piece.trajectory(scene.flight)
        t = np.linspace(part.t_s[0], part.t_s[-1], 700)[1:-1]
        truth = path.at(scene.start + t, center=part.piece.center).r_km
        off = np.linalg.norm(quintic(t, part.t_s, part.rows) - truth, axis=1)
        allowed = 0.1 + 2e-4 * np.linalg.norm(truth, axis=1)
        assert np.all(off < allowed), (part.piece.kind, float(off.max()))


def test_the_page_is_small(scene: Scene) -> None:
    assert len(json.dumps(scene_data(scene))) < 1e6
    assert len(scene_flown.page().encode()) < 8e6
    assert sum(len(part.t_s) for part in scene.tracks) <= MOST


def test_long_waits_keep_their_ends(scene: Scene) -> None:
    assert step_rad(100.0) == 1.0
    assert step_rad(1e6) == 2.0
    longest = max(scene.tracks, key=lambda part: len(part.t_s))
    first, last = samples(longest.piece, 1.0, 40)
    assert len(first[0]) == len(last[0]) == 20
    assert first[0][0] == 0.0
    assert last[0][-1] == pytest.approx(longest.t_s[-1] - longest.t_s[0], abs=1e-3)


def test_what_landed_stays_where_it_is(scene: Scene, flight: Flight) -> None:
    touchdown = next(e for e in flight.events if e["name"] == "touchdown")
    assert {stay.of for stay in scene.stays} == {0, 1}
    for stay in scene.stays:
        assert stay.point.body == "moon"
        assert stay.point.latitude_deg == pytest.approx(touchdown["latitude_deg"], abs=1e-3)
        assert stay.point.longitude_deg == pytest.approx(touchdown["longitude_deg"], abs=1e-3)
    assert max(stay.span_s[1] for stay in scene.stays) == pytest.approx(scene.span_s, abs=1.0)


def test_stations_are_those_the_scenario_names(scene: Scene) -> None:
    document = scene_data(scene)
    assert [row["title"] for row in document["stations"]] == ["Kashi", "Jiamusi"]
    assert {row["station"] for row in document["links"]} == {0, 1}
    for row in document["links"]:
        t = [float(x) for x in row["t"].split()]
        assert t == sorted(t)
        assert len(t) % 2 == 0
        assert -1.0 <= t[0] <= t[-1] <= scene.span_s + 1.0


def test_relays_stand_above_what_landed() -> None:
    flight = perilune.fly("luna-28")
    found = flight_scene(flight)
    assert found is not None
    for line in ground_lines(found, "moon"):  # of the way down and up, and not of all the wait
        assert len(line.degrees) < 2000
        assert flight.spacecraft.index("orbiter") not in line.of or len(line.of) > 2
    number = flight.spacecraft.index("orbiter")
    rows = [row for row in scene_data(found)["relays"] if number in row["of"]]
    assert rows
    for row in rows:
        point = found.stays[row["stays"][0]].point
        t = np.array([float(x) for x in row["t"].split()]).reshape(-1, 2)
        middle = found.start + t.mean(axis=1)
        up = elevation_deg(
            point, flight.trajectory("orbiter").at(middle, center="moon"), flight.env
        )
        assert np.all(up > MASK_DEG)
        gaps = found.start + 0.5 * (t[:-1, 1] + t[1:, 0])
        down = elevation_deg(
            point, flight.trajectory("orbiter").at(gaps, center="moon"), flight.env
        )
        assert np.all(down < MASK_DEG)


def test_scenes_of_long_waits_are_bounded(flight: Flight, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene_samples, "MOST", 300)
    short = flight_scene(flight)
    assert short is not None
    assert sum(len(part.t_s) for part in short.tracks) < 2 * 300
    assert short.span_s == scene_flown.scene().span_s


def test_maps_end_where_the_flight_lands(scene: Scene, flight: Flight) -> None:
    touchdown = next(e for e in flight.events if e["name"] == "touchdown")
    lines = ground_lines(scene, "moon")
    last = lines[-1].degrees[-1]
    assert last == pytest.approx([touchdown["longitude_deg"], touchdown["latitude_deg"]], abs=0.05)
    turned = sum(float(np.sum(np.abs(np.diff(np.unwrap(np.radians(line.degrees[:, 0]))))))
                 for line in lines)  # fmt: skip
    assert 2.0 < turned / (2.0 * np.pi) < 4.0  # three revolutions and the way down
    assert "Touchdown" in ground_map(scene, "moon")
    assert "Translunar injection" in ground_map(scene, "earth")


def test_without_a_script_there_are_words_and_maps() -> None:
    markup = re.sub(r"<script.*?</script>", "", scene_flown.page(), flags=re.S)
    section = markup[markup.index('<section id="trajectory">') :]
    assert "<noscript>This plot needs JavaScript" in section
    for hidden in (
        '<figcaption class="needs-script" hidden>',
        '<div class="time needs-script" hidden>',
    ):
        assert hidden in section
    assert section.count("<svg") == 2


def test_a_flight_that_went_nowhere_has_no_scene() -> None:
    assert scene_section(None) == ""
    assert "scene-data" not in fly_page({"scenario": "x"})


def test_no_two_elements_have_one_id() -> None:
    markup = re.sub(r"<script.*?</script>", "", scene_flown.page(), flags=re.S)
    found = re.findall(r'\sid="([^"]+)"', markup)
    assert len(found) == len(set(found)) > 5
