"""Building a station step by step: what stands after each, and whether it can be held and fed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from perilune.astro.epoch import Epoch
from perilune.stations.body import Body, Control, body_of, control_of
from perilune.stations.clearance import in_the_way, overlaps
from perilune.stations.complex import Complex
from perilune.stations.plan import JOIN, LEAVE, MOVE, Plan, Step, after


@dataclass(frozen=True, eq=False)
class Stage:
    """A station after a step.

    Attributes
    ----------
    step : Step
    complex : Complex
    body : Body
    control : Control
    power_kw, power_use_kw : float
    crew_n : int
        Sleeping places.
    why_not : tuple of str
        Why the step cannot be done, in words; empty where it can.
    notes : tuple of str
        What it leaves wanting.
    """

    step: Step
    complex: Complex
    body: Body
    control: Control
    power_kw: float
    power_use_kw: float
    crew_n: int
    why_not: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The step in words."""
        step = self.step
        if step.kind == LEAVE:
            return f"{step.name} leaves"
        if step.kind == MOVE and step.to is not None:
            return f"{step.name} moves to {'.'.join(step.to)}"
        return step.name

    def to_json(self) -> dict[str, Any]:
        """Return the row of `stack` in the JSON of `station assemble`."""
        date = self.step.instant
        return {
            "after": self.label,
            "date_utc": None if date is None else date.utc_iso(0),
            "mass_kg": self.body.mass_kg,
            "length_m": self.body.length_m,
            "extent_m": self.body.extent_m.tolist(),
            "cg_m": self.body.cg_m.tolist(),
            "inertia_kg_m2": self.body.inertia_kg_m2.tolist(),
            "principal_moments_kg_m2": self.body.moments_kg_m2.tolist(),
            "principal_axes": self.body.axes.T.tolist(),
            "control_by": list(self.control.by),
            "gravity_torque_n_m": self.control.torque_n_m,
            "hours_to_saturate_h": self.control.hours_to_saturate,
            "power_kw": self.power_kw,
            "power_use_kw": self.power_use_kw,
            "crew_n": self.crew_n,
            "free_ports": [f"{name}.{port.name}" for name, port in self.complex.free_ports()],
            "ok": not self.why_not,
            "why_not": list(self.why_not),
            "notes": list(self.notes),
        }


def stages(plan: Plan) -> list[Stage]:
    """Return the station after every step.

    Raises
    ------
    InputError
        Where a step makes no sense; its `key` says which.
    """
    found, made = Complex(), []
    for step in plan.steps:
        before, found = found, after(found, step, plan)
        made.append(_stage(step, before, found, plan))
    return made


def complex_at(plan: Plan, date: Epoch | None = None) -> Complex:
    """Return the complex as it stands at a date, or at the end; same errors as `stages`."""
    found = Complex()
    for step in plan.until(date).steps:
        found = after(found, step, plan)
    return found


def _stage(step: Step, before: Complex, found: Complex, plan: Plan) -> Stage:
    body = body_of(found)
    control = control_of(found, body, plan.station.altitude_km)
    modules = found.modules
    power = sum(m.power_kw for m in modules)
    use = sum(m.power_use_kw for m in modules)
    crew = sum(m.crew_n for m in modules)
    return Stage(
        step,
        found,
        body,
        control,
        power,
        use,
        crew,
        tuple(_why_not(step, before, found, plan)),
        tuple(_notes(control, power, use)),
    )


def _why_not(step: Step, before: Complex, found: Complex, plan: Plan) -> list[str]:
    """Return why a module cannot come to its place."""
    if step.kind == LEAVE or step.to is None:
        return []
    part, port = found.part(step.name), found.part(step.to[0]).module.port(step.to[1])
    reasons = []
    standing = overlaps(found, step.name)
    if standing:
        reasons.append(f"no room: it would stand where {_listed(standing)} is")
    has_arm = step.arm is not None or any(m.arm_reach_m > 0.0 for m in before.modules)
    own = part.module.port(step.port)
    berths = port.berth or own.berth or plan.standards[port.standard].berth
    if berths:
        if not has_arm:
            reasons.append("this port is for an arm, and no module on board has one")
    elif step.kind == JOIN:
        lane = in_the_way(found, step.name)
        if lane:
            reasons.append(f"the way to the port is blocked by {_listed(lane)}")
    if step.kind == MOVE and not part.module.control and not has_arm:
        reasons.append("it cannot fly by itself, and no module on board has an arm to move it")
    largest = plan.standards[port.standard].largest_mass_kg
    if largest is not None and part.module.mass_kg > largest:
        reasons.append(
            f"the port holds {largest:,.0f} kg, the module has {part.module.mass_kg:,.0f} kg"
        )
    return reasons


def _notes(control: Control, power_kw: float, use_kw: float) -> list[str]:
    notes = []
    if not control.is_held:
        notes.append("nothing on board holds the attitude")
    if use_kw > power_kw:
        notes.append(f"power is short by {use_kw - power_kw:.1f} kW")
    return notes


def _listed(names: list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
