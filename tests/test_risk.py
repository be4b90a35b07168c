"""Risk of a chain: records with sources, exact moments, intervals against sampling."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perilune.catalog.book import catalog
from perilune.catalog.entry import CONFIDENCES
from perilune.cooperation.candidate_file import ROLES, CandidateFile
from perilune.cooperation.flight_record import FlightRecord, flight_record, flight_records, steps
from perilune.cooperation.risk import JEFFREYS, LAPLACE, Element, chain_risk, mission_elements
from perilune.errors import InputError, UnknownName

IN_2017 = date(2017, 6, 16)
KEYS = sorted({(r.kind, r.subject) for r in flight_records()})


def chain(*keys: tuple[str, str]) -> list[Element]:
    return [Element(f"{kind} of {subject}", kind, subject) for kind, subject in keys]


SAMPLES = chain(
    ("launch", "cz-5"),
    ("lunar_orbit_insertion", "cn"),
    ("lunar_landing", "cn"),
    ("lunar_ascent", "cn"),
    ("lunar_docking", "cn"),
    ("earth_return", "cn"),
)


# ---- the records


@pytest.mark.parametrize("record", flight_records(), ids=lambda r: f"{r.kind}-{r.subject}-{r.by}")
def test_a_record_counts_and_says_where_from(record: FlightRecord) -> None:
    assert 0 <= record.successes_n <= record.flights_n
    assert record.source.strip()
    assert record.confidence in CONFIDENCES


@pytest.mark.parametrize(("kind", "subject"), KEYS)
def test_a_record_only_grows(kind: str, subject: str) -> None:
    rows = [r for r in flight_records() if (r.kind, r.subject) == (kind, subject)]
    dates = [r.by for r in rows]
    assert dates == sorted(set(dates))
    for before, after in pairwise(rows):
        lost = before.flights_n - before.successes_n
        assert before.successes_n <= after.successes_n
        assert lost <= after.flights_n - after.successes_n


def test_subjects_are_of_the_catalogue() -> None:
    book = catalog()
    known = {
        "launch": {*book.table("vehicles"), "first-flight"},
        "upper_stage": set(book.table("upper_stages")),
    }
    countries = {str(e.figures.get("country")) for e in book.table("agencies").values()}
    for record in flight_records():
        assert record.subject in known.get(record.kind, countries)
    for role in ROLES:
        assert set(steps(role)) <= {kind for kind, _ in KEYS}


def test_what_was_known_on_a_day() -> None:
    assert flight_record("launch", "cz-5", IN_2017).flights_n == 1
    assert flight_record("launch", "cz-5", date(2017, 7, 3)).successes_n == 1
    assert flight_record("launch", "cz-5").flights_n == 8
    assert flight_record("lunar_landing", "ru", IN_2017).by.year == 1976
    assert flight_record("lunar_landing", "ru").basis == "class rate of the country"


def test_what_stands_in_where_nothing_is_on_record() -> None:
    assert flight_record("launch", "cz-8", IN_2017).basis == "first flights of vehicles"
    assert flight_record("launch", "angara-a5v").basis == "first flights of vehicles"
    assert flight_record("launch", "soyuz-2-1a", IN_2017).basis == "known later"
    assert flight_record("lunar_ascent", "cn", IN_2017).basis == "all countries"
    pooled = flight_record("lunar_landing", "esa")
    latest = [flight_record("lunar_landing", c) for c in ("cn", "ru", "us", "in", "jp")]
    assert pooled.flights_n == sum(r.flights_n for r in latest)
    assert flight_record("relay_service", "ru", IN_2017).basis == "known later"
    with pytest.raises(UnknownName, match="flight record"):
        flight_record("lunar_hop", "ru")


# ---- the chain


@pytest.mark.parametrize("prior", [JEFFREYS, LAPLACE])
def test_one_link_is_its_own_posterior(prior: float) -> None:
    found = chain_risk(chain(("launch", "soyuz-2-1b")), prior=prior)
    exact = stats.beta(65 + prior, 2 + prior)
    assert found.probability == pytest.approx(exact.mean())
    assert (found.low, found.high) == pytest.approx((exact.ppf(0.1), exact.ppf(0.9)))
    if prior == LAPLACE:
        assert found.probability == pytest.approx(66 / 69)


@pytest.mark.parametrize("elements", [SAMPLES, SAMPLES[:1] * 3, [*SAMPLES, *SAMPLES[2:3]]])
def cross_interval_and_mean_are_those_of_sampling(elements: Sequence[Element]) -> None:
    rng, keys = np.random.default_rng(7), {(e.kind, e.subject) for e in elements}
    draws = {}
    for kind, subject in sorted(keys):
        r = flight_record(kind, subject)
        draws[kind, subject] = rng.beta(
            r.successes_n + 0.5, r.flights_n - r.successes_n + 0.5, 400_000
        )
    product = np.prod([draws[e.kind, e.subject] for e in elements], axis=0)
    found = chain_risk(elements)
    assert found.probability == pytest.approx(product.mean(), abs=0.002)
    low, high = np.quantile(product, [0.1, 0.9])
    assert found.low == pytest.approx(low, abs=0.02)  # a beta of the same two moments
    assert found.high == pytest.approx(high, abs=0.02)


@given(st.lists(st.sampled_from(KEYS), min_size=1, max_size=8), st.sampled_from(KEYS))
def prop_a_longer_chain_is_weaker(keys: list[tuple[str, str]], more: tuple[str, str]) -> None:
    short, long = chain_risk(chain(*keys)), chain_risk(chain(*keys, more))
    assert 0.0 < long.probability < short.probability <= 1.0
    assert short.low <= short.probability <= short.high
    assert short.probability <= short.weakest.probability + 1e-12
    assert short.probability == pytest.approx(chain_risk(chain(*keys[::-1])).probability)


def test_two_flights_of_one_vehicle_share_its_unknown() -> None:
    """Where a vehicle may be bad at all, two good flights go together."""
    one = chain_risk(chain(("launch", "cz-5")))
    two = chain_risk(chain(("launch", "cz-5"), ("launch", "cz-5")))
    assert two.probability > one.probability**2


def test_a_stated_reliability_is_taken_as_it_stands() -> None:
    alone = chain_risk(chain(("launch", "cz-5")))
    stated = Element("lander", "lunar_landing", "ru", stated=0.8)
    both = chain_risk([*chain(("launch", "cz-5")), stated])
    assert both.probability == pytest.approx(0.8 * alone.probability)
    assert (both.low, both.high) == pytest.approx((0.8 * alone.low, 0.8 * alone.high), abs=0.02)
    assert both.weakest.basis == "stated"
    assert chain_risk([stated]).low == chain_risk([stated]).high == 0.8


def test_the_weakest_link_of_a_russian_landing_is_the_landing() -> None:
    elements = chain(
        ("launch", "soyuz-2-1b"), ("lunar_orbit_insertion", "ru"), ("lunar_landing", "ru")
    )
    found = chain_risk(elements, as_of=IN_2017)
    assert found.weakest.kind == "lunar_landing"
    assert 0.4 < found.probability < 0.55
    assert "(7 of 13)" in found.text()
    assert json.loads(json.dumps(found.to_json()))["weakest"]["successes_n"] == 7


def candidate(name: str, role: str, provider: str, **more: object) -> CandidateFile:
    return CandidateFile.model_validate(
        {"name": name, "role": role, "provider": provider, "confidence": "assumed", **more}
    )


def test_a_missions_links_follow_from_its_roles() -> None:
    launcher = candidate("long-march", "launcher", "cnsa")
    orbiter = candidate("mother", "orbiter", "cnsa")
    lander = candidate("luna", "lander", "roscosmos", reliability=0.7)
    stage = candidate("fregat", "upper_stage", "roscosmos")
    camera = candidate("camera", "instrument", "esa")
    found = mission_elements("joint", [launcher, orbiter, lander, camera], vehicle="cz-5")
    assert [(e.kind, e.subject, e.stated) for e in found] == [
        ("launch", "cz-5", None),
        ("lunar_orbit_insertion", "cn", None),
        ("lunar_landing", "ru", 0.7),
    ]
    assert found[2].partner == "roscosmos"
    with_stage = mission_elements("joint", [launcher, stage], vehicle="cz-5")
    assert [e.kind for e in with_stage] == ["launch", "upper_stage"]
    own = candidate("soyuz", "launcher", "roscosmos")
    assert [e.kind for e in mission_elements("m", [own, stage], vehicle="soyuz-2-1b")] == ["launch"]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: chain_risk([]), "found no links"),
        (lambda: chain_risk(SAMPLES, prior=0.0), "expected > 0"),
        (lambda: chain_risk(SAMPLES, level=1.0), "0 to 1"),
        (lambda: chain_risk([Element("x", "launch", "cz-5", stated=1.2)]), "expected 0 to 1"),
    ],
)
def test_misuse_says_what_is_wrong(call: Callable[[], object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        call()
