"""Write Orekit's GCRF to ITRF rotations as authority numbers for the tests.

The table also holds the Earth orientation that Orekit used at each instant, so that a test can
feed the same values to other code and compare rotations and nothing else. Needs what
``benchmarks/peer_orekit.py`` needs.

Usage: ``python builders/build_itrf_authority.py [cache_dir]``
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from math import pi
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import peer_orekit  # noqa: E402

OUTPUT = ROOT / "tests" / "authority" / "itrf_orekit.csv"
FIRST_EPOCH = datetime(1975, 3, 1, 5, 23, 17)
STEP = timedelta(days=464, hours=7, minutes=13, seconds=29)
COUNT = 40
ARCSEC = pi / 648000.0
COLUMNS = (
    "utc",
    "ut1_minus_utc_s",
    "x_p_arcsec",
    "y_p_arcsec",
    "dX_arcsec",
    "dY_arcsec",
    *(f"r{row}{column}" for row in (1, 2, 3) for column in (1, 2, 3)),
    "omega_x_rad_s",
    "omega_y_rad_s",
    "omega_z_rad_s",
)


def header() -> list[str]:
    """Return the comment lines: who, what, when, how."""
    found = peer_orekit.versions()
    today = datetime.now(UTC).date().isoformat()
    text = f"""
        GCRF to ITRF rotation and angular velocity computed by Orekit {found["orekit"]}
        (orekit-jpype {found["orekit-jpype"]}, Java {found["java"]}), {today}, by
        builders/build_itrf_authority.py.
        Conventions: IERS 2010 (IAU 2006/2000A precession-nutation, CIO based, with dX and dY;
        polar motion with the TIO locator s'); FramesFactory.getITRF(IERS_2010, simpleEOP=True),
        so without sub-daily and tidal corrections of the Earth orientation.
        Earth orientation: IERS finals2000A.all, Bulletin A columns only, from astropy-iers-data
        {found["astropy-iers-data"]}; leap seconds of the IERS. The values in the table are those
        of Orekit's EOPHistory at the instant, after its interpolation.
        Rotation: rij of the matrix that takes GCRF components to ITRF components, row by row,
        from FramesFactory.getNonInterpolatingTransform (no interpolation of precession-nutation).
        Angular velocity: of ITRF relative to GCRF, in GCRF axes, from the regular transform,
        which knows the rate of precession-nutation but not that of polar motion. The Earth
        rotation rate in it uses the length of day tabulated by the IERS, not the slope of UT1.
    """
    return ["# " + line.strip() for line in text.strip().splitlines()]


def row(utc: datetime, frames: Any, conventions: Any, utc_scale: Any) -> str:
    """Compute one line of the table."""
    j = peer_orekit.java()
    date = j.AbsoluteDate(utc.isoformat(), utc_scale)
    gcrf, itrf = frames.getGCRF(), frames.getITRF(conventions, True)
    history = frames.getEOPHistory(conventions, True)
    pole = history.getPoleCorrection(date)
    offsets = history.getNonRotatinOriginNutationCorrection(date)  # spelled so by Orekit
    exact = frames.getNonInterpolatingTransform(gcrf, itrf, date)
    matrix = np.array(exact.getRotation().getMatrix())
    regular = gcrf.getTransformTo(itrf, date)
    in_itrf = np.array(regular.getRotationRate().toArray())
    in_gcrf = np.array(regular.getRotation().getMatrix()).T @ in_itrf
    values = [
        history.getUT1MinusUTC(date),
        *(angle / ARCSEC for angle in (pole.getXp(), pole.getYp(), offsets[0], offsets[1])),
        *matrix.ravel(),
        *in_gcrf,
    ]
    return ",".join([utc.isoformat(), *(repr(float(value)) for value in values)])


def main() -> None:
    """Write the table."""
    peer_orekit.setup(sys.argv[1] if len(sys.argv) > 1 else None)
    j = peer_orekit.java()
    scale = j.TimeScalesFactory.getUTC()
    epochs = [FIRST_EPOCH + STEP * index for index in range(COUNT)]
    rows = [row(utc, j.FramesFactory, j.IERSConventions.IERS_2010, scale) for utc in epochs]
    lines = [*header(), ",".join(COLUMNS), *rows]
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(rows)} epochs written to {OUTPUT.name}")


if __name__ == "__main__":
    main()
