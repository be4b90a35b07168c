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


@pytest.fixture(scope="session")
def env() -> pl.Environment:
    """Return the default environment, shared so that nothing is compiled twice."""
    return Shared(pl.environment().constants)


@pytest.fixture(scope="session")
def gmat() -> pl.Environment:
    """Return the environment with GMAT's constants."""
    return pl.environment(constants="gmat")
