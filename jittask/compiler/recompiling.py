"""What follows from changed files, for a compilation that is kept: the list of the steps (H2)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property

from jittask.compiler.compiled import Compilation, Imported
from jittask.compiler.compiling import Compiling
from jittask.compiler.dependencies import NO_DEPENDENCIES
from jittask.compiler.dependents import Dependents, Needs, dotted, needs
from jittask.compiler.discover import E_JSON
from jittask.compiler.file_changes import FileChanges
from jittask.compiler.files import COMMONS, MANIFEST
from jittask.compiler.findings import RESTING_ON_NAMES
from jittask.compiler.kinds import KINDS, TASK
from jittask.compiler.live_files import LiveFiles
from jittask.compiler.probe import Meanwhile, Probe
from jittask.compiler.settings import depends_on_names
from jittask.compiler.task_assembly import needed_by
from jittask.diagnostics import Diagnostic
from jittask.environment import answers_hold

_KIND_OF_FOLDER = {kind.folder: kind for kind in KINDS.values()}


class Recompiling:
    """Brings one ``Compiling`` up to date, again and again."""

    def __init__(self, compiling: Compiling, files: LiveFiles, compilation: Compilation) -> None:
        """``compiling``: whose outcome is ``compilation``."""
        self.files = files
        self._compiling = compiling
        self._elements = compiling.elements
        reusable = compilation.reusable
        self._imported = Imported(reusable.probed, reusable.versions)

    def prepare(self) -> None:
        """Find what the first change needs to know of the whole tree, before it comes."""
        _ = self._dependents

    @property
    def holds(self) -> bool:
        """Whether what it rests on besides the tree's files is as it was."""
        asked = self._compiling.environment.asked
        return self.files.root.is_dir() and answers_hold(asked, os.environ)

    @cached_property
    def _dependents(self) -> Dependents:
        """Who needs what; found when there is a first change to follow."""
        found = Dependents(kind.folder for kind in KINDS.values() if kind.found_by_code)
        for name in self._elements.by_name:
            found.put(name, self._needs_of(name))
        for file, dependencies in self._elements.commons.dependencies.items():
            found.put(file, needs(dependencies))
        return found

    def follow(self, changes: FileChanges) -> set[str] | None:
        """Compile again what these changes concern; return the elements, by full name.

        None where they concern the whole tree; then all must be compiled.
        """
        dependents = self._dependents  # as it was before these changes
        moved, renamed = self._elements.discovered.look_again(changes.folders | changes.listings)
        self._check_folders(changes, moved)
        if moved:
            self._compiling.use_names_again()
        may_differ = MANIFEST in changes.files or depends_on_names(moved)
        if may_differ and self._compiling.read_settings_again():
            return None
        own = self._owners(changes) | moved | renamed
        other_modules = self._read_commons(changes)
        dirty = own | dependents.of(own | _dotted_names(changes) | other_modules)
        dirty = {name for name in dirty if "/" not in name}  # without the shared modules
        if moved or changes.folders or changes.listings:
            dirty |= self._resting_on_names()
            self._compile(dirty, of_another_version=set())
        elif other_modules:
            self._compile(dirty, of_another_version=set())
        else:
            self._compile(dirty, of_another_version=self._of_another_version(dirty - own, dirty))
        return dirty

    def outcome(
        self, touched: set[str], probe: Probe, meanwhile: Meanwhile | None = None
    ) -> Compilation:
        """Import the tasks that ``follow`` has compiled, and return what there is now."""
        compiling = self._compiling
        self._imported = self._import(touched, probe, meanwhile)
        compiling.put_in_order()
        compilation = compiling.outcome(self._imported, frozenset(touched))
        self._elements.findings.forget_empty(touched)
        compiling.reading.release()
        return compilation

    def _owners(self, changes: FileChanges) -> set[str]:
        """Return the elements whose own files have changed."""
        owner = self._elements.discovered.owner
        found = [owner(file) for file in changes.files]
        # what an inner element holds is not its outer one's
        found += [
            owner(file.rpartition("/")[0]) for file in changes.files if file.endswith(f"/{E_JSON}")
        ]
        return {element.name for element in found if element is not None}

    def _check_folders(self, changes: FileChanges, moved: set[str]) -> None:
        """Check the places of what has come or gone."""
        shared = self._elements.shared
        shared.check_root()
        folders = changes.folders | changes.listings
        folders |= {folder.rpartition("/")[0] for folder in folders}
        for name in moved:
            folders.update(self._inside(name.replace(".", "/")))
        for folder in folders:
            shared.check_folder(folder)

    def _inside(self, folder: str) -> Iterator[str]:
        """Yield a folder, and all that is in it."""
        held = self.files.folders.get(folder)
        if held is not None:
            yield folder
            for name in held.folders:
                yield from self._inside(f"{folder}/{name}")

    def _read_commons(self, changes: FileChanges) -> set[str]:
        """Read the shared modules that have changed; return the names that mean something else."""
        inside = f"{COMMONS}/"
        paths = (*changes.files, *changes.folders, *changes.listings)
        if not any(path == COMMONS or path.startswith(inside) for path in paths):
            return set()
        before = self._elements.commons
        self._elements.read_commons()
        after = self._elements.commons
        for file in before.modules.keys() | after.modules.keys():
            self._dependents.put(file, needs(after.dependencies.get(file, NO_DEPENDENCIES)))
        files = (before.broken ^ after.broken) | (before.modules.keys() ^ after.modules.keys())
        return set(map(dotted, files))

    def _resting_on_names(self) -> set[str]:
        return {
            name
            for name, findings in self._elements.findings.items()
            if any(found.code in RESTING_ON_NAMES for found in findings.found)
        }

    def _of_another_version(self, names: set[str], dirty: set[str]) -> set[str]:
        """Return the tasks among ``names`` that mean what they did, and only need other files.

        The own files did not change, nor the elements that decide what the own ones mean.
        """
        return {
            name
            for name in names
            if name in self._compiling.tasks and dirty.isdisjoint(self._deciding(name))
        }

    def _deciding(self, name: str) -> set[str]:
        """Return what a loaded task's ``e.json`` names, and those its code is checked by."""
        found = {*needed_by(self._compiling.tasks[name])} - {name}
        for other in self._elements.dependencies[name].elements:
            kind = _KIND_OF_FOLDER.get(other.partition(".")[0])
            if kind is not None and kind.read_for_others:
                found.add(other)
        return found

    def _compile(self, dirty: set[str], of_another_version: set[str]) -> None:
        for kind in KINDS.values():
            names = sorted(name for name in dirty if name.startswith(f"{kind.folder}."))
            if kind is not TASK:
                for name in names:
                    self._compiling.load_again(kind, name)
                continue
            failed = self._compiling.give_versions_again(of_another_version)
            again = dirty - (of_another_version - failed)
            self._compiling.compile_again([name for name in names if name in again])
        for name in dirty:
            self._dependents.put(name, self._needs_of(name))

    def _import(self, touched: set[str], probe: Probe, meanwhile: Meanwhile | None) -> Imported:
        """Import the functions of touched tasks, but for versions that have been imported."""
        compiling, before = self._compiling, self._imported
        tasks = {name: compiling.tasks[name] for name in touched if name in compiling.tasks}
        known: dict[str, tuple[Diagnostic, ...]] = {
            name: before.found[name]
            for name, task in tasks.items()
            if before.versions.get(name) == task.version
        }
        found = known
        if len(known) < len(tasks):
            found = probe.check(self.files.root, tasks, compiling.contents, known, meanwhile)
        fresh = compiling.add_imported(found)
        results, versions = dict(before.found), dict(before.versions)
        for name in touched:
            results.pop(name, None)
            versions.pop(name, None)
        return Imported({**results, **fresh.found}, {**versions, **fresh.versions})

    def _needs_of(self, name: str) -> Needs:
        dependencies = self._elements.dependencies.get(name, NO_DEPENDENCIES)
        return needs(dependencies, self._compiling.named.get(name, ()))


def _dotted_names(changes: FileChanges) -> set[str]:
    """Return the names by which code knows what has changed."""
    files: Iterable[str] = (file for file in changes.files if file.endswith(".py"))
    return {*map(dotted, files), *map(dotted, changes.folders)}
