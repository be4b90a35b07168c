"""`perilune check` and `perilune list`."""

from __future__ import annotations

from perilune.cli import output
from perilune.scenarios.load import bundled, load


def run_check(file: str, overrides: list[str], *, as_json: bool) -> int:
    """Validate a scenario and say what it holds; returns the exit status."""
    mission = load(file, overrides=overrides)
    summary = {
        "scenario": mission.name,
        "title": mission.title,
        "valid": True,
        "phases": [type(phase).__name__.removesuffix("Phase").lower() for phase in mission.phases],
        "spacecraft": [craft.name for craft in mission.stack.members],
        "unconfirmed_n": len(mission.assumed),
    }
    if as_json:
        output.document(summary)
        return 0
    output.line(f"{mission.name}: valid. {mission.title}")
    output.line(f"  phases: {', '.join(summary['phases'])}")  # type: ignore[arg-type]
    if mission.stack.members:
        names = ", ".join(craft.name for craft in mission.stack.members)
        output.line(f"  spacecraft: {names} ({mission.stack.mass_kg:,.0f} kg)")
    output.line(f"  figures not confirmed by a source: {len(mission.assumed)} entries")
    return 0


def run_list(*, as_json: bool) -> int:
    """List the bundled scenarios; returns the exit status."""
    found = bundled()
    if as_json:
        output.document({"scenarios": [{"name": n, "title": t} for n, t in found.items()]})
        return 0
    rows = [[name, title] for name, title in found.items()]
    output.table("Bundled scenarios", [("name", "left"), ("title", "left")], rows)
    return 0
