"""`perilune check` of a study: what it holds, and which of its missions their files refuse."""

from __future__ import annotations

from collections.abc import Iterator

from perilune.cli import output
from perilune.cooperation.arrangement import arrange
from perilune.cooperation.evaluate import station_task
from perilune.cooperation.mission_flight import mission_task
from perilune.cooperation.shown import refusal
from perilune.cooperation.study import Study
from perilune.cooperation.study_load import load_study
from perilune.cooperation.tasks import Task
from perilune.errors import PeriluneError
from perilune.scenarios.load import load
from perilune.scenarios.station_load import load_station


def check_study(file: str, overrides: list[str], *, as_json: bool) -> int:
    """Validate a study's file and say what it holds; returns the exit status.

    A mission that its own file refuses under a variant is told; that is a result, so the study is
    valid.
    """
    study = load_study(file, overrides=overrides)
    refused = list(_refused(study))
    unsure = [each for each in study.file.candidate if each.confidence not in (None, "sourced")]
    found = study.file
    if as_json:
        output.document(
            {
                "study": study.name,
                "title": found.title,
                "valid": True,
                "as_of": found.as_of.isoformat(),
                "baseline": found.baseline,
                "partners": list(found.partners),
                "missions": list(study.missions),
                "stations": list(study.stations),
                "variants": list(study.variants),
                "candidates_n": len(found.candidate),
                "unconfirmed_n": len(unsure),
                "refused": refused,
            }
        )
        return 0
    output.line(f"{study.name}: valid. {found.title}".rstrip())
    output.line(f"  as of {found.as_of}, beside '{found.baseline}'")
    output.line(f"  partners: {', '.join(found.partners)}")
    for what, names in (("missions", study.missions), ("stations", study.stations)):
        if names:
            output.line(f"  {what}: {', '.join(names)}")
    output.line(f"  {len(found.variant)} variants: {', '.join(study.variants)}")
    output.line(f"  {len(found.candidate)} candidates, {len(unsure)} with unconfirmed figures")
    for row in refused:
        output.line(f"  {row['name']} does not fly in '{row['variant']}': {row['why']}")
    return 0


def _refused(study: Study) -> Iterator[dict[str, str]]:
    """Yield what its own file refuses, each once, with the first variant that asks for it."""
    seen: set[Task] = set()
    for variant in study.file.variant:
        found = arrange(study, variant)
        asked = [(part.name, mission_task(part), part.seats) for part in found.parts]
        asked += [(each.name, station_task(each), ()) for each in found.stations]
        for name, task, seats in asked:
            if task in seen:
                continue
            seen.add(task)
            try:
                if task.kind == "station":
                    load_station(task.name, overrides=task.overrides)
                else:
                    load(task.name, overrides=task.overrides)
            except PeriluneError as problem:
                why = refusal((seat.candidate for seat in seats), str(problem))
                yield {"name": name, "variant": variant.name, "why": why}
