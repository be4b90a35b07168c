"""`perilune study diff`, `export` and `propose`: variants compared, passed on, and saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perilune.cli import output, outputs
from perilune.cli.kinds import expected
from perilune.cooperation.study_load import STUDIES, load_study
from perilune.errors import InputError, UnknownName

if TYPE_CHECKING:
    from perilune.cooperation.study import Study
    from perilune.cooperation.study_file import VariantFile

_DETAIL = (
    ".waited_for.",
    ".coverage.",
    ".reliability.",
    ".missed_share",
    ".dv_m_s",
    ".lift_off_utc",
    ".p10",
    ".p90",
    ".margin_of",
)


def run_diff(words: list[str], of: str | None, overrides: list[str], *, as_json: bool) -> int:
    """Say what differs between two variants, in roles and, where evaluated, in results."""
    from perilune.cooperation.diff import diff

    if len(words) != 2:
        raise InputError(f"study diff: found {len(words)} variants, expected two: diff A B")
    study = _study(of, overrides)
    one, other = (_variant(study, word) for word in words)
    before, after = (_result(study, each.name) for each in (one, other))
    found = diff(one, other, study.file, before=before, after=after)
    if as_json:
        output.document(found.to_json())
        return 0
    lines = found.text().splitlines()
    shown = [line for line in lines if not any(part in line for part in _DETAIL)]
    for line in shown:
        output.line(line)
    if len(shown) < len(lines):
        output.line(f"... and {len(lines) - len(shown)} further figures: --json has them")
    if before is None or after is None:
        output.line(f"Not evaluated: 'perilune study {study.name}' first shows what comes of it.")
    return 0


def run_export(
    words: list[str], directory: str | None, overrides: list[str], chance: list[str], *,
    as_json: bool,
) -> int:  # fmt: skip
    """Write a study as another partner may have it: private fields withheld."""
    from perilune.cooperation.export import export

    if len(words) != 2:
        raise InputError("study export: expected a study and the partner it is for")
    name, partner = words
    with expected("study", name):
        study = load_study(name, overrides=overrides)
    made = export(study.file, partner, folder=STUDIES.folder(name), chance=chance)
    path = outputs.folder(directory, study.name) / f"{study.name}-for-{partner}.toml"
    made.save(path)
    withheld = [str(each) for each in made.withheld]
    if as_json:
        output.document({"study": study.name, "for": partner, "file": str(path),
                         "withheld_n": len(withheld)})  # fmt: skip
        return 0
    output.line(f"{path}: {len(withheld)} fields withheld from {partner}")
    return 0


def run_propose(
    words: list[str], directory: str | None, overrides: list[str], author: str | None,
    partner: str | None, chance: list[str], *, as_json: bool,
) -> int:  # fmt: skip
    """Save a variant of a study as a proposal that tells nobody's private values."""
    from perilune.cooperation.export import require_discreet
    from perilune.cooperation.proposal import short
    from perilune.cooperation.proposal_file import save_proposal
    from perilune.cooperation.proposal_steps import propose

    if len(words) != 2 or not author or not partner:
        raise InputError("study propose: expected a study, a variant, --author and --partner")
    with expected("study", words[0]):
        study = load_study(words[0], overrides=overrides)
    made = propose(study.file, study.variant(words[1]).name, author=author, partner=partner)
    require_discreet(made, study.file, to=None, chance=chance)
    path = outputs.folder(directory, study.name) / f"{words[1]}-{short(made.hash)}.toml"
    save_proposal(made, path)
    if as_json:
        output.document({"study": study.name, "variant": words[1], "hash": made.hash,
                         "status": made.status, "file": str(path)})  # fmt: skip
        return 0
    output.line(f"{path}: {words[1]} as a {made.status} of {partner}, {short(made.hash)}")
    return 0


def _study(of: str | None, overrides: list[str]) -> Study:
    if of is None:
        known = ", ".join(STUDIES.names())
        raise InputError(f"study diff: expected --of STUDY, whose variants these are ({known})")
    with expected("study", of):
        return load_study(of, overrides=overrides)


def _variant(study: Study, word: str) -> VariantFile:
    """Return a variant of a study by its name, or of a proposal's file."""
    from perilune.cooperation.proposal_file import load_proposal

    if word in study.variants:
        return study.variants[word]
    if Path(word).suffix in (".toml", ".json"):
        return load_proposal(word).variant
    raise UnknownName(f"variant of '{study.name}' or proposal's file", word, study.variants)


def _result(study: Study, name: str) -> Any:
    """Return what a variant came to, where the study was evaluated here; None else."""
    path = Path("perilune-out") / study.name / "study.json"
    try:
        rows = json.loads(path.read_text("utf-8"))["variants"]
    except (OSError, ValueError, KeyError):
        return None
    return next((row for row in rows if row["name"] == name), None)
