"""What the law makes of a variant, in sentences: the verdict, what it rests on, what opens it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from perilune.cooperation.sentence import ended, listed

Row = Mapping[str, Any]

_STRICTEST = ("certification", "waiver", "licence", "agreement")
_AWAITED = "entry into force"
_SHOWN_N = 3
_NEW_N = 2
_ACTS_N = 5


def law_words(row: Row, base: Row) -> Iterator[str]:
    """Yield the verdict and the acts it rests on; where it is the baseline's, what is new."""
    law, needs = row["law"], _sorted(row["law_needs"])
    told = law.replace("_", " ") + (f" by {listed(needs)}" if law == "needs_approval" else "")
    is_same = row["name"] != base["name"] and _rests_on_the_same(row, base)
    if law == "permitted":
        yield f"Law: {_permitted(row)}."
    elif is_same:
        yield f"Law: {told}, as in the baseline."
        yield from _new(row, base)
    elif law == "unknown":
        yield f"Law: unknown. {_unknown(row)}"
    else:
        yield f"Law: {told}. {' '.join(_deciding(row, law, needs))}"
    open_to = _acts(row["rules"])
    if law not in ("permitted", "forbidden") and open_to and not is_same:
        yield f"What else the partners do is permitted: {open_to}."
    yield from _awaited(row)


def _rests_on_the_same(row: Row, base: Row) -> bool:
    """Whether verdict, approvals, and all the rules behind the baseline's are here too."""
    if (row["law"], set(row["law_needs"])) != (base["law"], set(base["law_needs"])):
        return False
    return _strict(base) <= _strict(row)


def _strict(row: Row) -> set[str]:
    rules = row["rules"]
    return {str(each["rule"]) for each in rules if each["rule"] and each["verdict"] != "permitted"}


def _permitted(row: Row) -> str:
    acts = _acts(row["rules"])
    if acts:
        return f"permitted under the {acts[:1].lower()}{acts[1:]}; nothing known stands against it"
    return "permitted; one side alone, so that no rule on cooperation applies"


def _acts(rules: Sequence[Row]) -> str:
    """Return the acts that open something; duties that hold for all treaties are none."""
    permits = (each for each in rules if each["effect"] == "permits" and each["citation"])
    cited = list(dict.fromkeys(each["citation"] for each in permits))
    return "; ".join(cited[:_ACTS_N])


def _awaited(row: Row) -> Iterator[str]:
    """Yield what is signed and not in force, each once."""
    found = {
        each["citation"]: each
        for each in row["rules"]
        if each["effect"] == "obliges" and each["lifted_by"].startswith(_AWAITED)
    }
    told = {_text_of(each) for each in row["rules"] if each["verdict"] != "permitted"}
    found = {citation: each for citation, each in found.items() if _text_of(each) not in told}
    for citation, each in found.items():
        meanwhile = each["because"].partition(": ")[2].partition(": ")[2]
        yield f"Not yet in force: {citation}; {meanwhile} ({each['lifted_by']})."


def _text_of(rule: Row) -> str:
    """Return which text a rule stands in, without what it is about."""
    return str(rule["citation"] or "").partition(" on ")[0]


def _deciding(row: Row, law: str, needs: Sequence[str]) -> Iterator[str]:
    """Yield what the verdict rests on: the first rule for each approval, or the first of all."""
    if law == "needs_approval":
        for number, need in enumerate(needs):
            rule = _first(row, law, need)
            yield _rests(rule) if number == 0 else f"{_article(need)} too: {_named(rule)}."
        return
    yield _rests(_first(row, law))


def _rests(rule: Row) -> str:
    """Return one rule in words: about whom, what it says, its text, what opens it."""
    about, _, says = rule["because"].partition(": ")
    text = f"{about}: {says} ({_named(rule)})." if says else f"{about}."
    if rule["verdict"] == "forbidden" and rule.get("needs"):
        return f"{text} What would lift it, {rule['needs']}, is taken as not to be had."
    what = "opens" if rule["verdict"] == "needs_approval" else "would lift"
    return f"{text} What {what} it: {ended(rule['lifted_by'])}" if rule["lifted_by"] else text


def _unknown(row: Row) -> str:
    """Return what is not known: a rule that may apply, pairs that no rule covers, facts."""
    found = [each for each in row["rules"] if each["verdict"] == "unknown"]
    named = [each for each in found if each["rule"]]
    facts = [
        each["because"].removeprefix("not known is ").removesuffix(": needs counsel")
        for each in found
        if not each["rule"]
    ]
    pairs = dict.fromkeys(pair for fact in facts if (pair := _pair(fact)))
    others = dict.fromkeys(fact for fact in facts if not _pair(fact))
    told = [_rests(named[0])] if named else []
    if pairs:
        told.append(f"No rule known covers {listed(list(pairs))}: needs counsel.")
    if others:
        told.append(f"Not known is {listed(list(others)[:_SHOWN_N])}: needs counsel.")
    return " ".join(told)


def _pair(fact: str) -> str:
    """Return the two whom no rule covers, the same whoever hands over; empty for other facts."""
    pair = fact.removeprefix("what law ").partition(" is under")[0]
    is_pair = fact.startswith("what law ") and " with " in pair
    return " with ".join(sorted(pair.split(" with "))) if is_pair else ""


def _new(row: Row, base: Row) -> Iterator[str]:
    """Yield the strictest rule that the baseline has not."""
    known = {(rule["rule"], rule["because"]) for rule in base["rules"]}
    new = [rule for rule in row["rules"] if (rule["rule"], rule["because"]) not in known]
    strict = [each for each in new if each["verdict"] != "permitted" and each["rule"]]
    # what is said of partners weighs more than what is said of an item
    strict = sorted({e["rule"]: e for e in reversed(strict)}.values(), key=_is_of_items)
    if strict:
        told = [_rests(each) for each in strict[:_NEW_N]]
        yield f"New in it: {' '.join(told)}"
    elif row["law"] == "unknown":
        yield _unknown(row)


def _is_of_items(rule: Row) -> bool:
    return bool(rule["because"].startswith("'"))


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


def _named(rule: Row) -> str:
    return str(rule["citation"] or rule["rule"] or "no rule")


def _sorted(needs: Sequence[str]) -> list[str]:
    return sorted(needs, key=lambda n: _STRICTEST.index(n) if n in _STRICTEST else 9)


def _article(need: str) -> str:
    return f"{'An' if need[0] in 'aeiou' else 'A'} {need}"
