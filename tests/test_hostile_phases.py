"""Phases after capture, wrongly asked for: one clear line at load, or a flight that stops there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import TO_ORBIT

from perilune.astro import frames
from perilune.astro.environment import Environment, environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SURFACE_AXES
from perilune.astro.state import State
from perilune.cli.main import main
from perilune.errors import InputError
from perilune.missions.chain import Chain, extend
from perilune.missions.together import Straight
from perilune.phases.base import Condition, Context, Stack
from perilune.scenarios.build import build
from perilune.scenarios.load import bundled_names, load, validate

Table = dict[str, Any]
SITE, MAIN = "mons-ruemker", "main"
TEXT = Path(TO_ORBIT).read_text("utf-8").replace("propellant_kg = 1_830", "propellant_kg = 2_200")
HEAD = TEXT[: TEXT.index('[[phase]]\nkind = "orbit"')]
NO_CRAFT = (
    (HEAD[: HEAD.index("[[spacecraft]]")] + HEAD[HEAD.index("[[phase]]") :])
    .replace('spacecraft = "orbiter"\n', "")
    .replace('engine = "main", ', "")
)


def table(kind: str, **keys: Any) -> Table:
    return {"kind": kind, **keys}


def but(part: Table, **keys: Any) -> Table:
    """Return a phase with keys changed; None takes one out."""
    return {key: value for key, value in {**part, **keys}.items() if value is not None}


PART = table("separation", spacecraft=["lander", "ascender"])
LOWER = table(
    "descent_orbit", spacecraft="lander", engine=MAIN, site=SITE, impulsive=True,
    not_before_utc="2020-12-01T14:00:00Z", latest_utc="2020-12-01T16:30:00Z",
)  # fmt: skip
LAND = table("landing", spacecraft="lander", engine=MAIN, min_thrust_n=1500, site=SITE)
STAY = table("surface", spacecraft="lander", site=SITE, stay_h=48)
LEAVE = table("separation", spacecraft=["ascender"])
RISE = table("lunar_ascent", spacecraft="ascender", engine=MAIN, site=SITE, target="orbiter")
MEET = table("rendezvous", spacecraft="ascender", engine=MAIN, target="orbiter")
HOME = table(
    "earth_return", spacecraft="orbiter", burns=[{"engine": MAIN}], zone="siziwang",
    flight_path_angle_deg=-5.8, inclination_deg=43.6, date_utc="2020-12-13T02:00:00Z",
)  # fmt: skip
CAPSULE = table("separation", spacecraft=["returner"])
ENTRY = table("entry", spacecraft="returner", diameter_m=1.25, drag=1.25)
APSIS = table(
    "apsis_burn", spacecraft="orbiter", engine=MAIN, at="perilune", opposite_altitude_km=300
)
TURN = table("plane_change", spacecraft="orbiter", engine=MAIN, inclination_deg=90)
SHIFT = table("phase_shift", spacecraft="orbiter", engine=MAIN, shift_deg=-40)
KEEP = table(
    "station_keeping", spacecraft="orbiter", engine=MAIN, altitude_km=200, tolerance_km=20,
    until_utc="2020-12-05T00:00:00Z",
)  # fmt: skip
WAIT = table("wait", site=SITE)
STRAIGHT = table(
    "direct_return", spacecraft="ascender", engine=MAIN, site=SITE,
    lift_off_utc="2020-12-03T15:10:00Z",
)  # fmt: skip
DOWN = [PART, LOWER, LAND]
UP = [*DOWN, STAY, LEAVE, RISE]


def orbit(until: str, **keys: Any) -> Table:
    return table("orbit", until_utc=until, **keys)


def toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value if value[:1].isdigit() else f'"{value}"'  # a date, or text
    if isinstance(value, list):
        return f"[{', '.join(toml(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {toml(item)}' for key, item in value.items())} }}"
    return repr(value)


def text(parts: list[Table], head: str = HEAD) -> str:
    tables = ("\n".join(f"{key} = {toml(part[key])}" for key in part) for part in parts)
    return head + "".join(f"[[phase]]\n{lines}\n\n" for lines in tables)


# ---- refused at load

NAN, INF = float("nan"), float("inf")
REFUSED: list[tuple[str, list[Table], str, str]] = [
    ("name", [but(PART, spacecraft=["landr"])], "phase[3] (separation).spacecraft", "'lander'"),
    ("twice", [but(PART, spacecraft=["lander", "lander"])], "separation).spacecraft", "twice"),
    ("all", [PART, but(PART)], "phase[4] (separation).spacecraft", "all of the group"),
    ("mixed", [PART, but(PART, spacecraft=["lander", "orbiter"])], "spacecraft", "one group"),
    ("no list", [but(PART, spacecraft="lander")], "separation).spacecraft", "expected a list"),
    ("early", [but(PART, at_utc="2019-11-23T21:00:00Z")], "at_utc", "after the lift-off"),
    ("far", [but(PART, at_utc="2999-11-23T21:00:00Z")], "at_utc", "2051"),
    ("engine", [PART, but(LOWER, engine="man")], "phase[4] (descent_orbit).engine", "'main'"),
    ("none", [but(LOWER, spacecraft="returner")], "engine", "'returner' has no engines"),
    ("site", [PART, but(LOWER, site="mons-rumker")], "descent_orbit).site", "'mons-ruemker'"),
    ("earth", [PART, but(LOWER, site="wenchang-lc101")], "descent_orbit).site", "lunar site"),
    ("nan", [PART, but(LOWER, perilune_altitude_km=NAN)], "perilune_altitude_km", "found nan"),
    ("span", [but(LOWER, latest_utc="2020-12-01T13:00:00Z")], "descent_orbit)", "latest_utc"),
    ("min", [PART, but(LAND, min_thrust_n=8000)], "phase[4] (landing).min_thrust_n", "7500"),
    ("inf", [PART, but(LAND, min_thrust_n=INF)], "landing).min_thrust_n", "found inf"),
    ("missing", [PART, but(LAND, min_thrust_n=None)], "landing).min_thrust_n", "missing"),
    ("text", [PART, but(LAND, min_thrust_n="many")], "min_thrust_n", "found 'many'"),
    ("key", [PART, but(LAND, min_thrust=3)], "landing).min_thrust", "'min_thrust_n'"),
    ("again", [PART, LAND, LAND], "phase[5] (landing).spacecraft", "are on the Moon"),
    ("not down", [PART, RISE], "phase[4] (lunar_ascent).spacecraft", "expected on the Moon"),
    ("aloft", [PART, STAY], "phase[4] (surface).spacecraft", "in lunar orbit"),
    ("stay", [PART, LAND, but(STAY, site="luna-24")], "surface).site", "'mons-ruemker'"),
    ("rise", [PART, LAND, LEAVE, but(RISE, site="luna-24")], "lunar_ascent).site", "landed"),
    ("self", [PART, LAND, LEAVE, but(RISE, target="ascender")], "lunar_ascent).target", "itself"),
    ("joined", [PART, LAND, but(RISE, target="lander")], "target", "with 'ascender'"),
    ("ground", [PART, LAND, LEAVE, but(RISE, target="lander")], "target", "on the Moon"),
    ("low", [PART, LAND, LEAVE, but(RISE, perilune_altitude_km=200)], "perilune_alt", "expected"),
    ("together", [MEET], "phase[3] (rendezvous).target", "has separated"),
    ("on it", [PART, LAND, MEET], "phase[5] (rendezvous).spacecraft", "on the Moon"),
    ("left", [*DOWN, LEAVE, RISE, MEET, MEET], "rendezvous).target", "with 'ascender'"),
    ("no return", [CAPSULE, ENTRY], "phase[4] (entry).spacecraft", "in lunar orbit"),
    ("landed", [HOME, CAPSULE, ENTRY, orbit("2020-12-29T00:00:00Z")], "orbit).spacecraft", "Earth"),
    ("over", [HOME, CAPSULE, ENTRY, but(STAY, spacecraft="returner")], "surface)", "on the Earth"),
    ("gone", [HOME, APSIS], "phase[4] (apsis_burn).spacecraft", "on the way"),
    ("skip", [HOME, CAPSULE, but(ENTRY, mode="skip")], "phase[5] (entry)", "zone"),
    ("zone", [but(HOME, zone="siziwan")], "earth_return).zone", "'siziwang'"),
    ("goals", [but(HOME, azimuth_deg=30)], "earth_return)", "expected one of"),
    ("order", [but(HOME, arrive_utc="2020-12-12T00:00:00Z")], "earth_return)", "arrive_utc"),
    ("burn", [but(HOME, burns=[{"engine": "mainn"}])], "burns[0].engine", "'main'"),
    ("coast", [HOME, but(CAPSULE, at_utc="2020-12-20T00:00:00Z")], "at_utc", "leave it out"),
    ("halo", [table("halo", spacecraft="orbiter", engine=MAIN)], "", "phases are launch"),
    ("capture", [table("capture", burns=[{"period_h": 3}])], "", "phases are launch"),
    ("transfer", [table("swing_by", height_km=13000)], "", "phases are launch"),
    ("who", [orbit("2020-12-01T00:00:00Z", spacecraft="orbit")], "orbit).spacecraft", "'orbiter'"),
    ("waits", [but(WAIT, spacecraft="orbitr")], "wait).spacecraft", "'orbiter'"),
    ("light", [but(WAIT, sun_elevation_deg=[50, 10])], "wait)", "rising range"),
    ("plane", [but(TURN, inclination_deg=None, site=SITE)], "plane_change)", "date_utc"),
    ("shift", [but(SHIFT, shift_deg=400)], "phase[3] (phase_shift).shift_deg", "more revolutions"),
    ("no shift", [but(SHIFT, shift_deg=0)], "phase_shift).shift_deg", "not 0"),
    ("turns", [but(SHIFT, revolutions=0)], "phase_shift).revolutions", "found 0"),
    ("turns not whole", [but(SHIFT, revolutions=2.5)], "phase_shift).revolutions", "found 2.5"),
    ("shift key", [but(SHIFT, shift=3)], "phase_shift).shift", "'shift_deg'"),
    ("shift home", [HOME, SHIFT], "phase[4] (phase_shift).spacecraft", "on the way"),
    ("kept", [but(KEEP, tolerance_km=500)], "station_keeping)", "less than the altitude"),
    ("up", [PART, STRAIGHT], "phase[4] (direct_return).spacecraft", "expected on the Moon"),
    ("back", [but(STRAIGHT, arrive_utc="2020-12-03T00:00:00Z")], "direct_return)", "arrive_utc"),
    ("kind", [table("land")], "phase[3] (land).kind", "'landing'"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "key", "words"), [r[1:] for r in REFUSED],
                         ids=[r[0] for r in REFUSED])  # fmt: skip
def test_refused_at_load(parts: list[Table], key: str, words: str) -> None:
    problem = refusal(text(parts))
    assert key in (problem.key or "")
    assert words in problem.problem


@pytest.mark.parametrize("parts", [
    [PART], [HOME], [STAY], [but(WAIT, spacecraft="x")],
    [orbit("2020-12-01T00:00:00Z", spacecraft="orbiter")],
])  # fmt: skip
def test_without_masses_nothing_separates(parts: list[Table]) -> None:
    assert "the file has no [[spacecraft]]" in refusal(text(parts, NO_CRAFT)).problem


@pytest.mark.parametrize(("old", "new", "words"), [
    ("thrust_n = 7_500", "thrust_n = 0", "found 0, expected a number above 0"),
    ("dry_mass_kg = 1_200", "dry_mass_kg = nan", "found nan"),
    ("dry_mass_kg = 1_200\n", "", "missing"),
])  # fmt: skip
def test_masses_and_thrusts_are_needed(old: str, new: str, words: str) -> None:
    assert old in HEAD
    assert words in refusal(text(DOWN, HEAD.replace(old, new))).problem


def test_what_can_follow_does() -> None:
    whole = [*UP, MEET, LEAVE, HOME, CAPSULE, ENTRY, but(KEEP, spacecraft="lander")]
    assert "'lander' is on the Moon" in refusal(text(whole)).problem  # its stay goes on
    mission = build(validate(text(whole[:-1]), "mine.toml"), "mine.toml")
    assert len(mission.phases) == 3 + len(whole) - 1
    for name in bundled_names():
        assert load(name).phases


def refusal(content: str) -> InputError:
    with pytest.raises(InputError) as caught:
        build(validate(content, "mine.toml"), "mine.toml")
    problem = caught.value
    assert str(problem).startswith("mine.toml: ")
    assert "\n" not in str(problem)
    assert len(str(problem)) < 500
    return problem


# ---- flown, and stopped

STOPPED: list[tuple[str, list[Table], str]] = [
    ("orbit", [orbit("2020-11-24T00:00:00Z")], "144.0 h before it begins"),
    ("separation", [but(PART, at_utc="2020-11-24T00:00:00Z")], "144.0 h before"),
    (
        "descent_orbit",
        [PART, but(LOWER, not_before_utc=None, latest_utc="2020-11-25T00:00:00Z")],
        "allow later landings",
    ),
    ("descent_orbit", [PART, but(LOWER, perilune_altitude_km=500)], "lower perilune"),
    ("surface", [*DOWN, but(STAY, stay_h=None, until_utc="2020-11-25T00:00:00Z")], "later date"),
    ("surface", [*DOWN, STAY, but(STAY, stay_h=90000), but(STAY, stay_h=90000),
                 but(STAY, stay_h=90000), but(STAY, stay_h=90000)], "2051"),
    ("lunar_ascent", [*UP[:-1], but(RISE, lift_off_utc="2020-11-30T01:00:00Z")], "set it later"),
    ("lunar_ascent", [*UP[:-1], orbit("2020-12-10T00:00:00Z", spacecraft="orbiter"), RISE],
     "'orbiter' is not in orbit at lift-off"),
    ("direct_return", [*UP[:-1], but(STRAIGHT, lift_off_utc="2020-11-30T15:10:00Z")], "later"),
    ("direct_return", [*UP[:-1], STRAIGHT], "all propellant gives"),
    ("rendezvous", [PART, but(MEET, docking_utc="2020-11-25T00:00:00Z")], "within the hour"),
    ("rendezvous", [PART, orbit("2020-12-01T00:00:00Z", spacecraft="orbiter"), MEET],
     "'orbiter' has flown 24.0 h further"),
    ("plane_change", [but(TURN, inclination_deg=None, site=SITE,
                          date_utc="2020-11-25T00:00:00Z")], "past"),
    ("station_keeping", [but(KEEP, until_utc="2020-11-25T00:00:00Z")], "later date"),
    ("wait", [but(WAIT, at_most_d=0.01)], "wait longer"),
    ("earth_return", [but(HOME, date_utc="2020-11-25T00:00:00Z")], "120.0 h before"),
    ("earth_return", [but(HOME, inclination_deg=2)], "never reaches"),
]  # fmt: skip


@pytest.fixture(scope="module")
def env() -> Environment:
    return environment()


@pytest.mark.parametrize(("kind", "parts", "words"), STOPPED)
def test_flight_stops_with_a_remedy(
    kind: str, parts: list[Table], words: str, env: Environment
) -> None:
    chain = flown(parts, env)
    assert [leg.status for leg in chain.legs[:-1]] == ["converged"] * (len(chain.legs) - 1)
    last = chain.legs[-1]
    assert (last.kind, chain.status) == (kind, "no_solution" if "gives" not in words else
                                         "propellant_short")  # fmt: skip
    assert words in chain.remedy
    assert "\n" not in chain.remedy
    if len(chain.legs) > 2:
        assert chain.trajectories  # what was flown before is kept
        assert chain.happenings


def test_straight_lift_off_waits_on_the_ground(env: Environment) -> None:
    mission = load("luna-29")
    straight = next(phase for phase in mission.phases if isinstance(phase, Straight))
    direct = straight.direct
    stack = Stack(tuple(mission.stack.member(name) for name in ("return-rocket", "capsule")))
    begin = direct.lift_off + -36000.0
    start = Condition(stack, direct.site.state(begin, env))
    (chain,) = extend(Chain((), (start,)), [straight], Context(env, mission.model))
    assert chain.status == "converged"
    motion = chain.trajectory_of("capsule")
    assert motion is not None
    assert abs(float(motion.start - begin)) < 1e-6
    height = np.linalg.norm(motion.at(direct.lift_off + -18000.0, center="moon").r_km)
    assert height == pytest.approx(np.linalg.norm(direct.site.fixed_km()), abs=1e-3)


def test_changes_of_an_orbit_are_numbered_through_the_flight(env: Environment) -> None:
    """A shift goes back along the orbit by what it was asked for, and comes between two burns."""
    lift = but(APSIS, opposite_altitude_km=205)
    chain = flown([lift, SHIFT, lift], env)
    assert (chain.status, chain.remedy) == ("converged", "")
    assert all(check.ok for check in chain.checks)
    names = [h.name for h in chain.happenings if h.name.startswith("orbit_burn")]
    assert names == [f"orbit_burn_{n}" for n in (1, 2, 3, 4)]
    assert chain.figures["shift_deg"] == -40.0
    first, second = (h for h in chain.happenings if h.name in ("orbit_burn_2", "orbit_burn_3"))
    turn_s = 7650.0  # of a circle 200 km high
    assert float(second.epoch - first.epoch) == pytest.approx(5.0 * turn_s, rel=0.01)


@pytest.mark.parametrize("part", [TURN, APSIS, MEET, HOME])
def test_thrust_too_low_for_a_burn_is_said(part: Table, env: Environment) -> None:
    before = [PART] if part is MEET else []
    chain = flown([*before, part], env, HEAD.replace("thrust_n = 3_000", "thrust_n = 0.001"))
    assert chain.status == "no_solution"
    assert "more thrust" in chain.remedy


def flown(parts: list[Table], env: Environment, head: str = HEAD) -> Chain:
    """Fly phases from a circular orbit, 200 km up, whose plane holds the landing site."""
    mission = build(validate(text(parts, head), "mine.toml"), "mine.toml")
    begin = Condition(mission.stack, over_the_site(env))
    context = Context(env, mission.model)
    found = extend(Chain((), (begin,)), mission.phases[3:], context)
    return min(found, key=lambda chain: chain.status != "converged")


def over_the_site(env: Environment) -> State:
    there = Epoch.utc("2020-12-01T15:00:00")
    turned, _ = frames.from_icrf(SURFACE_AXES["moon"], there, env)
    lat, lon, azimuth = np.radians([43.06, -51.92, 80.0])
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    ahead = np.sin(azimuth) * east + np.cos(azimuth) * np.cross(up, east)
    radius = 1937.4
    speed = np.sqrt(env.constants.gm("moon") / radius)
    begin = Epoch.utc("2020-11-30T00:00:00")
    return State(begin, "moon", "icrf", turned.T @ up * radius, turned.T @ ahead * speed)


# ---- as the command line says it


def test_command_says_where_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text([PART, RISE]), "utf-8")
    assert main(["fly", str(file), "--quiet", "-o", str(tmp_path / "out")]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "phase[4] (lunar_ascent).spacecraft: 'lander' and 'ascender' are in lunar orbit" in err


def test_command_keeps_what_was_flown_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    quick = HEAD.replace("after_revolutions = 3", "impulsive = true").replace(
        "period_h = 7.8", "period_h = 7.8, impulsive = true"
    )
    file.write_text(text([but(PART, at_utc="2020-11-24T00:00:00Z")], quick), "utf-8")
    assert main(["fly", str(file), "--quiet", "-o", str(tmp_path / "out")]) == 1
    assert "Traceback" not in capsys.readouterr().err
    found = json.loads((tmp_path / "out" / "mission.json").read_text("utf-8"))
    assert found["status"] == "no_solution"
    assert "set a later date" in found["remedy"]
    assert any(row["name"] == "lunar_orbit_insertion_2" for row in found["events"])
