"""Flat charts of a page: lines, dots, bars, bands, outlines, as the JSON that plotly.js draws."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Protocol

COLORS = ("#2486cf", "#d9730d", "#12946c", "#bf5a97", "#8a78d8", "#8a8a2e", "#cf3f3a", "#6b7684")
"""Each stands out 3:1 from white and from the page's dark ground; told apart by color-blind eyes
(after Okabe & Ito 2008), and by their names in the legend."""

_MARKUP = re.compile("&lt;(br|b|/b)&gt;")

HEIGHT_PX = 420
"""Of a chart that asks for no height."""


@dataclass(frozen=True)
class Series:
    """One line of a chart.

    Attributes
    ----------
    name : str
        In the legend; of series with one name only the first stands there.
    x, y : sequence
        Numbers, or texts: UTC instants on a date axis, names on an axis of names. None is a gap.
    kind : str
        `line`, `steps` (a value holds until the next), `dots`, `bars`, `band` (`y` and `low`),
        `spans` (bars from `low` to `x`, a row each of `y`), `outline` (a closed, filled shape) or
        `labels` (`text` written at each point).
    low : sequence, optional
    text : sequence of str, optional
        Shown on hovering.
    color : int or None
        Place in `COLORS`; None takes the next.
    dash : bool or str
        A style of plotly's: `dot`, `dash`, `dashdot`; True for `dash`.
    width : float
        Of a line, px.
    place : str
        Of `labels`, beside their points: `middle center`, `middle right`...
    symbol, size : str, float
        Of dots: plotly's name, px.
    opacity : float
    """

    name: str
    x: Sequence[Any]
    y: Sequence[Any]
    kind: str = "line"
    low: Sequence[Any] | None = None
    text: Sequence[str] | None = None
    color: int | None = None
    dash: bool | str = False
    width: float = 2.0
    place: str = "middle center"
    symbol: str = "circle"
    size: float = 7.0
    opacity: float = 1.0


@dataclass(frozen=True)
class Chart:
    """A chart: what its axes are, what stands in it.

    Attributes
    ----------
    name, title, note : str
        `name` is unique in its page.
    x_title, y_title : str
    series : sequence of Series
    limits : mapping
        Values of y drawn as dashed lines, by their label.
    marks : mapping
        Values of x drawn as dotted lines, by their label.
    x_type, y_type : str
        `linear`, `log`, `date` or `category`.
    is_to_scale : bool
        One unit is as long along x as along y.
    is_counted : bool
        y is a count of people or things: from 0 up, in whole steps.
    height_px : int or None
    x_range : tuple, optional
        Ends of the axis along the bottom.
    from_zero : bool
        y shows how far it is from nothing.
    """

    name: str
    title: str
    x_title: str
    y_title: str
    series: Sequence[Series]
    note: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)
    marks: Mapping[str, Any] = field(default_factory=dict)
    x_type: str = "linear"
    y_type: str = "linear"
    is_to_scale: bool = False
    is_counted: bool = False
    height_px: int | None = None
    x_range: tuple[Any, Any] | None = None
    from_zero: bool = False


class Placed(Protocol):
    """What has a place in a page."""

    @property
    def name(self) -> str:
        """Unique in its page."""

    @property
    def title(self) -> str:
        """Above it."""

    @property
    def note(self) -> str:
        """After its title."""

    @property
    def height_px(self) -> int | None:
        """Its height; None for the usual one."""


def drawn(chart: Chart) -> dict[str, Any]:
    """Return a chart as plotly's traces and layout; colors of page and paper are the script's."""
    layout: dict[str, Any] = {
        "xaxis": {"title": {"text": chart.x_title}, "type": _axis(chart.x_type)},
        "yaxis": {"title": {"text": chart.y_title}, "type": _axis(chart.y_type)},
        "showlegend": len({s.name for s in chart.series}) > 1,
        "barmode": "overlay" if any(s.kind == "spans" for s in chart.series) else "group",
        "limits": [{"label": key, "y": value} for key, value in chart.limits.items()],
        "marks": [{"label": key, "x": value} for key, value in chart.marks.items()],
    }
    if chart.y_type == "category":
        layout["yaxis"]["autorange"] = "reversed"
    if chart.is_counted:
        layout["yaxis"] |= {"rangemode": "tozero", "dtick": 1, "tickformat": "d"}
    if chart.from_zero:
        layout["yaxis"]["rangemode"] = "tozero"
    if chart.x_range is not None:
        layout["xaxis"]["range"] = list(chart.x_range)
    if chart.is_to_scale:
        layout["yaxis"] |= {"scaleanchor": "x", "scaleratio": 1}
    seen: dict[str, int] = {}
    data = []
    for series in chart.series:
        is_first = series.name not in seen
        color = seen.setdefault(series.name, len(seen) if series.color is None else series.color)
        data += _traces(series, COLORS[color % len(COLORS)], is_first)
    return {"data": data, "layout": layout}


def _dash(style: bool | str) -> str:
    return style if isinstance(style, str) else "dash" if style else "solid"


def _axis(kind: str) -> str:
    return "-" if kind == "linear" else kind


def _text(text: str) -> str:
    """Return a text as plotly shows it: of what it takes for markup, line breaks and bold stay."""
    return _MARKUP.sub(r"<\1>", escape(text, quote=False))


def _traces(series: Series, color: str, is_first: bool) -> list[dict[str, Any]]:
    base: dict[str, Any] = {
        "name": _text(series.name),
        "x": list(series.x),
        "y": list(series.y),
        "showlegend": is_first,
        "legendgroup": series.name,
    }
    if series.text is not None:
        base |= {
            "text": [_text(each) for each in series.text],
            "hovertemplate": "%{text}<extra></extra>",
        }
    line = {"color": color, "width": series.width, "dash": _dash(series.dash)}
    if series.opacity < 1.0:
        base |= {"opacity": series.opacity}
    if series.kind == "dots":
        marker = {"color": color, "size": series.size, "symbol": series.symbol}
        return [base | {"type": "scatter", "mode": "markers", "marker": marker}]
    if series.kind == "bars":
        return [base | {"type": "bar", "marker": {"color": color}, "textposition": "none"}]
    if series.kind == "spans":
        width = [b - a for a, b in zip(series.low or [], series.x, strict=True)]
        return [
            base
            | {"type": "bar", "orientation": "h", "base": list(series.low or []), "x": width}
            | {"marker": {"color": color}, "textposition": "none", "width": 0.6}
        ]
    if series.kind == "outline":
        return [
            base
            | {"type": "scatter", "mode": "lines", "fill": "toself", "opacity": 0.75}
            | {"line": line | {"width": 1}, "hoveron": "fills", "hoverinfo": "text"}
            | {"text": _text(" ".join(series.text or [series.name])), "hovertemplate": None}
        ]
    if series.kind == "labels":
        hidden = {"showlegend": False, "hoverinfo": "skip", "hovertemplate": None}
        text = {"type": "scatter", "mode": "text", "cliponaxis": False}
        return [base | hidden | text | {"textposition": series.place}]
    if series.kind == "steps":
        line |= {"shape": "hv"}
    if series.kind == "band":
        lower = base | {"y": list(series.low or []), "showlegend": False, "hoverinfo": "skip"}
        thin = {"type": "scatter", "mode": "lines", "line": {"color": color, "width": 0.5}}
        return [lower | thin, base | thin | {"fill": "tonexty", "opacity": 0.5}]
    return [base | {"type": "scatter", "mode": "lines", "line": line}]


def box(chart: Placed) -> str:
    """Return the place of a chart in a page."""
    height = chart.height_px or HEIGHT_PX
    return (
        f"<figure>\n<figcaption><strong>{escape(chart.title)}</strong> {escape(chart.note)}"
        f'</figcaption>\n<div class="plot chart" style="height:{height}px" '
        f'data-figure="{escape(chart.name)}" role="img" '
        f'aria-label="{escape(chart.title)}: its figures are in the tables"></div>\n'
        "<noscript>This plot needs JavaScript.</noscript>\n</figure>"
    )


def section(found: Sequence[Placed], name: str = "plots", heading: str = "Charts") -> str:
    """Return a section of a page with the places of charts, two beside each other where it fits."""
    if not found:
        return ""
    body = "\n".join(box(chart) for chart in found)
    return (
        f'<section id="{name}">\n<h2>{escape(heading)}</h2>\n<div class="plots">\n{body}\n</div>\n'
        "</section>\n"
    )
