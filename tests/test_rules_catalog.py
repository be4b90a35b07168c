"""Rules, agencies, countries and treaties as data: sources, dates without gaps, a user's own."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from rules_cases import activity, bilateral

from perilune.catalog.book import Catalog, catalog
from perilune.catalog.entry import table
from perilune.cli.main import main
from perilune.cooperation.partner import partner
from perilune.cooperation.rule import Rule, rules_of
from perilune.cooperation.rules import judge
from perilune.errors import InputError, UnknownName

RULES = {rule.name: rule for rule in rules_of(catalog())}
DOCS = Path(__file__).parents[1] / "docs" / "rules.md"
MINE = """
[rules.jaxa-cnsa]
title = "An arrangement"
effect = "permits"
citation = "Arrangement, art. 2"
because = "the two exchange data"
binds = ["jaxa"]
counterparts = ["cnsa"]
since = 2017-01-01
source = "its text"
"""


def with_text(folder: Path, text: str) -> Catalog:
    path = folder / "mine.toml"
    path.write_text(text)
    return catalog().with_file(path)


def perilune(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(list(arguments))
    return status, out.getvalue(), err.getvalue()


# ---- the bundled data


def val_the_restriction_on_china_was_enacted_anew_for_each_year() -> None:
    acts = sorted((r for r in RULES.values() if r.name.startswith("wolf")), key=lambda r: r.since)
    assert [r.name for r in acts] == [f"wolf-{year}" for year in range(2011, 2027)]
    for earlier, later in pairwise(acts):
        assert earlier.until == later.since - timedelta(days=1)
    assert len({r.citation for r in acts}) == len(acts)
    assert {r.needs for r in acts[1:]} == {"certification"}
    assert acts[0].needs is None


def test_enactments_of_one_series_do_not_overlap() -> None:
    series: dict[str, list[Rule]] = {}
    for name, entry in table("rules").items():
        if "series" in entry.figures:
            series.setdefault(entry.figures["series"], []).append(RULES[name])
    assert len(series) >= 4
    for rules in series.values():
        rules.sort(key=lambda r: r.since)
        for earlier, later in pairwise(rules):
            assert earlier.until is not None
            assert earlier.until < later.since


@pytest.mark.parametrize("name", RULES)
def test_every_rule_says_its_text_what_lifts_it_and_stands_on_a_source(name: str) -> None:
    rule = RULES[name]
    assert len(rule.source) >= 10
    assert len(rule.citation) >= 10
    assert rule.lifted_by
    assert rule.until is None or rule.since <= rule.until


@pytest.mark.parametrize("kind", ["agencies", "countries"])
def test_a_membership_never_begins_before_its_treaty(kind: str) -> None:
    begins = {name: entry.figures["since"] for name, entry in table("treaties").items()}
    begins["iss-iga"] = date(1998, 1, 29)  # applied from its signature on
    for name, entry in table(kind).items():
        for row in entry.rows("memberships"):
            assert begins[row.figures["treaty"]] <= row.figures["since"], name
            assert row.figures["since"] < row.figures.get("until", date.max), name


def val_who_belongs_to_what() -> None:
    book, day = catalog(), date(2024, 1, 1)
    names = {name: partner(name, book).names(day) for name in ("nasa", "roscosmos", "cnsa", "isro")}
    assert "mtcr" in names["roscosmos"]
    assert "mtcr" not in names["cnsa"]
    assert "artemis-accords" in names["isro"]
    assert not {"artemis-accords"} & (names["roscosmos"] | names["cnsa"])
    assert "ilrs" in names["roscosmos"] & names["cnsa"]
    assert all({"ost", "arra", "liab", "reg", "un"} <= each for each in names.values())
    assert not any("moon-agreement" in each for each in names.values())
    assert "mtcr" not in partner("isro", book).names(date(2016, 6, 26))


def test_whoever_provides_something_in_the_catalogue_is_a_partner() -> None:
    for kind in ("launch_sites", "ground_stations", "landing_zones"):
        for entry in table(kind).values():
            named = entry.figures.get("agency")
            assert named is None or named in table("agencies"), f"{kind}: {entry.name}"


# ---- a user's own


def test_a_rule_of_a_users_file_decides(tmp_path: Path) -> None:
    asked = bilateral("jaxa cnsa", "2017-06-15")
    assert judge(asked).verdict == "unknown"
    assert judge(asked, book=with_text(tmp_path, MINE)).verdict == "permitted"


def test_a_known_rule_is_changed_key_by_key(tmp_path: Path) -> None:
    text = '[rules.wolf-2026]\nuncertain_after = 2027-09-30\nsource = "a later act"\n'
    asked = bilateral("nasa cnsa", "2027-01-01")
    assert judge(asked).verdict == "unknown"
    assert judge(asked, book=with_text(tmp_path, text)).verdict == "needs_approval"


WRONG = {
    "no source": (
        MINE.replace('source = "its text"', ""),
        "rules.jaxa-cnsa.effect: found neither `source` nor `confidence`",
    ),
    "confidence alone": (
        MINE.replace('source = "its text"', 'confidence = "assumed"'),
        "has no `source`: a rule stands on the text it names",
    ),
    "empty source": (MINE.replace('"its text"', '" "'), "source: found ' ', expected text"),
    "partner": (
        MINE.replace('["jaxa"]', '["jaxxa"]'),
        "binds: unknown agency, country, treaty 'jaxxa'. Did you mean 'jaxa'?",
    ),
    "effect": (MINE.replace('"permits"', '"forbids"'), "found 'forbids', expected text in quotes"),
    "date": (MINE.replace("2017-01-01", '"2017"'), "since: found '2017', expected a date"),
    "nobody bound": (MINE.replace('binds = ["jaxa"]', ""), "binds: this key is missing"),
    "treaty": (
        '[countries.us]\nsource = "x"\nmemberships = [{ treaty = "mtrc", since = 2000-01-01 }]',
        "unknown treaty 'mtrc'. Did you mean 'mtcr'?",
    ),
    "country": (
        '[agencies.mine]\ntitle = "x"\nform = "company"\ncountry = "xx"\nsource = "x"',
        "agencies.mine.country: unknown country 'xx'",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_rule_is_refused_in_one_line(tmp_path: Path, case: str) -> None:
    text, says = WRONG[case]
    path = tmp_path / "mine.toml"
    path.write_text(text)
    status, out, err = perilune("catalog", "rules", "--file", str(path))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert says in err
    assert str(path) in err


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("until = 2016-01-01", "rules.jaxa-cnsa.until: ends on 2016-01-01, before 2017-01-01"),
        ('route = "licence"', "rules.jaxa-cnsa.route: `permits` says the route itself"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused_when_it_is_used(
    tmp_path: Path, change: str, says: str
) -> None:
    book = with_text(tmp_path, MINE + change)
    with pytest.raises(InputError, match=re.escape(says)):
        judge(bilateral("jaxa cnsa", "2017-06-15"), book=book)


def test_a_name_that_means_two_things_is_refused(tmp_path: Path) -> None:
    text = '[agencies.eu]\ntitle = "x"\nform = "company"\ncountry = "fr"\nsource = "x"\n'
    with pytest.raises(InputError, match=r"treaties\.eu: is in agencies too"):
        judge(bilateral("jaxa cnsa", "2017-06-15"), book=with_text(tmp_path, text))


def test_a_rule_made_in_python_needs_a_source_too() -> None:
    with pytest.raises(InputError, match=r"rules\.mine: has no `source`"):
        Rule("mine", "x", "permits", "text", "so", " ", date(2017, 1, 1), frozenset({"us"}))


def test_a_partner_of_a_users_file_is_under_its_countrys_law(tmp_path: Path) -> None:
    text = '[agencies.mine]\ntitle = "x"\nform = "company"\ncountry = "cn"\nsource = "x"\n'
    book = with_text(tmp_path, text)
    assert judge(bilateral("nasa mine", "2017-06-15"), book=book).needs == ("certification",)
    with pytest.raises(UnknownName):
        judge(bilateral("nasa mine", "2017-06-15"))


# ---- shown


def test_the_catalogue_shows_rules_and_agencies() -> None:
    status, out, err = perilune("catalog", "rules")
    assert (status, err) == (0, "")
    assert "wolf-2017" in out
    status, out, err = perilune("catalog", "rules", "wolf-2017")
    assert (status, err) == (0, "")
    assert "P.L. 115-31" in out
    status, out, err = perilune("catalog", "agencies")
    assert (status, err) == (0, "")
    assert {"roscosmos", "cnsa", "nasa", "esa", "jaxa", "isro", "csa", "uae", "global"} <= set(
        out.split()
    )


def test_what_the_page_on_rules_says_runs(tmp_path: Path) -> None:
    page = DOCS.read_text()
    (toml,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (python,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    book = with_text(tmp_path, toml)
    asked = activity("visit", "my-company cnsa", "2030-06-01")
    assert judge(asked, book=book).verdict == "unknown"
    said = io.StringIO()
    with redirect_stdout(said):
        exec(python, {})  # noqa: S102
    assert said.getvalue().startswith("needs_approval ('licence',)\n")
