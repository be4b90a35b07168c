"""The paper of a map: its land and grid, and labels where there is room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from perilune.report.coastlines import land_path
from perilune.report.maria import maria

_SCALE = 2.0  # units of the drawing a degree
_NEAR = 22.0  # units: events nearer than this share a label
_LETTER, _LINE = 7.0, 14.0  # of labels
_NAMED_KM = 500.0  # maria as wide have room for their names
_PLACES = tuple((side, down) for down in (-6, 15, -20, 29) for side in (1, -1))


def paper(body: str) -> str:
    """Return meridians and parallels every 30 degrees (SVG) over the Earth's land.

    Of the Moon, over its maria, and the far side is shaded.
    """
    parts = []
    if body == "earth":
        parts.append(_land())
    if body == "moon":
        parts += [f'<rect class="far" x="{x:g}" y="0" width="180" height="360"/>' for x in (0, 540)]
        parts.append(_maria())
    meridians = "".join(f"M{2 * x} 0V360" for x in range(0, 361, 30))
    parallels = "".join(f"M0 {2 * y}H720" for y in range(0, 181, 30))
    parts.append(f'<path class="grid" d="{meridians}{parallels}"/>')
    parts += [
        f'<text class="degrees" x="{x_of(lon) + 3:g}" y="357">{_east(lon)}</text>'
        for lon in (-120, -60, 0, 60, 120)
    ]
    parts += [
        f'<text class="degrees" x="3" y="{y_of(lat) - 3:g}">{_north(lat)}</text>'
        for lat in (-60, -30, 0, 30, 60)
    ]
    return "".join(parts)


def _land() -> str:
    tenth = _SCALE / 10.0
    place = f"{tenth:g} 0 0 {-tenth:g} {x_of(0.0):g} {y_of(0.0):g}"
    return f'<path class="land" transform="matrix({place})" d="{land_path()}"/>'


def _maria() -> str:
    discs = "".join(
        "M" + "L".join(f"{x_of(lon):.1f} {y_of(lat):.1f}" for lon, lat in mare.rim_deg()) + "z"
        for mare in maria()
        if mare.is_round
    )
    names = "".join(
        f'<text class="sea" x="{x_of(mare.longitude_deg):.1f}" '
        f'y="{y_of(mare.latitude_deg) + 3:.1f}">{mare.name.split()[-1]}</text>'
        for mare in maria()
        if mare.diameter_km > _NAMED_KM
    )
    return f'<path class="maria" d="{discs}"/>{names}'


def _east(degrees: int) -> str:
    return f"{abs(degrees)}°" + ("E" if degrees > 0 else "W" if degrees else "")


def _north(degrees: int) -> str:
    return f"{abs(degrees)}°" + ("N" if degrees > 0 else "S" if degrees else "")


def labels(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield labels where they overlap none before; those of events close by share one."""
    shared: list[tuple[float, float, list[str]]] = []
    for row in rows:
        x, y = x_of(row["longitude_deg"]), y_of(row["latitude_deg"])
        near = (label for label in shared if np.hypot(label[0] - x, label[1] - y) < _NEAR)
        label = next(near, None)
        if label is None:
            shared.append((x, y, [row["title"]]))
        else:
            label[2].append(row["title"])
    taken = [
        (x - 4.0, y - 4.0, x + 4.0, y + 4.0)
        for x, y in ((x_of(row["longitude_deg"]), y_of(row["latitude_deg"])) for row in rows)
    ]
    for x, y, titles in shared:
        text = titles[0] + (f" and {len(titles) - 1} more" if len(titles) > 1 else "")
        width = _LETTER * len(text)
        for side, down in _PLACES:
            left = x + 7 if side > 0 else x - 7 - width
            box = (left, y + down - _LINE, left + width, y + down)
            inside = box[0] > 0.0 and box[2] < 720.0 and box[1] > 0.0
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                anchor = "start" if side > 0 else "end"
                yield (
                    f'<text class="label" x="{x + 7 * side:.1f}" y="{y + down:.1f}" '
                    f'text-anchor="{anchor}">{escape(text)}</text>'
                )
                break


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def x_of(longitude_deg: float) -> float:
    """Return the place of a longitude, units of the drawing from its left."""
    return _SCALE * (longitude_deg + 180.0)


def y_of(latitude_deg: float) -> float:
    """Return the place of a latitude, units of the drawing from its top."""
    return _SCALE * (90.0 - latitude_deg)
