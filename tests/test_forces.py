"""Force formulas one by one: zonals, thrust, sunlight, gravity fields, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from independent import acceleration, harmonics
from support import EPOCHS, FAR, LUNAR, START, lunar_orbit, off, start_acceleration

from perilune import Environment, Epoch, Forces, RadiationPressure, propagate
from perilune.astro import frames
from perilune.astro.gravity import field
from perilune.dynamics import forces as f
from perilune.errors import InputError, ModelError, UnknownName

UNITS = st.tuples(st.floats(0.05, 3.1), st.floats(0.0, 6.3)).map(
    lambda a: np.array([np.sin(a[0]) * np.cos(a[1]), np.sin(a[0]) * np.sin(a[1]), np.cos(a[0])])
)


@pytest.mark.parametrize("body", ["earth", "moon"])
@given(UNITS, UNITS, st.floats(1.01, 8.0), st.integers(2, 12))
def cross_zonals_are_the_field_of_order_0(
    body: str, pole: Any, direction: Any, far: float, degree: int
) -> None:
    model, gm = field(body), 4902.8
    r = far * model.radius_km * direction
    side = np.cross(pole, [0.0, 0.0, 1.0] if abs(pole[2]) < 0.9 else [1.0, 0.0, 0.0])
    x = side / np.linalg.norm(side)
    turn = np.array([x, np.cross(pole, x), pole])
    expected = turn.T @ harmonics(model, (degree, 0), turn @ r, gm)
    found = f.zonal(gm, model.radius_km, model.zonal(degree), list(r), list(pole))
    size = gm / (r @ r) * abs(model.zonal(2)[0]) / far**2
    assert off(found, expected) < 1e-11 * size


@given(EPOCHS, UNITS)
def cross_turns_are_those_of_the_frames(env: Environment, epoch: Epoch, r: Any) -> None:
    moon, earth = env.moon.angles(epoch)[0], env.earth.angles(epoch)
    pa, itrf = (frames.from_icrf(axes, epoch, env)[0] for axes in ("moon_pa", "itrf"))
    assert off(f.to_moon_pa(np, list(moon), list(r)), pa @ r) < 1e-15
    assert off(f.from_moon_pa(np, list(moon), list(r)), pa.T @ r) < 1e-15
    assert off(f.to_itrf(np, list(earth), list(r)), itrf @ r) < 1e-15
    assert off(f.from_itrf(np, list(earth), list(r)), itrf.T @ r) < 1e-15
    assert off(f.moon_pole(np, list(moon)), pa[2]) < 1e-15
    assert off(f.earth_pole(np, list(earth)), itrf[2]) < 2e-11  # first order in polar motion


@pytest.mark.parametrize("harmonics_of", [{"moon": (4, 0)}, {"earth": (2, 0), "moon": (2, 0)}])
def cross_lunar_zonals_alone(harmonics_of: dict[str, tuple[int, int]], env: Environment) -> None:
    forces, state = Forces(harmonics=harmonics_of), lunar_orbit()
    expected = acceleration("moon", forces, state.epoch, state.r_km, env)
    found = start_acceleration(state, forces, env)
    assert off(found, expected) < 1e-13 * np.linalg.norm(expected)


def val_fields_have_the_figures_everyone_knows() -> None:
    earth, moon = field("earth"), field("moon")
    assert earth.zonal(3)[:2] == pytest.approx([1.08263e-3, -2.5324e-6], rel=1e-4)  # Vallado
    assert moon.zonal(2)[0] == pytest.approx(2.0322e-4, rel=2e-4)  # GRAIL: Konopliv et al. 2013
    c22 = moon.c[2, 2] * np.sqrt(5.0 / 12.0)
    assert c22 == pytest.approx(2.238e-5, rel=1e-3)
    assert (earth.degree, moon.degree, earth.axes, moon.axes) == (20, 20, "itrf", "moon_pa")
    assert (earth.radius_km, moon.radius_km) == (6378.1363, 1738.0)


def test_pairs_leave_orders_out() -> None:
    pairs = field("moon").pairs(3, 1)
    assert len(pairs) == 10
    assert pairs[0] == [1.0, 0.0]
    assert pairs[5] == [0.0, 0.0]  # (2, 2)
    assert pairs[4] == [field("moon").c[2, 1], field("moon").s[2, 1]]


@pytest.mark.parametrize("size", [(21, 0), (1, 0), (4, 5), (4, -1)])
def test_what_a_field_lacks_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ModelError, match=f"degree {size[0]}, order {size[1]}"):
        Forces(harmonics={"moon": size})


def val_gm_of_the_field_is_taken_when_asked(env: Environment) -> None:
    state, model = lunar_orbit(), field("moon")
    own = Forces(harmonics={"moon": (8, 8)}, gm="field")
    change = start_acceleration(state, own, env) - start_acceleration(state, LUNAR, env)
    more = model.gm_km3_s2 - env.constants.gm("moon")
    assert more != 0.0
    expected = -more * state.r_km / np.linalg.norm(state.r_km) ** 3
    assert off(change, expected) < 1e-3 * np.linalg.norm(expected)  # the harmonics' share


def test_force_models_that_cannot_be_are_refused() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'moon'"):
        Forces(point_masses=("earth", "mon"))
    with pytest.raises(UnknownName):
        Forces(point_masses=("earth", "earth_moon_barycenter"))
    with pytest.raises(InputError, match="'moon' need it among the point masses"):
        Forces(point_masses=("earth",), harmonics={"moon": (2, 0)})
    with pytest.raises(ModelError, match="'sun'"):
        Forces(harmonics={"sun": (2, 0)})
    with pytest.raises(InputError, match="'set' or 'field'"):
        Forces(gm="file")
    with pytest.raises(InputError, match="radiation pressure"):
        RadiationPressure(-1.0)


def test_a_body_is_not_counted_twice() -> None:
    with pytest.raises(InputError):
        Forces(point_masses=("earth", "moon", "moon"))


def test_what_a_set_lacks_is_refused(env: Environment, gmat: Environment) -> None:
    with pytest.raises(ModelError, match="'gmat' have no GM for 'mars'"):
        propagate(FAR, until=START + 1.0, forces=Forces(("earth", "mars")), env=gmat)
    with pytest.raises(InputError, match="'earth' is not among"):
        propagate(FAR, until=START + 1.0, forces=Forces(("sun",)), env=env)


def test_a_model_says_what_it_is() -> None:
    told = Forces(radiation=RadiationPressure(0.02, 1.5)).describe()
    assert told["point_masses"] == ["earth", "moon", "sun"]
    assert told["radiation"] == {"area_to_mass_m2_kg": 0.02, "reflectivity": 1.5}
    assert LUNAR.describe()["harmonics"] == {"moon": [8, 8]}
