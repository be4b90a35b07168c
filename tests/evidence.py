"""What a validating test leaves behind for the page of evidence."""

from __future__ import annotations

from collections.abc import Callable

Recorder = Callable[[str, object], None]
"""Pytest's `record_property`."""


def evidence(
    record_property: Recorder,
    *,
    claim: str,
    reference: str,
    tolerance: str,
    achieved: str,
    headline: bool = False,
) -> None:
    """Record one row of `docs/validation.md`; a headline stands in the README too."""
    rows = {"claim": claim, "reference": reference, "tolerance": tolerance, "achieved": achieved}
    for name, text in rows.items():
        record_property(name, text)
    if headline:
        record_property("headline", "yes")
