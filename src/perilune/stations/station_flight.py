"""A flight to a station: what comes of it, planned in closed form or flown in the full model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.phases.base import Leg
from perilune.stations.passage import Passage

PLANNED, CONVERGED = "planned", "converged"

_AT_MIN = 2.0  # a lift-off this close to the passage, or to the planar ascent's, is at it


@dataclass(frozen=True, eq=False)
class StationFlight:
    """A flight to a station: planned in closed form, or flown in the full model.

    Attributes
    ----------
    vehicle, site : str
    lift_off : Epoch or None
        None where no day was found.
    passage : Passage or None
        Of the site through the station's plane.
    rendezvous_h : float
        From lift-off to docking: as wished, and where docking waits for light as it comes out.
    docking : Epoch or None
        None where it does not dock.
    phase_deg : float or None
        The station's angle ahead of the chaser at insertion; None where it is not known.
    phase_sigma_deg : float
        How uncertain that is; 180 where the place along the orbit is lost.
    phase_range_deg : tuple of float or None
        What the wished length closes; over 360 after whole turns.
    phase_needed_deg : float or None
        What is flown with.
    phase_shift_deg : float or None
        How far ahead the station's keeper has to move it for that; None where that is not known.
    phase_reboost_m_s : float or None
        By which change of speed two weeks before, positive raising it; where the phase is not
        known, that of half a turn.
    beside_deg : float
        How far the site stands from the plane at lift-off.
    dv_m_s : float or None
        Of phasing and approach: flown, or by plan.
    propellant_kg : float or None
        None where no ship with an engine is given.
    docking_sunlit : float or None
        Visible share of the Sun at docking.
    status, remedy : str
        `converged` or `planned`; else why not, and what would help.
    missed : tuple of str
        Days passed over, and why.
    insertion : State or None
    leg : Leg or None
        The flight from insertion to docking: trajectory, burns, checks. None for a plan.
    """

    vehicle: str
    site: str
    rendezvous_h: float
    lift_off: Epoch | None = None
    passage: Passage | None = None
    docking: Epoch | None = None
    phase_deg: float | None = None
    phase_sigma_deg: float = 180.0
    phase_range_deg: tuple[float, float] | None = None
    phase_needed_deg: float | None = None
    phase_shift_deg: float | None = None
    phase_reboost_m_s: float | None = None
    beside_deg: float = 0.0
    dv_m_s: float | None = None
    propellant_kg: float | None = None
    docking_sunlit: float | None = None
    status: str = PLANNED
    remedy: str = ""
    missed: tuple[str, ...] = ()
    insertion: State | None = field(default=None, repr=False)
    leg: Leg | None = field(default=None, repr=False)

    @property
    def plane_offset_min(self) -> float | None:
        """Lift-off less the passage, min; None where the site is never in the plane."""
        if self.lift_off is None or self.passage is None:
            return None
        return self.passage.offset_min(self.lift_off)

    @property
    def plane_window_min(self) -> tuple[float, float] | None:
        """The plane's window about the passage, min; None where the site is never in the plane."""
        if self.passage is None:
            return None
        found = self.passage
        return found.offset_min(found.opens), found.offset_min(found.closes)

    @property
    def plane_note(self) -> str:
        """What a lift-off away from passage and planar ascent takes; empty where it is at them."""
        offset, window = self.plane_offset_min, self.plane_window_min
        if offset is None or window is None or self.passage is None or self.lift_off is None:
            return ""
        planar = self.passage.offset_min(self.passage.planar)
        if planar - _AT_MIN <= offset <= _AT_MIN or not self.passage.holds(self.lift_off):
            return ""
        side = "after" if offset > 0.0 else "before"
        return (
            f"lifts off {abs(offset):.1f} min {side} the site's passage through the plane, "
            f"{abs(self.beside_deg):.1f} deg beside it: within the window of {window[0]:+.0f} to "
            f"{window[1]:+.0f} min its vehicle steers that out"
        )

    @property
    def phase_known(self) -> bool:
        """Whether the station's place along its orbit at launch is known."""
        return self.phase_deg is not None

    @property
    def phase_note(self) -> str:
        """What the phase angle takes, in words; empty where the plan has none."""
        if self.phase_needed_deg is None or self.phase_reboost_m_s is None:
            return ""
        needed = f"phase angle of {self.phase_needed_deg:.0f} deg needed at insertion"
        if self.phase_deg is None:
            return (
                f"{needed}; the elements are too old to say what it will be: at most "
                f"{self.phase_reboost_m_s:.1f} m/s two weeks before set it"
            )
        if self.phase_shift_deg == 0.0:
            return f"{needed}: as it is"
        way = "raising" if self.phase_reboost_m_s > 0.0 else "lowering"
        return (
            f"{needed}, {self.phase_deg:.0f} deg as it is: {way} the station by "
            f"{abs(self.phase_reboost_m_s):.1f} m/s two weeks before sets it"
        )

    @property
    def why_not(self) -> tuple[str, ...]:
        """Everything that speaks against it, in words; empty where it flies."""
        found = []
        if self.status not in (PLANNED, CONVERGED):
            found.append(self.remedy or self.status)
        if self.passage is not None and self.passage.why_not:
            found.append(self.passage.why_not)
        return tuple(found)

    @property
    def ok(self) -> bool:
        """Whether it docks, from a direction its site permits."""
        return not self.why_not

    def to_json(self) -> dict[str, Any]:
        """Return the row of a flight; `name` and `port` are the plan's to add."""
        offset = self.plane_offset_min
        return {
            "vehicle": self.vehicle,
            "site": self.site,
            "launch_utc": None if self.lift_off is None else self.lift_off.utc_iso(0),
            "plane_offset_min": None if offset is None else round(offset, 2),
            "plane_window_min": self.plane_window_min,
            "beside_plane_deg": self.beside_deg,
            "docking_utc": None if self.docking is None else self.docking.utc_iso(0),
            "rendezvous_h": round(self.rendezvous_h, 3),
            "ok": self.ok,
            "why_not": list(self.why_not),
            "azimuth_deg": None if self.passage is None else self.passage.azimuth_deg,
            "phase_deg": self.phase_deg,
            "phase_range_deg": self.phase_range_deg,
            "phase_needed_deg": self.phase_needed_deg,
            "phase_shift_deg": self.phase_shift_deg,
            "phase_reboost_m_s": self.phase_reboost_m_s,
            "phase_note": self.phase_note,
            "dv_m_s": self.dv_m_s,
            "propellant_kg": self.propellant_kg,
            "docking_sunlit": self.docking_sunlit,
            "status": self.status,
            "missed": list(self.missed),
        }
