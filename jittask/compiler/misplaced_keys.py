"""Finds where a key belongs that is written at the wrong place, or known by another name (F10)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from jittask.compiler.json_spans import Pointer

_OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "holidays": ("timerCfg", "skipHoliday"),
    "skipHolidays": ("timerCfg", "skipHoliday"),
    "skipWeekends": ("timerCfg", "skipWeekend"),
    "schedule": ("timerCfg", "repeat", "cron"),
    "retries": ("policy", "retry", "max"),
    "maxRetries": ("policy", "retry", "max"),
    "max_retries": ("policy", "retry", "max"),
    "retryDelay": ("policy", "retry", "delaySeconds"),
    "timeout": ("policy", "timeoutSeconds"),
    "concurrency": ("policy", "maxConcurrent"),
    "jitter": ("policy", "jitterSeconds"),
}
"""What people who know other schedulers write for a key of a task."""
_WITHOUT_BEHAVIOUR = frozenset(
    {"backendBundleEntry", "description", "tags", "title", "type", "version"}
)
"""Keys that change nothing when they are not read."""


def place_of(key: str, written: Pointer, schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return where in a file a key belongs; None where that is not known, or is here.

    ``written``: the object that has the key; ``schema``: that of the file.
    """
    if key in _WITHOUT_BEHAVIOUR:
        return None
    other = _OTHER_NAMES.get(key)
    places = list(_places(schema, schema.get("$defs", {}), ()))
    if other is not None:
        return other if other in places else None
    found = [place for place in places if place[-1] == key and place[:-1] != written]
    return found[0] if len(found) == 1 else None


def written_there(place: tuple[str, ...], value: Any) -> str:
    """Return how a value is written at its place, as part of a JSON object."""
    text = json.dumps(value, ensure_ascii=False)
    for key in reversed(place[1:]):
        text = f'{{"{key}": {text}}}'
    return f'"{place[0]}": {text}'


def _places(
    node: Mapping[str, Any], definitions: Mapping[str, Any], above: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    while "$ref" in node:
        node = definitions[node["$ref"].rpartition("/")[2]]
    for key, value in node.get("properties", {}).items():
        yield (*above, key)
        yield from _places(value, definitions, (*above, key))
