"""The frame of every page: header, verdict, contents, provenance, scripts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from string import Template
from typing import Any

from perilune.report import figures, pieces

_HEADED = re.compile(r'<section id="([^"]+)">\s*<h2>(.*?)</h2>')
_FEW = 3  # sections: below this there is nothing to list
_MOST = 16


def framed(
    *,
    title: str,
    name: str,
    summary: Any,
    verdict: str,
    body: str,
    document: Mapping[str, Any],
    drawn: Mapping[str, Any],
    plotted: bool = False,
    scripts: Sequence[str] = (),
    styles: Sequence[str] = (),
) -> str:
    """Return one HTML page that needs nothing else, not even a network.

    Parameters
    ----------
    title, name : str
    summary : any
        A sentence below the title, if any.
    verdict, body : str
        HTML; every section of the body with a heading stands in the contents.
    document : mapping
        Gives the provenance.
    drawn : mapping
        Figures as JSON for the scripts, by name.
    plotted : bool
        Whether the body needs plotly even where nothing else is drawn.
    scripts, styles : sequence of str
        Assets beside those that every page has.
    """
    return Template(pieces.asset("page.html")).substitute(
        title=escape(title),
        scenario=escape(name),
        summary=pieces.paragraph(summary),
        verdict=verdict,
        contents=contents(body),
        body=body,
        provenance=pieces.provenance(document),
        style="".join(pieces.asset(each) for each in ("page.css", *styles)),
        theme=pieces.asset("theme.js"),
        figures=figures.script_json(drawn),
        plotly=figures.plotly_script() if drawn or plotted else "",
        script=pieces.script("tables.js", *scripts),
    )


def contents(body: str) -> str:
    """Return links to the sections of a page; of very many the first ones."""
    found = _HEADED.findall(body)
    if len(found) < _FEW:
        return ""
    links = [*found[:_MOST], ("provenance", "Provenance")]
    items = "".join(f'<li><a href="#{name}">{heading}</a></li>' for name, heading in links)
    return f'<nav class="contents" aria-label="Contents">\n<ul>{items}</ul>\n</nav>'


def section(name: str, heading: str, content: str) -> str:
    """Return a section with its heading; nothing where it has no content."""
    if not content:
        return ""
    return f'<section id="{name}">\n<h2>{escape(heading)}</h2>\n{content}\n</section>'
