"""The elements that one look has found, and found again where folders changed (rules F1, H2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from jittask.compiler.discover import (
    Found,
    check_names,
    discover,
    found_in,
    in_order,
    is_element,
    name_group,
)
from jittask.compiler.files import Files
from jittask.diagnostics import Diagnostic
from jittask.model import ElementKind


class Discovered:
    """The folders of elements, their names, and which names are wrong."""

    def __init__(self, files: Files, further_names: frozenset[str] = frozenset()) -> None:
        """``further_names``: those of elements of the tree that ``files`` does not list."""
        self._files = files
        self._further_names = further_names
        self.all = discover(files)
        """By name."""
        self._wrong = check_names(self.all)

    def of(self, kind: ElementKind) -> Iterator[Found]:
        """Yield the elements of a kind, by name."""
        return (found for found in self.all if found.kind is kind)

    def of_name(self, name: str) -> list[Found]:
        """Return the elements of that name: none, one, or several where a folder has a dot."""
        usual = self._by_folder.get(name.replace(".", "/"))
        if not self._odd:
            return [usual] if usual is not None else []
        odd = [found for found in self._odd if found.name == name]
        return in_order({*odd, usual} if usual is not None else odd)

    def owner(self, file: str) -> Found | None:
        """Return the element that a file or folder is in; None where it is in none."""
        folder = file.rpartition("/")[0]
        while folder and folder not in self._by_folder:
            folder = folder.rpartition("/")[0]
        return self._by_folder.get(folder)

    @cached_property
    def names(self) -> frozenset[str]:
        """The full names of all elements."""
        return self._further_names.union(found.name for found in self.all)

    def names_of(self, kind: ElementKind) -> frozenset[str]:
        """Return the full names of a kind's elements."""
        return frozenset(found.name for found in self.of(kind))

    def is_misnamed(self, name: str) -> bool:
        """Whether an element cannot load because of its name."""
        return bool(self._wrong) and name in self._misnamed

    @property
    def wrong_names(self) -> Collection[Diagnostic]:
        """What is wrong with names."""
        return self._wrong.values()

    def look_again(self, folders: Iterable[str]) -> tuple[set[str], set[str]]:
        """Look for elements in these folders again.

        Returns the names that came or went, and those that became wrong or right.
        """
        known = self._by_folder
        moved = [
            folder for folder in folders if is_element(self._files, folder) != (folder in known)
        ]
        if not moved:
            return set(), set()
        groups = self._groups
        for folder in moved:
            group = groups.setdefault(name_group(folder), set())
            if folder in known:
                del known[folder]
                group.discard(folder)
            else:
                known[folder] = found_in(folder)
                group.add(folder)
        self.all = in_order(known.values())
        different = self._check_again({name_group(folder) for folder in moved})
        for cached in ("names", "_odd", "_misnamed"):
            self.__dict__.pop(cached, None)
        return {found_in(folder).name for folder in moved}, different

    def _check_again(self, groups: set[str]) -> set[str]:
        """Check the names of these groups again; return those that became wrong or right."""
        before = self._wrong
        self._wrong = {
            folder: wrong for folder, wrong in before.items() if name_group(folder) not in groups
        }
        for group in groups:
            self._wrong |= check_names(in_order(map(found_in, self._groups[group])))
        return {
            found_in(folder).name
            for folder in before.keys() | self._wrong.keys()
            if before.get(folder) != self._wrong.get(folder)
        }

    @cached_property
    def _by_folder(self) -> dict[str, Found]:
        return {found.folder: found for found in self.all}

    @cached_property
    def _groups(self) -> dict[str, set[str]]:
        """The folders whose names can clash, together; made when the first one comes or goes."""
        groups: dict[str, set[str]] = {}
        for folder in self._by_folder:
            groups.setdefault(name_group(folder), set()).add(folder)
        return groups

    @cached_property
    def _odd(self) -> list[Found]:
        """Those whose folder does not follow from their name."""
        return [found for found in self.all if "." in found.folder]

    @cached_property
    def _misnamed(self) -> frozenset[str]:
        return frozenset(found_in(folder).name for folder in self._wrong)
