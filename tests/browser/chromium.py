"""The browser that is installed here; where there is none, a loud skip, and a failure in CI."""

from __future__ import annotations

import os
import shutil

import pytest

from jittask.web import built_page

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def program() -> str:
    """Return the browser's program."""
    for name in _NAMES:
        found = shutil.which(name)
        if found is not None:
            return found
    return _missing(f"no browser is installed: none of {', '.join(_NAMES)} is in PATH")


def check_page() -> None:
    """Refuse to test a page that nobody has built."""
    if not (built_page.FOLDER / "index.html").is_file():
        _missing("the page is not built: make page")


def _missing(words: str) -> str:
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)
