"""How stations fell, as published; never read by a solver of ours but in tests.

Two-line elements: copies in public repositories (GitHub), found by their catalogue numbers. Mir:
trajectory reports of the mission control center (TsUP) 47, 52 and 61 of March 2001, as posted by
SpaceRef and sci.space.news, and russianspaceweb.com for 30 January.
"""

from __future__ import annotations

import numpy as np

from perilune import Epoch
from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.stations.decay import DecayOrbit
from perilune.stations.elements import TwoLine
from perilune.stations.orbit_average import GM_KM3_S2, J2, mean_sun
from perilune.stations.space_weather import mjd_utc

TIANGONG = (
    TwoLine(
        "1 37820U 11053A   16071.47512016  .00017711  00000-0  21761-3 0  9998",
        "2 37820  42.7628 110.5320 0009524  97.7639  50.1243 15.59909646255308",
    ),
    TwoLine(
        "1 37820U 11053A   16119.59866188  .00015755  00000-0  18184-3 0  9997",
        "2 37820  42.7629 183.6620 0012005  56.7410  93.0239 15.61589364262823",
    ),
    TwoLine(
        "1 37820U 11053A   16339.16302693  .00021051  00000-0  17357-3 0  9997",
        "2 37820  42.7632 305.9790 0015673 147.2225 332.7571 15.69763185297236",
    ),
    TwoLine(
        "1 37820U 11053A   17108.75840766  .00019738  00000-0  12544-3 0  9997",
        "2 37820  42.7593 203.1960 0018230  12.5951 125.9337 15.75851115318584",
    ),
    TwoLine(
        "1 37820U 11053A   17206.57682878  .00025514  00000-0  13004-3 0  9995",
        "2 37820  42.7593 324.6017 0020085 348.1948  81.3822 15.80564343334044",
    ),
    TwoLine(
        "1 37820U 11053A   17328.39767988  .00068071  99780-5  19636-3 0  9996",
        "2 37820  42.7547 290.8811 0018225 150.6126 347.4134 15.92513370353383",
    ),
)
TIANGONG_DOWN = Epoch.utc("2018-04-02T00:16:00")

ISS_2018 = (
    TwoLine(
        "1 25544U 98067A   18032.92935684  .00002966  00000-0  52197-4 0  9991",
        "2 25544  51.6438 332.9972 0003094  62.2964  46.0975 15.54039537 97480",
    ),
    TwoLine(
        "1 25544U 98067A   18049.96745694  .00002668  00000-0  47552-4 0  9991",
        "2 25544  51.6414 248.0688 0003322 111.2880 342.9259 15.54113204100135",
    ),
    TwoLine(
        "1 25544U 98067A   18072.01686465  .00002475  00000-0  44458-4 0  9991",
        "2 25544  51.6420 138.1426 0002141 176.4814 246.1618 15.54223596103569",
    ),
)
"""Without a reboost between them: the mean motion only rises."""

MIR_PERIODS_MIN = {86061: 89.584, 86140: 89.398, 86283: 88.926}
"""Draconic period on the first turn of 6, 11 and 20 March 2001, by number of the turn."""
MIR_MARCH_6 = Epoch.utc("2001-03-05T22:00:00")
"""The first turn of a Moscow day begins within an hour and a half of this."""
MIR_JANUARY_30 = Epoch.utc("2001-01-29T22:00:00")
MIR_BETA_MARCH_6_DEG, MIR_INCLINATION_DEG = 8.7, 51.64


def mir_altitude_km(period_min: float) -> float:
    """Return the mean altitude of a draconic period (Brouwer's first order)."""
    rate = 2.0 * np.pi / (60.0 * period_min)
    sin2 = np.sin(np.radians(MIR_INCLINATION_DEG)) ** 2
    sma = (GM_KM3_S2 / rate**2) ** (1.0 / 3.0)
    for _ in range(6):
        factor = 1.0 + 0.75 * J2 * (EARTH_RADIUS_KM / sma) ** 2 * (6.0 - 8.0 * sin2)
        sma = (GM_KM3_S2 * factor**2 / rate**2) ** (1.0 / 3.0)
    return float(sma - EARTH_RADIUS_KM)


def mir_orbit(epoch: Epoch, altitude_km: float) -> DecayOrbit:
    """Return Mir's orbit; its node by the angle of the Sun on 6 March and the turn since."""
    sun = mean_sun(mjd_utc(MIR_MARCH_6))
    tilt, incl = np.radians(23.44), np.radians(MIR_INCLINATION_DEG)
    height = np.arctan(np.tan(tilt) * np.sin(sun))
    across = np.sin(np.radians(MIR_BETA_MARCH_6_DEG)) - np.sin(height) * np.cos(incl)
    node = sun + np.pi - np.arcsin(across / (np.cos(height) * np.sin(incl)))  # the angle rises
    turned = -5.35 * (mjd_utc(epoch) - mjd_utc(MIR_MARCH_6))
    return DecayOrbit(
        epoch, altitude_km, MIR_INCLINATION_DEG, 0.0012, float(np.degrees(node)) + turned, 90.0
    )
