"""What `perilune orbit` answers: lifetime, frozen, halo, coverage, from the functions they call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from perilune.cli.windows import read_date
from perilune.errors import InputError

if TYPE_CHECKING:
    from perilune.astro.environment import Environment
    from perilune.cooperation.relays import Relay
    from perilune.missions.contact_links import Site

Asked = Mapping[str, Any]
Row = dict[str, Any]

_FIRST, _LUNATION_D, _YEAR_D = "2030-01-01", 29.53, 365.0
_POINTS_N = 73


@dataclass(frozen=True)
class Answer:
    """What is said of an orbit.

    Attributes
    ----------
    document : dict
        The JSON, but for what it is made with.
    rows : list of dict
        Also a CSV table.
    headline : str
    columns : tuple
        Of the table shown: title, key, digits (None: a text).
    every : int
        Of the rows, each so many-th is shown; the CSV has all.
    status : int
    """

    document: dict[str, Any]
    rows: list[Row]
    headline: str
    columns: tuple[tuple[str, str, int | None], ...]
    every: int = 1
    status: int = 0


def _require(asked: Asked, *names: str) -> None:
    from perilune.cli.orbit_command import called

    for name in names:
        if name not in asked:
            raise InputError(f"{called(name)} is missing: expected a value")


# ---- lifetime


def _lifetime(asked: Asked, env: Environment, report: Callable[[str], None]) -> Answer:
    from perilune.missions.lunar_orbits import life_of, orbit_at

    if "altitude_km" in asked and ("perilune_km" in asked or "apolune_km" in asked):
        raise InputError("found --altitude-km and an apsis: expected one or the other")
    if "altitude_km" not in asked:
        _require(asked, "perilune_km", "apolune_km")
    state = orbit_at(
        read_date("--from", asked.get("first", _FIRST)),
        env,
        perilune_altitude_km=asked.get("altitude_km", asked.get("perilune_km")),
        apolune_altitude_km=asked.get("altitude_km", asked.get("apolune_km")),
        inclination_deg=asked.get("inclination_deg", 90.0),
        node_deg=asked.get("node_deg", 0.0),
        arg_perilune_deg=asked.get("arg_perilune_deg", 0.0),
    )
    life = life_of(state, env, days=asked.get("days", _YEAR_D), degree=asked.get("degree", 20),
                   report=report)  # fmt: skip
    rows = list(life.rows)
    lowest = min(row["perilune_altitude_km"] for row in rows)
    end = life.end.utc_iso(0)
    text = (f"FALLS after {life.days:.1f} d, on {end[:10]}" if life.status == "impact"
            else f"STAYS UP for {life.days:g} d")  # fmt: skip
    document = {"status": life.status, "start_utc": life.start.utc_iso(0), "end_utc": end,
                "days": life.days, "lowest_perilune_km": lowest}  # fmt: skip
    columns = (("date", "utc", None), ("perilune km", "perilune_altitude_km", 1),
               ("apolune km", "apolune_altitude_km", 1), ("i deg", "inclination_deg", 2),
               ("node deg", "node_deg", 1), ("arg deg", "arg_perilune_deg", 1))  # fmt: skip
    headline = f"{text}; lowest perilune seen {lowest:,.1f} km."
    return Answer(document, rows, headline, columns, max(1, len(rows) // 24))


# ---- frozen


def _frozen(asked: Asked, env: Environment, report: Callable[[str], None]) -> Answer:
    import numpy as np

    from perilune.phases.frozen import frozen_orbit

    _require(asked, "period_h", "perilune_km")
    report("looking for the orbit that drifts least")
    found = frozen_orbit(
        read_date("--from", asked.get("first", _FIRST)),
        env,
        period_h=asked["period_h"],
        perilune_altitude_km=asked["perilune_km"],
        apolune=asked.get("lingers", "south"),
        span_d=asked.get("days", _YEAR_D),
    )
    rows: list[Row] = [
        {"to": name, "a_km": float(each.a_km), "eccentricity": float(each.eccentricity),
         "inclination_deg": float(np.degrees(each.inclination)),
         "node_deg": float(np.degrees(each.raan)),
         "arg_perilune_deg": float(np.degrees(each.arg_periapsis))}
        for name, each in (("moon's orbit", found.orbit_plane), ("lunar equator", found.equator))
    ]  # fmt: skip
    kept, seed = found.drift, found.seed_drift
    document = {
        "status": found.status, "remedy": found.remedy, "epoch_utc": found.state.epoch.utc_iso(3),
        "r_km": found.state.r_km.tolist(), "v_km_s": found.state.v_km_s.tolist(),
        "drift": asdict(kept), "seed_drift": asdict(seed),
    }  # fmt: skip
    columns = (("angles to", "to", None), ("a km", "a_km", 1), ("e", "eccentricity", 5),
               ("i deg", "inclination_deg", 3), ("node deg", "node_deg", 3),
               ("arg deg", "arg_perilune_deg", 3))  # fmt: skip
    low, high = kept.arg_perilune_deg
    headline = (
        f"In {kept.span_d:g} d its perilune turns {high - low:.1f} deg (the closed form's "
        f"{np.ptp(seed.arg_perilune_deg):.1f}) and goes from {kept.perilune_km[0]:,.0f} to "
        f"{kept.perilune_km[1]:,.0f} km."
    )
    if found.status != "converged":
        headline = f"NOT FOUND: {found.status}. {found.remedy} {headline}"
    return Answer(document, rows, headline, columns, status=int(found.status != "converged"))


# ---- halo


def _halo(asked: Asked, env: Environment, _report: Callable[[str], None]) -> Answer:
    import numpy as np

    from perilune.phases.halo import HaloOrbit

    point = asked.get("point", 2)
    found = HaloOrbit(asked.get("height_km"), asked.get("period_d"), point,
                      bool(asked.get("north"))).solve(env)  # fmt: skip
    if not found.converged:
        nothing = {"status": found.status, "remedy": found.remedy}
        return Answer(nothing, [], f"NOT FOUND: {found.remedy}", (), status=1)
    phases = np.linspace(0.0, 1.0, _POINTS_N)
    places = found.at(phases)[:, :3] * found.problem.length_km
    places[:, 0] -= (1.0 - found.problem.mu) * found.problem.length_km
    rows: list[Row] = [
        {"day": float(phase * found.period_d), "x_km": float(x), "y_km": float(y),
         "z_km": float(z), "distance_km": float(np.hypot(np.hypot(x, y), z))}
        for phase, (x, y, z) in zip(phases, places, strict=True)
    ]  # fmt: skip
    near, far = (f(row["distance_km"] for row in rows) for f in (min, max))
    document = {
        "status": found.status, "point": point, "period_d": found.period_d,
        "height_km": found.height_km, "jacobi": found.jacobi,
        "stability_index": found.stability_index, "nearest_km": near, "farthest_km": far,
    }  # fmt: skip
    columns = (("day", "day", 2), ("from the Moon km", "distance_km", 0),
               ("x km, away from Earth", "x_km", 0), ("y km", "y_km", 0),
               ("z km", "z_km", 0))  # fmt: skip
    headline = (
        f"Halo about L{point}: period {found.period_d:.3f} d, {found.height_km:,.0f} km from the "
        f"plane, {near:,.0f} to {far:,.0f} km from the Moon, stability index "
        f"{found.stability_index:.4g}."
    )
    return Answer(document, rows, headline, columns, 6)


# ---- coverage


def _coverage(asked: Asked, env: Environment, report: Callable[[str], None]) -> Answer:
    from perilune.catalog.book import catalog
    from perilune.cooperation.coverage import coverage
    from perilune.cooperation.links import site_links

    _require(asked, "site")
    start, days = read_date("--from", asked.get("first", _FIRST)), asked.get("days", _LUNATION_D)
    lander = _site(asked["site"])
    report("placing the relay")
    relay = _relay(asked, start, days, env)
    report(f"who sees whom for {days:g} d")
    stations = asked.get("station") or list(catalog().table("ground_stations"))
    found = coverage(site_links(lander, stations, start, env, span_d=days, relay=relay))
    document = found.to_json()
    rows = list(document["by_station"])
    columns = (("station", "station", None), ("direct h/d", "direct_h_d", 1),
               ("by relay h/d", "relay_h_d", 1), ("agency", "agency", None))  # fmt: skip
    orbit = "" if relay is None else f" Relay: {relay.how}."
    return Answer(document, rows, f"{found.text()}{orbit}", columns)


def _site(text: str) -> Site:
    """Return a lunar site of the catalogue, or a place by latitude and longitude."""
    from perilune.astro.geometry import SurfacePoint
    from perilune.catalog.book import catalog
    from perilune.missions.contact_links import Site

    try:
        place = tuple(float(part) for part in text.split(","))
    except ValueError:
        place = ()
    if len(place) == 2:
        return Site(text, SurfacePoint("moon", *place))
    figures = catalog().entry("lunar_sites", text).figures
    place = float(figures["latitude_deg"]), float(figures["longitude_deg"])
    return Site(text, SurfacePoint("moon", *place, float(figures.get("altitude_km", 0.0))))


def _relay(asked: Asked, start: Any, days: float, env: Environment) -> Relay | None:
    """Return the relay that the options state: a halo, a frozen ellipse, a circle, or none."""
    from perilune.cooperation import relays

    kinds = [name for name in ("height_km", "period_h", "altitude_km") if name in asked]
    if len(kinds) > 1:
        raise InputError(
            "found several orbits of a relay, expected one of --height-km (a halo), --period-h "
            "with --perilune-km (a frozen ellipse), --altitude-km (a circle)"
        )
    if not kinds:
        return None
    span = (start, days, env)
    if kinds == ["height_km"]:
        return relays.halo_relay("relay", asked["height_km"], *span, point=asked.get("point", 2),
                                 north=bool(asked.get("north")))  # fmt: skip
    if kinds == ["period_h"]:
        _require(asked, "perilune_km")
        return relays.elliptic_relay("relay", asked["period_h"], asked["perilune_km"], *span,
                                     apolune=asked.get("lingers", "south"))  # fmt: skip
    return relays.circular_relay("relay", asked["altitude_km"], asked.get("inclination_deg", 90.0),
                                 *span, node_deg=asked.get("node_deg", 0.0))  # fmt: skip


ANSWERS = {
    "lifetime": _lifetime,
    "frozen": _frozen,
    "halo": _halo,
    "coverage": _coverage,
}
"""Each verb: of what was asked, the sky, and a way to report."""
