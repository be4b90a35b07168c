"""The forces on a spacecraft: which ones, and their formulas, each written once.

The formulas take a math namespace `m` (numpy, or heyoka's expression functions) and lists of three
components, so that every engine integrates the same physics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from perilune.astro.bodies import (
    AU_KM,
    LIGHT_SPEED_KM_S,
    RADIUS_KM,
    SOLAR_IRRADIANCE_W_M2,
    STANDARD_GRAVITY_M_S2,
)
from perilune.astro.ephemeris import BODIES
from perilune.astro.gravity import field as gravity_field
from perilune.dynamics.drag import Drag
from perilune.errors import InputError, UnknownName

Vector = list[Any]


@dataclass(frozen=True)
class RadiationPressure:
    """Solar radiation pressure on a sphere ("cannonball"), shadowed by Earth and Moon.

    Attributes
    ----------
    area_to_mass_m2_kg : float
        Cross-section over mass.
    reflectivity : float
        1 absorbs all light, 2 reflects all of it straight back.

    Model limits: no attitude, no albedo; the penumbra is a smooth step in the Sun's apparent
    position, within 0.09 of the true visible fraction near the body and 0.12 at lunar distances.
    Where the body looks smaller than the Sun (beyond 1.4 million km from the Earth, 370,000 km from
    the Moon) it is taken to hide it all. A step of the integration may pass over a penumbra of some
    seconds, in low orbits: 0.03 mm/s each time at 0.05 m2/kg.
    """

    area_to_mass_m2_kg: float
    reflectivity: float = 1.3

    def __post_init__(self) -> None:
        if not self.area_to_mass_m2_kg >= 0.0 or not 0.0 <= self.reflectivity <= 2.0:
            raise InputError(
                f"radiation pressure: found area_to_mass_m2_kg {self.area_to_mass_m2_kg} and "
                f"reflectivity {self.reflectivity}; expected >= 0, and 0 to 2"
            )


@dataclass(frozen=True)
class Forces:
    """A force model, summed into one system whatever engine integrates it.

    Parameters
    ----------
    point_masses : tuple of str
        Bodies that attract; the center must be among them.
    harmonics : mapping of body to (degree, order)
        Gravity field beyond the point mass (earth, moon), about the body's true axes.
    radiation : RadiationPressure, optional
    gm : {"set", "field"}
        Where the GM of a body with harmonics comes from: the constants set, or the field's file.
    drag : Drag, optional
        Of the Earth's air, which must be among the point masses.

    Model limits: Newtonian; no relativity (centimeters over a translunar arc), no tides; a
    non-central body's figure acts on the center by its degree-2 zonal only. The center moves as
    DE440 has it but is taken to fall to the listed point masses alone: handing an arc from Earth
    to Moon moves it by some meters in two days.
    """

    point_masses: tuple[str, ...] = ("earth", "moon", "sun")
    harmonics: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    radiation: RadiationPressure | None = None
    gm: str = "set"
    drag: Drag | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "point_masses", tuple(self.point_masses))
        object.__setattr__(
            self, "harmonics", MappingProxyType(dict(sorted(self.harmonics.items())))
        )
        if len(set(self.point_masses)) != len(self.point_masses):
            raise InputError(f"point_masses {list(self.point_masses)}: a body is named twice")
        for body in self.point_masses:
            if body not in BODIES or body.endswith("barycenter"):
                raise UnknownName("attracting body", body, [b for b in BODIES if "bary" not in b])
        for body, (degree, order) in self.harmonics.items():
            gravity_field(body).require(degree, order)
            if body not in self.point_masses:
                raise InputError(f"harmonics of '{body}' need it among the point masses")
        if self.drag is not None and "earth" not in self.point_masses:
            raise InputError("drag needs the Earth among the point masses")
        if self.gm not in ("set", "field"):
            raise InputError(f"gm is '{self.gm}': expected 'set' or 'field'")

    def __reduce__(self) -> tuple[Any, ...]:
        harmonics = dict(self.harmonics)
        return Forces, (self.point_masses, harmonics, self.radiation, self.gm, self.drag)

    @property
    def key(self) -> tuple[Any, ...]:
        """What decides the compiled system (not the values it runs with)."""
        present = self.radiation is not None, self.drag is not None
        return self.point_masses, tuple(self.harmonics.items()), *present

    def describe(self) -> dict[str, Any]:
        """Return what a result prints of its force model."""
        return {
            "point_masses": list(self.point_masses),
            "harmonics": {body: list(size) for body, size in self.harmonics.items()},
            "gm": self.gm,
            "radiation": None if self.radiation is None else vars(self.radiation),
            **({} if self.drag is None else {"drag": vars(self.drag)}),
        }


def dot(a: Sequence[Any], b: Sequence[Any]) -> Any:
    """Return the scalar product of two component lists."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def add(a: Sequence[Any], b: Sequence[Any]) -> Vector:
    """Return the sum of two component lists."""
    return [x + y for x, y in zip(a, b, strict=True)]


def subtract(a: Sequence[Any], b: Sequence[Any]) -> Vector:
    """Return the difference of two component lists."""
    return [x - y for x, y in zip(a, b, strict=True)]


def scale(factor: Any, a: Sequence[Any]) -> Vector:
    """Return a component list times a number."""
    return [factor * x for x in a]


def central(gm: Any, r: Vector) -> Vector:
    """Return the attraction of the center, km/s^2."""
    return scale(-gm * dot(r, r) ** -1.5, r)


def third_body(gm: Any, r: Vector, body: Vector) -> Vector:
    """Return a body's attraction less the one it has on the center, km/s^2."""
    to_body = subtract(body, r)
    pull = gm * dot(to_body, to_body) ** -1.5
    on_center = gm * dot(body, body) ** -1.5
    return subtract(scale(pull, to_body), scale(on_center, body))


def zonal(gm: Any, radius: float, j: Sequence[float], r: Vector, pole: Vector) -> Vector:
    """Return the acceleration of zonal harmonics J2, J3... about a pole, km/s^2.

    Gradient of -gm/r sum J_n (R/r)^n P_n(u), u = sine of the latitude (Vallado 4th ed., 8-25),
    with (n+1) P_n + u P'_n = P'_(n+1).
    """
    r2 = dot(r, r)
    inverse = r2**-0.5
    u = dot(pole, r) * inverse
    legendre, slope = [1.0, u], [0.0, 1.0]
    for n in range(2, len(j) + 3):
        slope.append(slope[n - 2] + (2 * n - 1) * legendre[n - 1])
        legendre.append(((2 * n - 1) * u * legendre[n - 1] - (n - 1) * legendre[n - 2]) / n)
    along_r, along_pole = 0.0, 0.0
    for n, j_n in enumerate(j, start=2):
        term = (gm * (j_n * radius**n)) * r2 ** (-(n + 3) / 2)
        along_r = along_r + term * slope[n + 1]
        along_pole = along_pole + term * slope[n]
    return subtract(scale(along_r, r), scale(along_pole * (r2 * inverse), pole))


def spin(m: Any, axis: int, angle: Any, r: Vector) -> Vector:
    """Return the components of `r` in axes turned by `angle` about axis 1 or 3."""
    c, s = m.cos(angle), m.sin(angle)
    if axis == 1:
        return [r[0], c * r[1] + s * r[2], c * r[2] - s * r[1]]
    return [c * r[0] + s * r[1], c * r[1] - s * r[0], r[2]]


def to_moon_pa(m: Any, angles: Vector, r: Vector) -> Vector:
    """Turn `icrf` components into lunar principal axes (angles phi, theta, psi)."""
    phi, theta, psi = angles
    return spin(m, 3, psi, spin(m, 1, theta, spin(m, 3, phi, r)))


def from_moon_pa(m: Any, angles: Vector, r: Vector) -> Vector:
    """Turn components in lunar principal axes into `icrf`."""
    phi, theta, psi = angles
    return spin(m, 3, -phi, spin(m, 1, -theta, spin(m, 3, -psi, r)))


def _pole_matrix(m: Any, x: Any, y: Any) -> list[Vector]:
    z = m.sqrt(1.0 - x * x - y * y)
    a = 1.0 / (1.0 + z)
    return [[1.0 - a * x * x, -a * x * y, -x], [-a * x * y, 1.0 - a * y * y, -y], [x, y, z]]


def to_itrf(m: Any, angles: Vector, r: Vector) -> Vector:
    """Turn `icrf` components into `itrf` (angles X, Y, turn, x_p, y_p).

    Polar motion to second order: 1e-17.
    """
    x, y, turn, x_p, y_p = angles
    q = spin(m, 3, turn, [dot(row, r) for row in _pole_matrix(m, x, y)])
    small = 1.0 - 0.5 * x_p * x_p
    q = [small * q[0] + x_p * q[2], q[1], small * q[2] - x_p * q[0]]
    small = 1.0 - 0.5 * y_p * y_p
    return [q[0], small * q[1] - y_p * q[2], small * q[2] + y_p * q[1]]


def from_itrf(m: Any, angles: Vector, r: Vector) -> Vector:
    """Turn `itrf` components into `icrf`."""
    x, y, turn, x_p, y_p = angles
    small = 1.0 - 0.5 * y_p * y_p
    q = [r[0], small * r[1] + y_p * r[2], small * r[2] - y_p * r[1]]
    small = 1.0 - 0.5 * x_p * x_p
    q = [small * q[0] - x_p * q[2], q[1], small * q[2] + x_p * q[0]]
    q = spin(m, 3, -turn, q)
    rows = _pole_matrix(m, x, y)
    return [dot([row[i] for row in rows], q) for i in range(3)]


def moon_pole(m: Any, angles: Vector) -> Vector:
    """Return the lunar z axis (principal axes) in `icrf`."""
    phi, theta, _ = angles
    c, s = m.cos(theta), m.sin(theta)
    return [s * m.sin(phi), -s * m.cos(phi), c]


def earth_pole(m: Any, angles: Vector) -> Vector:
    """Return the terrestrial z axis in `icrf`: the celestial pole moved by polar motion.

    First order in polar motion: 4e-12 rad.
    """
    x, y, turn, x_p, y_p = angles
    c, s = m.cos(turn), m.sin(turn)
    dx, dy = -(x_p * c + y_p * s), y_p * c - x_p * s
    return [x + dx, y + dy, m.sqrt(1.0 - x * x - y * y) - x * dx - y * dy]


def radiation_pressure(coefficient: Any, from_sun: Vector, lit: Any) -> Vector:
    """Return the acceleration of sunlight, km/s^2.

    `coefficient` is reflectivity times area over mass, m^2/kg; `lit` the visible fraction.
    """
    pressure_pa = SOLAR_IRRADIANCE_W_M2 / (LIGHT_SPEED_KM_S * 1e3)
    distance2 = dot(from_sun, from_sun)
    size = coefficient * lit * (1e-3 * pressure_pa * AU_KM**2) * distance2**-1.5
    return scale(size, from_sun)


def discs(m: Any, from_sun: Vector, from_body: Vector, body: str) -> tuple[Any, Any, Any]:
    """Return the apparent radii of the Sun and of a body, and how far apart they stand, rad."""
    d_sun, d_body = m.sqrt(dot(from_sun, from_sun)), m.sqrt(dot(from_body, from_body))
    sun_radius = m.asin(RADIUS_KM["sun"] / d_sun)
    body_radius = m.asin(RADIUS_KM[body] / d_body)
    # half the angle from difference and sum: no infinite slope in line, on either side
    u, w = scale(1.0 / d_sun, from_sun), scale(1.0 / d_body, from_body)
    apart, along = subtract(u, w), add(u, w)
    tiny = 1e-30
    half = m.atan2(m.sqrt(dot(apart, apart) + tiny), m.sqrt(dot(along, along) + tiny))
    return sun_radius, body_radius, 2.0 * half


def sunlight(m: Any, from_sun: Vector, from_body: Vector, body: str) -> Any:
    """Return a smooth visible fraction of the Sun's disc behind a body.

    A logistic step in the apparent separation, from 0.02 at the edge of the umbra to 0.98 at that
    of the penumbra; written as a tanh, which cannot overflow.
    """
    sun_radius, body_radius, separation = discs(m, from_sun, from_body, body)
    return 0.5 + 0.5 * m.tanh(2.0 * (separation - body_radius) / sun_radius)


def steering(m: Any, aim: Vector, lead: Vector, angle: Any) -> Vector:
    """Return a thrust direction turned by `angle` from `aim` towards `lead` (unit, normal)."""
    return add(scale(m.cos(angle), aim), scale(m.sin(angle), lead))


def mass_flow_kg_s(thrust_n: Any, isp_s: Any) -> Any:
    """Return the propellant mass flow of an engine."""
    return thrust_n / (isp_s * STANDARD_GRAVITY_M_S2)
