"""The curves of a flight's page: read off the motion, they agree with events, ledger and checks."""

from __future__ import annotations

import numpy as np
import pytest

import perilune as pl
from perilune import Environment, Flight
from perilune.astro.bodies import STANDARD_GRAVITY_M_S2
from perilune.missions import profiles
from perilune.missions.profiles import EntryProfile, PoweredProfile
from perilune.report.flight_charts import delta_v, masses, propellant
from perilune.report.flight_timeline import timeline
from perilune.report.fly_charts import FlyCharts
from perilune.report.profile_charts import entry_charts, powered_charts

FLOWN = ("change-5", "luna-29")
"""A return from lunar orbit that skips, and a direct one that comes in steeply."""


@pytest.fixture(scope="module", params=FLOWN)
def flight(request: pytest.FixtureRequest, env: Environment) -> Flight:
    """Return a mission that lands, lifts off and comes home."""
    return pl.fly(request.param, env=env)


@pytest.fixture(scope="module")
def failed(env: Environment) -> Flight:
    """Return Luna-25 as planned, short of propellant for its descent."""
    return pl.fly("luna-25", env=env)


def _event(flight: Flight, name: str) -> dict[str, float]:
    return next(row for row in flight.events if row["name"] == name)


def _figure(flight: Flight, name: str) -> float:
    return float(flight.solution[name])


def _only(found: list[PoweredProfile]) -> PoweredProfile:
    assert len(found) == 1
    return found[0]


def test_a_descent_ends_where_and_as_heavy_as_it_touches_down(flight: Flight) -> None:
    profile, ignition = _only(profiles.descents(flight)), _event(flight, "powered_descent")
    down = _event(flight, "touchdown")
    assert profile.altitude_km[0] == pytest.approx(ignition["altitude_km"], abs=1e-5)
    assert profile.altitude_km[-1] == pytest.approx(down["altitude_km"], abs=1e-5)
    assert profile.mass_kg[0] == pytest.approx(ignition["mass_before_kg"], abs=1e-6)
    assert profile.mass_kg[-1] == pytest.approx(down["mass_before_kg"], abs=1e-6)
    assert profile.range_km[-1] == pytest.approx(0.0, abs=1e-6)
    assert profile.time_s[-1] == pytest.approx(_figure(flight, "descent_time_s"), abs=1e-3)
    assert (np.diff(profile.time_s) >= 0.0).all()


def _touchdown_speed(flight: Flight) -> float:
    return float(next(c["value"] for c in flight.checks if c["name"] == "touchdown speed"))


def test_cross_speed_over_the_ground_is_that_of_the_check(flight: Flight) -> None:
    profile = _only(profiles.descents(flight))
    assert profile.speed_m_s[-1] == pytest.approx(_touchdown_speed(flight), abs=1e-3)
    assert -profile.climb_m_s[-1] <= profile.speed_m_s[-1] + 1e-9


@pytest.mark.parametrize("kind", ["descent", "ascent"])
def test_conserve_thrust_over_mass_is_the_delta_v(flight: Flight, kind: str) -> None:
    found = profiles.descents(flight) if kind == "descent" else profiles.ascents(flight)
    profile = _only(found)
    event = _event(flight, profile.name)
    pushed = np.trapezoid(profile.thrust_n / profile.mass_kg, profile.time_s)
    assert pushed == pytest.approx(event["dv_m_s"], rel=2e-4)


def test_an_ascent_begins_at_rest_on_the_ground(flight: Flight) -> None:
    profile, lift_off = _only(profiles.ascents(flight)), _event(flight, "lunar_lift_off")
    assert profile.speed_m_s[0] == pytest.approx(0.0, abs=1e-3)
    assert profile.altitude_km[0] == pytest.approx(lift_off["altitude_km"], abs=1e-5)
    assert profile.mass_kg[-1] == pytest.approx(lift_off["mass_after_kg"], abs=1e-6)
    assert profile.range_km[0] == pytest.approx(0.0, abs=1e-6)


def _entry(flight: Flight) -> EntryProfile:
    found = profiles.entries(flight)
    assert len(found) == 1
    return found[0]


def test_cross_load_of_an_entry_is_that_of_its_equations(flight: Flight) -> None:
    """Sampled, the peak may be missed by a little: half a percent."""
    profile = _entry(flight)
    peak = int(np.argmax(profile.load_g))
    assert profile.load_g[peak] == pytest.approx(_figure(flight, "entry_peak_load_g"), rel=5e-3)
    highest = _figure(flight, "entry_peak_load_altitude_km")
    assert profile.altitude_km[peak] == pytest.approx(highest, abs=0.5)
    assert profile.load_g[0] < 1e-3  # at the interface it falls freely


def test_cross_heat_of_an_entry_is_that_of_its_equations(flight: Flight) -> None:
    """Only the peak is taken over: the integral tells whether the shape is right."""
    profile = _entry(flight)
    assert profile.heat_mj_m2 == pytest.approx(_figure(flight, "entry_heat_load_mj_m2"), rel=2e-3)


def test_an_entry_runs_from_the_interface_to_the_parachute(flight: Flight) -> None:
    profile = _entry(flight)
    assert profile.altitude_km[0] == pytest.approx(120.0, abs=0.01)
    assert profile.altitude_km[-1] == pytest.approx(10.0, abs=0.01)
    assert profile.range_km[0] == pytest.approx(_figure(flight, "entry_downrange_km"), abs=2.0)
    assert profile.range_km[-1] == 0.0
    assert profile.load_g[-1] == pytest.approx(profile.load_g[-2], rel=0.05)  # no parachute yet


def test_lines_of_load_meet_the_flight_where_it_feels_them(flight: Flight) -> None:
    profile = _entry(flight)
    chart = entry_charts(profile)[-1]
    lines = [s for s in chart.series if s.name.endswith(" g")]  # type: ignore[union-attr]
    assert len(lines) > 1
    for line in lines:
        level = float(line.name.removesuffix(" g"))
        speed = np.interp(profile.altitude_km, line.y, line.x, left=np.nan, right=np.nan)
        with np.errstate(invalid="ignore"):
            expected = profile.load_g * (speed / profile.speed_km_s) ** 2
        felt = (profile.load_g > 0.2 * profile.load_g.max()) & np.isfinite(expected)
        assert np.median(expected[felt]) == pytest.approx(level, rel=0.1)


def test_a_limit_of_load_is_drawn() -> None:
    n = np.linspace(1.0, 2.0, 9)
    profile = EntryProfile("x", "", n, 60.0 * n, n, STANDARD_GRAVITY_M_S2 * n, None, n)
    checks = [{"name": "entry peak load", "limit": "<= 12"}]
    panels = entry_charts(profile, checks)[0]
    assert [row.limits for row in panels.rows if row.limits] == [{"limit": 12.0}]  # type: ignore[union-attr]


# ---- the ledger's charts


def test_conserve_bars_of_delta_v_are_the_flight_s(flight: Flight) -> None:
    chart = delta_v(flight)
    assert chart is not None
    bars = sum(sum(series.x) for series in chart.series if series.kind == "spans")
    assert bars == pytest.approx(sum(row["dv_m_s"] or 0.0 for row in flight.events), abs=0.05)


def test_conserve_masses_end_as_the_ledger_says(flight: Flight) -> None:
    series = {s.name.lower(): s for s in masses(flight)[0].series if s.name != "flying together"}
    for row in flight.ledger:
        line = series[row["spacecraft"]]
        assert line.y[0] == pytest.approx(
            row["dry_mass_kg"] + row["propellant_loaded_kg"], abs=0.01
        )
        assert line.y[-1] == pytest.approx(row["dry_mass_kg"] + row["margin_kg"], abs=0.01)


def test_what_flies_together_weighs_what_the_events_say(flight: Flight) -> None:
    together = [s for s in masses(flight)[0].series if s.name == "flying together"]
    first = max(together, key=lambda line: line.y[0])
    injection = _event(flight, "translunar_injection")
    assert first.y[0] == pytest.approx(injection["mass_after_kg"], abs=0.01)


def test_every_spacecraft_has_a_row_in_the_timeline(flight: Flight) -> None:
    chart = timeline(flight)
    assert chart is not None
    rows = list(dict.fromkeys(name for series in chart.series for name in series.y))
    assert [name.lower() for name in rows] == [row["spacecraft"] for row in flight.ledger]
    whole = sum(b - a for s in chart.series if s.kind == "spans"
                for a, b in zip(s.low or (), s.x, strict=True))  # fmt: skip
    flown = sum(flight.trajectory(name).duration_s for name in flight.spacecraft)
    assert whole == pytest.approx(1e3 * flown, rel=1e-9)


def test_a_shortage_is_a_bar_of_its_own(failed: Flight) -> None:
    chart = propellant(failed)
    assert chart is not None
    short = next(series for series in chart.series if series.name == "short")
    assert short.x[0] - (short.low or [0.0])[0] == pytest.approx(-failed.ledger[0]["margin_kg"])


def test_the_upper_stage_s_burn_is_not_the_spacecraft_s(failed: Flight) -> None:
    chart = delta_v(failed)
    assert chart is not None
    stage = [s for s in chart.series if s.name == "Fregat-m" and any(s.x)]
    assert list(stage[0].y) == ["Translunar injection"]
    assert _event(failed, "translunar_injection")["propellant_of"] is None


def test_charts_stand_only_where_the_mission_has_such_a_phase(failed: Flight) -> None:
    charts = FlyCharts.of(failed)
    assert charts.descent
    assert not charts.ascent
    assert not charts.entry
    names = [chart.name for chart in (*charts.timeline, *charts.ledger, *charts.descent)]
    assert len(names) == len(set(names)) == len(charts.drawn())


def test_a_burn_straight_up_has_no_axis_of_range() -> None:
    n = np.linspace(0.0, 1.0, 5)
    profile = PoweredProfile("lunar_lift_off", "x", "", n, n, n, n, 0.0 * n, 2.0 - n, 1.0 + n)
    assert [panels.name for panels in powered_charts(profile)] == ["ascent-1-time"]
