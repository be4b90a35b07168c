"""What a variant comes to, in sentences: what closes, what breaks first, its mend, law, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from perilune.cooperation.date_words import date_words
from perilune.cooperation.law_words import law_words
from perilune.cooperation.sentence import do, ended, listed
from perilune.cooperation.station_words import station_words, why_station
from perilune.cooperation.told import units

Row = Mapping[str, Any]

_SHOWN_N = 3
_SAME_H_D = 0.5
_SAME_GAP_H = 1.0
_HOW = ("roles", "planned", "margin_kg", "dv_m_s", "flights_n", "closing_n", "station", "physics")
_SHORT = re.compile(r"(injected mass|propellant) margin[^:]*: -([\d,.]+) kg")
_TOO_MUCH = re.compile(r"(\w[\w ]*?) of .* do not match, ([\d,.]+ \S+) from .*? for ([\d,.]+ \S+) ")


def beside(row: Row, base: Row) -> dict[str, list[str]]:
    """Return which missions and stations close here and not in the baseline, and the reverse.

    `changed` are those that fly in another way than there, whatever comes of it.
    """
    before = {each["name"]: each for each in units(base)}
    both = [(each, before[each["name"]]) for each in units(row) if each["name"] in before]
    return {
        "closes": [now["name"] for now, was in both if _good(now) and not _good(was)],
        "fails": [now["name"] for now, was in both if _good(was) and not _good(now)],
        "changed": [
            *(now["name"] for now, was in both if _how(now) != _how(was)),
            *(each["name"] for each in units(row) if each["name"] not in before),
        ],
    }


def in_words(row: Row, base: Row) -> list[str]:
    """Return what closes, what breaks first, the cheapest mend, the law, who is needed, dates."""
    said = [*_what_closes(row, base), *_what_breaks(row, base), *_mends(row)]
    said += [*station_words(row, base), *law_words(row, base), *_contact(row, base)]
    said += [*_needed(row), *date_words(row, base)]
    return said


def _good(each: Row) -> bool:
    return bool(each["physics"] == "closes")


def _how(each: Row) -> tuple[Any, ...]:
    """Return all that a variant can change in a mission or station, as far as its row shows."""
    return tuple(each.get(key) for key in _HOW)


def _what_closes(row: Row, base: Row) -> Iterator[str]:
    good = [each["name"] for each in units(row) if _good(each)]
    said = f"{len(good)} of {len(units(row))} close{'s' if len(units(row)) == 1 else ''}"
    yield f"{said}: {listed(good)}." if good else f"{said}."
    gone: dict[str, list[str]] = {}
    for each in row["left_out"]:
        if each["why"].endswith("is not taking part"):
            gone.setdefault(each["why"].split(" ")[0], []).append(each["name"])
    for who, names in gone.items():
        yield f"With {who} {do(names, 'is', 'are')} gone, which it leads."
    if row["name"] == base["name"]:
        return
    found = row["beside_baseline"]
    if found["closes"]:
        yield f"{do(found['closes'], 'closes', 'close')} here and not in the baseline."
    if found["fails"]:
        yield f"{do(found['fails'], 'closes', 'close')} in the baseline and not here."


def _what_breaks(row: Row, base: Row) -> Iterator[str]:
    """Yield what fails first by plan, then what fails for the same reason as in the baseline."""
    bad = sorted((e for e in units(row) if not _good(e)), key=lambda e: e.get("planned") or "9999")
    before = {each["name"]: _why(each) for each in units(base) if not _good(each)}
    if row["name"] == base["name"]:
        before = {}
    own = [each for each in bad if _why(each) != before.get(each["name"])]
    same = [each for each in bad if each not in own]
    for number, each in enumerate(own):
        first = "First to break is " if number == 0 and len(bad) > 1 else ""
        told = f"{first}{each['name']}" if first else f"{each['name']} does not close"
        yield f"{told}: {_why(each)}."
    if same:
        told = listed([f"{each['name']} ({_why(each)})" for each in same])
        yield f"As in the baseline {told} {'does' if len(same) == 1 else 'do'} not close."


def _why(each: Row) -> str:
    """Return why a mission or station does not close, each reason once."""
    if "flights" in each:
        return why_station(each)
    reasons = [_reason(each["name"], why) for why in each["why_not"]]
    if any(" of propellant for " in why for why in reasons):
        reasons = [why for why in reasons if not why.endswith("of propellant short")]
    return "; ".join(dict.fromkeys(reasons))


def _reason(name: str, why: str) -> str:
    """Return one reason; the mission's name stands before it already."""
    if short := _SHORT.match(why):
        kg = f"{float(short[2].replace(',', '')):,.0f} kg"
        is_vehicle = short[1] != "propellant"
        return f"its vehicle lifts {kg} too little" if is_vehicle else f"{kg} of propellant short"
    if more := _TOO_MUCH.match(why):
        return f"{more[1]} do not match, {more[2]} offered and {more[3]} needed"
    return why.removeprefix(f"{name} has ")


def _mends(row: Row) -> Iterator[str]:
    """Yield for each mission that does not close the least change that does, and as small ones."""
    found = row.get("mends") or []
    for each in found:
        shown = f", as in '{each['shown_in']}'" if each["shown_in"] else ""
        also = "; ".join(_also(each, way) for way in each.get("others") or [])
        more = f". As well with {also}" if also else ""
        yield f"{each['mission']} would close with {_filled(each)}{_spare(each)}{shown}{more}."
    mended = {each["mission"] for each in found}
    left = [e["name"] for e in row["missions"] if not _good(e) and e["name"] not in mended]
    if left:
        yield f"Nothing that was flown mends {listed(left)}."


def _filled(way: Row) -> str:
    told = [f"{listed(names)} as {role.replace('_', ' ')}" for role, names in way["roles"].items()]
    by = f" by {listed(way['providers'])}" if way["providers"] else ""
    return f"{' and '.join(told) or 'other dates or figures'}{by}"


def _also(best: Row, way: Row) -> str:
    """Return what a change has otherwise than the best one."""
    names = [
        name
        for role, filled in way["roles"].items()
        if filled != best["roles"][role]
        for name in filled
    ]
    return f"{listed(names)} by {listed(way['providers'])}{_spare(way)}"


def _spare(way: Row) -> str:
    return "" if way["margin_kg"] is None else f", {way['margin_kg']:,.0f} kg to spare"


def _contact(row: Row, base: Row) -> Iterator[str]:
    """Yield what relay and stations come to where that differs from the baseline."""
    before = {each["name"]: each.get("coverage") or {} for each in base["missions"]}
    told_n = 0
    for mission in row["missions"]:
        now, was = mission.get("coverage") or {}, before.get(mission["name"], {})
        if "contact_h_d" not in now or "contact_h_d" not in was or told_n == _SHOWN_N:
            continue
        if abs(now["contact_h_d"] - was["contact_h_d"]) < _SAME_H_D and not _gap(now, was):
            continue
        told_n += 1
        yield (
            f"Contact of {mission['name']}: {now['contact_h_d']:.1f} h a day, "
            f"{was['contact_h_d']:.1f} in the baseline{_gap(now, was)}.{_hangs_on(mission)}"
        )


def _gap(now: Row, was: Row) -> str:
    """Return the longest gap where it differs by an hour and a tenth."""
    after, before = float(now["longest_gap_h"]), float(was["longest_gap_h"])
    if abs(after - before) < max(_SAME_GAP_H, 0.1 * before):
        return ""
    return f"; longest gap {after:.0f} h, there {before:.0f}"


def _hangs_on(mission: Row) -> str:
    """Return what would be left without the others' relay or stations."""
    cover = mission["coverage"]
    if not _good(mission) and cover["contact_h_d"] < _SAME_H_D:
        return ""  # that is why it does not close, and was said
    found = [
        each
        for each in cover["dependencies"]
        if each["kind"] in ("relay", "agency") and each["without"] != mission["lead"]
    ]
    worst = max(found, key=lambda each: float(each["lost_h_d"]), default=None)
    if worst is None or worst["lost_h_d"] < _SAME_H_D:
        return ""
    return f" {ended(worst['text'][:1].upper() + worst['text'][1:])}"


def _needed(row: Row) -> Iterator[str]:
    """Yield whom missions of others cannot do without, of those that close."""
    for each in row["withdrawals"]:
        lost = [lost for lost in each["breaks"] if not lost["because"].endswith("leads it")]
        if lost:
            told = "; ".join(f"{name['mission']} ({name['because']})" for name in lost[:_SHOWN_N])
            yield f"Lost without {each['partner']}: {told}."
