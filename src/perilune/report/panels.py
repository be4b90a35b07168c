"""Charts with several rows over one axis, as the JSON that plotly.js draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from perilune.report.charts import Chart, Series, drawn

_GAP = 0.045  # between rows, of the height
_ROW_PX, _AROUND_PX = 115, 90


@dataclass(frozen=True)
class Panel:
    """A row: its axis' title and what stands in it; limits are drawn as dashed lines.

    One `from_zero` shows how far what stands in it is from nothing.
    """

    y_title: str
    series: Sequence[Series]
    limits: Mapping[str, float] = field(default_factory=dict)
    from_zero: bool = False


@dataclass(frozen=True)
class Panels:
    """Rows that share the axis along the bottom.

    Attributes
    ----------
    name, title, note, x_title : str
    rows : sequence of Panel
        From the top down.
    is_reversed : bool
        x runs from right to left.
    labels_left : bool
        Limits are named at the left.
    """

    name: str
    title: str
    x_title: str
    rows: Sequence[Panel]
    note: str = ""
    is_reversed: bool = False
    labels_left: bool = False

    @property
    def height_px(self) -> int:
        """What the rows need."""
        return _ROW_PX * len(self.rows) + _AROUND_PX


def drawn_panels(panels: Panels) -> dict[str, Any]:
    """Return the rows as plotly's traces and layout; colors of page and paper are the script's."""
    count = len(panels.rows)
    each = (1.0 - _GAP * (count - 1)) / count
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"showlegend": False, "limits": [], "marks": []}
    layout["xaxis"] = {"title": {"text": panels.x_title}, "anchor": _axis("y", count)}
    if panels.is_reversed:
        layout["xaxis"]["autorange"] = "reversed"
    for number, row in enumerate(panels.rows, start=1):
        made = drawn(Chart("", "", "", row.y_title, row.series, limits=row.limits))
        top = 1.0 - (number - 1) * (each + _GAP)
        name = "yaxis" + (str(number) if number > 1 else "")
        title = made["layout"]["yaxis"]["title"]
        layout[name] = {"title": title, "domain": [max(0.0, top - each), top], "nticks": 4}
        if row.from_zero:
            layout[name]["rangemode"] = "tozero"
        reference = _axis("y", number)
        data += [trace | {"yaxis": reference, "xaxis": "x"} for trace in made["data"]]
        placed = {"axis": reference, "isLeft": panels.labels_left}
        layout["limits"] += [limit | placed for limit in made["layout"]["limits"]]
    return {"data": data, "layout": layout}


def _axis(letter: str, number: int) -> str:
    return letter + (str(number) if number > 1 else "")
