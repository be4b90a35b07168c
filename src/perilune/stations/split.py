"""`split`: modules leave together; what each half still has, and how long it lasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from perilune.errors import InputError
from perilune.stations.access import access
from perilune.stations.assembly import complex_at
from perilune.stations.complex import Complex
from perilune.stations.design import Design, SplitRequest
from perilune.stations.drawing import outlines
from perilune.stations.half import Half, crew_needs, half_of, menders, needs
from perilune.stations.half_life import drift, lasting, verdict
from perilune.stations.lift import lifts_of
from perilune.stations.module import Module, module_of

Report = Callable[[str], None]


def split(design: Design, report: Report = lambda _: None) -> dict[str, Any]:
    """Return the answer to `split`: the halves, how they part, and who can come to each.

    Raises
    ------
    InputError
        Where the file has no split, or one that takes nothing or everything.
    """
    asked = design.split
    if asked is None:
        raise InputError(
            "this key is missing: expected a table with `name`, `date` and the `modules` that "
            "leave",
            key="split",
        )
    whole = complex_at(design.plan, asked.date)
    leaving, staying = parts(design, asked)
    rows, last = [], {}
    for half in (*leaving, *staying):
        report(f"{design.name}: {half.name}")
        last[half.name] = lasting(half, design, asked.date)
        row = _row(half, design) | last[half.name].row
        rows.append(row | {"verdict": verdict(row)})
    return {
        "split": {"name": asked.name, "title": asked.title},
        "date_utc": asked.date.utc_iso(0),
        "halves": rows,
        "parted": _joints(whole, asked),
        "parting": drift(last[leaving[0].name], last[staying[0].name], design, asked),
        "reach": _reach(design),
    }


def parts(design: Design, asked: SplitRequest) -> tuple[list[Half], list[Half]]:
    """Return the parts that leave, and those that stay: more than one where they fall apart.

    Raises
    ------
    InputError
        Where a module is not there, or nothing stays.
    """
    whole = complex_at(design.plan, asked.date)
    there = whole.names
    for number, name in enumerate(asked.modules):
        if name not in there:
            known = ", ".join(there) or "nothing"
            raise InputError(
                f"no module '{name}' on the station at {asked.date.utc_iso(0)[:10]}. "
                f"There: {known}",
                key=f"split.modules[{number}]",
            )
    rest = [name for name in there if name not in asked.modules]
    if not rest:
        raise InputError(
            "found every module of the station: expected those that leave, and some that stay",
            key="split.modules",
        )

    def halves(names: list[str], called: str) -> list[Half]:
        pieces = whole.only(names).pieces()
        labels = (
            [called]
            if len(pieces) == 1
            else [f"{called}, part {n}" for n in range(1, len(pieces) + 1)]
        )
        return [
            half_of(label, whole.only(piece), design.station.altitude_km)
            for label, piece in zip(labels, pieces, strict=True)
        ]

    leaving = [*asked.modules, *_with_them(whole, asked)]
    return halves(leaving, asked.name), halves([n for n in rest if n not in leaving], design.name)


def _with_them(whole: Complex, asked: SplitRequest) -> list[str]:
    """Return the ships docked to what leaves: they leave with it, named or not."""
    rest = [name for name in whole.names if name not in asked.modules]
    cut_off = [piece for piece in whole.only(rest).pieces() if len(piece) == 1]
    return [piece[0] for piece in cut_off if whole.part(piece[0]).module.is_ship]


def _joints(whole: Complex, asked: SplitRequest) -> list[str]:
    """Return the joints that open."""
    leaving = {*asked.modules, *_with_them(whole, asked)}
    return [
        f"{'.'.join(j.a)} from {'.'.join(j.b)}"
        for j in whole.joints
        if (j.a[0] in leaving) != (j.b[0] in leaving)
    ]


def _row(half: Half, design: Design) -> dict[str, Any]:
    lacking = needs(half)
    return {
        "name": half.name,
        "modules": half.complex.names,
        "outlines": outlines(half.complex),
        "mass_kg": half.body.mass_kg,
        "length_m": half.body.length_m,
        "inertia_kg_m2": half.body.inertia_kg_m2.tolist(),
        "cg_m": half.body.cg_m.tolist(),
        "propulsion": bool(half.propulsion),
        "propulsion_by": half.propulsion,
        "control": bool(half.control_by),
        "control_by": half.control_by,
        "docked": half.ships,
        "power_kw": half.power_kw,
        "power_use_kw": half.power_use_kw,
        "life_support": bool(half.life_support),
        "crew_n": half.crew_n,
        "propellant_kg": half.propellant_kg,
        "dv_m_s": half.dv_m_s,
        "drag_area_m2": half.drag_area_m2,
        "free_ports": [f"{name}.{port.name}" for name, port in half.complex.free_ports()],
        "ships": _ships(half, design),
        "stands_alone": not lacking,
        "needs": lacking,
        "crew_needs": crew_needs(half),
        "mended_by": _mended_by(half, design) if lacking else [],
    }


def _ships(half: Half, design: Design) -> list[dict[str, Any]]:
    """Return who can dock, by partner, and where."""
    rows = []
    for entry in design.book.table("ships").values():
        if entry.figures.get("in_service") is False:
            continue
        ship = replace(module_of(entry), name=entry.name)
        ports = half.docks(ship, design.plan.standards)
        if ports:
            rows.append({"ship": entry.name, "partner": ship.partner, "ports": ports})
    return rows


def _reach(design: Design) -> list[dict[str, Any]]:
    """Return which partners fly straight to this orbit, with what, by permission."""
    found = access(design.station, lifts_of(design.book))
    return [
        {
            "partner": who,
            "vehicle": row.lift.vehicle,
            "site": row.lift.pad.name,
            "payload_kg": row.permitted.payload_kg,
            "way": row.permitted.way,
        }
        for who, row in found.heaviest().items()
    ]


def _mended_by(half: Half, design: Design) -> list[dict[str, Any]]:
    found: list[tuple[Module, str]] = menders(half, design.book, design.plan.standards)
    return [
        {"module": m.name, "partner": m.partner, "mass_kg": m.mass_kg, "port": port}
        for m, port in found[:3]
    ]
