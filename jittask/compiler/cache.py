"""The folder ``.jittask/cache`` of a tree: what is kept there may be deleted at any time (F2).

A tree from a stranger may bring its ``.jittask`` along, so no link in it is
followed, nothing but a plain file is opened, and nothing that is read can run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import stat
import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

from jittask.compiler.schemas import SCHEMA_FOLDER
from jittask.diagnostics import Diagnostic, Location, Severity
from jittask.state_folder import is_among_elements, state_folder
from jittask.version import __version__

_PACKAGES = ("compiler", "model", "schedule", "query")
_LIBRARIES = ("holidays", "cronsim", "dateutil", "jsonschema_rs", "jsonschema", "tzdata")


class CacheFolder:
    """The files of one tree's cache."""

    def __init__(self, root: Path) -> None:
        self._folder = state_folder(root) / "cache"
        self._is_refused = is_among_elements(root)
        self.began = self._touched()
        """The file system's time now, in nanoseconds; 0 where nothing can be written."""

    def open(self, name: str) -> TextIO:
        """Open a file of the cache. Raises OSError; ValueError where it is no plain file."""
        file = self._folder / name
        if not stat.S_ISREG(file.lstat().st_mode):
            raise ValueError(f"{file} is not a plain file")
        return file.open(encoding="utf-8")

    def write(self, name: str, lines: Iterable[str]) -> None:
        """Write a file of the cache, whole or not at all. Raises OSError."""
        draft = self._folder / f"{name}.draft"
        draft.unlink(missing_ok=True)
        with draft.open("x", encoding="utf-8") as made:
            made.writelines(f"{line}\n" for line in lines)
        draft.replace(self._folder / name)

    def _touched(self) -> int:
        try:
            if self._is_refused or self._folder.resolve() != self._folder:
                return 0
            self._folder.mkdir(parents=True, exist_ok=True)
            if not os.path.lexists(self._folder.parent / ".gitignore"):
                _write_new(self._folder.parent / ".gitignore", "*\n")
            touched = self._folder / "began"
            _write_new(touched, "")
            return touched.stat().st_mtime_ns
        except OSError:
            return 0


def _write_new(file: Path, text: str) -> None:
    """Write a new file in the place of an old one; raises OSError."""
    file.unlink(missing_ok=True)
    with file.open("x", encoding="utf-8") as made:
        made.write(text)


@lru_cache
def stamp() -> str:
    """Name what a verdict depends on besides the tree: JitTask, and what it checks with."""
    here = Path(__file__).parents[1]
    files = [*here.glob("*.py"), *SCHEMA_FOLDER.glob("*.json")]
    files += [file for package in _PACKAGES for file in (here / package).glob("*.py")]
    parts = [__version__, sys.version]
    parts += [str(file.stat().st_mtime_ns) for file in sorted(files)]
    for name in _LIBRARIES:
        found = importlib.util.find_spec(name)
        if found is not None and found.origin is not None:
            parts.append(f"{found.origin} {Path(found.origin).stat().st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def diagnostic(data: dict[str, Any]) -> Diagnostic:
    """Return what ``dataclasses.asdict`` has made of a diagnostic. Raises KeyError, TypeError."""
    place, severity = Location(**data.pop("location")), Severity(data.pop("severity"))
    return Diagnostic(location=place, severity=severity, **data)
