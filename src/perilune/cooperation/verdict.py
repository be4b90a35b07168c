"""What the rules say of an activity: a verdict, and every reason for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

VERDICTS = ("forbidden", "unknown", "needs_approval", "permitted")
"""The strictest first. What is not known is stricter than what an approval opens."""

LAW_AS_OF = date(2026, 1, 31)
"""The last day to which the bundled rules were followed."""

NOTICE = (
    "Not legal advice: the rules are a planner's summary of law and policy, with gaps. "
    "Have counsel confirm every verdict, and all that is unknown."
)


@dataclass(frozen=True)
class Reason:
    """One rule that speaks about an activity, or one fact that is missing.

    Attributes
    ----------
    rule : str or None
        Name in the catalogue; None where no rule speaks.
    effect : str
        The rule's effect, or `unknown`.
    verdict : str
        What would hold if this reason stood alone.
    because, lifted_by : str
        Who and why; what would lift it.
    source, citation, confidence : str or None
        Where the catalogue has it from, the text itself, and how far it can be trusted.
    needs : str or None
        The approval that opens it.
    activity : str
    """

    rule: str | None
    effect: str
    verdict: str
    because: str
    lifted_by: str
    source: str | None = None
    citation: str | None = None
    confidence: str | None = None
    needs: str | None = None
    activity: str = ""

    @property
    def rank(self) -> tuple[int, bool]:
        """Where it stands in a list: the strictest first, duties last."""
        return VERDICTS.index(self.verdict), self.effect == "obliges"

    def to_json(self) -> dict[str, Any]:
        """Return the reason as a row of a document."""
        return {
            "rule": self.rule,
            "effect": self.effect,
            "because": self.because,
            "lifted_by": self.lifted_by,
            "source": self.source,
            "citation": self.citation,
            "confidence": self.confidence,
            "verdict": self.verdict,
            "needs": self.needs,
            "activity": self.activity,
        }


@dataclass(frozen=True)
class Verdict:
    """The verdict on one activity or several: the strictest reason decides, all are listed.

    Attributes
    ----------
    reasons : tuple of Reason
        The strictest first.
    last_day : date or None
        The latest day among the activities.
    """

    reasons: tuple[Reason, ...]
    last_day: date | None = None

    @classmethod
    def of(cls, reasons: Iterable[Reason], last_day: date | None) -> Verdict:
        """Return the verdict of reasons in any order."""
        return cls(tuple(sorted(reasons, key=lambda each: each.rank)), last_day)

    @property
    def verdict(self) -> str:
        """`permitted`, `needs_approval`, `forbidden` or `unknown`."""
        return self.reasons[0].verdict

    @property
    def deciding(self) -> tuple[Reason, ...]:
        """The reasons that are as strict as the verdict, duties apart."""
        same = (each for each in self.reasons if each.verdict == self.verdict)
        return tuple(each for each in same if each.effect != "obliges")

    @property
    def needs(self) -> tuple[str, ...]:
        """The approvals still to be had: `certification`, `licence`, `agreement`, `waiver`."""
        open_ones = (each.needs for each in self.reasons if each.verdict == "needs_approval")
        return tuple(dict.fromkeys(need for need in open_ones if need))

    @property
    def notice(self) -> str:
        """That this is not legal advice, and whether the day lies beyond the known law."""
        if self.last_day is None or self.last_day <= LAW_AS_OF:
            return NOTICE
        return (
            f"{NOTICE} The law of {self.last_day} is not known yet: it is taken as on {LAW_AS_OF}."
        )

    def to_json(self) -> dict[str, Any]:
        """Return verdict, reasons and notice as a document."""
        return {
            "law": self.verdict,
            "needs": list(self.needs),
            "rules": [each.to_json() for each in self.reasons],
            "law_as_of": LAW_AS_OF.isoformat(),
            "notice": self.notice,
        }

    def text(self) -> str:
        """Return the verdict for people, a line for each reason, the notice last."""
        open_ones = f" ({', '.join(self.needs)})" if self.verdict == "needs_approval" else ""
        lines = [self.verdict + open_ones]
        for each in self.reasons:
            doubt = "" if each.confidence in (None, "sourced") else f", {each.confidence}"
            cited = f" [{each.citation}{doubt}]" if each.citation else ""
            lines.append(f"- {each.rule or 'no rule'}: {each.effect}. {each.because}{cited}")
            if each.verdict in ("forbidden", "needs_approval", "unknown"):
                lines.append(f"  lifted by: {each.lifted_by}")
        return "\n".join([*lines, self.notice])
