"""Crews of a station: rotations, who is on board, seats home, ports, and as it was flown."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from crew_cases import DRAGON, SHENZHOU, SOYUZ, STANDARDS, dock, flown, utc
from evidence import Recorder, evidence
from hypothesis import given
from hypothesis import strategies as st

from perilune.astro.epoch import DAY
from perilune.errors import InputError, UnknownName
from perilune.stations.berthing import assigned, docks_of, port_troubles
from perilune.stations.census import census
from perilune.stations.complex import Complex
from perilune.stations.crew import CrewPlan, crew_report, handovers_d
from perilune.stations.module import Module, Port
from perilune.stations.rotation import Rotation, schedule, staggered
from perilune.stations.visit import Visit, visit

ISS = [dock("poisk"), dock("rassvet"), dock("zvezda-aft")]
SOYUZ_ALONE = (utc("2011-07-21"), utc("2020-05-30"))  # last Shuttle landed, first Dragon with crew
START = utc("2030-01-01")


def crewed(name: str, day: float, stay_d: float | None, **more: object) -> Visit:
    leave = None if stay_d is None else START + (day + stay_d) * DAY
    return Visit(
        name, more.pop("ship", SOYUZ), START + day * DAY, leave,  # type: ignore[arg-type]
        **{"crew_up_n": 3, "crew_down_n": 3, **more},  # type: ignore[arg-type]
    )  # fmt: skip


# ---- as flown


def val_iss_with_soyuz_alone_as_flown(record_property: Recorder) -> None:
    visits = flown("iss_soyuz.csv", SOYUZ)
    found = census(visits, *SOYUZ_ALONE)
    # Nine on board on three handovers by a visiting ship or a direct one: 2013-11-07 to -10,
    # 2015-09-04 to -11, 2019-09-25 to 10-03; five from 2017-04-20 to 06-02 (MS-04 came with two).
    assert found.days_with(9) == pytest.approx(3.5 + 7.6 + 7.5, abs=0.1)
    assert found.days_with(5) == pytest.approx(42.9, abs=0.1)
    assert {span.aboard_n for span in found.spans} == {3, 5, 6, 9}
    assert not found.without_seat()
    worst = max(found.gaps(6), key=lambda gap: gap.days)
    assert (worst.start.utc_iso(0)[:10], worst.stop.utc_iso(0)[:10]) == ("2018-12-20", "2019-03-15")
    evidence(
        record_property,
        claim="ISS with Soyuz alone, 2011-07-21 to 2020-05-30: who was on board",
        reference="flights as flown (spacefacts.de)",
        tolerance="0.1 d",
        achieved=f"6 on {found.days_with(6):.0f} d, 3 on {found.days_with(3):.0f} d, 9 on "
        f"{found.days_with(9):.1f} d, mean {found.mean_n():.2f}; nobody without a seat home",
    )


def val_four_soyuz_a_year_keep_six_people_up(record_property: Recorder) -> None:
    """The schedule generated from stay and gap, against the seven years flown regularly."""
    start, stop = utc("2012-01-01"), utc("2019-01-01")
    visits = flown("iss_soyuz.csv", SOYUZ)
    launched = Counter(v.launch.utc_iso(0)[:4] for v in visits)  # type: ignore[union-attr]
    launched["2018"] += 1  # Soyuz MS-10, which never docked
    assert all(launched[str(year)] == 4 for year in range(2012, 2019))
    regular = [v for v in visits if v.docking - start > 0.0 and v.docking - stop < 0.0]
    stays = sorted(v.docked_d for v in regular)  # type: ignore[type-var]
    gaps = sorted(gap for gap in handovers_d(regular) if gap is not None)
    stay_d, handover_d = stays[len(stays) // 2], gaps[len(gaps) // 2]
    lines = staggered(
        6, [SOYUZ], stay_d=stay_d, handover_d=handover_d, first=start - 400.0 * DAY
    )  # fmt: skip
    planned = schedule(lines, start, stop)
    docked = [v for v in planned if v.docking - start >= 0.0]
    assert len(lines) == 2
    assert len(docked) == pytest.approx(4 * 7, abs=1)
    ours = census(planned, start, stop).mean_n()
    theirs = census(visits, start, stop).mean_n()
    assert ours == pytest.approx(theirs, abs=0.25)  # slips leave places empty that a plan fills
    evidence(
        record_property,
        claim="Soyuz flights for six people: a schedule from the median stay and gap",
        reference="28 launched in 2012 to 2018, 4 every year; mean crew as flown",
        tolerance="1 flight; 0.25 people",
        achieved=f"{len(docked)} flights at {stay_d:.0f} d and {-handover_d:.0f} d between; mean "
        f"crew {ours:.2f}, flown {theirs:.2f}",
    )


def val_flown_ports_hold_and_are_found_again() -> None:
    visits = flown("iss_soyuz.csv", SOYUZ)
    assert not any(port_troubles(visits, ISS, STANDARDS).values())
    free = [replace(v, port="", moves=()) for v in visits]
    found = assigned(free, ISS, STANDARDS)
    assert not any(port_troubles(found, ISS, STANDARDS).values())
    # A third Soyuz at once was rare, but two ports were not enough.
    two = assigned(free, ISS[:2], STANDARDS)
    troubles = port_troubles(two, ISS[:2], STANDARDS)
    left = {name for name, words in troubles.items() if words}
    assert left == {"TMA-11M", "TMA-18M", "MS-15"}
    assert "taken by" in troubles["TMA-18M"][0]


def val_chinese_station_as_flown(record_property: Recorder) -> None:
    visits = flown("css_shenzhou.csv", SHENZHOU)
    start, stop = utc("2022-06-06"), utc("2025-10-31")
    report = crew_report(CrewPlan(tuple(visits), 3, start, stop))
    assert report.gaps == ()
    assert report.census.largest_n() == 6
    handovers = {row.visit.name: row.handover_d for row in report.rotations}
    together = [handovers[f"SZ-{n}"] for n in (15, 16, 17, 18, 19)]
    assert all(3.9 < days < 5.5 for days in together if days is not None)
    assert handovers["SZ-13"] == pytest.approx(-29.9, abs=0.1)  # nobody there in between
    evidence(
        record_property,
        claim="Chinese station, 2022-06 to 2025-10: three people always, six at handovers",
        reference="Shenzhou-14 to -21 as flown",
        tolerance="no day with fewer than 3",
        achieved=f"handovers {', '.join(f'{d:.1f}' for d in together if d is not None)} d; mean "
        f"crew {report.census.mean_n():.2f}",
    )


def val_plan_of_two_shenzhou_a_year(record_property: Recorder) -> None:
    """Twice a year, three people for six months (CMSA, 2023-06-04), five days with six."""
    start, stop = utc("2024-01-01"), utc("2034-01-01")
    first = start - 400.0 * DAY
    lines = staggered(3, [SHENZHOU], stay_d=187.0, handover_d=5.0, first=first)
    visits = tuple(schedule(lines, start, stop))
    ports = (dock("nadir", "chinese"), dock("forward", "chinese"))
    report = crew_report(
        CrewPlan(visits, 3, start, stop, docks=ports, standards=STANDARDS, handover_d=4.9)
    )
    assert report.ok
    dockings = sum(v.docking - start >= 0.0 for v in visits)
    assert dockings == pytest.approx(20, abs=1)
    assert report.census.days_with(6) == pytest.approx(5.0 * dockings, abs=5.0)
    used = [row.visit.port for row in report.rotations]
    assert set(used) == {"nadir", "forward"}
    assert all(a != b for a, b in itertools.pairwise(used))  # they take turns
    evidence(
        record_property,
        claim="Chinese station: three people for six months, five days of handover",
        reference="two crews a year (CMSA, 2023-06-04)",
        tolerance="1 flight in 10 years",
        achieved=f"{dockings} flights in 10 years, six on board on "
        f"{report.census.days_with(6):.0f} d, two ports enough",
    )


def val_damaged_shenzhou_20_left_three_people_without_a_seat(record_property: Recorder) -> None:
    visits = [
        replace(v, unfit_from=utc("2025-11-05")) if v.name == "SZ-20" else v
        for v in flown("css_shenzhou.csv", SHENZHOU)
    ]
    found = census(visits, utc("2025-06-01"), utc("2025-12-31"))
    first, second = found.without_seat()
    assert (first.found_n, first.wanted_n) == (3, 6)  # both crews, one ship
    assert (second.found_n, second.wanted_n) == (0, 3)
    assert second.start.utc_iso(0)[:10] == "2025-11-14"
    assert second.stop.utc_iso(0)[:10] == "2025-11-25"
    evidence(
        record_property,
        claim="Shenzhou-20 damaged: three people without a way home",
        reference="2025-11-14 to -25 (spacepolicyonline.com, 2025-11-24)",
        tolerance="the days",
        achieved=f"0 seats for 3 on {second.days:.1f} d, before that 3 for 6 on {first.days:.1f} d",
    )


# ---- what holds


@given(
    crew_n=st.integers(1, 12),
    stay_d=st.floats(60.0, 300.0),
    handover_d=st.floats(-30.0, 20.0),
    ships=st.lists(st.sampled_from([SOYUZ, SHENZHOU, DRAGON]), min_size=1, max_size=3),
)
def prop_a_schedule_keeps_its_crew(
    crew_n: int, stay_d: float, handover_d: float, ships: list
) -> None:
    period = stay_d - handover_d
    lines = staggered(
        crew_n, ships, stay_d=stay_d, handover_d=handover_d, first=START - 3.0 * period * DAY
    )
    assert sum(line.crew_n for line in lines) == crew_n
    stop = START + 5.0 * period * DAY
    found = census(schedule(lines, START, stop), START, stop)
    assert not found.without_seat()  # everybody has a seat in the ship they came with
    if handover_d >= 0.0:
        assert not found.gaps(crew_n)
    # Whole periods: the mean crew is what stay and period say.
    assert found.mean_n() == pytest.approx(crew_n * stay_d / period, rel=1e-6)


def conserve_nobody_is_lost_or_made() -> None:
    visits = flown("iss_soyuz.csv", SOYUZ)
    spans = census(visits, *SOYUZ_ALONE).spans
    inside = [v for v in visits if v.docking - SOYUZ_ALONE[0] > 0.0]
    up = sum(v.crew_up_n for v in inside if v.docking - SOYUZ_ALONE[1] < 0.0)
    down = sum(
        v.crew_down_n
        for v in visits
        if v.undocking is not None
        and v.undocking - SOYUZ_ALONE[0] > 0.0
        and v.undocking - SOYUZ_ALONE[1] < 0.0
    )
    assert spans[0].aboard_n + up - down == spans[-1].aboard_n


def test_ships_of_two_partners_are_both_there_or_take_turns() -> None:
    both = staggered(6, [SOYUZ, SHENZHOU], stay_d=180.0, handover_d=5.0, first=START)
    assert [line.ships[0] for line in both] == [SOYUZ, SHENZHOU]
    assert all(len(set(line.ships)) == 1 for line in both)
    (one,) = staggered(3, [SOYUZ, SHENZHOU], stay_d=180.0, handover_d=5.0, first=START)
    names = [v.ship.name for v in schedule([one], START, START + 700.0 * DAY)]
    assert names == ["soyuz", "shenzhou", "soyuz", "shenzhou"]
    assert [v.name for v in schedule([one], START, START + 400.0 * DAY)] == [
        "soyuz-1", "shenzhou-1", "soyuz-2",
    ]  # fmt: skip


def test_nobody_on_board_is_a_gap_of_its_own() -> None:
    found = census([crewed("a", 0, 10), crewed("b", 30, 10)], START, START + 40 * DAY)
    (gap,) = found.gaps(1)
    assert (gap.found_n, gap.days) == (0, pytest.approx(20.0))
    assert [g.found_n for g in found.gaps(4)] == [3, 0, 3]


def test_a_ship_that_stays_too_long_says_so() -> None:
    report = crew_report(CrewPlan((crewed("a", 0, 215),), 3, START, START + 215 * DAY))
    assert report.rotations[0].why_not == ("215 d docked, Soyuz lasts 210 d",)
    assert not report.ok
    held = replace(SOYUZ, free_flight_d=4.0)
    slow = visit(
        "b", held, launch=START, docking=START + 4 * DAY, undocking=START + 9 * DAY, crew_n=1
    )
    (row,) = crew_report(CrewPlan((slow,), 1, START, START + 5 * DAY)).rotations
    assert row.why_not == ("4.1 d in free flight, Soyuz lasts 4 d",)


def test_a_handover_too_short_says_so() -> None:
    visits = (crewed("a", 0, 100), crewed("b", 97, 100))
    report = crew_report(CrewPlan(visits, 3, START, START + 150 * DAY, handover_d=5.0))
    assert report.rotations[0].why_not == ()
    assert report.rotations[1].why_not == ("3.0 d with the crew it relieves, 5 d are wanted",)


def test_a_ship_without_a_port_to_mate_says_what_would_mend_it() -> None:
    (found,) = assigned([crewed("a", 0, 10, ship=SHENZHOU)], ISS, STANDARDS)
    assert found.port == ""
    (words,) = port_troubles([found], ISS, STANDARDS)["a"]
    assert "adapter" in words


def test_two_ships_at_one_port() -> None:
    visits = [crewed("a", 0, 100, port="poisk"), crewed("b", 50, 100, port="poisk")]
    assert port_troubles(visits, ISS, STANDARDS) == {"a": (), "b": ("port poisk is taken by a",)}
    moved = [replace(visits[0], moves=((START + 49 * DAY, "rassvet"),)), visits[1]]
    assert not any(port_troubles(moved, ISS, STANDARDS).values())


def test_a_port_that_comes_later_or_goes() -> None:
    late = [dock("prichal", since=START + 20 * DAY, until=START + 60 * DAY)]
    early, good, long = (crewed(n, d, 30) for n, d in (("a", 0), ("b", 25), ("c", 58)))
    assert [v.port for v in assigned([early, good, long], late, STANDARDS)] == ["", "prichal", ""]
    named = replace(early, port="prichal")
    (words,) = port_troubles([named], late, STANDARDS)["a"]
    assert words == "port prichal is not there for all of its stay"


def test_the_free_ports_of_a_complex_are_docks() -> None:
    ends = [
        Port("fore", "ssvp-g4000", "passive", (1.0, 0.0, 0.0), (5.0, 0.0, 0.0)),
        Port("aft", "ssvp-g4000", "passive", (-1.0, 0.0, 0.0), (-5.0, 0.0, 0.0)),
    ]
    core = Module("core", "Core", "roscosmos", 2e4, 10.0, 4.0, tuple(ends))
    docks = docks_of(Complex().begin("core", core))
    assert [found.name for found in docks] == ["core.fore", "core.aft"]
    visits = assigned([crewed("a", 0, 50), crewed("b", 10, 50)], docks, STANDARDS)
    assert [v.port for v in visits] == ["core.fore", "core.aft"]


def test_what_is_not_given_follows_from_the_ship() -> None:
    found = visit("a", replace(SOYUZ, usual_stay_d=180.0), launch=START, crew_n=3)
    assert found.docking - START == pytest.approx(6 * 3600.0)
    assert found.docked_d == pytest.approx(180.0)
    assert found.landing is not None
    assert found.landing - found.docking == pytest.approx(180 * DAY + 3.4 * 3600.0)
    assert visit("b", SOYUZ, docking=START).undocking is None


def test_the_json_of_a_report_has_what_was_promised() -> None:
    report = crew_report(CrewPlan((crewed("a", 0, 100),), 3, START, START + 120 * DAY))
    document = report.to_json()
    assert {"rotations", "gaps"} <= document.keys()
    assert document["gaps"][0]["length_d"] == pytest.approx(20.0)
    assert document["rotations"][0]["docking_utc"] == "2030-01-01T00:00:00Z"
    assert document["mean_crew_n"] == pytest.approx(2.5)


# ---- misuse


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: crewed("a", 0, -1), "expected it after docking"),
        (lambda: crewed("a", 0, 9, crew_up_n=4), "0 to 3, the seats of Soyuz"),
        (lambda: visit("a", SOYUZ), "neither launch nor docking"),
        (lambda: Rotation((SOYUZ,), 3, 180.0, 180.0, START), "faster than they leave"),
        (lambda: Rotation((SOYUZ, DRAGON), 4, 180.0, 5.0, START), "1 to 3, the seats of Soyuz"),
        (lambda: Rotation((), 3, 180.0, 5.0, START), "at least one"),
        (lambda: staggered(0, [SOYUZ], stay_d=9.0, handover_d=0.0, first=START), "1 or more"),
        (lambda: staggered(3, [], stay_d=9.0, handover_d=0.0, first=START), "crew ships"),
        (lambda: census([crewed("a", 0, 9, crew_up_n=1)], START, START + 20 * DAY), "more leave"),
        (lambda: census([], START, START), "expected it after"),
        (lambda: replace(SOYUZ, refuel_kg=1.0), "of which it is a part"),
    ],
)
def test_misuse_says_what_is_wrong(wrong: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        wrong()  # type: ignore[operator]


def test_an_unknown_port_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="rassvet"):
        port_troubles([crewed("a", 0, 9, port="rasvet")], ISS, STANDARDS)


def regress_ships_that_relieve_each_other_to_the_second_share_a_port() -> None:
    # Instants that are equal but for rounding once made conflicts, and spans of no length.
    (line,) = staggered(3, [SOYUZ], stay_d=60.20125561713397, handover_d=0.0, first=START)
    visits = schedule([line], START, START + 700.0 * DAY)
    found = assigned(visits, ISS[:1], STANDARDS)
    assert {v.port for v in found} == {"poisk"}
    assert not any(port_troubles(found, ISS, STANDARDS).values())
    assert {span.aboard_n for span in census(visits, START, START + 700.0 * DAY).spans} == {3}
