"""One compilation: its steps in order, and what they have found so far (rules H1, H2, V2)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from jittask.compiler.bundle_manifest import BundleManifests, manifest
from jittask.compiler.compiled import Compilation, CompiledApp, CompiledTask, Imported, Reusable
from jittask.compiler.discover import Found
from jittask.compiler.elements import Elements
from jittask.compiler.files import Files
from jittask.compiler.functions import INNER, default_failure
from jittask.compiler.graph import Graph
from jittask.compiler.kinds import KINDS, TASK, Kind
from jittask.compiler.reading import Reading
from jittask.compiler.settings import Settings, read_settings
from jittask.compiler.task_assembly import needed_by
from jittask.compiler.task_cache import TaskCache
from jittask.compiler.task_files import Surroundings, TaskFiles
from jittask.compiler.task_reuse import TaskReuse
from jittask.compiler.tasks import compile_task
from jittask.diagnostics import Diagnostic
from jittask.environment import Asked
from jittask.model import AppContents, ElementKind

_Value = TypeVar("_Value")


class Compiling:
    """Compiles one look at a tree: first ``settle``, then ``compile_tasks``, then ``outcome``.

    Single elements can be read again after that, when their files have changed.
    """

    def __init__(
        self,
        files: Files,
        before: Compilation | None = None,
        cache: TaskCache | None = None,
        *,
        is_only_checked: bool = False,
    ) -> None:
        """``is_only_checked``: see ``Surroundings``; then there is no ``outcome``."""
        self.files = files
        self._is_only_checked = is_only_checked
        self.environment = Asked(os.environ)
        self.elements = Elements(files)
        names = self._names()
        settings = self._read_settings(names)
        self.reading = Reading(files, settings, self.environment, names)
        self.tasks: dict[str, CompiledTask] = {}
        self.named: dict[str, tuple[str, ...]] = {}
        """The elements that an ``e.json`` names, by the full name of its element."""
        self.settings_digest = _settings_digest(settings)
        self._reuse = TaskReuse(self.elements, self.reading, self.settings_digest, before, cache)

    def settle(self) -> None:
        """Compile what tasks depend on."""
        self.elements.check_folders()
        for kind in KINDS.values():
            for found in self.elements.of(kind.element_kind) if kind.read is not None else ():
                value = self._value(kind, found)
                if value is not None:
                    self.reading.loaded[kind.element_kind][found.name] = value

    def compile_tasks(
        self,
        tasks: Iterable[Found] | None = None,
        compiled: Callable[[CompiledTask], None] | None = None,
    ) -> None:
        """Compile all tasks, or these; one that did not change is taken over.

        ``compiled`` is called with each one that was not, and can load.
        """
        self._reuse.begin()
        around = self._surroundings()
        for found in self.found_tasks() if tasks is None else tasks:
            taken_over = self._taken_over(found, around)
            task = taken_over or self._task(found, around)
            if self._have(found, task) and task is not taken_over and compiled is not None:
                compiled(self.tasks[found.name])

    def load_again(self, kind: Kind, name: str) -> None:
        """Read an element that is no task again; one that is gone is forgotten."""
        self._forget(name)
        loaded = self.reading.loaded[kind.element_kind]
        values = [self._value(kind, found) for found in self.elements.discovered.of_name(name)]
        if values and values[-1] is not None:
            loaded[name] = values[-1]
        else:
            with suppress(KeyError):
                del loaded[name]  # pop() would read it first, which fails where it is broken

    def compile_again(self, names: Collection[str]) -> None:
        """Compile tasks again; those that are gone are forgotten, and equal ones are kept."""
        around = self._surroundings()
        for name in names:
            self._forget(name)
            self._reuse.diagnostics.pop(name, None)
        for name in names:
            elements = self.elements.discovered.of_name(name)
            tasks = [self._task(found, around) for found in elements]
            if not tasks or tasks[-1] is None or self.elements.discovered.is_misnamed(name):
                self.tasks.pop(name, None)
            elif tasks[-1] != self.tasks.get(name):
                self.tasks[name] = tasks[-1]

    def give_versions_again(self, names: Collection[str]) -> set[str]:
        """Give tasks the version that follows from their files; return those that have none.

        These are loaded tasks of which nothing has changed but files that they need.
        """
        graph = self._surroundings().graph
        failed: set[str] = set()
        for name in names:
            task, dependencies = self.tasks[name], self.elements.dependencies[name]
            self.elements.findings[name].found = [*self._reuse.diagnostics[name]]
            try:
                version, bundle = graph.version(name, dependencies, needed_by(task), task.manifest)
            except OSError:
                failed.add(name)
            else:
                if (version, bundle) != (task.version, task.bundle):
                    self.tasks[name] = replace(task, version=version, bundle=bundle)
        return failed

    def read_settings_again(self) -> bool:
        """Read ``app.json`` again; whether elements must be, too, as what they use is different."""
        names = self._names()
        settings = self._read_settings(names)
        if _settings_digest(settings) != self.settings_digest:
            return True
        self.reading = replace(self.reading, settings=settings, names=names)
        return False

    def use_names_again(self) -> None:
        """Let readers know the names that there are now."""
        self.reading = replace(self.reading, names=self._names())

    def found_tasks(self) -> list[Found]:
        """Return all tasks, broken ones too, by name."""
        return list(self.elements.of(TASK.element_kind))

    def imported_before(self) -> dict[str, tuple[Diagnostic, ...]]:
        """Return what the import of these very versions found before, by task."""
        return self._reuse.imported(self.tasks)

    def outcome(self, imported: Imported, touched: frozenset[str] | None = None) -> Compilation:
        """Return what has been compiled, and everything found, sorted.

        ``touched``: see ``Reusable``.
        """
        app = CompiledApp(
            self.files.root,
            self.reading.settings.app,
            dict(self.elements.by_name),
            dict(self.tasks),
            dict(self.reading.models),
            dict(self.reading.databases),
            self._app_digest(),
        )
        reusable = Reusable(
            self.files.known(), dict(self.elements.dependencies), dict(self._reuse.diagnostics),
            imported.found, imported.versions, dict(self.environment.asked),
            self.settings_digest, touched,
        )  # fmt: skip
        return Compilation(app, self.elements.diagnostics(), reusable)

    def add_imported(self, imported: Mapping[str, tuple[Diagnostic, ...]]) -> Imported:
        """Add what the import step found, by task; a task that it found broken cannot load."""
        versions = {name: self.tasks[name].version for name in imported}
        for name, diagnostics in imported.items():
            if diagnostics:
                self.elements.findings[name].found += diagnostics
                if self.elements.findings[name].broken:
                    del self.tasks[name]
        return Imported(imported, versions)

    def put_in_order(self) -> None:
        """Put what has come to be among the others, by name."""
        reading, elements = self.reading, self.elements
        _put_in_order(elements.by_name)
        _put_in_order(self.tasks)
        _put_in_order(reading.models)
        _put_in_order(reading.databases)

    def release(self) -> None:
        """Forget what only the first compilation needs."""
        self._reuse.release()
        self.elements.findings.forget_empty(list(self.elements.findings))
        self.reading.release()

    @property
    def contents(self) -> AppContents:
        """What element code can reach."""
        reading, elements = self.reading, self.elements.by_name
        reachable = {
            name: elements[name]
            for kind in KINDS.values()
            if kind.read is not None
            for name in reading.names[kind.element_kind]
        }
        return AppContents(
            reading.settings.app, reachable, dict(reading.models), dict(reading.databases)
        )

    def _names(self) -> dict[ElementKind, frozenset[str]]:
        return {kind: self.elements.discovered.names_of(kind) for kind in ElementKind}

    def _read_settings(self, names: Mapping[ElementKind, frozenset[str]]) -> Settings:
        return read_settings(
            self.files, self.environment, names, self.elements.shared.settings_findings()
        )

    def _surroundings(self) -> Surroundings:
        reading, elements = self.reading, self.elements
        graph = Graph(self.files, elements, reading.models, elements.commons)
        manifests = BundleManifests(reading.settings.app)
        failure = default_failure(reading, elements.shared.default_policy_findings())
        return Surroundings(reading, graph, manifests, failure, self._is_only_checked)

    def _value(self, kind: Kind, found: Found) -> object | None:
        """Read an element that is no task; return what it is, None where it cannot load."""
        assert kind.read is not None
        element = self.elements.read(found, has_code=kind.has_code)
        if element is None:
            return None
        self._note_named(found.name, kind.needs(element, self.reading))
        value = kind.read(element, self.reading)
        return value if self.elements.loads(found.name) else None

    def _taken_over(self, found: Found, around: Surroundings) -> CompiledTask | None:
        task = self._reuse.take_over(found, around)
        if task is not None:
            others = (name for name in needed_by(task) if name != found.name)
            self._note_named(found.name, tuple(others))
        return task

    def _task(self, found: Found, around: Surroundings) -> CompiledTask | None:
        element = self.elements.read(found, has_code=TASK.has_code)
        if element is None:
            return None
        self._note_named(found.name, TASK.needs(element, self.reading))
        files = TaskFiles(
            found.name,
            element.source,
            self.files.has(f"{found.folder}/{INNER}"),
            element.modules.get(INNER),
            self.elements.dependencies[found.name],
        )
        task = compile_task(files, around, element.findings)
        if task is not None:
            self._reuse.keep(files, task, tuple(element.findings.found))
        return task

    def _have(self, found: Found, task: CompiledTask | None) -> bool:
        if task is None or self.elements.discovered.is_misnamed(found.name):
            return False
        self.tasks[found.name] = task
        return True

    def _note_named(self, name: str, named: tuple[str, ...]) -> None:
        if named:
            self.named[name] = named

    def _forget(self, name: str) -> None:
        self.elements.forget(name)
        self.named.pop(name, None)

    def _app_digest(self) -> str:
        settings = self.reading.settings.app
        whole = (
            f"{manifest(settings, {}, has_calendar=True)!r}\0{settings!r}\0{self.elements.digests}"
        )
        return hashlib.sha256(whole.encode()).hexdigest()


def _settings_digest(settings: Settings) -> str:
    """Digest the settings that tasks depend on: some may be secret."""
    app = settings.app
    known = [
        manifest(app, {}, has_calendar=True),
        app.retention.shortest,
        app.policy,
        sorted(app.groups),
        settings.broken,
    ]
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def _put_in_order(held: MutableMapping[str, _Value]) -> None:
    names = list(held)
    ordered = sorted(names)
    if ordered != names:
        items = {name: held[name] for name in ordered}
        held.clear()
        held.update(items)
