"""The bundled catalogue: every figure stands on a source, and every place lies where it says."""

from __future__ import annotations

import re
import tomllib

import numpy as np
import pytest

from perilune.catalog.book import bundled_text, catalog, require_references
from perilune.catalog.entry import CONFIDENCES, KINDS, Entry, entry, table
from perilune.catalog.figure import unit_of
from perilune.catalog.merge import changed
from perilune.catalog.shape import SHAPES
from perilune.errors import InputError, UnknownName
from perilune.phases.corridor import Corridor
from perilune.phases.launch import LaunchSite

ENTRIES = [found for kind in KINDS for found in table(kind).values()]
PLACES = [found for found in ENTRIES if "latitude_deg" in found.figures]
LISTED = {
    "launch_sites": """jiuquan-sls1 taiyuan-lc9 xichang-lc2 wenchang-lc101 baikonur-1-5
        baikonur-200-39 baikonur-81-24 plesetsk-43 vostochny-1s kourou-ela3 kourou-ela4 kourou-els
        cape-canaveral-39a tanegashima-y1 sriharikota-slp""",
    "ground_stations": """kashi jiamusi zapala miyun kunming urumqi tianma bear-lakes ussuriysk
        yevpatoria kalyazin new-norcia cebreros malargue goldstone-dss-14 madrid-dss-63
        canberra-dss-43""",
    "landing_zones": "siziwang dongfeng zhezkazgan arkalyk surgut",
    "lunar_sites": """mons-ruemker sinus-iridum von-karman apollo-basin boguslawsky luna-16 luna-24
        change-7""",
}


def label(found: Entry) -> str:
    return f"{found.kind}/{found.name}"


def whole_and_rows(found: Entry) -> list[Entry]:
    """Return an entry and every row of the tables inside it."""
    tables = SHAPES[found.kind].rows
    return [found, *(row for key in tables for row in found.rows(key))]


@pytest.mark.parametrize("kind", LISTED)
def test_what_the_catalogue_promises_is_there(kind: str) -> None:
    assert set(LISTED[kind].split()) <= set(table(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_the_bundled_tables_pass_as_a_users_file_must(kind: str) -> None:
    for name, content in tomllib.loads(bundled_text(kind)).items():
        assert changed(kind, name, content, name, {}, f"{kind}.toml") == entry(kind, name)


@pytest.mark.parametrize("found", ENTRIES, ids=label)
def test_every_figure_has_a_source_and_a_confidence(found: Entry) -> None:
    assert re.fullmatch("[a-z0-9][a-z0-9-]*", found.name)
    assert found.figures["title"].strip()
    for part in whole_and_rows(found):
        for key in part.figures:
            mark = part.mark_of(key)
            assert mark.confidence in CONFIDENCES
            assert len(mark.source.strip()) >= 3


@pytest.mark.parametrize("found", ENTRIES, ids=label)
def test_what_is_from_memory_or_unknown_is_not_called_sourced(found: Entry) -> None:
    for part in whole_and_rows(found):
        for key in part.figures:
            mark = part.mark_of(key)
            if re.search(r"memory|unknown|taken as 0|conflict", mark.source):
                assert mark.confidence != "sourced", f"{label(part)}: {key}"


@pytest.mark.parametrize("found", ENTRIES, ids=label)
def test_every_number_is_finite_and_has_a_unit(found: Entry) -> None:
    shape = SHAPES[found.kind]
    for key, value in found.figures.items():
        if key in shape.figures and shape.figures[key].type == "number":
            assert unit_of(key, shape.figures[key]), key
            assert np.isfinite(value)


@pytest.mark.parametrize("found", ENTRIES, ids=label)
def test_an_entry_names_only_others_that_are_there(found: Entry) -> None:
    require_references(catalog(), found, found.name)


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


@pytest.mark.parametrize("found", table("launch_sites").values(), ids=label)
def test_a_corridor_never_goes_below_the_geocentric_latitude(found: Entry) -> None:
    lowest = LaunchSite(found.name, found.point("earth")).lowest_inclination_deg
    corridor = Corridor.of(found)
    assert corridor.is_stated
    assert found.figures["drop_zones"].strip()
    for low, high in corridor.inclinations_deg:
        assert lowest <= low < high <= 180.0 - lowest
    limits = {"azimuths_deg", "inclinations_deg", "headings", "drop_zones"}
    for key in limits & set(found.figures):
        assert found.confidence_of(key) == "unconfirmed"  # every limit here is from memory


# ---- rows and marks


CZ_5 = Entry(
    "vehicles",
    "cz-x",
    {
        "ascent_duration_s": 700,
        "stages": [{"name": "core"}, {"name": "top", "confidence": "sourced", "source": "maker"}],
        "payloads": [{"payload_kg": 1.0, "source": "press"}],
    },
    "unconfirmed",
    "memory",
)


def test_a_row_inherits_what_it_does_not_say() -> None:
    core, top = CZ_5.rows("stages")
    assert (core.name, core.confidence, core.source) == ("cz-x.stages[0]", "unconfirmed", "memory")
    assert (top.confidence, top.source) == ("sourced", "maker")
    assert "source" not in top.figures
    (payload,) = CZ_5.rows("payloads")
    assert (payload.confidence, payload.source_of("payload_kg")) == ("unconfirmed", "press")
    assert CZ_5.rows("engines") == ()


def test_a_figure_has_its_own_mark_or_the_entrys() -> None:
    kashi = entry("ground_stations", "kashi")
    assert kashi.confidence_of("latitude_deg") == kashi.confidence == "unconfirmed"
    assert kashi.confidence_of("antennas_n") == "sourced"
    assert "Deep Space Network" in kashi.source_of("antennas_n")
    assert kashi.confidence_of("altitude_km") == "assumed"


def test_a_figure_that_is_not_there_is_an_input_error() -> None:
    assert CZ_5.figure("ascent_duration_s") == 700
    with pytest.raises(InputError, match="vehicle 'cz-x' has no `sites` in the catalogue"):
        CZ_5.figure("sites")


# ---- looking up


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


def test_the_bundled_catalogue_cannot_be_changed_by_what_a_caller_does_to_a_table() -> None:
    table("lunar_sites").clear()
    assert entry("lunar_sites", "luna-24").figures["latitude_deg"] == 12.7142


def test_an_entry_without_altitude_lies_on_the_reference_surface() -> None:
    assert entry("lunar_sites", "von-karman").point("moon").altitude_km == 0.0
    assert entry("lunar_sites", "mons-ruemker").point("moon").altitude_km == pytest.approx(-2.48026)
