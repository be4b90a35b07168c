"""Reading a TOML file that a user wrote: every way it can fail is one message that names it."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from perilune.errors import InputError, nearest


def read_text(path: Path, name: str, what: str, *, largest: int) -> str:
    """Return the text of a file.

    Parameters
    ----------
    path : Path
    name, what : str
        What messages call it, and what it should be.
    largest : int
        Bytes it may have: a slip (a device, a trajectory) is refused, not read.

    Raises
    ------
    InputError
        Where it cannot be read, is too large or is no text; carries the name.
    """
    expected = f"expected a {what} (TOML file)"
    try:
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
        if len(content) > largest:
            limit = f"{largest // 10**6} MB"
            raise InputError(f"larger than {limit}: expected a {what} (TOML)", file=name)
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"there is no such file.{nearest_file(path)}", file=name) from None
    except IsADirectoryError:
        raise InputError(f"is a folder: {expected}", file=name) from None
    except UnicodeDecodeError:
        raise InputError("not a text file: expected TOML in UTF-8", file=name) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=name) from None
    except ValueError:  # a null character in the name
        raise InputError(f"cannot be read: {expected}", file=repr(name)) from None


def parse(text: str, name: str, what: str) -> dict[str, Any]:
    """Return the content of a TOML text; raises InputError as `read_text` does."""
    if not text.strip():
        raise InputError(f"the file is empty: expected a {what} (TOML)", file=name)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InputError(f"not a {what}: nested too deeply", file=name) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", file=name) from None
    except ValueError:
        problem = f"not a {what}: a number of thousands of digits"
        raise InputError(problem, file=name) from None


def nearest_file(path: Path) -> str:
    """Return a hint at the TOML file beside a path that is named most like it, or nothing."""
    with suppress(OSError):
        names = [entry.name for entry in path.parent.iterdir() if entry.name.endswith(".toml")]
        near = nearest(path.name, names)
        return f" Did you mean '{path.parent / near}'?" if near else ""
    return ""
