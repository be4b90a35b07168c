"""Air drag in low orbit: the fitted air beside MSIS, decay beside the closed form and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from perilune import DAY, Environment, Epoch, Forces, State, propagate
from perilune.astro.atmosphere import Exponential, Msis
from perilune.astro.orientation import ERA_RATE
from perilune.dynamics.drag import REFERENCE_KM, UNIT_KM, Drag, drag
from perilune.errors import InputError

EPOCH = Epoch.utc("2022-11-29T15:00:00")
AIR = Drag.of(Msis(150.0, 150.0, 12.0), EPOCH, 0.005, inclination_deg=41.5)
WITH, WITHOUT = Forces(("earth",), drag=AIR), Forces(("earth",))


def circle(altitude_km: float, env: Environment, tilt_deg: float = 41.5) -> State:
    radius = 6378.137 + altitude_km
    speed = np.sqrt(env.constants.gm("earth") / radius)
    tilt = np.radians(tilt_deg)
    return State(EPOCH, "earth", "icrf", [radius, 0.0, 0.0],
                 [0.0, speed * np.cos(tilt), speed * np.sin(tilt)])  # fmt: skip


def density(height_km: float) -> float:
    x = (height_km - REFERENCE_KM) / UNIT_KM
    return float(np.exp(np.polyval(AIR.log_density[::-1], x)))


def cross_the_fit_is_the_average_of_the_model() -> None:
    model = Msis(150.0, 150.0, 12.0)
    angle = np.pi * (np.arange(40) + 0.5) / 40 - 0.5 * np.pi
    latitude = np.degrees(np.arcsin(np.sin(np.radians(41.5)) * np.sin(angle)))
    longitude = np.arange(0.0, 360.0, 15.0)
    for height in (190.0, 250.0, 300.0, 350.0, 390.0, 440.0):
        grid = np.meshgrid([height], latitude, longitude, indexing="ij")
        mean = float(model.density_kg_m3(*grid, EPOCH).mean())
        assert density(height) == pytest.approx(mean, rel=0.02)


def cross_decay_of_a_circle_is_the_closed_form(env: Environment) -> None:
    """da/dt = -rho Cd A/m a v (1 - w r cos i / v)^2; a sphere of air of the fitted density."""
    start = circle(390.0, env)
    gm = env.constants.gm("earth")
    end = propagate(start, until=EPOCH + DAY, forces=WITH, env=env).final
    lost = [2.0 / np.linalg.norm(s.r_km) - s.v_km_s @ s.v_km_s / gm for s in (start, end)]
    fallen = 1.0 / lost[0] - 1.0 / lost[1]
    radius = 6768.137
    speed = np.sqrt(gm / radius)
    wind = (1.0 - ERA_RATE * radius * np.cos(np.radians(41.5)) / speed) ** 2
    # heights over the ellipsoid: 4.7 km more than over the equator on average, a tenth of density
    turn = np.linspace(0.0, 2.0 * np.pi, 200)
    heights = 390.0 + 21.385 * (np.sin(np.radians(41.5)) * np.sin(turn)) ** 2
    mean = float(np.mean([density(h) for h in heights]))
    expected = 1e3 * mean * AIR.coefficient * AIR.area_to_mass_m2_kg * radius * speed * wind * DAY
    assert fallen == pytest.approx(expected, rel=0.02)


def cross_taylor_and_scipy_agree(env: Environment) -> None:
    start = circle(250.0, env)
    pole = env.earth.itrf_matrix(EPOCH)[2]
    gm = env.constants.gm("earth")

    def rates(_: float, y: np.ndarray) -> np.ndarray:
        r, v = y[:3], y[3:]
        push = drag(np, 2.2 * 0.005, AIR.log_density, list(r), list(v), list(pole))
        return np.concatenate([v, -gm * r / np.linalg.norm(r) ** 3 + np.array(push)])

    span = 20000.0
    other = solve_ivp(rates, (0.0, span), start.vector, method="DOP853", rtol=1e-12, atol=1e-12)
    end = propagate(start, until=EPOCH + span, forces=WITH, env=env).final
    free = propagate(start, until=EPOCH + span, forces=WITHOUT, env=env).final
    assert np.linalg.norm(end.r_km - other.y[:3, -1]) < 1e-5
    assert np.linalg.norm(end.r_km - free.r_km) > 5.0


def test_the_force_is_against_the_air() -> None:
    push = drag(np, 1.0, (0.0, 0.0, 0.0, 0.0), [7000.0, 0.0, 0.0], [0.0, 7.5, 0.0], [0.0, 0.0, 1.0])
    speed = 7.5 - ERA_RATE * 7000.0
    assert np.allclose(push, [0.0, -500.0 * speed**2, 0.0])


def test_forces_with_drag_are_described_and_kept_apart() -> None:
    assert WITH.key != WITHOUT.key
    assert WITH.describe()["drag"]["area_to_mass_m2_kg"] == 0.005
    assert "drag" not in WITHOUT.describe()
    assert Drag.of(Exponential(), EPOCH, 0.01).log_density[1] == pytest.approx(-100.0 / 7.2)


def test_misuse_is_refused() -> None:
    with pytest.raises(InputError, match="expected >= 0"):
        Drag(-1.0, (0.0, 0.0, 0.0, 0.0))
    with pytest.raises(InputError, match="expected four"):
        Drag(1.0, (0.0, 0.0))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="needs the Earth"):
        Forces(("moon",), drag=AIR)
