"""What plotly.js needs of a page: data as JSON, and the library's script.

The script is read from the plotly package without importing it (which takes long).
"""

from __future__ import annotations

import importlib.resources
import importlib.util
import json
from typing import Any

from perilune.errors import InputError


def script_json(value: Any) -> str:
    """Return JSON that is safe inside a `<script>` element."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def plotly_script() -> str:
    """Return the source of plotly.js, safe inside a `<script>` element.

    Raises
    ------
    InputError
        Where the plotly package is not installed whole.
    """
    spec = importlib.util.find_spec("plotly")
    if spec is None:
        raise InputError("the package 'plotly' is not installed: a report needs its script")
    package = importlib.resources.files(importlib.util.module_from_spec(spec))
    try:
        text = (package / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
    except OSError as error:
        raise InputError("the package 'plotly' lacks package_data/plotly.min.js") from error
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
