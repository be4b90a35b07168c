"""A variant in sentences: each is true to the row it is made of, and says what is new."""

from __future__ import annotations

from typing import Any

import pytest

from perilune.cooperation.criticality import of_what_closes
from perilune.cooperation.date_words import date_words
from perilune.cooperation.in_words import beside, in_words
from perilune.cooperation.law_words import law_words
from perilune.cooperation.station_words import station_words

Row = dict[str, Any]


def mission(name: str, **more: Any) -> Row:
    row: Row = {
        "name": name, "lead": "roscosmos", "physics": "closes", "why_not": [], "roles": {},
        "planned": "2020-07-04", "margin_kg": 10.0, "dv_m_s": 900.0, "coverage": None,
        "launch_date": {"p10": "2020-08-07", "p50": "2021-10-27", "p90": "2024-07-07"},
        "waited_for": {}, "added_delay": None,
    }  # fmt: skip
    return row | more


def variant(name: str, *missions: Row, **more: Any) -> Row:
    row: Row = {
        "name": name, "missions": list(missions), "stations": [], "left_out": [], "mends": [],
        "law": "permitted", "law_needs": [], "rules": [], "withdrawals": [],
    }  # fmt: skip
    row |= more
    row["beside_baseline"] = {"closes": [], "fails": [], "changed": []}
    return row


def rule(name: str | None, verdict: str, because: str, **more: Any) -> Row:
    row: Row = {
        "rule": name, "verdict": verdict, "because": because, "lifted_by": "a licence",
        "effect": "permits" if verdict == "permitted" else "requires_licence",
        "citation": None if name is None else f"Act {name}", "needs": None,
    }  # fmt: skip
    return row | more


def told(row: Row, base: Row) -> str:
    row["beside_baseline"] = beside(row, base)
    return " ".join(in_words(row, base))


SHORT = ["injected mass margin: -33.6 kg, limit >= 0 kg"]
DRY = [
    "luna-27 has 697 kg of propellant for a descent that takes 751: 54 kg more",
    "propellant margin of luna-27: -54.2 kg, limit >= 0 kg",
]


# ---- what closes, breaks and mends


def test_what_fails_as_in_the_baseline_is_told_so_and_with_its_reason() -> None:
    base = variant("base", mission("luna-26", physics="does_not_close", why_not=SHORT))
    same = variant("same", mission("luna-26", physics="does_not_close", why_not=SHORT))
    said = told(same, base)
    assert "As in the baseline luna-26 (its vehicle lifts 34 kg too little) does not close." in said
    other = mission("luna-26", physics="does_not_close", why_not=["it falls"], margin_kg=1.0)
    assert "luna-26 does not close: it falls." in told(variant("other", other), base)


def test_first_to_break_is_the_first_by_plan_and_no_reason_is_told_twice() -> None:
    late = mission("luna-27", physics="does_not_close", why_not=DRY, planned="2021-07-01")
    early = mission("luna-26", physics="does_not_close", why_not=SHORT)
    base = variant("base", late, early)
    said = told(base, base)
    assert "First to break is luna-26: its vehicle lifts 34 kg too little." in said
    once = "697 kg of propellant for a descent that takes 751: 54 kg more"
    assert f"luna-27 does not close: {once}." in said


def test_a_sum_that_is_too_much_is_told_in_its_numbers() -> None:
    why = (
        "masses of lander and rover and camera do not match, 340 kg from lander for 441 kg for "
        "rover and camera: 101 kg more carried by lander"
    )
    base = variant("base", mission("x", physics="does_not_close", why_not=[why]))
    assert "x does not close: masses do not match, 340 kg offered and 441 kg needed." in told(
        base, base
    )


def test_every_vehicle_that_would_close_a_mission_is_named_with_its_partner() -> None:
    way = {"roles": {"launcher": ["cz-3b-e"]}, "providers": ["cnsa"], "margin_kg": 354.0}
    other = {"roles": {"launcher": ["proton"]}, "providers": ["roscosmos"], "margin_kg": 349.0}
    mend = {"mission": "luna-26", "shown_in": None, "others": [other], **way}
    bad = mission("luna-26", physics="does_not_close", why_not=SHORT)
    base = variant("base", bad, mends=[mend])
    assert (
        "luna-26 would close with cz-3b-e as launcher by cnsa, 354 kg to spare. As well with "
        "proton by roscosmos, 349 kg to spare."
    ) in told(base, base)
    assert "Nothing that was flown mends luna-26." in told(variant("base", bad), base)


def test_what_is_lost_with_a_partner_is_what_closes_now() -> None:
    breaks = [{"mission": name, "because": "no other launcher closes"} for name in ("a", "b")]
    rows = [{"partner": "esa", "breaks": breaks, "replaced": [], "weakens": []}]
    (left,) = of_what_closes(rows, {"a"})
    assert [each["mission"] for each in left["breaks"]] == ["a"]
    row = variant("x", mission("a"), withdrawals=[left])
    assert "Lost without esa: a (no other launcher closes)." in told(row, row)


def test_missions_that_leave_with_their_lead_are_named() -> None:
    out = [{"name": "luna-26", "why": "roscosmos leads it and is not taking part"}]
    row = variant("x", mission("change-4"), left_out=out)
    assert "With roscosmos luna-26 is gone, which it leads." in told(row, variant("base"))


# ---- contact


@pytest.mark.parametrize(
    ("now", "gap", "said"),
    [
        (12.3, 241.0, None),
        (13.9, 241.4, "13.9 h a day, 12.2 in the baseline."),
        (12.2, 14.0, "12.2 h a day, 12.2 in the baseline; longest gap 14 h, there 241."),
    ],
)
def test_contact_is_told_where_it_differs(now: float, gap: float, said: str | None) -> None:
    def seen(hours: float, longest: float) -> Row:
        return {"contact_h_d": hours, "longest_gap_h": longest, "dependencies": []}

    base = variant("base", mission("luna-27", coverage=seen(12.2, 241.0)))
    words = told(variant("x", mission("luna-27", coverage=seen(now, gap))), base)
    assert (f"Contact of luna-27: {said}" in words) if said else ("Contact" not in words)


# ---- law


def test_a_permission_names_what_permits_and_no_general_duty() -> None:
    duty = rule("ost", "permitted", "a state answers", effect="obliges", lifted_by="nothing")
    row = variant("x", rules=[rule("ru-cn-1992", "permitted", "they agreed"), duty])
    (said,) = law_words(row, variant("base", law="unknown"))
    assert said == "Law: permitted under the act ru-cn-1992; nothing known stands against it."


def test_what_is_signed_and_awaited_is_said() -> None:
    waits = rule(
        "signed", "permitted", "a with b: signed and not yet in force: technology waits for it",
        effect="obliges", lifted_by="entry into force, which came on 2017-12-18",
        citation="Agreement of 2016-06-25 on safeguards",
    )  # fmt: skip
    row = variant("x", rules=[rule("old", "permitted", "they agreed"), waits])
    *_, said = law_words(row, variant("base", law="unknown"))
    assert said == (
        "Not yet in force: Agreement of 2016-06-25 on safeguards; technology waits for it "
        "(entry into force, which came on 2017-12-18)."
    )


def test_what_is_unknown_names_the_pairs_once() -> None:
    gaps = ["cnsa with asi", "asi with cnsa", "cnsa with tua"]
    rules = [
        rule(None, "unknown", f"not known is what law {each} is under: no rule covers them: "
             "needs counsel", effect="unknown")
        for each in gaps
    ]  # fmt: skip
    row = variant("base", law="unknown", rules=rules)
    said = " ".join(law_words(row, row))
    assert said == (
        "Law: unknown. No rule known covers asi with cnsa and cnsa with tua: needs counsel."
    )


def test_a_route_declared_closed_is_not_told_as_one_that_opens() -> None:
    act = rule("wolf", "forbidden", "nasa with cnsa: no funds", needs="certification")
    row = variant("base", law="forbidden", rules=[act])
    assert " ".join(law_words(row, row)) == (
        "Law: forbidden. nasa with cnsa: no funds (Act wolf). What would lift it, certification, "
        "is taken as not to be had."
    )


def test_the_same_approvals_by_other_rules_are_not_as_in_the_baseline() -> None:
    one, other = (rule(name, "needs_approval", "a with b: so", needs="licence") for name in "pq")
    base = variant("base", law="needs_approval", law_needs=["licence"], rules=[one])
    more = variant("x", law="needs_approval", law_needs=["licence"], rules=[one, other])
    else_ = variant("y", law="needs_approval", law_needs=["licence"], rules=[other])
    assert next(law_words(more, base)) == "Law: needs approval by licence, as in the baseline."
    assert "New in it: a with b: so (Act q)." in " ".join(law_words(more, base))
    assert next(law_words(else_, base)).startswith("Law: needs approval by licence. a with b: so")


# ---- dates and stations


def test_dates_are_months_beside_the_baselines_and_say_what_is_waited_for() -> None:
    base = variant("base", mission("change-6"))
    late = mission(
        "change-6",
        launch_date={"p10": "2021-01-28", "p50": "2022-05-11", "p90": None},
        waited_for={"launch of luna-26": 0.68, "relay in its place": 0.05},
    )
    row = variant("x", late)
    row["beside_baseline"] = {"closes": [], "fails": [], "changed": ["change-6"]}
    assert list(date_words(row, base)) == [
        "Median of the launch: change-6 2022-05 (P10 to P90 2021-01 to later than looked at), "
        "planned 2020-07-04, 2021-10 in the baseline.",
        "change-6 waits last for the launch of luna-26 in 68 % of the draws.",
    ]


def test_what_is_left_behind_is_told_where_it_is_new() -> None:
    base = variant("base", mission("x", left_behind={"x: old": 0.4, "x: rare": 0.02}))
    row = variant("y", mission("x", left_behind={"x: old": 0.4, "x: new": 0.81}))
    said = "Too late for x and left behind: {} of the draws."
    assert said.format("old in 40 %") in list(date_words(base, base))
    assert said.format("new in 81 %") in list(date_words(row, base))


def reach(module: str, tilt: float, payload: float, *, ok: bool = True) -> Row:
    return {
        "module": module, "vehicle": "proton-m", "site": "baikonur", "partner": "roscosmos",
        "inclination_deg": tilt, "way": "direct", "mass_kg": 20300.0, "payload_kg": payload,
        "margin_kg": payload - 20300.0, "ok": ok, "note": "",
    }  # fmt: skip


def test_a_station_says_which_modules_reach_it_and_what_its_orbit_costs() -> None:
    def built(name: str, rows: list[Row]) -> Row:
        return {"name": "css", "station": name, "physics": "closes", "reach": rows}

    base = variant("base", stations=[built("css", [reach("nauka", 41.47, 14003.0, ok=False)])])
    row = variant("x", stations=[built("css-51", [reach("nauka", 51.6, 22272.0)])])
    assert list(station_words(row, base)) == [
        "To css at 51.6 deg can be lifted: nauka by proton-m from baikonur.",
        "Against 41.47 deg roscosmos lifts: proton-m from baikonur 22,272 kg instead of 14,003 "
        "(+59 %).",
    ]
    assert list(station_words(base, base)) == []
