"""A real browser for the tests of pages: no network, and no error in its console."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

SIZES = {"desktop": (1280, 900), "phone": (390, 844), "print": (794, 1123)}
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str | None:
    """Return the path of the browser: of PERILUNE_CHROMIUM, or the first one found."""
    found = os.environ.get("PERILUNE_CHROMIUM")
    return found or next((path for name in _NAMES if (path := shutil.which(name))), None)


needs_browser = pytest.mark.skipif(
    chromium() is None, reason="no Chromium: install it, or name it in PERILUNE_CHROMIUM"
)


@contextmanager
def opened(page: Path, size: str = "desktop", *, dark: bool = False) -> Iterator[Page]:
    """Open a page; at the end it has asked for nothing else and has logged no error.

    Parameters
    ----------
    page : Path
        An HTML file.
    size : str
        `desktop`, `phone` or `print` (A4, and the rules of its style for paper).
    dark : bool
        Whether the reader prefers a dark page.
    """
    troubles: list[str] = []
    width, height = SIZES[size]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        view = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            is_mobile=size == "phone",
            has_touch=size == "phone",
        )
        if size == "print":
            view.emulate_media(media="print")
        view.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
        view.on("pageerror", lambda error: troubles.append(str(error)))
        view.on("request", lambda r: troubles.append(r.url) if _is_foreign(r.url) else None)
        view.goto(page.resolve().as_uri())
        yield view
        browser.close()
    assert not troubles


def _is_foreign(url: str) -> bool:
    return not url.startswith(("file:", "data:", "blob:"))
