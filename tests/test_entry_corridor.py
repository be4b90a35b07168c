"""The corridor of an entry, and where entries with errors come down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from entries import DATE, ENV, SITE, ZONE_KM, Record, before_siziwang
from evidence import evidence
from test_entry_capsules import CHANGE_5

from perilune.astro.atmosphere import Msis
from perilune.errors import InputError
from perilune.phases.entry_aim import Limits, aim, without_lift
from perilune.phases.entry_bank import Banks
from perilune.phases.entry_corridor import EntryCorridor, corridor
from perilune.phases.entry_flight import Scene
from perilune.phases.entry_footprint import EntryErrors, footprint, guided_footprint
from perilune.phases.entry_guided import Guidance
from perilune.phases.entry_pilot import fly
from perilune.phases.entry_samples import ground_distance_km, peaks

# ---- the corridor


def found_corridor(**limits: float) -> EntryCorridor:
    return corridor(CHANGE_5, before_siziwang(-6.0), DATE, ENV, limits=Limits(**limits))


def single(path_deg: float, bank_deg: float) -> tuple[str, float]:
    state = before_siziwang(path_deg).state(DATE, ENV)
    flight = fly(Scene.of(state, Msis(), ENV), CHANGE_5, Banks((bank_deg,)), ceiling_km=500.0)
    return flight.status, peaks(flight).load_g


def test_the_corridor_of_a_lunar_return_is_found(record_property: Record) -> None:
    edges = found_corridor(load_g=8.0)
    assert edges.status == "converged"
    assert edges.binding == "load"
    assert edges.holds(-5.8)
    # the edges are edges: beyond them the entry skips out, or takes too much
    assert single(edges.overshoot_deg + 0.01, 180.0)[0] in ("skipped_out", "passed")
    assert single(edges.overshoot_deg - 0.01, 180.0)[0] == "parachute"
    assert single(edges.undershoot_deg - 0.01, 0.0)[1] > 8.0
    assert single(edges.undershoot_deg + 0.01, 0.0)[1] < 8.0
    assert 1.0 < edges.width_deg < 2.0
    evidence(
        record_property,
        claim="corridor of a Chang'e-5-like capsule (L/D 0.22, 215 kg/m2) at 11.0 km/s, 8 g, skip "
        "below 500 km",
        reference="entries 0.01 deg beyond each edge skip out, or exceed the load",
        tolerance="0.01 deg",
        achieved=f"{edges.undershoot_deg:.2f} to {edges.overshoot_deg:.2f} deg",
    )


def test_the_corridor_narrows_with_its_limits_and_may_vanish() -> None:
    wide, narrow = found_corridor(load_g=12.0), found_corridor(load_g=8.0)
    assert wide.undershoot_deg < narrow.undershoot_deg
    assert wide.overshoot_deg == narrow.overshoot_deg
    hot = found_corridor(load_g=12.0, flux_mw_m2=3.5)
    assert hot.binding == "flux"
    assert hot.undershoot_deg > wide.undershoot_deg
    none = corridor(
        without_lift(CHANGE_5), before_siziwang(-6.0), DATE, ENV, limits=Limits(load_g=2.0)
    )
    assert none.status == "no_solution"
    assert none.width_deg < 0.0
    assert "skip out" in none.remedy


# ---- the footprint


def ballistic_scene() -> Scene:
    return Scene.of(before_siziwang(-30.0).state(DATE, ENV), Msis(), ENV)


def test_the_ellipse_holds_its_share_of_landings() -> None:
    capsule = without_lift(CHANGE_5)
    found = footprint(ballistic_scene(), capsule, Banks(), samples=300, share=0.9)
    assert found.lost_n == 0
    major, minor = found.semi_axes_km
    lat, lon = np.radians(found.places_deg.T)
    lat0, lon0 = np.radians(found.center_deg)
    east, north = 6378.0 * np.cos(lat0) * (lon - lon0), 6378.0 * (lat - lat0)
    turn = np.radians(found.heading_deg)
    along = east * np.sin(turn) + north * np.cos(turn)
    across = east * np.cos(turn) - north * np.sin(turn)
    inside = ((along / major) ** 2 + (across / minor) ** 2 <= 1.0).mean()
    assert inside == pytest.approx(0.9, abs=0.05)
    assert major > 3.0 * minor  # errors of path angle and drag act along the track


def test_without_errors_all_land_together() -> None:
    none = EntryErrors(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    found = footprint(ballistic_scene(), CHANGE_5, Banks(), errors=none, samples=4)
    assert found.semi_axes_km == pytest.approx((0.0, 0.0), abs=1e-6)
    assert found.center_deg == pytest.approx(found.nominal_deg)
    with pytest.raises(InputError, match="3 samples"):
        footprint(ballistic_scene(), CHANGE_5, Banks(), samples=2)
    with pytest.raises(InputError, match="numbers >= 0"):
        EntryErrors(density=-0.1)


def test_the_ellipse_grows_with_the_path_angle_error() -> None:
    small, large = (
        footprint(
            ballistic_scene(),
            without_lift(CHANGE_5),
            Banks(),
            errors=EntryErrors(sigma, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            samples=60,
        )
        for sigma in (0.02, 0.2)
    )
    assert large.semi_axes_km[0] / small.semi_axes_km[0] == pytest.approx(10.0, rel=0.1)


def test_guidance_pulls_a_skip_towards_its_site() -> None:
    here = Scene.of(before_siziwang(-5.8, 3000.0).state(DATE, ENV), Msis(), ENV)
    plan = aim(here, CHANGE_5, SITE)
    guidance = Guidance(here, CHANGE_5, SITE, Limits(), plan.banks)
    errors = EntryErrors(path_angle_deg=0.02, density=0.05)
    guided = guided_footprint(guidance, errors=errors, samples=3, seed=3)
    loose = footprint(here, CHANGE_5, plan.banks, errors=errors, samples=3, seed=3)
    assert ground_distance_km(*guided.nominal_deg, 42.35, 111.43) < 1.0
    assert guided.within_km(SITE, 1.0) < 0.1 * loose.within_km(SITE, 1.0)
    assert guided.within_km(SITE, 1.0) < ZONE_KM
    assert replace(guidance) == guidance  # flights leave the guidance they start from alone
