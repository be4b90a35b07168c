"""Lift-off and inclination both given: the injection turns the plane, by the least impulse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from perilune.phases import seeds
from perilune.phases.aim import target
from perilune.phases.arrival import BRANCHES, Perilune, derivative, lunar_pole, perilune_residual
from perilune.phases.request import Request, Transfer
from perilune.phases.seeds import Seed, dips
from perilune.phases.shot import IMPULSE, Shot
from perilune.phases.translunar import Shooter

Array = NDArray[np.float64]


def least_impulse(
    request: Request, shooter: Shooter, seed: Seed, branch: str, name: str
) -> Transfer:
    """Minimize the impulse over the coast, with its three components solved at each coast.

    The slope of the impulse along the family of solutions comes from the sensitivities; its zero
    is found by secants, each solve starting from the last one carried along.
    """
    solution, best = target(shooter, seed.controls, IMPULSE, request.wanted, branch)
    if best is None or dips(best.after.r_km, best.after.v_km_s, shooter.env.constants.gm("earth")):
        return Transfer(name, branch, solution, None, seed)
    slope, drift = _along_coast(shooter, best, request.wanted)
    step = -30.0 * float(np.sign(slope))
    for _ in range(25):
        if abs(slope) < 1e-7 or abs(step) < 0.05:  # km/s per s, s
            break
        dv = np.array(best.controls.dv_km_s) + drift * step
        moved = {"coast_s": max(best.controls.coast_s + step, 0.0)}
        moved |= dict(zip(IMPULSE, dv.tolist(), strict=True))
        ahead, shot = target(
            shooter, best.controls.moved(moved), IMPULSE, request.wanted, branch, near=True
        )
        if (
            shot is None
            or shot.injection_dv_km_s > best.injection_dv_km_s
            or dips(shot.after.r_km, shot.after.v_km_s, shooter.env.constants.gm("earth"))
        ):
            step *= 0.3
            continue
        new_slope, drift = _along_coast(shooter, shot, request.wanted)
        curve = (new_slope - slope) / step
        best, solution, slope = shot, ahead, new_slope
        step = -slope / curve if curve > 0.0 else 2.0 * step
        step = float(np.clip(step, -180.0, 180.0))
    return Transfer(name, branch, solution, best, seed)


def _along_coast(shooter: Shooter, shot: Shot, wanted: Perilune) -> tuple[float, Array]:
    """Return how the impulse's size, and its components, change with the coast (km/s per s)."""
    near = shooter.sensitivity(shot.controls, (*IMPULSE, "coast_s"))
    dv = np.array(shot.controls.dv_km_s)
    if near is None:
        return 0.0, np.zeros(3)
    residual = perilune_residual(
        wanted, lunar_pole(shot.arrival.epoch, shooter.env), shooter.env.constants.gm("moon")
    )
    columns = np.array([near.columns[name] for name in (*IMPULSE, "coast_s")]).T
    matrix = derivative(residual, shot.arrival.vector) @ columns
    drift = -np.linalg.solve(matrix[:, :3], matrix[:, 3])
    return float(dv @ drift / np.linalg.norm(dv)), drift


def with_plane_change(
    request: Request, shooter: Shooter, transfers: list[Transfer]
) -> list[Transfer]:
    """Add what each impulse costs over that of the same flight time with the azimuth free."""
    assert request.flight_time_s is not None
    free = seeds.at_lift_off(
        request.launch, request.lift_off, request.flight_time_s, shooter.env
    ).controls
    names = ("azimuth_rad", "coast_s", "dv_km_s")
    _, coplanar = target(shooter, free, names, request.wanted, BRANCHES[0])
    if coplanar is None:
        return transfers
    return [
        t
        if t.shot is None
        else replace(t, plane_change_dv_km_s=t.shot.injection_dv_km_s - coplanar.injection_dv_km_s)
        for t in transfers
    ]
