"""The page of one flight: the verdict first, then what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from string import Template
from typing import Any

from perilune.report import figures, pieces, tables, words

Document = Mapping[str, Any]

_GOOD = ("converged", "completed", "closes")


_HEADLINES = 14  # figures of the solves beside the verdict; the rest has a section


def fly_page(document: Document, tracks: Mapping[str, Mapping[str, Any]]) -> str:
    """Return one HTML page that needs nothing else, not even a network.

    Parameters
    ----------
    document : mapping
        The JSON of `fly`; any value may be null. Also read where present: `title`, `summary`,
        `verdict` (text in place of ours), `closes` (bool), `message` and `remedy` (text),
        `assumed` (rows of `what`, `value`, `why`, `source`), `provenance` (mapping, may nest);
        `as_flown.later_min` in events; `confidence` in rows of events, ledger and checks.
    tracks : mapping
        A plot each: the body's name to `title`, `note`, `body_radius_km`, `lines`, `points`
        (`perilune.report.figures.figure`), in km.

    Returns
    -------
    str
    """
    title = str(document.get("title") or document.get("scenario") or "Flight")
    plots = {body: figures.figure(body, track) for body, track in tracks.items() if track}
    return Template(pieces.asset("page.html")).substitute(
        title=escape(title),
        scenario=escape(str(document.get("scenario") or "")),
        summary=pieces.paragraph(document.get("summary")),
        verdict=_verdict(document),
        sections="\n".join(_sections(document)),
        plots=_plots(tracks) if plots else "",
        provenance=pieces.provenance(document),
        style=pieces.asset("page.css"),
        figures=figures.script_json(plots),
        plotly=figures.plotly_script() if plots else "",
        script=pieces.script("plots.js"),
    )


def _rows(document: Document, key: str) -> Sequence[Document]:
    return document.get(key) or []


# ---- the verdict


def _verdict(document: Document) -> str:
    checks, ledger = _rows(document, "checks"), _rows(document, "ledger")
    failed = [row for row in checks if row.get("ok") is False]
    short = [row for row in ledger if (row.get("margin_kg") or 0.0) < 0.0]
    closes = _closes(document, bool(failed or short))
    kind, sign = {True: ("good", "✓"), False: ("bad", "✗"), None: ("open", "?")}[closes]
    text = document.get("verdict") or _words(closes, document, failed, short)
    parts = [
        f'<div class="verdict {kind}">',
        f'<p class="headline"><span aria-hidden="true">{sign}</span> {escape(str(text))}</p>',
        pieces.paragraph(document.get("message"), "message"),
        pieces.paragraph(document.get("remedy"), "message"),
        _facts_of_verdict(document, checks),
    ]
    if failed or short:
        items = [*map(_failure, failed), *map(_shortage, short)]
        parts.append("<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>")
    return "\n".join(part for part in [*parts, "</div>"] if part)


def _closes(document: Document, broken: bool) -> bool | None:
    told, status = document.get("closes"), document.get("status")
    if told is not None:
        return bool(told)
    if status is None:
        return False if broken else None
    return status in _GOOD and not broken


def _words(
    closes: bool | None, document: Document, failed: Sequence[Any], short: Sequence[Any]
) -> str:
    status = document.get("status")
    if closes is None:
        return "Not evaluated"
    if closes:
        unknown = sum(row.get("ok") is None for row in _rows(document, "checks"))
        left = f"; {_count(unknown, 'check')} not evaluated" if unknown else ""
        return f"Everything closes{left}"
    if status is not None and status not in _GOOD:
        return f"Does not close: {str(status).replace('_', ' ')}"
    reasons = [
        f"{_count(len(failed), 'check')} failed" if failed else "",
        "propellant is short" if short else "",
    ]
    return "Does not close: " + (", ".join(r for r in reasons if r) or "see the checks")


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _facts_of_verdict(document: Document, checks: Sequence[Document]) -> str:
    facts = []
    if document.get("status") is not None:
        facts.append(("Status", escape(str(document["status"]).replace("_", " "))))
    if checks:
        held = sum(row.get("ok") is True for row in checks)
        facts.append(("Checks that hold", f"{held} of {len(checks)}"))
    margins = [row for row in _rows(document, "ledger") if row.get("margin_kg") is not None]
    margins = [row for row in margins if row.get("propellant_loaded_kg") or row["margin_kg"]]
    if margins:
        least = min(margins, key=lambda row: float(row["margin_kg"]))
        text = f"{words.number(least['margin_kg'], 0)} kg ({tables.named(least)})"
        facts.append(("Smallest propellant margin", text))
    facts += _solved(document)[:_HEADLINES]
    if _rows(document, "assumed"):
        count = len(_rows(document, "assumed"))
        facts.append(("Assumed figures", f'<a href="#assumed">{count}, listed below</a>'))
    return pieces.pairs(facts, "facts")


def _solved(document: Document) -> list[tuple[str, str]]:
    """Return the figures of the solves, named."""
    plain = _plain(document.get("solution") or {})
    return [(words.label(key), _fact(key, value)) for key, value in plain]


def _plain(mapping: Document) -> Iterator[tuple[str, Any]]:
    for key, value in mapping.items():
        if value is not None and not isinstance(value, (Mapping, list, tuple)):
            yield key, value


def _fact(key: str, value: Any) -> str:
    return words.date(value) if key.endswith("utc") else words.scalar(value)


def _failure(row: Document) -> str:
    unit = f" {escape(str(row['unit']))}" if row.get("unit") else ""
    return (
        f"<strong>{tables.named(row)}</strong>: {words.scalar(row.get('value'))}{unit}, "
        f"limit {words.scalar(row.get('limit'))}{unit}"
    )


def _shortage(row: Document) -> str:
    missing = words.number(-float(row["margin_kg"]), 1)
    return f"<strong>{tables.named(row)}</strong>: {missing} kg of propellant short"


# ---- what stands behind it


def _sections(document: Document) -> Iterator[str]:
    solution = document.get("solution") or {}
    parts = (
        ("timeline", "Timeline", _rows(document, "events"), tables.timeline),
        ("ledger", "Propellant ledger", _rows(document, "ledger"), tables.ledger),
        ("checks", "Checks", _rows(document, "checks"), tables.checks),
        ("branches", "Solutions found", _rows(solution, "branches"), tables.branches),
        ("assumed", "Assumed or unconfirmed figures", _rows(document, "assumed"), tables.assumed),
    )
    for name, heading, rows, make in parts:
        if rows:
            yield f'<section id="{name}">\n<h2>{heading}</h2>\n{make(rows)}\n</section>'
    more = _solved(document)[_HEADLINES:]
    if more:
        facts = pieces.pairs(more, "facts")
        yield f'<section id="solved">\n<h2>Figures of the solves</h2>\n{facts}\n</section>'


def _plots(tracks: Mapping[str, Mapping[str, Any]]) -> str:
    boxes = "\n".join(
        f"<figure>\n<figcaption><strong>{escape(_track_title(body, track))}</strong> "
        f'{escape(str(track.get("note") or ""))}</figcaption>\n<div class="plot" '
        f'data-figure="{escape(body)}" role="img" '
        f'aria-label="{escape(_track_title(body, track))}, a plot in three dimensions; '
        'its events are in the timeline"></div>\n'
        "<noscript>This plot needs JavaScript.</noscript>\n</figure>"
        for body, track in tracks.items()
        if track
    )
    heading = '<section id="plots">\n<h2>Trajectory</h2>'
    return f'{heading}\n<div class="plots">\n{boxes}\n</div>\n</section>'


def _track_title(body: str, track: Mapping[str, Any]) -> str:
    return str(track.get("title") or f"About the {words.sentence(body)}")
