"""Tables as Apache Parquet: columns with units in their names, provenance in the metadata."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from perilune.formats.files import write_whole
from perilune.views.arrow import Columns, to_arrow

__all__ = ["to_arrow", "write_parquet"]


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
