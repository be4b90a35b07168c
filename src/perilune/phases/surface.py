"""A stay on the Moon's surface: light, the Earth's height, and the ground's own motion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from perilune.astro.epoch import DAY, Epoch
from perilune.astro.geometry import SurfacePoint, body_elevation_deg
from perilune.dynamics.sampled import from_samples
from perilune.phases.base import Condition, Context, Happening, Leg

_STEP_S = 3600.0


@dataclass(frozen=True)
class Surface:
    """A landed group stays where it is until an epoch, or for so long.

    Attributes
    ----------
    site : SurfacePoint
    until : Epoch, optional
    stay_s : float, optional
        In place of `until`.
    spacecraft : str, optional
        One of the group that stays.

    Model limits: the site's coordinates, not the touchdown's; flat horizon.
    """

    site: SurfacePoint
    until: Epoch | None = None
    stay_s: float | None = None
    spacecraft: str | None = None

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg of the stay; its figures are the light and the Earth at the site."""
        assert start.state is not None
        landed, env = start.state.epoch, context.env
        until = self.until if self.until is not None else landed + (self.stay_s or DAY)
        stay = float(until - landed)
        if stay <= 0.0:
            remedy = f"the stay ends {-stay / 3600.0:.1f} h before the landing: set a later date"
            return [Leg("surface", start, status="no_solution", remedy=remedy)]
        seconds = np.linspace(0.0, stay, max(2, int(np.ceil(stay / _STEP_S)) + 1))
        place = self.site.state(landed + seconds, env)
        vectors = np.concatenate([place.r_km, place.v_km_s], axis=1)
        motion = from_samples("moon", landed, seconds, vectors, env)
        sun, earth = (
            np.asarray(body_elevation_deg(self.site, body, landed + seconds, env))
            for body in ("sun", "earth")
        )
        mass = start.stack.mass_kg
        end = motion.final
        happening = Happening(
            "surface_end", end, start.stack.name, mass_before_kg=mass, mass_after_kg=mass
        )
        figures: dict[str, Any] = {
            "surface_stay_h": stay / 3600.0,
            "sun_elevation_deg": [float(sun[0]), float(sun[-1])],
            "sun_elevation_highest_deg": float(sun.max()),
            "night_h": float(np.mean(sun < 0.0)) * stay / 3600.0,
            "earth_elevation_lowest_deg": float(earth.min()),
        }
        return [
            Leg("surface", replace(start, state=end, others=None), motion, (happening,),
                solution=figures)
        ]  # fmt: skip
