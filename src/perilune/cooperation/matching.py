"""Two lists of missions matched: which pairs are the most similar, taken all together, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from perilune.cooperation.mission_profile import MissionProfile as MissionProfile
from perilune.cooperation.mission_profile import profile as profile
from perilune.cooperation.similarity import WEIGHTS, Similarity, similarity
from perilune.errors import InputError, UnknownName

LEAST = 0.3
"""Pairs that are less similar are not proposed."""


@dataclass(frozen=True)
class Matching:
    """What goes with what.

    Attributes
    ----------
    pairs : tuple of Similarity
        The pairs proposed, most similar first.
    alone_ours, alone_theirs : tuple of str
        Missions without a counterpart.
    table : tuple of tuple of Similarity
        Every mission of ours (rows) against every one of theirs.
    """

    pairs: tuple[Similarity, ...]
    alone_ours: tuple[str, ...]
    alone_theirs: tuple[str, ...]
    table: tuple[tuple[Similarity, ...], ...]

    @property
    def total(self) -> float:
        """Sum of the scores of the pairs: no other pairs have a greater one."""
        return sum(each.score for each in self.pairs)

    def text(self) -> str:
        """Return it as lines for people."""
        lines = [each.text() for each in self.pairs]
        for names in (self.alone_ours, self.alone_theirs):
            lines += [f"no counterpart: {', '.join(names)}"] if names else []
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "pairs": [_plain(each) for each in self.pairs],
            "alone": {"ours": list(self.alone_ours), "theirs": list(self.alone_theirs)},
            "scores": [
                {"ours": each.ours.name, "theirs": each.theirs.name, "score": each.score}
                for row in self.table
                for each in row
            ],
        }


def match(
    ours: Sequence[MissionProfile],
    theirs: Sequence[MissionProfile],
    *,
    weights: Mapping[str, float] = WEIGHTS,
    least: float = LEAST,
) -> Matching:
    """Return the pairs of two mission lists whose similarities have the greatest sum.

    Parameters
    ----------
    ours, theirs : sequence of MissionProfile
    weights : mapping
        By feature (see `perilune.cooperation.similarity.WEIGHTS`).
    least : float
        Pairs below are not proposed, 0 to 1.

    Raises
    ------
    InputError
        Where a name stands twice in a list, or a weight or `least` is impossible.

    Notes
    -----
    Optimal assignment (`scipy.optimize.linear_sum_assignment`). Model limits: each mission has at
    most one counterpart; a program of several craft (a relay with a lander) is several missions.
    """
    from scipy.optimize import linear_sum_assignment

    if not 0.0 <= least <= 1.0:
        raise InputError(f"found {least}, expected 0 to 1", key="least")
    for missions in (ours, theirs):
        _require_once(each.name for each in missions)
    table = tuple(tuple(similarity(a, b, weights=weights) for b in theirs) for a in ours)
    scores = np.array([[each.score for each in row] for row in table])
    scores = scores.reshape(len(ours), len(theirs))
    counted = np.where(scores >= least, scores, 0.0)
    rows, columns = linear_sum_assignment(counted, maximize=True)
    chosen = [(i, j) for i, j in zip(rows, columns, strict=True) if counted[i, j] > 0.0]
    taken_ours, taken_theirs = {i for i, _ in chosen}, {j for _, j in chosen}
    return Matching(
        tuple(sorted((table[i][j] for i, j in chosen), key=lambda pair: -pair.score)),
        tuple(each.name for i, each in enumerate(ours) if i not in taken_ours),
        tuple(each.name for j, each in enumerate(theirs) if j not in taken_theirs),
        table,
    )


def measured(found: Matching, pairs: Iterable[tuple[str, str]]) -> tuple[Similarity, ...]:
    """Return how similar the pairs are that somebody claims; raises UnknownName."""
    known = {(each.ours.name, each.theirs.name): each for row in found.table for each in row}
    claimed = tuple(pairs)
    for pair in claimed:
        for side, name in enumerate(pair):
            names = {each[side] for each in known}
            if name not in names:
                raise UnknownName("mission of the list", name, names)
    return tuple(known[pair] for pair in claimed)


def _plain(pair: Similarity) -> dict[str, Any]:
    return {
        "ours": pair.ours.name,
        "theirs": pair.theirs.name,
        "score": pair.score,
        "known_weight": pair.known,
        "features": [
            {"feature": f.name, "weight": f.weight, "score": f.score, "because": f.reason}
            for f in pair.features
        ],
    }


def _require_once(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f"mission '{name}' stands twice: expected once")
        seen.add(name)
