"""Where the Earth and the Moon are in a scene and how they are turned, as tables of a page.

The frames a page shows are made of them: about the Earth and about the Moon along the ICRF, and
the axes that turn with the Moon (`perilune.astro.frames`: x from Earth to Moon, z along the Moon's
angular momentum).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro import frames
from perilune.astro.bodies import EARTH_FLATTENING, EARTH_RADIUS_KM, MOON_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SURFACE_AXES
from perilune.astro.orientation import ERA_RATE

Array = NDArray[np.float64]

_STEP_S = 6.0 * 3600.0
_MOST = 1500  # rows, over however long a span


def sky(start: Epoch, span_s: float, env: Environment) -> dict[str, Any]:
    """Return the tables of a span.

    Returns
    -------
    dict
        `t`: s from the start; `moon`: position (km) and velocity (km/s) about the Earth, `icrf`;
        `turn`: the Moon's prime meridian and pole (x and z of `moon_me`), unit, `icrf`; `sun`: the
        direction it is in; `earth`: rows of the matrix from `icrf` to `itrf` at the start;
        `earth_rad_s`: its turn about z.
        Tables are rows of figures in one text.

    Model limits: between rows the Moon moves on a cubic (to 0.1 km); the Earth turns evenly about
    the pole of the start (to 0.02 deg in a year).
    """
    count = int(np.clip(np.ceil(span_s / _STEP_S), 1, _MOST - 1)) + 1
    times = np.linspace(0.0, span_s, count)
    when = start + times
    place = np.hstack(env.ephemeris.state("moon", "earth", when))
    sun = env.ephemeris.state("sun", "earth", when)[0]
    turn = frames.from_icrf(SURFACE_AXES["moon"], when, env)[0]
    return {
        "t": text(times, 1, fixed=True),
        "moon": text(place, 9),
        "turn": text(np.hstack([turn[:, 0], turn[:, 2]]), 7),
        "sun": text(sun / np.linalg.norm(sun, axis=1, keepdims=True), 5),
        "earth": text(env.earth.itrf_matrix(start), 8),
        "earth_rad_s": ERA_RATE,
        "radius_km": {"earth": EARTH_RADIUS_KM, "moon": MOON_RADIUS_KM},
        "flattening": EARTH_FLATTENING,
    }


def text(rows: Array, digits: int, *, fixed: bool = False) -> str:
    """Return figures in one line, so many digits each; decimals, where `fixed`."""
    form = f"%.{digits}{'f' if fixed else 'g'}"
    return " ".join([form % value for value in rows.ravel().tolist()])
