"""Luna-25's last burn: what it was meant to reach, and where it led."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from evidence import Recorder, evidence
from hypothesis import given, settings
from hypothesis import strategies as st

import perilune as pl
from perilune.astro.bodies import MOON_RADIUS_KM, STANDARD_GRAVITY_M_S2
from perilune.astro.elements import Elements, from_vectors, osculating
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.dynamics.propagate import propagate
from perilune.errors import InputError
from perilune.missions.chain import Chain, extend
from perilune.missions.flight import Flight
from perilune.phases.base import Condition, Context, Spacecraft, Stack
from perilune.phases.burn_inferred import Intended
from perilune.phases.burn_place import Ellipse, burn_place
from perilune.phases.lunar_start import LunarStart, Overflight
from perilune.phases.shot import Model
from perilune.phases.timed_burn import TimedBurn
from perilune.scenarios.build import build
from perilune.scenarios.load import SCENARIOS, load, validate

AUTHORITY = Path(__file__).parent / "authority" / "luna25_flown.csv"
FLOWN = {
    row["quantity"]: row["value"]
    for row in csv.DictReader(
        line for line in AUTHORITY.read_text("utf-8").splitlines() if not line.startswith("#")
    )
}
CRATER = SurfacePoint("moon", float(FLOWN["latitude_deg"]), float(FLOWN["longitude_deg"]))
NAME, CRAFT = "luna-25-failure", "luna-25"
SITE = SurfacePoint("moon", -69.545, 43.544)
START = Epoch.utc("2023-08-19T11:10:00")
OVER = Overflight(SITE, Epoch.utc("2023-08-21T12:00:00"), northbound=False)
STACK = Stack((Spacecraft(CRAFT, 775.0, 565.0),))
MEANT = Intended(84.0, 18.0, 100.0)


@pytest.fixture(scope="module")
def env() -> Environment:
    return pl.environment()


@pytest.fixture(scope="module")
def flight() -> Flight:
    return pl.fly(NAME)


def event(flight: Flight, name: str) -> dict[str, object]:
    return next(e for e in flight.events if e["name"] == name)


def apart_km(a: SurfacePoint, b: SurfacePoint) -> float:
    return MOON_RADIUS_KM * float(np.arccos(np.clip(a.vertical() @ b.vertical(), -1.0, 1.0)))


def impact_of(flight: Flight) -> SurfacePoint:
    fall = event(flight, "impact")
    return SurfacePoint("moon", float(fall["latitude_deg"]), float(fall["longitude_deg"]))


# ---- what happened


def val_the_hour_of_the_impact(flight: Flight, record_property: Recorder) -> None:
    late = float(Epoch.utc(event(flight, "impact")["utc"]) - Epoch.utc(FLOWN["impact_utc"]))
    assert abs(late) < 300.0  # the burn's minute is known, and the heights to a kilometer
    evidence(
        record_property,
        claim="Luna-25's last burn, 127 s instead of 84: the hour of the impact",
        reference=f"{FLOWN['impact_utc']} (NASA)",
        tolerance="5 min",
        achieved=f"{late / 60.0:+.1f} min",
    )


def val_the_place_of_the_impact(flight: Flight, record_property: Recorder) -> None:
    """Only the distance across the track is a finding: along it the file's figure was derived."""
    away = apart_km(impact_of(flight), CRATER)
    assert away < 100.0
    assert apart_km(impact_of(flight), SurfacePoint("moon", -57.9, 61.4)) < 100.0
    evidence(
        record_property,
        claim="Luna-25's last burn: the place of the impact, from an orbit over its landing site "
        "(its place along the track derived from the crater)",
        reference="57.865 S 61.360 E (LROC)",
        tolerance="100 km",
        achieved=f"{away:.0f} km",
    )


def val_the_plane_of_the_orbit(flight: Flight, env: Environment, record_property: Recorder) -> None:
    """The plane that holds the landing site is the one published after the insertion."""
    path = flight.trajectory()
    then = propagate(
        path.at(path.start), until=Epoch.utc(FLOWN["node_utc"]), forces=Model().moon, env=env
    )
    orbit = osculating(then.final, env, equator="moon_me")
    off = float(np.degrees(orbit.raan)) - float(FLOWN["node_deg"])
    # the hour of the landing is ours: six hours either way turn the Moon by three degrees
    assert abs(off) < 3.3
    assert float(np.degrees(orbit.inclination)) == pytest.approx(
        float(FLOWN["node_inclination_deg"]), abs=0.5
    )
    evidence(
        record_property,
        claim="Luna-25: the orbit over its landing site on 21 August, back to the insertion",
        reference=f"node at {FLOWN['node_deg']} deg (spaceintel101, unconfirmed)",
        tolerance="3.3 deg",
        achieved=f"{off:+.1f} deg",
    )


def val_the_other_place_of_the_burn_falls_too_early(flight: Flight) -> None:
    """What the file's `branch` is derived from."""
    other = next(row for row in flight.solution["branches"] if not row["chosen"])
    assert other["name"] == "before_perilune"
    assert float(Epoch.utc(FLOWN["impact_utc"]) - Epoch.utc(other["impact_utc"])) > 480.0


def test_the_mission_closes_at_its_impact(flight: Flight) -> None:
    assert flight.closes
    assert [e["name"] for e in flight.events] == ["lunar_orbit", "orbit_burn_1", "impact"]
    fall, burn = event(flight, "impact"), event(flight, "orbit_burn_1")
    assert fall["altitude_km"] == pytest.approx(0.0, abs=1e-6)
    assert fall["flight_path_angle_deg"] < -1.0
    assert Epoch.utc(burn["end_utc"]) - Epoch.utc(burn["utc"]) == pytest.approx(127.0, abs=1e-3)
    assert abs(flight.trajectory().stop - Epoch.utc(fall["utc"])) < 1e-3


def conserve_the_burn(flight: Flight) -> None:
    """Thrust over exhaust speed is what the tank loses; the rocket equation gives the delta-v."""
    burn, thrust = event(flight, "orbit_burn_1"), flight.solution["inferred_thrust_n"]
    exhaust_m_s = 290.0 * STANDARD_GRAVITY_M_S2
    used = thrust * 127.0 / exhaust_m_s
    assert burn["propellant_kg"] == pytest.approx(used, rel=1e-9)
    assert flight.ledger[0]["propellant_used_kg"] == pytest.approx(used, rel=1e-9)
    change = exhaust_m_s * np.log(1340.0 / (1340.0 - used))
    assert burn["dv_m_s"] == pytest.approx(change, rel=1e-9)


def test_thrust_and_place_are_inferred_and_said_to_be(flight: Flight) -> None:
    assert 290.0 < flight.solution["inferred_thrust_n"] < 320.0  # six engines of about 50 N
    assert 60.0 < flight.solution["inferred_true_anomaly_deg"] < 90.0
    said = {row["what"]: row for row in flight.assumed}
    assert said["burn inferred"]["confidence"] == "derived"
    assert "inferred" in said["burn inferred"]["source"]
    assert "no prediction" in said["orbit at the start"]["source"]


def test_no_solver_reads_what_was_flown(flight: Flight) -> None:
    mission = load(NAME)
    other = tuple(replace(row, utc=None, figures={}) for row in mission.as_flown)
    again = pl.fly(replace(mission, as_flown=other))
    assert [e["utc"] for e in again.events] == [e["utc"] for e in flight.events]
    assert apart_km(impact_of(again), impact_of(flight)) < 1e-3


def test_all_outputs_are_written(flight: Flight, tmp_path: Path) -> None:
    names = {path.name for path in flight.save(tmp_path)}
    assert names == {"mission.json", "events.csv", "report.html", "luna-25.oem", "luna-25.bsp"}
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "Inferred thrust" in page
    assert "no prediction" in page
    assert "Moon-centered" in page
    assert "Earth-centered" not in page  # nothing of it flies there


# ---- the burn inferred


def flown(burn: TimedBurn, env: Environment, **changes: float) -> list[Chain]:
    start = LunarStart(START, 90.0, 113.0, 82.087, OVER, 98.0)
    phases = (replace(start, **changes), burn)  # type: ignore[arg-type]
    return extend(Chain((), (Condition(STACK),)), phases, Context(env, Model()))


def test_as_long_as_intended_it_reaches_what_was_intended(env: Environment) -> None:
    """The same orbit before it, and the same thrust: 18 x 100 km, and no impact that day."""
    burn = TimedBurn(CRAFT, 84.0, 290.0, MEANT, until=START + 20000.0)
    for chain in flown(burn, env):
        assert chain.status == "converged"
        assert "impact" not in [h.name for h in chain.happenings]
        assert reached(chain, env) == pytest.approx((18.0, 100.0), abs=0.1)


def reached(chain: Chain, env: Environment) -> tuple[float, float]:
    """Return the heights of the osculating orbit where a chain's burn ends."""
    path = chain.trajectory
    burn = next(h for h in chain.happenings if h.name == "orbit_burn_1")
    assert path is not None
    assert burn.end is not None
    orbit = osculating(path.at(burn.end), env)
    return float(orbit.periapsis_km) - MOON_RADIUS_KM, float(orbit.apoapsis_km) - MOON_RADIUS_KM


@settings(max_examples=12)
@given(
    low_km=st.floats(60.0, 300.0),
    wide_km=st.floats(5.0, 150.0),
    lower_km=st.floats(5.0, 50.0),
    share=st.floats(0.05, 0.95),
    duration_s=st.floats(20.0, 200.0),
    branch=st.sampled_from(["after_perilune", "before_perilune"]),
)
def prop_any_intended_burn_reaches_its_orbit(
    env: Environment,
    low_km: float,
    wide_km: float,
    lower_km: float,
    share: float,
    duration_s: float,
    branch: str,
) -> None:
    """An apolune between the apsides of the orbit before, a perilune below them."""
    wanted = low_km - lower_km, low_km + share * wide_km
    burn = TimedBurn(CRAFT, duration_s, 290.0, Intended(duration_s, *wanted), branch,
                     START + duration_s + 60.0)  # fmt: skip
    (chain,) = flown(burn, env, perilune_altitude_km=low_km, apolune_altitude_km=low_km + wide_km)
    assert chain.status == "converged", chain.remedy
    assert reached(chain, env) == pytest.approx(wanted, abs=0.1)


@given(
    low_km=st.floats(50.0, 400.0),
    wide_km=st.floats(1.0, 300.0),
    lower_km=st.floats(1.0, 45.0),
    share=st.floats(0.01, 0.99),
)
def cross_the_place_of_a_burn_by_its_vectors(
    low_km: float, wide_km: float, lower_km: float, share: float
) -> None:
    """The closed form against the elements of the velocity it changes."""
    gm, near = 4902.8, MOON_RADIUS_KM + low_km
    before = Ellipse(near, near + wide_km)
    after = Ellipse(near - lower_km, near + share * wide_km)
    anomaly, change = burn_place(before, after, gm)
    orbit = Elements(before.a_km, before.eccentricity, 1.0, 2.0, 3.0, anomaly, gm)
    r, v = orbit.to_vectors()
    then = from_vectors(r, v * (1.0 + change / np.linalg.norm(v)), gm)
    assert change < 0.0
    assert float(then.periapsis_km) == pytest.approx(after.periapsis_km, abs=1e-6)
    assert float(then.apoapsis_km) == pytest.approx(after.apoapsis_km, abs=1e-6)


def cross_from_a_known_orbit_the_burn_is_waited_for(env: Environment, flight: Flight) -> None:
    """Where the perilune is known the burn comes at nearly the same place, by the same thrust."""
    burn = TimedBurn(CRAFT, 127.0, 290.0, MEANT, "after_perilune")
    (chain,) = flown(burn, env, true_anomaly_deg=20.0)
    found = chain.figures
    assert chain.status == "converged"
    assert [h.name for h in chain.happenings] == ["lunar_orbit", "orbit_burn_1", "impact"]
    wait_s = float(chain.happenings[1].epoch - chain.happenings[0].epoch)
    assert wait_s == pytest.approx(53.0 / 360.0 * 7080.0, rel=0.1)
    # the field bends the orbit on the way: its apsides move by a kilometer
    assert found["inferred_thrust_n"] == pytest.approx(
        flight.solution["inferred_thrust_n"], rel=0.05
    )
    assert found["inferred_true_anomaly_deg"] == pytest.approx(73.3, abs=10.0)


# ---- burns that do not do what the file says


@pytest.mark.parametrize(
    ("burn", "status", "words"),
    [
        (TimedBurn(CRAFT, 84.0, 290.0, MEANT, "after_perilune"), "no_solution", "state until_utc"),
        (TimedBurn(CRAFT, 127.0, 290.0, MEANT, "after_perilune", START + 9000.0), "impact",
         "leave out until_utc"),
        (TimedBurn(CRAFT, 127.0, 290.0, MEANT, "after_perilune", START + 60.0), "no_solution",
         "67 s before the burn does"),
        (TimedBurn(CRAFT, 3000.0, 290.0, MEANT, "after_perilune"), "impact", "while it burns"),
        (TimedBurn(CRAFT, 30000.0, 290.0, MEANT, "after_perilune"), "no_solution", "more than all"),
        (TimedBurn(CRAFT, 127.0, 290.0, Intended(84.0, 18.0, 300.0), "after_perilune"),
         "no_solution", "18 x 300 km"),
        (TimedBurn(CRAFT, 127.0, 290.0, Intended(84.0, 90.0, 113.0), "after_perilune"),
         "no_solution", "it is that orbit"),
    ],
)  # fmt: skip
def test_a_burn_that_ends_elsewhere_says_so(
    burn: TimedBurn, status: str, words: str, env: Environment
) -> None:
    (chain,) = flown(burn, env)
    assert chain.status == status
    assert words in chain.remedy
    assert "\n" not in chain.remedy


# ---- files


BAD: list[tuple[str, str, str]] = [
    ("phase.lunar_start.inclination_deg=50", "(lunar_start).inclination_deg", "69.545 to 110.455"),
    ("phase.lunar_start.perilune_altitude_km=200", "perilune_altitude_km", "at most the apolune"),
    ("phase.lunar_start.apolune_altitude_km=0", "(lunar_start).apolune_altitude_km", "above 0"),
    ("phase.lunar_start.passes_over.site=boguslavsky", "passes_over.site", "'boguslawsky'"),
    ("phase.lunar_start.passes_over.heading=south", "passes_over.heading", "'southbound'"),
    ("phase.lunar_start.passes_over=null", "(lunar_start).passes_over", "missing"),
    ("phase.lunar_start.passes_over.utc=2123-01-01T00:00:00Z", "passes_over.utc", "2051"),
    ("phase.lunar_start.utc=2123-01-01T00:00:00Z", "(lunar_start).utc", "2051"),
    ("phase.lunar_start.utc=2023-08-19T11:10:00", "(lunar_start).utc", "end it with Z"),
    ("phase.lunar_start.argument_of_latitude_deg=nan", "argument_of_latitude_deg", "found nan"),
    ("phase.lunar_start.argument_of_latitude=3", "lunar_start", "'argument_of_latitude_deg'"),
    ("phase.timed_burn.kind=orbit", "", "unknown key"),
    ("phase.timed_burn.duration_s=0", "(timed_burn).duration_s", "above 0"),
    ("phase.timed_burn.isp_s=3", "(timed_burn).isp_s", "from 10"),
    ("phase.timed_burn.intended=null", "(timed_burn).intended", "missing"),
    ("phase.timed_burn.intended.apolune_altitude_km=13", "intended.perilune", "at most"),
    ("phase.timed_burn.branch=after", "(timed_burn).branch", "'after_perilune'"),
    ("phase.timed_burn.spacecraft=luna25", "(timed_burn).spacecraft", "'luna-25'"),
    ("phase.timed_burn.until_utc=2023-08-19T11:00:00Z", "until_utc", "after the start"),
    ("phase.timed_burn.source=null;phase.timed_burn.confidence=null", "", "found neither"),
    ("phase.lunar_start.source=null;phase.lunar_start.confidence=null", "", "found neither"),
    ("phase.lunar_start.true_anomaly_deg=nan", "(lunar_start).true_anomaly_deg", "found nan"),
]  # fmt: skip


@pytest.mark.parametrize(("assignment", "key", "words"), BAD, ids=[b[0][6:] for b in BAD])
def test_a_wrong_file_is_one_clear_message(assignment: str, key: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load(NAME, overrides=assignment.split(";"))
    problem = caught.value
    assert key in (problem.key or "")
    assert words in problem.problem
    assert "\n" not in str(problem)


ORBIT = '[[phase]]\nkind = "orbit"\nuntil_utc = 2023-08-19T20:00:00Z\n\n'
CAPTURE = '[[phase]]\nkind = "capture"\nburns = [{ period_h = 3 }]\n\n'
WHOLE = SCENARIOS.bundled_text(NAME)
HEAD, BEGIN, BURN = (
    f"{mark}{part}"
    for mark, part in zip(("", "[[phase]]", "[[phase]]"), WHOLE.split("[[phase]]"), strict=True)
)
BURN = BURN[: BURN.index("# What was flown")]
KNOWN = BEGIN.replace("kind =", "true_anomaly_deg = 20\nkind =")


@pytest.mark.parametrize(
    ("phases", "words"),
    [
        ([BEGIN, ORBIT], "place of its perilune open"),
        ([BEGIN], "place of its perilune open"),
        ([KNOWN, CAPTURE], "expected no capture after lunar_start"),
        ([KNOWN, BEGIN], "expected no lunar_start after lunar_start"),
        ([BURN, BEGIN], "expected launch"),
        ([BEGIN, BURN, ORBIT], "'luna-25' is at the place of its impact"),
        ([BEGIN, BURN, BURN], "expected in lunar orbit"),
        ([KNOWN, ORBIT.replace("08-19", "08-18")], "after the start"),
    ],
)
def test_what_cannot_follow_a_start_in_orbit(phases: list[str], words: str) -> None:
    with pytest.raises(InputError) as caught:
        build(validate(HEAD + "".join(phases), "mine.toml"), "mine.toml")
    assert words in caught.value.problem
    assert "\n" not in str(caught.value)


def test_a_mission_that_begins_in_orbit_goes_on_from_there(env: Environment) -> None:
    """A known orbit, a wait, a burn as long as intended, another wait: everything closes."""
    meant = BURN.replace("duration_s = 127", "duration_s = 84\nuntil_utc = 2023-08-19T23:00:00Z")
    last = ORBIT.replace("T20", "T23").replace(":00:00Z", ":30:00Z")
    text = HEAD + KNOWN + ORBIT + meant + last
    flight = pl.fly(build(validate(text, "mine.toml"), "mine.toml"), env=env)
    assert flight.closes
    assert [e["name"] for e in flight.events] == ["lunar_orbit", "orbit_burn_1"]
    assert abs(flight.trajectory().stop - Epoch.utc("2023-08-19T23:30:00")) < 1e-6
    assert "lowest altitude" in {check["name"] for check in flight.checks}


def test_without_masses_nothing_burns() -> None:
    bare = HEAD[: HEAD.index("[[spacecraft]]")]
    with pytest.raises(InputError, match=r"the file has no \[\[spacecraft\]\]"):
        build(validate(bare + BEGIN + BURN, "mine.toml"), "mine.toml")


def test_a_mission_without_a_launch_has_no_windows() -> None:
    with pytest.raises(InputError, match="begins in lunar orbit"):
        pl.windows(NAME, start="2023-08-01", stop="2023-08-20")
