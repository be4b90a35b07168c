"""Tables: the rows of a result as every data frame library takes them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from perilune.errors import UnknownName
from perilune.views import html
from perilune.views.arrow import Columns, to_arrow
from perilune.views.units import parted

if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, Any]


class Table:
    """Rows of a result, by column; units are in the columns' names.

    `table["dv_m_s"]` is a column, `for row in table` goes through the rows. It speaks Arrow's
    PyCapsule protocol: `polars.DataFrame(table)`, `pyarrow.table(table)` and
    `pandas.DataFrame.from_arrow(table)` take it as it is.

    Attributes
    ----------
    name : str
    columns : mapping of str to list or array
        All of one length; see `perilune.views.arrow.to_arrow` for the types they get.
    metadata : mapping
        What the figures were made with, kept in the Arrow schema.
    """

    def __init__(
        self, name: str, columns: Columns, metadata: Mapping[str, Any] | None = None
    ) -> None:
        self.name, self.columns, self.metadata = name, dict(columns), dict(metadata or {})

    @classmethod
    def of(
        cls,
        name: str,
        rows: Sequence[Row],
        columns: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
    ) -> Table:
        """Return the table of rows; nested mappings become columns of their own.

        The columns named come first and are there even without rows. Where the table's name ends
        in a unit, numbers whose names have none get it: `p10` of `altitude_km` is `p10_km`.
        """
        spread = [flatten(row) for row in rows]
        names = dict.fromkeys([*columns, *(name for row in spread for name in row)])
        unit = parted(name)[1]
        found = {key: [row.get(key) for row in spread] for key in names}
        kept = {key: each for key, each in found.items() if not _is_spread(key, each, names)}
        return cls(name, {_with(unit, key, each): each for key, each in kept.items()}, metadata)

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return list(self.columns)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows as dictionaries."""
        return [
            dict(zip(self.columns, row, strict=True))
            for row in zip(*self.columns.values(), strict=True)
        ]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __getitem__(self, name: str) -> Any:
        if name not in self.columns:
            raise UnknownName(f"column of {self.name}", name, self.columns)
        return self.columns[name]

    def to_arrow(self) -> pa.Table:
        """Return a `pyarrow.Table`."""
        return to_arrow(self.columns, self.metadata)

    def to_pandas(self) -> Any:
        """Return a `pandas.DataFrame` (needs pandas)."""
        return self.to_arrow().to_pandas()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        return html.card(self.name.replace("_", " "), tables=[("", self.columns)])

    def __repr__(self) -> str:
        return f"<Table {self.name}: {len(self)} rows of {', '.join(self.columns)}>"


class Tabular:
    """A result that is told in tables; as a table itself it is the first of them."""

    @property
    @abstractmethod
    def tables(self) -> dict[str, Table]:
        """The result's tables by name, the main one first."""

    def table(self, name: str | None = None) -> Table:
        """Return one of the result's tables; the main one where no name is given.

        Raises
        ------
        UnknownName
            Where there is no such table.
        """
        found = self.tables
        name = name or next(iter(found), "")
        if name not in found:
            raise UnknownName("table", name, found)
        return found[name]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand the main table over: to `pyarrow.table`, `polars.DataFrame`, pandas."""
        return self.table().__arrow_c_stream__(requested_schema)


def flatten(row: Row, prefix: str = "", unit: str = "") -> dict[str, Any]:
    """Return a row whose nested mappings are spread over keys joined by an underscore.

    A unit stays last: `{"delivered_kg": {"cnsa": 1.0}}` gives `delivered_cnsa_kg`.
    """
    flat: dict[str, Any] = {}
    for key, value in row.items():
        name = f"{prefix}{key}{unit}"
        if isinstance(value, Mapping):
            stem, suffix = parted(name)
            flat |= flatten(value, f"{stem}_", suffix)
        else:
            flat[name] = value
    return flat


def _is_spread(name: str, values: Sequence[Any], names: Iterable[str]) -> bool:
    """Say whether a name stands for a nested mapping, null in rows that have none."""
    return all(v is None for v in values) and any(each.startswith(f"{name}_") for each in names)


def _with(unit: str, name: str, values: Sequence[Any]) -> str:
    """Return a column's name with the unit of its table, where it is of numbers and has none."""
    is_number = any(isinstance(each, int | float) and not isinstance(each, bool) for each in values)
    return name + unit if unit and is_number and not parted(name)[1] else name
