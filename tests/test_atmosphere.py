"""The atmosphere: NRLMSIS, the standard atmosphere, and tables along a track."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from evidence import evidence
from hypothesis import given, settings
from hypothesis import strategies as st

from perilune import Epoch
from perilune.astro.atmosphere import Exponential, Msis, Standard1976, tabulate
from perilune.errors import InputError

DATE = Epoch.utc("2020-12-16T17:33:00")
ANGLES = np.radians(np.linspace(0.0, 70.0, 9))
TRACK = np.stack([np.sin(ANGLES), np.linspace(5, 43, 9), np.linspace(60, 120, 9)], axis=-1)

# U.S. Standard Atmosphere, 1976 (NOAA-S/T 76-1562), table I: geometric height, density
PUBLISHED = {
    0.0: 1.2250,
    5.0: 7.3643e-1,
    11.0: 3.6480e-1,
    20.0: 8.8910e-2,
    32.0: 1.3555e-2,
    50.0: 1.0269e-3,
    80.0: 1.8458e-5,
    100.0: 5.604e-7,
    120.0: 2.222e-8,
}


def val_standard_atmosphere_of_1976_by_its_table(
    record_property: Callable[[str, object], None],
) -> None:
    height = np.array(list(PUBLISHED))
    found = Standard1976().density_kg_m3(height, 0.0, 0.0, DATE)
    off = np.abs(found / np.array(list(PUBLISHED.values())) - 1.0)
    assert (off < 2e-4).all(), off
    evidence(
        record_property,
        claim="density of the standard atmosphere at nine heights from 0 to 120 km",
        reference="U.S. Standard Atmosphere, 1976, table I",
        tolerance="2e-4",
        achieved=f"{off.max():.1e}",
    )


@pytest.mark.parametrize(("version", "top_km"), [(0, 80.0), (2.1, 70.0)])
def cross_msis_over_a_year_and_the_standard_atmosphere(version: float, top_km: float) -> None:
    """The standard is a mean year at 45 N; MSIS 2 is thinner than both older models at 80 km."""
    height, model = np.arange(0.0, top_km + 1.0, 10.0), Msis(version=version)
    months = [Epoch.utc(f"2021-{month:02d}-15T12:00:00") for month in range(1, 13)]
    year = np.mean([model.density_kg_m3(height, 45.0, 0.0, date) for date in months], axis=0)
    ratio = year / Standard1976().density_kg_m3(height, 45.0, 0.0, DATE)
    assert np.abs(ratio - 1.0).max() < 0.1
    assert np.abs(ratio - 1.0).max() > 0.001  # they are not the same model


def cross_table_along_a_track_and_direct_calls(
    record_property: Callable[[str, object], None],
) -> None:
    table = tabulate(Msis(), DATE, TRACK)
    inside = np.radians(np.linspace(1.0, 69.0, 23))
    lat = np.interp(inside, ANGLES, TRACK[:, 1])
    lon = np.interp(inside, ANGLES, TRACK[:, 2])
    height = np.linspace(0.3, 139.7, 301)[:, None]
    true = Msis().density_kg_m3(height, lat, lon, DATE)
    off = np.abs(table.density_kg_m3(height, np.sin(inside)) / true - 1.0).max()
    assert off < 5e-3
    assert table.error < 5e-3
    assert off < 2.0 * table.error  # the error it states is the error met elsewhere
    evidence(
        record_property,
        claim="tabulated density along an entry's track against direct calls of NRLMSIS 2.1",
        reference="pymsis, between the heights and stations fitted, 0 to 140 km",
        tolerance="0.5 %",
        achieved=f"{100.0 * off:.2f} %",
    )


def test_an_exponential_is_tabulated_exactly() -> None:
    table = tabulate(Exponential(1.2, 7.0), DATE, TRACK)
    assert table.error < 1e-11
    height = np.linspace(0.0, 140.0, 57)
    assert table.density_kg_m3(height, 0.3) == pytest.approx(1.2 * np.exp(-height / 7.0), rel=1e-10)
    assert table.density_kg_m3(141.0) == 0.0


@settings(max_examples=15)
@given(st.floats(-90.0, 90.0), st.floats(-180.0, 180.0), st.floats(0.0, 365.0))
def prop_density_falls_with_height_everywhere(lat: float, lon: float, day: float) -> None:
    date = Epoch.utc("2029-01-01T00:00:00") + 86400.0 * day
    density = Msis().density_kg_m3(np.arange(0.0, 200.0, 2.0), lat, lon, date)
    assert (density > 0.0).all()
    assert (np.diff(density) < 0.0).all()


def prop_air_is_in_hydrostatic_balance() -> None:
    """The table's log-density slope gives the temperature that the model states."""
    height = np.linspace(10.0, 70.0, 3001)
    density = Msis().density_kg_m3(height, 42.0, 111.0, DATE)
    gravity = 9.81 * (6371.0 / (6371.0 + height)) ** 2
    weight = density * gravity * 1e3
    above = np.concatenate([[0.0], np.cumsum(0.5 * (weight[1:] + weight[:-1])) * 0.02])
    temperature = Msis().temperature_k(height, 42.0, 111.0, DATE)
    pressure = density * 287.05 * temperature
    assert pressure[0] - pressure[-1] == pytest.approx(above[-1], rel=0.01)


def test_activity_changes_the_thermosphere_only() -> None:
    height = np.array([30.0, 60.0, 300.0])
    quiet, active = (
        Msis(f107_sfu=f, f107_mean_sfu=f).density_kg_m3(height, 42.0, 111.0, DATE)
        for f in (70.0, 200.0)
    )
    assert active[:2] == pytest.approx(quiet[:2], rel=0.01)
    assert active[2] > 3.0 * quiet[2]


def test_versions_differ_by_percents_and_are_named() -> None:
    new, old = Msis(), Msis(version=0)
    assert (new.name, old.name) == ("NRLMSIS 2.1", "NRLMSISE-00")
    a, b = (m.density_kg_m3(60.0, 42.0, 111.0, DATE) for m in (new, old))
    assert 1e-3 < abs(a / b - 1.0) < 0.2


def test_misuse_is_refused() -> None:
    with pytest.raises(InputError, match="version"):
        Msis(version=3)
    with pytest.raises(InputError, match="positive fluxes"):
        Msis(f107_sfu=-1.0)
    with pytest.raises(InputError, match="stations"):
        tabulate(Msis(), DATE, [[0.0, 1.0]])
