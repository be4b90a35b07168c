"""The rules engine: law as it stood on a day, told apart by setting, program, item and route."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules_cases import PILOT, activity, bilateral, item, luna_27

from perilune.catalog.entry import table
from perilune.catalog.shape_policy import ACTIVITIES, CONTROLS, ROUTES
from perilune.cooperation.activity import Activity, Item
from perilune.cooperation.rules import judge, judge_all
from perilune.cooperation.verdict import VERDICTS, Reason, Verdict
from perilune.errors import InputError, UnknownName


def rules_in(verdict: Verdict) -> dict[str | None, Reason]:
    return {each.rule: each for each in verdict.reasons}


# ---- NASA and China


def val_nasa_with_cnsa_in_june_2017_needs_the_certification_of_the_act_in_force() -> None:
    found = judge(bilateral("nasa cnsa", "2017-06-15"))
    assert (found.verdict, found.needs) == ("needs_approval", ("certification",))
    (why,) = found.deciding
    assert (why.rule, why.effect) == ("wolf-2017", "prohibits")
    assert why.citation is not None
    assert "P.L. 115-31" in why.citation
    assert "530" in why.citation
    assert "certification" in why.lifted_by
    assert why.because.startswith("nasa with cnsa: ")


def test_without_its_route_a_prohibition_is_a_prohibition() -> None:
    asked = bilateral("nasa cnsa", "2017-06-15")
    assert judge(asked, closed_routes=["certification"]).verdict == "forbidden"
    assert judge(asked, closed_routes=["licence"]).verdict == "needs_approval"
    assert judge(asked, granted=["wolf-2017"]).verdict == "permitted"
    assert judge(asked, granted=["wolf-2016"]).verdict == "needs_approval"  # not the act in force


def val_the_first_act_knew_no_certification() -> None:
    assert judge(bilateral("nasa cnsa", "2011-05-01")).verdict == "forbidden"
    assert judge(bilateral("nasa cnsa", "2012-01-01")).verdict == "needs_approval"


@pytest.mark.parametrize(
    ("on", "rule"),
    [
        ("2017-05-04", "wolf-2016"),
        ("2017-05-05", "wolf-2017"),
        ("2018-03-22", "wolf-2017"),
        ("2018-03-23", "wolf-2018"),
        ("2023-12-01", "wolf-2023"),
        ("2026-09-30", "wolf-2026"),
    ],
)
def test_each_day_has_the_act_in_force_and_no_other(on: str, rule: str) -> None:
    found = rules_in(judge(bilateral("nasa cnsa", on)))
    assert [name for name in found if name and name.startswith("wolf")] == [rule]


def test_before_the_first_and_after_the_last_act_known_nobody_knows() -> None:
    assert judge(bilateral("nasa cnsa", "2010-01-01")).verdict == "unknown"
    later = judge(bilateral("nasa cnsa", "2026-10-01"))
    assert later.verdict == "unknown"
    assert "taken as on 2026-01-31" in later.notice
    assert "whether it still stands on 2026-10-01" in rules_in(later)["wolf-2026"].because


def test_the_space_council_is_bound_from_2019_on_and_a_chinese_company_is_meant_too() -> None:
    assert judge(bilateral("nsc cnsa", "2018-06-01")).verdict == "unknown"
    assert judge(bilateral("nsc cnsa", "2019-06-01")).verdict == "needs_approval"
    assert judge(bilateral("nasa casc", "2019-06-01")).verdict == "needs_approval"


# ---- bilateral and multilateral


def val_a_multilateral_under_the_united_nations_is_told_apart_from_a_bilateral() -> None:
    actors = "nasa cnsa roscosmos esa jaxa isro"
    found = judge(activity("multilateral_cooperation", actors, "2017-06-15", framework="un"))
    assert found.verdict == "permitted"
    assert "wolf-2017" not in rules_in(found)
    assert {"nasa-china-multilateral", "un-cooperation"} <= set(rules_in(found))


def test_an_agency_of_all_nations_has_to_be_founded_first() -> None:
    actors = "nasa cnsa roscosmos esa global"
    found = judge(activity("multilateral_cooperation", actors, "2017-06-15", framework="un"))
    assert (found.verdict, found.needs) == ("needs_approval", ("agreement",))
    assert [each.rule for each in found.deciding] == ["global-agency-founding"]


def test_three_sides_that_state_no_setting_leave_it_open() -> None:
    found = judge(activity("ground_support", "nasa cnsa esa", "2017-06-15"))
    assert found.verdict == "unknown"
    assert "bilateral or multilateral" in rules_in(found)["wolf-2017"].because


def test_a_multilateral_without_an_organization_does_not_open_what_the_act_closes() -> None:
    asked = activity("multilateral_cooperation", "nasa cnsa esa", "2017-06-15")
    found = judge(asked)
    assert found.verdict == "unknown"
    assert any("nasa with cnsa" in each.because for each in found.deciding)


def test_a_framework_of_which_a_partner_is_no_member_is_doubted() -> None:
    asked = activity("multilateral_cooperation", "nasa cnsa", "2022-01-01", framework="iss-iga")
    assert any("cnsa comes under iss-iga" in each.because for each in judge(asked).deciding)


# ---- Russia and China


def val_roscosmos_with_cnsa_is_permitted_by_the_safeguards_agreement_of_2016() -> None:
    found = judge(bilateral("roscosmos cnsa", "2018-06-15"))
    assert found.verdict == "permitted"
    why = rules_in(found)["ru-cn-safeguards-2016"]
    assert why.effect == "permits"
    assert why.citation is not None
    assert "2016-06-25" in why.citation


def val_in_june_2017_the_agreement_of_1992_permits_and_that_of_2016_waits() -> None:
    found = rules_in(judge(bilateral("cnsa roscosmos", "2017-06-15")))
    assert found["ru-cn-1992"].effect == "permits"
    assert found["ru-cn-safeguards-signed"].effect == "obliges"
    assert "ru-cn-safeguards-2016" not in found
    assert judge(bilateral("cnsa roscosmos", "2017-06-15")).verdict == "permitted"


@pytest.mark.parametrize(
    ("on", "needs"),
    [("2017-06-15", {"licence", "agreement"}), ("2017-12-18", {"licence"})],
)
def val_controlled_technology_waits_for_the_safeguards_agreement(on: str, needs: set[str]) -> None:
    """Signed 2016-06-25, in force 2017-12-18: before that each project agrees its own."""
    craft = Item("spacecraft", "ru", ("dual_use",))
    found = judge(activity("launch_services", "cnsa roscosmos", on, items=(craft,)))
    assert (found.verdict, set(found.needs)) == ("needs_approval", needs)
    free = Item("instrument", "ru", ("none",))
    asked = activity("hardware_contribution", "roscosmos cnsa", on, items=(free,))
    assert judge(asked).verdict == "permitted"


def test_a_russian_stage_for_china_needs_a_licence_all_the_same() -> None:
    stage = Item("stage", "ru", ("mtcr_1",))
    asked = activity("hardware_contribution", "roscosmos cnsa", "2018-06-15", items=(stage,))
    found = judge(asked)
    assert (found.verdict, found.needs) == ("needs_approval", ("licence",))
    assert {"ru-export-control", "mtcr-category-1"} <= set(rules_in(found))


def test_a_chinese_stage_is_under_chinese_law_and_not_under_the_regime() -> None:
    stage = Item("stage", "cn", ("mtcr_1",))
    asked = activity("hardware_contribution", "roscosmos cnsa", "2018-06-15", items=(stage,))
    found = rules_in(judge(asked))
    assert "cn-missile-control" in found
    assert "mtcr-category-1" not in found


# ---- ESA and Russia


def val_esa_on_luna_27_needed_licences_in_2017_and_was_not_prohibited() -> None:
    found = judge(luna_27("2017-06-15"))
    assert (found.verdict, found.needs) == ("needs_approval", ("licence",))
    assert {"eu-dual-use-2009", "eu-russia-dual-use-2014", "esa-ru-2003"} <= set(rules_in(found))
    assert all(each.effect != "prohibits" for each in found.reasons)


def val_esa_on_luna_27_ended_on_2022_04_13() -> None:
    before, after = judge(luna_27("2022-02-20")), judge(luna_27("2022-04-13"))
    assert before.verdict == "needs_approval"
    assert after.verdict == "forbidden"
    assert "esa-luna-2022" in {each.rule for each in after.deciding}
    words = bilateral("esa roscosmos", "2022-04-12", program="luna-27")
    assert judge(words).verdict == "permitted"  # nothing handed over, and not yet ended
    ended = bilateral("esa roscosmos", "2022-04-13", program="luna-27")
    assert judge(ended).verdict == "forbidden"


def test_a_program_not_stated_may_be_one_of_those_that_ended() -> None:
    found = judge(bilateral("esa roscosmos", "2023-01-01"))
    assert found.verdict == "unknown"
    assert "to which program it belongs" in rules_in(found)["esa-luna-2022"].because
    assert judge(bilateral("esa roscosmos", "2023-01-01", program="other")).verdict == "permitted"


# ---- sanctions after 2022


def val_after_february_2022_space_goods_of_the_union_may_not_go_to_russia() -> None:
    plain = Item("camera", "fr", ("none",))
    for on, wanted in (("2022-02-25", "permitted"), ("2022-02-26", "forbidden")):
        more = {"program": "other", "items": (plain,)}
        asked = activity("hardware_contribution", "esa roscosmos", on, **more)
        assert judge(asked).verdict == wanted


@pytest.mark.parametrize(
    ("actors", "on", "wanted"),
    [
        ("spacex roscosmos", "2021-01-01", "requires_licence"),
        ("spacex roscosmos", "2021-04-01", "prohibits"),
        ("nasa roscosmos", "2021-04-01", "requires_licence"),
    ],
)
def val_the_munitions_list_for_russia_turned_in_march_2021(
    actors: str, on: str, wanted: str
) -> None:
    more = {"items": (item("us", "itar"),), "program": "iss"}
    found = judge(activity("hardware_contribution", actors, on, **more))
    effects = [each.effect for each in found.reasons if each.rule and "itar" in each.rule]
    assert effects[0] == wanted


def val_commercial_launches_in_russia_stayed_open_until_september_2021() -> None:
    more = {"items": (item("us", "itar"),), "program": "other"}
    for on, closed in (("2021-08-31", False), ("2021-09-01", True)):
        found = rules_in(judge(activity("launch_services", "spacex glavkosmos", on, **more)))
        assert ("us-itar-russia-launches" in found) == closed
        assert "us-itar-russia-2021" not in found


def val_the_commerce_control_list_is_closed_to_russian_companies_since_2022() -> None:
    more = {"items": (item("us", "ear"),), "program": "other"}
    after = judge(activity("hardware_contribution", "spacex energia", "2023-01-01", **more))
    assert after.verdict == "forbidden"
    named = judge(
        activity(
            "hardware_contribution", "ula progress", "2023-01-01", items=(item("us", "ear99"),)
        )
    )
    assert "us-entity-list-progress-2022" in {each.rule for each in named.deciding}


def test_the_suspension_of_2014_leaves_the_station_and_multilateral_meetings() -> None:
    assert "nasa-russia-2014" in rules_in(judge(bilateral("nasa roscosmos", "2014-06-01")))
    station = bilateral("nasa roscosmos", "2014-06-01", program="iss")
    assert "nasa-russia-2014" not in rules_in(judge(station))
    assert judge(bilateral("nasa roscosmos", "2017-06-15")).verdict == "unknown"
    assert judge(bilateral("nasa roscosmos", "2017-09-27")).verdict == "needs_approval"


# ---- items


def val_a_part_from_the_united_states_taints_an_emirati_rover_on_a_chinese_mission() -> None:
    def rover(*parts: Item) -> Verdict:
        more = {"program": "change-7", "items": (Item("rover", "ae", ("none",)), *parts)}
        return judge(activity("hardware_contribution", "mbrsc cnsa", "2022-10-01", **more))

    assert rover().verdict == "permitted"
    assert rover(item("us", "itar")).verdict == "forbidden"
    assert rover(item("us", "ear_9a515")).verdict == "forbidden"
    assert rover(item("us", "ear99")).verdict == "permitted"


def test_an_item_is_judged_by_its_origin_and_not_by_who_hands_it_over() -> None:
    asked = activity("data_exchange", "esa isro", "2020-01-01", items=(item("jp", "dual_use"),))
    assert "jp-export-control" in rules_in(judge(asked))


def test_inside_the_union_and_at_home_nothing_is_exported() -> None:
    inside = activity("hardware_contribution", "esa dlr cnes", "2020-01-01", items=(PILOT,))
    assert judge(inside).verdict == "permitted"
    home = activity(
        "hardware_contribution", "nasa spacex", "2020-01-01", items=(item("us", "itar"),)
    )
    assert judge(home).verdict == "permitted"
    left = activity("hardware_contribution", "esa uksa", "2021-06-01", items=(PILOT,))
    assert "eu-dual-use-2009" in rules_in(judge(left))  # the United Kingdom is outside since 2021


def test_a_national_mission_is_tainted_too() -> None:
    alone = activity("hardware_contribution", "cnsa", "2020-01-01", items=(item("us", "itar"),))
    assert judge(alone).verdict == "forbidden"


# ---- what is not known


@pytest.mark.parametrize(
    ("items", "says"),
    [
        (None, "what changes hands"),
        ((), "what changes hands"),
        ((item(None, "none"),), "where 'part' comes from"),
        ((item("de"),), "export-control class of 'part' (de) to roscosmos"),
        ((item("kz", "dual_use"),), "what export law 'part' (kz)"),
    ],
)
def test_a_fact_that_is_missing_is_never_allowed(items: tuple[Item, ...] | None, says: str) -> None:
    more = {"program": "luna-27", "items": items}
    found = judge(activity("hardware_contribution", "esa roscosmos", "2017-06-15", **more))
    assert found.verdict == "unknown"
    missing = [each for each in found.reasons if each.rule is None]
    assert any(says in each.because and "needs counsel" in each.because for each in missing)


def test_a_class_not_stated_names_the_rules_that_may_apply() -> None:
    (missing,) = [e for e in judge(luna_27("2017-06-15", item("de"))).reasons if e.rule is None]
    assert "eu-dual-use-2009" in missing.because


def test_partners_whom_no_rule_covers_are_unknown() -> None:
    found = judge(bilateral("jaxa cnsa", "2017-06-15"))
    assert found.verdict == "unknown"
    assert "jaxa with cnsa" in found.deciding[0].because


def test_one_unknown_pair_is_enough() -> None:
    asked = activity("ground_support", "roscosmos cnsa jaxa", "2018-06-15")
    assert judge(asked).verdict == "unknown"


def test_an_unknown_does_not_hide_a_prohibition() -> None:
    asked = activity(
        "hardware_contribution", "jaxa cnsa", "2018-06-15", items=(item("us", "itar"),)
    )
    assert judge(asked).verdict == "forbidden"


# ---- the verdict


def test_effects_stack_and_the_strictest_is_the_verdict_of_a_whole_variant() -> None:
    fine = bilateral("roscosmos cnsa", "2018-06-15")
    found = judge_all([fine, luna_27("2017-06-15")])
    assert found.verdict == "needs_approval"
    assert len(found.reasons) == len(judge(fine).reasons) + len(
        judge(luna_27("2017-06-15")).reasons
    )
    assert judge_all([fine, bilateral("jaxa cnsa", "2018-06-15")]).verdict == "unknown"
    assert judge_all([]).verdict == "permitted"


def test_not_legal_advice_is_always_said() -> None:
    for asked in (bilateral("nasa cnsa", "2017-06-15"), bilateral("jaxa cnsa", "2017-06-15")):
        found = judge(asked)
        assert "Not legal advice" in found.text().splitlines()[-1]
        assert "Not legal advice" in found.to_json()["notice"]


def test_the_document_has_the_rows_of_the_contract() -> None:
    data = judge(bilateral("nasa cnsa", "2017-06-15")).to_json()
    assert data["law"] == "needs_approval"
    for row in data["rules"]:
        assert {"rule", "effect", "because", "lifted_by", "source"} <= set(row)
        assert row["source"]


PARTNERS = sorted(table("agencies"))
ITEMS = st.builds(
    Item,
    st.just("part"),
    st.sampled_from([None, *sorted(table("countries"))]),
    st.one_of(st.none(), st.tuples(st.sampled_from(CONTROLS))),
)
ASKED = st.builds(
    Activity,
    st.just("any"),
    st.sampled_from([kind for kind in ACTIVITIES if "lateral" not in kind]),
    st.lists(st.sampled_from(PARTNERS), min_size=1, max_size=4, unique=True).map(tuple),
    st.dates(min_value=table("rules")["wolf-2011"].figures["since"]),
    st.one_of(st.none(), st.lists(ITEMS, max_size=2).map(tuple)),
    framework=st.sampled_from([None, None, "un"]),
    program=st.sampled_from([None, "iss", "luna-27", "ilrs"]),
)


@given(ASKED)
def prop_the_verdict_is_the_strictest_reason_and_every_rule_is_in_force(asked: Activity) -> None:
    found = judge(asked)
    ranks = [VERDICTS.index(each.verdict) for each in found.reasons]
    assert found.verdict == VERDICTS[min(ranks)]
    for each in found.reasons:
        if each.rule is None:
            continue
        figures = table("rules")[each.rule].figures
        assert figures["since"] <= asked.on <= figures.get("until", asked.on)
        assert each.source


@given(ASKED)
def prop_who_is_named_first_makes_no_difference(asked: Activity) -> None:
    turned = Activity(**{**vars(asked), "actors": asked.actors[::-1]})
    said = {(each.rule, each.verdict) for each in judge(asked).reasons}
    assert said == {(each.rule, each.verdict) for each in judge(turned).reasons}


@given(ASKED)
def prop_permitted_means_that_every_pair_of_sides_has_a_permission(asked: Activity) -> None:
    found = judge(asked)
    if found.verdict != "permitted":
        return
    agencies = table("agencies")
    sides = {agencies[name].figures.get("country", name) for name in asked.actors}
    given_by = [e for e in found.reasons if e.effect != "obliges" and e.rule]
    assert len(sides) == 1 or given_by
    assert not asked.lacks_items


@given(ASKED, ITEMS, st.sets(st.sampled_from(ROUTES)))
def prop_an_item_more_or_a_route_less_never_loosens_a_verdict(
    asked: Activity, more: Item, closed: set[str]
) -> None:
    before = VERDICTS.index(judge(asked).verdict)
    assert VERDICTS.index(judge(asked, closed_routes=closed).verdict) <= before
    if asked.items:
        wider = Activity(**{**vars(asked), "items": (*asked.items, more)})
        assert VERDICTS.index(judge(wider).verdict) <= before


# ---- misuse: one message


@pytest.mark.parametrize(
    ("actors", "near"), [("nasa roskosmos", "roscosmos"), ("cnsaa nasa", "cnsa")]
)
def test_an_unknown_partner_names_the_nearest(actors: str, near: str) -> None:
    with pytest.raises(UnknownName, match=f"Did you mean '{near}'"):
        judge(bilateral(actors, "2017-06-15"))


WRONG = {
    "kind": (lambda: bilateral("nasa", "2017-01-01", setting="bilaterl"), "unknown setting"),
    "activity": (lambda: activity("launch_service", "nasa", "2017-01-01"), "launch_services"),
    "twice": (lambda: bilateral("nasa nasa", "2017-01-01"), "names an actor twice"),
    "both": (
        lambda: bilateral("nasa cnsa", "2017-01-01", framework="un"),
        "is called bilateral and multilateral",
    ),
    "class": (lambda: item("us", "itra"), "Did you mean 'itar'"),
    "classes": (lambda: Item("part", "us", "itar"), "expected a tuple of classes"),  # type: ignore[arg-type]
    "date": (
        lambda: Activity("x", "visit", ("nasa",), "2017-06-15"),  # type: ignore[arg-type]
        "expected a date",
    ),
    "actors": (lambda: activity("visit", "", "2017-06-15"), "expected a tuple of names"),
    "sides": (lambda: judge(bilateral("nasa cnsa esa", "2017-01-01")), "has 3 sides"),
    "few": (
        lambda: judge(activity("multilateral_cooperation", "nasa cnsa", "2017-01-01")),
        "fewer than three sides",
    ),
    "origin": (
        lambda: judge(activity("visit", "nasa", "2017-01-01", items=(item("usa", "none"),))),
        "unknown country of origin 'usa'",
    ),
    "framework": (
        lambda: judge(activity("visit", "nasa esa", "2017-01-01", framework="artemis")),
        "Did you mean 'artemis-accords'",
    ),
    "route": (
        lambda: judge(bilateral("nasa cnsa", "2017-01-01"), closed_routes=["license"]),
        "Did you mean 'licence'",
    ),
    "granted": (
        lambda: judge(bilateral("nasa cnsa", "2017-01-01"), granted=["wolf-2027"]),
        "unknown rule 'wolf-2027'",
    ),
    "no approval": (
        lambda: judge(bilateral("nasa cnsa", "2017-01-01"), granted=["wolf-2011"]),
        "knows no approval",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_contradiction_or_a_wrong_name_is_one_message(case: str) -> None:
    made, says = WRONG[case]
    with pytest.raises(InputError) as caught:
        made()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
