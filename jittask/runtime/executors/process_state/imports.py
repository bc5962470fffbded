"""What decides which module an import gives: ``sys.modules``, ``sys.path`` and the finders."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.machinery import EXTENSION_SUFFIXES
from operator import itemgetter
from types import ModuleType
from typing import Any

_LISTS = ("path", "meta_path", "path_hooks")


@dataclass(frozen=True, slots=True)
class ImportsBefore:
    """The modules that were loaded, and each list with what was in it."""

    modules: dict[str, ModuleType]
    watch: Callable[[dict[str, ModuleType]], tuple[ModuleType, ...]]
    watched: tuple[ModuleType, ...]
    lists: tuple[tuple[str, list[Any], tuple[Any, ...]], ...]


class Imports:
    """A module that a body has imported stays, as it would in a program, with its finders.

    Not so a module that no import made (``sys.modules["x"] = fake``), and one
    that was found by an entry of ``sys.path`` that is gone after the body:
    another body may find another module by that name.
    """

    name = "the modules"

    def __init__(self) -> None:
        self._fresh = frozenset(sys.modules)

    def take(self) -> ImportsBefore:
        """Return the modules and the lists."""
        lists = tuple((name, getattr(sys, name), tuple(getattr(sys, name))) for name in _LISTS)
        modules = dict(sys.modules)
        watch = itemgetter("sys", *filter(self._is_watched, modules))
        return ImportsBefore(modules, watch, watch(modules), lists)

    def differs(self, before: ImportsBefore) -> bool:
        """Whether a module has been added, replaced or removed, or a list changed."""
        if len(sys.modules) != len(before.modules):
            return True
        try:
            if before.watch(sys.modules) != before.watched:
                return True
        except KeyError:  # one is gone, and another has come
            return True
        return any(
            getattr(sys, name) is not found or tuple(found) != items
            for name, found, items in before.lists
        )

    def _is_watched(self, name: str) -> bool:
        """Whether an exchange of that module is seen by itself.

        Of the modules that every process has loaded before any body, the private ones
        and those inside packages are put back only where another change is seen.
        """
        return name not in self._fresh or not (name.startswith("_") or "." in name)

    def put_back(self, before: ImportsBefore) -> str | None:
        """Put the lists back, then the modules; an extension module cannot be taken out."""
        entries = tuple(
            str(entry).rstrip("/") + "/" for entry in set(sys.path) - set(before.lists[0][2])
        )
        for name, found, items in before.lists:
            now = getattr(sys, name)
            found[:] = items if name == "path" else _with_new_finders(now, items, before)
            setattr(sys, name, found)
        for name, module in before.modules.items():
            if sys.modules.get(name) is not module:
                sys.modules[name] = module
        new = {name: sys.modules[name] for name in sys.modules.keys() - before.modules.keys()}
        stuck = ""
        for name, module in new.items():
            origin = _origin(module)
            if origin and entries and origin.startswith(entries):
                if origin.endswith(tuple(EXTENSION_SUFFIXES)):
                    stuck = f"{name} was imported from an entry of sys.path that is gone"
                del sys.modules[name]
            elif not _was_imported(name, module):
                del sys.modules[name]
        return stuck or None


def _with_new_finders(now: list[Any], items: tuple[Any, ...], before: ImportsBefore) -> list[Any]:
    """Return the items with what modules imported since have added, at the same end."""
    first: list[Any] = []
    last: list[Any] = []
    place = first
    for item in now:
        if any(item is known for known in items):
            place = last
        elif _module_of(item) not in before.modules:
            place.append(item)
    return [*first, *items, *last]


def _module_of(item: object) -> str:
    owner = item if hasattr(item, "__qualname__") else type(item)
    return str(getattr(owner, "__module__", ""))


def _origin(module: object) -> str:
    return str(getattr(getattr(module, "__spec__", None), "origin", None) or "")


def _was_imported(name: str, module: object) -> bool:
    """Whether an import made it, or its package did."""
    if _name_of(module) == name:
        return True
    parent = name.partition(".")[0]
    return parent != name and _name_of(sys.modules.get(parent)) == parent


def _name_of(module: object) -> object:
    return getattr(getattr(module, "__spec__", None), "name", None)
