"""What a variant comes to, in sentences: what closes, what breaks first, its mend, law, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

_STRICTEST = ("certification", "waiver", "licence", "agreement")
_SHOWN_N = 3
_SAME_H = 0.25


def beside(row: Row, base: Row) -> dict[str, list[str]]:
    """Return which missions and stations close here and not in the baseline, and the reverse.

    `changed` are those that fly in another way than there, whatever comes of it.
    """
    before = {each["name"]: each for each in _all(base)}
    both = [(each, before[each["name"]]) for each in _all(row) if each["name"] in before]
    return {
        "closes": [now["name"] for now, was in both if _good(now) and not _good(was)],
        "fails": [now["name"] for now, was in both if _good(was) and not _good(now)],
        "changed": [
            *(now["name"] for now, was in both if _how(now) != _how(was)),
            *(each["name"] for each in _all(row) if each["name"] not in before),
        ],
    }


def in_words(row: Row, base: Row) -> list[str]:
    """Return what closes, what breaks first, the cheapest mend, the law, who is needed, dates."""
    said = [*_what_closes(row, base), *_what_breaks(row, base), *_mends(row, base)]
    said += [*_law(row, base), *_contact(row, base), *_needed(row), *_dates(row, base)]
    return said


def _all(row: Row) -> list[Row]:
    return [*row["missions"], *row["stations"]]


def _good(each: Row) -> bool:
    return bool(each["physics"] == "closes")


def _how(each: Row) -> tuple[Any, ...]:
    """Return all that a variant can change in a mission or station, as far as its row shows."""
    return tuple(each.get(k) for k in ("roles", "planned", "margin_kg", "dv_m_s", "flights_n"))


def _what_closes(row: Row, base: Row) -> Iterator[str]:
    good = [each["name"] for each in _all(row) if _good(each)]
    said = f"{len(good)} of {len(_all(row))} close"
    yield f"{said}: {listed(good)}." if good else f"{said}."
    if row["name"] == base["name"]:
        return
    found = row["beside_baseline"]
    if found["closes"]:
        yield f"{_do(found['closes'], 'closes', 'close')} here and not in the baseline."
    if found["fails"]:
        yield f"{_do(found['fails'], 'closes', 'close')} in the baseline and not here."


def _what_breaks(row: Row, base: Row) -> Iterator[str]:
    """Yield what fails first of what the variant changes, then what fails as in the baseline."""
    bad = [each for each in _all(row) if not _good(each)]
    own = set(row["beside_baseline"]["changed"])
    is_base = row["name"] == base["name"]
    mine = [each for each in bad if is_base or each["name"] in own]
    others = [each["name"] for each in bad if each not in mine]
    if mine:
        first, *also = mine
        more = len(first["why_not"]) - 1
        and_more = f" (and {more} more)" if more else ""
        yield f"First to break is {first['name']}: {_why(first)}{and_more}."
        if also:
            names = [each["name"] for each in also]
            yield f"{_do(names, 'does', 'do')} not close either."
    if others:
        yield f"{_do(others, 'does', 'do')} not close, as in the baseline."


def _why(mission: Row) -> str:
    """Return why a mission does not close; its name stands before it already."""
    why: str = mission["why_not"][0]
    short = re.match(r"(injected mass|propellant) margin[^:]*: -([\d,.]+) kg", why)
    if short:
        kg = f"{float(short[2].replace(',', '')):,.0f} kg"
        return (
            f"its vehicle lifts {kg} too little"
            if short[1] != "propellant"
            else (f"it is {kg} of propellant short")
        )
    start = f"{mission['name']} has "
    return why[len(start) :] if why.startswith(start) else why


def _mends(row: Row, base: Row) -> Iterator[str]:
    """Yield the mends; of what is as in the baseline they are told there."""
    own = row["beside_baseline"]["changed"]
    is_base = row["name"] == base["name"]
    found = [each for each in row.get("mends") or [] if is_base or each["mission"] in own]
    if found:
        yield f"Least change that closes: {'; '.join(_mend(each) for each in found)}."


def _mend(each: Row) -> str:
    filled = " and ".join(
        f"{' with '.join(names)} as {role.replace('_', ' ')}"
        for role, names in each["roles"].items()
    )
    by = f" by {listed(each['providers'])}" if each["providers"] else ""
    margin = each["margin_kg"]
    spare = "" if margin is None else f", {margin:,.0f} kg to spare"
    shown = f", as in '{each['shown_in']}'" if each["shown_in"] else ""
    return f"{each['mission']} with {filled or 'other dates or figures'}{by}{spare}{shown}"


def _law(row: Row, base: Row) -> Iterator[str]:
    """Yield the verdict and what it rests on; where it is the baseline's, what is new."""
    law = row["law"]
    if law == "permitted":
        under = _cited(row["rules"])
        by = f" under {under}" if under else ""
        yield f"Law: permitted{by}; no rule known stands against it."
        return
    needs = sorted(row["law_needs"], key=lambda n: _STRICTEST.index(n) if n in _STRICTEST else 9)
    by = f" by {listed(needs)}" if law == "needs_approval" else ""
    known = {(rule["rule"], rule["because"]) for rule in base["rules"]}
    new = [rule for rule in row["rules"] if (rule["rule"], rule["because"]) not in known]
    if row["name"] != base["name"] and law == base["law"] and set(needs) == set(base["law_needs"]):
        yield f"Law: {law.replace('_', ' ')}{by}, as in the baseline."
        strict = [rule for rule in new if rule["verdict"] != "permitted"]
        free = [rule for rule in new if rule["verdict"] == "permitted" and rule["citation"]]
        if strict:
            yield f"New beside it: {_decides(strict[0], named=False)}"
        elif free:
            yield f"What is new in it is permitted under {_cited(free)}."
        return
    first, *others = [_first(row, law, need) for need in needs] or [_first(row, law)]
    if law != "needs_approval":
        first, others = _first(row, law), []
    yield f"Law: {law.replace('_', ' ')}{by}. {_decides(first)}"
    for need, rule in zip(needs[1:], others, strict=False):
        yield f"Also {_article(need)}: {rule['citation'] or rule['rule']}."


def _cited(rules: Sequence[Row]) -> str:
    """Return the acts cited, each once."""
    cited = dict.fromkeys(rule["citation"] for rule in rules if rule["citation"])
    return "; ".join(list(cited)[:4])


def _first(row: Row, law: str, need: str | None = None) -> Row:
    """Return the first rule that decides."""
    fitting: list[Row] = [
        each
        for each in row["rules"]
        if each["verdict"] == law
        and each["effect"] != "obliges"
        and need in (None, each.get("needs"))
    ]
    return fitting[0] if fitting else row["rules"][0]


def _decides(rule: Row, *, named: bool = True) -> str:
    cited = rule["citation"] or rule["rule"] or "no rule"
    lifted = f" Lifted by {rule['lifted_by']}." if rule["lifted_by"] else ""
    told = _ended(f"{'It rests on ' if named else ''}{cited}: {rule['because']}")
    return f"{told}{lifted}"


def _contact(row: Row, base: Row) -> Iterator[str]:
    """Yield what relay and stations come to where that differs from the baseline."""
    before = {each["name"]: each.get("coverage") or {} for each in base["missions"]}
    told_n = 0
    for mission in row["missions"]:
        now, was = mission.get("coverage") or {}, before.get(mission["name"], {})
        if "contact_h_d" not in now or "contact_h_d" not in was or told_n == _SHOWN_N:
            continue
        if abs(now["contact_h_d"] - was["contact_h_d"]) < _SAME_H:
            continue
        told_n += 1
        yield (
            f"Contact of {mission['name']}: {now['contact_h_d']:.1f} h a day instead of "
            f"{was['contact_h_d']:.1f}, longest gap {now['longest_gap_h']:.0f} h instead of "
            f"{was['longest_gap_h']:.0f}.{_hangs_on(mission)}"
        )


def _hangs_on(mission: Row) -> str:
    """Return what would be left without the others' relay or stations."""
    found = [
        each
        for each in mission["coverage"]["dependencies"]
        if each["kind"] in ("relay", "agency") and each["without"] != mission["lead"]
    ]
    cover = mission["coverage"]
    if cover["contact_h_d"] < _SAME_H and cover["relay"] and cover["relay_sees_h_d"] > 0.0:
        seen = f"{cover['relay']} sees it {cover['relay_sees_h_d']:.1f} h a day"
        return f" {seen}, and Earth only later: it has to store and send."
    worst = max(found, key=lambda each: float(each["lost_h_d"]), default=None)
    if worst is None or worst["lost_h_d"] < _SAME_H:
        return ""
    return f" {_ended(worst['text'][:1].upper() + worst['text'][1:])}"


def _needed(row: Row) -> Iterator[str]:
    """Yield whom missions of others cannot do without."""
    for each in row["withdrawals"]:
        lost = [lost for lost in each["breaks"] if not lost["because"].endswith("leads it")]
        if lost:
            told = "; ".join(f"{name['mission']} ({name['because']})" for name in lost[:_SHOWN_N])
            yield f"Lost without {each['partner']}: {told}."


def _dates(row: Row, base: Row) -> Iterator[str]:
    own = row["beside_baseline"]["changed"]
    dated = [m for m in row["missions"] if m["launch_date"]["p50"]]
    chosen = [m for m in dated if m["name"] in own] or dated
    if row["name"] == base["name"] or len(chosen) > _SHOWN_N:
        last = max(dated, key=lambda m: str(m["launch_date"]["p50"]), default=None)
        chosen = [] if last is None else [last]
    told = [
        f"{m['name']} {m['launch_date']['p50']} ({m['launch_date']['p10']} to "
        f"{m['launch_date']['p90'] or 'later than looked at'}; planned {m['planned']})"
        for m in chosen
    ]
    if told:
        yield f"Launch, median and P10 to P90: {', '.join(told)}."
    yield from _delay(row)


def _delay(row: Row) -> Iterator[str]:
    added = [m for m in row["missions"] if m["added_delay"]]
    if not added:
        return
    worst = max(added, key=lambda m: float(m["added_delay"]["p50_d"]))
    found = worst["added_delay"]
    cause = found["causes"][0] if found["causes"] else None
    by = ""
    if cause:
        what = cause["contribution"].partition(": ")[2] or cause["contribution"]
        by = f"; {100 * cause['share']:.0f} % of it by {cause['part']} of {what}"
    yield (
        f"What is added delays {worst['name']} by {found['p50_d']:.0f} d (P50), "
        f"{found['p90_d']:.0f} d (P90){by}."
    )


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _do(names: Sequence[str], one: str, more: str) -> str:
    return f"{listed(names)} {one if len(names) == 1 else more}"


def _article(need: str) -> str:
    return f"{'an' if need[0] in 'aeiou' else 'a'} {need}"


def _ended(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
