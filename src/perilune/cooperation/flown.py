"""What a flight of a study came to, read from its JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Flown:
    """What a flight came to.

    Attributes
    ----------
    status : str
    closes : bool
    margin_kg : float or None
        The smallest of the propellant margins and of what the vehicle could have lifted more.
    margin_of : str
        Whose it is.
    dv_m_s : float
        All burns after the injection.
    why_not : tuple of str
    document : mapping
        The flight's JSON.
    """

    status: str
    closes: bool
    margin_kg: float | None
    margin_of: str
    dv_m_s: float
    why_not: tuple[str, ...]
    document: dict[str, Any]

    @classmethod
    def of(cls, document: dict[str, Any]) -> Flown:
        """Return what the JSON of a flight says, or that its file was refused."""
        if "refused" in document:
            nothing: dict[str, Any] = {"events": [], "status": "refused"}
            return cls("refused", False, None, "", 0.0, (document["refused"],), nothing)
        margins = [
            (row["margin_kg"], row["spacecraft"])
            for row in document["ledger"]
            if row["margin_kg"] is not None and row["propellant_loaded_kg"]
        ]
        failed = [check for check in document["checks"] if check["ok"] is False]
        for check in document["checks"]:
            if check["name"] == "injected mass margin":
                margins.append((float(check["value"]), "vehicle"))
        least = min(margins, default=(None, ""))
        burns = [e for e in document["events"] if e.get("dv_m_s") is not None]
        dv = sum(e["dv_m_s"] for e in burns if e["name"] != "translunar_injection")
        why = [_failure(check) for check in failed]
        if document["status"] not in ("converged", "completed"):
            why.insert(0, document.get("remedy") or document["status"])
        return cls(
            document["status"],
            bool(document.get("closes")),
            least[0],
            least[1],
            float(dv),
            tuple(why),
            document,
        )

    @property
    def lift_off_utc(self) -> str | None:
        """When it leaves."""
        events = self.document.get("events") or []
        return next((e["utc"] for e in events if e["name"] == "lift_off"), None)


def _failure(check: dict[str, Any]) -> str:
    unit = f" {check['unit']}" if check["unit"] else ""
    return f"{check['name']}: {check['value']:,.1f}{unit}, limit {check['limit']}{unit}"
