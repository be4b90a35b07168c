"""Columns as Arrow: what is missing is null, what is a date is one, what has a unit is a float."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from perilune.errors import InputError
from perilune.views.units import parted

if TYPE_CHECKING:
    import pyarrow as pa

Columns = Mapping[str, Any]

_NOT_MEASURED = ("", "_utc", "_n")


def to_arrow(columns: Columns, metadata: Mapping[str, Any] | None = None) -> pa.Table:
    """Return columns as an Arrow table.

    Parameters
    ----------
    columns : mapping of str to array or list
        All of one length. NaN becomes null. Of an array, text becomes a dictionary, `datetime64` an
        instant in UTC. Of a list, null stays; ISO dates under a name ending in `utc` become
        instants; under a name with a unit all are float64; what has no common type becomes text.
    metadata : mapping, optional
        Kept in the table's schema, each value as text or its JSON.

    Raises
    ------
    InputError
        Where the columns differ in length.
    """
    import pyarrow as pa

    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"columns differ in length: {lengths}")
    arrays = {
        name: _listed(name, column) if isinstance(column, list) else _array(np.asarray(column))
        for name, column in columns.items()
    }
    return pa.table(arrays).replace_schema_metadata(
        {key: _text(value) for key, value in (metadata or {}).items()}
    )


def _array(column: np.ndarray[Any, Any]) -> pa.Array:
    import pyarrow as pa

    if column.dtype.kind == "M":
        unit = "us" if np.datetime_data(column.dtype)[0] == "us" else "ms"
        return pa.array(column.astype(f"datetime64[{unit}]"), pa.timestamp(unit, tz="UTC"))
    if column.dtype.kind in "UO":
        return pa.array(column.tolist(), pa.string()).dictionary_encode()
    return pa.array(column, from_pandas=True)


def _listed(name: str, values: list[Any]) -> pa.Array:
    import pyarrow as pa

    kinds: list[pa.DataType | None] = [None, pa.string()]
    if name == "utc" or name.endswith("_utc"):
        dates = _dates(values)
        if dates is not None:
            kinds, values = [pa.timestamp("ms", tz="UTC")], dates
    elif parted(name)[1] not in _NOT_MEASURED:
        kinds.insert(0, pa.float64())
    for kind in kinds:
        try:
            return _typed(pa.array(values, kind, from_pandas=True))
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            continue
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _typed(found: pa.Array) -> pa.Array:
    """Return a column without a value, or of empty lists, as the text it would hold."""
    import pyarrow as pa

    if pa.types.is_null(found.type):
        return found.cast(pa.string())
    if pa.types.is_list(found.type) and pa.types.is_null(found.type.value_type):
        return found.cast(pa.list_(pa.string()))
    return found


def _dates(values: list[Any]) -> list[datetime | None] | None:
    """Return ISO texts as dates, None where one is none; a leap second is the second before it."""
    try:
        read = [
            None if text is None else datetime.fromisoformat(text.replace(":60", ":59"))
            for text in values
        ]
    except (AttributeError, ValueError):
        return None
    return [at and (at if at.tzinfo else at.replace(tzinfo=UTC)) for at in read]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, allow_nan=False)
