"""The entry phase: aimed at a place, refused where it cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from entries import CONTEXT, DATE, ENV, SITE, ZONE_KM, Record, before_siziwang, check, flown
from evidence import evidence
from test_entry_capsules import CHANGE_5, LUNA_16

from perilune import propagate
from perilune.astro.atmosphere import Msis
from perilune.astro.geometry import SurfacePoint
from perilune.astro.state import State
from perilune.errors import InputError, UnknownName
from perilune.phases.entry import Entry
from perilune.phases.entry_aim import Limits, aim, without_lift
from perilune.phases.entry_bank import Banks
from perilune.phases.entry_corridor import corridor
from perilune.phases.entry_flight import Scene
from perilune.phases.entry_samples import ground_distance_km, sample
from perilune.phases.entry_start import Interface, ahead_of, leading_to

# ---- the phase


def val_a_skip_entry_aimed_at_siziwang_lands_there(record_property: Record) -> None:
    """From two hours before the interface; nothing but place, limits and capsule is given."""
    at = before_siziwang(-5.8).state(DATE, ENV)
    far = propagate(at, until=DATE + (-7200.0), forces=CONTEXT.model.earth, env=ENV).final
    leg = flown(Entry(CHANGE_5, "skip", SITE, ZONE_KM, limits=Limits(load_g=8.0)), far)
    found = leg.solution
    assert leg.status == "converged"
    assert [h.name for h in leg.happenings] == ["entry_interface", "landing"]
    assert abs(float(leg.happenings[0].epoch - DATE)) < 0.1
    assert found["landing_miss_km"] < 0.5
    assert found["entry_apex_altitude_km"] > 90.0
    assert found["entry_speed_km_s"] == pytest.approx(11.0, abs=1e-3)
    assert found["entry_path_angle_deg"] == pytest.approx(-5.8, abs=1e-3)
    assert all(c.ok for c in leg.checks)
    assert leg.end.state is not None
    end = Interface.of(leg.end.state, ENV)
    assert ground_distance_km(end.latitude_deg, end.longitude_deg, 42.35, 111.43) < 0.5
    assert end.height_km == pytest.approx(1.4, abs=0.01)
    evidence(
        record_property,
        claim="skip entry at 11.0 km/s, -5.8 deg aimed at Siziwang Banner (42.35 N 111.43 E), "
        "banks solved",
        reference="the zone aimed at",
        tolerance=f"{ZONE_KM:g} km",
        achieved=f"{found['landing_miss_km']:.3f} km, {found['entry_peak_load_g']:.1f} g, apex "
        f"{found['entry_apex_altitude_km']:.0f} km, flown again within "
        f"{found['entry_again_m']:.0f} m",
    )


@pytest.mark.parametrize("speed", [10.99, 11.2])
@pytest.mark.parametrize("range_km", [3000.0, 6600.0])
def prop_skips_of_short_and_long_range_are_solved(speed: float, range_km: float) -> None:
    state = before_siziwang(-6.0, range_km, speed).state(DATE, ENV)
    found = aim(Scene.of(state, Msis(), ENV), CHANGE_5, SITE)
    assert found.status == "converged"
    assert found.miss_km < 0.1


def val_the_observed_arc_of_change_5_is_passed(record_property: Record) -> None:
    """85 km over 39.35 N 99.57 E at 17:44:56; the interface is known to the minute only.

    The range and angle at the interface are not known: a long skip is compared, not fitted.
    """
    state = before_siziwang(-6.0, 6600.0).state(DATE, ENV)
    s = sample(aim(Scene.of(state, Msis(), ENV), CHANGE_5, SITE).flight)
    falling = np.flatnonzero((s.height_km[:-1] > 85.0) & (s.height_km[1:] <= 85.0))
    assert len(falling) == 2  # once before the skip, once after
    i = int(falling[1])
    off = ground_distance_km(39.35, 99.57, s.latitude_deg[i], s.longitude_deg[i])
    beside = min(
        ground_distance_km(39.35, 99.57, lat, lon)
        for lat, lon in zip(s.latitude_deg, s.longitude_deg, strict=True)
    )
    late = float(s.time_s[i]) - 716.0
    assert off < 250.0
    assert beside < 120.0
    assert abs(late) < 60.0
    evidence(
        record_property,
        claim="second descent through 85 km of a skip to Siziwang, interface at 17:33 UTC",
        reference="Chang'e-5 as observed: 39.35 N 99.57 E at 17:44:56 (github ScottTilley/Change5)",
        tolerance="250 km, 60 s (interface known to a minute, its place not)",
        achieved=f"{off:.0f} km, {late:+.0f} s; track passes {beside:.0f} km beside",
    )


def test_a_ballistic_entry_lands_where_its_interface_was_placed(record_property: Record) -> None:
    start, _ = leading_to(
        SITE,
        without_lift(LUNA_16),
        Banks(),
        DATE,
        ENV,
        inclination_deg=43.6,
        speed_km_s=11.0,
        path_angle_deg=-45.0,
    )
    leg = flown(Entry(LUNA_16, "ballistic", SITE, ZONE_KM), start.state(DATE, ENV))
    assert leg.status == "converged"
    assert all(c.ok for c in leg.checks)
    assert leg.solution["landing_miss_km"] < 1.0
    assert leg.solution["entry_peak_load_g"] > 200.0
    evidence(
        record_property,
        claim="ballistic entry at 11 km/s, -45 deg from an interface placed for Siziwang Banner",
        reference="the zone aimed at",
        tolerance=f"{ZONE_KM:g} km",
        achieved=f"{leg.solution['landing_miss_km']:.2f} km",
    )


def test_a_lifting_entry_is_flown_as_banked_or_aimed() -> None:
    start = before_siziwang(-6.3, 2200.0)
    loose = flown(Entry(CHANGE_5, "lifting", banks=Banks((70.0,))), start.state(DATE, ENV))
    assert loose.status == "converged"
    assert [b["bank_deg"] for b in loose.solution["entry_banks"]] == pytest.approx([70.0])
    aimed = flown(Entry(CHANGE_5, "lifting", SITE, aimed=True), start.state(DATE, ENV))
    assert aimed.status == "converged"
    assert aimed.solution["landing_miss_km"] < 0.5
    banks = [b["bank_deg"] for b in aimed.solution["entry_banks"]]
    assert banks[0] == pytest.approx(-banks[-1])


def test_failures_are_statuses_with_a_remedy() -> None:
    shallow = flown(Entry(CHANGE_5, "lifting"), before_siziwang(-5.2).state(DATE, ENV))
    assert shallow.status == "skipped_out"
    assert "steeply" in shallow.remedy
    assert [h.name for h in shallow.happenings] == ["entry_interface"]
    assert shallow.trajectory is not None
    steep = Entry(CHANGE_5, "lifting", limits=Limits(load_g=8.0))
    hard = flown(steep, before_siziwang(-9.0).state(DATE, ENV))
    assert hard.status == "limit_broken"
    assert not check(hard, "entry peak load")
    assert hard.happenings[-1].name == "landing"  # shown to the end all the same
    far = flown(Entry(CHANGE_5, "skip", SITE), before_siziwang(-6.0, 13000.0).state(DATE, ENV))
    assert far.status == "no_solution"
    assert "km off" in far.remedy
    high = State(DATE, "earth", "icrf", [42164.0, 0.0, 0.0], [0.0, 3.0747, 0.0])
    never = flown(Entry(CHANGE_5), high)
    assert never.status == "no_solution"
    assert "perigee" in never.remedy


def test_misuse_is_refused() -> None:
    with pytest.raises(UnknownName, match="skip"):
        Entry(CHANGE_5, "skipp")
    with pytest.raises(InputError, match="landing site"):
        Entry(CHANGE_5, "skip")
    with pytest.raises(InputError, match="on 'moon'"):
        Entry(CHANGE_5, "skip", SurfacePoint("moon", 0.0, 0.0))
    with pytest.raises(InputError, match="limit of load"):
        corridor(CHANGE_5, before_siziwang(-6.0), DATE, ENV, limits=Limits())
    with pytest.raises(InputError, match="does not reach latitude"):
        ahead_of(SITE, 1000.0, 30.0, speed_km_s=11.0, path_angle_deg=-6.0, flight_s=100.0)
