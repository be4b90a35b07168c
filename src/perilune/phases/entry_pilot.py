"""Flying an entry: layers of air, banks and parachute change as they come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.atmosphere import EDGES_KM
from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.errors import InputError
from perilune.phases.capsule import Capsule
from perilune.phases.entry_bank import Banks, Roll
from perilune.phases.entry_engine import EntryEngine, Steps, borrow
from perilune.phases.entry_flight import EntryFlight, Scene, height_km

Array = NDArray[np.float64]

_NEVER = -1e9


def fly(
    scene: Scene,
    capsule: Capsule,
    banks: Banks,
    *,
    until_km: float | None = None,
    ceiling_km: float = 1e6,
    limit_s: float = 20000.0,
    keep: bool = True,
) -> EntryFlight:
    """Fly an entry.

    Parameters
    ----------
    scene : Scene
    capsule : Capsule
    banks : Banks
    until_km : float, optional
        Ends at this height above the ellipsoid; default where the parachute opens.
    ceiling_km : float
        Rising above it ends the flight as skipped out.
    limit_s : float
        Latest end, after the scene's epoch.
    keep : bool
        Keep the motion, and not only its end.
    """
    if keep and scene.begins_s != 0.0:
        raise InputError("the motion is kept from the start of a scene only: begins_s is not 0")
    with borrow(scene.table, scene.env) as engine:
        pilot = _Pilot(engine, scene, capsule, banks, Steps() if keep else None)
        stop = capsule.parachute.opens_km if until_km is None else until_km
        return pilot.fly(stop, ceiling_km, limit_s)


def land(flight: EntryFlight, ground_km: float = 0.0) -> EntryFlight:
    """Go on under the parachute from where it opens down to a height of the ground."""
    if flight.status != "parachute" or flight.steps is None:
        raise InputError("only a flight that reached its parachute, with steps kept, can land")
    with borrow(flight.scene.table, flight.scene.env) as engine:
        pilot = _Pilot(engine, flight.scene, flight.capsule, Banks(), flight.steps)
        return pilot.descend(flight, ground_km)


@dataclass
class _Pilot:
    """Flies one entry on a borrowed engine, changing layers and banks as they come."""

    engine: EntryEngine
    scene: Scene
    capsule: Capsule
    banks: Banks
    steps: Steps | None
    rolls: list[Roll] = field(default_factory=list)

    def _begin(self, vector: Array, seconds: float) -> None:
        scene, ta = self.scene, self.engine.integrator
        ax, ay, az = scene.axis
        ta.time, ta.state[:] = seconds, vector
        ta.reset_cooldowns()
        self.engine.put(gm=scene.gm_km3_s2, j2_km5_s2=scene.j2_km5_s2, ax=ax, ay=ay, az=az)
        self.engine.put(speed2=_NEVER, energy=_NEVER, stop=_NEVER, bank_rate=0.0)
        height = float(height_km(vector[:3]))
        above = height > EDGES_KM[-1]
        layer = int(np.clip(np.searchsorted(EDGES_KM, height) - 1, 0, len(EDGES_KM) - 2))
        self.layer: int | None = None if above else layer
        self.engine.enter(self.scene.table, self.layer)

    def fly(self, stop_km: float, ceiling_km: float, limit_s: float) -> EntryFlight:
        self._begin(self.scene.vector, self.scene.begins_s)
        self.engine.put(air=1.0 / self.capsule.ballistic_kg_m2, lift=self.capsule.lift_to_drag)
        self.engine.put(stop=stop_km)
        self.number = -1
        self._next_bank()
        ta, apex, apex_s = self.engine.integrator, np.nan, np.nan
        while True:
            event = self.engine.run(min(limit_s, self._until_s), self.steps)
            if event in ("up", "down"):
                beyond = self._change_layer(event)
                height = float(height_km(ta.state[:3]))
                if beyond and self._apogee_km() > ceiling_km and height > EDGES_KM[-1] - 1.0:
                    return self._end(self._kind_of_exit(), self._apogee_km(), np.nan)
            elif event == "apex":
                height = float(height_km(ta.state[:3]))
                if not height <= apex:
                    apex, apex_s = height, ta.time
                if height > ceiling_km:
                    return self._end(self._kind_of_exit(), height, ta.time)
            elif event in ("stop", "failed") or ta.time >= limit_s:
                status = {"stop": "parachute", "failed": "failed"}.get(event, "timeout")
                return self._end(status, apex, apex_s)
            if event == self._awaited:
                self._roll() if not self._rolling else self._next_bank()

    def descend(self, flight: EntryFlight, ground_km: float) -> EntryFlight:
        self._begin(flight.vector, flight.stop_s)
        self.engine.put(air=1.0 / self.capsule.parachute.ballistic_kg_m2, lift=0.0)
        self.engine.put(stop=ground_km)
        event = ""
        while event not in ("stop", "time", "failed"):
            event = self.engine.run(flight.stop_s + 20000.0, self.steps)
            if event in ("up", "down"):
                self._change_layer(event)
        ta = self.engine.integrator
        status = "landed" if event == "stop" else "failed"
        return replace(
            flight,
            status=status,
            stop_s=float(ta.time),
            vector=np.array(ta.state),
            opened_s=flight.stop_s,
        )

    # ---- banks

    def _next_bank(self) -> None:
        """Hold the next angle until its switch."""
        self.number += 1
        now = float(self.engine.integrator.time)
        self._hold(Roll(now, float(np.radians(self.banks.angles_deg[self.number]))))
        self._rolling, self._until_s, self._awaited = False, np.inf, ""
        self.engine.put(speed2=_NEVER, energy=_NEVER)
        if self.number == len(self.banks.switches):
            return
        switch = self.banks.switches[self.number]
        self._awaited = switch.kind
        if switch.kind == "time":
            self._until_s = max(switch.value, now)
        elif switch.kind == "speed":
            self.engine.put(speed2=switch.value**2)
        elif switch.kind == "energy":
            self.engine.put(energy=switch.value)

    def _roll(self) -> None:
        """Roll to the next angle."""
        here, there = np.radians(self.banks.angles_deg[self.number : self.number + 2])
        rate = float(np.radians(self.banks.roll_deg_s))
        now = float(self.engine.integrator.time)
        self._hold(Roll(now, float(here), rate if there > here else -rate))
        self._rolling, self._awaited = True, "time"
        self._until_s = now + abs(float(there - here)) / rate

    def _hold(self, roll: Roll) -> None:
        self.rolls.append(roll)
        self.engine.put(bank=roll.bank_rad, bank_rate=roll.rate_rad_s, bank_from=roll.begins_s)

    # ---- layers and ends

    def _change_layer(self, event: str) -> bool:
        """Go a layer up or down; tells whether that leads out of the atmosphere."""
        last = len(EDGES_KM) - 2
        if event == "up":
            self.layer = None if self.layer in (last, None) else self.layer + 1
        else:
            self.layer = last if self.layer is None else max(self.layer - 1, 0)
        self.engine.enter(self.scene.table, self.layer)
        return event == "up" and self.layer is None

    def _apogee_km(self) -> float:
        state = self.engine.integrator.state
        r, v = state[:3], state[3:6]
        distance, gm = float(np.linalg.norm(r)), self.scene.gm_km3_s2
        energy = 0.5 * float(v @ v) - gm / distance
        if energy >= 0.0:
            return float(np.inf)
        h2 = float(np.sum(np.cross(r, v) ** 2))
        shape = np.sqrt(max(0.0, 1.0 + 2.0 * energy * h2 / gm**2))
        return float(-0.5 * gm / energy * (1.0 + shape)) - EARTH_RADIUS_KM

    def _kind_of_exit(self) -> str:
        v0, v1 = self.scene.vector[3:], self.engine.integrator.state[3:6]
        lost = float(np.linalg.norm(v0) - np.linalg.norm(v1))
        return "skipped_out" if lost > 0.1 else "passed"

    def _end(self, status: str, apex_km: float, apex_s: float) -> EntryFlight:
        ta = self.engine.integrator
        return EntryFlight(
            self.scene,
            self.capsule,
            status,
            float(ta.time),
            np.array(ta.state),
            tuple(self.rolls),
            apex_km,
            apex_s,
            self.steps,
        )
