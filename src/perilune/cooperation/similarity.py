"""How similar two missions are: a score for each feature, its weight, and why, in words.

The weights and scales are ours (assumed): they say what counts, and stand in every result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import acos, degrees

import numpy as np

from perilune.cooperation.mission_profile import MissionProfile
from perilune.errors import InputError, UnknownName

WEIGHTS: Mapping[str, float] = {
    "objective": 0.25,
    "capabilities": 0.25,
    "place": 0.20,
    "date": 0.15,
    "mass": 0.15,
}
"""What each feature counts for; together 1."""

FAR_DEG = 90.0
"""Places (inclinations) that far apart have nothing in common."""

HALF_LIFE_Y = 2.0
"""Launches that far apart count half of launches together."""

PURPOSES: Mapping[str, tuple[str, str]] = {
    "samples": ("on the ground", r"sampl"),
    "ice": ("on the ground", r"ice\b|volatile|water"),
    "soil": ("on the ground", r"soil|regolith|drill"),
    "resources": ("on the ground", r"resource|isru\b"),
    "landing": ("on the ground", r"land(er|ing|s)\b"),
    "roving": ("on the ground", r"rov(er|ing)"),
    "mapping": ("from orbit", r"survey|map(s|ping)?\b|remote sensing|orbiter"),
    "relay": ("a service", r"relay|communication"),
    "crew": ("with crew", r"crew|taikonaut|cosmonaut|astronaut"),
}
"""What a mission is for: its kind, and how the words begin that say so."""


@dataclass(frozen=True)
class Feature:
    """One feature of two missions.

    Attributes
    ----------
    name : str
    weight : float
    score : float or None
        0 to 1; None where one of the two does not say.
    reason : str
    """

    name: str
    weight: float
    score: float | None
    reason: str


@dataclass(frozen=True)
class Similarity:
    """Two missions side by side.

    Attributes
    ----------
    ours, theirs : MissionProfile
    features : tuple of Feature
    """

    ours: MissionProfile
    theirs: MissionProfile
    features: tuple[Feature, ...]

    @property
    def known(self) -> float:
        """The weight of the features that both missions state."""
        return sum(each.weight for each in self.features if each.score is not None)

    @property
    def score(self) -> float:
        """Weighted mean over what both state, 0 to 1; 0 where that is nothing."""
        if self.known == 0.0:
            return 0.0
        scored = sum(f.weight * f.score for f in self.features if f.score is not None)
        return float(scored / self.known)

    def text(self) -> str:
        """Return it as lines for people."""
        lines = [f"{self.ours.name} and {self.theirs.name}: {self.score:.2f}"]
        for each in self.features:
            score = "  ? " if each.score is None else f"{each.score:.2f}"
            lines.append(f"  {score}  {each.name} (x {each.weight:.2f}): {each.reason}")
        return "\n".join(lines)


def similarity(
    ours: MissionProfile, theirs: MissionProfile, *, weights: Mapping[str, float] = WEIGHTS
) -> Similarity:
    """Return how similar two missions are.

    Parameters
    ----------
    ours, theirs : MissionProfile
    weights : mapping
        By feature; scaled to a sum of 1. One that is not named counts for nothing.

    Raises
    ------
    InputError
        Where a weight is negative, or none is more than 0; UnknownName for a feature.
    """
    for name, weight in weights.items():
        if name not in _SCORES:
            raise UnknownName("feature", name, _SCORES, key="weights")
        if not weight >= 0.0:
            raise InputError(f"found {weight}, expected 0 or more", key=f"weights.{name}")
    total = sum(weights.values())
    if not 0.0 < total < float("inf"):
        raise InputError("found no weight above 0: expected one at least", key="weights")
    features = tuple(
        Feature(name, weights[name] / total, *_SCORES[name](ours, theirs))
        for name in _SCORES
        if weights.get(name)
    )
    return Similarity(ours, theirs, features)


Scored = tuple[float | None, str]
_UNKNOWN = "one of the two does not say"


def purposes(objective: str) -> dict[str, str]:
    """Return what an objective in words is for: kind by purpose."""
    return {
        name: kind
        for name, (kind, words) in PURPOSES.items()
        if re.search(rf"\b({words})", objective, re.IGNORECASE)
    }


def _objective(a: MissionProfile, b: MissionProfile) -> Scored:
    """Half for the purposes in common, half for the kind of mission that they make."""
    one, other = purposes(a.objective), purposes(b.objective)
    if not one or not other:
        return None, _UNKNOWN
    score = 0.5 * _common(set(one), set(other)) + 0.5 * _common({*one.values()}, {*other.values()})
    both = [name for name in one if name in other]
    if both:
        return score, f"both for {' and '.join(both)}"
    kinds = sorted({*one.values()} & {*other.values()})
    how = f"both {' and '.join(kinds)}" if kinds else "nothing in common"
    return score, f"{how}: {' and '.join(one)} against {' and '.join(other)}"


def _capabilities(a: MissionProfile, b: MissionProfile) -> Scored:
    one, other = dict.fromkeys(a.capabilities), dict.fromkeys(b.capabilities)
    if not one or not other:
        return None, _UNKNOWN
    both = [name for name in one if name in other]
    only = [f"only {p.name}: {', '.join(sorted(own))}" for p, own in _rest(a, b) if own]
    said = f"both {', '.join(both)}" if both else "nothing in common"
    return _common(set(one), set(other)), "; ".join([said, *only])


def _rest(a: MissionProfile, b: MissionProfile) -> list[tuple[MissionProfile, set[str]]]:
    one, other = set(a.capabilities), set(b.capabilities)
    return [(a, one - other), (b, other - one)]


def _place(a: MissionProfile, b: MissionProfile) -> Scored:
    if a.body != b.body:
        return 0.0, f"{a.body} and {b.body}"
    if a.lands is None or b.lands is None:
        return None, _UNKNOWN
    if a.lands != b.lands:
        return 0.0, "one lands, the other stays in orbit"
    return _sites(a, b) if a.lands else _orbits(a, b)


def _sites(a: MissionProfile, b: MissionProfile) -> Scored:
    one, other = a.site, b.site
    assert one is not None
    assert other is not None
    cosine = float(np.dot(one.vertical(), other.vertical()))
    apart_deg = degrees(acos(min(1.0, max(-1.0, cosine))))
    apart_deg = 0.0 if one == other else apart_deg
    sides = sorted({_side(each) for each in (a, b)})
    where = f"both on the {sides[0]}" if len(sides) == 1 else "near and far side"
    return max(0.0, 1.0 - apart_deg / FAR_DEG), f"{apart_deg:.0f} deg apart, {where}"


def _side(mission: MissionProfile) -> str:
    longitude_deg = (float(mission.longitude_deg or 0.0) + 180.0) % 360.0 - 180.0
    return "near side" if abs(longitude_deg) <= 90.0 else "far side"


def _orbits(a: MissionProfile, b: MissionProfile) -> Scored:
    if a.orbit and b.orbit and a.orbit != b.orbit:
        return 0.0, f"{a.orbit} and {b.orbit} orbit"
    parts, said = list[float](), list[str]()
    if a.inclination_deg is not None and b.inclination_deg is not None:
        apart_deg = abs(a.inclination_deg - b.inclination_deg)
        parts.append(max(0.0, 1.0 - apart_deg / FAR_DEG))
        said.append(f"inclinations {a.inclination_deg:g} and {b.inclination_deg:g} deg")
    if a.altitude_km and b.altitude_km:
        parts.append(_ratio(a.altitude_km, b.altitude_km))
        said.append(f"{a.altitude_km:g} and {b.altitude_km:g} km high")
    if parts:
        return sum(parts) / len(parts), ", ".join(said)
    return (1.0, f"both in {a.orbit} orbit") if a.orbit and b.orbit else (None, _UNKNOWN)


def _date(a: MissionProfile, b: MissionProfile) -> Scored:
    if a.date is None or b.date is None:
        return None, _UNKNOWN
    years = abs((a.date - b.date).days) / 365.25
    return 0.5 ** (years / HALF_LIFE_Y), f"{years:.1f} years apart ({a.date}, {b.date})"


def _mass(a: MissionProfile, b: MissionProfile) -> Scored:
    if a.mass_kg is None or b.mass_kg is None:
        return None, _UNKNOWN
    ratio = _ratio(a.mass_kg, b.mass_kg)
    classes = "the same class" if ratio > 0.5 else "another class (more than twice as heavy)"
    return ratio, f"{a.mass_kg:,.0f} and {b.mass_kg:,.0f} kg: {classes}"


def _ratio(one: float, other: float) -> float:
    return min(one, other) / max(one, other)


def _common(one: set[str], other: set[str]) -> float:
    """Return the share of all that both have (Jaccard, 1901)."""
    return len(one & other) / len(one | other)


_SCORES: Mapping[str, Callable[[MissionProfile, MissionProfile], Scored]] = {
    "objective": _objective,
    "capabilities": _capabilities,
    "place": _place,
    "date": _date,
    "mass": _mass,
}
