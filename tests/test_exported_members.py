"""What `import perilune` offers: the names are a contract, and heavy parts load when used."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from importlib.metadata import version

import pytest

import perilune as pl

MEMBERS = [
    "Comparison",
    "DAY",
    "Environment",
    "Epoch",
    "Flight",
    "Forces",
    "Mission",
    "Oem",
    "PeriluneError",
    "RadiationPressure",
    "Reconstruction",
    "State",
    "StationResult",
    "Table",
    "Thrust",
    "Trajectory",
    "Windows",
    "__version__",
    "environment",
    "evaluate",
    "fly",
    "load",
    "propagate",
    "propagate_many",
    "read_oem",
    "reconstruct",
    "station",
    "study",
    "windows",
]
HEAVY = ("numpy", "scipy", "heyoka", "jplephem", "erfa", "pydantic", "typer", "rich", "plotly")


def test_the_exported_names_are_these() -> None:
    assert sorted(pl.__all__) == MEMBERS
    assert dir(pl) == sorted(dir(pl))
    assert set(dir(pl)) == set(MEMBERS)


@pytest.mark.parametrize("name", MEMBERS)
def test_every_exported_name_resolves(name: str) -> None:
    assert getattr(pl, name) is not None
    assert getattr(pl, name) == getattr(pl, name)


@pytest.mark.parametrize("name", [name for name in MEMBERS if name[0].isalpha() and name != "DAY"])
def test_every_exported_object_has_a_docstring(name: str) -> None:
    assert (getattr(pl, name).__doc__ or "").strip()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'flyy'"):
        _ = pl.flyy


def test_the_version_is_the_installed_one() -> None:
    assert pl.__version__ == version("perilune")
    assert import_module("perilune").__version__ == pl.__version__


def test_a_star_import_brings_the_exported_names() -> None:
    code = "from perilune import *; print(sorted(globals()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(f"'{name}'" in done.stdout for name in MEMBERS)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import sys, perilune; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
