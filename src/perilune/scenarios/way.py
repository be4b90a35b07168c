"""The way to lunar orbit: which phases a file may begin with, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_TO_THE_MOON = (
    "launch",
    "lunar_start",
    "injection",
    "transfer",
    "swing_by",
    "capture",
    "halo",
)
"""Kinds that lead to lunar orbit: once each, and first."""


def require_way(phases: Sequence[Any]) -> None:
    """Raise ValueError where the parts of a file do not lead to lunar orbit and on from there."""
    kinds = [phase.kind for phase in phases]
    if kinds[0] == "lunar_start":
        _from_lunar_orbit(phases[0], kinds)
    else:
        _from_the_earth(kinds)


def _from_the_earth(kinds: list[str]) -> None:
    flight = "swing_by" if "swing_by" in kinds else "transfer"
    way = ["launch", *(["injection"] if "injection" in kinds else []), flight]
    onward = kinds[len(way) :]
    arrival = "halo" if flight == "swing_by" else "capture"
    ordered = kinds[: len(way)] == way and onward[:1] in ([], [arrival])
    if not ordered or set(_TO_THE_MOON) & set(onward[1:]):
        raise ValueError(
            f"phases are {', '.join(kinds)}: expected launch, transfer, then capture, then "
            "orbit and what follows (all after the transfer may be left out; an injection may "
            "follow the launch; swing_by and halo may stand for transfer and capture, and "
            "lunar_start for all of them)"
        )


def _from_lunar_orbit(start: Any, kinds: list[str]) -> None:
    again = [kind for kind in kinds[1:] if kind in _TO_THE_MOON]
    if again:
        raise ValueError(
            f"phases are {', '.join(kinds)}: expected no {again[0]} after lunar_start, which "
            "begins in lunar orbit"
        )
    if start.true_anomaly_deg is None and kinds[1:2] != ["timed_burn"]:
        raise ValueError(
            "lunar_start leaves the place of its perilune open: expected its `true_anomaly_deg`, "
            "or a timed_burn next, which infers it"
        )
