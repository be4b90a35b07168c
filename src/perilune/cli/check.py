"""`perilune check` and `perilune list`."""

from __future__ import annotations

from perilune.cli import output
from perilune.scenarios.load import bundled, load


def run_check(file: str, overrides: list[str], *, as_json: bool) -> int:
    """Validate a scenario and say what it holds; returns the exit status."""
    mission = load(file, overrides=overrides)
    phases = [type(phase).__name__.removesuffix("Phase").lower() for phase in mission.phases]
    spacecraft = [craft.name for craft in mission.stack.members]
    if as_json:
        output.document(
            {
                "scenario": mission.name,
                "title": mission.title,
                "valid": True,
                "constants": mission.constants,
                "phases": phases,
                "spacecraft": spacecraft,
                "mass_kg": mission.stack.mass_kg,
                "as_flown": [row.event for row in mission.as_flown],
                "unconfirmed_n": len(mission.assumed),
                "assumed": list(mission.assumed),
            }
        )
        return 0
    output.line(f"{mission.name}: valid. {mission.title}".rstrip())
    output.line(f"  phases: {', '.join(phases)}")
    if spacecraft:
        output.line(f"  spacecraft: {', '.join(spacecraft)} ({mission.stack.mass_kg:,.0f} kg)")
    else:
        output.line("  spacecraft: none, so no masses")
    for row in mission.assumed:
        output.line(f"  {row['confidence']}: {row['what']}. {row['source'] or ''}".rstrip(". "))
    return 0


def run_list(*, as_json: bool) -> int:
    """List the bundled scenarios; returns the exit status."""
    found = bundled()
    if as_json:
        output.document({"scenarios": [{"name": n, "title": t} for n, t in found.items()]})
        return 0
    rows = [[name, title] for name, title in found.items()]
    output.table("Bundled scenarios", [("name", "left"), ("title", "text")], rows)
    return 0
