"""The JSON Schemas of a tree's files: where they are, and what they say (rule F10)."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
SCHEMA_FOLDER = next(
    folder for folder in (_HERE.parent / "schemas", _HERE.parents[1] / "schemas") if folder.is_dir()
)


@lru_cache
def schema(name: str) -> dict[str, Any]:
    """Return the schema of that name: app, task, service, model or database."""
    path = SCHEMA_FOLDER / f"{name}.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@lru_cache
def part_of(name: str, part: str | None) -> dict[str, Any]:
    """Return the part of a schema that is about one type, so that errors are too."""
    whole = schema(name)
    return whole if part is None else {**whole["$defs"][part], "$defs": whole["$defs"]}
