"""Tells the files of missions, stations and studies apart, and names the command each is for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path

from perilune.errors import InputError, UnknownName
from perilune.formats.toml_file import parse

EPHEMERIS = "ephemeris (OEM)"

USES = {
    "mission": "'perilune fly {name}' flies it",
    "station": "'perilune station access {name}' tells who reaches it; the other questions are "
    "assemble, crew, upkeep and split",
    "study": "'perilune study {name}' compares its variants",
    EPHEMERIS: "'perilune reconstruct {name}' finds its maneuvers",
}
"""What each kind of file is for."""

_HEAD = b"CCSDS_OEM_VERS"

_KEYS = {
    "study": {"variant", "baseline", "candidate"},
    "mission": {"phase", "spacecraft"},
    "station": {"station", "orbit", "step", "crew", "upkeep", "trade"},
}
"""What tells each kind apart; of a file with keys of two, the first."""


@contextmanager
def expected(kind: str, file: str) -> Iterator[None]:
    """Say which command a file is for where it is of another kind than the one asked for.

    Raises
    ------
    InputError
        In place of what reading it as `kind` came upon.
    """
    try:
        yield
    except InputError:
        found = None
        with suppress(InputError):
            found = kind_of(file)
        if found in (None, kind):
            raise
        use = USES[str(found)].format(name=file)
        raise InputError(f"{_a(found)}, expected {_a(kind)}: {use}", file=file) from None


def _a(kind: str | None) -> str:
    return f"an {kind}" if kind == EPHEMERIS else f"a {kind}"


def kind_of(file: str) -> str | None:
    """Return `mission`, `station`, `study` or `EPHEMERIS`; None of a file that shows none of them.

    Raises
    ------
    UnknownName
        Where it is neither a bundled name nor a file.
    """
    from perilune.cooperation.study_load import STUDIES
    from perilune.scenarios.load import SCENARIOS
    from perilune.scenarios.station_load import STATIONS

    known = {"mission": SCENARIOS, "station": STATIONS, "study": STUDIES}
    names = {kind: source.names() for kind, source in known.items()}
    for kind in names:
        if file in names[kind]:
            return kind
    if _is_ephemeris(Path(file)):
        return EPHEMERIS
    try:
        found = parse(*SCENARIOS.read(file), SCENARIOS.what)
    except UnknownName:
        what = "scenario, station or study (bundled name or path of a TOML file)"
        raise UnknownName(what, file, [*chain(*names.values())]) from None
    except InputError:
        return None  # what is wrong is said where it is loaded
    return next((kind for kind, keys in _KEYS.items() if not keys.isdisjoint(found)), None)


def _is_ephemeris(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(_HEAD)) == _HEAD
    except (OSError, ValueError):
        return False
