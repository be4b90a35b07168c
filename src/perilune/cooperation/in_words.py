"""What a variant comes to, in sentences: what closes, what breaks first, its mend, law, dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

_STRICTEST = ("certification", "waiver", "licence", "agreement")
_SHOWN_N = 3


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
    said = [*_what_closes(row, base), *_what_breaks(row, base), *_mends(row), _law(row)]
    return [*said, *_contact(row), *_needed(row), *_dates(row, base)]


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
    """Yield what fails first of what the variant changes, else of all, then the others."""
    bad = [each for each in _all(row) if not _good(each)]
    own = set(row["beside_baseline"]["changed"])
    if row["name"] != base["name"]:
        bad.sort(key=lambda each: each["name"] not in own)
    if not bad:
        return
    first, *others = bad
    more = len(first["why_not"]) - 1
    and_more = f" (and {more} more)" if more else ""
    yield f"First to break is {first['name']}: {_without_name(first)}{and_more}."
    if others:
        names = [each["name"] for each in others]
        yield f"{_do(names, 'does', 'do')} not close either."


def _without_name(mission: Row) -> str:
    """Return why a mission does not close; its name stands before it already."""
    why: str = mission["why_not"][0]
    start = f"{mission['name']} has "
    return why[len(start) :] if why.startswith(start) else why


def _mends(row: Row) -> Iterator[str]:
    found = row.get("mends") or []
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


def _law(row: Row) -> str:
    law = row["law"]
    if law == "permitted":
        return "Law: permitted; no rule known to us stands against it."
    if law != "needs_approval":
        return f"Law: {law}. {_decides(_first(row, law))}"
    needs = sorted(row["law_needs"], key=lambda n: _STRICTEST.index(n) if n in _STRICTEST else 9)
    first, *others = [(need, _first(row, law, need)) for need in needs]
    said = f"Law: needs approval by {listed(needs)}. {_decides(first[1])}"
    for need, rule in others:
        said += f" Also {_article(need)} by {rule['citation'] or rule['rule']}."
    return said


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


def _decides(rule: Row) -> str:
    cited = rule["citation"] or rule["rule"] or "no rule"
    lifted = f" Lifted by {rule['lifted_by']}." if rule["lifted_by"] else ""
    told = _ended(f"It rests on {cited}: {rule['because']}")
    return f"{told}{lifted}"


def _contact(row: Row) -> Iterator[str]:
    """Yield what relay and stations come to where the variant changes them."""
    own = set(row["beside_baseline"]["changed"])
    found = [
        m for m in row["missions"] if m["name"] in own and (m.get("coverage") or {}).get("text")
    ]
    for mission in found[:_SHOWN_N]:
        cover = mission["coverage"]
        if cover["relay"] is not None:
            yield _ended(f"Contact: {cover['text']}")


def _needed(row: Row) -> Iterator[str]:
    """Yield whom missions of others cannot do without."""
    for each in row["withdrawals"]:
        lost = [lost for lost in each["breaks"] if not lost["because"].endswith("leads it")]
        if lost:
            told = "; ".join(f"{name['mission']} ({name['because']})" for name in lost[:_SHOWN_N])
            yield f"Without {each['partner']} is lost: {told}."


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
