"""An activity with its partners looked up, and whether a rule's circumstances are met in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

from perilune.catalog.book import Catalog
from perilune.cooperation.activity import Activity, Item
from perilune.cooperation.partner import Partner, origin, partner, unions
from perilune.cooperation.rule import Rule
from perilune.errors import UnknownName

Doubts = tuple[str, ...]
"""Facts that are missing: a rule applies for sure where there is none."""


@dataclass(frozen=True, eq=False)
class Case:
    """An activity as the rules meet it.

    Attributes
    ----------
    setting : str or None
        None: not known.
    names : mapping
        For each partner, every name under which a rule may mean it on that day.
    origins : mapping
        For each item whose origin is known, where it comes from.
    unions : frozenset of str
    """

    activity: Activity
    partners: tuple[Partner, ...]
    setting: str | None
    unions: frozenset[str]
    names: dict[str, frozenset[str]] = field(repr=False)
    origins: dict[Item, Partner] = field(repr=False)

    @classmethod
    def of(cls, activity: Activity, book: Catalog) -> Case:
        """Look an activity's names up; raises UnknownName with the nearest name."""
        where = f"activity '{activity.name}'"
        if activity.framework is not None and activity.framework not in book.table("treaties"):
            known = book.table("treaties")
            raise UnknownName("framework", activity.framework, known, key=where)
        partners = tuple(partner(name, book, key=where) for name in activity.actors)
        items = [item for item in activity.items or () if item.origin is not None]
        return cls(
            activity,
            partners,
            activity.setting_among(len({each.side for each in partners})),
            unions(book),
            {each.name: each.names(activity.on) for each in partners},
            {item: origin(str(item.origin), book, key=where) for item in items},
        )

    @property
    def character(self) -> str:
        """`commercial` where a company takes part, else `government`."""
        return "commercial" if any(each.is_company for each in self.partners) else "government"

    def pairs(self) -> list[tuple[Partner, Partner]]:
        """Return the partners two by two, where they stand on different sides."""
        return [(a, b) for a, b in combinations(self.partners, 2) if a.side != b.side]

    def strangers(self) -> list[Partner]:
        """Return the partners that do not belong to the framework the activity is under."""
        framework = self.activity.framework
        if framework is None:
            return []
        return [each for each in self.partners if framework not in self.names[each.name]]

    def receivers(self, item: Item) -> list[Partner]:
        """Return the partners to whom an item of known origin is an export."""
        source = self.origins[item]
        names = source.names(self.activity.on)
        return [
            each
            for each in self.partners
            if each.side != source.side and not names & self.names[each.name] & self.unions
        ]

    def doubts(self, rule: Rule) -> Doubts | None:
        """Return what has to be known for a rule to apply here, partners and items apart.

        None says that it does not apply. A program that is not stated counts as none of those a
        rule names, except where the rule prohibits.
        """
        asked = self.activity
        if not rule.in_force(asked.on) or asked.kind in rule.except_activities:
            return None
        if rule.activities and asked.kind not in rule.activities:
            return None
        if rule.character not in (None, self.character) or asked.program in rule.except_programs:
            return None
        missing: list[str] = []
        if rule.uncertain_after is not None and asked.on > rule.uncertain_after:
            missing.append(f"whether it still stands on {asked.on}")
        framework = asked.framework if self.setting == "multilateral" else "none"
        for wanted, found, fact in (
            (rule.settings, self.setting, "whether it is bilateral or multilateral"),
            (rule.frameworks, framework, "under which framework it is multilateral"),
            (rule.programs, asked.program, "to which program it belongs"),
        ):
            if not wanted or found in wanted:
                continue
            if found is not None or (wanted is rule.programs and rule.effect != "prohibits"):
                return None
            missing.append(fact)
        return tuple(missing)
