"""Finds the elements of a tree: folders with an ``e.json`` (rule F1)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jittask.diagnostics import Diagnostic, Location, Severity
from jittask.model import ElementKind

COMMONS = "commons"
_IGNORED = frozenset({"__pycache__", ".jittask", ".git", "node_modules"})


@dataclass(frozen=True, slots=True)
class Found:
    """An element's folder."""

    name: str
    kind: ElementKind
    folder: str
    """Posix path relative to the tree."""


def discover(root: Path) -> tuple[list[Found], list[Diagnostic]]:
    """Return the elements by name, and what stands in the way of finding more."""
    found: list[Found] = []
    problems: list[Diagnostic] = []
    for kind in ElementKind:
        folders = _folders(root, kind.value, problems)
        found += [Found(folder.replace("/", "."), kind, folder) for folder in folders]
    problems += list(_clashes(found))
    return sorted(found, key=lambda one: one.name), problems


def own_files(root: Path, folder: str) -> list[str]:
    """Return the files of an element's folder; folders of other elements inside are not its own."""
    files: list[str] = []
    for place, folders, names in os.walk(root / folder):
        inside = Path(place)
        folders[:] = sorted(
            one for one in folders if one not in _IGNORED and not (inside / one / "e.json").exists()
        )
        files += [(inside / one).relative_to(root).as_posix() for one in names if _kept(one)]
    return sorted(files)


def _kept(name: str) -> bool:
    return not name.startswith(".") and not name.endswith((".pyc", "~", ".swp", ".tmp"))


def _folders(root: Path, kind: str, problems: list[Diagnostic]) -> Iterator[str]:
    seen: set[tuple[int, int]] = set()

    def unreadable(error: OSError) -> None:
        place = Path(str(error.filename)).relative_to(root).as_posix()
        problems.append(
            Diagnostic(
                "file-unreadable",
                Severity.ERROR,
                f"the folder cannot be read: {error.strerror}",
                Location(place),
            )
        )

    if not (root / kind).is_dir():
        return
    for place, folders, names in os.walk(root / kind, followlinks=True, onerror=unreadable):
        status = Path(place).stat()
        if (status.st_dev, status.st_ino) in seen:  # a link back up
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(one for one in folders if one not in _IGNORED and one[0] != ".")
        folder = Path(place).relative_to(root).as_posix()
        if "e.json" in names and folder != kind:
            yield folder


def _clashes(found: list[Found]) -> Iterator[Diagnostic]:
    by_lower: dict[str, str] = {}
    for one in found:
        other = by_lower.setdefault(one.name.lower(), one.name)
        if other != one.name:
            yield Diagnostic(
                "name-clash",
                Severity.ERROR,
                f"{one.name} and {other} differ only in case",
                Location(f"{one.folder}/e.json"),
                "rename one: some file systems cannot tell them apart",
                one.name,
            )
