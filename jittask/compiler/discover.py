"""Finds the elements of a tree: folders with an ``e.json`` (rule F1)."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize

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
    by_folded: dict[str, str] = {}
    for one in found:
        findings = Findings(one.name)
        place = Location(one.file)
        for part in one.folder.split("/")[1:]:
            if not part.isidentifier():
                said = f"the folder name {part!r} is no Python name, so its code cannot be imported"
                findings.add("bad-name", place, said, "use letters, digits and _")
            elif keyword.iskeyword(part):
                said = f"{part!r} is a Python keyword, so its code cannot be imported"
                findings.add("bad-name", place, said, f"for example: {part.title()}Task")
        for folder in _with_those_above(one.folder):
            other = by_folded.setdefault(_folded(folder), folder)
            if other != folder and other.rpartition("/")[0] == folder.rpartition("/")[0]:
                by_folded[_folded(folder)] = folder  # told once, not by all that is inside
                hint = "rename one: macOS and Windows cannot tell them apart"
                findings.add("name-clash", place, _clash(folder, other), hint)
        if findings.found:
            wrong[one.name] = findings.found[0]
    return wrong


def check_places(files: Files, findings: Findings) -> None:
    """Tell of each ``e.json`` that makes no element where it stands."""
    for folder, held in files.folders.items():
        kind, _, inside = folder.partition("/")
        if kind not in {one.value for one in ElementKind}:
            continue
        place = Location(f"{folder}/{E_JSON}")
        if E_JSON in held.files and not inside:
            said = f"an e.json directly in {kind}/ is no element"
            findings.add("misplaced-e-json", place, said, f"move it to a folder: {kind}/<Name>/")
        if E_JSON in held.folders and E_JSON not in files.folders[place.file].files:
            said = "e.json is a folder here, and should be a file"
            findings.add("misplaced-e-json", place, said, "give the folder another name")


def _with_those_above(folder: str) -> Iterator[str]:
    """Yield ``tasks/a/B`` as ``tasks/a``, ``tasks/a/B``."""
    parts = folder.split("/")
    yield from ("/".join(parts[: length + 1]) for length in range(1, len(parts)))


def _folded(name: str) -> str:
    """Return the name as a file system that folds case and normalises sees it."""
    return normalize("NFC", normalize("NFC", name).lower())


def _clash(folder: str, other: str) -> str:
    first, second = (one.replace("/", ".") for one in (folder, other))
    if normalize("NFC", first) != normalize("NFC", second):
        return f"{first} and {second} differ only in case"
    return f"{first!a} and {second!a} differ only in Unicode normalisation"


def _folders(files: Files, folder: str) -> Iterator[str]:
    held = files.folders.get(folder)
    if held is None:
        return
    if E_JSON in held.files and "/" in folder:
        yield folder
    for name in held.folders:
        yield from _folders(files, f"{folder}/{name}")
