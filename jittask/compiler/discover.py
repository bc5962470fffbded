"""Finds the elements of a tree: folders with an ``e.json`` (rule F1)."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from dataclasses import dataclass

from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.diagnostics import Diagnostic, Location
from jittask.model import ElementKind

E_JSON = "e.json"


@dataclass(frozen=True, slots=True)
class Found:
    """An element's folder."""

    name: str
    kind: ElementKind
    folder: str
    """Posix path relative to the tree."""

    @property
    def file(self) -> str:
        """Its ``e.json``."""
        return f"{self.folder}/{E_JSON}"


def discover(files: Files) -> list[Found]:
    """Return the elements, by name."""
    found = [
        Found(folder.replace("/", "."), kind, folder)
        for kind in ElementKind
        for folder in _folders(files, kind.value)
    ]
    return sorted(found, key=lambda one: one.name)


def check_names(found: list[Found]) -> dict[str, Diagnostic]:
    """Return a finding for each name that Python cannot import, or that another one hides."""
    wrong: dict[str, Diagnostic] = {}
    by_lower: dict[str, str] = {}
    for one in found:
        findings = Findings(one.name)
        place = Location(one.file)
        other = by_lower.setdefault(one.name.lower(), one.name)
        for part in one.folder.split("/")[1:]:
            if not part.isidentifier():
                said = f"the folder name {part!r} is no Python name, so its code cannot be imported"
                findings.add("bad-name", place, said, "use letters, digits and _")
            elif keyword.iskeyword(part):
                said = f"{part!r} is a Python keyword, so its code cannot be imported"
                findings.add("bad-name", place, said, f"for example: {part.title()}Task")
        if other != one.name:
            said = f"{one.name} and {other} differ only in case"
            hint = "rename one: some file systems cannot tell them apart"
            findings.add("name-clash", place, said, hint)
        if findings.found:
            wrong[one.name] = findings.found[0]
    return wrong


def _folders(files: Files, folder: str) -> Iterator[str]:
    held = files.folders.get(folder)
    if held is None:
        return
    if E_JSON in held.files and "/" in folder:
        yield folder
    for name in held.folders:
        yield from _folders(files, f"{folder}/{name}")
