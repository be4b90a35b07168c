"""The rules engine: what law and policy say of an activity on its day. Not legal advice.

Model limits: rules are summaries, read word by word in their figures and not in their text; every
item is taken to reach every partner; control lists are not held: a class is what the user states;
what partners do two by two inside a multilateral activity is not looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from perilune.catalog.book import Catalog, catalog
from perilune.catalog.shape_policy import ROUTES
from perilune.cooperation.activity import Activity, Item
from perilune.cooperation.case import Case, Doubts
from perilune.cooperation.partner import Partner
from perilune.cooperation.rule import Rule, rules_of
from perilune.cooperation.verdict import Reason, Verdict
from perilune.errors import InputError, UnknownName

_COUNSEL = "counsel, or a rule with its source in a catalogue file"
_SHOWN = 6
"""Pairs named in a reason before the rest is counted."""


def judge(
    activity: Activity,
    *,
    book: Catalog | None = None,
    closed_routes: Collection[str] = (),
    granted: Collection[str] = (),
) -> Verdict:
    """Judge an activity by the rules in force on its day.

    Effects stack: the strictest is the verdict, all are listed. A prohibition with a route
    (certification, licence, agreement, waiver) is `needs_approval`, without one `forbidden`.
    What no rule covers, and what hangs on a fact that is not stated, is `unknown`.

    Parameters
    ----------
    activity : Activity
    book : Catalog, optional
        Agencies and rules; the bundled ones by default.
    closed_routes : collection of str
        Routes declared not to be had, of `ROUTES`: what needs them is forbidden.
    granted : collection of str
        Rules by name whose approval is in hand.

    Returns
    -------
    Verdict

    Raises
    ------
    UnknownName
        A partner, country, treaty, route or rule that the catalogue has not: names the nearest.
    InputError
        Where the activity contradicts itself.
    """
    return judge_all((activity,), book=book, closed_routes=closed_routes, granted=granted)


def judge_all(
    activities: Iterable[Activity],
    *,
    book: Catalog | None = None,
    closed_routes: Collection[str] = (),
    granted: Collection[str] = (),
) -> Verdict:
    """Judge several activities together, as a variant of cooperation is; see `judge`."""
    asked = tuple(activities)
    bench = _Bench(book or catalog(), closed_routes, granted)
    reasons = [reason for each in asked for reason in bench.hear(each)]
    if not asked:
        reasons = [_nothing_shared("")]
    return Verdict.of(reasons, max((each.on for each in asked), default=None))


@dataclass(frozen=True)
class _Finding:
    """A rule that speaks, about whom or what, and what it would have to know."""

    rule: Rule
    about: tuple[str, ...]
    doubts: Doubts


class _Bench:
    """The rules of a catalogue, the routes closed, and the approvals in hand."""

    def __init__(
        self, book: Catalog, closed_routes: Collection[str], granted: Collection[str]
    ) -> None:
        self.book, self.rules = book, rules_of(book)
        for route in closed_routes:
            if route not in ROUTES:
                raise UnknownName("route", route, ROUTES)
        by_name = {rule.name: rule for rule in self.rules}
        for name in granted:
            if name not in by_name:
                raise UnknownName("rule", name, by_name)
            if by_name[name].needs is None:
                raise InputError(f"rule '{name}' knows no approval that could be granted")
        self.closed_routes, self.granted = frozenset(closed_routes), frozenset(granted)

    def hear(self, activity: Activity) -> list[Reason]:
        """Return the reasons for and against one activity."""
        case = Case.of(activity, self.book)
        live = [(rule, doubts) for rule in self.rules if (doubts := case.doubts(rule)) is not None]
        # A permission or a duty that hangs on a fact not stated is none.
        sure = [(r, d) for r, d in live if not d or r.effect not in ("permits", "obliges")]
        partners = [(rule, doubts) for rule, doubts in sure if not rule.classes]
        items = [(rule, doubts) for rule, doubts in sure if rule.classes]
        gaps, findings = _between_partners(case, partners)
        for item in activity.items or ():
            more_gaps, more_findings = _of_item(case, item, items)
            gaps, findings = [*gaps, *more_gaps], [*findings, *more_findings]
        gaps += [
            f"how {each.name} comes under {activity.framework}: it is no member"
            for each in case.strangers()
        ]
        if activity.lacks_items:
            gaps.append("what changes hands, where it comes from and its export-control class")
        reasons = [_unknown(gap, activity.name) for gap in gaps]
        reasons += [self._reason(each, activity.name) for each in _merged(findings)]
        if all(reason.effect == "obliges" for reason in reasons):
            reasons.append(_nothing_shared(activity.name))
        return reasons

    def _reason(self, found: _Finding, activity: str) -> Reason:
        rule = found.rule
        because = f"{_counted(found.about)}: {rule.because}"
        if found.doubts:
            because += f"; may apply, not known is {' and '.join(found.doubts)}"
        elif rule.name in self.granted:
            because += "; its approval is in hand"
        return Reason(
            rule.name,
            rule.effect,
            self._grade(rule, found.doubts),
            because,
            rule.lifted_by or "nothing that the catalogue knows",
            rule.source,
            rule.citation,
            rule.confidence,
            rule.needs,
            activity,
        )

    def _grade(self, rule: Rule, doubts: Doubts) -> str:
        """Return what a rule alone makes of an activity."""
        if rule.effect in ("permits", "obliges") or rule.name in self.granted:
            return "permitted"
        if doubts:
            return "unknown"
        closed = rule.needs is None or rule.needs in self.closed_routes
        return "forbidden" if closed else "needs_approval"


_Live = Sequence[tuple[Rule, Doubts]]


def _between_partners(case: Case, live: _Live) -> tuple[list[str], list[_Finding]]:
    """Return what the rules on partners find, and the pairs that none of them covers."""
    findings = [
        _Finding(rule, (each.name,), doubts)
        for rule, doubts in live
        if rule.effect == "obliges" and not rule.counterparts
        for each in case.partners
        if rule.binds & case.names[each.name]
    ]
    gaps = []
    for one, other in case.pairs():
        found = [
            _Finding(rule, (f"{a.name} with {b.name}",), doubts)
            for rule, doubts in live
            if rule.effect != "obliges" or rule.counterparts
            for a, b in _first_bound(rule, one, other, case)
        ]
        findings += found
        if all(each.rule.effect == "obliges" for each in found):
            gaps.append(f"what law {one.name} with {other.name} is under: no rule covers them")
    return gaps, findings


def _first_bound(
    rule: Rule, one: Partner, other: Partner, case: Case
) -> list[tuple[Partner, Partner]]:
    """Return a pair with the side that a rule binds first; once where it binds both."""
    for a, b in ((one, other), (other, one)):
        if rule.reaches(case.names[a.name], case.names[b.name]):
            return [(a, b)]
    return []


def _of_item(case: Case, item: Item, live: _Live) -> tuple[list[str], list[_Finding]]:
    """Return what export control finds of an item, and what is not known about it."""
    if item.origin is None:
        return [f"where '{item.name}' comes from"], []
    bound = case.origins[item].names(case.activity.on)
    gaps, findings = [], []
    for receiver in case.receivers(item):
        to = f"'{item.name}' ({item.origin}) to {receiver.name}"
        fitting = [
            (rule, doubts)
            for rule, doubts in live
            if rule.reaches(bound, case.names[receiver.name])
        ]
        classes = {"any", *(item.classes or ())}
        met = [(rule, doubts) for rule, doubts in fitting if rule.classes & classes]
        findings += [_Finding(rule, (to,), doubts) for rule, doubts in met]
        if item.classes is None:
            might = [rule.name for rule, _ in fitting if "any" not in rule.classes]
            meant = f" ({', '.join(might)} may apply)" if might else ""
            gaps.append(f"the export-control class of {to}{meant}")
        gaps += [
            f"what export law {to} is under as {each}: no rule covers it"
            for each in item.controlled
            if not any(each in rule.classes for rule, _ in met)
        ]
    return gaps, findings


def _merged(findings: Iterable[_Finding]) -> list[_Finding]:
    """Return one finding for each rule, about all that it speaks of."""
    found: dict[str, _Finding] = {}
    for each in findings:
        before = found.get(each.rule.name)
        about = each.about if before is None else (*before.about, *each.about)
        found[each.rule.name] = _Finding(each.rule, tuple(dict.fromkeys(about)), each.doubts)
    return list(found.values())


def _counted(about: Sequence[str]) -> str:
    """Return what a reason is about, the first ones by name."""
    rest = len(about) - _SHOWN
    return ", ".join(about[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _unknown(fact: str, activity: str) -> Reason:
    because = f"not known is {fact}: needs counsel"
    return Reason(None, "unknown", "unknown", because, _COUNSEL, activity=activity)


def _nothing_shared(activity: str) -> Reason:
    because = "partners of one side only, and nothing of another's: no rule on cooperation applies"
    return Reason(None, "permits", "permitted", because, "nothing to lift", activity=activity)
