"""The maria as the Moon's map has them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from perilune.astro.bodies import RADIUS_KM
from perilune.astro.geometry import SurfacePoint
from perilune.catalog.book import catalog
from perilune.report.maria import Mare, maria
from perilune.report.scene_map_paper import paper


@pytest.mark.parametrize("mare", [mare for mare in maria() if mare.is_round], ids=lambda m: m.name)
def test_prop_a_rim_is_half_the_diameter_from_the_center(mare: Mare) -> None:
    center = SurfacePoint("moon", mare.latitude_deg, mare.longitude_deg).fixed_km()
    rim = [SurfacePoint("moon", lat, lon).fixed_km() for lon, lat in mare.rim_deg().tolist()]
    cosine = np.array(rim) @ center / RADIUS_KM["moon"] ** 2
    assert RADIUS_KM["moon"] * np.arccos(cosine) == pytest.approx(mare.diameter_km / 2.0)
    assert np.all(np.abs(mare.rim_deg()) <= [180.0, 90.0])  # no disc is cut by the map's edge


@pytest.mark.parametrize(
    ("site", "name"),
    [
        ("sinus-iridum", "Mare Imbrium"),
        ("luna-16", "Mare Fecunditatis"),
        ("luna-24", "Mare Crisium"),
    ],
)
def val_landings_lie_in_the_mare_they_are_told_of(site: str, name: str) -> None:
    """Against the landing sites of the catalogue, whose sources name the mare."""
    landed = catalog().entry("lunar_sites", site)
    assert name in str(landed.figures["title"])
    mare = next(mare for mare in maria() if mare.name == name)
    center = SurfacePoint("moon", mare.latitude_deg, mare.longitude_deg).fixed_km()
    cosine = landed.point("moon").fixed_km() @ center / np.linalg.norm(center) ** 2
    assert RADIUS_KM["moon"] * np.arccos(cosine) < mare.diameter_km / 2.0


def test_what_is_not_round_has_a_name_and_no_disc() -> None:
    assert {mare.name for mare in maria() if not mare.is_round} == {
        "Mare Frigoris",
        "Oceanus Procellarum",
    }
    drawn = paper("moon")
    discs = re.search(r'class="maria" d="([^"]+)"', drawn)
    assert discs is not None
    assert discs.group(1).count("M") == len(maria()) - 2
    assert ">Frigoris</text>" in drawn
    assert ">Procellarum</text>" in drawn
    assert 'class="maria"' not in paper("earth")
