"""What an element needs: the dependency graph, and the versions that follow (rules H2, H4).

An element needs the elements that its Python files name in ``app.getElement``
or import, the modules of ``commons`` that they import, and, for a model, its
database. A task's version is the digest of all that it needs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Protocol

from jittask.compiler.commons import Commons
from jittask.compiler.dependencies import NO_DEPENDENCIES, Dependencies
from jittask.compiler.files import COMMONS, Files
from jittask.model import ModelInfo


class Known(Protocol):
    """The elements of a tree, as a graph asks for them."""

    def folder_of(self, name: str) -> str | None:
        """Return the folder of an element; None where there is none of that name."""

    def dependencies_of(self, name: str) -> Dependencies:
        """Return what an element's own Python files need."""

    def found_by_code(self) -> Collection[str]:
        """Return the elements that code can reach by a name that it computes."""


class Graph:
    """Finds what elements need, by name."""

    def __init__(
        self,
        files: Files,
        elements: Known,
        models: Mapping[str, ModelInfo],
        commons: Commons,
    ) -> None:
        self._files = files
        self._elements = elements
        self._models = models
        self._commons = commons
        self._closures: dict[str, frozenset[str]] = {}
        self._checked: set[str] = set()
        """The elements all of whose files can be read."""

    @cached_property
    def _anything(self) -> Collection[str]:
        """The elements that code can reach by a name that it computes."""
        return self._elements.found_by_code()

    def version(
        self, name: str, dependencies: Dependencies, further: Iterable[str], manifest: str
    ) -> tuple[str, tuple[str, ...]]:
        """Return a task's version, and its files, sorted; ``further`` elements it needs too.

        ``manifest``: see ``bundle_manifest.py``.
        Raises OSError where a file cannot be read.
        """
        found = set(self._own(name))
        for other in (*self._elements_of(dependencies, found), *further):
            if other != name:
                found |= self.closure(other)
        bundle = tuple(sorted(found))
        digest = self._files.digest
        return _version([(file, digest(file)) for file in bundle], manifest), bundle

    def check(self, name: str, dependencies: Dependencies, further: Iterable[str]) -> None:
        """Raise OSError where ``version`` would."""
        digest = self._files.digest
        shared: set[str] = set()
        others = (*self._elements_of(dependencies, shared), *further)
        for file in (*self._own(name), *shared):
            digest(file)
        for other in others:
            if other != name and other not in self._checked:
                for file in self.closure(other):
                    digest(file)
                self._checked.add(other)

    def closure(self, name: str) -> frozenset[str]:
        """Return the files of an element that is no task, and of all that it needs."""
        known = self._closures.get(name)
        if known is not None:
            return known
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            element = waiting.pop()
            if element in seen or self._elements.folder_of(element) is None:
                continue
            seen.add(element)
            found.update(self._own(element))
            waiting += self._elements_of(self._elements.dependencies_of(element), found)
            model = self._models.get(element)
            if model is not None:
                waiting.append(model.database)
        self._closures[name] = frozenset(found)
        return self._closures[name]

    def element_of(self, name: str) -> str | None:
        """Return the element that a dotted name is, or is inside of."""
        while name and self._elements.folder_of(name) is None:
            name = name.rpartition(".")[0]
        return name or None

    def _own(self, name: str) -> list[str]:
        folder = self._elements.folder_of(name)
        return [] if folder is None else self._files.under(folder)

    def _elements_of(self, dependencies: Dependencies, found: set[str]) -> list[str]:
        """Add the files of ``commons`` to ``found``; return the elements, those of commons too."""
        named = [*dependencies.elements]
        waiting = [*dependencies.imports]
        anything = dependencies.anything
        while waiting:
            name = waiting.pop()
            if not name.startswith(COMMONS):
                inside = self.element_of(name)
                named += [inside] if inside else []
                continue
            for file in self._around(name):
                if file not in found:
                    found.add(file)
                    deeper = self._commons.dependencies.get(file, NO_DEPENDENCIES)
                    named += deeper.elements
                    waiting += deeper.imports
                    anything = anything or deeper.anything
        if anything:
            named += self._anything
        return named

    def _around(self, module: str) -> Iterator[str]:
        """Yield the files of a module, and of the packages around it."""
        parts = module.split(".")
        for length in range(1, len(parts) + 1):
            path = "/".join(parts[:length])
            yield from (
                file for file in (f"{path}.py", f"{path}/__init__.py") if self._files.has(file)
            )


def version_of(digests: Mapping[str, str], manifest: str) -> str:
    """Return the version of a bundle whose files have these digests, by path.

    ``manifest``: its ``app.json``, with the keys sorted.
    """
    return _version(sorted(digests.items()), manifest)


def _version(digests: Iterable[tuple[str, str]], manifest: str) -> str:
    """Return the digest of files, by name and digest, sorted by name, under a manifest."""
    lines = [manifest, *[f"{file}\0{digest}" for file, digest in digests]]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
