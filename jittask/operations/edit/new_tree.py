"""Makes a small tree that works."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from jittask.operations.errors import Conflict, NotFound, OperationError
from jittask.zonedata import find_zone

_TEMPLATE = Path(__file__).parents[1] / "templates" / "init"


def make_tree(folder: Path, timezone: str) -> None:
    """Write a tree with two tasks and a model into a folder that is empty or missing.

    ``timezone`` is an IANA name. Raises NotFound for a zone that does not
    exist, Conflict for a folder that is not empty, OperationError where it
    cannot be written.
    """
    if find_zone(timezone) is None:
        raise NotFound(
            f"no time zone {timezone!r}", "name one with --timezone, such as Europe/Berlin"
        )
    try:
        if folder.exists() and any(folder.iterdir()):
            raise Conflict(f"{folder} is not empty", "name another folder")
        shutil.copytree(
            _TEMPLATE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
        manifest = folder / "app.json"
        data = json.loads(manifest.read_text(encoding="utf-8"))
        data["settings"]["timezone"] = timezone
        manifest.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise OperationError(f"{folder}: {error.strerror}") from error
