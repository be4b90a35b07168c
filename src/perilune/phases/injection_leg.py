"""What a transfer by engines leaves in the chain: the arcs, the events, the checks, the figures."""

from __future__ import annotations

import numpy as np

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Check, Happening, Stack
from perilune.phases.injection import Injection, UpperStage
from perilune.phases.injection_burn import FlownBurn
from perilune.phases.injection_solve import Injected

_LOWEST_KM = 100.0  # below, the air is not nothing


def trajectory(flown: Injected) -> Trajectory:
    """Return the whole motion from parking-orbit insertion to the unbraked perilune."""
    whole: Trajectory | None = None
    for coast, burn in zip(flown.departed.coasts, flown.departed.burns, strict=True):
        piece = coast.until(burn.ignition.epoch)
        whole = piece if whole is None else whole + piece
        if burn.trajectory is not None:
            whole = whole + burn.trajectory
    assert whole is not None
    return whole + flown.cruise + flown.approach


def happenings(flown: Injected, injection: Injection, stack: Stack, branch: str) -> list[Happening]:
    """Return the burns, and the upper stages dropped after their last ones."""
    out, count = [], len(injection.burns)
    for number, (burn, one) in enumerate(zip(injection.burns, flown.departed.burns, strict=True)):
        last = number == count - 1
        out.append(
            Happening(
                injection.name(number),
                one.ignition,
                stack.name if burn.stage is None else "stack",
                one.cut_off.epoch,
                1e3 * one.dv_km_s,
                one.mass_before_kg,
                one.mass_after_kg if one.mass_after_kg is not None else stack.mass_kg,
                branch if last else None,
                stage=None if burn.stage is None else burn.stage.name,
            )
        )
        if burn.stage is not None and all(
            b.stage != burn.stage for b in injection.burns[number + 1 :]
        ):
            out.append(_separation(burn.stage, one, flown))
    return out


def _separation(stage: UpperStage, burn: FlownBurn, flown: Injected) -> Happening:
    before = burn.mass_after_kg
    dropped = stage.dry_mass_kg + flown.departed.left_kg[stage.name]
    return Happening(
        "separation",
        burn.cut_off,
        "stack",
        mass_before_kg=before,
        mass_after_kg=None if before is None else before - dropped,
        stage=stage.name,
    )


def needed_kg(flown: Injected, injection: Injection) -> dict[str, float]:
    """Return the propellant each upper stage burns."""
    out = {stage.name: 0.0 for stage in injection.stages}
    for burn, one in zip(injection.burns, flown.departed.burns, strict=True):
        if burn.stage is not None and one.mass_before_kg is not None:
            out[burn.stage.name] += one.mass_before_kg - (one.mass_after_kg or 0.0)
    return out


def shortage(flown: Injected, injection: Injection) -> str:
    """Return in words which upper stage is too small for its burns; or ''."""
    needed = needed_kg(flown, injection)
    for stage in injection.stages:
        if needed[stage.name] > stage.propellant_kg:
            return (
                f"{stage.name} carries {stage.propellant_kg:,.0f} kg and its burns need "
                f"{needed[stage.name]:,.0f} kg: a lighter spacecraft, a larger stage, or more of "
                "the injection by the spacecraft's own engine"
            )
    return ""


def checks(flown: Injected, injection: Injection, gm: float) -> list[Check]:
    """Return the checks of the burns and of the upper stages' tanks."""
    out = []
    pairs = zip(injection.burns[:-1], flown.departed.burns[:-1], strict=True)
    for number, (burn, one) in enumerate(pairs):
        miss, name = abs(burn.miss(one.cut_off, gm)), injection.name(number)
        if burn.period_h is not None:
            out.append(Check(f"{name} period error", miss, "s", 1.0))
        else:
            out.append(Check(f"{name} apogee error", miss, "km", 1.0))
    needed = needed_kg(flown, injection)
    for stage in injection.stages:
        name = f"propellant of upper stage {stage.name}"
        out.append(Check(name, needed[stage.name], "kg", stage.propellant_kg))
        left = abs(flown.departed.left_kg[stage.name])
        out.append(Check(f"{name} left over", left, "kg", 1e-5))
    out.append(Check("injection lowest altitude", _lowest_km(flown), "km", _LOWEST_KM, ">="))
    return out


def _lowest_km(flown: Injected) -> float:
    """Return the lowest height over the equatorial radius before the last cut-off, km."""
    lowest = np.inf
    for motion in (*flown.departed.coasts, *(b.trajectory for b in flown.departed.burns)):
        if motion is None:
            continue
        arc = motion.arcs[0]
        start, stop = arc.span_s
        seconds = np.linspace(start, stop, int(max(50, (stop - start) / 30.0)))
        r = np.linalg.norm(arc.vectors(seconds)[:, :3], axis=1)
        lowest = min(lowest, float(r.min()) - EARTH_RADIUS_KM)
    return lowest


def figures(flown: Injected, injection: Injection) -> dict[str, object]:
    """Return what the burns add to the figures of the transfer."""
    departed = flown.departed
    needed = needed_kg(flown, injection)
    return {
        "injection_dv_m_s": 1e3 * departed.dv_km_s,
        "injection_burn_s": sum(b.duration_s for b in departed.burns),
        "gravity_loss_m_s": 1e3 * (departed.dv_km_s - flown.impulsive.injection_dv_km_s),
        "injected_mass_kg": departed.stack.mass_kg,
        "phasing_h": float(departed.middle - departed.first_middle) / 3600.0,
        "upper_stages": [
            {
                "name": stage.name,
                "propellant_needed_kg": needed[stage.name],
                "propellant_capacity_kg": stage.propellant_kg,
                "dry_mass_kg": stage.dry_mass_kg,
            }
            for stage in injection.stages
        ],
    }
