"""What a variant comes to: physics and law judged apart, then the worse of both, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from perilune.cooperation.arrangement import Arrangement, Part
from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.contact_asked import contact_short
from perilune.cooperation.criticality import of_what_closes
from perilune.cooperation.flown import Flown
from perilune.cooperation.interfaces import aboard, match
from perilune.cooperation.risk import chain_risk, mission_elements
from perilune.cooperation.shown import contact, refusal, shown
from perilune.cooperation.station_outcome import CLOSES, DOES_NOT, station_row
from perilune.cooperation.verdict import Verdict
from perilune.errors import InputError

_WHAT = {
    "bands": "bands",
    "docking": "docking ports",
    "fairing_m": "fairing and width",
    "mass_kg": "masses",
    "power_w": "power",
    "data_kbit_s": "data rates",
}

NOT_EVALUATED = "not_evaluated"


@dataclass(frozen=True, eq=False)
class Outcome:
    """A variant evaluated.

    Attributes
    ----------
    name : str
    verdict : str
        `closes`, `needs_approval`, `unknown`, `forbidden` or `does_not_close`.
    document : dict
        Its row in the JSON of `study`.
    """

    name: str
    verdict: str
    document: dict[str, Any]


def outcome(
    found: Arrangement,
    flown: Mapping[str, Flown],
    stations: Mapping[str, dict[str, Any]],
    law: Verdict,
    shares: Sequence[Mapping[str, Any]],
    breaks: Sequence[Mapping[str, Any]],
    timing: Mapping[str, Any] | None,
) -> Outcome:
    """Return a variant's row: verdicts, reasons, missions, rules, shares, who is critical.

    `verdict` is the worse of physics and law: what does not close and what is forbidden first, then
    what is unknown, what needs approval, what closes.
    """
    missions = [
        _mission(part, flown.get(part.name), timing)
        | _interfaces(found, part)
        | _risk(found, part, flown.get(part.name))
        for part in found.parts
    ]
    built = [station_row(found, case, stations[case.name]) for case in found.stations]
    for part, row in zip(found.parts, missions, strict=True):
        if short := contact_short(part.mission, row.get("coverage")):
            row["physics"] = DOES_NOT
            row["why_not"].append(short)
        if row["mismatches"]:
            row["physics"] = DOES_NOT
            row["why_not"] += [_mismatch(each) for each in row["mismatches"]]
    physics = _physics([*missions, *built])
    closing = {row["name"] for row in (*missions, *built) if row["physics"] == CLOSES}
    breaks = of_what_closes(breaks, closing)
    verdict = _worse(physics, law.verdict)
    variant = found.variant
    reasons = [f"{row['name']}: {why}" for row in [*missions, *built] for why in row["why_not"]]
    reasons += [f"law: {each.because}" for each in law.deciding if law.verdict != "permitted"]
    document = {
        "name": variant.name,
        "title": variant.title or variant.name,
        "physics": physics,
        "law": law.verdict,
        "law_needs": list(law.needs),
        "verdict": verdict,
        "reasons": reasons,
        "subtitle": variant.summary,
        "summary": [],
        "missions": missions,
        "stations": built,
        "left_out": [{"name": name, "why": why} for name, why in found.out.items()],
        "delay_d": _delay(timing),
        "rules": law.to_json()["rules"],
        "law_notice": law.notice,
        "shares": [dict(row) for row in shares],
        "withdrawals": [dict(row) for row in breaks],
        "critical_partners": [row["partner"] for row in breaks if row["breaks"]],
        "schedule_notes": list((timing or {}).get("notes", ())),
        "reflown_n": len(flown) + len(stations),
        "status": variant.status,
    }
    return Outcome(variant.name, verdict, document)


def _mission(part: Part, flight: Flown | None, timing: Mapping[str, Any] | None) -> dict[str, Any]:
    launch = ((timing or {}).get("launches") or {}).get(part.name) or {}
    row: dict[str, Any] = {
        "name": part.name,
        "title": part.mission.title or part.name,
        "scenario": part.mission.scenario,
        "lead": part.mission.lead,
        "roles": {
            role: [seat.candidate.name for seat in part.seats if seat.role == role]
            for role in dict.fromkeys(seat.role for seat in part.seats)
        },
        "launch_date": {key: launch.get(key) for key in ("p10", "p50", "p90")},
        "planned": part.planned.isoformat(),
        "missed_share": launch.get("missed_share"),
        "waited_for": launch.get("waited_for"),
        "left_behind": launch.get("left_behind"),
        "added_delay": launch.get("added"),
    }
    if part.lacks:
        why = [f"nobody is {role.replace('_', ' ')}" for role in part.lacks]
        return row | {
            "physics": DOES_NOT, "margin_kg": None, "margin_of": "", "dv_m_s": None, "why_not": why
        }  # fmt: skip
    assert flight is not None
    return row | {
        "physics": CLOSES if flight.closes else DOES_NOT,
        "margin_kg": flight.margin_kg,
        "margin_of": flight.margin_of,
        "dv_m_s": flight.dv_m_s,
        "lift_off_utc": flight.lift_off_utc,
        "coverage": contact(_brought(part), flight.document.get("coverage")),
        "why_not": [] if flight.closes else _why_not(part, flight),
    }


def _why_not(part: Part, flight: Flown) -> list[str]:
    """Return why a flight does not close."""
    if flight.status == "refused":
        return [refusal(_brought(part), why) for why in flight.why_not]
    return list(flight.why_not)


def _brought(part: Part) -> list[CandidateFile]:
    return [seat.candidate for seat in part.seats]


def _interfaces(found: Arrangement, part: Part) -> dict[str, Any]:
    """Return the interfaces that do not match, and what would mend each."""
    study = found.study
    others = [shown(c) for seat in part.seats for c in study.candidates_for(part.name, seat.role)]
    result = match(part.name, aboard(part), others=others, book=study.book)
    return {"mismatches": result.rows(), "unstated": list(result.unstated)}


def _mismatch(row: Mapping[str, Any]) -> str:
    between = " and ".join(row["between"])
    what = _WHAT.get(row["what"], row["what"])
    return (
        f"{what} of {between} do not match, {row['found']} for {row['needed']}: {row['mended_by']}"
    )


def _risk(found: Arrangement, part: Part, flight: Flown | None) -> dict[str, Any]:
    """Return how likely the chain holds, and its weakest link."""
    vehicle = (flight.document.get("solution") or {}).get("vehicle") if flight else None
    vehicle = vehicle or part.phase("launch").get("vehicle")
    filled = [shown(seat.candidate) for seat in part.seats]
    try:
        chain = mission_elements(part.name, filled, vehicle=vehicle, book=found.study.book)
        risk = chain_risk(chain, as_of=found.study.as_of)
    except InputError as problem:
        return {"reliability": None, "reliability_note": problem.problem}
    weakest = risk.weakest
    return {
        "reliability": {"p": risk.probability, "low": risk.low, "high": risk.high},
        "weakest_link": weakest.name,
        "reliability_note": "",
    }


def _physics(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return NOT_EVALUATED
    return CLOSES if all(row["physics"] == CLOSES for row in rows) else DOES_NOT


def _worse(physics: str, law: str) -> str:
    if physics == DOES_NOT:
        return DOES_NOT
    if physics == NOT_EVALUATED and law == "permitted":
        return "unknown"
    return CLOSES if law == "permitted" else law


def _delay(timing: Mapping[str, Any] | None) -> dict[str, float | None]:
    """Return the largest delay that an added contribution costs a launch, days."""
    added = [
        row["added"] for row in ((timing or {}).get("launches") or {}).values() if row["added"]
    ]
    if not added:
        return {"p50": None, "p90": None}
    worst = max(added, key=lambda row: float(row["p50_d"]))
    return {"p50": worst["p50_d"], "p90": worst["p90_d"]}
