"""Keeping a station up, and bringing it down on purpose."""

from __future__ import annotations

import numpy as np
import pytest
from evidence import Recorder, evidence

from perilune import Epoch
from perilune.errors import InputError, UnknownName
from perilune.stations.decay import DecayOrbit, Satellite
from perilune.stations.deorbit import deorbit
from perilune.stations.lifetimes import Spread
from perilune.stations.sea_track import SOUTH_PACIFIC, OceanArea
from perilune.stations.solar_cycles import forecast
from perilune.stations.space_weather import mjd_utc, observed, steady
from perilune.stations.upkeep import Holding, Upkeep, area_of, propellant_kg, raise_m_s, upkeep

ISS = Satellite(420_000.0, 1505.0, 2.2)
SURE = Spread(0.0, 0.0, sun=False)
START = Epoch.utc("2027-01-01T00:00:00")


def _kept(altitude_km: float, years: float = 1.0, start: Epoch = START, **more: object) -> Upkeep:
    orbit = DecayOrbit(start, altitude_km, 51.64)
    holding = Holding(altitude_km - 2.0, altitude_km + 2.0, 300.0, 0.0)
    return upkeep(ISS, orbit, holding, years=years, samples_n=10, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("altitude", "stated_kg"), [(350.0, 8600.0), (400.0, 3600.0)])
def val_iss_propellant_a_year(altitude: float, stated_kg: float, record_property: Recorder) -> None:
    years = {}
    for year in (2009, 2014):  # the Sun at rest, and at the height of a low cycle
        start = Epoch.utc(f"{year}-01-01T00:00:00")
        weather = observed().cut(mjd_utc(start), 380.0)
        years[year] = _kept(altitude, start=start, weather=weather, spread=SURE)
    low, high = (years[year].propellant_kg_y["p50"] for year in (2009, 2014))
    evidence(
        record_property,
        claim=f"propellant of the ISS a year at {altitude:g} km (1,505 m2, Cd 2.2, 300 s)",
        reference=f"NASA before the raise of 2011: {stated_kg:,.0f} kg (unconfirmed)",
        tolerance="between a year of quiet Sun and a quarter above one of an active Sun",
        achieved=f"{low:,.0f} kg in the Sun of 2009, {high:,.0f} kg in that of 2014",
    )
    assert low < stated_kg < 1.25 * high


def val_upkeep_of_cycle_24_was_foreseen(record_property: Recorder) -> None:
    start = Epoch.utc("2009-01-01T00:00:00")
    known = mjd_utc(start) - 1.0
    drawn = forecast(mjd_utc(start), 11 * 365.25, paths_n=60, known_until_mjd=known)
    orbit, holding = DecayOrbit(start, 400.0, 51.64), Holding(398.0, 402.0, 300.0, 0.0)
    options = {"years": 10.9, "spread": Spread(0.0, 0.0)}
    foreseen = upkeep(ISS, orbit, holding, samples_n=60, weather=drawn, **options).propellant_kg_y  # type: ignore[arg-type]
    seen = upkeep(ISS, orbit, holding, samples_n=10, weather=observed(), **options)  # type: ignore[arg-type]
    found = seen.propellant_kg_y["p50"]
    evidence(
        record_property,
        claim="propellant a year at 400 km over cycle 24, foreseen from 2009-01",
        reference=f"the same under the Sun as it was: {found:,.0f} kg",
        tolerance="within p10 to p90",
        achieved=f"{foreseen['p10']:,.0f} to {foreseen['p90']:,.0f} kg",
    )
    assert foreseen["p10"] <= found <= foreseen["p90"]


def conserve_reboosts_give_back_what_drag_took() -> None:
    sky = steady(mjd_utc(START), 400.0, 140.0, 10.0)
    narrow = _kept(400.0, weather=sky, spread=SURE)
    wide = upkeep(
        ISS, DecayOrbit(START, 400.0, 51.64), Holding(390.0, 410.0, 300.0, 0.0), weather=sky,
        spread=SURE, samples_n=10,
    )  # fmt: skip
    assert wide.dv_m_s_y["p50"] == pytest.approx(narrow.dv_m_s_y["p50"], rel=0.03)
    assert len(wide.reboosts) < len(narrow.reboosts)


def test_books_add_up() -> None:
    kept = _kept(370.0, years=2.5)
    assert kept.reboost_m_s.shape == (10, 3)
    assert kept.propellant_kg_y["p10"] < kept.propellant_kg_y["p50"] < kept.propellant_kg_y["p90"]
    for row in kept.reboosts:
        assert row.from_km <= 368.0
        dv = float(raise_m_s(np.array([row.from_km]), row.to_km)[0])
        assert row.dv_m_s == pytest.approx(dv)
        assert row.propellant_kg == pytest.approx(propellant_kg(420_000.0, dv, 300.0))
    altitudes = [row["p50"] for row in kept.altitude]
    assert 367.0 < min(altitudes) < max(altitudes) <= 372.0
    found = kept.as_dict()
    assert set(found) >= {"reboost_dv_m_s_y", "propellant_kg_y", "altitude_km", "reentry_utc"}
    assert str(found["reentry_utc"]["p10"]) < str(found["reentry_utc"]["p90"])


def test_higher_takes_less_and_avoidance_is_added() -> None:
    sky = steady(mjd_utc(START), 400.0, 140.0, 10.0)
    low, high = (_kept(h, weather=sky, spread=SURE).dv_m_s_y["p50"] for h in (350.0, 420.0))
    assert low > 2.5 * high
    orbit = DecayOrbit(START, 420.0, 51.64)
    careful = upkeep(
        ISS, orbit, Holding(418.0, 422.0, 300.0, 2.0), weather=sky, spread=SURE, samples_n=10
    )
    assert careful.dv_m_s_y["p50"] == pytest.approx(high + 2.0)


def test_small_raise_by_the_linear_rule() -> None:
    # half the speed times the relative raise of the radius
    assert raise_m_s(np.array([400.0]), 401.0)[0] == pytest.approx(0.5 * 7668.6 / 6778.1, rel=1e-3)


def test_an_attitude_has_its_area() -> None:
    areas = {"flight": 1505.0, "edge-on": 700.0}
    assert area_of(areas, "edge-on") == 700.0
    with pytest.raises(UnknownName, match="Did you mean 'edge-on'"):
        area_of(areas, "edge")


def val_mir_takes_what_it_took(record_property: Recorder) -> None:
    orbit = DecayOrbit(Epoch.utc("2001-03-22T22:00:00"), 215.0, 51.64)
    found = deorbit(Satellite(137_000.0, 550.0), orbit, perigee_km=79.0, burns_n=3, within_days=1.0)
    evidence(
        record_property,
        claim="Mir from 215 km to a perigee at 79 km, three burns",
        reference="23 March 2001: 219 x 190, 193 x 159, 79 km: 46 m/s (derived)",
        tolerance="20 % (impulses at one apogee; the flown ones lowered the apogee too)",
        achieved=f"{found.dv_m_s:.1f} m/s, {found.propellant_kg:,.0f} kg; pieces over "
        f"{found.length_km:,.0f} km of sea",
    )
    assert found.status == "in_area"
    assert found.dv_m_s == pytest.approx(46.0, rel=0.2)


@pytest.mark.parametrize("inclination", [41.47, 51.64])
def test_pieces_fall_into_the_area(inclination: float) -> None:
    orbit = DecayOrbit(START, 330.0, inclination, node_deg=80.0)
    found = deorbit(ISS, orbit, burns_n=2)
    assert found.status == "in_area"
    assert found.descent is not None
    assert len(found.descent.pieces) == 2
    for fall in found.descent.pieces.values():
        assert SOUTH_PACIFIC.contains(fall.latitude_deg, fall.longitude_deg)
    light, heavy = found.descent.pieces["light"], found.descent.pieces["heavy"]
    assert light.after_s > heavy.after_s  # it floats
    assert [burn.perigee_altitude_km for burn in found.burns] == [155.0, 50.0]
    assert START.utc_iso(0) < found.burns[0].utc < found.burns[1].utc
    assert found.dv_m_s == pytest.approx(sum(burn.dv_m_s for burn in found.burns))


def test_a_steeper_end_costs_more_and_is_shorter() -> None:
    orbit = DecayOrbit(START, 330.0, 51.64)
    shallow, steep = (deorbit(ISS, orbit, perigee_km=h) for h in (75.0, 0.0))
    assert steep.dv_m_s > shallow.dv_m_s
    assert steep.length_km < shallow.length_km


def test_where_it_cannot_come_down_it_says_why() -> None:
    orbit = DecayOrbit(START, 330.0, 20.0)
    polar = OceanArea("Southern Ocean", -75.0, -60.0, 0.0, 360.0 - 1e-9)
    none = deorbit(ISS, orbit, area=polar)
    assert none.status == "no_pass"
    assert "wait longer or name another" in none.remedy
    pond = OceanArea("pond", -46.0, -44.0, -130.0, -120.0)
    wide = deorbit(ISS, DecayOrbit(START, 330.0, 51.64), area=pond, within_days=5.0)
    assert wide.status == "outside"
    assert "lower perigee_km" in wide.remedy


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Holding(140.0, 400.0), "lowest_altitude_km: found 140 to 400"),
        (lambda: Holding(410.0, 400.0), "a band that rises"),
        (lambda: Holding(390.0, 400.0, isp_s=0.0), "isp_s: found"),
        (lambda: _kept(400.0, years=99.0), "years: found 99"),
        (
            lambda: deorbit(ISS, DecayOrbit(START, 330.0, 51.6), perigee_km=120.0),
            "perigee_km: found 120",
        ),
        (lambda: deorbit(ISS, DecayOrbit(START, 330.0, 51.6), burns_n=9), "burns_n: found 9"),
    ],
)
def test_bad_input_is_one_clear_message(make: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make()  # type: ignore[operator]
