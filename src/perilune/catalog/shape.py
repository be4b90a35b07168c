"""What an entry of each kind may hold, and the one clear message where it holds something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perilune.catalog.entry import CONFIDENCES, KINDS, MARKS
from perilune.catalog.figure import Figure, stem_of
from perilune.catalog.shape_policy import POLICY_SHAPES
from perilune.catalog.shape_stations import STATION_SHAPES
from perilune.catalog.shape_table import LABELS, MASS, TEXT
from perilune.catalog.shape_table import Shape as Shape
from perilune.errors import InputError, nearest

_NAMES = Figure("names")
_INCLINATION = Figure(low=0, high=180)

_PLACE = {
    "latitude_deg": Figure(low=-90, high=90),
    "longitude_deg": Figure(low=-180, high=180),
    "altitude_km": Figure(low=-12, high=12),
}
_ENGINE = {
    "thrust_n": Figure(low=0, high=1e8, above=True),
    "isp_s": Figure(low=10, high=1e4),
    "propellant_kg": MASS,
    "dry_mass_kg": MASS,
}


_MARK = Shape({"confidence": Figure("text", words=CONFIDENCES), "source": TEXT})

_STAGE = Shape(
    {
        "name": TEXT,
        "engine": TEXT,
        "count": Figure("count", 1, 100),
        "parallel": Figure("flag"),
        "throttle": Figure(low=0, high=1, above=True),
        "note": TEXT,
        **_ENGINE,
    },
    ("name", "propellant_kg", "dry_mass_kg", "thrust_n", "isp_s"),
)
_PAYLOAD = Shape(
    {
        "site": TEXT,
        "kind": Figure("text", words=("maximum", "stated", "flown")),
        "payload_kg": MASS,
        "inclination_deg": _INCLINATION,
        "perigee_altitude_km": Figure(low=-6378, high=2e6),
        "apogee_altitude_km": Figure(low=0, high=2e6),
        "c3_km2_s2": Figure(low=-62, high=400),
        "plane_change_deg": _INCLINATION,
        "upper_stage": TEXT,
        "fit": Figure("flag"),
        "note": TEXT,
    },
    ("kind", "payload_kg", "inclination_deg", "perigee_altitude_km"),
    one_of=("apogee_altitude_km", "c3_km2_s2"),
)

SHAPES = {
    "launch_sites": Shape(
        {
            **LABELS,
            **_PLACE,
            "azimuths_deg": Figure("ranges", -360, 360),
            "inclinations_deg": Figure("ranges", 0, 180),
            "headings": Figure("names", words=("northbound", "southbound", "either")),
            "drop_zones": Figure("statement"),
        },
        ("latitude_deg", "longitude_deg"),
    ),
    "lunar_sites": Shape({**LABELS, **_PLACE}, ("latitude_deg", "longitude_deg")),
    "vehicles": Shape(
        {
            **LABELS,
            "sites": _NAMES,
            "ascent_duration_s": Figure(low=0, high=7200, above=True),
            "ascent_range_angle_deg": Figure(low=0, high=179.9),
            "upper_stage": TEXT,
        },
        ("ascent_duration_s", "ascent_range_angle_deg"),
        {"stages": _STAGE, "payloads": _PAYLOAD},
    ),
    "upper_stages": Shape(
        {
            **LABELS,
            "engine": TEXT,
            **_ENGINE,
            "tank_propellant_kg": MASS,
            "tank_mass_kg": MASS,
            "restartable": Figure("flag"),
            "starts_n": Figure("count", 1, 1000),
            "injection_burns_n": Figure("count", 1, 100),
        },
        tuple(_ENGINE),
    ),
    "ground_stations": Shape(
        {
            **LABELS,
            **_PLACE,
            "antenna_m": Figure(low=0, high=1000, above=True),
            "antennas_n": Figure("count", 1, 1000),
            "in_service": Figure("flag"),
        },
        ("latitude_deg", "longitude_deg", "antenna_m"),
    ),
    "landing_zones": Shape(
        {
            **LABELS,
            **_PLACE,
            "radius_km": Figure(low=0, high=5000, above=True),
            "area_km2": Figure(low=0, high=1e8, above=True),
            "approach_inclinations_deg": Figure("ranges", 0, 180),
            "since": Figure("date"),
        },
        ("latitude_deg", "longitude_deg"),
    ),
    **STATION_SHAPES,
    **POLICY_SHAPES,
}
"""Shapes of the entries by kind."""

assert SHAPES.keys() == KINDS.keys()


def check(shape: Shape, content: Any, key: str, *, complete: bool = True) -> None:
    """Refuse what does not belong into a table.

    Parameters
    ----------
    shape : Shape
    content
        As TOML gives it.
    key : str
        Where it stands, for the message.
    complete : bool
        Whether every required key must be there: not where it changes an entry.

    Raises
    ------
    InputError
        One finding, with its key: unknown keys first, for they explain missing ones.
    """
    if not isinstance(content, dict):
        raise InputError(f"found {shown(content)}, expected a table of keys and values", key=key)
    for name in content:
        if name not in shape.keys and name not in MARKS:
            raise InputError(_unknown(name, shape.keys), key=f"{key}.{name}")
    for name in shape.required if complete else ():
        if name not in content:
            wanted = shape.figures[name].expected
            raise InputError(f"this key is missing: expected {wanted}", key=f"{key}.{name}")
    found = [name for name in shape.one_of if name in content]
    if shape.one_of and len(found) != 1:
        count = "both" if found else "neither"
        problem = f"found {count} of {' and '.join(shape.one_of)}, expected one"
        raise InputError(problem, key=key)
    _check_values(shape, content, key)
    _check_marks(content, key)


def _check_values(shape: Shape, content: Mapping[str, Any], key: str) -> None:
    for name, value in content.items():
        at = f"{key}.{name}"
        figure = shape.figures.get(name)
        if figure is not None and not figure.admits(value):
            raise InputError(f"found {shown(value)}, expected {figure.expected}", key=at)
        if name not in shape.rows:
            continue
        if not isinstance(value, list) or not value:
            wanted = f"tables in double brackets: [[{key}.{name}]]"
            raise InputError(f"found {shown(value)}, expected {wanted}", key=at)
        for number, row in enumerate(value):
            check(shape.rows[name], row, f"{at}[{number}]")
    headings, ranges = content.get("headings"), content.get("inclinations_deg")
    if headings is not None and ranges is not None and len(headings) != len(ranges):
        problem = f"found {len(headings)}, expected one for each of {len(ranges)} inclinations_deg"
        raise InputError(problem, key=f"{key}.headings")


def _check_marks(content: Mapping[str, Any], key: str) -> None:
    for name, figure in _MARK.figures.items():
        if name in content and not figure.admits(content[name]):
            problem = f"found {shown(content[name])}, expected {figure.expected}"
            near = nearest(str(content[name]), figure.words)
            hint = f". Did you mean '{near}'?" if near else ""
            raise InputError(problem + hint, key=f"{key}.{name}")
    marks = content.get("figures", {})
    if not isinstance(marks, dict):
        problem = f"found {shown(marks)}, expected a table figures.KEY of source and confidence"
        raise InputError(problem, key=f"{key}.figures")
    for name, mark in marks.items():
        at = f"{key}.figures.{name}"
        if not isinstance(mark, dict) or not mark or not set(mark) <= set(_MARK.figures):
            problem = f"found {shown(mark)}, expected a table of `source`, `confidence` or both"
            raise InputError(problem, key=at)
        _check_marks(mark, at)


def _unknown(name: str, known: list[str]) -> str:
    """Say that a key is unknown: without its unit, in another unit, or misspelt."""
    same = next((key for key in known if stem_of(key) == stem_of(name)), None)
    if same is not None and name == stem_of(name):
        return f"has no unit: expected {same}"
    if same is not None:
        return f"has another unit than this catalogue's: expected {same}"
    near = nearest(name, known)
    hint = f" Did you mean '{near}'?" if near else ""
    return f"unknown key.{hint} Known: {', '.join(sorted([*known, *MARKS]))}"


def shown(value: Any) -> str:
    """Return a value as a file has it, shortened."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    if isinstance(value, int) and abs(value) > 10**15:
        text = "a whole number above 1e15"
    return text if len(text) <= 60 else f"{text[:57]}..."
