"""Station-keeping of a low lunar orbit: circular at a height, within a tolerance, at what cost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.state import State
from perilune.dynamics.events import Event, apoapsis, impact, periapsis
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.phases.base import Check, Condition, Context, Leg
from perilune.phases.eccentricity import Reshape, lasting_offset
from perilune.phases.orbit_burn import Burner, failed, moon_state, osculating

_EVENTS: tuple[Event, ...] = (periapsis("moon"), apoapsis("moon"), impact("moon"))
_TRIGGER = 0.8  # of the tolerance: the rest is for the turn until the burns, and while they act
_PIECE_S = 2.0 * DAY
_YEAR_D = 365.25


@dataclass(frozen=True)
class StationKeeping:
    """A near-circular orbit kept at a height: pairs of burns at the apsides when it leaves.

    Attributes
    ----------
    altitude_km, tolerance_km : float
        Over the mean sphere; perilune and apolune stay within.
    until : Epoch
    burner : Burner
    event : str
        Burns are called this with a number.

    When an apsis nears the edge two burns half a turn apart put the eccentricity where the lunar
    field's drift keeps the orbit within the band for longest, and restore the size.
    Model limits: no navigation errors; the plane is left to drift.
    """

    altitude_km: float
    tolerance_km: float
    until: Epoch
    burner: Burner = field(default_factory=Burner)
    event: str = "station_keeping"

    def __post_init__(self) -> None:
        if not 0.0 < self.tolerance_km < self.altitude_km:
            raise InputError(
                f"tolerance_km is {self.tolerance_km} at {self.altitude_km} km: expected more than "
                "0 and less than the altitude"
            )

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg to `until`; `no_solution` where the field swings the orbit out of it."""
        assert start.state is not None
        context.report("station-keeping")
        if self.until - start.state.epoch <= 0.0:
            return [failed("station_keeping", start, "it ends before it begins: set a later date")]
        return [_Keeper(self, start, context).fly()]


class _Keeper:
    def __init__(self, phase: StationKeeping, start: Condition, context: Context) -> None:
        assert start.state is not None
        self.phase, self.context = phase, context
        state = moon_state(start.state, context)
        self.now, self.begin = replace(start, state=state), state.epoch
        self.began = osculating(state, context)
        self.legs: list[Leg] = []
        self.flown: Trajectory | None = None
        self.corrections, self.off_km = 0, 0.0

    def fly(self) -> Leg:
        corrected: Epoch | None = None
        while True:
            status, left = self._coast()
            if status != "completed":
                return self._end(status, "the orbit falls onto the Moon: keep it higher")
            if left is None:
                return self._end("converged", "")
            if corrected is None and self._began_outside():
                return self._end("no_solution", self._outside_words())
            period = float(osculating(left, self.context).period_s)
            if corrected is not None and left.epoch - corrected < 2.0 * period:
                return self._end(
                    "no_solution",
                    f"the lunar field alone swings the orbit by {self.off_km:.1f} km in a turn: "
                    "allow a larger tolerance",
                )
            if self.phase.until - left.epoch < 2.2 * period:
                self._on(self.phase.until)  # too late for a pair of burns
                return self._end("converged", "")
            failure = self._correct()
            if failure is not None:
                return self._end(failure.status, failure.remedy)
            assert self.now.state is not None
            corrected = self.now.state.epoch

    def _began_outside(self) -> bool:
        """Whether the first apsis is outside the band because the orbit was before it began."""
        if self.off_km <= self.phase.tolerance_km:
            return False
        return max(abs(height) for height in self._began_off_km()) > self.phase.tolerance_km

    def _began_off_km(self) -> tuple[float, float]:
        """Return how far perilune and apolune were off the height to be kept at the start."""
        height = MOON_RADIUS_KM + self.phase.altitude_km
        return float(self.began.periapsis_km) - height, float(self.began.apoapsis_km) - height

    def _outside_words(self) -> str:
        low, high = (self.phase.altitude_km + off for off in self._began_off_km())
        return (
            f"the orbit is {low:,.0f} x {high:,.0f} km high where its keeping begins, not within "
            f"{self.phase.tolerance_km:g} km of {self.phase.altitude_km:g} km: bring it there "
            "first (ApsisBurn, in a file kind apsis_burn), or keep the height it has"
        )

    def _add(self, piece: Trajectory) -> None:
        self.flown = piece if self.flown is None else self.flown + piece
        for event in piece.events:
            self.off_km = max(self.off_km, abs(self._height_off(event.state)))

    def _height_off(self, state: State) -> float:
        return float(np.linalg.norm(state.r_km)) - MOON_RADIUS_KM - self.phase.altitude_km

    def _on(self, until: Epoch) -> Trajectory:
        assert self.now.state is not None
        piece = propagate(
            self.now.state,
            until=until,
            forces=self.context.model.moon,
            env=self.context.env,
            events=_EVENTS,
        )
        self._add(piece)
        self.now = replace(self.now, state=piece.final)
        return piece

    def _coast(self) -> tuple[str, State | None]:
        """Coast to the first apsis near the edge; None at the end."""
        assert self.now.state is not None
        limit = _TRIGGER * self.phase.tolerance_km
        while float(self.phase.until - self.now.state.epoch) > 1e-6:
            ahead = min(_PIECE_S, float(self.phase.until - self.now.state.epoch))
            piece = propagate(
                self.now.state,
                until=self.now.state.epoch + ahead,
                forces=self.context.model.moon,
                env=self.context.env,
                events=_EVENTS,
            )
            out = [e for e in piece.events if abs(self._height_off(e.state)) > limit]
            if out and out[0].name != "impact":
                piece = piece.until(out[0].epoch)
            self._add(piece)
            self.now = replace(self.now, state=piece.final)
            if piece.status == "impact":
                return "impact", None
            if out:
                return "completed", piece.final
        return "completed", None

    def _correct(self) -> Leg | None:
        """Fly a pair of burns; return the leg that failed, or None."""
        assert self.now.state is not None
        radius = MOON_RADIUS_KM + self.phase.altitude_km
        number = sum(len(leg.happenings) for leg in self.legs) + 1
        names = f"{self.phase.event}_{number}", f"{self.phase.event}_{number + 1}"
        start = lasting_offset(self.now.state, radius, self.phase.tolerance_km, self.context)
        leg = Reshape(start, radius, self.phase.burner, names).fly(self.now, self.context)[0]
        if leg.status != "converged" or leg.trajectory is None:
            return leg
        self.legs.append(leg)
        self._add(leg.trajectory)
        self.now = leg.end
        self.corrections += 1
        return None

    def _end(self, status: str, remedy: str) -> Leg:
        happenings = tuple(h for leg in self.legs for h in leg.happenings)
        total = sum(h.dv_m_s or 0.0 for h in happenings)
        assert self.now.state is not None
        days = float(self.now.state.epoch - self.begin) / DAY
        check = Check("height off the orbit kept", self.off_km, "km", self.phase.tolerance_km)
        return Leg(
            "station_keeping",
            self.now,
            self.flown,
            happenings,
            (check,),
            status=status,
            remedy=remedy,
            solution={
                "station_keeping_d": days,
                "station_keeping_dv_m_s": total,
                "station_keeping_m_s_per_year": total * _YEAR_D / days if days > 0.0 else 0.0,
                "station_keeping_corrections_n": self.corrections,
                "height_off_km": self.off_km,
            },
        )
