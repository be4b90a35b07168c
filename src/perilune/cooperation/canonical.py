"""What a file says apart from how it is written: equality, hashes, and text that is stable."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date, datetime, time
from typing import Any

import tomli_w

from perilune.errors import InputError

HASH_FORM = r"^sha256:[0-9a-f]{64}$"
"""How a content hash is written."""

_EXACT = 2**53
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def plain(value: Any) -> Any:
    """Return a value in what JSON has: dates as text (UTC with Z), whole numbers without a point.

    Raises
    ------
    InputError
        For what neither TOML nor JSON can hold, and for NaN and infinities.
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        there = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return there.isoformat() + ("Z" if value.tzinfo else "")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise InputError(f"found {value}, expected a number that is finite")
        return int(value) if value.is_integer() and abs(value) < _EXACT else value
    if value is None or isinstance(value, bool | int | str):
        return value
    raise InputError(f"found a {type(value).__name__}, expected what a file can hold")


def canonical(value: Any) -> str:
    """Return the one text of a value: keys sorted, no blanks, `1` for `1.0`."""
    return json.dumps(
        plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def same(one: Any, other: Any) -> bool:
    """Tell whether two values say the same; `1` and `1.0` do, `1` and `true` do not."""
    return canonical(one) == canonical(other)


def content_hash(value: Any) -> str:
    """Return `sha256:` and the hash of the canonical text of a value."""
    return f"sha256:{hashlib.sha256(canonical(value).encode()).hexdigest()}"


def toml_text(document: dict[str, Any], *, comment: str = "") -> str:
    """Return a document as TOML, a comment above it; raises InputError where it holds a null."""
    head = "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines())
    try:
        body = tomli_w.dumps(document)
    except TypeError:
        raise InputError("found null, which TOML cannot hold: save as .json") from None
    return f"{head}\n{body}" if head else body


def json_text(document: dict[str, Any]) -> str:
    """Return a document as JSON, its keys in the order they have; dates become text."""
    plain(document)  # refuses what no file can hold
    return json.dumps(document, indent=2, ensure_ascii=False, default=plain) + "\n"


def json_document(text: str, name: str, what: str) -> dict[str, Any]:
    """Return the content of a JSON text. JSON has no dates: text that is one in full is read so.

    Raises
    ------
    InputError
        Where it is no JSON, no table, or has a key twice; carries the name.
    """
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise InputError(f"not a {what}: nested too deeply", file=name) from None
    except json.JSONDecodeError as error:
        raise InputError(f"not valid JSON: {error}", file=name) from None
    except ValueError as error:
        raise InputError(f"not a {what}: {error}", file=name) from None
    if not isinstance(found, dict):
        raise InputError(f"not a {what}: expected a table of keys and values", file=name)
    revived: dict[str, Any] = _revived(found)
    return revived


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise ValueError(f"the key '{twice}' stands twice")
    return found


def _revived(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _revived(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_revived(item) for item in value]
    if isinstance(value, str):
        try:
            if _DATE.fullmatch(value):
                return date.fromisoformat(value)
            if _INSTANT.fullmatch(value):
                return datetime.fromisoformat(value)
        except ValueError:  # 2019-02-30 is text
            return value
    return value
