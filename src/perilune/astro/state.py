"""Position and velocity with everything that says what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perilune.astro import frames
from perilune.astro.environment import Environment
from perilune.astro.ephemeris import BODIES
from perilune.astro.epoch import Epoch
from perilune.errors import FrameMismatch, InputError, UnknownName
from perilune.views import html
from perilune.views.table import Table, Tabular

if TYPE_CHECKING:
    from astropy.coordinates import CartesianRepresentation, SkyCoord

Array = NDArray[np.float64]

_COLUMNS = ("x_km", "y_km", "z_km", "vx_km_s", "vy_km_s", "vz_km_s")


@dataclass(frozen=True, eq=False)
class State(Tabular):
    """A position and velocity, or an array of them.

    An array of them is a table too: `polars.DataFrame(states)`.

    Parameters
    ----------
    epoch : Epoch
        Scalar, or an array of shape (n,).
    center : str
        Body the position is measured from.
    axes : str
        Axes the components are along (`perilune.astro.frames.AXES`).
    r_km, v_km_s : array_like, shape (3,) or (n, 3)
        Components; in turning axes the velocity is relative to those axes.
    """

    epoch: Epoch
    center: str
    axes: str
    r_km: Array
    v_km_s: Array

    if TYPE_CHECKING:  # what is given may be any sequence of numbers; what is kept is an array

        def __init__(
            self, epoch: Epoch, center: str, axes: str, r_km: ArrayLike, v_km_s: ArrayLike
        ) -> None: ...

    def __post_init__(self) -> None:
        if self.center not in BODIES:
            raise UnknownName("center", self.center, BODIES)
        object.__setattr__(self, "axes", frames.canonical(self.axes))
        shape = (*self.epoch.shape, 3)
        for name in ("r_km", "v_km_s"):
            vector = np.array(getattr(self, name), dtype=np.float64)
            if vector.shape != shape:
                raise InputError(f"{name} has shape {vector.shape}, expected {shape}")
            if not np.isfinite(vector).all():
                raise InputError(f"{name} holds NaN or infinity")
            vector.flags.writeable = False
            object.__setattr__(self, name, vector)

    @property
    def frame(self) -> str:
        """Center and axes in words, as messages show them."""
        return f"{self.center}-centered {self.axes}"

    @property
    def vector(self) -> Array:
        """Position and velocity side by side, shape (..., 6)."""
        return np.concatenate([self.r_km, self.v_km_s], axis=-1)

    @classmethod
    def from_vector(cls, vector: Any, *, epoch: Epoch, center: str, axes: str = "icrf") -> State:
        """Return the state of a (..., 6) array of km and km/s."""
        vector = np.asarray(vector, dtype=np.float64)
        return cls(epoch, center, axes, vector[..., :3], vector[..., 3:6])

    def to(self, *, center: str | None = None, axes: str | None = None, env: Environment) -> State:
        """Return the same motion seen from another center and in other axes.

        Raises
        ------
        UnknownName
            Where the center or the axes are not known.
        DataRangeError
            Where the epoch is outside the ephemeris or orientation the change needs.
        """
        center = center or self.center
        axes = frames.canonical(axes or self.axes)
        if center == self.center and axes == self.axes:
            return self
        r, v = frames.to_icrf(self.r_km, self.v_km_s, self.axes, self.epoch, env)
        if center != self.center:
            dr, dv = env.ephemeris.state(self.center, center, self.epoch)
            r, v = r + dr, v + dv
        r, v = frames.to_axes(r, v, axes, self.epoch, env)
        return State(self.epoch, center, axes, r, v)

    def require(self, *, center: str | None = None, axes: str | None = None) -> State:
        """Return self where center and axes are the ones named, else raise FrameMismatch."""
        need_center, need_axes = center or self.center, frames.canonical(axes or self.axes)
        if (need_center, need_axes) != (self.center, self.axes):
            raise FrameMismatch(
                "this needs a state in other coordinates",
                self.frame,
                f"{need_center}-centered {need_axes}",
                f"Convert with state.to(center='{need_center}', axes='{need_axes}', env=env).",
            )
        return self

    def __sub__(self, other: State) -> tuple[Array, Array]:
        """Return the difference of positions (km) and velocities (km/s)."""
        other.require(center=self.center, axes=self.axes)
        if not np.all(self.epoch == other.epoch):
            raise FrameMismatch(
                "states at different epochs cannot be subtracted",
                repr(other.epoch),
                repr(self.epoch),
                "Propagate or evaluate both at one epoch.",
            )
        return self.r_km - other.r_km, self.v_km_s - other.v_km_s

    def __getitem__(self, index: Any) -> State:
        return State(
            self.epoch[index], self.center, self.axes, self.r_km[index], self.v_km_s[index]
        )

    def __len__(self) -> int:
        return len(self.epoch)

    @property
    def tables(self) -> dict[str, Table]:
        """The table `states`: UTC, TDB seconds past J2000, center, axes, components."""
        epoch = Epoch(*(np.atleast_1d(part) for part in self.epoch.parts_s))
        columns = {
            "utc": epoch.to_datetime64(),
            "tdb_j2000_s": epoch.j2000_s,
            "center": np.full(len(epoch), self.center),
            "axes": np.full(len(epoch), self.axes),
            **dict(zip(_COLUMNS, np.atleast_2d(self.vector).T, strict=True)),
        }
        return {"states": Table("states", columns)}

    def to_astropy(self) -> CartesianRepresentation:
        """Return position and velocity with astropy's units (needs astropy).

        Components along this state's own axes, from its own center: astropy knows no frame for
        most of them, so none is claimed.
        """
        from astropy import units
        from astropy.coordinates import CartesianDifferential, CartesianRepresentation

        velocity = CartesianDifferential(*self.v_km_s.T, unit=units.km / units.s)
        return CartesianRepresentation(*self.r_km.T, unit=units.km, differentials=velocity)

    def to_skycoord(self, env: Environment) -> SkyCoord:
        """Return an astropy `SkyCoord` in `GCRS`: seen from the Earth's center (needs astropy).

        Model limits: geometric position along the axes of the ICRF. Right to turn on to `ITRS`,
        `CIRS` or `AltAz`, as orbits are there. Not to turn into `ICRS` or other frames away from
        the Earth: astropy takes GCRS directions as seen, with aberration. Light time is not
        removed.
        """
        from astropy.coordinates import GCRS, SkyCoord

        seen = self.to(center="earth", axes="icrf", env=env)
        return SkyCoord(GCRS(seen.to_astropy(), obstime=self.epoch.to_astropy()))

    def _repr_html_(self) -> str:
        if self.epoch.shape != ():
            shown = self.table().columns
            return html.card(f"{len(self)} states, {self.frame}", tables=[("", shown)])
        sizes = [float(np.linalg.norm(x)) for x in (self.r_km, self.v_km_s)]
        parts = {
            "": ["x", "y", "z", "length"],
            "r_km": [*self.r_km.tolist(), sizes[0]],
            "v_km_s": [*self.v_km_s.tolist(), sizes[1]],
        }
        title = f"State {self.epoch.utc_iso(3)}, {self.frame}"
        return html.card(title, tables=[("", parts)])

    def __repr__(self) -> str:
        if self.epoch.shape != ():
            return f"<{len(self)} states, {self.frame}, {self.epoch!r}>"
        r, v = (np.array2string(x, precision=6) for x in (self.r_km, self.v_km_s))
        return f"<State {self.epoch.utc_iso(3)} {self.frame} r_km={r} v_km_s={v}>"
