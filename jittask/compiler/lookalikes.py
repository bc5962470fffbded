"""Folders at a tree's root that are probably meant as one of ours: ``task``, ``Tasks`` (rule F1).

A JitAi app has other top folders, which are none of our business. Only one with
an element of our kinds in it counts, and no folder is searched for long.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from jittask.model import ElementKind

_MEANT = {
    name: kind.value for kind in ElementKind for name in (kind.value, kind.value.removesuffix("s"))
}
_TYPE = re.compile(rf'"type"\s*:\s*"({"|".join(kind.value for kind in ElementKind)})\.')
_MOST_DEPTH = 4
_MOST_FOLDERS = 200
_MOST_CHARACTERS = 100_000


def kind_meant(name: str) -> str | None:
    """Return the kind whose folder a name is probably meant to be, or None."""
    return _MEANT.get(name.lower())


def misnamed_tops(root: str) -> dict[str, str]:
    """Return an ``e.json`` of our kinds for each top folder that is misnamed, by its name."""
    try:
        with os.scandir(root) as entries:
            names = sorted(entry.name for entry in entries)
    except OSError:
        return {}
    found: dict[str, str] = {}
    for name in names:
        kind = kind_meant(name)
        if kind is not None and kind != name:
            element = next(filter(_is_element, _e_json(f"{root}/{name}")), None)
            if element is not None:
                found[name] = os.path.relpath(element, root).replace(os.sep, "/")
    return found


def _e_json(folder: str) -> Iterator[str]:
    """Yield the ``e.json`` files of the first folders inside a folder."""
    depth = folder.count(os.sep)
    for visited, (path, folders, files) in enumerate(os.walk(folder)):
        if visited >= _MOST_FOLDERS:
            return
        folders.sort()
        if path.count(os.sep) - depth >= _MOST_DEPTH:
            folders.clear()
        if "e.json" in files:
            yield f"{path}/e.json"


def _is_element(file: str) -> bool:
    try:
        with Path(file).open(encoding="utf-8", errors="replace") as opened:
            return _TYPE.search(opened.read(_MOST_CHARACTERS)) is not None
    except OSError:
        return False
