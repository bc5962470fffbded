"""Which files a task's version consists of, and its digest (rule H4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jittask.compiler.discover import own_files
from jittask.compiler.python import Needs, needs, read_python
from jittask.diagnostics import Diagnostic
from jittask.model import AppSettings, Element, ElementKind, ModelInfo

_NO_NEEDS = Needs()


@dataclass(frozen=True, slots=True)
class Tree:
    """What closures are found in."""

    root: Path
    elements: Mapping[str, Element]
    models: Mapping[str, ModelInfo]


class Closures:
    """Finds closures; each file is parsed once, however many tasks need it."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._needs: dict[str, Needs] = {}
        self._files: dict[str, list[str]] = {}

    def of(self, elements: Iterable[str]) -> tuple[str, ...]:
        """Return the files of the elements, and of all that they need, sorted."""
        files: set[str] = set()
        seen: set[str] = set()
        waiting = list(elements)
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            for file in self._own(name):
                waiting += self._take(file, files)
            model = self._tree.models.get(name)
            if model is not None:
                waiting.append(model.database)
        return tuple(sorted(files))

    def _own(self, name: str) -> list[str]:
        element = self._element_of(name)
        if element is None:
            return []
        if element.name not in self._files:
            self._files[element.name] = own_files(self._tree.root, element.folder)
        return self._files[element.name]

    def _element_of(self, name: str) -> Element | None:
        """Return the element that a dotted name is, or is inside of."""
        while name and name not in self._tree.elements:
            name = name.rpartition(".")[0]
        return self._tree.elements.get(name)

    def _take(self, file: str, files: set[str]) -> list[str]:
        """Add a file and the ``commons`` modules that it needs; return the elements it needs."""
        if file in files:
            return []
        files.add(file)
        needed = self._needs_of(file)
        wanted = list(needed.elements)
        if needed.anything:
            wanted += [
                one.name
                for one in self._tree.elements.values()
                if one.kind in (ElementKind.SERVICE, ElementKind.MODEL)
            ]
        for module in needed.modules:
            for shared in self._module_files(module):
                wanted += self._take(shared, files)
        return wanted

    def _needs_of(self, file: str) -> Needs:
        if not file.endswith(".py"):
            return _NO_NEEDS
        if file not in self._needs:
            module = read_python(self._tree.root, file, "")
            self._needs[file] = _NO_NEEDS if isinstance(module, Diagnostic) else needs(module)
        return self._needs[file]

    def _module_files(self, module: str) -> list[str]:
        """Return the files of a module under ``commons``, and of the packages around it."""
        parts = module.split(".")
        found = []
        for length in range(1, len(parts) + 1):
            path = "/".join(parts[:length])
            found += [path + ".py", path + "/__init__.py"]
        return [one for one in found if (self._tree.root / one).is_file()]


def manifest(settings: AppSettings) -> dict[str, object]:
    """Return the ``app.json`` of a bundle: the settings that bear on what a task does."""
    inner: dict[str, object] = {"timezone": settings.timezone}
    if settings.calendar is not None:
        inner["calendar"] = settings.calendar
    if settings.default_database is not None:
        inner["defaultElement"] = {"defaultDatabase": settings.default_database}
    return {
        "appId": settings.app_id,
        "name": settings.name,
        "title": settings.title,
        "settings": inner,
    }


def digest(folder: Path, files: Iterable[str], settings: AppSettings) -> str:
    """Return the version: SHA-256 over the manifest, and each file's name and bytes.

    Raises OSError where a file cannot be read.
    """
    return _digest(lambda file: (folder / file).read_bytes(), files, settings)


def _digest(read: Callable[[str], bytes], files: Iterable[str], settings: AppSettings) -> str:
    whole = hashlib.sha256(json.dumps(manifest(settings), sort_keys=True).encode())
    for file in sorted(files):
        content = read(file)
        whole.update(f"\0{file}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def files_digest(root: Path, files: Iterable[str]) -> str:
    """Return SHA-256 over files' names and bytes; what vanishes meanwhile counts as empty."""
    whole = hashlib.sha256()
    for file in files:
        try:
            content = (root / file).read_bytes()
        except OSError:
            content = b""
        whole.update(f"\0{file}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()
