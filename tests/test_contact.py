"""Contacts: rises and sets found exactly, short ones too, and the chain of a far-side lander."""

from __future__ import annotations

import numpy as np
import pytest

from perilune import DAY, Environment, Epoch, State, Trajectory, propagate
from perilune.astro.geometry import SurfacePoint, elevation_deg
from perilune.errors import DataRangeError, InputError
from perilune.missions.contact import Contact, both, contact, either
from perilune.missions.contact_links import Site, relay_contacts
from perilune.phases.shot import Model
from perilune.targeting.periodic import halo
from perilune.targeting.periodic_ephemeris import carry
from perilune.targeting.periodic_problem import Circular

START = Epoch.utc("2019-01-03T00:00:00")
LANDER = Site("lander", SurfacePoint("moon", -45.457, 177.589), 5.0)
STATIONS = [
    Site("kashi", SurfacePoint("earth", 38.42, 76.71), 5.0),
    Site("zapala", SurfacePoint("earth", -38.19, -70.15), 5.0),
]


@pytest.fixture(scope="module")
def relay(env: Environment) -> Trajectory:
    around = halo(Circular.earth_moon(env), 2, height_km=13000.0)
    path = carry(around, START, phase=0.0, revolutions=1.2, forces=Model().moon, env=env)
    assert path.trajectory is not None
    return path.trajectory


@pytest.fixture(scope="module")
def links(relay: Trajectory, env: Environment) -> dict[str, Contact]:
    found = relay_contacts(relay, LANDER, STATIONS, START, START + 15.0 * DAY, env)
    return {c.name: c for c in found}


def intervals(*edges: float) -> Contact:
    return Contact("made", START, 100.0, np.array(edges).reshape(-1, 2))


def test_rises_and_sets_of_a_known_function() -> None:
    margin = lambda t: np.sin(2.0 * np.pi * (t - START) / 10000.0) - 0.5  # noqa: E731
    found = contact("wave", [margin], START, START + 20000.0)
    expected = [10000 / 12, 50000 / 12, 130000 / 12, 170000 / 12]
    assert np.allclose(found.intervals_s.ravel(), expected, atol=1e-3)
    assert found.availability == pytest.approx(1.0 / 3.0)
    assert found.longest_gap_s == pytest.approx(80000 / 12)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("middle", [1111.0, 1500.0, 1790.0])
def test_what_is_shorter_than_the_grid_is_found(sign: float, middle: float) -> None:
    margin = lambda t: sign * (20.0**2 - (np.asarray(t - START) - middle) ** 2)  # noqa: E731
    found = contact("short", [margin], START, START + 6000.0, step_s=600.0)
    inner = found.intervals_s[0] if sign > 0 else found.intervals_s.ravel()[1:3]
    assert np.allclose(inner, [middle - 20.0, middle + 20.0], atol=2e-3)


def test_sets_of_intervals() -> None:
    a, b = intervals(0, 10, 20, 30, 90, 100), intervals(5, 25, 40, 50)
    assert both("and", a, b).intervals_s.tolist() == [[5, 10], [20, 25]]
    assert either("or", [a, b]).intervals_s.tolist() == [[0, 30], [40, 50], [90, 100]]
    assert either("or", [a, b]).longest_gap_s == 40.0
    none = intervals()
    assert (none.availability, none.longest_gap_s) == (0.0, 100.0)
    assert both("and", a, none).intervals_s.shape == (0, 2)


def cross_edges_stand_at_the_mask(
    links: dict[str, Contact], relay: Trajectory, env: Environment
) -> None:
    station = STATIONS[0]
    seen = links["relay-kashi"]
    assert len(seen.intervals_s) >= 13
    edges = seen.intervals_s.ravel()
    inner = edges[(edges > 0.0) & (edges < seen.span_s)]
    high = elevation_deg(station.point, relay.at(START + inner), env)
    assert np.abs(high - station.mask_deg).max() < 1e-5
    grid = np.linspace(0.0, seen.span_s, 500)
    above = elevation_deg(station.point, relay.at(START + grid), env) > station.mask_deg
    inside = np.any(
        (grid[:, None] >= seen.intervals_s[:, 0]) & (grid[:, None] <= seen.intervals_s[:, 1]),
        axis=1,
    )
    assert (above == inside).all()  # the halo stands clear of the Moon's edge


def test_a_far_side_lander_needs_its_relay(links: dict[str, Contact]) -> None:
    assert links["lander-earth"].availability == 0.0
    assert links["lander-relay"].availability == 1.0
    chain = links["lander-relay-earth"]
    assert 0.8 < chain.availability < 1.0
    assert chain.availability <= links["relay-earth"].availability
    shares = [links[f"relay-{s.name}"].availability for s in STATIONS]
    assert max(shares) < links["relay-earth"].availability <= sum(shares)
    rows = chain.rows()
    assert len(rows) == chain.summary()["contacts_n"]
    assert rows[0]["start_utc"] < rows[0]["stop_utc"]
    hours = sum(row["duration_h"] for row in rows)
    assert hours == pytest.approx(chain.availability * 15.0 * 24.0)


def test_a_low_orbiter_hides_behind_the_moon(env: Environment) -> None:
    radius = 1837.4
    speed = np.sqrt(env.constants.gm("moon") / radius)
    moon = env.ephemeris.state("moon", "earth", START)[0]
    ahead = np.cross([0.0, 0.0, 1.0], moon)
    state = State(
        START, "moon", "icrf",
        radius * moon / np.linalg.norm(moon), speed * ahead / np.linalg.norm(ahead),
    )  # fmt: skip
    path = propagate(state, until=START + 0.5 * DAY, forces=Model().moon, env=env)
    near = Site("near", SurfacePoint("moon", 0.0, 0.0), 5.0)
    everywhere = [
        Site(f"station {k}", SurfacePoint("earth", 0.0, 90.0 * k), -90.0) for k in range(4)
    ]
    found = {
        c.name: c
        for c in relay_contacts(path, near, everywhere, START, START + 0.5 * DAY, env, step_s=120)
    }
    # hidden on the arc of asin(R/r) either side of the line away from the Earth
    hidden = np.arcsin(1737.4 / radius) / np.pi
    share = found["relay-station 0"].availability
    assert share == pytest.approx(1.0 - hidden, abs=0.05)
    assert found["lander-relay"].availability < 0.2
    assert found["lander-earth"].availability == 1.0


def test_misuse_is_refused(relay: Trajectory, env: Environment) -> None:
    with pytest.raises(InputError, match="expected > 0"):
        contact("none", [], START, START)
    with pytest.raises(InputError, match="no margin"):
        contact("none", [], START, START + 10.0)
    with pytest.raises(InputError, match="lander on the Moon"):
        relay_contacts(relay, STATIONS[0], STATIONS, START, START + DAY, env)
    with pytest.raises(DataRangeError):
        relay_contacts(relay, LANDER, STATIONS, START, START + 100.0 * DAY, env)
    other = Contact("other", START, 50.0, np.zeros((0, 2)))
    with pytest.raises(InputError, match="different spans"):
        both("and", intervals(0, 1), other)
