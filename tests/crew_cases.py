"""Ships, flown visits and elements that the tests of crews share."""

from __future__ import annotations

from authority import read
from css import elements

from perilune import Epoch
from perilune.catalog.entry import entry, table
from perilune.stations.berthing import Dock
from perilune.stations.docking import Standard
from perilune.stations.elements import TwoLine
from perilune.stations.module import Port
from perilune.stations.ship import Ship
from perilune.stations.visit import Visit

SOYUZ = Ship(
    "soyuz",
    "Soyuz",
    "roscosmos",
    "ssvp-g4000",
    "active",
    seats_n=3,
    docked_life_d=210.0,
    rendezvous_h=6.0,
    return_h=3.4,
    landing_zones=("zhezkazgan", "arkalyk"),
)
SHENZHOU = Ship(
    "shenzhou",
    "Shenzhou",
    "cnsa",
    "chinese",
    "active",
    seats_n=3,
    docked_life_d=190.0,
    rendezvous_h=6.5,
    return_h=9.2,
    landing_zones=("dongfeng", "siziwang"),
)
DRAGON = Ship("dragon", "Dragon", "nasa", "idss", "active", seats_n=4, docked_life_d=210.0)

STANDARDS = {name: Standard.of(found) for name, found in table("docking_standards").items()}
STANDARDS |= {
    "chinese": Standard("chinese", "Chinese mechanism", androgynous=True),
    "idss": Standard("idss", "IDSS", androgynous=True),
}


def utc(text: str) -> Epoch:
    return Epoch.utc(text if "T" in text else f"{text}T00:00:00")


def dock(name: str, standard: str = "ssvp-g4000", **span: Epoch) -> Dock:
    return Dock(name, Port(name, standard, "passive", (1.0, 0.0, 0.0), (0.0, 0.0, 0.0)), **span)


def flown(table_name: str, ship: Ship) -> list[Visit]:
    """Return the visits of a table of flown ones."""
    visits = []
    for row in read(table_name):
        at = {
            key: Epoch.utc(row[f"{key}_utc"]) if row[f"{key}_utc"] else None
            for key in ("launch", "docking", "undocking", "landing")
        }
        assert at["docking"] is not None
        moved = row["moved_utc"]
        moves = ((Epoch.utc(f"{moved}:00"), row["moved_to"]),) if moved else ()
        visits.append(
            Visit(
                row["name"], ship, at["docking"], at["undocking"], at["launch"], at["landing"],
                int(row["up"]), int(row["down"]), row["port"], moves,
            )
        )  # fmt: skip
    return visits


def zones(*names: str) -> dict:
    return {name: entry("landing_zones", name).point("earth") for name in names}


# Elements as published, from copies in public repositories, found by their text on 2026-11-22.
ISS_2009 = TwoLine(
    "1 25544U 98067A   09160.12255947  .00017740  00000-0  12823-3 0    24",
    "2 25544  51.6405 348.2892 0009223  92.2562   9.3141 15.73542580604683",
)
ISS_2015_09 = TwoLine(
    "1 25544U 98067A   15256.76500793  .00042673  00000-0  62367-3 0  9995",
    "2 25544  51.6468   1.7516 0001021 349.4970 110.1741 15.55194220961827",
)
ISS_2015_12 = TwoLine(
    "1 25544U 98067A   15353.57439117  .00014117  00000-0  21367-3 0  9990",
    "2 25544  51.6441 238.8813 0008350 299.4829 139.1404 15.54920935976888",
)
ISS_2016_03 = TwoLine(
    "1 25544U 98067A   16063.85205029  .00007024  00000-0  11228-3 0  9997",
    "2 25544  51.6424 223.3270 0003333 190.1315 281.8711 15.54368576988592",
)
_, CSS_2021_10, CSS_2022_04, _, CSS_2022_10, CSS_2022_12 = elements()
