"""A guided entry: banks solved anew on the way, with a model that is not what is flown.

A numerical predictor-corrector: every few seconds the remaining flight is predicted from the true
state with the nominal capsule and air, scaled by the drag that accelerometers feel, and the banks
are corrected until the prediction comes down at the site.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import STANDARD_GRAVITY_M_S2
from perilune.astro.geometry import SurfacePoint
from perilune.phases.capsule import Capsule
from perilune.phases.entry_aim import Limits, Solver
from perilune.phases.entry_bank import Banks, Switch
from perilune.phases.entry_engine import SPIN_RAD_S
from perilune.phases.entry_flight import EntryFlight, Scene, height_km
from perilune.phases.entry_pilot import fly

Array = NDArray[np.float64]

_EVERY_S, _LAST_S = 10.0, 3000.0
_ITERATIONS = 4
_STEPS = np.array([0.02, 0.002])
_BOTH_DEG = np.array([0.02, 0.02])
_LONGEST = np.array([15.0, 0.5])
_LONGEST_DEG = np.array([15.0, 30.0])
_STEEP_DEG = 170.0
_FELT_G = 0.1
"""Drag is measured above this load."""
_GOOD_KM, _LOWEST_KM_S = 1.0, 1.5
_SEED_BANKS_DEG, _SEED_SPEEDS = (20.0, 50.0, 80.0), (0.92, 0.8, 0.65, 0.5)


@dataclass
class Guidance:
    """What the capsule believes and commands.

    Attributes
    ----------
    nominal : Scene
        The air it predicts with.
    capsule : Capsule
        The coefficients it predicts with.
    site : SurfacePoint
    limits : Limits
    banks : Banks
        The plan: a bank, its reversal, and a bank after the apex.
    factor : float
        Of drag felt to drag predicted, so far.

    Model limits: state and drag are known exactly; updates every 10 s; a roll in progress at an
    update is taken as done.
    """

    nominal: Scene
    capsule: Capsule
    site: SurfacePoint
    limits: Limits
    banks: Banks
    factor: float = 1.0

    def fly(self, truth: Scene, capsule: Capsule, bank_error_deg: float = 0.0) -> EntryFlight:
        """Fly a true capsule through true air to its parachute."""
        seconds, vector, climbed, after_apex = truth.begins_s, truth.vector, False, False
        while True:
            here = replace(truth, vector=vector, begins_s=seconds)
            angles = tuple(a + bank_error_deg for a in self.banks.angles_deg)
            piece = fly(
                here,
                capsule,
                replace(self.banks, angles_deg=angles),
                ceiling_km=self.limits.apex_km,
                limit_s=seconds + _EVERY_S,
                keep=False,
            )
            if piece.status != "timeout" or piece.stop_s > _LAST_S:
                return piece
            speed = _air_speed_km_s(piece.vector)
            rising = float(piece.vector[:3] @ piece.vector[3:]) > 0.0
            self._drop_what_passed(speed, passed_apex=climbed and not rising)
            climbed, after_apex = rising, after_apex or (climbed and not rising)
            seconds, vector = piece.stop_s, piece.vector
            self._feel(replace(truth, vector=vector), capsule)
            self._correct(vector, seconds, after_apex)

    def _feel(self, truth: Scene, capsule: Capsule) -> None:
        """Compare the drag felt with the drag predicted."""
        r = truth.vector[:3]
        height, out = float(height_km(r)), r / np.linalg.norm(r)
        felt, thought = (
            float(s.table.density_kg_m3(height, out @ s.axis)) / c.ballistic_kg_m2
            for s, c in ((truth, capsule), (self.nominal, self.capsule))
        )
        load = 0.5e6 * felt * _air_speed_km_s(truth.vector) ** 2 / STANDARD_GRAVITY_M_S2
        if load > _FELT_G:
            self.factor = felt / thought

    def _drop_what_passed(self, speed_km_s: float, *, passed_apex: bool) -> None:
        """Leave behind the angles whose switch has come."""
        angles, switches = self.banks.angles_deg, self.banks.switches
        if passed_apex and any(s.kind == "apex" for s in switches):
            keep = [s.kind for s in switches].index("apex") + 1
            angles, switches = angles[keep:], switches[keep:]
        elif switches and switches[0].kind == "speed" and speed_km_s <= switches[0].value:
            angles, switches = angles[1:], switches[1:]
        self.banks = replace(self.banks, angles_deg=angles, switches=switches)

    def _correct(self, vector: Array, seconds: float, after_apex: bool) -> None:
        """Solve the rest of the flight again and keep what brings it closest."""
        scene = replace(self.nominal.disturbed(vector, self.factor), begins_s=seconds)
        solver = Solver(scene, self.capsule, self.site, not after_apex, self.limits)
        make, x, steps, longest = self._unknowns()
        miss, x = solver.improve(make, x, steps=steps, longest=longest, iterations=_ITERATIONS)
        banks = make(x)
        if after_apex and miss > _GOOD_KM and _air_speed_km_s(vector) > _LOWEST_KM_S:
            other, plan = self._with_reversal(solver, vector)
            if other < miss:
                miss, banks = other, plan
        if np.isfinite(miss):
            self.banks = banks

    def _unknowns(self) -> tuple[Callable[[Array], Banks], Array, Array, Array]:
        """Return what makes banks of the unknowns left, their values, steps and longest moves."""
        angles, switches = self.banks.angles_deg, self.banks.switches
        kinds = [switch.kind for switch in switches]
        if kinds[:1] == ["speed"]:
            x = np.array([angles[0], switches[0].value])

            def reversing(x: Array) -> Banks:
                bank, speed = _bounded(x[0]), Switch("speed", float(x[1]))
                return Banks((bank, -bank, *angles[2:]), (speed, *switches[1:]))

            return reversing, x, _STEPS, _LONGEST

        def holding(x: Array) -> Banks:
            return Banks(tuple(_bounded(a) for a in x), switches)

        count = len(angles)
        return holding, np.array(angles), _BOTH_DEG[:count], _LONGEST_DEG[:count]

    def _with_reversal(self, solver: Solver, vector: Array) -> tuple[float, Banks]:
        """Return the best bank with a reversal ahead, and its miss."""
        speed = _air_speed_km_s(vector)
        seeds = [
            (sign * bank, part * speed, 0.0)
            for sign in (1.0, -1.0)
            for bank in _SEED_BANKS_DEG
            for part in _SEED_SPEEDS
        ]
        rows = sorted((solver.distance(seed), seed) for seed in seeds)
        found = [solver.newton(seed) for distance, seed in rows[:2] if np.isfinite(distance)]
        if not found:
            return float(np.inf), self.banks
        miss, plan = min(found)
        return miss, solver.banks((_bounded(plan[0]), plan[1], 0.0))


def _bounded(angle_deg: float) -> float:
    return float(np.clip(angle_deg, -_STEEP_DEG, _STEEP_DEG))


def _air_speed_km_s(vector: Array) -> float:
    r, v = vector[:3], vector[3:]
    return float(np.linalg.norm(v + SPIN_RAD_S * np.array([r[1], -r[0], 0.0])))
