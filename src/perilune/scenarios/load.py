"""Find, read and validate scenario files; every refusal is one clear message."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from perilune.errors import InputError, UnknownName, nearest
from perilune.missions.mission import Mission
from perilune.scenarios import schema
from perilune.scenarios.build import build
from perilune.scenarios.overlay import apply, parse


def bundled() -> dict[str, str]:
    """Return the bundled scenarios: title by name."""
    folder = files("perilune.scenarios") / "bundled"
    names = sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".toml"))
    return {name: str(tomllib.loads(_bundled_text(name)).get("title", "")) for name in names}


def _bundled_text(name: str) -> str:
    return (files("perilune.scenarios") / "bundled" / f"{name}.toml").read_text("utf-8")


def load(scenario: str | Path, *, overrides: Sequence[str] = ()) -> Mission:
    """Return the mission of a bundled scenario's name, or of a file.

    Parameters
    ----------
    scenario : str or Path
        `change-5`, or a path to a TOML file.
    overrides : sequence of str
        `path.to.key=value`, as `--set` takes them.

    Raises
    ------
    InputError
        Says file, key, what was found, what is expected, and the nearest valid name.
    """
    text, where = _read(str(scenario))
    return build(validate(text, where, overrides), where)


def validate(text: str, where: str, overrides: Sequence[str] = ()) -> schema.ScenarioFile:
    """Return the validated content of a scenario text; `where` names it in messages."""
    if not text.strip():
        raise InputError("the file is empty: expected a scenario (TOML)", file=where)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", file=where) from None
    for assignment in overrides:
        document = apply(document, *parse(assignment))
    try:
        return schema.ScenarioFile.model_validate(document)
    except ValidationError as error:
        raise _explain(error, document, where) from None


def _read(scenario: str) -> tuple[str, str]:
    """Return the text of a scenario and what to call it."""
    looks_like_path = "/" in scenario or "\\" in scenario or scenario.endswith(".toml")
    path = Path(scenario)
    if not looks_like_path and not path.is_file():
        known = [p.name[:-5] for p in (files("perilune.scenarios") / "bundled").iterdir()
                 if p.name.endswith(".toml")]  # fmt: skip
        if scenario not in known:
            raise UnknownName("scenario", scenario, known)
        return _bundled_text(scenario), scenario
    try:
        return path.read_text("utf-8"), scenario
    except FileNotFoundError:
        raise InputError("there is no such file", file=scenario) from None
    except UnicodeDecodeError:
        raise InputError("not a text file (expected TOML in UTF-8)", file=scenario) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=scenario) from None


def _explain(error: ValidationError, document: dict[str, Any], where: str) -> InputError:
    """Turn the first finding of pydantic into one message of ours."""
    first = error.errors(include_url=False)[0]
    key = _key(first["loc"], document)
    kind, found = first["type"], first.get("input")
    context = first.get("ctx", {})
    if kind == "extra_forbidden":
        known = _known_keys(first["loc"])
        near = nearest(str(first["loc"][-1]), known)
        hint = f" Did you mean '{near}'?" if near else ""
        problem = f"unknown key.{hint} Known: {', '.join(known)}"
    elif kind == "missing":
        problem = "this key is missing"
    elif kind in ("union_tag_invalid", "literal_error"):
        expected = str(context.get("expected_tags") or context.get("expected"))
        given = context.get("tag", found)
        near = nearest(
            str(given), [w.strip(" '") for w in expected.replace(" or ", ", ").split(",")]
        )
        hint = f" Did you mean '{near}'?" if near else ""
        problem = f"found {given!r}, expected one of {expected}.{hint}"
    elif kind == "union_tag_not_found":
        problem = "a phase needs its `kind`: launch, transfer, capture or orbit"
    elif kind == "value_error":
        problem = str(context.get("error", first["msg"]))
    else:
        problem = f"found {_short(found)}, {_expectation(first['msg'])}"
    return InputError(problem, file=where, key=key)


def _expectation(message: str) -> str:
    words = message.removeprefix("Input should be ").removeprefix("a valid ")
    return f"expected {words}" if words != message else message


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _key(location: tuple[int | str, ...], document: dict[str, Any]) -> str:
    """Return `phase[1] (transfer).flight_time_h` for a location in the document."""
    parts: list[str] = []
    here: Any = document
    for step in location:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
            label = next((str(here[k]) for k in ("kind", "name", "event")
                          if isinstance(here, dict) and k in here), "")  # fmt: skip
            parts[-1:] = [f"{parts[-1]}[{step}]" + (f" ({label})" if label else "")]
        elif isinstance(here, dict) and step in here:
            parts.append(step)
            here = here[step]
        elif step == location[-1]:
            parts.append(step)
    return ".".join(parts)


_MODELS: dict[str, type[BaseModel]] = {
    "spacecraft": schema.SpacecraftFile,
    "engines": schema.EngineFile,
    "launch": schema.LaunchFile,
    "transfer": schema.TransferFile,
    "passes_over": schema.PassesOver,
    "capture": schema.CaptureFile,
    "burns": schema.BurnFile,
    "orbit": schema.OrbitFile,
    "model": schema.ModelFile,
}


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are allowed beside an unknown one."""
    for step in reversed(location[:-1]):
        if step in _MODELS:
            return sorted(_MODELS[str(step)].model_fields)
    return ["schema", *sorted(f for f in schema.ScenarioFile.model_fields if f != "schema_")]
