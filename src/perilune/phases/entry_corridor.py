"""The corridor of an entry: the path angles between skipping out and too much load or heat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from perilune.astro.atmosphere import Atmosphere, Msis
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.errors import InputError
from perilune.phases.capsule import Capsule
from perilune.phases.entry_aim import Limits
from perilune.phases.entry_bank import Banks
from perilune.phases.entry_flight import EntryFlight, Scene
from perilune.phases.entry_pilot import fly
from perilune.phases.entry_samples import Peaks, peaks
from perilune.phases.entry_start import Interface

_STEEPEST_DEG, _SHALLOWEST_DEG, _WITHIN_DEG = -89.0, -0.5, 1e-4


@dataclass(frozen=True, eq=False)
class EntryCorridor:
    """The edges of a corridor, in inertial path angle at the interface.

    Attributes
    ----------
    status : str
        `converged`, or `no_solution` where no path angle keeps all limits.
    remedy : str
    overshoot_deg : float
        The shallowest angle that stays in (NaN: not even the steepest does).
    undershoot_deg : float
        The steepest that keeps the limits (NaN: none does; -89 where none is broken).
    binding : str
        Which limit makes the steep edge: `load`, `flux`, `heat`, or empty.
    overshoot, undershoot : EntryFlight or None
        Flown at the edges.
    """

    status: str
    remedy: str
    overshoot_deg: float
    undershoot_deg: float
    binding: str
    overshoot: EntryFlight | None
    undershoot: EntryFlight | None

    @property
    def width_deg(self) -> float:
        """Width of the corridor, negative where there is none."""
        return self.overshoot_deg - self.undershoot_deg

    def holds(self, path_angle_deg: float) -> bool:
        """Tell whether a path angle lies between the edges."""
        return self.undershoot_deg <= path_angle_deg <= self.overshoot_deg


def corridor(
    capsule: Capsule,
    interface: Interface,
    epoch: Epoch,
    env: Environment,
    *,
    limits: Limits,
    shallow_bank_deg: float = 180.0,
    steep_bank_deg: float = 0.0,
    atmosphere: Atmosphere | None = None,
) -> EntryCorridor:
    """Find the corridor at an interface's place, speed and heading; its path angle is not used.

    Parameters
    ----------
    capsule : Capsule
    interface : Interface
    epoch : Epoch
    env : Environment
    limits : Limits
        Load, flux and heat make the steep edge, the apex the shallow one.
    shallow_bank_deg, steep_bank_deg : float
        Bank held at each edge: by default lift down to stay in, and up to soften the fall.
    atmosphere : Atmosphere, optional
        Default: `Msis()`.

    Model limits: bank constant; the limits of the steep edge hold to the first exit from the
    atmosphere; both outcomes are taken as monotone in path angle.
    """
    if not min(limits.load_g, limits.flux_mw_m2, limits.heat_mj_m2) < np.inf:
        raise InputError("a corridor needs a limit of load, flux or heat: all are infinite")
    state = replace(interface, path_angle_deg=-6.0).state(epoch, env)
    scene = Scene.of(state, atmosphere or Msis(), env)

    def flown(path_deg: float, bank_deg: float, *, keep: bool) -> EntryFlight:
        state = replace(interface, path_angle_deg=path_deg).state(epoch, env)
        vector = np.concatenate([scene.matrix @ state.r_km, scene.matrix @ state.v_km_s])
        banks = Banks((bank_deg,))
        ceiling = limits.apex_km
        return fly(scene.disturbed(vector), capsule, banks, ceiling_km=ceiling, keep=keep)

    def stays(path_deg: float) -> bool:
        return flown(path_deg, shallow_bank_deg, keep=False).status == "parachute"

    def endures(path_deg: float) -> bool:
        return limits.excess(peaks(flown(path_deg, steep_bank_deg, keep=True))) <= 1.0

    shallow = _edge(stays, _STEEPEST_DEG, _SHALLOWEST_DEG)
    steep = _edge(endures, _SHALLOWEST_DEG, _STEEPEST_DEG)
    over = None if np.isnan(shallow) else flown(shallow, shallow_bank_deg, keep=True)
    under = None if np.isnan(steep) else flown(steep, steep_bank_deg, keep=True)
    binding = "" if under is None or steep == _STEEPEST_DEG else _binding(limits, peaks(under))
    exists = over is not None and under is not None and shallow >= steep
    remedy = "" if exists else _remedy(shallow, steep)
    status = "converged" if exists else "no_solution"
    return EntryCorridor(status, remedy, shallow, steep, binding, over, under)


def _edge(holds: Callable[[float], bool], inside: float, outside: float) -> float:
    """Return the last angle from `inside` towards `outside` where a condition holds."""
    if not holds(inside):
        return float(np.nan)
    if holds(outside):
        return outside
    while abs(outside - inside) > _WITHIN_DEG:
        middle = 0.5 * (inside + outside)
        if holds(middle):
            inside = middle
        else:
            outside = middle
    return inside


def _binding(limits: Limits, found: Peaks) -> str:
    ratios = {
        "load": found.load_g / limits.load_g,
        "flux": found.flux_mw_m2 / limits.flux_mw_m2,
        "heat": found.heat_mj_m2 / limits.heat_mj_m2,
    }
    return max(ratios, key=lambda name: ratios[name])


def _remedy(shallow: float, steep: float) -> str:
    if np.isnan(shallow):
        return "no path angle keeps the capsule in the atmosphere: enter more slowly"
    if np.isnan(steep):
        return "even the shallowest entry breaks a limit of load or heat: allow more"
    return (
        f"entries shallower than {shallow:.2f} deg skip out, and those steeper than {steep:.2f} "
        "deg break a limit: allow more load or heat, a higher apex, more lift, or enter more slowly"
    )
