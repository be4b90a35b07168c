"""Flight time free: least total delta-v, each branch on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from perilune.phases.aim import target
from perilune.phases.request import FLIGHT_TIMES_H, Request, Transfer
from perilune.phases.translunar import Shooter
from perilune.targeting.problem import minimize

_GRID_H = 4.0

Solver = Callable[[float], Transfer]


def least_total(
    request: Request,
    shooter: Shooter,
    names: tuple[str, ...],
    from_seed: Solver,
    report: Callable[[str], None],
) -> Transfer:
    """Return the transfer of the flight time with the least total delta-v, with the curve.

    Parameters
    ----------
    names : tuple of str
        The controls that are solved for.
    from_seed : callable
        Solves at a flight time (h) from a fresh seed.
    """
    tried: dict[float, Transfer] = {}

    def total(hours: float) -> float:
        report(f"flight time {hours:.1f} h")
        near = _from_neighbor(request, shooter, names, hours, tried)
        tried[hours] = near or from_seed(hours)
        return tried[hours].total_dv_km_s(shooter.env)

    start, stop = FLIGHT_TIMES_H
    values = {float(h): total(float(h)) for h in np.arange(start, stop + 1.0, _GRID_H)}
    best = min(values, key=values.__getitem__)
    if np.isfinite(values[best]):
        minimize(
            lambda h: min(total(h), 1e3),
            max(best - _GRID_H, start),
            min(best + _GRID_H, stop),
            tolerance=0.05,
        )
    totals = {h: t.total_dv_km_s(shooter.env) for h, t in sorted(tried.items())}
    return replace(tried[min(totals, key=totals.__getitem__)], curve=tuple(totals.items()))


def _from_neighbor(
    request: Request,
    shooter: Shooter,
    names: tuple[str, ...],
    hours: float,
    tried: dict[float, Transfer],
) -> Transfer | None:
    """Return the transfer grown from a solved one close by, or None."""
    close = [h for h in tried if abs(h - hours) < 1.5 * _GRID_H and tried[h].shot is not None]
    if not close:
        return None
    neighbor = tried[min(close, key=lambda h: abs(h - hours))]
    assert neighbor.shot is not None
    controls = neighbor.shot.controls.moved({"flight_time_s": 3600.0 * hours})
    solution, shot = target(shooter, controls, names, request.wanted, neighbor.branch, near=True)
    return None if shot is None else replace(neighbor, solution=solution, shot=shot)
