"""Events: every zero is found, to a microsecond, both ways in time, and terminal ones stop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from support import NORMAL, POINTS, behind, low_orbit, off, watch

from perilune import DAY, Environment, State, propagate
from perilune.astro.bodies import RADIUS_KM
from perilune.astro.geometry import sunlit_fraction
from perilune.dynamics.events import (
    Apsis,
    Distance,
    Event,
    Plane,
    Shadow,
    apoapsis,
    impact,
    periapsis,
)
from perilune.errors import InputError, PeriluneError, UnknownName

EVENTS = (
    periapsis("earth"),
    apoapsis("earth"),
    Distance(name="down", body="earth", distance_km=7200.0, direction=-1),
    Distance(name="up", body="earth", distance_km=7500.0, direction=1),
    Plane(body="earth", normal=NORMAL),
    Apsis(name="moon", body="moon"),
    Shadow(name="penumbra", body="earth"),
    Shadow(name="umbra", body="earth", umbra=True),
)
SPANS = (3.0, -1.5)  # days; both pass from one block of the sky to the next


def separation(state: State, body: str, sign: float, env: Environment) -> np.ndarray:
    """Return the angle between Sun and body less their radii added (sign 1) or subtracted."""
    sun = env.ephemeris.state("sun", state.center, state.epoch)[0] - state.r_km
    other = env.ephemeris.state(body, state.center, state.epoch)[0] - state.r_km
    a, b = np.linalg.norm(sun, axis=-1), np.linalg.norm(other, axis=-1)
    # Half-angle form: well conditioned at every separation.
    u, v = sun / a[..., None], other / b[..., None]
    angle = 2.0 * np.arctan2(np.linalg.norm(u - v, axis=-1), np.linalg.norm(u + v, axis=-1))
    return angle - np.arcsin(RADIUS_KM[body] / b) - sign * np.arcsin(RADIUS_KM["sun"] / a)


def functions(env: Environment) -> dict[str, tuple[int, Callable[[State], np.ndarray]]]:
    """Return direction and function of every event, written anew from states."""

    def from_moon(state: State) -> np.ndarray:
        x = state.to(center="moon", env=env)
        return np.sum(x.r_km * x.v_km_s, axis=-1)

    def radial(state: State) -> np.ndarray:
        return np.sum(state.r_km * state.v_km_s, axis=-1)

    return {
        "periapsis": (1, radial),
        "apoapsis": (-1, radial),
        "down": (-1, lambda s: np.linalg.norm(s.r_km, axis=-1) - 7200.0),
        "up": (1, lambda s: np.linalg.norm(s.r_km, axis=-1) - 7500.0),
        "plane": (0, lambda s: s.r_km @ np.array(NORMAL)),
        "moon": (0, from_moon),
        "penumbra": (0, lambda s: separation(s, "earth", 1.0, env)),
        "umbra": (0, lambda s: separation(s, "earth", -1.0, env)),
    }


@pytest.mark.parametrize("days", SPANS)
def cross_every_zero_is_found_to_a_microsecond(days: float, env: Environment) -> None:
    path = watch(low_orbit(), days, env, *EVENTS)
    for name, (_, function) in functions(env).items():
        found = [event for event in path.events if event.name == name]
        assert found
        for event in found:
            ahead, behind_it = (path.at(event.epoch + dt) for dt in (0.5, -0.5))
            slope = float(function(ahead) - function(behind_it))
            assert abs(float(function(event.state)) / slope) < 1e-6
            assert off(path.at(event.epoch).r_km, event.state.r_km) < 1e-9


@pytest.mark.parametrize("days", SPANS)
def cross_as_many_as_a_fine_grid_shows(days: float, env: Environment) -> None:
    path = watch(low_orbit(), days, env, *EVENTS)
    x = path.at(path.start + np.arange(0.5, abs(days) * DAY, 5.0))
    for name, (direction, function) in functions(env).items():
        turns = np.diff(np.sign(function(x)))
        turns = turns[turns != 0.0]
        expected = len(turns) if direction == 0 else int(np.sum(turns == 2.0 * direction))
        assert len([event for event in path.events if event.name == name]) == expected, name


@pytest.mark.parametrize("days", SPANS)
def test_events_come_in_the_order_flown(days: float, env: Environment) -> None:
    path = watch(low_orbit(), days, env, *EVENTS)
    since = [abs(event.epoch - low_orbit().epoch) for event in path.events]
    assert since == sorted(since)
    assert path.status == "completed"


def val_light_begins_and_ends_where_discs_touch(env: Environment) -> None:
    path = watch(low_orbit(), 0.5, env, *EVENTS)
    for event in path.events:
        if event.name in ("penumbra", "umbra"):
            light = [sunlit_fraction(path.at(event.epoch + dt), env) for dt in (-0.01, 0.01)]
            edge = 1.0 if event.name == "penumbra" else 0.0
            assert (light[0] == edge) != (light[1] == edge)


def test_events_know_themselves() -> None:
    assert Apsis().label == "apsis"
    assert Plane(name="node").label == "node"
    assert impact("earth").distance_km == RADIUS_KM["earth"]
    assert (periapsis("moon").direction, apoapsis("moon").direction) == (1, -1)


def test_events_that_cannot_be_are_refused(env: Environment) -> None:
    with pytest.raises(InputError, match="needs a kind"):
        watch(low_orbit(), 1.0, env, Event())
    with pytest.raises(UnknownName, match="Did you mean 'moon'"):
        watch(low_orbit(), 1.0, env, periapsis("mooon"))


def test_impact_on_a_body_without_radius_is_refused() -> None:
    with pytest.raises(PeriluneError):
        impact("jupiter")


def test_events_without_dense_output_have_their_own_state(env: Environment) -> None:
    start = low_orbit()
    until = start.epoch + DAY
    known = propagate(start, until=until, forces=POINTS, env=env, events=EVENTS[:2])
    bare = propagate(start, until=until, forces=POINTS, env=env, events=EVENTS[:2], dense=False)
    assert len(bare.events) == len(known.events)
    for a, b in zip(bare.events, known.events, strict=True):
        assert off(a.state.r_km, b.state.r_km) < 1e-6


def test_light_is_seen_from_the_sunny_side(env: Environment) -> None:
    state = behind("earth", 50.0, -7000.0, env)
    across = np.cross(state.r_km, [0.0, 0.0, 1.0])
    start = State(state.epoch, "earth", "icrf", state.r_km, 7.5 * across / np.linalg.norm(across))
    path = watch(start, 0.1, env, *EVENTS)
    assert [e.name for e in path.events if e.name in ("penumbra", "umbra")][:2] == [
        "penumbra",
        "umbra",
    ]


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [(Plane, {"direction": 2}), (Plane, {"normal": (0.0, 0.0, 0.0)}),
     (Distance, {"distance_km": np.nan})],
    ids=["direction", "normal", "distance"],
)  # fmt: skip
def test_events_without_sense_are_refused(kind: type[Event], wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        kind(body="earth", **wrong)
