"""The units that names end in: `dv_m_s` is a `dv` in m/s."""

from __future__ import annotations

UNITS = {
    "_km3_s2": "km³/s²",
    "_km2_s2": "km²/s²",
    "_kg_m2": "kg/m²",
    "_km_s": "km/s",
    "_n_m_s": "N m s",
    "_m_s_y": "m/s a year",
    "_m_s": "m/s",
    "_n_m": "N m",
    "_kg_y": "kg a year",
    "_kg_t": "kg/t",
    "_kg_m3": "kg/m³",
    "_n_y": "a year",
    "_deg_d": "°/d",
    "_m2": "m²",
    "_km": "km",
    "_y": "years",
    "_kg": "kg",
    "_deg": "°",
    "_rad": "rad",
    "_min": "min",
    "_utc": "UTC",
    "_sfu": "sfu",
    "_percent": "%",
    "_kw": "kW",
    "_h": "h",
    "_d": "d",
    "_s": "s",
    "_m": "m",
    "_g": "g",
    "_w": "W",
    "_n": "",
}
"""Unit by suffix, the longer suffixes before those they end in; a count has none to show."""

_COMPONENTS = ("icrf_y", "normal_y")  # along an axis, not years
_FORCES = ("thrust_n", "force_n")  # newtons; elsewhere _n is a count


def parted(name: str) -> tuple[str, str]:
    """Return a name without its suffix, and the suffix: `("dv", "_m_s")`, `("branch", "")`."""
    if name.endswith(_COMPONENTS):
        return name, ""
    for suffix in UNITS:
        if name.endswith(suffix) and len(name) > len(suffix):
            return name.removesuffix(suffix), suffix
    return name, ""


def unit(name: str) -> str:
    """Return the unit a name ends in as it is shown; nothing where it has none."""
    return "N" if name.endswith(_FORCES) else UNITS.get(parted(name)[1], "")


def heading(name: str) -> str:
    """Return a name as the head of a column: "dv, m/s"."""
    if name == "utc":
        return "UTC"
    words, shown = parted(name)[0].replace("_", " "), unit(name)
    return f"{words}, {shown}" if shown else words
