"""Whether the phases of a file can follow each other: who flies with whom, and where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from perilune.errors import InputError

_PLACES = {
    "orbit": "in lunar orbit",
    "halo": "in a halo orbit",
    "ground": "on the Moon",
    "home": "on the way to the Earth's air",
    "landed": "back on the Earth",
    "fallen": "at the place of its impact",
}
_FROM = {
    "orbit": ("orbit", "halo"),
    "wait": ("orbit",),
    "apsis_burn": ("orbit",),
    "plane_change": ("orbit",),
    "phase_shift": ("orbit",),
    "timed_burn": ("orbit",),
    "station_keeping": ("orbit",),
    "descent_orbit": ("orbit",),
    "landing": ("orbit",),
    "rendezvous": ("orbit",),
    "earth_return": ("orbit",),
    "surface": ("ground",),
    "lunar_ascent": ("ground",),
    "direct_return": ("ground",),
    "entry": ("home",),
    "separation": ("orbit", "halo", "ground", "home"),
}
"""Where each kind of phase can begin; kinds that are not here lead to the Moon's orbit."""

_TO = {
    "halo": "halo",
    "landing": "ground",
    "lunar_ascent": "orbit",
    "direct_return": "home",
    "earth_return": "home",
    "entry": "landed",
}
"""Where a phase ends, if elsewhere than it began."""


@dataclass
class _Group:
    """Spacecraft that fly together, and where they are."""

    names: list[str]
    place: str
    site: str | None = None

    def __str__(self) -> str:
        *most, last = [f"'{name}'" for name in self.names] or ["the mission"]
        return f"{', '.join(most)} and {last}" if most else last

    @property
    def is_there(self) -> str:
        """Who is where, in words."""
        return f"{self} {'are' if len(self.names) > 1 else 'is'} {_PLACES[self.place]}"


def require_order(phases: Sequence[Any], names: Sequence[str]) -> None:
    """Raise InputError at the first phase that cannot follow those before it.

    Parameters
    ----------
    phases : sequence of parts of the file
        Their names are known ones.
    names : sequence of str
        All spacecraft of the mission.
    """
    groups = [_Group(list(names), "orbit")]
    for number, part in enumerate(phases):
        if part.kind not in _FROM:
            groups[0].place = _TO.get(part.kind, "orbit")
            continue
        try:
            _follow(part, groups)
        except InputError as error:
            key = f"phase[{number}] ({part.kind})"
            raise InputError(
                error.problem, key=f"{key}.{error.key}" if error.key else key
            ) from None


def _follow(part: Any, groups: list[_Group]) -> None:
    """Move the group a phase acts on, and put it first."""
    group = _acting(part, groups)
    allowed = _FROM[part.kind]
    if group.place not in allowed:
        places = " or ".join(_PLACES[place] for place in allowed)
        key = "spacecraft" if group.names else None
        raise InputError(f"{group.is_there}, expected {places}", key=key)
    _same_site(part, group)
    groups.remove(group)
    groups.insert(0, group)
    if part.kind == "separation":
        _part(part, groups)
    target = getattr(part, "target", None)
    if target is not None:
        other = _other(target, part, groups)
        if part.kind == "rendezvous":
            groups.remove(other)
            group.names += other.names
    group.place = _TO.get(part.kind, group.place)
    if part.kind == "timed_burn" and part.until_utc is None:
        group.place = "fallen"
    if part.kind == "landing":
        group.site = part.site


def _acting(part: Any, groups: list[_Group]) -> _Group:
    """Return the group of the spacecraft named, or the last to fly."""
    name = part.spacecraft[0] if isinstance(part.spacecraft, list) else part.spacecraft
    return next((group for group in groups if name in group.names), groups[0])


def _same_site(part: Any, group: _Group) -> None:
    site = getattr(part, "site", None)
    if group.place == "ground" and site is not None and site != group.site:
        raise InputError(
            f"found '{site}', expected '{group.site}', where {group} landed", key="site"
        )


def _part(part: Any, groups: list[_Group]) -> None:
    whole, leaving = groups[0], part.spacecraft
    for name in leaving:
        if leaving.count(name) > 1:
            raise InputError(f"'{name}' stands twice: expected once", key="spacecraft")
        if name not in whole.names:
            raise InputError(
                f"'{name}' does not fly with '{leaving[0]}': expected spacecraft of one group "
                f"({whole})",
                key="spacecraft",
            )
    staying = [name for name in whole.names if name not in leaving]
    if not staying:
        raise InputError(
            f"all of the group would leave ({whole}): expected some of it", key="spacecraft"
        )
    if part.at_utc is not None and whole.place in ("ground", "home"):
        way = "a stay before it (kind surface)" if whole.place == "ground" else "the interface"
        raise InputError(
            f"{whole.is_there}, where nothing coasts to a date: leave it out, the date is that of "
            f"{way}",
            key="at_utc",
        )
    groups[:1] = [
        _Group(list(leaving), whole.place, whole.site),
        _Group(staying, whole.place, whole.site),
    ]


def _other(target: str, part: Any, groups: list[_Group]) -> _Group:
    other = next(group for group in groups if target in group.names)
    if other is groups[0]:
        found = (
            "the spacecraft itself" if target == part.spacecraft else f"with '{part.spacecraft}'"
        )
        raise InputError(
            f"'{target}' is {found}: expected a spacecraft that has separated from it before",
            key="target",
        )
    if other.place != "orbit":
        place = _PLACES[other.place]
        raise InputError(f"'{target}' is {place}, expected in lunar orbit", key="target")
    return other
