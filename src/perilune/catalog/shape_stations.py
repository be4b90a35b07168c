"""What the catalogue's tables of stations, modules, ships and docking standards may hold."""

from __future__ import annotations

from perilune.catalog.figure import Figure
from perilune.catalog.shape_table import LABELS, MASS, TEXT, Shape

AXES = ("+x", "-x", "+y", "-y", "+z", "-z")
"""Axes of a module: x along its length, forward as it is launched with its nose first."""

SIDES = ("active", "passive", "androgynous")
"""Which half of a docking mechanism a port carries."""

_AREA = Figure(low=0, high=1e5, above=True)
_LENGTH = Figure(low=0, high=200, above=True)
_PROPELLANT = Figure(low=0, high=1e6)
_TIME_D = Figure(low=0, high=20_000, above=True)
_FLOW_KG_Y = Figure(low=0, high=1e6)
_FLAG = Figure("flag")
_MANY = Figure("count", 0, 100)

_PORT = Shape(
    {
        "name": TEXT,
        "standard": Figure("statement"),
        "side": Figure("text", words=SIDES),
        "axis": Figure("text", words=AXES),
        "position_m": Figure("vector", -100, 100),
        "berth": _FLAG,
        "hatch": _FLAG,
        "note": TEXT,
    },
    ("name", "standard", "side", "axis"),
)
_ENGINE = {
    "thrust_n": Figure(low=0, high=1e7, above=True),
    "isp_s": Figure(low=10, high=1e5),
}
_BODY = {
    "mass_kg": MASS,
    "length_m": _LENGTH,
    "diameter_m": _LENGTH,
    "propellant_kg": _PROPELLANT,
    "end_area_m2": _AREA,
    "side_area_m2": _AREA,
    "power_kw": Figure(low=0, high=1e4),
}

STATION_SHAPES = {
    "stations": Shape(
        {
            **LABELS,
            "partners": Figure("names"),
            "inclination_deg": Figure(low=0, high=180),
            "altitude_km": Figure(low=100, high=2000),
            "perigee_altitude_km": Figure(low=100, high=2000),
            "apogee_altitude_km": Figure(low=100, high=2000),
            "lowest_altitude_km": Figure(low=100, high=2000),
            "highest_altitude_km": Figure(low=100, high=2000),
            "mass_kg": MASS,
            "drag_area_m2": _AREA,
            "drag_coefficient": Figure("ratio", 0, 10, above=True),
            "length_m": _LENGTH,
            "span_m": _LENGTH,
            "crew_n": _MANY,
            "propellant_kg": _PROPELLANT,
            "reserve_kg": _PROPELLANT,
            "isp_s": Figure(low=10, high=1e5),
            "electric_thrust_n": _ENGINE["thrust_n"],
            "electric_isp_s": _ENGINE["isp_s"],
            "since": Figure("date"),
            "until": Figure("date"),
        },
        ("title", "inclination_deg", "altitude_km"),
        {
            "elements": Shape(
                {"line_1": Figure("statement"), "line_2": Figure("statement"), "note": TEXT},
                ("line_1", "line_2"),
            ),
            "attitudes": Shape(
                {"name": TEXT, "drag_area_m2": _AREA, "note": TEXT}, ("name", "drag_area_m2")
            ),
            "history": Shape(
                {
                    "date": Figure("date"),
                    "perigee_altitude_km": Figure(low=80, high=2000),
                    "apogee_altitude_km": Figure(low=80, high=2000),
                    "note": TEXT,
                },
                ("date", "perigee_altitude_km", "apogee_altitude_km"),
            ),
        },
    ),
    "modules": Shape(
        {
            **LABELS,
            **_BODY,
            **_ENGINE,
            "launch_mass_kg": MASS,
            "inertia_kg_m2": Figure("vector", 0, 1e12),
            "propulsion": _FLAG,
            "control": _FLAG,
            "life_support": _FLAG,
            "crew_n": _MANY,
            "momentum_n_m_s": Figure(low=0, high=1e7),
            "power_use_kw": Figure(low=0, high=1e4),
            "launched": Figure("date"),
            "until": Figure("date"),
            "arm_reach_m": _LENGTH,
        },
        ("title", "mass_kg", "length_m", "diameter_m"),
        {"ports": _PORT},
    ),
    "ships": Shape(
        {
            **LABELS,
            **_BODY,
            **_ENGINE,
            "vehicles": Figure("names"),
            "sites": Figure("names"),
            "landing_zones": Figure("names"),
            "standard": Figure("statement"),
            "side": Figure("text", words=SIDES),
            "berth": _FLAG,
            "seats_n": _MANY,
            "cargo_kg": _PROPELLANT,
            "refuel_kg": _PROPELLANT,
            "reboost_kg": _PROPELLANT,
            "free_flight_d": _TIME_D,
            "docked_life_d": _TIME_D,
            "rendezvous_h": Figure(low=0, high=1000, above=True),
            "return_h": Figure(low=0, high=1000, above=True),
            "usual_stay_d": _TIME_D,
            "in_service": _FLAG,
        },
        ("title", "mass_kg", "standard", "side"),
    ),
    "docking_standards": Shape(
        {
            **LABELS,
            "androgynous": _FLAG,
            "berth": _FLAG,
            "passage_mm": Figure(low=0, high=10_000, above=True),
            "largest_mass_kg": MASS,
            "mates_with": Figure("names"),
            "adapter_mass_kg": MASS,
            "adapter_y": Figure(low=0, high=50),
        },
        ("title", "androgynous"),
    ),
    "life_support": Shape(
        {**LABELS, "spares_kg_y": _FLOW_KG_Y, "research_kg_y": _FLOW_KG_Y},
        ("title",),
        {
            "needs": Shape(
                {
                    "name": TEXT,
                    "need_kg_d": Figure(low=0, high=100, above=True),
                    "recycled": Figure("ratio", 0, 1),
                    "packaging": Figure("ratio", 0, 5),
                    "note": TEXT,
                },
                ("name", "need_kg_d"),
            )
        },
    ),
}
"""Shapes of the entries by kind."""
