"""Physical constants of the bodies, in named sets, each with its source.

GM decides a trajectory more than the integrator does (two sets differ by 29 m after 36 hours of
low orbit), so every result names the set it was made with.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from perilune.errors import ModelError, UnknownName

EARTH_RADIUS_KM = 6378.137
"""Equatorial radius of the WGS84 ellipsoid (NIMA TR8350.2, 2000)."""
EARTH_FLATTENING = 1.0 / 298.257223563
"""Flattening of the WGS84 ellipsoid (NIMA TR8350.2, 2000)."""
MOON_RADIUS_KM = 1737.4
"""Mean radius of the Moon, the sphere lunar altitudes refer to (IAU WGCCRE 2015)."""
SUN_RADIUS_KM = 695700.0
"""Nominal solar radius (IAU 2015 Resolution B3)."""
AU_KM = 149597870.7
"""Astronomical unit (IAU 2012 Resolution B2)."""
LIGHT_SPEED_KM_S = 299792.458
"""Speed of light (SI)."""
SOLAR_IRRADIANCE_W_M2 = 1361.0
"""Nominal total solar irradiance at 1 au (IAU 2015 Resolution B3)."""
STANDARD_GRAVITY_M_S2 = 9.80665
"""Standard gravity, which turns a specific impulse into an exhaust speed (CGPM 1901)."""

RADIUS_KM = MappingProxyType(
    {"earth": EARTH_RADIUS_KM, "moon": MOON_RADIUS_KM, "sun": SUN_RADIUS_KM}
)
"""Mean or equatorial radius by body, for shadows and impact."""


@dataclass(frozen=True)
class Constants:
    """A named set of gravitational parameters.

    Attributes
    ----------
    name : str
        The set's name, printed with every result.
    gm_km3_s2 : Mapping[str, float]
        GM by body, km^3/s^2, compatible with TDB. Planets other than Earth mean their systems.
    source : str
        Where the figures stand.
    """

    name: str
    gm_km3_s2: MappingProxyType[str, float]
    source: str

    def gm(self, body: str) -> float:
        """Return GM of a body in km^3/s^2."""
        if body not in self.gm_km3_s2:
            raise ModelError(f"constants '{self.name}' have no GM for '{body}'")
        return self.gm_km3_s2[body]


SETS = MappingProxyType(
    {
        "de440": Constants(
            name="de440",
            gm_km3_s2=MappingProxyType(
                {
                    "sun": 132712440041.279419,
                    "mercury": 22031.868551,
                    "venus": 324858.592000,
                    "earth": 398600.435507,
                    "moon": 4902.800118,
                    "mars": 42828.375816,
                    "jupiter": 126712764.100000,
                    "saturn": 37940584.841800,
                    "uranus": 5794556.400000,
                    "neptune": 6836527.100580,
                }
            ),
            source="Park et al. 2021, The JPL Planetary and Lunar Ephemerides DE440 and DE441, "
            "Astron. J. 161:105, table 2",
        ),
        "gmat": Constants(
            name="gmat",
            gm_km3_s2=MappingProxyType(
                {
                    "sun": 132712440017.99,
                    "earth": 398600.4415,
                    "moon": 4902.8005821478,
                    "jupiter": 126712767.8578,
                }
            ),
            source="GMAT default constants, as quoted in the validation cases of nyx",
        ),
    }
)


def constants(name: str) -> Constants:
    """Return the named set of constants.

    Raises
    ------
    UnknownName
        Where there is no such set.
    """
    if name not in SETS:
        raise UnknownName("constants set", name, SETS)
    return SETS[name]
