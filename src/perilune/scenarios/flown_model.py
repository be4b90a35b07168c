"""The force model of a reconstruction, with what `--set` changes in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from perilune.astro.environment import Environment, environment
from perilune.dynamics.forces import Forces
from perilune.phases.shot import Model
from perilune.scenarios.part import Part
from perilune.scenarios.schema import ModelFile
from perilune.scenarios.source import Source, validated

_NO_FILE = Source("bundled", "ephemeris")


class FlownFile(Part):
    """What a reconstruction may be told beside its ephemeris."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    model: ModelFile = ModelFile()


def flown_model(overrides: Sequence[str], where: str) -> tuple[Model, Environment]:
    """Return the forces of `fly`, and constants, with `model.KEY=value` overrides applied.

    Parameters
    ----------
    overrides : sequence of str
        `model.moon_field=[20, 20]`; the keys of a scenario's `[model]`.
    where : str
        The file that messages name.

    Raises
    ------
    InputError
        Where a key or a value cannot be used.
    """
    part = validated("schema = 1", where, overrides, FlownFile, _NO_FILE).model
    bodies = tuple(part.point_masses)
    earth, moon = ((size[0], size[1]) for size in (part.earth_field, part.moon_field))
    model = Model(
        earth=Forces(bodies, harmonics={"earth": earth}),
        moon=Forces(bodies, harmonics={"earth": (2, 0), "moon": moon}),
    )
    return model, environment(constants=part.constants)
