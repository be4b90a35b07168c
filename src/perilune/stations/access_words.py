"""Why a vehicle does not fly straight to a station's orbit, in words."""

from __future__ import annotations

from perilune.stations.answer import Answer
from perilune.stations.lift import Lift, Pad


def why_not(
    pad: Pad, inclination_deg: float, permitted: Answer, lift: Lift | None = None
) -> str | None:
    """Say what stands between a site, or a vehicle there, and an inclination; None for nothing.

    Parameters
    ----------
    pad : Pad
    inclination_deg : float
    permitted : Answer
        By permission.
    lift : Lift, optional
    """
    parts = []
    refusal = pad.corridor.refusal(inclination_deg, None, pad.site)
    if refusal:
        parts.append(refusal)
        parts.append(_way_round(permitted, lift))
    if lift is not None and lift.performance is None:
        parts.append(f"its payload is not known: {lift.lack}")
    elif permitted.payload_kg == 0.0:
        parts.append("nothing is left of the payload")
    return "; ".join(part for part in parts if part) or None


def _way_round(found: Answer, lift: Lift | None) -> str:
    """Say what it takes all the same."""
    if found.way == "none":
        return ""
    start = f"launched into {found.launch_inclination_deg:.2f} deg {found.heading}"
    if found.way == "dogleg":
        return (
            f"{start}, the last stage turns by {found.turn_deg:.1f} deg on the way up "
            f"{_price(found.turn_m_s)}: over whom it then flies is not cleared"
        )
    turn = f"{start}, the plane turns by {found.turn_deg:.2f} deg in orbit {_price(found.turn_m_s)}"
    if lift is None or found.payload_kg is None:
        return turn
    if lift.on_top is not None:
        return f"{turn}, by {lift.upper_stage}"
    return f"{turn}, by the ship with {found.ship_propellant_kg:,.0f} kg of its own propellant"


def _price(velocity_m_s: float) -> str:
    """Return what a turn costs, in words."""
    return "at no cost" if velocity_m_s < 0.5 else f"for {velocity_m_s:,.0f} m/s"
