"""Many transfers at once are those found one at a time; the lowest inclination is the least."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from evidence import Recorder, evidence
from support import off
from transfers import ALONG, HOUR, MODEL, converged, flown, launch_from

from perilune import Environment, Epoch
from perilune.astro import bplane
from perilune.phases import seeds
from perilune.phases.arrival import Perilune, branch_of
from perilune.phases.request import Request, Transfer
from perilune.phases.shot import Controls
from perilune.phases.targets import Targets, lunar_poles
from perilune.phases.transfer import solve_transfers
from perilune.phases.translunar import Shooter
from perilune.phases.volley import Volley, VolleyShooter
from perilune.phases.volley_aim import aim_many

WENCHANG, BAIKONUR = "wenchang-lc101", "baikonur-1-5"
LIFT_OFFS = ("2020-11-23T20:30:12", "2020-12-01T11:00:00", "2024-05-03T09:27:00")
FREE = ("lift_off_s", "coast_s", "dv_km_s")
NORTH_SOUTH = np.array([True, False])
PERILUNE = Perilune(150.0, 60.0)


def volley_of(controls: list[Controls]) -> Volley:
    """Return single shots' controls as a volley."""
    lift_off = Epoch(
        np.array([float(c.lift_off.parts_s[0]) for c in controls]),
        np.array([float(c.lift_off.parts_s[1]) for c in controls]),
    )
    columns = ("azimuth_rad", "coast_s", "dv_km_s", "flight_time_s")
    return Volley(lift_off, *(np.array([getattr(c, n) for c in controls]) for n in columns))


def targets(count: int, perilune: Perilune = PERILUNE) -> Targets:
    """Return the same perilune for every row, by either branch in turn."""
    tilt = np.nan if perilune.inclination_deg is None else np.radians(perilune.inclination_deg)
    return Targets(
        np.full(count, perilune.radius_km), np.full(count, tilt), np.resize(NORTH_SOUTH, count)
    )


@pytest.fixture(scope="module")
def guesses(env: Environment) -> list[Controls]:
    """Return the guesses of several lift-offs, each twice: one for each branch."""
    out = []
    for i, date in enumerate(LIFT_OFFS):
        seed = seeds.at_lift_off(
            launch_from(WENCHANG), Epoch.utc(date), HOUR * (90 + 15 * i), env
        ).controls
        out += [seed, seed]
    return out


@pytest.fixture(scope="module")
def azimuth_free(guesses: list[Controls], env: Environment) -> list[Transfer]:
    """Return the transfers of every lift-off, by the solver that takes one at a time."""
    out = []
    for seed in guesses[::2]:
        request = Request(
            launch_from(WENCHANG),
            PERILUNE,
            seed.lift_off,
            flight_time_s=seed.flight_time_s,
            model=MODEL,
        )
        out += converged(request, env)
    return out


# ---- a volley is so many shots


@pytest.mark.parametrize("massless", [False, True])
def cross_a_volley_flies_as_single_shots_do(
    massless: bool, azimuth_free: list[Transfer], env: Environment, record_property: Recorder
) -> None:
    launch = launch_from(WENCHANG)
    shots = VolleyShooter(launch, MODEL, env, workers=1)
    single = Shooter(launch, MODEL, env)
    turned = [
        replace(c, coast_s=c.coast_s + 0.3 * i, dv_km_s=c.dv_km_s - 1e-5 * i)
        for i, c in enumerate(flown(t)[1] for t in azimuth_free)
    ]
    full = shots.fly(volley_of(turned), full=True, massless=massless)
    light = shots.fly(volley_of(turned), massless=massless)
    apart_full = apart_light = 0.0
    for i, controls in enumerate(turned):
        shot = single.shoot(controls, massless=massless)
        sensitive = single.sensitivity(controls, ALONG, massless=massless)
        assert shot is not None
        assert sensitive is not None
        assert abs(full.arrives[i] - shot.arrival.epoch) < 1e-6
        assert off(full.before[i, :3], shot.before.r_km) < 1e-6
        apart_full = max(apart_full, off(full.arrival[i, :3], shot.arrival.r_km))
        apart_light = max(apart_light, off(light.arrival[i, :3], sensitive.arrival.r_km))
        assert off(full.arrival[i, 3:], shot.arrival.v_km_s) < 1e-7
        assert full.injection_dv_km_s[i] == pytest.approx(shot.injection_dv_km_s, abs=1e-9)
    # The volley's Earth orientation is interpolated (2e-10 rad: 1 mm at the pad, some 0.1 m at the
    # Moon); the sensitivity model is integrated at 1e-11 and 1e-10, which grow to some meters.
    assert apart_full < 1e-3
    assert apart_light < 2e-2
    assert shots.flown_n == 2 * len(turned)
    if not massless:
        evidence(
            record_property,
            claim="many shots to the Moon at once: where they arrive",
            reference="the same shots one at a time, another integrator set-up",
            tolerance="1 m",
            achieved=f"{1e3 * apart_full:.2f} m",
        )


def cross_an_impulse_turned_out_of_the_plane_flies_as_its_components(
    azimuth_free: list[Transfer], env: Environment
) -> None:
    launch = launch_from(WENCHANG)
    controls = [flown(t)[1] for t in azimuth_free]
    along = volley_of(controls)
    turns = np.stack(
        [along.dv_km_s, np.linspace(-0.03, 0.05, len(along)), np.linspace(0.02, -0.01, len(along))],
        axis=1,
    )
    shots = VolleyShooter(launch, MODEL, env, workers=1)
    straight = shots.fly(replace(along, dv_km_s=turns * [1.0, 0.0, 0.0]), full=True)
    assert off(straight.arrival[:, :3], shots.fly(along, full=True).arrival[:, :3]) < 1e-6
    turned = shots.fly(replace(along, dv_km_s=turns), full=True)
    for i, one in enumerate(controls):
        r, v = turned.before[i, :3], turned.before[i, 3:]
        after = turned.after[i, 3:]
        normal = np.cross(r, v) / np.linalg.norm(np.cross(r, v))
        assert np.linalg.norm(after) == pytest.approx(np.linalg.norm(v) + turns[i, 0], abs=1e-9)
        assert np.arctan2(after @ normal, after @ v / np.linalg.norm(v)) == pytest.approx(
            turns[i, 1], abs=1e-9
        )
        up = np.cross(v, normal) / np.linalg.norm(v)
        assert up @ r > 0.99 * np.linalg.norm(r)
        assert np.arcsin(after @ up / np.linalg.norm(after)) == pytest.approx(turns[i, 2], abs=1e-9)
        impulse = after - v
        alike = replace(one, dv_km_s=(float(impulse[0]), float(impulse[1]), float(impulse[2])))
        shot = Shooter(launch, MODEL, env).shoot(alike)
        assert shot is not None
        assert off(shot.arrival.r_km, turned.arrival[i, :3]) < 1e-3


def test_a_volley_moves_and_divides(guesses: list[Controls]) -> None:
    volley = volley_of(guesses)
    up = np.arange(len(volley), dtype=float)
    moved = volley.moved({"lift_off_s": up, "coast_s": 2.0 * up, "azimuth_rad": 0.1 * up})
    assert np.allclose(moved.lift_off - volley.lift_off, up, atol=1e-9)
    assert np.allclose(moved.coast_s - volley.coast_s, 2.0 * up)
    assert np.allclose(moved.azimuth_rad - volley.azimuth_rad, 0.1 * up)
    assert np.array_equal(moved.dv_km_s, volley.dv_km_s)
    part = moved.of(np.array([4, 1]))
    assert len(part) == 2
    assert part.coast_s[0] == moved.coast_s[4]
    assert float(part.lift_off[1] - moved.lift_off[1]) == 0.0
    three = replace(volley, dv_km_s=np.zeros((len(volley), 3))).moved({"turn_rad": up})
    assert np.array_equal(three.dv_km_s, np.outer(up, [0.0, 1.0, 0.0]))


def test_one_hopeless_row_does_not_spoil_its_neighbors(
    guesses: list[Controls], env: Environment
) -> None:
    shots = VolleyShooter(launch_from(WENCHANG), MODEL, env, workers=1)
    volley = volley_of(guesses)
    bad = replace(volley, dv_km_s=np.where(np.arange(len(volley)) == 2, -7.7, volley.dv_km_s))
    aimed = aim_many(shots, bad, ALONG, targets(len(volley)))
    assert not aimed.converged[2]
    assert aimed.stage[2] < 3
    assert np.isnan(aimed.flown.arrival[2]).all()
    sound = np.arange(len(volley)) != 2
    assert aimed.converged[sound].all()
    assert (aimed.stage[sound] == 3).all()
    again = aim_many(shots, volley.of(sound), ALONG, targets(len(volley)).of(sound))
    assert np.allclose(aimed.volley.coast_s[sound], again.volley.coast_s, atol=1e-4)


# ---- what is aimed at is what the one-at-a-time solver finds


def cross_azimuths_are_those_of_the_single_solver(
    guesses: list[Controls], azimuth_free: list[Transfer], env: Environment
) -> None:
    shots = VolleyShooter(launch_from(WENCHANG), MODEL, env, workers=1)
    aimed = aim_many(shots, volley_of(guesses), ALONG, targets(len(guesses)))
    assert aimed.converged.all()
    assert not aimed.lowered.any()
    for i, transfer in enumerate(azimuth_free):
        shot, controls, _ = flown(transfer)
        assert transfer.branch == ("north", "south")[i % 2] == branch_of(shot.arrival, env)
        assert aimed.volley.azimuth_rad[i] == pytest.approx(controls.azimuth_rad, abs=1e-7)
        assert aimed.volley.coast_s[i] == pytest.approx(controls.coast_s, abs=1e-3)
        assert aimed.volley.dv_km_s[i] == pytest.approx(controls.dv_km_s, abs=1e-6)
        # within a meter of the perilune and a microradian of the tilt, both solvers are content
        assert off(aimed.flown.arrival[i, :3], shot.arrival.r_km) < 2e-2
        assert float(np.degrees(aimed.inclination_rad[i])) == pytest.approx(60.0, abs=1e-4)


def cross_lift_offs_are_those_of_the_single_solver(
    env: Environment, record_property: Recorder
) -> None:
    launch, date = launch_from(BAIKONUR), Epoch.utc("2029-08-03")
    request = Request(
        launch, PERILUNE, date, fixed_lift_off=False, inclination_deg=51.6,
        flight_time_s=100.0 * HOUR, heading="northbound", model=MODEL,
    )  # fmt: skip
    single = [flown(t)[1] for t in converged(request, env)]
    found = seeds.in_a_day(launch, date, 51.6, 100.0 * HOUR, env)
    guesses = [s.controls for s in found if s.heading == "northbound" for _ in range(2)]
    shots = VolleyShooter(launch, MODEL, env, workers=1)
    aimed = aim_many(shots, volley_of(guesses), FREE, targets(len(guesses)))
    assert aimed.converged.all()
    assert len(single) >= 4
    late, dearer = 0.0, 0.0
    for controls in single:
        apart = np.abs(aimed.volley.lift_off - controls.lift_off)
        row = int(np.argmin(apart))
        late = max(late, float(apart[row]))
        dearer = max(dearer, abs(float(aimed.volley.dv_km_s[row] - controls.dv_km_s)))
        assert aimed.volley.coast_s[row] == pytest.approx(controls.coast_s, abs=1e-2)
    assert late < 0.01
    assert dearer < 1e-6
    evidence(
        record_property,
        claim="lift-offs and injections found many at once, both coasts and branches (Baikonur)",
        reference="the solver that takes one transfer at a time",
        tolerance="10 ms, 1 mm/s",
        achieved=f"{1e3 * late:.2f} ms, {1e6 * dearer:.3f} mm/s",
    )


def cross_a_result_replaced_is_better_only_where_it_converged(
    guesses: list[Controls], env: Environment
) -> None:
    shots = VolleyShooter(launch_from(WENCHANG), MODEL, env, workers=1)
    volley = volley_of(guesses)
    lost = np.isin(np.arange(len(volley)), [1, 3])
    bad = replace(volley, dv_km_s=np.where(lost, -7.7, volley.dv_km_s))
    first = aim_many(shots, bad, ALONG, targets(len(volley)))
    assert np.array_equal(first.converged, ~lost)
    rows = np.array([1, 3])
    retry = replace(volley.of(rows), dv_km_s=np.array([-7.7, float(volley.dv_km_s[3])]))
    second = aim_many(shots, retry, ALONG, targets(len(volley)).of(rows))
    both = first.replaced(rows, second)
    assert both.converged.tolist() == [True, False, True, True, True, True]
    assert both.volley.coast_s[3] == second.volley.coast_s[1]
    assert both.flown.arrives[3] == second.flown.arrives[1]
    assert both.volley.coast_s[0] == first.volley.coast_s[0]
    none = both.without(np.ones(len(volley), dtype=bool))
    assert not none.converged.any()


# ---- the lowest inclination


@pytest.fixture(scope="module")
def lowest(guesses: list[Controls], env: Environment) -> tuple[VolleyShooter, object]:
    """Return the lowest orbits of every lift-off."""
    shots = VolleyShooter(launch_from(WENCHANG), MODEL, env, workers=1)
    wanted = targets(len(guesses), Perilune(150.0, None))
    return shots, aim_many(shots, volley_of(guesses), ALONG, wanted)


def cross_the_lowest_inclination_is_the_asymptotes_latitude(
    lowest: tuple, env: Environment
) -> None:
    _, aimed = lowest
    assert aimed.converged.all()
    assert not aimed.lowered.any()
    r, v = aimed.flown.arrival[:, :3], aimed.flown.arrival[:, 3:]
    poles = lunar_poles(aimed.flown.arrives, env)
    # the asymptote anew, from the eccentricity vector (Vallado 4th ed., algorithm 76)
    gm = env.constants.gm("moon")
    h = np.cross(r, v)
    radius = np.linalg.norm(r, axis=1, keepdims=True)
    e = np.cross(v, h) / gm - r / radius
    size = np.linalg.norm(e, axis=1, keepdims=True)
    aside = np.cross(h, e)
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    s = e / size**2 + np.sqrt(1.0 - 1.0 / size**2) * aside
    latitude = np.abs(np.arcsin(np.sum(s * poles, axis=1)))
    # the goal is a normal in the plane of asymptote and pole, to a microradian: second order
    assert aimed.inclination_rad == pytest.approx(latitude, abs=1e-9)
    assert np.degrees(latitude).min() > 0.05
    assert np.linalg.norm(r, axis=1) == pytest.approx(1887.4, abs=1e-3)


def prop_an_aim_beside_the_lowest_is_higher(lowest: tuple, env: Environment) -> None:
    """Turning the B vector either way round the asymptote raises the inclination."""
    _, aimed = lowest
    gm = env.constants.gm("moon")
    for state, pole in zip(aimed.flown.arrival, lunar_poles(aimed.flown.arrives, env), strict=True):
        s = bplane.from_vectors(state[:3], state[3:], gm, pole).s
        h = np.cross(state[:3], state[3:])
        h /= np.linalg.norm(h)

        def tilt(angle: float, h: np.ndarray = h, s: np.ndarray = s, k: np.ndarray = pole) -> float:
            turned = np.cos(angle) * h + np.sin(angle) * np.cross(s, h)
            return float(np.arccos(turned @ k))

        least = tilt(0.0)
        for angle in (0.01, 0.1, 0.5):
            assert tilt(angle) > least
            assert tilt(-angle) > least


def cross_the_single_solver_reaches_no_lower(lowest: tuple, env: Environment) -> None:
    _, aimed = lowest
    row = int(np.argmax(aimed.inclination_rad[:4]))
    least = float(np.degrees(aimed.inclination_rad[row]))
    date = Epoch.utc(LIFT_OFFS[row // 2])
    hours = 90.0 + 15.0 * (row // 2)

    def solved(inclination: float) -> list[bool]:
        request = Request(
            launch_from(WENCHANG),
            Perilune(150.0, inclination),
            date,
            flight_time_s=HOUR * hours,
            model=MODEL,
        )
        return [t.converged for t in solve_transfers(request, env)]

    # the asymptote's latitude moves by some hundredths of a degree with the aim point
    assert solved(least + 0.2) == [True, True]
    assert solved(least - 0.2) == [False, False]


def test_an_inclination_below_the_lowest_is_lowered(
    lowest: tuple, guesses: list[Controls], env: Environment
) -> None:
    shots, free = lowest
    aimed = aim_many(shots, volley_of(guesses), ALONG, targets(len(guesses), Perilune(150.0, 0.01)))
    assert aimed.converged.all()
    assert aimed.lowered.all()
    assert aimed.inclination_rad == pytest.approx(free.inclination_rad, abs=1e-5)
    above = aim_many(
        shots, volley_of(guesses), ALONG, targets(len(guesses), Perilune(150.0, 179.99))
    )
    assert above.lowered.all()
    r, v = above.flown.arrival[:, :3], above.flown.arrival[:, 3:]
    gm = env.constants.gm("moon")
    poles = lunar_poles(above.flown.arrives, env)
    s = bplane.from_vectors(r, v, gm, poles).s
    highest = np.pi - np.abs(np.arcsin(np.sum(s * poles, axis=1)))
    assert above.inclination_rad == pytest.approx(highest, abs=1e-9)
