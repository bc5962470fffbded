"""Makes a small tree that works."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from jittask.operations.errors import Conflict, NotFound, OperationError
from jittask.zonedata import find_zone

_TEMPLATE = Path(__file__).parents[1] / "templates" / "init"
_OF_GIT = frozenset({".git", ".gitignore", ".gitattributes"})
"""What a new repository may have, and is empty all the same."""
_IGNORED = (".jittask/", "__pycache__/", "*.pyc", ".env", "data/*.db", "data/*.db-*")
"""What runs and Python leave in a tree, and secrets: nothing for git."""


def make_tree(folder: Path, timezone: str) -> tuple[str, ...]:
    """Write a tree with two tasks and a model into a folder that is empty or missing.

    Returns the lines that were added to a ``.gitignore`` that was there before.
    ``timezone`` is an IANA name. Raises NotFound for a zone that does not
    exist, Conflict for a folder that is not empty, OperationError where it
    cannot be written.
    """
    if find_zone(timezone) is None:
        raise NotFound(
            f"no time zone {timezone!r}", "name one with --timezone, such as Europe/Berlin"
        )
    try:
        if folder.exists() and {path.name for path in folder.iterdir()} - _OF_GIT:
            raise Conflict(f"{folder} is not empty", "name another folder")
        shutil.copytree(
            _TEMPLATE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
        manifest = folder / "app.json"
        data = json.loads(manifest.read_text(encoding="utf-8"))
        data["settings"]["timezone"] = timezone
        manifest.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
        return _write_gitignore(folder / ".gitignore")
    except OSError as error:
        raise OperationError(f"{folder}: {error.strerror}") from error


def _write_gitignore(file: Path) -> tuple[str, ...]:
    """Write the file; append what one that is there lacks, and return that."""
    there = file.read_text(encoding="utf-8", errors="replace") if file.exists() else None
    lines = (there or "").splitlines()
    missing = tuple(line for line in _IGNORED if line not in lines)
    if missing:
        gap = "\n" if there and not there.endswith("\n") else ""
        with file.open("a", encoding="utf-8") as opened:
            opened.write(gap + "".join(f"{line}\n" for line in missing))
    return missing if there is not None else ()
