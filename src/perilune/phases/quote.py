"""A payload quoted of a launch vehicle: stated by somebody, or flown."""

from __future__ import annotations

from dataclasses import dataclass

from perilune.errors import InputError

KINDS = ("maximum", "stated", "flown")
"""What a quoted payload is: a stated maximum, a stated figure, or a mass that flew."""


@dataclass(frozen=True)
class Quote:
    """A payload stated of a vehicle, or flown by it, to one orbit.

    Attributes
    ----------
    kind : str
        One of `KINDS`. What flew is a lower bound, never fitted.
    payload_kg, inclination_deg, perigee_altitude_km : float
    apogee_altitude_km, c3_km2_s2 : float or None
        One of them.
    plane_change_deg : float
        Turned after the ascent, where the inclination is the parking orbit's.
    site : str or None
        Launch site; the vehicle's first where None.
    upper_stage : str or None
        The optional stage it flew with; None flew without.
    fit : bool
        False where the figure cannot belong to the same configuration; `note` says why.
    """

    kind: str
    payload_kg: float
    inclination_deg: float
    perigee_altitude_km: float
    apogee_altitude_km: float | None = None
    c3_km2_s2: float | None = None
    plane_change_deg: float = 0.0
    site: str | None = None
    upper_stage: str | None = None
    fit: bool = True
    note: str = ""
    confidence: str = "unconfirmed"
    source: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"payload kind '{self.kind}': expected one of {', '.join(KINDS)}")
        if (self.apogee_altitude_km is None) == (self.c3_km2_s2 is None):
            raise InputError(
                f"payload of {self.payload_kg:g} kg: expected either apogee_altitude_km or "
                "c3_km2_s2"
            )

    @property
    def fitted(self) -> bool:
        """Whether a fit may use it."""
        return self.fit and self.kind != "flown"

    @property
    def orbit(self) -> str:
        """The orbit in words."""
        end = (
            f"C3 {self.c3_km2_s2:g} km2/s2"
            if self.c3_km2_s2 is not None
            else f"{self.apogee_altitude_km:g} km"
        )
        return f"{self.perigee_altitude_km:g} x {end}, {self.inclination_deg:g} deg"
