"""A station divided: what each part has, how they part, and the verdict in words."""

from __future__ import annotations

import numpy as np
import pytest

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.errors import InputError
from perilune.scenarios.station_ask import ask
from perilune.stations.parting import KEEP_OUT_M, parting

GM = 398600.4418


@pytest.fixture(scope="module")
def iss() -> dict:
    return ask("split", "iss", [], lambda _: None).to_json()


def test_the_russian_segment_has_engines_and_the_rest_has_none(iss: dict) -> None:
    leaving, staying = iss["halves"]
    assert leaving["propulsion_by"] == ["zvezda", "nauka"]
    assert not staying["propulsion"]
    assert staying["control"]  # the gyrodynes
    assert not staying["stands_alone"]
    assert "nothing that stays on board can raise its orbit" in staying["verdict"]
    assert staying["reentry_utc"] < "2032"
    assert staying["propellant_life_y"] is None


def test_conserve_mass_and_modules(iss: dict) -> None:
    """Nothing is lost and nothing is on both sides; ships leave with their port."""
    whole = ask("assemble", "iss", [], lambda _: None).to_json()["stack"][-1]
    names = [name for half in iss["halves"] for name in half["modules"]]
    assert len(names) == len(set(names))
    masses = sum(half["mass_kg"] for half in iss["halves"])
    assert masses == pytest.approx(whole["mass_kg"], rel=1e-12)
    assert "soyuz-ms-22" in iss["halves"][0]["modules"]


def test_each_part_says_who_can_dock(iss: dict) -> None:
    russian, rest = ({row["ship"] for row in half["ships"]} for half in iss["halves"])
    assert "progress-ms" in russian
    assert "progress-ms" not in rest
    assert "cygnus" in rest
    assert {row["partner"] for row in iss["reach"]} >= {"roscosmos", "cnsa", "spacex"}


def test_a_part_falls_faster_the_lighter_it_is_for_its_area(iss: dict) -> None:
    halves = sorted(iss["halves"], key=lambda h: h["mass_kg"] / h["drag_area_m2"])
    assert halves[0]["reentry_utc"] < halves[1]["reentry_utc"]


# ---- the push


@pytest.mark.parametrize("direction", ["prograde", "retrograde", "radial"])
def test_cross_drift_against_two_bodies(direction: str) -> None:
    """Linear motion against two Kepler orbits integrated apart, for half a day."""
    altitude, push = 400.0, 0.3
    radius = EARTH_RADIUS_KM + altitude
    rate = np.sqrt(GM / radius**3)
    found = parting(altitude, push, direction, (0.0, 0.0), days=0.5)
    dv = {"prograde": [0, 1], "retrograde": [0, -1], "radial": [1, 0]}[direction]
    state = np.array([radius, 0.0, 0.0, rate * radius])
    state[2:] += 1e-3 * push * np.array(dv)
    up, ahead = _kepler(state, found.hours * 3600.0, radius, rate)
    assert np.abs(up - found.up_km).max() < 0.05
    assert np.abs(ahead - found.ahead_km).max() < 0.05 + 0.005 * np.abs(ahead).max()


def _kepler(state, times, radius, rate):
    from scipy.integrate import solve_ivp

    def fall(_, y):
        return [*y[2:], *(-GM * y[:2] / np.hypot(*y[:2]) ** 3)]

    flown = solve_ivp(fall, (0, times[-1]), state, t_eval=times, rtol=1e-11, atol=1e-9).y
    angle = np.unwrap(np.arctan2(flown[1], flown[0])) - rate * times
    return np.hypot(flown[0], flown[1]) - radius, radius * angle


def test_a_radial_push_comes_back_and_is_called_unsafe() -> None:
    found = parting(400.0, 0.3, "radial", (0.0, 0.0))
    assert not found.is_safe
    assert 1000.0 * found.closest_km < KEEP_OUT_M
    assert "not safe" in found.in_words
    assert parting(400.0, 0.3, "retrograde", (0.0, 0.0)).is_safe


def test_val_drag_brings_a_pushed_half_back_over_the_other_one() -> None:
    """By hand: 3 v t forward is eaten up by 1.5 f t^2 at t = 2 v / f, then 4 v / n above."""
    push, force = 0.15, 2e-6
    found = parting(400.0, push, "retrograde", (1e-6, 1e-6 + force))
    rate = np.sqrt(GM / (EARTH_RADIUS_KM + 400.0) ** 3)
    back = np.flatnonzero(found.ahead_km[60:] < 0.0)[0] + 60
    assert found.hours[back] * 3600.0 == pytest.approx(2.0 * push / force, rel=0.03)
    assert found.up_km[back] == pytest.approx(4e-3 * push / rate, rel=0.6)
    assert parting(400.0, push, "retrograde", (1e-6 + force, 1e-6)).ahead_km[-1] > 100.0


# ---- what makes no sense


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("split=null", "split: this key is missing"),
        ("split.modules=[]", "found no module"),
        ('split.modules=["zvezdaa"]', "no module 'zvezdaa' on the station at 2024-12-31"),
        ("split.separation_m_s=0", "expected a number above 0"),
        ('split.direction="up"', "expected one of"),
    ],
)
def test_bad_input_is_one_message(change: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        ask("split", "iss", [change], lambda _: None)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
