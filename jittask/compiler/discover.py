"""Finds the elements of a tree: folders with an ``e.json`` (rule F1)."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from unicodedata import normalize

from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.diagnostics import Diagnostic, Location
from jittask.model import ElementKind

E_JSON = "e.json"
_KIND_FOLDERS = frozenset(kind.value for kind in ElementKind)


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
    return in_order(found_in(folder) for folder in files.folders if is_element(files, folder))


def found_in(folder: str) -> Found:
    """Return the element of a folder."""
    return Found(folder.replace("/", "."), ElementKind(folder.partition("/")[0]), folder)


def is_element(files: Files, folder: str) -> bool:
    """Whether a folder is that of an element."""
    top, _, inside = folder.partition("/")
    held = files.folders.get(folder)
    return bool(inside) and top in _KIND_FOLDERS and held is not None and E_JSON in held.files


def in_order(found: Iterable[Found]) -> list[Found]:
    """Return elements by name; of those that share one, by folder."""
    return sorted(found, key=lambda element: (element.name, element.folder))


def name_group(folder: str) -> str:
    """Name the group of an element's folder: only names of one group can clash."""
    return _folded("/".join(folder.split("/", 2)[:2]))


def check_names(found: list[Found]) -> dict[str, Diagnostic]:
    """Return a finding, by folder, for each that Python cannot import or another one hides."""
    wrong: dict[str, Diagnostic] = {}
    by_folded: dict[str, str] = {}
    seen: set[str] = set()
    for element in found:
        findings = Findings(element.name)
        for folder in _with_those_above(element.folder):
            part = folder.rpartition("/")[2]
            if not part.isidentifier() or keyword.iskeyword(part):
                findings.add("bad-name", Location(element.file), *_no_name(part))
        for folder in _with_those_above(element.folder):
            if folder in seen:
                continue  # reported once, not for all that is inside
            seen.add(folder)
            other = by_folded.setdefault(_folded(folder), folder)
            if other != folder and other.rpartition("/")[0] == folder.rpartition("/")[0]:
                hint = "rename one: macOS and Windows cannot tell them apart"
                findings.add("name-clash", Location(element.file), _clash(folder, other), hint)
        if findings.found:
            wrong[element.folder] = findings.found[0]
    return wrong


def check_place(files: Files, folder: str, findings: Findings) -> None:
    """Report an ``e.json`` in this folder whose place makes it no element."""
    held = files.folders[folder]
    kind, _, inside = folder.partition("/")
    if kind not in _KIND_FOLDERS:
        return
    file = f"{folder}/{E_JSON}"
    if not inside and E_JSON in held.files:
        message = f"an e.json directly in {kind}/ is not an element"
        hint = f"move it to a folder: {kind}/<Name>/"
        findings.add("misplaced-e-json", Location(file), message, hint)
    if E_JSON in held.folders and E_JSON not in files.folders[file].files:
        message = "e.json is a folder here, and should be a file"
        hint = "give the folder another name"
        findings.add("misplaced-e-json", Location(file), message, hint)


def _no_name(part: str) -> tuple[str, str]:
    """Return why Python cannot import a name, and what to do."""
    if keyword.iskeyword(part):
        message = f"{part!r} is a Python keyword, so its code cannot be imported"
        return message, f"for example: {part.title()}Task"
    message = f"the folder name {part!r} is not a Python name, so its code cannot be imported"
    return message, "use letters, digits and _"


def _with_those_above(folder: str) -> Iterator[str]:
    """Yield ``tasks/a/B`` as ``tasks/a``, ``tasks/a/B``."""
    slash = folder.find("/")
    while (slash := folder.find("/", slash + 1)) > 0:
        yield folder[:slash]
    yield folder


def _folded(name: str) -> str:
    """Return the name as a file system that folds case and normalises sees it."""
    if name.isascii():
        return name.lower()
    return normalize("NFC", normalize("NFC", name).lower())


def _clash(folder: str, other: str) -> str:
    first, second = (path.replace("/", ".") for path in (folder, other))
    if normalize("NFC", first) != normalize("NFC", second):
        return f"{first} and {second} differ only in case"
    return f"{first!a} and {second!a} differ only in Unicode normalisation"
