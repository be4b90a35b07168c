"""Who sees whom: a lander, its relay and ground stations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import blocks, frames
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SURFACE_AXES, SurfacePoint
from perilune.astro.state import State
from perilune.dynamics.forces import from_itrf
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.missions.contact import STEP_S, Contact, Margin, both, contact, either

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Site:
    """A place with an antenna: a ground station, or a lander on the Moon.

    Attributes
    ----------
    name : str
    point : SurfacePoint
    mask_deg : float
        Lowest elevation it works at.
    """

    name: str
    point: SurfacePoint
    mask_deg: float = 5.0


def relay_contacts(
    relay: Trajectory,
    lander: Site,
    stations: Sequence[Site],
    start: Epoch,
    stop: Epoch,
    env: Environment,
    *,
    step_s: float = STEP_S,
) -> list[Contact]:
    """Return the links of a lander, a relay and ground stations.

    Parameters
    ----------
    relay : Trajectory
        Must cover the span.
    lander : Site
        On the Moon.
    stations : sequence of Site
        On the Earth.
    start, stop : Epoch

    Returns
    -------
    list of Contact
        `lander-relay`; `relay-STATION` for each; `relay-earth` (any of them); `lander-relay-earth`
        (the chain); `lander-STATION` for each, and `lander-earth` (without the relay).

    Raises
    ------
    InputError
        Where the lander is not on the Moon, or a station not on the Earth.
    DataRangeError
        Where the relay's trajectory does not cover the span.

    Model limits: straight lines of sight, no refraction, no light time, a spherical Moon.
    """
    direct = direct_contacts(lander, stations, start, stop, env, step_s=step_s)
    up = contact("lander-relay", [above(lander, _place(relay), env)], start, stop, step_s=step_s)
    down = orbit_contacts(relay, stations, start, stop, env, step_s=step_s)
    earth = either("relay-earth", down)
    return [
        up, *down, earth, both("lander-relay-earth", up, earth),
        *direct, either("lander-earth", direct),
    ]  # fmt: skip


def direct_contacts(
    lander: Site,
    stations: Sequence[Site],
    start: Epoch,
    stop: Epoch,
    env: Environment,
    *,
    step_s: float = STEP_S,
) -> list[Contact]:
    """Return the links of a lander and each ground station, `lander-STATION`.

    Raises
    ------
    InputError
        Where the lander is not on the Moon, or a station not on the Earth.
    """
    wrong = [s.name for s in stations if s.point.body != "earth"]
    if lander.point.body != "moon" or wrong or not stations:
        raise InputError(
            f"contacts need a lander on the Moon and stations on the Earth: found {lander.name} "
            f"on {lander.point.body}, {wrong or 'no'} stations elsewhere, {len(stations)} in all"
        )
    return [
        contact(
            f"lander-{station.name}",
            [
                above(station, site_state(lander, env), env),
                above(lander, site_state(station, env), env),
            ],
            start,
            stop,
            step_s=step_s,
        )
        for station in stations
    ]


def orbit_contacts(
    path: Trajectory,
    stations: Sequence[Site],
    start: Epoch,
    stop: Epoch,
    env: Environment,
    *,
    step_s: float = STEP_S,
) -> list[Contact]:
    """Return the links of a spacecraft at the Moon and each ground station, `relay-STATION`."""
    return [
        contact(
            f"relay-{station.name}",
            [above(station, _place(path), env), clear(station, _place(path), env)],
            start,
            stop,
            step_s=step_s,
        )
        for station in stations
    ]


def above(site: Site, target: Callable[[Epoch], State], env: Environment) -> Margin:
    """Return by how much a target stands above a site's mask, deg."""

    def margin(when: Epoch) -> Array:
        here, up = _stands(site.point, when, env)
        line = target(when).to(center=site.point.body, env=env).r_km - here
        sine = np.sum(line * up, axis=-1) / np.linalg.norm(line, axis=-1)
        return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))) - site.mask_deg)

    return margin


def clear(site: Site, target: Callable[[Epoch], State], env: Environment) -> Margin:
    """Return by how much the line from a site to a target passes the Moon's surface, km.

    Positive too where the target stands before the Moon.
    """

    def margin(when: Epoch) -> Array:
        here = _stands(site.point, when, env)[0]
        if site.point.body != "moon":
            here = here + env.ephemeris.state(site.point.body, "moon", when)[0]
        there = target(when).to(center="moon", axes="icrf", env=env).r_km
        line = there - here
        share = -np.sum(here * line, axis=-1) / np.sum(line * line, axis=-1)
        nearest = here + np.clip(share, 0.0, 1.0)[..., None] * line
        return np.asarray(np.linalg.norm(nearest, axis=-1) - MOON_RADIUS_KM)

    return margin


def site_state(site: Site, env: Environment) -> Callable[[Epoch], State]:
    """Return where a site is, at an array of instants (its velocity is left zero)."""

    def place(when: Epoch) -> State:
        r = _stands(site.point, when, env)[0]
        return State(when, site.point.body, "icrf", r, np.zeros_like(r))

    return place


def _stands(point: SurfacePoint, when: Epoch, env: Environment) -> tuple[Array, Array]:
    """Return place (km) and vertical of a point, `icrf` about its body, shape (n, 3).

    On the Earth from the interpolated orientation (to 2e-10 rad: a millimeter), which costs a
    hundredth of the full series.
    """
    fixed, vertical = point.fixed_km(), point.vertical()
    if point.body == "earth":
        angles = list(blocks.values(("earth_angles",), when, env).T)
        place, up = (
            np.stack(from_itrf(np, angles, list(vector)), axis=-1) for vector in (fixed, vertical)
        )
        return place, up
    turn, _ = frames.from_icrf(SURFACE_AXES[point.body], when, env)
    back = np.swapaxes(turn, -1, -2)
    return back @ fixed, back @ vertical


def _place(path: Trajectory) -> Callable[[Epoch], State]:
    return lambda when: path.at(when, center="moon")
