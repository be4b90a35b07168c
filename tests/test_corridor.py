"""What a launch site permits: consistent with its geometry, and said in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perilune.astro.geometry import SurfacePoint
from perilune.catalog.entry import entry, table
from perilune.errors import InputError, UnknownName
from perilune.phases.corridor import HEADINGS, Corridor
from perilune.phases.launch import LaunchSite

NAMES = sorted(table("launch_sites"))
HEADING = st.sampled_from(HEADINGS)
STARTS = st.floats(-180.0, 180.0)
WIDTHS = st.floats(0.0, 360.0)
TILTS = st.floats(0.0, 180.0)


def site_of(name: str) -> LaunchSite:
    return LaunchSite(name, entry("launch_sites", name).point("earth"))


def corridor_of(name: str) -> Corridor:
    return Corridor.of(entry("launch_sites", name))


def pad(latitude_deg: float) -> LaunchSite:
    return LaunchSite("pad", SurfacePoint("earth", latitude_deg, 10.0))


def inside(azimuth: float, low: float, high: float, edge: float) -> bool:
    """Tell whether an azimuth lies in a range, wherever its full turns are counted from."""
    past = (azimuth - low) % 360.0
    return past <= high - low + edge or past >= 360.0 - edge


@given(st.floats(-80.0, 80.0), STARTS, WIDTHS, TILTS, HEADING)
def prop_an_azimuth_range_permits_what_its_azimuths_lead_to(
    latitude: float, low: float, width: float, tilt: float, heading: str
) -> None:
    site, corridor = pad(latitude), Corridor(((low, low + width),))
    lowest = site.lowest_inclination_deg
    permitted = bool(corridor.permits(tilt, heading, site))
    if not lowest + 1e-6 < tilt < 180.0 - lowest - 1e-6:
        assert lowest - 1e-6 < tilt < 180.0 - lowest + 1e-6 or not permitted
        return
    azimuth = site.azimuth_deg(tilt, northbound=heading == "northbound")
    # An inclination is flat in the azimuth near due east and west: 1e-9 deg there is 1e-4 deg here.
    assert not permitted or inside(azimuth, low, low + width, 1e-3)
    assert permitted or not inside(azimuth, low + 1e-3, low + width - 1e-3, 0.0) or width < 0.01


@given(st.sampled_from(NAMES), TILTS)
def prop_what_is_permitted_can_be_reached(name: str, tilt: float) -> None:
    site, corridor = site_of(name), corridor_of(name)
    for heading in HEADINGS:
        if corridor.permits(tilt, heading, site):
            site.azimuth_deg(
                float(np.clip(tilt, *_bounds(site))), northbound=heading == "northbound"
            )
            assert corridor.permits(tilt, None, site)
    assert (corridor.refusal(tilt, None, site) is None) == bool(corridor.permits(tilt, None, site))


def _bounds(site: LaunchSite) -> tuple[float, float]:
    lowest = site.lowest_inclination_deg + 1e-9
    return lowest, 180.0 - lowest


@given(st.sampled_from(NAMES), TILTS, st.sampled_from([None, *HEADINGS]))
def prop_the_nearest_permitted_inclination_is_permitted(
    name: str, tilt: float, heading: str | None
) -> None:
    site, corridor = site_of(name), corridor_of(name)
    near = corridor.nearest_deg(tilt, heading, site)
    if near is None:
        assert not corridor.permits(np.linspace(0.0, 180.0, 3601), heading, site).any()
        return
    assert corridor.permits(near, heading, site)
    assert (near == tilt) == bool(corridor.permits(tilt, heading, site)) or abs(near - tilt) < 1e-8
    closer = tilt + np.linspace(-1.0, 1.0, 41) * (abs(near - tilt) - 1e-6)
    if abs(near - tilt) > 1e-3:
        assert not corridor.permits(closer, heading, site).any()


@pytest.mark.parametrize("name", NAMES)
def test_many_inclinations_at_once_are_each_alone(name: str) -> None:
    site, corridor = site_of(name), corridor_of(name)
    tilts = np.linspace(0.0, 180.0, 181).reshape(1, 181)
    for heading in (None, *HEADINGS):
        together = corridor.permits(tilts, heading, site)
        assert together.shape == tilts.shape
        alone = [bool(corridor.permits(float(tilt), heading, site)) for tilt in tilts[0]]
        assert together[0].tolist() == alone
    assert not corridor.permits(np.nan, None, site)


FLOWN = [
    ("wenchang-lc101", 21.3, "southbound"),  # Chang'e-5
    ("wenchang-lc101", 23.1, "southbound"),  # Chang'e-6
    ("wenchang-lc101", 41.5, "southbound"),  # the space station
    ("xichang-lc2", 28.4, "southbound"),  # Chang'e-3
    ("xichang-lc2", 29.0, "southbound"),  # Queqiao
    ("jiuquan-sls1", 42.78, "southbound"),  # Tiangong-1's orbit
    ("baikonur-1-5", 51.64, "northbound"),  # the space station
    ("vostochny-1s", 51.8, "northbound"),
    ("kourou-els", 98.7, "northbound"),  # sun-synchronous orbits
    ("cape-canaveral-39a", 51.64, "northbound"),
    ("cape-canaveral-39a", 28.6, "southbound"),
    ("sriharikota-slp", 21.3, "southbound"),  # Chandrayaan-3
]


@pytest.mark.parametrize(("name", "tilt", "heading"), FLOWN)
def test_what_was_flown_is_permitted(name: str, tilt: float, heading: str) -> None:
    assert corridor_of(name).refusal(tilt, heading, site_of(name)) is None


FORBIDDEN = [
    ("baikonur-1-5", 46.0, None, "baikonur-1-5 permits 51.55-51.75, 64.7-64.9,"),
    ("baikonur-1-5", 51.6, "southbound", "permits nothing southbound: found 51.6"),
    ("xichang-lc2", 41.5, None, "permits 28.1-31, 54.8-55.2 deg: found 41.5; nearest permitted 31"),
    ("wenchang-lc101", 41.5, "northbound", "permits nothing northbound"),
    ("vostochny-1s", 42.0, None, "found 42, beyond the 51.70 deg of its geocentric latitude"),
    ("vostochny-1s", 51.64, None, "nearest permitted 51.70"),
    ("plesetsk-43", 51.6, None, "beyond the 62.77 deg"),
    ("cape-canaveral-39a", 90.0, None, "nearest permitted 56.98"),
]


@pytest.mark.parametrize(("name", "tilt", "heading", "says"), FORBIDDEN)
def test_what_is_not_permitted_is_refused_in_words(
    name: str, tilt: float, heading: str | None, says: str
) -> None:
    refusal = corridor_of(name).refusal(tilt, heading, site_of(name))
    assert refusal is not None
    assert says in refusal


def test_the_ends_of_the_cape_range_lead_to_the_inclinations_stated() -> None:
    spans = corridor_of("cape-canaveral-39a").permitted_inclinations(site_of("cape-canaveral-39a"))
    assert [round(high, 1) for _, high, _ in spans] == [57.0, 39.0]


def test_without_a_word_of_limits_geometry_alone_limits() -> None:
    site = pad(30.0)
    lowest = site.lowest_inclination_deg
    spans = Corridor().permitted_inclinations(site)
    assert [heading for *_, heading in spans] == list(HEADINGS)
    for low, high, _ in spans:
        assert (low, high) == pytest.approx((lowest, 180.0 - lowest), abs=1e-9)


def test_a_corridor_that_geometry_rules_out_permits_nothing() -> None:
    corridor = Corridor((), ((0.0, 29.0),))
    assert corridor.permitted_inclinations(pad(45.0)) == []
    assert "permits nothing: found 20" in str(corridor.refusal(20.0, None, pad(45.0)))


def test_ranges_that_meet_are_one() -> None:
    corridor = Corridor((), ((50.0, 60.0), (55.0, 70.0)), ("northbound", "either"))
    assert corridor.permitted_inclinations(pad(10.0)) == [
        (50.0, 70.0, "northbound"),
        (55.0, 70.0, "southbound"),
    ]


def test_wrong_headings_are_refused() -> None:
    with pytest.raises(InputError, match="found 1 headings, expected one for each of 2"):
        Corridor((), ((50.0, 60.0), (70.0, 80.0)), ("northbound",))
    with pytest.raises(UnknownName, match="Did you mean 'northbound'"):
        Corridor((), ((50.0, 60.0),), ("northbond",))
    with pytest.raises(UnknownName, match="unknown heading 'up'"):
        Corridor().permits(50.0, "up", pad(10.0))
