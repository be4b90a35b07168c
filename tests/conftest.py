"""Fixtures and settings all test files share."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings

import perilune as pl

settings.register_profile("perilune", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("perilune")


class Shared(pl.Environment):
    """An environment that failing examples show by name: its caches are megabytes."""

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text("env")


KEPT: list[pl.Environment] = []
"""Alive to the end: an environment that is collected leaves its kernel open, which warns."""


@pytest.fixture(scope="session")
def env() -> pl.Environment:
    """Return the default environment, shared so that nothing is compiled twice."""
    KEPT.append(Shared(pl.environment().constants))
    return KEPT[-1]


@pytest.fixture(scope="session")
def gmat() -> pl.Environment:
    """Return the environment with GMAT's constants."""
    KEPT.append(pl.environment(constants="gmat"))
    return KEPT[-1]
