"""What becomes of a station under a variant, in sentences: flights, modules, cost of its orbit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from perilune.cooperation.sentence import listed

Row = Mapping[str, Any]

_SHOWN_N = 3
_SAME_PERCENT = 0.5


def station_words(row: Row, base: Row) -> Iterator[str]:
    """Yield for each station that is not the baseline's which flights and modules reach it."""
    before = {each["name"]: each for each in base["stations"]}
    for station in row["stations"]:
        was = before.get(station["name"], {})
        if row["name"] != base["name"] and station["station"] == was.get("station"):
            continue
        if station["reach"] and row["name"] != base["name"]:
            yield from _reached(station["name"], station["reach"])
            yield from _cost(station["reach"], was.get("reach") or [])


def why_station(station: Row) -> str:
    """Return which flights of a station's plan do not go, the first one with its reason."""
    failing = [each for each in station["flights"] if not each["ok"]]
    if not failing:
        shown, rest = station["why_not"][:_SHOWN_N], station["why_not"][_SHOWN_N:]
        return "; ".join(shown) + (f"; and {len(rest)} more" if rest else "")
    first, others = failing[0], [each["name"] for each in failing[1:]]
    why = str(first["why_not"]).split("; ")[0]
    more = f"; nor {listed(others)}" if others else ""
    return (
        f"{station['closing_n']} of {station['flights_n']} flights go, not {first['name']} on "
        f"{first['vehicle']} ({why}){more}"
    )


def _reached(name: str, reach: Sequence[Row]) -> Iterator[str]:
    tilt = reach[0]["inclination_deg"]
    for ok, told in ((True, "can be lifted"), (False, "cannot be lifted")):
        rows = [each for each in reach if each["ok"] is ok]
        if rows:
            yield f"To {name} at {tilt:g} deg {told}: {_rides(rows)}."
    bare = [each for each in reach if each["ok"] and (each["margin_kg"] or 0.0) < 0.0]
    if bare:
        yield f"Of these are within the error of the vehicle's model: {_rides(bare)}."


def _rides(rows: Sequence[Row]) -> str:
    """Return modules by vehicle, each vehicle with the sites it flies from."""
    by: dict[tuple[str, str], dict[str, list[str]]] = {}
    for each in rows:
        modules = by.setdefault((each["vehicle"], each["partner"]), {})
        way = f" ({each['way'].replace('_', ' ')})" if each["way"] != "direct" else ""
        modules.setdefault(each["module"], []).append(f"{each['site']}{way}")
    told = []
    for (vehicle, _), modules in by.items():
        sites: dict[tuple[str, ...], list[str]] = {}
        for module, where in modules.items():
            sites.setdefault(tuple(where), []).append(module)
        told += [f"{listed(n)} by {vehicle} from {listed(w)}" for w, n in sites.items()]
    return "; ".join(told)


def _cost(reach: Sequence[Row], before: Sequence[Row]) -> Iterator[str]:
    """Yield what the vehicles lift there instead of to the baseline's inclination, by partner."""
    known = {(each["vehicle"], each["site"]): each for each in before if each["payload_kg"]}
    told: dict[str, list[str]] = {}
    seen = set()
    for each in reach:
        key = (each["vehicle"], each["site"])
        was = known.get(key)
        if was is None or not each["payload_kg"] or key in seen:
            continue
        seen.add(key)
        if was["inclination_deg"] == each["inclination_deg"]:
            continue
        now_kg, was_kg = each["payload_kg"], was["payload_kg"]
        change = 100.0 * (now_kg / was_kg - 1.0)
        if abs(change) < _SAME_PERCENT:
            continue
        told.setdefault(each["partner"], []).append(
            f"{each['vehicle']} from {each['site']} {now_kg:,.0f} kg instead of {was_kg:,.0f} "
            f"({change:+.0f} %)"
        )
    if not told:
        return
    old = before[0]["inclination_deg"]
    for partner, rows in told.items():
        yield f"Against {old:g} deg {partner} lifts: {', '.join(rows)}."
