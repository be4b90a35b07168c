"""What a launch vehicle lifts: the staged rocket equation, two parameters fitted to what is stated.

Fitted are the ascent's losses (gravity, drag, steering, nozzles in the air), and, from three
figures on, a factor on the dry mass of the vehicle's last stage, which stands for what rides with
it (residuals, adapters, reserves, the fairing's share). Nothing flown is fitted: it is a check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perilune.errors import InputError, ModelError, UnknownName
from perilune.phases.ascent_cost import AscentCost, ascent_cost
from perilune.phases.launch import LaunchSite
from perilune.phases.performance_fit import MASS_FACTOR, Figures
from perilune.phases.quote import Quote
from perilune.phases.stack import Stack
from perilune.phases.vehicle import UpperStage, Vehicle

Array = NDArray[np.float64]

WEIGHTS = {"sourced": 1.0, "derived": 1.0}
"""Weights of the fit by confidence; every other figure has half."""
BARE = "none"
"""The `upper_stage` of a vehicle that flies without its optional stage."""
_BISECTIONS = 55
_NUDGE = 1e-3


@dataclass(frozen=True)
class Comparison:
    """A quoted payload and the model's; the error is the model's over the quoted, in percent."""

    quote: Quote
    predicted_kg: float

    @property
    def error_percent(self) -> float:
        """How far the model lies above what is quoted, %."""
        return 100.0 * (self.predicted_kg / self.quote.payload_kg - 1.0)


@dataclass(frozen=True, eq=False)
class Performance:
    """A vehicle's fitted performance.

    Attributes
    ----------
    vehicle : Vehicle
    losses_m_s, mass_factor : float
        The fitted parameters; `fitted_n` says how many.
    fitted, leave_one_out, checks : tuple of Comparison
        The figures fitted; the same, each predicted from all the others (empty with one figure);
        and those not fitted, flown or of another configuration.
    sites, upper_stages : Mapping
        By name.

    Notes
    -----
    Model limits: stated payloads hold margins of unknown size, and some are goals; no fairing and
    no limit by structure (heavy payloads to low orbits come out too large); parking orbits of
    200 km only; a parameter at its bound says that the stages, or what is stated, are off.
    """

    vehicle: Vehicle
    losses_m_s: float
    mass_factor: float
    fitted_n: int
    sites: Mapping[str, LaunchSite]
    upper_stages: Mapping[str, UpperStage]
    fitted: tuple[Comparison, ...] = ()
    leave_one_out: tuple[Comparison, ...] = ()
    checks: tuple[Comparison, ...] = ()

    @classmethod
    def of(
        cls,
        vehicle: Vehicle,
        sites: Mapping[str, LaunchSite],
        upper_stages: Mapping[str, UpperStage],
    ) -> Performance:
        """Return a vehicle's performance, fitted to its quoted payloads.

        Raises
        ------
        ModelError
            Where no stages are known, or nothing stated can be fitted.
        UnknownName
            Where a quote names an unknown site or upper stage.
        """
        used = [quote for quote in vehicle.quotes if quote.fitted]
        if not vehicle.stages or not used:
            lack = "a payload stated" if vehicle.stages else "stages"
            raise ModelError(f"vehicle '{vehicle.name}' has no performance: expected {lack}")
        blank = cls(vehicle, float("nan"), 1.0, 0, sites, upper_stages)
        figures = blank._figures(used)
        every = np.array([WEIGHTS.get(quote.confidence, 0.5) for quote in used])
        losses, factor = figures.fit(every, both=len(used) > 2)
        best = blank._with(losses, factor, 2 if len(used) > 2 else 1)
        left_out = [
            blank._with(
                *figures.fit(every * (np.arange(len(used)) != i), both=len(used) > 3)
            )._compare(quote)
            for i, quote in enumerate(used)
            if len(used) > 1
        ]
        return replace(
            best,
            fitted=tuple(best._compare(quote) for quote in used),
            leave_one_out=tuple(left_out),
            checks=tuple(best._compare(quote) for quote in vehicle.quotes if not quote.fitted),
        )

    def payload_kg(
        self,
        site: LaunchSite | str,
        inclination_deg: ArrayLike,
        *,
        c3_km2_s2: ArrayLike | None = None,
        apogee_altitude_km: ArrayLike | None = None,
        perigee_altitude_km: ArrayLike = 200.0,
        plane_change_deg: ArrayLike = 0.0,
        upper_stage: str | None = None,
    ) -> Array:
        """Return the payload to an orbit, kg; zero where the vehicle cannot; arguments broadcast.

        Parameters
        ----------
        site : LaunchSite or str
        inclination_deg : array_like
            Of the orbit launched into.
        c3_km2_s2, apogee_altitude_km, perigee_altitude_km, plane_change_deg : array_like
            See `ascent_cost`: one of the first two.
        upper_stage : str, optional
            The stage on top; the vehicle's usual one where None, `"none"` for without.

        Raises
        ------
        InputError
            Where the orbit is given twice or not at all, or is no number.
        UnknownName
            Where the site or the upper stage is unknown.
        """
        _check(
            inclination_deg,
            c3_km2_s2=c3_km2_s2,
            apogee_altitude_km=apogee_altitude_km,
            perigee_altitude_km=perigee_altitude_km,
            plane_change_deg=plane_change_deg,
        )
        cost = ascent_cost(
            self.site(site),
            inclination_deg,
            perigee_altitude_km=perigee_altitude_km,
            apogee_altitude_km=apogee_altitude_km,
            c3_km2_s2=c3_km2_s2,
            plane_change_deg=plane_change_deg,
        )
        return self.payload_for(cost, upper_stage=upper_stage)

    def payload_for(self, cost: AscentCost, *, upper_stage: str | None = None) -> Array:
        """Return the payload to an orbit that asks a velocity, kg; zero where it is too much.

        Raises
        ------
        UnknownName
            Where the upper stage is unknown.
        """
        return self._solve(Stack.of(self.vehicle, self.upper(upper_stage)), cost)

    def upper(self, name: str | None) -> UpperStage | None:
        """Return the optional stage by name: the usual one for None, no stage for `"none"`."""
        name = self.vehicle.upper_stage if name is None else name
        if name is None or name == BARE:
            return None
        if name not in self.upper_stages:
            raise UnknownName("upper stage", name, self.upper_stages, key="upper_stage")
        return self.upper_stages[name]

    def injector(self, upper_stage: str | None = None) -> UpperStage:
        """Return the stage that burns out of the parking orbit."""
        return self.upper(upper_stage) or self.vehicle.injector

    def site(self, site: LaunchSite | str) -> LaunchSite:
        """Return a launch site by name."""
        if isinstance(site, LaunchSite):
            return site
        if site not in self.sites:
            raise UnknownName("launch site", site, self.sites, key="site")
        return self.sites[site]

    def _with(self, losses_km_s: float, factor: float, fitted_n: int = 0) -> Performance:
        return replace(self, losses_m_s=1000.0 * losses_km_s, mass_factor=factor, fitted_n=fitted_n)

    def _solve(self, stack: Stack, cost: AscentCost) -> Array:
        """Return the payload at which the surplus is just the losses, by bisection, kg."""
        factor = np.asarray(self.mass_factor)

        def spare(payload_kg: Array) -> Array:
            return stack.surplus_km_s(payload_kg, cost, factor) - self.losses_m_s / 1000.0

        low = np.zeros(cost.total_km_s.shape)
        reach = spare(low) > 0.0
        high = low + stack.steps.burned_kg.sum()
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            up = spare(middle) > 0.0
            low, high = np.where(up, middle, low), np.where(up, high, middle)
        return np.asarray(np.where(reach, low, 0.0))

    def _stack_and_cost(self, quote: Quote) -> tuple[Stack, AscentCost]:
        place = quote.site or next(iter(self.vehicle.sites), None)
        if place is None:
            raise InputError(f"vehicle '{self.vehicle.name}': expected `sites`", key="sites")
        site = self.site(place)
        cost = ascent_cost(
            site,
            quote.inclination_deg,
            perigee_altitude_km=quote.perigee_altitude_km,
            apogee_altitude_km=quote.apogee_altitude_km,
            c3_km2_s2=quote.c3_km2_s2,
            plane_change_deg=quote.plane_change_deg,
        )
        return Stack.of(self.vehicle, self.upper(quote.upper_stage or BARE)), cost

    def _compare(self, quote: Quote) -> Comparison:
        return Comparison(quote, float(self._solve(*self._stack_and_cost(quote))))

    def _figures(self, quotes: Sequence[Quote]) -> Figures:
        factors = np.linspace(*MASS_FACTOR, 91)
        columns: list[tuple[Array, Array]] = []
        for quote in quotes:
            stack, cost = self._stack_and_cost(quote)
            low, at, high = (
                stack.surplus_km_s(np.asarray(share * quote.payload_kg), cost, factors)
                for share in (1.0 - _NUDGE, 1.0, 1.0 + _NUDGE)
            )
            columns.append((at, (low - high) / (2.0 * _NUDGE)))
        surplus, slope = (np.stack(part, axis=-1) for part in zip(*columns, strict=True))
        return Figures(surplus, slope, factors)


def _check(inclination_deg: ArrayLike, **orbit: ArrayLike | None) -> None:
    """Raise InputError where an orbit cannot be read."""
    if (orbit["c3_km2_s2"] is None) == (orbit["apogee_altitude_km"] is None):
        raise InputError("expected either c3_km2_s2 or apogee_altitude_km")
    tilt = np.asarray(inclination_deg, dtype=float)
    if not np.all((tilt >= 0.0) & (tilt <= 180.0)):
        raise InputError("expected inclination_deg from 0 to 180", key="inclination_deg")
    for key, value in orbit.items():
        if value is not None and not np.all(np.isfinite(np.asarray(value, dtype=float))):
            raise InputError(f"expected {key} to be a finite number", key=key)
