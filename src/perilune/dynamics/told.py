"""A trajectory told: its tables, and its card in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from perilune.astro.epoch import DAY
from perilune.views import html
from perilune.views.table import Table

if TYPE_CHECKING:
    from perilune.dynamics.trajectory import Arc, FoundEvent, Trajectory

_EVENTS_N = 6  # of a card: a month in orbit meets a hundred


def states(arcs: Sequence[Arc]) -> Table:
    """Return the states at the edges of every integration step, about each arc's own center."""
    parts = [_edges(arc) for arc in arcs]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Table("states", columns)


def _edges(arc: Arc) -> dict[str, Any]:
    edges = arc.edges_s
    mass = arc.vectors(edges)[:, 6] if arc.has_mass else np.full(len(edges), np.nan)
    return {**arc.states(edges).table().columns, "mass_kg": mass}


def events(found: Sequence[FoundEvent]) -> Table:
    """Return the events an integration met: what, when, about which center."""
    rows = [
        {"name": event.name, "utc": event.epoch.utc_iso(3), "center": event.state.center}
        for event in found
    ]
    return Table.of("events", rows, ("name", "utc", "center"))


def card(motion: Trajectory) -> str:
    """Return a trajectory as a notebook shows it."""
    facts = {
        "from": motion.start.utc_iso(0),
        "to": motion.stop.utc_iso(0),
        "days": motion.duration_s / DAY,
        "about": " > ".join(dict.fromkeys(arc.center for arc in motion.arcs)),
        "arcs": len(motion.arcs),
    }
    met = events(motion.events[:_EVENTS_N]).columns
    left = len(motion.events) - _EVENTS_N
    return html.card(
        "Trajectory",
        motion.status,
        facts=facts,
        tables=[("Events", met)],
        note=f"... and {left} more events" if left > 0 else "",
    )
