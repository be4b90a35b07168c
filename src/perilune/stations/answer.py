"""One answer to "can it get there": the way, what it costs, what arrives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perilune.stations.delivery import Means, delivered
from perilune.stations.lift import Lift, Pad
from perilune.stations.reach import WAYS, Reach, by_geometry, by_permission


@dataclass(frozen=True)
class Answer:
    """How one inclination is reached from a site, by geometry or by permission.

    Attributes
    ----------
    way : str
        `direct`, `dogleg`, `plane_change`, or `none` where the site permits no launch to orbit.
    launch_inclination_deg : float
    heading : str
        `northbound`, `southbound`, `either`.
    turn_deg, turn_m_s : float
        Of the dogleg or the plane change.
    penalty_m_s : float
        That and the Earth's rotation lost, against the site's best.
    payload_kg, best_kg : float or None
        What arrives; and what would at the site's best inclination: due east by geometry, the
        cheapest corridor by permission. None without a vehicle, or without its performance.
    ship_propellant_kg : float
        What the ship itself burns to turn its plane.
    """

    way: str
    launch_inclination_deg: float
    heading: str
    turn_deg: float
    turn_m_s: float
    penalty_m_s: float
    payload_kg: float | None = None
    best_kg: float | None = None
    ship_propellant_kg: float = 0.0

    @property
    def is_direct(self) -> bool:
        """Whether the launch leads there without a turn."""
        return self.way == "direct"

    @property
    def payload_loss_kg(self) -> float | None:
        """What the inclination costs in payload against the site's best, kg."""
        if self.payload_kg is None or self.best_kg is None:
            return None
        return self.best_kg - self.payload_kg


def best_inclination_deg(pad: Pad, *, permitted: bool) -> float | None:
    """Return the inclination a site launches most into: due east, or the cheapest corridor's edge.

    None where the site permits nothing.
    """
    if not permitted:
        return pad.site.lowest_inclination_deg
    spans = pad.corridor.permitted_inclinations(pad.site)
    return min((low for low, _, _ in spans), default=None)


def answer_of(
    pad: Pad,
    inclination_deg: float,
    altitude_km: float,
    means: Means,
    lift: Lift | None = None,
) -> Answer:
    """Return how an inclination is reached from a site, and by a vehicle what arrives.

    Without a vehicle, or where its performance is not known, doglegs are not weighed.
    """
    if lift is None or lift.performance is None:
        return _answer(
            by_permission(pad.site, pad.corridor, inclination_deg, altitude_km)
            if means.permitted
            else by_geometry(pad.site, inclination_deg, altitude_km),
            (),
        )
    best = best_inclination_deg(pad, permitted=means.permitted)
    both = np.array([inclination_deg, inclination_deg if best is None else best])
    found = delivered(lift, both, altitude_km, means)
    masses = (found.payload_kg[0], found.payload_kg[1], found.ship_propellant_kg[0])
    return _answer(found.reach, tuple(float(mass) for mass in masses))


def _answer(reach: Reach, masses_kg: tuple[float, ...]) -> Answer:
    """Return the first inclination's answer."""
    return Answer(
        WAYS[int(np.ravel(reach.way)[0])],
        float(np.ravel(reach.launch_deg)[0]),
        str(np.ravel(reach.heading)[0]),
        float(np.ravel(reach.turn_deg)[0]),
        1000.0 * float(np.ravel(reach.turn_km_s)[0]),
        float(np.ravel(reach.penalty_m_s)[0]),
        *masses_kg,
    )
