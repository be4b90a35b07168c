"""Where a relay is over a span of time: as flown, or in the same orbit at another date."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro import elements
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.elements import Elements
from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.state import State
from perilune.dynamics.forces import Forces
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.missions.flight import Flight
from perilune.missions.lunar_orbits import state_of
from perilune.phases.frozen import averaged_inclination_deg
from perilune.phases.frozen_drift import ORBIT_PLANE
from perilune.phases.halo import HaloOrbit
from perilune.phases.shot import Model
from perilune.targeting.periodic_ephemeris import carry

Array = NDArray[np.float64]

HELD = Forces(harmonics={"moon": (2, 0)})
"""Forces about the Moon that turn an orbit and leave its height: what the finer field does to the
height, station-keeping undoes."""

_BOUND_KM = 30_000.0  # an apolune beyond this is no orbit of the Moon alone
_AGREE_D = 15.0


@dataclass(frozen=True, eq=False)
class Relay:
    """A relay over a span.

    Attributes
    ----------
    name : str
    path : Trajectory
        Covers the span.
    how : str
        Where the path comes from, in words.
    partner : str or None
    """

    name: str
    path: Trajectory
    how: str
    partner: str | None = None


def flown_relay(
    flight: Flight,
    start: Epoch,
    span_d: float,
    *,
    spacecraft: str | None = None,
    partner: str | None = None,
) -> Relay:
    """Return a flown relay over a span: as flown where that covers it, else its orbit placed there.

    Parameters
    ----------
    flight : Flight
        Ends in an orbit of the Moon, or in a halo orbit.
    start : Epoch
    span_d : float
    spacecraft : str, optional
        Which of its spacecraft; default: the first.
    partner : str, optional
        Who provides it.

    Raises
    ------
    InputError
        Where the flight has no trajectory, or ends in neither.

    Model limits: an orbit placed at another date keeps size, shape and angles to the Moon's equator
    and prime meridian of that instant; a halo begins at its highest crossing.
    """
    if not flight.spacecraft:
        raise InputError(f"relay '{flight.name}' has no trajectory: {flight.status}")
    flown = flight.trajectory(spacecraft)
    name = spacecraft or flight.name
    if _covers(flown, start, span_d):
        return Relay(name, flown, "as flown", partner)
    end, env = flown.final.to(center="moon", axes="icrf", env=flight.env), flight.env
    orbit = elements.osculating(end, env, equator="moon_me")
    if orbit.a_km > 0.0 and orbit.apoapsis_km < _BOUND_KM:
        path = _carried(state_of(orbit, "moon_me", start, env), start, span_d, env)
        return Relay(name, path, "its orbit as flown, placed at the date", partner)
    if "halo_height_km" not in flight.solution:
        raise InputError(
            f"relay '{flight.name}' ends neither in an orbit of the Moon nor in a halo orbit: "
            f"expected one of both, or a flight that covers {start.utc_iso(0)} + {span_d:g} d"
        )
    height = float(flight.solution["halo_height_km"])
    point, north = _family(flown, env)
    made = halo_relay(name, height, start, span_d, env, point=point, north=north, partner=partner)
    return replace(made, how="its halo orbit as flown, placed at the date")


def halo_relay(
    name: str,
    height_km: float,
    start: Epoch,
    span_d: float,
    env: Environment,
    *,
    point: int = 2,
    north: bool = False,
    phase: float = 0.0,
    partner: str | None = None,
) -> Relay:
    """Return a relay in a halo orbit, solved in the full ephemeris.

    Parameters
    ----------
    name : str
    height_km : float
        Greatest distance from the plane of the Moon's orbit.
    start : Epoch
    span_d : float
    env : Environment
    point : int
        1 or 2.
    north : bool
    phase : float
        At the start, in periods from its highest crossing.
    partner : str, optional

    Raises
    ------
    InputError
        Where there is no such halo orbit; says what would make one.
    """
    halo = HaloOrbit(height_km, point=point, north=north).solve(env)
    if not halo.converged:
        raise InputError(f"relay '{name}': no halo orbit {height_km:g} km high: {halo.remedy}")
    turns = 1.05 * span_d / halo.period_d
    found = carry(halo, start, phase=phase, revolutions=turns, forces=Model().moon, env=env)
    if found.trajectory is None or not found.converged:
        raise InputError(f"relay '{name}': no halo orbit at {start.utc_iso(0)}: {found.remedy}")
    side = "northern" if north else "southern"
    how = f"a {side} halo orbit {height_km:,.0f} km high about L{point}"
    return Relay(name, found.trajectory, how, partner)


def elliptic_relay(
    name: str,
    period_h: float,
    perilune_altitude_km: float,
    start: Epoch,
    span_d: float,
    env: Environment,
    *,
    apolune: str = "south",
    partner: str | None = None,
) -> Relay:
    """Return a relay in the elliptic orbit that the Earth's averaged pull leaves alone.

    Parameters
    ----------
    name : str
    period_h, perilune_altitude_km : float
    start : Epoch
        It begins at apolune, its node on the line from the Earth through the Moon.
    span_d : float
    env : Environment
    apolune : {"south", "north"}
        Over which pole it lingers.
    partner : str, optional

    Raises
    ------
    InputError
        Where period and perilune leave no ellipse, or apolune is neither.

    Source: the closed form of `perilune.phases.frozen` (Lidov 1962; Ely 2005), flown in the model.
    """
    gm = env.constants.gm("moon")
    a_km = float(np.cbrt(gm * (3600.0 * period_h / (2.0 * np.pi)) ** 2))
    eccentricity = 1.0 - (MOON_RADIUS_KM + perilune_altitude_km) / a_km
    if not (perilune_altitude_km > 0.0 and 0.0 < eccentricity < 1.0):
        raise InputError(
            f"relay '{name}': a period of {period_h:g} h and a perilune {perilune_altitude_km:g} "
            f"km up make an eccentricity of {eccentricity:.3f}: expected 0 to 1"
        )
    if apolune not in ("south", "north"):
        raise InputError(f"relay '{name}': apolune is '{apolune}': expected 'south' or 'north'")
    tilt = np.radians(averaged_inclination_deg(eccentricity))
    aside = np.radians(90.0 if apolune == "south" else 270.0)
    orbit = Elements(a_km, eccentricity, tilt, 0.0, aside, np.pi, gm)
    how = f"a frozen ellipse of {period_h:g} h, {perilune_altitude_km:,.0f} km at perilune"
    state = state_of(orbit, ORBIT_PLANE, start, env)
    return Relay(
        name, _carried(state, start, span_d, env), f"{how}, apolune over the {apolune}", partner
    )


def circular_relay(
    name: str,
    altitude_km: float,
    inclination_deg: float,
    start: Epoch,
    span_d: float,
    env: Environment,
    *,
    node_deg: float = 0.0,
    partner: str | None = None,
) -> Relay:
    """Return a relay in a circular orbit, angles to the lunar equator and prime meridian.

    Raises
    ------
    InputError
        Where the altitude is not positive.
    """
    if not 0.0 < altitude_km < _BOUND_KM:
        raise InputError(f"relay '{name}': {altitude_km:g} km up: expected 0 to {_BOUND_KM:,.0f}")
    gm, angles = env.constants.gm("moon"), np.radians([inclination_deg, node_deg])
    orbit = Elements(MOON_RADIUS_KM + altitude_km, 0.0, angles[0], angles[1], 0.0, 0.0, gm)
    path = _carried(state_of(orbit, "moon_me", start, env), start, span_d, env)
    how = f"a circular orbit {altitude_km:,.0f} km up, inclined {inclination_deg:g} deg"
    return Relay(name, path, how, partner)


def _covers(path: Trajectory, start: Epoch, span_d: float) -> bool:
    after = float(start - path.start)
    return after >= 0.0 and float(path.stop - (start + span_d * DAY)) >= 0.0


def _carried(state: State, start: Epoch, span_d: float, env: Environment) -> Trajectory:
    """Return an orbit flown over the span; raises InputError where it falls onto the Moon."""
    path = propagate(state, until=start + span_d * DAY, forces=HELD, env=env)
    low = np.linalg.norm(path.at(start + np.linspace(0.0, span_d * DAY, 20_000)).r_km, axis=-1)
    if path.status != "completed" or low.min() < MOON_RADIUS_KM:
        raise InputError(
            "the relay's orbit falls onto the Moon within the span: raise its perilune"
        )
    return path


def _family(path: Trajectory, env: Environment) -> tuple[int, bool]:
    """Return about which point a flown halo is, and whether it is of the northern family."""
    when = path.stop + np.linspace(-min(_AGREE_D * DAY, path.duration_s), 0.0, 200)
    place = path.at(when, center="moon").to(axes="earth_moon_rotating", env=env).r_km
    return (2 if place[:, 0].mean() > 0.0 else 1), bool(place[:, 2].max() > -place[:, 2].min())
