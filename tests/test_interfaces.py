"""Interfaces of candidates: what fits, what does not, and that what is said to mend it does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perilune.catalog.book import catalog
from perilune.catalog.entry import CONFIDENCES
from perilune.cooperation.candidate_file import ROLES, CandidateFile, InterfaceFile
from perilune.cooperation.facing import facings, mend_of
from perilune.cooperation.interfaces import Mismatch, match
from perilune.errors import UnknownName


def candidate(
    name: str,
    role: str,
    offers: dict[str, Any] | None = None,
    needs: dict[str, Any] | None = None,
    **more: Any,
) -> CandidateFile:
    return CandidateFile.model_validate(
        {
            "name": name,
            "role": role,
            "provider": "cnsa",
            "confidence": "assumed",
            "offers": offers or {},
            "needs": needs or {},
            **more,
        }
    )


def only(*filled: CandidateFile, others: tuple[CandidateFile, ...] = ()) -> Mismatch:
    found = match("luna-27", filled, others=others)
    assert len(found.mismatches) == 1
    return found.mismatches[0]


# ---- the tables


def test_the_tables_speak_of_roles_and_interfaces() -> None:
    keys = set(InterfaceFile.model_fields)
    for facing in facings():
        assert {*facing.needs, *facing.offers} <= set(ROLES)
        assert set(facing.what) <= keys
        for what in set(facing.what) - {"docking"}:
            for role in facing.offers:
                mend = mend_of(what, role)
                assert mend.confidence in CONFIDENCES
                assert mend.source


# ---- each interface


def test_bands_without_one_in_common() -> None:
    lander = candidate("luna", "lander", needs={"bands": ["x"]})
    relay = candidate("magpie", "relay", offers={"bands": ["s", "uhf"]})
    row = only(lander, relay)
    assert (row.what, row.roles, row.between) == ("bands", ("relay", "lander"), ("magpie", "luna"))
    assert row.found == "s or uhf band from magpie"
    assert row.needed == "x band for luna"
    assert "transponder for x band on magpie" in row.mended_by
    assert (row.mass_kg, row.delay_d, row.confidence) == (5.0, 365.0, "assumed")
    assert match("luna-27", [lander, candidate("m", "relay", offers={"bands": ["X"]})]).fits


def test_a_ground_station_in_its_band_is_enough() -> None:
    lander = candidate("luna", "lander", needs={"bands": ["x"]})
    relay = candidate("magpie", "relay", offers={"bands": ["s"]})
    bear_lakes = candidate("bear-lakes", "ground_network", offers={"bands": ["c"]})
    kashi = candidate("kashi", "ground_network", offers={"bands": ["s", "x"]})
    assert match("luna-27", [lander, relay, bear_lakes, kashi]).fits
    row = only(candidate("orbiter", "orbiter", needs={"bands": ["x"]}), bear_lakes)
    assert "feed and receiver for x band at bear-lakes" in row.mended_by
    assert row.mass_kg == 0.0


def test_a_fairing_too_narrow_names_who_would_carry_it() -> None:
    lander = candidate("luna", "lander", needs={"fairing_m": 4.5})
    soyuz = candidate("soyuz", "launcher", offers={"fairing_m": 4.11})
    proton = candidate("proton", "launcher", offers={"fairing_m": 4.35})
    cz_5 = candidate("long-march", "launcher", offers={"fairing_m": 5.2})
    elsewhere = candidate("other", "launcher", offers={"fairing_m": 5.2}, fits=["luna-28"])
    row = only(lander, soyuz, others=(proton, cz_5, elsewhere))
    assert row.instead == ("long-march",)
    assert row.mass_kg is None
    assert row.delay_d == 1095.0
    assert "long-march would fit instead" in row.text()


def test_payload_mass_and_power_add_up() -> None:
    lander = candidate("luna", "lander", offers={"mass_kg": 30.0, "power_w": 100.0})
    drill = candidate("drill", "instrument", needs={"power_w": 80.0}, mass_kg=25.0)
    camera = candidate("camera", "instrument", needs={"power_w": 40.0}, mass_kg=4.0)
    assert match("luna-27", [lander, drill]).fits
    power = only(lander, drill, camera)
    assert (power.what, power.found) == ("power_w", "100 W from luna")
    assert power.needed == "120 W for camera and drill"
    assert power.mass_kg == pytest.approx(1.0)  # 20 W more
    rover = candidate("rover", "rover", mass_kg=140.0)
    rows = {m.what: m for m in match("luna-27", [lander, drill, camera, rover]).mismatches}
    assert rows["mass_kg"].mass_kg == pytest.approx(1.2 * 139.0)
    assert "139 kg more carried by luna" in rows["mass_kg"].mended_by


def test_a_launcher_that_lifts_less() -> None:
    heavy = candidate("luna", "lander", mass_kg=2600.0)
    soyuz = candidate("soyuz", "launcher", offers={"mass_kg": 2300.0})
    row = only(heavy, soyuz)
    assert (row.mass_kg, row.delay_d) == (300.0, None)
    assert row.confidence == "derived"


def test_data_by_a_wider_antenna() -> None:
    lander = candidate("luna", "lander", needs={"data_kbit_s": 1110.0})
    relay = candidate("magpie", "relay", offers={"data_kbit_s": 555.0})
    row = only(lander, relay)
    assert "an antenna 1.4 times as wide on magpie, or 50 % of the data" in row.mended_by
    assert row.mass_kg == pytest.approx(8.0)
    none = only(lander, candidate("mute", "relay", offers={"data_kbit_s": 0.0}))
    assert none.mended_by == "an antenna on mute for 1,110 kbit/s"


def test_docking_by_the_lightest_adapter_of_the_catalogue() -> None:
    node = candidate("prichal", "module", offers={"docking": ["ssvp-g4000", "ssvp-m8000"]})
    ship = candidate("shenzhou", "crew_vehicle", needs={"docking": ["chinese"]}, mass_kg=8000.0)
    row = only(node, ship)
    assert row.mended_by == "an adapter from ssvp-g4000 to chinese"
    assert row.mass_kg == 2000.0
    assert row.delay_d == pytest.approx(4 * 365.25)
    assert row.confidence in CONFIDENCES
    both = candidate("node", "module", offers={"docking": ["chinese"]})
    assert match("luna-27", [node, both, ship]).fits
    apas = candidate("kristall", "module", offers={"docking": ["apas-89"]})
    assert match("m", [apas, candidate("s", "crew_vehicle", needs={"docking": ["apas-95"]})]).fits


def test_a_port_that_holds_less() -> None:
    node = candidate("node", "module", offers={"docking": ["ssvp-g4000"]})
    heavy = candidate("mlm", "module", needs={"docking": ["ssvp-g4000"]}, mass_kg=24_000.0)
    row = only(node, heavy)
    assert "which holds 22,000 kg" in row.found
    assert "ssvp-m8000" in row.mended_by
    assert row.mass_kg is None


def test_a_module_does_not_dock_with_itself() -> None:
    alone = candidate("mlm", "module", {"docking": ["ssvp-g4000"]}, {"docking": ["apas-89"]})
    assert match("station", [alone]).fits


def test_what_nobody_states_is_said() -> None:
    lander = candidate("luna", "lander")
    drill = candidate("drill", "instrument", needs={"power_w": 80.0})
    found = match("luna-27", [lander, drill])
    assert found.fits
    assert found.unstated == ("luna does not say whether it offers 80 W for drill",)
    assert match("luna-27", [drill]).unstated == ()  # nobody faces it


def test_an_unknown_standard_names_the_nearest() -> None:
    node = candidate("node", "module", offers={"docking": ["apas-98"]})
    ship = candidate("ship", "crew_vehicle", needs={"docking": ["idss"]})
    with pytest.raises(UnknownName, match="Did you mean 'apas-95'"):
        match("m", [node, ship])


def test_rows_are_plain_data() -> None:
    lander = candidate("luna", "lander", needs={"bands": ["x"]})
    relay = candidate("magpie", "relay", offers={"bands": ["s"]})
    found = match("luna-27", [lander, relay])
    rows = json.loads(json.dumps(found.rows()))
    wanted = {"mission", "roles", "what", "found", "needed", "mended_by", "mass_kg", "delay_d"}
    assert wanted <= set(rows[0])
    assert json.loads(json.dumps(found.to_json()))["mission"] == "luna-27"


# ---- properties

STANDARDS = sorted(catalog().table("docking_standards"))
amounts = st.none() | st.floats(0.0, 5000.0)
sides = st.fixed_dictionaries(
    {
        "docking": st.lists(st.sampled_from(STANDARDS), max_size=2, unique=True),
        "bands": st.lists(st.sampled_from(["s", "x", "ka", "uhf"]), max_size=2, unique=True),
        "fairing_m": st.none() | st.floats(1.0, 9.0),
        "power_w": amounts,
        "mass_kg": amounts,
        "data_kbit_s": amounts,
    }
)
crews = st.lists(st.tuples(st.sampled_from(ROLES), sides, sides), min_size=1, max_size=7).map(
    lambda rows: [candidate(f"c{i}", role, off, need) for i, (role, off, need) in enumerate(rows)]
)


@given(crews, st.randoms(use_true_random=False))
def prop_the_order_makes_no_difference(crew: list[CandidateFile], random: Any) -> None:
    mixed = list(crew)
    random.shuffle(mixed)
    assert match("m", crew) == match("m", mixed)


@given(crews)
def prop_nothing_needed_is_nothing_missing(crew: list[CandidateFile]) -> None:
    bare = [c.model_copy(update={"needs": InterfaceFile()}) for c in crew]
    found = match("m", bare)
    assert found.fits
    assert found.unstated == ()


@given(crews)
def prop_offering_what_is_needed_mends(crew: list[CandidateFile]) -> None:
    """Everybody offers the most anybody needs, in sum: then all fits but what docks."""
    amounts = ("power_w", "mass_kg", "data_kbit_s")
    most: dict[str, Any] = {k: sum(getattr(c.needs, k) or 0.0 for c in crew) for k in amounts}
    most["fairing_m"] = max([c.needs.fairing_m or 1.0 for c in crew])
    most["bands"] = ["s", "x", "ka", "uhf"]
    most["docking"] = STANDARDS
    generous = [c.model_copy(update={"offers": InterfaceFile(**most)}) for c in crew]
    assert match("m", generous).fits


@given(crews, st.floats(1.0, 10.0))
def prop_offering_more_never_breaks(crew: list[CandidateFile], factor: float) -> None:
    def more(c: CandidateFile) -> CandidateFile:
        grown = {
            k: None if (v := getattr(c.offers, k)) is None else factor * v
            for k in ("power_w", "mass_kg", "data_kbit_s")
        }
        return c.model_copy(update={"offers": c.offers.model_copy(update=grown)})

    before = {(m.what, m.between) for m in match("m", crew).mismatches}
    after = {(m.what, m.between) for m in match("m", [more(c) for c in crew]).mismatches}
    assert after <= before


@given(crews)
def prop_a_mismatch_says_what_it_costs(crew: list[CandidateFile]) -> None:
    for row in match("m", crew).mismatches:
        assert row.found
        assert row.needed
        assert row.mended_by
        assert "{" not in row.mended_by
        assert row.mass_kg is None or row.mass_kg >= 0.0
        assert row.confidence in CONFIDENCES
        assert row.text().startswith("m: ")
