"""The catalogue: every entry stands on a source, and lies where it says."""

from __future__ import annotations

import re

import numpy as np
import pytest

from perilune.catalog.entry import KINDS, Entry, entry, table
from perilune.errors import UnknownName

ENTRIES = [found for kind in KINDS for found in table(kind).values()]
PLACES = [found for found in ENTRIES if found.kind.endswith("_sites")]
UNITS = ("_deg", "_km", "_kg", "_s", "_m_s", "_n")


def label(found: Entry) -> str:
    return f"{found.kind}/{found.name}"


@pytest.mark.parametrize("found", ENTRIES, ids=label)
def test_every_entry_has_source_confidence_and_a_name_fit_for_a_file(found: Entry) -> None:
    assert re.fullmatch("[a-z0-9][a-z0-9-]*", found.name)
    assert len(found.source) >= 3
    assert found.confidence in ("sourced", "unconfirmed", "assumed")


@pytest.mark.parametrize("found", ENTRIES, ids=label)
def test_every_figure_is_a_finite_number_with_its_unit(found: Entry) -> None:
    for key, value in found.figures.items():
        if key == "title":
            assert isinstance(value, str)
            continue
        assert key.endswith(UNITS)
        assert isinstance(value, int | float)
        assert np.isfinite(value)


@pytest.mark.parametrize("found", PLACES, ids=label)
def test_every_place_lies_on_its_body(found: Entry) -> None:
    body, radius = ("moon", 1737.4) if found.kind == "lunar_sites" else ("earth", 6367.0)
    point = found.point(body)
    assert point.body == body
    assert -90.0 <= point.latitude_deg <= 90.0
    assert -180.0 <= point.longitude_deg <= 180.0
    assert np.linalg.norm(point.fixed_km()) == pytest.approx(radius, abs=15.0)


@pytest.mark.parametrize("found", table("vehicles").values(), ids=label)
def test_every_vehicle_has_an_ascent(found: Entry) -> None:
    assert 300.0 <= found.figures["ascent_duration_s"] <= 3600.0
    assert 0.0 <= found.figures["ascent_range_angle_deg"] < 180.0


def test_what_is_from_memory_is_not_called_sourced() -> None:
    for found in ENTRIES:
        assert found.confidence != "sourced" or "memory" not in found.source, label(found)


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_entry_names_the_nearest(kind: str) -> None:
    name = next(iter(table(kind)))
    with pytest.raises(UnknownName) as caught:
        entry(kind, name + "x")
    assert caught.value.nearest == name
    assert KINDS[kind] in str(caught.value)
    assert f"Did you mean '{name}'?" in str(caught.value)


def test_an_unknown_table_is_an_input_error() -> None:
    with pytest.raises(UnknownName, match="launch_sites"):
        table("launch_site")


def test_an_entry_without_altitude_lies_on_the_reference_surface() -> None:
    assert entry("lunar_sites", "von-karman").point("moon").altitude_km == 0.0
    assert entry("lunar_sites", "mons-ruemker").point("moon").altitude_km == pytest.approx(-2.48026)
