"""What every page is made of: assets, paragraphs, lists of facts, provenance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from perilune.report import words

Document = Mapping[str, Any]

_FACTS = ("command", "perilune", "scenario", "constants", "elapsed_s")


_LONG = 12  # rows of a table that is not looked at first


def asset(name: str) -> str:
    """Return the text of a template, a style sheet or a script."""
    return files("perilune.report").joinpath("templates", name).read_text(encoding="utf-8")


def script(*names: str) -> str:
    """Return the script of a page: what all pages share, then its own, in this order."""
    return "".join(asset(name) for name in ("common.js", *names))


def paragraph(text: Any, kind: str = "summary") -> str:
    """Return text as a paragraph, nothing where there is none."""
    return f'<p class="{kind}">{escape(str(text))}</p>' if text else ""


def folded(title: str, content: str) -> str:
    """Return content (HTML) that a click unfolds; nothing where there is none."""
    if not content:
        return ""
    return f"<details><summary>{escape(title)}</summary>\n{content}\n</details>"


def folded_figures(table: str, count: int) -> str:
    """Return a table of so many figures (HTML), folded where it is long."""
    return folded(f"{count} figures", table) if count > _LONG else table


def pairs(rows: Sequence[tuple[str, str]], kind: str) -> str:
    """Return labels and their values (HTML) as a list of facts."""
    items = "".join(f"<div><dt>{escape(key)}</dt><dd>{value}</dd></div>" for key, value in rows)
    return f'<dl class="{kind}">{items}</dl>' if items else ""


def provenance(document: Document) -> str:
    """Return what a result was made with, every leaf of it: what stands alone, then by group."""
    told = dict(document.get("provenance") or {})
    merged = {key: told.pop(key, None) or document.get(key) for key in _FACTS} | told
    alone = {key: value for key, value in merged.items() if not isinstance(value, Mapping)}
    parts = [pairs(list(_leaves(alone)), "provenance")]
    for key, value in merged.items():
        if isinstance(value, Mapping):
            parts.append(f"<h3>{escape(words.label(str(key)))}</h3>")
            parts.append(pairs(list(_leaves(value)), "provenance"))
    return "\n".join(part for part in parts if part)


def _leaves(mapping: Document, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield label and HTML of every value in a mapping, however deep."""
    for key, value in mapping.items():
        name = prefix + words.label(str(key))
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{name} · ")
        elif key == "command" and value:
            yield name, f"<code>{escape(str(value))}</code>"
        elif value is not None:
            value = round(value, 1) if key == "elapsed_s" else value
            yield name, words.date(value) if str(key).endswith("_utc") else words.exact(value)
