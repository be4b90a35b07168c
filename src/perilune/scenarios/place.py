"""Where in a file's schema a finding lies: the table that holds a key, its keys and its kinds."""

from __future__ import annotations

from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

Location = tuple[int | str, ...]
"""Keys and places in lists, from the top of the file."""


@dataclass(frozen=True)
class Place:
    """Where a finding lies.

    Attributes
    ----------
    location : tuple
        As the file has it: without the kinds that stand for a choice among tables.
    model : type
        The table that holds the last key.
    kinds : tuple of str
        The kinds of table that may stand here.
    holds_tables : bool
        Whether this is a list of tables.
    """

    location: Location
    model: type[BaseModel]
    kinds: tuple[str, ...] = ()
    holds_tables: bool = False

    @property
    def keys(self) -> list[str]:
        """The keys of the table."""
        return sorted(field.alias or name for name, field in self.model.model_fields.items())


def find(root: type[BaseModel], location: Location) -> Place:
    """Return the place of a location as pydantic gives it, kinds of tables included."""
    model, seen = root, list[int | str]()
    choices: tuple[type[BaseModel], ...] = (root,)
    inside, is_list = True, False
    for step in location:
        if isinstance(step, str) and not inside and step in _by_kind(choices):
            choices = (_by_kind(choices)[step],)
            inside = True
            continue
        seen.append(step)
        if isinstance(step, int):
            inside, is_list = len(choices) == 1, False
            continue
        model = choices[0] if inside and choices else model
        found = _field(model, step)
        choices, is_list = _tables(found)
        inside = len(choices) == 1
    return Place(tuple(seen), model, tuple(_by_kind(choices)), is_list and bool(choices))


def _field(model: type[BaseModel], name: str) -> Any:
    for key, field in model.model_fields.items():
        if name in (key, field.alias):
            return field.annotation
    return None


def _tables(annotation: Any) -> tuple[tuple[type[BaseModel], ...], bool]:
    """Return the tables that an annotation admits, and whether it is a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,), False
    origin, found, is_list = get_origin(annotation), list[type[BaseModel]](), False
    if origin is Annotated:
        return _tables(get_args(annotation)[0])
    if origin in (Union, UnionType, list, dict, tuple):
        is_list = origin is list
        for part in get_args(annotation):
            tables, inner = _tables(part)
            found += tables
            is_list = is_list or inner
    return tuple(found), is_list


def _by_kind(tables: tuple[type[BaseModel], ...]) -> dict[str, type[BaseModel]]:
    """Return the tables of a choice by their `kind`; empty where they have none."""
    found: dict[str, type[BaseModel]] = {}
    for table in tables:
        field = table.model_fields.get("kind")
        if field is not None and get_origin(field.annotation) is Literal:
            found |= {str(word): table for word in get_args(field.annotation)}
    return found
