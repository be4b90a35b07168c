"""Tables as Apache Parquet: columns with units in their names, provenance in the metadata."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from perilune.errors import InputError
from perilune.formats.files import write_whole

if TYPE_CHECKING:
    import pyarrow as pa

Columns = Mapping[str, Any]


def to_arrow(columns: Columns, metadata: Mapping[str, Any] | None = None) -> pa.Table:
    """Return columns as an Arrow table.

    Parameters
    ----------
    columns : mapping of str to array
        All of one length. NaN becomes null; text becomes a dictionary, `datetime64` an instant in
        UTC.
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
    arrays = {name: _array(np.asarray(column)) for name, column in columns.items()}
    return pa.table(arrays).replace_schema_metadata(
        {key: _text(value) for key, value in (metadata or {}).items()}
    )


def write_parquet(
    path: str | os.PathLike[str], columns: Columns, metadata: Mapping[str, Any] | None = None
) -> None:
    """Write columns as a Parquet file, whole, compressed with Zstandard.

    Parameters
    ----------
    path : path
    columns, metadata : mapping
        As in `to_arrow`.

    Raises
    ------
    InputError
        Where the columns differ in length, or the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    stream = pa.BufferOutputStream()
    pq.write_table(to_arrow(columns, metadata), stream, compression="zstd")
    write_whole(path, stream.getvalue().to_pybytes())


def _array(column: np.ndarray[Any, Any]) -> pa.Array:
    import pyarrow as pa

    if column.dtype.kind == "M":
        return pa.array(column.astype("datetime64[ms]"), pa.timestamp("ms", tz="UTC"))
    if column.dtype.kind in "UO":
        return pa.array(column.tolist(), pa.string()).dictionary_encode()
    return pa.array(column, from_pandas=True)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, allow_nan=False)
