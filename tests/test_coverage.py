"""Coverage: hours of contact by ground stations and relays, and what is left without each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perilune import DAY, Environment, Epoch, fly
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.geometry import elevation_deg
from perilune.catalog.entry import entry
from perilune.cooperation.coverage import Coverage, compare, coverage
from perilune.cooperation.links import LUNATION_D, Links, flight_links, site_links, touchdown
from perilune.cooperation.relays import circular_relay, elliptic_relay, flown_relay, halo_relay
from perilune.errors import InputError, UnknownName
from perilune.missions.contact import Contact
from perilune.missions.contact_links import Site
from perilune.missions.flight import Flight

RUSSIAN = ["bear-lakes", "ussuriysk"]
CHINESE = ["kashi", "jiamusi", "zapala"]
IN_2019 = Epoch.utc("2019-01-03T02:26:00")
IN_2029 = Epoch.utc("2029-09-01T04:16:33")


def lander(name: str) -> Site:
    return Site(name, entry("lunar_sites", name).point("moon"), 5.0)


@pytest.fixture(scope="module")
def far_side(env: Environment) -> Links:
    relay = halo_relay("queqiao", 13_000.0, IN_2019, LUNATION_D, env, partner="cnsa")
    return site_links(lander("von-karman"), RUSSIAN + CHINESE, IN_2019, env, relay=relay)


@pytest.fixture(scope="module")
def polar(env: Environment) -> Links:
    relay = circular_relay("luna-26", 100.0, 90.0, IN_2029, LUNATION_D, env, partner="roscosmos")
    place = lander("luna-27-south")
    return site_links(place, RUSSIAN + CHINESE, IN_2029, env, relay=relay)


@pytest.fixture(scope="module")
def luna_26() -> Flight:
    return fly("luna-26")


def without(found: Coverage, what: str) -> str:
    return next(d.text for d in found.dependencies if d.without == what)


# ---- the cases asked about


def test_a_far_side_lander_has_no_contact_but_by_its_relay(far_side: Links) -> None:
    found = coverage(far_side, CHINESE)
    assert found.direct_h_d == 0.0
    assert found.relay_sees_h_d == pytest.approx(24.0)
    assert 23.5 < found.contact_h_d < 24.0
    assert found.gained_h_d == found.contact_h_d
    assert found.longest_gap_h < 1.0
    assert found.direct_gap_h == pytest.approx(24.0 * LUNATION_D)
    assert without(found, "queqiao") == "without queqiao no contact at all"
    assert found.dependencies[0].without == "queqiao"
    assert "Without queqiao no contact at all" in found.text()


def test_a_partner_takes_relay_and_stations_along(far_side: Links) -> None:
    found = coverage(far_side)
    left = {d.without: d for d in found.dependencies}
    assert left["cnsa"].contact_h_d == 0.0
    assert left["cnsa"].kind == "agency"
    assert left["roscosmos"].contact_h_d > 23.0
    assert left["zapala"].lost_h_d > 5.0  # the only one of its half of the Earth


def test_a_polar_lander_sees_the_earth_for_half_of_the_month(polar: Links) -> None:
    found = coverage(polar, RUSSIAN)
    assert 10.0 < found.direct_h_d < 14.0
    assert 7.0 * 24.0 < found.direct_gap_h < 12.0 * 24.0


def test_a_low_orbiter_relays_some_minutes_a_revolution(polar: Links) -> None:
    found = coverage(polar, RUSSIAN)
    revolutions = 29.53 * 86400.0 / 7070.0  # a circular orbit 100 km up takes some 118 minutes
    assert found.passes_n == pytest.approx(revolutions, abs=2)
    # a pass over the station lasts as long as the arc above the mask
    mask = np.radians(5.0)
    arc = np.arccos(MOON_RADIUS_KM / (MOON_RADIUS_KM + 100.0) * np.cos(mask)) - mask
    longest = 7070.0 / 60.0 * arc / np.pi
    assert found.pass_min is not None
    assert 0.75 * longest < found.pass_min < longest
    assert 1.0 < found.relay_h_d < found.relay_sees_h_d < 2.5
    assert found.longest_gap_h < 24.0 < found.direct_gap_h  # no week of silence any more


def test_pooled_stations_gain_hours(polar: Links) -> None:
    rows = compare(polar, {"national": RUSSIAN, "pooled": RUSSIAN + CHINESE})
    assert rows[0]["gained_h_d"] == 0.0
    assert 3.0 < rows[1]["gained_h_d"] < 8.0
    assert rows[1]["longest_gap_h"] <= rows[0]["longest_gap_h"]


def test_a_frozen_ellipse_lingers_over_its_pole(env: Environment) -> None:
    hours = {}
    for side in ("south", "north"):
        relay = elliptic_relay("queqiao-2", 24.0, 300.0, IN_2029, LUNATION_D, env, apolune=side)
        links = site_links(lander("change-7"), CHINESE, IN_2029, env, relay=relay)
        hours[side] = coverage(links).relay_sees_h_d
    assert hours["south"] > 20.0
    assert hours["north"] < 2.0


# ---- flown missions


def test_a_flown_relay_is_placed_at_another_date(
    luna_26: Flight, polar: Links, env: Environment
) -> None:
    relay = flown_relay(luna_26, IN_2029, LUNATION_D, partner="roscosmos")
    assert relay.how == "its orbit as flown, placed at the date"
    found = coverage(site_links(lander("luna-27-south"), RUSSIAN, IN_2029, env, relay=relay))
    stated = coverage(polar, RUSSIAN)
    assert found.passes_n == pytest.approx(stated.passes_n, abs=3)
    assert found.relay_sees_h_d == pytest.approx(stated.relay_sees_h_d, rel=0.15)


def test_a_flown_relay_is_taken_as_flown_where_it_was(luna_26: Flight) -> None:
    start = Epoch.utc("2028-09-20T00:00:00")
    relay = flown_relay(luna_26, start, 10.0)
    assert relay.how == "as flown"
    assert relay.path is luna_26.trajectory()


def test_an_orbiters_own_contact(luna_26: Flight) -> None:
    found = coverage(flight_links(luna_26, RUSSIAN))
    assert found.relay is None
    assert 8.0 < found.direct_h_d < 16.0  # the Moon hides it, and half a day both stations
    assert found.span_d == pytest.approx(LUNATION_D)
    assert touchdown(luna_26) is None
    relay = flown_relay(luna_26, Epoch.utc("2028-09-20T00:00:00"), 10.0)
    with pytest.raises(InputError, match="does not land"):
        flight_links(luna_26, RUSSIAN, relay=relay)


# ---- checks


def cross_hours_are_those_of_a_plain_count(polar: Links, env: Environment) -> None:
    """A grid of a minute and the elevations themselves, for a week."""
    when = IN_2029 + np.arange(0.0, 7.0 * DAY, 60.0)
    assert polar.relay is not None
    point, moon = entry("lunar_sites", "luna-27-south").point("moon"), {}
    sees = elevation_deg(point, polar.relay.path.at(when), env) > 5.0
    place = point.state(when, env)
    for name in RUSSIAN:
        station = entry("ground_stations", name).point("earth")
        moon[name] = (elevation_deg(station, place, env) > 5.0) & (
            elevation_deg(point, station.state(when, env), env) > 5.0
        )
    assert polar.up is not None
    for grid, link in ((sees, polar.up), *((moon[n], polar.direct[n]) for n in RUSSIAN)):
        counted = float(np.count_nonzero(grid)) * 60.0
        inside = np.clip(link.intervals_s, 0.0, 7.0 * DAY)
        exact = float(np.sum(np.diff(inside, axis=1)))
        edges = 2 * max(1, int(np.count_nonzero(np.diff(inside, axis=1) > 0.0)))
        assert abs(counted - exact) < 30.0 * edges


def made(edges: dict[str, list[float]]) -> Links:
    def link(name: str) -> Contact:
        pairs = np.array(sorted(edges[name])).reshape(-1, 2)
        return Contact(name, IN_2019, DAY, pairs)

    down = {n: link(f"{n} down") for n in ("a", "b", "c")}
    direct = {n: link(n) for n in ("a", "b", "c")}
    return Links("made", IN_2019, 1.0, direct, link("up"), down, None, dict.fromkeys("abc", "x"))


spans = st.lists(st.floats(0.0, DAY, allow_nan=False), min_size=0, max_size=3, unique=True).map(
    lambda low: sorted(low)[: len(low) // 2 * 2]
)
names = ["a", "b", "c", "a down", "b down", "c down", "up"]


@given(st.fixed_dictionaries(dict.fromkeys(names, spans)))
def prop_more_stations_never_lose(edges: dict[str, list[float]]) -> None:
    links = made(edges)
    few, all_of_them = coverage(links, ["a", "b"]), coverage(links)
    assert few.contact_h_d <= all_of_them.contact_h_d + 1e-9
    assert few.longest_gap_h >= all_of_them.longest_gap_h - 1e-9
    most = max(all_of_them.direct_h_d, all_of_them.relay_h_d)
    least = all_of_them.direct_h_d + all_of_them.relay_h_d
    assert most - 1e-9 <= all_of_them.contact_h_d <= min(least, 24.0) + 1e-9
    assert all_of_them.relay_h_d <= all_of_them.relay_sees_h_d + 1e-9
    for row in all_of_them.dependencies:
        assert -1e-9 <= row.lost_h_d <= all_of_them.contact_h_d + 1e-9


def test_the_result_is_plain_data(polar: Links, tmp_path: Path) -> None:
    found = coverage(polar)
    text = json.dumps(found.to_json(), allow_nan=False)
    assert json.loads(text)["stations"] == RUSSIAN + CHINESE
    assert {row["confidence"] for row in found.assumed} == {"unconfirmed"}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda links, env: coverage(links, ["kashgar"]), "unknown ground station"),
        (lambda links, env: coverage(links, []), "found no ground station"),
        (
            lambda links, env: site_links(lander("change-7"), [], IN_2029, env),
            "expected some, each once",
        ),
        (
            lambda links, env: site_links(lander("change-7"), ["kashgar"], IN_2029, env),
            "unknown ground station",
        ),
        (
            lambda links, env: elliptic_relay("r", 2.0, 5000.0, IN_2029, 1.0, env),
            "expected 0 to 1",
        ),
        (
            lambda links, env: elliptic_relay("r", 24.0, 300.0, IN_2029, 1.0, env, apolune="west"),
            "expected 'south' or 'north'",
        ),
        (lambda links, env: circular_relay("r", -5.0, 90.0, IN_2029, 1.0, env), "expected 0 to"),
        (lambda links, env: halo_relay("r", 9e5, IN_2029, 1.0, env), "no halo orbit"),
    ],
)
def test_misuse_says_what_is_wrong(
    call: Callable[[Links, Environment], object], says: str, polar: Links, env: Environment
) -> None:
    with pytest.raises((InputError, UnknownName), match=says):
        call(polar, env)


def test_a_relay_that_falls_is_refused(env: Environment) -> None:
    with pytest.raises(InputError, match="falls onto the Moon"):
        circular_relay("low", 0.5, 0.0, IN_2029, 20.0, env)
