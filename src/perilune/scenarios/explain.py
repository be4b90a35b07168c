"""What is wrong with a file, in one sentence: the findings of the schema, in words of ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from pydantic import BaseModel, ValidationError

from perilune.errors import InputError, nearest
from perilune.scenarios.place import Location, Place, find

_EXPECTED = {
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "list_type": "a list",
    "datetime_type": "a date and time without quotes, such as 2020-11-23T20:30:12Z",
    "date_type": "a date without quotes, such as 2020-11-23",
    "model_type": "a table of keys and values",
    "model_attributes_type": "a table of keys and values",
    "string_unicode": "text in UTF-8",
}
_NUMBERS = (
    "float_type",
    "int_type",
    "finite_number",
    "greater_than",
    "greater_than_equal",
    "less_than",
    "less_than_equal",
)
_SHOWN = {
    "number": "a number",
    "integer": "a whole number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table of keys and values",
    "date-time": "a date and time, such as 2020-11-23T20:30:12Z",
    "date": "a date, such as 2020-11-23",
}


def explain(
    error: ValidationError, document: dict[str, Any], where: str, root: type[BaseModel]
) -> InputError:
    """Return the finding that helps most as one message: a misspelt key explains a missing one.

    `root` is the model of the whole file.
    """
    findings = error.errors(include_url=False)
    unknown = [finding for finding in findings if finding["type"] == "extra_forbidden"]
    first: Mapping[str, Any] = (unknown or findings)[0]
    place = find(root, first["loc"])
    location = place.location
    if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
        location = (*location, "kind")
    return InputError(_problem(first, place), file=where, key=_key(location, document))


def _problem(finding: Mapping[str, Any], place: Place) -> str:
    kind, found, context = finding["type"], finding.get("input"), finding.get("ctx", {})
    name = str(place.location[-1]) if place.location else ""
    if kind == "extra_forbidden":
        known = place.keys
        return f"unknown key.{_hint(name, known)} Known: {', '.join(known)}"
    if kind == "missing":
        return f"this key is missing: expected {_wanted(place)}"
    if kind == "union_tag_not_found":
        return f"this key is missing: expected one of {', '.join(place.kinds)}"
    if kind == "union_tag_invalid":
        tag, kinds = found["kind"] if isinstance(found, dict) else context["tag"], place.kinds
        return f"found {shown(tag)}, expected one of {', '.join(kinds)}.{_hint(str(tag), kinds)}"
    if kind == "value_error":
        return str(context.get("error", finding["msg"]))
    return f"found {shown(found)}, expected {_expectation(finding, place)}"


def _expectation(finding: Mapping[str, Any], place: Place) -> str:
    kind, context, found = finding["type"], finding.get("ctx", {}), finding.get("input")
    name = str(place.location[-1]) if place.location else ""
    if kind == "literal_error":
        expected = str(context["expected"])
        words = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
        return expected if len(words) == 1 else f"one of {expected}.{_hint(str(found), words)}"
    if kind == "string_pattern_mismatch":
        return "lower-case letters, digits, - and _ (it names files)"
    if kind == "list_type" and place.holds_tables:
        return f"a list: write [[{name}]] in double brackets"
    if kind == "float_type" and type(found) is int:
        return "a number of fewer digits"
    if kind.startswith(("too_", "string_too_")):
        length = context.get("min_length", context.get("max_length"))
        count = f"at {'least' if kind.endswith('short') else 'most'} {length}"
        return f"{count} characters" if kind.startswith("string") else f"a list of {count}"
    return _wanted(place) if kind in _NUMBERS else _EXPECTED.get(kind, str(finding["msg"]))


def _hint(name: str, known: Any) -> str:
    near = nearest(name, known)
    return f" Did you mean '{near}'?" if near else ""


def shown(value: Any) -> str:
    """Return a value as its file has it, shortened."""
    text = _toml(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return repr(value)


def _key(location: Location, document: dict[str, Any]) -> str:
    """Return `phase[1] (transfer).flight_time_h` for a location in the document."""
    key = ""
    here: Any = document
    for step in location:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
            label = _label(here)
            key += f"[{step}] ({label})" if label else f"[{step}]"
        else:
            here = here.get(step) if isinstance(here, dict) else None
            key += f".{step}" if key else step
    return key


def _label(part: Any) -> str:
    """Return what a list's entry is called."""
    if not isinstance(part, dict):
        return ""
    label = next((part[key] for key in ("kind", "name", "event") if key in part), "")
    return label[:40] if isinstance(label, str) else ""


def _wanted(place: Place) -> str:
    """Say what belongs under a key."""
    location = place.location
    if location == ("phase",):
        return "tables [[phase]]: a launch and a transfer at least, or a lunar_start"
    is_item = isinstance(location[-1], int)
    name = str(location[-2] if is_item else location[-1])
    part = place.model.model_json_schema(by_alias=True)["properties"][name]
    part = part.get("anyOf", [part])[0]
    part = part["items"] if is_item else part
    if "const" in part:
        return f"{name} = {part['const']}"
    return _SHOWN.get(part.get("format", part.get("type")), "a value") + _bounds(part)


def _bounds(part: Mapping[str, Any]) -> str:
    """Return ` from 48 to 160`, ` above 0 and up to 10000000`."""
    low, high = part.get("minimum"), part.get("maximum")
    above, below = part.get("exclusiveMinimum"), part.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {low:.10g} to {high:.10g}"
    ends = ((low, "from"), (above, "above"), (high, "up to"), (below, "below"))
    words = [f"{word} {value:.10g}" for value, word in ends if value is not None]
    return f" {' and '.join(words)}" if words else ""
