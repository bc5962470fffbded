"""Who needs what, the other way round: what is to be compiled again for a change (rules H2, H4).

A node is an element, by its full name, or a shared module, by its file. What it
mentions are dotted names of elements and modules; also of those that do not
exist, because they may come to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from jittask.compiler.dependencies import Dependencies
from jittask.compiler.files import COMMONS

_FEW = 1_000


class Needs(NamedTuple):
    """What a node mentions."""

    names: frozenset[str] = frozenset()
    anything: bool = False
    """Whether it can reach any element that code can find (``Kind.found_by_code``)."""


NO_NEEDS = Needs()


def needs(dependencies: Dependencies, further: Iterable[str] = ()) -> Needs:
    """Return what a node mentions; ``further`` elements are named besides its own files."""
    names = frozenset((*dependencies.elements, *dependencies.imports, *further))
    return Needs(names, dependencies.anything) if names or dependencies.anything else NO_NEEDS


def dotted(file: str) -> str:
    """Return the dotted name of a Python file, or of a folder."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class Dependents:
    """Finds the nodes that depend on a changed name, through others too."""

    def __init__(self, found_by_code: Iterable[str]) -> None:
        """``found_by_code``: the top folders of elements that code can find by any name."""
        self._found_by_code = frozenset(found_by_code)
        self._needs: dict[str, Needs] = {}
        self._by_name: dict[str, set[str]] = {}
        self._of_anything: set[str] = set()
        self._same: dict[Needs, Needs] = {}
        """What many nodes mention alike, once."""

    def put(self, node: str, needed: Needs) -> None:
        """Note what a node mentions now, in place of what it did before."""
        before = self._needs.get(node, NO_NEEDS)
        if needed == before:
            return
        for key in _keys(before):
            self._by_name[key].discard(node)
            if not self._by_name[key]:
                del self._by_name[key]
        self._of_anything.discard(node)
        self._needs.pop(node, None)
        if needed != NO_NEEDS:
            if len(self._same) > 2 * len(self._needs) + _FEW:  # most of it is of before edits
                self._same = {each: each for each in self._needs.values()}
            needed = self._needs[node] = self._same.setdefault(needed, needed)
            for key in _keys(needed):
                self._by_name.setdefault(key, set()).add(node)
            if needed.anything:
                self._of_anything.add(node)

    def of(self, changed: Iterable[str]) -> set[str]:
        """Return the nodes that need one of these dotted names, or something inside one."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = list(changed)
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            nodes = set(self._by_name.get(name, ()))
            if name.partition(".")[0] in self._found_by_code:
                nodes |= self._of_anything
            fresh = nodes - found
            found |= fresh
            waiting += map(dotted, fresh)
        return found


def _keys(needed: Needs) -> Iterator[str]:
    """Yield the names under which a change can concern a node: each name, and what is around it."""
    keys: set[str] = set()
    for name in needed.names:
        parts = name.split(".")
        least = 1 if parts[0] == COMMONS else 2  # a package around a module is imported, too
        keys.update(".".join(parts[:length]) for length in range(least, len(parts) + 1))
        keys.add(name)
    yield from keys
