"""Sites, landers and orbits that the tests of descent and ascent share, and a second optimum.

The second optimum is indirect: the necessary conditions of Pontryagin for constant thrust in one
plane about a point mass, solved by shooting. It shares nothing with what it is compared to.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import root

from perilune import Environment, Epoch, State, propagate
from perilune.astro.geometry import SurfacePoint
from perilune.phases.base import Condition, Context, Engine, Spacecraft, Stack
from perilune.phases.shot import Model

MODEL = Model()
GM, RADIUS = 4902.800118, 1737.4
MAIN = Engine("main", 7500.0, 310.0)
CHANGE_5 = SurfacePoint("moon", 43.0590, -51.9208, -2.48026)
POLE = SurfacePoint("moon", -90.0, 0.0, 0.0)
LANDING = Epoch.utc("2020-12-01T15:11:00")


def lander(mass_kg: float, propellant_kg: float, engine: Engine = MAIN) -> Stack:
    """Return a stack of one lander."""
    return Stack((Spacecraft("lander", mass_kg - propellant_kg, propellant_kg, (engine,)),))


def orbit_to(
    site: SurfacePoint,
    context: Context,
    *,
    azimuth_deg: float = 70.0,
    lead_km: float = 630.0,
    beside_km: float = 0.0,
    perilune_km: float = 15.0,
    apolune_km: float = 100.0,
    epoch: Epoch = LANDING,
    back_s: float = 1800.0,
) -> State:
    """Return a state some time before the perilune that lies `lead_km` before a site."""
    low, high = RADIUS + perilune_km, RADIUS + apolune_km
    speed = np.sqrt(2.0 * GM * high / (low * (low + high)))
    to_icrf = context.env.moon.me_from_icrf(epoch)[0].T
    up, pole = to_icrf @ site.vertical(), to_icrf @ [0.0, 0.0, 1.0]
    if np.linalg.norm(np.cross(pole, up)) < 1e-6:
        pole = to_icrf @ [1.0, 0.0, 0.0]
    east = np.cross(pole, up) / np.linalg.norm(np.cross(pole, up))
    angle, lead, beside = np.radians(azimuth_deg), lead_km / RADIUS, beside_km / RADIUS
    ahead = np.cos(angle) * np.cross(up, east) + np.sin(angle) * east
    over = np.cos(beside) * up + np.sin(beside) * np.cross(up, ahead)
    r = low * (over * np.cos(lead) - ahead * np.sin(lead))
    v = speed * (ahead * np.cos(lead) + over * np.sin(lead))
    perilune = State(epoch, "moon", "icrf", r, v)
    return propagate(perilune, until=epoch + -back_s, forces=MODEL.moon, env=context.env).final


def start(state: State, stack: Stack) -> Condition:
    return Condition(stack, state)


def _motion(force_n: float, exhaust_km_s: float, mass_kg: float) -> Callable[..., np.ndarray]:
    """Return the rates of (r, u, v, l_r, l_u, l_v) under thrust against (l_u, l_v)."""
    flow = 1e-3 * force_n / exhaust_km_s

    def rates(t: float, y: np.ndarray) -> np.ndarray:
        r, u, v, lr, lu, lv = y
        push = 1e-3 * force_n / (mass_kg - flow * t)
        size = np.hypot(lu, lv)
        return np.array(
            [
                u,
                v * v / r - GM / r**2 - push * lu / size,
                -u * v / r - push * lv / size,
                lu * (v * v / r**2 - 2.0 * GM / r**3) - lv * u * v / r**2,
                -lr + lv * v / r,
                -2.0 * lu * v / r + lv * u / r,
            ]
        )

    return rates


def indirect_descent_kg(
    engine: Engine, mass_kg: float, *, perilune_km: float, apolune_km: float, touchdown_km_s: float
) -> float:
    """Return the least propellant from anywhere on an orbit to rest on the sphere."""
    low, high = RADIUS + perilune_km, RADIUS + apolune_km
    e, p = (high - low) / (high + low), 2.0 * low * high / (high + low)
    rates = _motion(engine.thrust_n, engine.exhaust_km_s, mass_kg)

    def misses(unknown: np.ndarray) -> np.ndarray:
        lr, lu, lasts, nu = unknown * np.array([1e-3, 1.0, 100.0, 1.0])
        c, s, k = np.cos(nu), np.sin(nu), np.sqrt(GM / p)
        first = np.array([p / (1.0 + e * c), k * e * s, k * (1.0 + e * c)])
        along = np.array([p * e * s / (1.0 + e * c) ** 2, k * e * c, -k * e * s])
        y0 = np.concatenate([first, [lr, lu, 1.0]])
        y = solve_ivp(rates, (0.0, lasts), y0, rtol=1e-10, atol=1e-12).y[:, -1]
        there = np.array([lr, lu, 1.0]) @ along  # the point of ignition is free
        return np.array(
            [(y[0] - RADIUS) / 10.0, 10.0 * (y[1] + touchdown_km_s), y[2], 10.0 * there]
        )

    burnt = mass_kg * (1.0 - np.exp(-1.75 / engine.exhaust_km_s))
    lasts = 1e3 * burnt * engine.exhaust_km_s / engine.thrust_n
    found = root(misses, [1.5, 0.1, lasts / 100.0, 0.0], tol=1e-9)
    assert found.success, found.message
    return float(1e-3 * engine.thrust_n / engine.exhaust_km_s * found.x[2] * 100.0)


def indirect_ascent_kg(
    engine: Engine, mass_kg: float, *, perilune_km: float, apolune_km: float
) -> float:
    """Return the least propellant from rest on the sphere to the perilune of an orbit."""
    low, high = RADIUS + perilune_km, RADIUS + apolune_km
    speed = np.sqrt(2.0 * GM * high / (low * (low + high)))
    rates = _motion(engine.thrust_n, engine.exhaust_km_s, mass_kg)

    def misses(unknown: np.ndarray) -> np.ndarray:
        lr, lu, lasts = unknown * np.array([1e-3, 1.0, 100.0])
        y0 = np.array([RADIUS, 0.0, 0.0, lr, lu, -1.0])
        y = solve_ivp(rates, (0.0, lasts), y0, rtol=1e-10, atol=1e-12).y[:, -1]
        return np.array([(y[0] - low) / 10.0, 10.0 * y[1], y[2] - speed])

    burnt = mass_kg * (1.0 - np.exp(-1.8 / engine.exhaust_km_s))
    lasts = 1e3 * burnt * engine.exhaust_km_s / engine.thrust_n
    found = root(misses, [-2.0, -0.6, lasts / 100.0], tol=1e-9)
    assert found.success, found.message
    return float(1e-3 * engine.thrust_n / engine.exhaust_km_s * found.x[2] * 100.0)


def context_of(env: Environment) -> Context:
    """Return the sky and the force models of every flight here."""
    return Context(env, MODEL)
