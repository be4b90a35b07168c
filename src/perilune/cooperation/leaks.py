"""Where a private value still stands in a text or a table that goes to another partner.

Numbers are found however they are written (`1234.5`, `1_234.5`, `1.2345e3`, "1,234.5 kg"), texts
in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.private import private_keys, private_values

ENUMERATED = ("origin", "classes", "role", "setting", "status", "confidence", "partners", "lead")
"""Keys whose texts come from lists that everybody has."""

LEAST_DIGITS = 3
"""A number of fewer digits stands elsewhere by chance, and says nothing there."""

LEAST_TEXT = 4
"""As many characters a text has to have to be looked for elsewhere."""

_NAMES = ("name", "fits", "provider", "withheld")
_KEY = " (key)"
_SPACES = re.compile(r"[\u00a0\u2009\u202f']")
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d_, ]*(?:\.\d[\d_]*)?(?:[eE][-+]?\d+)?")
_SEPARATORS = re.compile(r"[_, ](?=\d)")


@dataclass(frozen=True)
class Secret:
    """A private value: whose field, and the value, which is never shown."""

    candidate: str
    name: str
    value: Any = field(repr=False)

    def stands_in(self, place: str, leaf: Any) -> bool:
        """Tell whether the value at a place of a document gives it away."""
        near = place.startswith(f"candidate.{self.candidate}.")
        if isinstance(self.value, int | float):
            return self._number_stands_in(place, leaf, near=near)
        if isinstance(self.value, datetime):
            return self.value.isoformat()[:16] in str(leaf).replace(" ", "T")
        if isinstance(self.value, date):
            day = self.value.isoformat()
            return not isinstance(leaf, int | float) and (
                day in str(leaf) or day.replace("-", "") in str(leaf)
            )
        if not isinstance(leaf, str) or len(self.value) < (1 if near else LEAST_TEXT):
            return False
        return self.value.casefold() in leaf.casefold()

    def _number_stands_in(self, place: str, leaf: Any, *, near: bool) -> bool:
        digits = _digits(self.value)
        if isinstance(leaf, str):
            short = near and not place.endswith(_KEY)
            return digits >= (1 if short else LEAST_DIGITS) and _number_in(self.value, leaf)
        if isinstance(leaf, bool) or not isinstance(leaf, int | float) or self.value == 0:
            return False
        short = near and self.name.endswith("_kg") and place.endswith("_kg")
        return leaf == self.value and (short or digits >= LEAST_DIGITS)


def secrets_of(candidates: Iterable[CandidateFile], to: str | None) -> list[Secret]:
    """Return what candidates keep from a partner (None: from everybody)."""
    return [
        Secret(each.name, name, value)
        for each in candidates
        if each.provider != to
        for name, whole in private_values(each)
        for place, value in leaves(whole, "")
        if not isinstance(value, bool) and not _is_enumerated(f"{name}.{place}")
    ]


def leaks(
    document: dict[str, Any], secrets: list[Secret], *, chance: Iterable[str] = ()
) -> list[str]:
    """Return where secrets stand in a document, in words and without the values.

    Parameters
    ----------
    document : dict
        A study's, or `{"variant": [...]}`.
    secrets : list of Secret
    chance : iterable of str
        Places that hold the same value by chance: `candidate.queqiao.mass_kg`.
    """
    passed, found = set(chance), list[str]()
    for place, leaf in leaves(document, ""):
        if place in passed or _is_enumerated(place) or _is_name(place):
            continue
        for secret in secrets:
            if secret.stands_in(place, leaf):
                found.append(f"{secret.name} of '{secret.candidate}' stands in {place}")
    return list(dict.fromkeys(found))


def derivable(candidate: CandidateFile) -> list[str]:
    """Return the private masses that follow from the candidate's other masses, in words."""
    hidden = {f"{table}.{path}" if path else table for table, path in private_keys(candidate)}
    parts = {
        f"{table}.{path}": float(value)
        for table, values in (("set", candidate.set), ("add", candidate.add))
        for path, value in values.items()
        if path.endswith("_kg") and isinstance(value, int | float)
    }
    terms = [*parts, "mass_kg"]
    unknown = [name for name in terms if name in hidden]
    if candidate.mass_kg is None or len(parts) < 2 or len(unknown) != 1:
        return []
    if abs(candidate.mass_kg - sum(parts.values())) > 1e-6 * candidate.mass_kg:
        return []
    return [f"{unknown[0]} of '{candidate.name}' follows from its other masses"]


def leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Yield every plain value of a document with its place, and the keys of tables as texts.

    An element of a list is called by its `name`, where it has one.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            inner = f"{place}.{key}" if place else str(key)
            if "." in str(key) or place.endswith((".set", ".add")):
                yield inner + _KEY, str(key)
            yield from leaves(item, inner)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            name = item.get("name", number) if isinstance(item, dict) else number
            yield from leaves(item, f"{place}.{name}" if place else str(name))
    elif value is not None:
        yield place, value


def _number_in(value: float, text: str) -> bool:
    """Tell whether a text has a number, in its unit or a thousand times more or less of it."""
    wanted = abs(Decimal(repr(value)))
    return value != 0 and any(
        number in (wanted, wanted / 1000, wanted * 1000) for number in _numbers(text)
    )


def _numbers(text: str) -> Iterator[Decimal]:
    """Yield the numbers of a text, with what may separate thousands taken so and otherwise."""
    for match in _NUMBER.finditer(_SPACES.sub(" ", text)):
        word = match.group().strip(" ,_")
        readings = {_SEPARATORS.sub("", word), *re.split("[, ]+", word)}
        if word.count(",") == 1:
            readings.add(word.replace(",", ".").replace(" ", ""))
        for each in readings:
            cleaned = each.replace("_", "")
            if re.fullmatch(r"[-+]?\d+(\.\d+)?([eE][-+]?\d{1,3})?", cleaned):
                yield abs(Decimal(cleaned))


def _digits(value: float) -> int:
    return len(Decimal(repr(value)).normalize().as_tuple().digits)


def _is_enumerated(place: str) -> bool:
    return any(step in ENUMERATED for step in place.split(".")[-2:])


def _is_name(place: str) -> bool:
    """Tell whether a place holds the name of something, which is no private field."""
    steps = place.split(".")
    return steps[0] in ("candidate", "mission", "variant", "station") and any(
        step in _NAMES for step in steps[2:4]
    )
