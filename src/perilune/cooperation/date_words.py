"""When the missions of a variant leave, in sentences: dates, what they wait for, what delays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]

_SHOWN_N = 3
_OFTEN = 0.1
_OF_OTHERS = ("launch of ", " in its place")


def date_words(row: Row, base: Row) -> Iterator[str]:
    """Yield the median and P10 to P90 of what is changed (else of the last), waits and delays."""
    own = row["beside_baseline"]["changed"]
    dated = [m for m in row["missions"] if m["launch_date"]["p50"]]
    chosen = [m for m in dated if m["name"] in own] or dated
    is_base = row["name"] == base["name"]
    before = {} if is_base else {m["name"]: m for m in base["missions"]}
    if is_base or len(chosen) > _SHOWN_N:
        last = max(dated, key=lambda m: str(m["launch_date"]["p50"]), default=None)
        if last is not None:
            yield f"Last to leave is {_date(last, before)}."
    elif chosen:
        yield f"Median of the launch: {'; '.join(_date(m, before) for m in chosen)}."
    yield from _waits(row, base)
    yield from _left(row, base)
    yield from _delays(row)


def _date(mission: Row, before: Mapping[str, Row]) -> str:
    at = mission["launch_date"]
    late = f"to {_month(at['p90'])}" if at["p90"] else "to later than looked at"
    was = before.get(mission["name"], {}).get("launch_date", {}).get("p50")
    moved = f", {_month(was)} in the baseline" if was and _month(was) != _month(at["p50"]) else ""
    return (
        f"{mission['name']} {_month(at['p50'])} (P10 to P90 {_month(at['p10'])} {late}), "
        f"planned {mission['planned']}{moved}"
    )


def _month(day: str) -> str:
    """Return the month: slips are of months, days would only look exact."""
    return day[:7]


def _waits(row: Row, base: Row) -> Iterator[str]:
    """Yield which other launch a mission waits for last, where it is not so in the baseline."""
    known = {(m["name"], what) for m in base["missions"] for what, _ in _others(m)}
    for mission in row["missions"]:
        for what, share in _others(mission):
            if row["name"] == base["name"] or (mission["name"], what) not in known:
                often = f"in {100 * share:.0f} % of the draws"
                yield f"{mission['name']} waits last for {what} {often}."


def _others(mission: Row) -> list[tuple[str, float]]:
    waited = mission["waited_for"] or {}
    return [
        (_awaited(what), share)
        for what, share in waited.items()
        if share >= _OFTEN and (what.startswith(_OF_OTHERS[0]) or what.endswith(_OF_OTHERS[1]))
    ]


def _left(row: Row, base: Row) -> Iterator[str]:
    """Yield what is left behind in many draws; beside the baseline what is new in it."""
    known = {m["name"]: m.get("left_behind") or {} for m in base["missions"]}
    for mission in row["missions"]:
        before = {} if row["name"] == base["name"] else known.get(mission["name"], {})
        told = [
            f"{name.partition(': ')[2]} in {100 * share:.0f} %"
            for name, share in (mission.get("left_behind") or {}).items()
            if share >= _OFTEN and name not in before
        ]
        if told:
            yield f"Too late for {mission['name']} and left behind: {', '.join(told)} of the draws."


def _awaited(what: str) -> str:
    """Return the launch, or the relay to be in place, that is waited for."""
    launch, relay = _OF_OTHERS
    return f"the {what}" if what.startswith(launch) else what.replace(relay, " to be in place")


def _delays(row: Row) -> Iterator[str]:
    """Yield what an added contribution costs each mission in days, and its largest cause."""
    added = [m for m in row["missions"] if m["added_delay"] and m["added_delay"]["p50_d"] >= 1.0]
    for mission in sorted(added, key=lambda m: -float(m["added_delay"]["p50_d"]))[:_SHOWN_N]:
        found = mission["added_delay"]
        cause = found["causes"][0] if found["causes"] else None
        by = ""
        if cause and cause["share"] > 0.0:
            what = cause["contribution"].partition(": ")[2] or cause["contribution"]
            by = f"; of the mean {100 * cause['share']:.0f} % is {_part(cause['part'], what)}"
        yield (
            f"What is added moves {mission['name']} by {found['p50_d']:.0f} d in the median and "
            f"{found['p90_d']:.0f} d at P90{by}."
        )


def _part(part: str, what: str) -> str:
    told = {
        "readiness": f"{what} coming late",
        "integration": f"building {what} in",
        "joint tests": f"testing the whole again with {what}",
    }
    return told.get(part, f"{part} of {what}")
