"""What the catalogue's tables of treaties, countries, agencies and rules may hold."""

from __future__ import annotations

from collections.abc import Mapping

from perilune.catalog.figure import Figure
from perilune.catalog.shape_table import TEXT, Shape

ACTIVITIES = (
    "bilateral_cooperation",
    "multilateral_cooperation",
    "launch_services",
    "hardware_contribution",
    "data_exchange",
    "ground_support",
    "sample_access",
    "crew_exchange",
    "visit",
    "funding",
)
"""What partners do together."""

SETTINGS = ("bilateral", "multilateral")
"""Between two sides, or under an organization or agreement of more."""

CHARACTERS = ("government", "commercial")
"""Between agencies and organizations alone, or with a company among the partners."""

CONTROLS = (
    "none",
    "ear99",
    "ear",
    "ear_9a515",
    "itar",
    "dual_use",
    "military",
    "hydrazine",
    "mtcr_1",
    "mtcr_2",
)
"""Export-control classes of an item: `none` is on no list, `ear` on the Commerce Control List of
the United States (`ear_9a515` as spacecraft), `itar` on their Munitions List, `dual_use` and
`military` on the lists of another country, `mtcr_1` and `mtcr_2` in the missile regime's annex."""

EFFECTS = (
    "prohibits",
    "requires_certification",
    "requires_licence",
    "requires_agreement",
    "obliges",
    "permits",
)
"""What a rule does; `obliges` is a duty that neither bars an activity nor opens it."""

ROUTES = ("certification", "licence", "agreement", "waiver")
"""Ways on which an approval is given."""

TREATY_FORMS = ("treaty", "agreement", "principles", "regime", "union", "organization", "program")
AGENCY_FORMS = ("agency", "office", "institute", "company", "organization")

_NAMES = Figure("names")
_DATE = Figure("date")
_STATEMENT = Figure("statement")
_PROSE = {"title": TEXT, "note": TEXT}
_ACTIVITIES = Figure("names", words=ACTIVITIES)

_MEMBERSHIP = Shape(
    {"treaty": _STATEMENT, "since": _DATE, "until": _DATE, "note": TEXT}, ("treaty", "since")
)

POLICY_SHAPES: Mapping[str, Shape] = {
    "treaties": Shape(
        {**_PROSE, "form": Figure("statement", words=TREATY_FORMS), "since": _DATE},
        ("title", "form"),
    ),
    "countries": Shape(dict(_PROSE), ("title",), {"memberships": _MEMBERSHIP}),
    "agencies": Shape(
        {
            **_PROSE,
            "country": _STATEMENT,
            "form": Figure("statement", words=AGENCY_FORMS),
            "exports_under": _NAMES,
        },
        ("title", "form"),
        {"memberships": _MEMBERSHIP},
    ),
    "rules": Shape(
        {
            **_PROSE,
            "series": TEXT,
            "effect": Figure("statement", words=EFFECTS),
            "route": Figure("statement", words=ROUTES),
            "citation": _STATEMENT,
            "because": _STATEMENT,
            "lifted_by": _STATEMENT,
            "binds": _NAMES,
            "counterparts": _NAMES,
            "except_counterparts": _NAMES,
            "activities": _ACTIVITIES,
            "except_activities": _ACTIVITIES,
            "settings": Figure("names", words=SETTINGS),
            "character": Figure("statement", words=CHARACTERS),
            "frameworks": _NAMES,
            "programs": _NAMES,
            "except_programs": _NAMES,
            "classes": Figure("names", words=("any", *CONTROLS)),
            "since": _DATE,
            "until": _DATE,
            "uncertain_after": _DATE,
        },
        ("title", "effect", "binds", "since", "citation", "because"),
        needs_source=True,
    ),
}
"""Shapes of the entries by kind."""
