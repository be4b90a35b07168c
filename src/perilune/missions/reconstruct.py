"""What a flown ephemeris tells: where it coasts, where an engine burned, how much and when."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment, environment
from perilune.astro.epoch import Epoch
from perilune.errors import InputError
from perilune.formats.ephemeris import Oem
from perilune.missions import told
from perilune.missions.coast_fit import Fit, fit_coast
from perilune.missions.flown_burn import Maneuver, burn_in
from perilune.missions.flown_nodes import Flags, Nodes, nodes_of, runs
from perilune.missions.flown_push import pushes
from perilune.phases.shot import Model
from perilune.runs.tally import Tally
from perilune.views.table import Table, Tabular

SMALLEST_M_S = 0.01
"""Delta-v below which a push is not called a maneuver, unless asked otherwise."""

_SHORTEST_S = 1e-3


@dataclass(frozen=True)
class Coast:
    """A stretch moved by gravity alone.

    Attributes
    ----------
    start, end : Epoch
    fit : Fit
        How well one state, moved by the full model, passes through the file's.
    states_n : int
    """

    start: Epoch
    end: Epoch
    fit: Fit
    states_n: int


@dataclass(frozen=True)
class Stretch:
    """A stretch that is neither coast nor maneuver.

    Attributes
    ----------
    what : {"ground", "air", "gap"}
        Standing on the ground; in the air, which pushes; without states.
    """

    start: Epoch
    end: Epoch
    what: str


@dataclass(frozen=True)
class Reconstruction(Tabular):
    """The maneuvers and coasts of one flown ephemeris; as a table it is its maneuvers.

    Attributes
    ----------
    name : str
        The object, as its file calls it.
    maneuvers : tuple of Maneuver
    coasts : tuple of Coast
    others : tuple of Stretch
    start, end : Epoch
    states_n : int
    smallest_m_s : float
        What smaller pushes are left in the coasts.
    model : Model
    env : Environment
    elapsed_s : float
    """

    name: str
    maneuvers: tuple[Maneuver, ...]
    coasts: tuple[Coast, ...]
    others: tuple[Stretch, ...]
    start: Epoch
    end: Epoch
    states_n: int
    smallest_m_s: float
    model: Model
    env: Environment
    elapsed_s: float

    @property
    def dv_m_s(self) -> float:
        """All maneuvers together."""
        return sum(each.dv_m_s for each in self.maneuvers)

    @property
    def tables(self) -> dict[str, Table]:
        """The tables `maneuvers`, `coasts` and `others`."""
        return told.flown_tables(self)

    def _repr_html_(self) -> str:
        return told.flown_card(self)

    def __repr__(self) -> str:
        return f"<Reconstruction of {self.name}: {told.flown_verdict(self)}>"

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data, with the keys of the `reconstruct` document."""
        return {
            "perilune": version("perilune"),
            "object": self.name,
            "start_utc": self.start.utc_iso(3),
            "end_utc": self.end.utc_iso(3),
            "states_n": self.states_n,
            "smallest_dv_m_s": self.smallest_m_s,
            "total_dv_m_s": self.dv_m_s,
            "maneuvers": [each.to_json() for each in self.maneuvers],
            "coasts": [_coast_row(each) for each in self.coasts],
            "others": [{**_span(each.start, each.end), "what": each.what} for each in self.others],
            "constants": self.env.constants.name,
            "forces": {
                "earth": self.model.earth.describe(),
                "moon": self.model.moon.describe(),
            },
            "elapsed_s": round(self.elapsed_s, 3),
        }


def reconstruct(
    ephemeris: Oem,
    *,
    env: Environment | None = None,
    model: Model | None = None,
    smallest_m_s: float = SMALLEST_M_S,
    report: Callable[[str], None] = lambda _: None,
) -> Reconstruction:
    """Split a flown ephemeris into coasts and maneuvers, size and date each maneuver.

    Between each two neighboring states the full model is followed from both to the middle; where
    they disagree beyond what is usual that day, an engine burned. Sizes are integrals of thrust
    over mass; ignition and cut-off come from the size and the centroid of the push in the first and
    the last interval of a burn.

    Parameters
    ----------
    ephemeris : Oem
        One object's, within two million km of the Earth; any center, frame and time system that
        `read_oem` takes. Gaps are bridged; a maneuver inside one is sized as an impulse.
    env : Environment, optional
        Default: offline, DE440's constants.
    model : Model, optional
        The forces; default: those of `fly`.
    smallest_m_s : float
        Smaller pushes are left in the coasts.
    report : callable
        Called with short texts as work goes on.

    Returns
    -------
    Reconstruction

    Raises
    ------
    InputError
        Where the file holds several objects, segments overlap, or the motion is elsewhere.

    Model limits: no air below 130 km, no radiation pressure: what they do is told as noise, and as
    a poorer fit. Thrust that lasts most of a day is taken for a force that is left out. A burn
    within one interval of the file is dated by its centroid. Centroids and sizes take gravity
    along the two half intervals as that of an unpushed motion: 1 part in 1000 where the file has
    ten states a quarter of a revolution.
    """
    if not (math.isfinite(smallest_m_s) and smallest_m_s > 0.0):
        raise InputError(f"smallest maneuver: found {smallest_m_s} m/s, expected more than 0")
    began = time.perf_counter()
    env, model = env or environment(), model or Model()
    nodes = nodes_of(ephemeris, env)
    report("comparing states")
    landed, air = nodes.landed(env), nodes.in_air(env)
    ground = _on_ground(landed, nodes.joints)
    pushed = pushes(nodes, ~ground & ~(air[:-1] & air[1:]), model, env)
    burning = pushed.burning(~ground & ~(air[:-1] & air[1:]))
    aerial = ~ground & ((air[:-1] & air[1:]) | ((air[:-1] | air[1:]) & burning))
    spans = _runs(burning & ~aerial, pushed.steps_s, ~(ground | aerial))
    found = [(span, burn_in(nodes, pushed, *span, model, env)) for span in spans]
    kept = [(span, burn) for span, burn in found if burn.dv_m_s >= smallest_m_s]
    coasts = []
    free = _coasts([span for span, _ in kept], ground | aerial, nodes)
    for number, (first, last) in enumerate(free):
        text = f"fitting the coast from {nodes.epoch[first].utc_iso(0)}"
        report(Tally(text, number, len(free)))
        fit = fit_coast(nodes, first, last, model, env)
        coasts.append(Coast(nodes.epoch[first], nodes.epoch[last], fit, last + 1 - first))
    kinds = (("ground", ground), ("air", aerial), ("gap", nodes.gaps & ~ground & ~aerial))
    others = [
        Stretch(nodes.epoch[first], nodes.epoch[last], what)
        for what, flags in kinds
        for first, last in runs(flags)
        if float(nodes.epoch[last] - nodes.epoch[first]) > _SHORTEST_S
    ]
    return Reconstruction(
        name=ephemeris.segments[0].object_name,
        maneuvers=tuple(burn for _, burn in kept),
        coasts=tuple(coasts),
        others=tuple(sorted(others, key=lambda each: float(each.start - nodes.epoch[0]))),
        start=nodes.epoch[0],
        end=nodes.epoch[-1],
        states_n=len(nodes),
        smallest_m_s=smallest_m_s,
        model=model,
        env=env,
        elapsed_s=time.perf_counter() - began,
    )


def _on_ground(landed: Flags, joints: Flags) -> Flags:
    """Return the intervals on the ground: touching it at a joint ends a flight, it is no burn."""
    return np.asarray((landed[:-1] & landed[1:]) | ((landed[:-1] | landed[1:]) & joints))


def _runs(flags: Flags, steps_s: NDArray[np.float64], allowed: Flags) -> list[tuple[int, int]]:
    """Return first and last node of each run; a bare joint within does not part it."""
    joined = flags.copy()
    inner = np.zeros_like(flags)
    inner[1:-1] = flags[:-2] & flags[2:]
    joined |= inner & (steps_s == 0.0) & allowed
    return runs(joined)


def _coasts(burns: list[tuple[int, int]], others: Flags, nodes: Nodes) -> list[tuple[int, int]]:
    """Return first and last node of each stretch without burn, ground or air."""
    free = ~others
    for first, last in burns:
        free[first:last] = False
    return [
        (first, last)
        for first, last in runs(free)
        if float(nodes.epoch[last] - nodes.epoch[first]) > _SHORTEST_S
    ]


def _span(start: Epoch, end: Epoch) -> dict[str, Any]:
    return {"start_utc": start.utc_iso(3), "end_utc": end.utc_iso(3)}


def _coast_row(coast: Coast) -> dict[str, Any]:
    def meters(value: float) -> float | None:
        return round(value, 6) if math.isfinite(value) else None

    return {
        **_span(coast.start, coast.end),
        "fit_m": meters(coast.fit.rms_m),
        "worst_m": meters(coast.fit.worst_m),
        "fits_n": coast.fit.fits_n,
        "states_n": coast.states_n,
    }
