"""Launch: where the parking orbit begins, how it is turned, and its slopes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from evidence import Recorder, evidence
from hypothesis import given
from hypothesis import strategies as st
from support import ANGLES, EPOCHS, off
from transfers import CHANGE_5, launch_from

from perilune import Environment, Epoch
from perilune.astro.elements import osculating
from perilune.catalog.entry import table
from perilune.errors import InputError
from perilune.phases.launch import Insertion

SITES = st.sampled_from(sorted(table("launch_sites")))
WENCHANG = "wenchang-lc101"
# Earth orientation is tabulated from 1973 on; later epochs are predicted.
DATES = EPOCHS.map(lambda epoch: max(epoch, Epoch.utc("1976-01-01")))


def insertion(site: str, lift_off: Epoch, azimuth_rad: float, env: Environment) -> Insertion:
    launch = launch_from(site)
    return launch.insertion(lift_off, azimuth_rad, launch.local_axes(lift_off, env), env)


def tilt_deg(at: Insertion, lift_off: Epoch, env: Environment) -> float:
    """Return the inclination to the equator of lift-off: the ITRF's, as it lay then."""
    orbit = replace(at.state, epoch=lift_off)
    return float(np.degrees(osculating(orbit, env, equator="itrf").inclination))


def pad(site: str, lift_off: Epoch, env: Environment) -> np.ndarray:
    """Return the site's place at lift-off, seen from the Earth's center."""
    return launch_from(site).site.point.state(lift_off, env).r_km


@given(SITES, DATES, ANGLES)
def prop_the_parking_orbit_is_circular_and_holds_the_site(
    env: Environment, site: str, lift_off: Epoch, azimuth: float
) -> None:
    launch = launch_from(site)
    state = insertion(site, lift_off, azimuth, env).state
    assert (state.center, state.axes) == ("earth", "icrf")
    assert state.epoch - lift_off == pytest.approx(launch.ascent.duration_s, abs=1e-9)
    radius = 6378.137 + 200.0
    assert np.linalg.norm(state.r_km) == pytest.approx(radius, abs=1e-9)
    assert np.linalg.norm(state.v_km_s) == pytest.approx(np.sqrt(398600.435507 / radius), abs=1e-12)
    assert abs(state.r_km @ state.v_km_s) < 1e-9
    up = pad(site, lift_off, env)
    normal = np.cross(state.r_km, state.v_km_s)
    assert abs(up @ normal) < 1e-12 * np.linalg.norm(up) * np.linalg.norm(normal)
    along = np.degrees(np.arccos(up @ state.r_km / np.linalg.norm(up) / radius))
    assert along == pytest.approx(launch.ascent.range_angle_deg, abs=1e-9)


@given(SITES, DATES)
def prop_due_east_leads_to_the_geocentric_latitude(
    env: Environment, site: str, lift_off: Epoch
) -> None:
    tilt = tilt_deg(insertion(site, lift_off, np.pi / 2.0, env), lift_off, env)
    assert tilt == pytest.approx(launch_from(site).site.lowest_inclination_deg, abs=1e-9)


@given(SITES, DATES, st.floats(0.0, 1.0), st.booleans())
def prop_the_azimuth_leads_to_the_inclination(
    env: Environment, site: str, lift_off: Epoch, share: float, northbound: bool
) -> None:
    place = launch_from(site).site
    low = place.lowest_inclination_deg + 0.01
    wanted = low + share * (180.0 - 2.0 * low)
    azimuth = place.azimuth_deg(wanted, northbound=northbound)
    assert 0.0 <= azimuth < 360.0
    assert (np.cos(np.radians(azimuth)) > 0.0) == northbound
    tilt = tilt_deg(insertion(site, lift_off, np.radians(azimuth), env), lift_off, env)
    assert tilt == pytest.approx(wanted, abs=1e-9)


def val_due_east_from_wenchang(record_property: Recorder, env: Environment) -> None:
    # Geocentric latitude from the geodetic one: tan = (1 - f)^2 tan, and 10 m of height.
    squash = (1.0 - 1.0 / 298.257223563) ** 2
    expected = np.degrees(np.arctan(squash * np.tan(np.radians(19.6145))))
    tilt = tilt_deg(insertion(WENCHANG, CHANGE_5, np.pi / 2.0, env), CHANGE_5, env)
    assert tilt == pytest.approx(expected, abs=1e-6)
    evidence(
        record_property,
        claim="due east leads to the site's geocentric latitude (Wenchang)",
        reference="ellipsoid geometry, WGS84",
        tolerance="1e-6 deg (10 m of height)",
        achieved=f"{abs(tilt - expected):.0e} deg",
    )


@pytest.mark.parametrize("site", [WENCHANG, "plesetsk-43"])
@pytest.mark.parametrize("beyond", [0.01, 5.0])
@pytest.mark.parametrize("retrograde", [False, True])
def test_inclinations_out_of_reach_are_refused(site: str, beyond: float, retrograde: bool) -> None:
    place = launch_from(site).site
    low = place.lowest_inclination_deg
    wanted = 180.0 - low + beyond if retrograde else low - beyond
    reach = f"expected {low:.3f} to {180.0 - low:.3f} deg"
    with pytest.raises(InputError, match=reach) as caught:
        place.azimuth_deg(wanted, northbound=True)
    assert site in str(caught.value)


def test_known_azimuths() -> None:
    place = launch_from(WENCHANG).site
    assert place.azimuth_deg(90.0, northbound=True) == pytest.approx(0.0, abs=1e-9)
    assert place.azimuth_deg(90.0, northbound=False) == pytest.approx(180.0)
    east = place.azimuth_deg(place.lowest_inclination_deg, northbound=True)
    assert east == pytest.approx(90.0, abs=1e-5)
    west = place.azimuth_deg(97.8, northbound=True), place.azimuth_deg(97.8, northbound=False)
    assert west == pytest.approx((351.7225, 188.2775), abs=1e-4)


@given(SITES, DATES, ANGLES)
def cross_slope_to_the_azimuth(
    env: Environment, site: str, lift_off: Epoch, azimuth: float
) -> None:
    step = 1e-4
    ends = [insertion(site, lift_off, azimuth + s * step, env).state.vector for s in (1.0, -1.0)]
    slope = (ends[0] - ends[1]) / (2.0 * step)
    found = insertion(site, lift_off, azimuth, env).by_azimuth
    assert off(slope[:3], found[:3]) < 2e-9 * 6578.0  # the third order: step^2 / 6
    assert off(slope[3:], found[3:]) < 2e-9 * 7.8


@given(SITES, DATES, ANGLES)
def cross_slope_to_the_lift_off(
    env: Environment, site: str, lift_off: Epoch, azimuth: float
) -> None:
    step = 2.0
    ends = [insertion(site, lift_off + s * step, azimuth, env).state.vector for s in (1.0, -1.0)]
    slope = (ends[0] - ends[1]) / (2.0 * step)
    found = insertion(site, lift_off, azimuth, env).by_lift_off
    # The turn is 7.3e-5 rad/s, and not quite about the ITRF's pole: polar motion, 0.6 arcsec or
    # 3e-6 rad at the most.
    assert off(slope[:3], found[:3]) < 7.3e-5 * 6578.0 * 4e-6
    assert off(slope[3:], found[3:]) < 7.3e-5 * 7.8 * 4e-6
