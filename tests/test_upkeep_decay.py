"""Decay: averaged against full integration, and against stations that fell."""

from __future__ import annotations

import decay_full
import numpy as np
import pytest
from evidence import Recorder, evidence
from upkeep_cases import (
    ISS_2018,
    MIR_JANUARY_30,
    MIR_MARCH_6,
    MIR_PERIODS_MIN,
    TIANGONG,
    TIANGONG_DOWN,
    mir_altitude_km,
    mir_orbit,
)

from perilune import Epoch
from perilune.errors import DataRangeError, InputError
from perilune.stations.ballistic import Ballistic, estimate, from_rate
from perilune.stations.decay import DecayOrbit, Satellite, decay
from perilune.stations.lifetimes import Spread, distribution, reentry_utc, shares
from perilune.stations.space_weather import epoch_of_mjd, mjd_utc, observed, steady

TWO_SIGMA = 2.0 / 1.2816  # of half the way from p10 to p90


@pytest.mark.parametrize(
    ("mjd", "altitude", "eccentricity", "inclination", "kg_m2"),
    [
        (58081.4, 300.0, 0.0018, 42.76, 50.0),  # quiet Sun
        (52000.0, 320.0, 0.0005, 51.6, 60.0),  # active Sun
        (54800.0, 280.0, 0.02, 97.0, 80.0),
        (56000.0, 260.0, 0.0, 20.0, 100.0),
    ],
)
def cross_averaged_and_full_lifetimes_agree(
    mjd: float,
    altitude: float,
    eccentricity: float,
    inclination: float,
    kg_m2: float,
    record_property: Recorder,
) -> None:
    record = decay_full.start(mjd, altitude, eccentricity, inclination)
    start, full = decay_full.fall(record, 1.0 / kg_m2, observed())
    orbit = DecayOrbit(
        epoch_of_mjd(start), record.a * 6378.135 - 6378.137, inclination, eccentricity,
        np.degrees(1.0), np.degrees(0.7),
    )  # fmt: skip
    found = decay(Satellite.of_ballistic(1.0 / kg_m2), orbit, weather=observed())
    error = found.days / full - 1.0
    evidence(
        record_property,
        claim=f"lifetime from {altitude:g} km, i {inclination:g} deg, e {eccentricity:g}, averaged",
        reference=f"full integration (EGM2008 8x8, NRLMSISE-00, DOP853): {full:.2f} d",
        tolerance="5 %",
        achieved=f"{100 * error:+.2f} %",
        headline=altitude == 300.0,
    )
    assert abs(error) < 0.05


def _tiangong(found: Ballistic | float) -> tuple[float, float, dict[str, float], float]:
    """Return the misses (weather as it came, median as foreseen), the shares, the quantile."""
    spread = Spread(found.spread if isinstance(found, Ballistic) else 0.15)
    value = found.coefficient_m2_kg if isinstance(found, Ballistic) else found
    satellite, orbit = Satellite.of_ballistic(value), DecayOrbit.of_elements(TIANGONG[-1])
    start = mjd_utc(orbit.epoch)
    life = mjd_utc(TIANGONG_DOWN) - start
    seen = decay(satellite, orbit, weather=observed()).days / life - 1.0
    options = {"known_until_mjd": start, "samples_n": 400}
    foreseen = distribution(satellite, orbit, spread=spread, **options)
    parts = shares(satellite, orbit, spread, **options)
    quantile = float((foreseen.days < life).mean())
    return seen, foreseen.days_p["p50"] / life - 1.0, parts, quantile


@pytest.mark.parametrize("what", ["2016 to 2017", "July to November 2017", "rate of the last days"])
def val_tiangong_1_comes_down_when_it_did(what: str, record_property: Recorder) -> None:
    found: Ballistic | float
    if what == "2016 to 2017":
        found = estimate(TIANGONG)
        kg_m2 = found.mass_over_drag_kg_m2
    elif what == "July to November 2017":
        found = estimate(TIANGONG[-2:])
        kg_m2 = found.mass_over_drag_kg_m2
    else:
        found = from_rate(TIANGONG[-1])
        kg_m2 = 1.0 / found
    seen, foreseen, parts, quantile = _tiangong(found)
    evidence(
        record_property,
        claim=f"Tiangong-1 from 2017-11-24, drag fitted before that ({what}: {kg_m2:.0f} kg/m2)",
        reference="re-entry 2018-04-02 00:16 UTC, 128.6 d later",
        tolerance=f"two sigma of the stated spread: {100 * TWO_SIGMA * parts['all']:.0f} %",
        achieved=f"{100 * seen:+.1f} % of the life left with the Sun as it was, median foreseen "
        f"{100 * foreseen:+.1f} % (seen at quantile {quantile:.2f}); p10 to p90 alone: drag "
        f"{100 * parts['ballistic']:.0f}, density {100 * parts['density']:.0f}, Sun "
        f"{100 * parts['sun']:.0f}, all {100 * parts['all']:.0f} %",
        headline=what == "2016 to 2017",
    )
    assert abs(seen) < TWO_SIGMA * parts["all"]
    assert parts["all"] > max(parts["ballistic"], parts["density"], parts["sun"])


def val_mir_sinks_to_its_last_orbit_when_it_did(record_property: Recorder) -> None:
    first = mir_orbit(MIR_JANUARY_30, 294.0 + 0.5)  # the reports' altitudes are 0.5 km less
    start = mir_orbit(MIR_MARCH_6, mir_altitude_km(MIR_PERIODS_MIN[86061]))
    drag = estimate([first, start])
    found = decay(Satellite.of_ballistic(drag.coefficient_m2_kg), start, weather=observed()).mjd_at(
        mir_altitude_km(MIR_PERIODS_MIN[86283])
    ) - mjd_utc(MIR_MARCH_6)
    turn_min = 0.5 * (MIR_PERIODS_MIN[86061] + MIR_PERIODS_MIN[86283])
    flown = (86283 - 86061) * turn_min / 1440.0
    evidence(
        record_property,
        claim=f"Mir from 257 to 224 km in March 2001, drag of February "
        f"({drag.mass_over_drag_kg_m2:.0f} kg/m2)",
        reference=f"222 turns in the reports of mission control: {flown:.2f} d",
        tolerance="25 % (mission control itself gave +-2 d of 14)",
        achieved=f"{found:.2f} d ({100 * (found / flown - 1):+.1f} %)",
    )
    assert abs(found / flown - 1.0) < 0.25


def val_iss_falls_in_a_month_as_it_did(record_property: Recorder) -> None:
    drag = estimate(ISS_2018[:2])
    days = mjd_utc(ISS_2018[2].epoch) - mjd_utc(ISS_2018[1].epoch)
    orbit = DecayOrbit.of_elements(ISS_2018[1])
    found = decay(
        Satellite.of_ballistic(drag.coefficient_m2_kg), orbit, weather=observed(),
        longest_years=days / 365.25,
    )  # fmt: skip
    fall = orbit.altitude_km - found.altitude_km[-1]
    flown = orbit.altitude_km - ISS_2018[2].mean_altitude_km
    evidence(
        record_property,
        claim="ISS, fall between reboosts from 2018-02-18 to 03-13, drag of the 17 days before",
        reference=f"two-line elements: {1e3 * flown:.0f} m",
        tolerance="15 % (a set's altitude scatters by 20 m)",
        achieved=f"{1e3 * fall:.0f} m ({100 * (fall / flown - 1):+.1f} %), "
        f"{drag.mass_over_drag_kg_m2:.0f} kg/m2",
    )
    assert found.status == "in_orbit"
    assert abs(fall / flown - 1.0) < 0.15


def test_estimate_gives_back_the_drag_a_decay_was_made_with() -> None:
    orbit = DecayOrbit.of_elements(TIANGONG[0])
    weather = observed()
    whole = decay(
        Satellite.of_ballistic(0.0123), orbit, weather=weather, longest_years=0.5
    )  # fmt: skip
    later = DecayOrbit(
        epoch_of_mjd(whole.mjd[-1]), float(whole.altitude_km[-1]), orbit.inclination_deg
    )
    assert estimate([orbit, later]).coefficient_m2_kg == pytest.approx(0.0123, rel=2e-3)


def test_lifetime_goes_with_mass_over_drag() -> None:
    epoch = Epoch.utc("2010-01-01T00:00:00")
    sky = steady(mjd_utc(epoch), 4000.0, 100.0, 8.0)
    orbit = DecayOrbit(epoch, 350.0, 51.6)
    once = decay(Satellite(1e4, 50.0), orbit, weather=sky)
    twice = decay(Satellite(2e4, 50.0), orbit, weather=sky)
    assert twice.days / once.days == pytest.approx(2.0, rel=0.05)
    assert np.all(np.diff(once.altitude_km) < 0.0)


def test_distribution_is_the_same_again_and_ordered() -> None:
    epoch = Epoch.utc("2027-01-01T00:00:00")
    first = reentry_utc(60_000.0, 400.0, 330.0, epoch, inclination_deg=51.6, samples_n=40)
    assert first == reentry_utc(60_000.0, 400.0, 330.0, epoch, inclination_deg=51.6, samples_n=40)
    assert str(first["p10"]) < str(first["p50"]) < str(first["p90"])


def test_without_unknowns_there_is_one_date() -> None:
    orbit = DecayOrbit.of_elements(TIANGONG[-1])
    one = distribution(
        Satellite.of_ballistic(0.009), orbit, spread=Spread(0.0, 0.0, sun=False), samples_n=10
    )
    assert np.ptp(one.days) == 0.0
    assert one.as_dict()["down_share"] == 1.0


def test_what_stays_up_says_so() -> None:
    epoch = Epoch.utc("2009-01-01T00:00:00")
    high = decay(Satellite(1e5, 10.0), DecayOrbit(epoch, 900.0, 51.6), longest_years=1.0)
    assert (high.status, high.reentry) == ("in_orbit", None)
    assert "longest_years" in high.remedy
    far = distribution(
        Satellite(1e5, 10.0), DecayOrbit(epoch, 900.0, 51.6), samples_n=10, longest_years=1.0
    )
    assert far.reentry_utc == {"p10": None, "p50": None, "p90": None}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Satellite(1e5, 0.0), "drag_area_m2: found 0"),
        (lambda: Satellite(0.0, 10.0), "mass_kg: found 0"),
        (lambda: DecayOrbit(TIANGONG_DOWN, 149.0, 51.6), "altitude_km: found 149 km"),
        (lambda: DecayOrbit(TIANGONG_DOWN, 300.0, 51.6, 0.04), "perigee at 33 km"),
        (lambda: estimate(TIANGONG[:1]), "elements: found 1 set"),
        (lambda: estimate(TIANGONG[::-1]), "later elements of a lower orbit"),
        (lambda: Spread(1.5), "ballistic: found 1.5"),
        (
            lambda: distribution(
                Satellite(1e5, 10.0), DecayOrbit(TIANGONG_DOWN, 300.0, 51.6), samples_n=3
            ),
            "samples_n: found 3",
        ),
    ],
)
def test_bad_input_is_one_clear_message(make: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make()  # type: ignore[operator]


def test_space_weather_that_is_too_short_is_named() -> None:
    orbit = DecayOrbit(Epoch.utc("2010-01-01T00:00:00"), 500.0, 51.6)
    with pytest.raises(DataRangeError, match="space weather"):
        decay(Satellite(1e5, 10.0), orbit, weather=steady(mjd_utc(orbit.epoch), 30.0))
