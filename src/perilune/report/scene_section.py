"""The section of a page that shows a flight in space: frames, time, maps, and its data."""

from __future__ import annotations

from html import escape

from perilune.report import words
from perilune.report.figures import script_json
from perilune.report.scene import Scene
from perilune.report.scene_data import scene_data
from perilune.report.scene_map import ground_map

SCRIPTS = ("scene_motion.js", "scene_plot.js", "scene.js")
"""Assets the section needs, in this order, after what all pages share."""
STYLES = ("scene.css",)
RED, MARK, SIGHT = "#cf3f3a", "#8a78d8", "#12946c"
"""Colors of burns and events, of spacecraft now, of lines of sight: as in the scripts."""
_FRAMES = {
    "earth": "Earth-centered",
    "moon": "Moon-centered",
    "rotating": "Earth-Moon rotating",
}
_SAID = {
    "earth": "Earth-centered, axes of the ICRF",
    "moon": "Moon-centered, axes of the ICRF",
    "rotating": "Moon-centered, x away from the Earth, z along the Moon's angular momentum",
}
_COLUMNS = (
    ("Where", ""),
    ("Altitude, km", "number"),
    ("Speed, km/s", "number"),
    ("Over latitude, longitude, °", "number"),
    ("In view of", ""),
)


def scene_section(scene: Scene | None) -> str:
    """Return the section (HTML) with its data; nothing where nothing flew."""
    if scene is None:
        return ""
    maps = [ground_map(scene, body) for body in ("earth", "moon")]
    drawn = "\n".join(text for text in maps if text)
    return "\n".join(
        [
            '<section id="trajectory">\n<h2>Trajectory</h2>',
            _figure(scene),
            f'<div class="maps">\n{drawn}\n</div>' if drawn else "",
            f'<script type="application/json" id="scene-data">{script_json(scene_data(scene))}'
            "</script>\n</section>",
        ]
    )


def _figure(scene: Scene) -> str:
    frames = list(_FRAMES) if scene.has_earth else ["moon"]
    return f"""<figure id="scene">
<figcaption class="needs-script" hidden>
<div class="buttons" role="group" aria-label="Frame">{"".join(map(_frame, frames))}</div>
<div class="buttons" role="group" aria-label="Scale">
<button type="button" data-zoom="1">Closer</button>
<button type="button" data-zoom="-1">Farther</button></div>
</figcaption>
<div class="plot" role="img" aria-label="The flight in three dimensions; its events are in the \
timeline, its spacecraft at the time chosen in the table below"></div>
<noscript>This plot needs JavaScript; its events are in the timeline.</noscript>
{_legend(scene)}
<div class="time needs-script" hidden>
<div class="buttons" role="group" aria-label="Time">
<button type="button" data-step="-1">Event before</button>
<button type="button" data-play aria-pressed="false">Play</button>
<button type="button" data-step="1">Next event</button></div>
<input type="range" min="0" max="2000" step="1" value="0" aria-label="Time of the scene">
<output></output>
<span class="told"></span>
</div>
{_table(scene)}
</figure>"""


def _legend(scene: Scene) -> str:
    rows = [("line", scene.color(of), scene.called(of)) for of in scene.flown_groups]
    kinds = {part.piece.kind for part in scene.tracks}
    if "burn" in kinds:
        rows.append(("line thick", RED, "burn"))
    rows.append(("dot", RED, "event"))
    if scene.stays:
        rows.append(("diamond", RED, scene.site))
    rows += [("dot large", MARK, "spacecraft"), ("line dashed", SIGHT, "line of sight")]
    items = "".join(
        f'<li><span class="{kind}" style="--color: {color}"></span>{escape(text)}</li>'
        for kind, color, text in rows
    )
    return f'<ul class="legend needs-script" hidden>{items}</ul>'


def _frame(name: str) -> str:
    return (
        f'<button type="button" data-frame="{name}" aria-pressed="false" title="{_SAID[name]}">'
        f"{_FRAMES[name]}</button>"
    )


def _table(scene: Scene) -> str:
    head = "".join(
        f'<th scope="col"{_class(kind)}>{escape(label)}</th>' for label, kind in _COLUMNS
    )
    cells = "".join(f"<td{_class(kind)}></td>" for _, kind in _COLUMNS)
    rows = "".join(
        f'<tr><th scope="row">{escape(words.sentence(name))}</th>{cells}</tr>'
        for name in scene.flight.spacecraft
    )
    return (
        '<div class="now needs-script" hidden><table><thead><tr><th scope="col">Spacecraft</th>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table>\n"
        f'<p class="source">{_said(scene)}</p></div>'
    )


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _said(scene: Scene) -> str:
    named = "that the scenario names" if scene.flight.ground_stations else "of the catalogue"
    return (
        "Speed along the axes that do not turn, about the body named. Lines of sight to the ground "
        f"stations {named}, above 5° and clear of the Moon, and from what stands on the Moon to "
        "what passes over it: not bookings. The slider gives every event room; playing does not "
        "keep the pace of time."
    )
