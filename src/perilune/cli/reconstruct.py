"""`perilune reconstruct`: the maneuvers and coasts of a flown ephemeris."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISDIR, S_ISFIFO, S_ISREG
from typing import TYPE_CHECKING, Any

from perilune.cli import output, outputs
from perilune.cli.kinds import EPHEMERIS, expected
from perilune.cli.progress import Progress
from perilune.errors import InputError, PeriluneError
from perilune.formats.files import write_json, write_whole
from perilune.formats.oem import read_oem
from perilune.formats.tables import csv_text
from perilune.scenarios.flown_model import flown_model

if TYPE_CHECKING:
    from perilune.missions.reconstruct import Reconstruction
    from perilune.views.table import Table


def run_reconstruct(
    file: str,
    directory: str | None,
    overrides: list[str],
    *,
    smallest_m_s: float | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Reconstruct an ephemeris; returns 0 once it is, 1 where no coast could be fitted."""
    with expected(EPHEMERIS, file):
        _require_file(file)
    folder = outputs.folder(directory, Path(file).stem or "reconstruct")
    with Progress(quiet=quiet) as progress:
        progress(f"{file}: reading")
        try:
            with expected(EPHEMERIS, file):
                found = _reconstruct(file, overrides, smallest_m_s, progress)
        except PeriluneError as problem:
            if isinstance(problem, InputError) and problem.file:
                raise
            raise InputError(str(problem), file=file) from problem
    document = {**found.to_json(), "file": file, "command": outputs.command()}
    _save(document, found.table("maneuvers"), folder)
    if as_json:
        output.document(document)
    else:
        _show(document, folder)
    fits = [row["fit_m"] for row in document["coasts"]]
    return 1 if fits and all(fit is None for fit in fits) else 0


def _require_file(file: str) -> None:
    """Refuse what is no file before any of it is read: a device has no end."""
    wanted = "expected an ephemeris (OEM)"
    if not file.strip() or not file.isprintable():
        raise InputError(f"the ephemeris's name: {wanted}")
    path = Path(file)
    try:
        mode = path.stat().st_mode
    except OSError as problem:
        raise InputError(f"cannot be read ({problem.strerror}): {wanted}", file=file) from None
    if S_ISDIR(mode):
        raise InputError(f"is a folder: {wanted}", file=file)
    if not (S_ISREG(mode) or S_ISFIFO(mode)):
        raise InputError(f"is a device: {wanted}", file=file)


def _reconstruct(
    file: str, overrides: list[str], smallest_m_s: float | None, progress: Progress
) -> Reconstruction:
    from perilune.missions.reconstruct import SMALLEST_M_S, reconstruct

    model, env = flown_model(overrides, file)
    return reconstruct(
        read_oem(file),
        env=env,
        model=model,
        smallest_m_s=SMALLEST_M_S if smallest_m_s is None else smallest_m_s,
        report=progress,
    )


def _save(document: dict[str, Any], maneuvers: Table, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise outputs.unwritable(folder, problem) from problem
    write_json(folder / "reconstruction.json", document, indent=2)
    write_whole(folder / "maneuvers.csv", csv_text(maneuvers.rows, maneuvers.names))


_MANEUVERS: output.Columns = [
    ("ignition (utc)", "left"),
    ("lasts s", "right"),
    ("dv m/s", "right"),
    ("about", "left"),
    ("direction icrf", "left", 1),
]
_COASTS: output.Columns = [
    ("from (utc)", "left"),
    ("to", "left"),
    ("fit m", "right"),
    ("worst m", "right"),
    ("states", "right", 2),
    ("fits", "right", 1),
]


def _show(document: dict[str, Any], folder: Path) -> None:
    spans = f"{document['start_utc'][:19]} to {document['end_utc'][:19]}"
    output.line(f"{document['object']}: {document['states_n']} states, {spans} UTC")
    if document["maneuvers"]:
        rows = [_maneuver_row(row) for row in document["maneuvers"]]
        output.table("Maneuvers", _MANEUVERS, rows, "maneuvers.csv")
    if document["coasts"]:
        rows = [_coast_row(row) for row in document["coasts"]]
        output.table("Coasts", _COASTS, rows, "reconstruction.json")
    for row in document["others"]:
        spans = f"{_short(row['start_utc'])} to {_short(row['end_utc'])}"
        output.line(f"{_WORDS[row['what']]}: {spans}")
    count = len(document["maneuvers"])
    output.line(
        f"{count} maneuver{'' if count == 1 else 's'}, {document['total_dv_m_s']:,.2f} m/s; "
        f"pushes below {document['smallest_dv_m_s']:g} m/s are left in the coasts."
    )
    output.line(f"Constants {document['constants']}; outputs in {folder}/")


_WORDS = {"ground": "On the ground", "air": "In the air", "gap": "No states"}


def _short(utc: str) -> str:
    return utc[:19].replace("T", " ")


def _maneuver_row(row: dict[str, Any]) -> list[str]:
    from perilune.astro.epoch import Epoch

    lasts = float(Epoch.utc(row["end_utc"]) - Epoch.utc(row["utc"]))
    return [
        row["utc"].rstrip("Z").replace("T", " "),
        f"{lasts:,.1f}",
        f"{row['dv_m_s']:,.3f}",
        f"{row['body']}{' (in a gap)' if row['in_gap'] else ''}",
        " ".join(f"{x:+.4f}" for x in row["direction_icrf"]),
    ]


def _coast_row(row: dict[str, Any]) -> list[str]:
    fits = ["not met" if row[key] is None else f"{row[key]:,.3f}" for key in ("fit_m", "worst_m")]
    return [
        _short(row["start_utc"]),
        _short(row["end_utc"]),
        *fits,
        str(row["states_n"]),
        str(row["fits_n"]),
    ]
