"""One compilation: its steps in order, and what they have found so far (rules H1, H2, V2)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Container, Mapping

from jittask.compiler.compiled import Compilation, CompiledApp, CompiledTask, Reusable
from jittask.compiler.discover import Found
from jittask.compiler.elements import Elements
from jittask.compiler.files import Files
from jittask.compiler.functions import INNER
from jittask.compiler.graph import Graph, manifest
from jittask.compiler.kinds import KINDS, TASK
from jittask.compiler.reading import Reading
from jittask.compiler.settings import Settings, read_settings
from jittask.compiler.task_cache import TaskCache
from jittask.compiler.task_files import Surroundings, TaskFiles
from jittask.compiler.task_reuse import TaskReuse
from jittask.compiler.tasks import compile_task
from jittask.diagnostics import Diagnostic
from jittask.environment import Asked
from jittask.model import AppContents, AppSettings, Element, ElementKind


class Compiling:
    """Compiles one look at a tree: first ``settle``, then ``compile_tasks``, then ``outcome``."""

    def __init__(
        self, files: Files, before: Compilation | None = None, cache: TaskCache | None = None
    ) -> None:
        self.files = files
        self.environment = Asked(os.environ)
        self.elements = Elements(files)
        names = {kind: self.elements.names(kind) for kind in ElementKind}
        settings = read_settings(files, self.environment, names, self.elements.of_no_element)
        self.reading = Reading(files, settings, self.environment, names)
        self.tasks: dict[str, CompiledTask] = {}
        self._settings_digest = _settings_digest(settings)
        self._reuse = TaskReuse(self.elements, self.reading, self._settings_digest, before, cache)

    def settle(self) -> None:
        """Compile what tasks depend on."""
        self.elements.check_folders()
        for kind in KINDS.values():
            if kind.read is None:
                continue
            for found in self.elements.of(kind.element_kind):
                element = self.elements.read(found, has_code=kind.has_code)
                value = kind.read(element, self.reading) if element is not None else None
                if value is not None and self.elements.loads(found.name):
                    self.reading.loaded[kind.element_kind][found.name] = value

    def compile_tasks(self, only: Container[str] | None = None) -> None:
        """Compile the tasks, or those in ``only``; one that did not change is taken over."""
        self._reuse.begin()
        around = self._surroundings()
        for found in self.elements.of(TASK.element_kind):
            if only is not None and found.name not in only:
                continue
            task = self._reuse.take_over(found, around) or self._task(found, around)
            if task is not None and not self.elements.is_misnamed(found.name):
                self.tasks[found.name] = task

    def task_names(self) -> list[str]:
        """Return the names of all tasks, broken ones too."""
        return [found.name for found in self.elements.of(TASK.element_kind)]

    def imported_before(self) -> dict[str, tuple[Diagnostic, ...]]:
        """Return what the import of these very versions found before, by task."""
        return self._reuse.imported(self.tasks)

    def outcome(self, probed: Mapping[str, tuple[Diagnostic, ...]]) -> Compilation:
        """Return what has been compiled, and everything found, sorted.

        ``probed``: what the import step found, by task.
        """
        versions = {name: self.tasks[name].version for name in probed}
        self._add_probed(probed)
        settings = self.reading.settings.app
        app = CompiledApp(
            self.files.root,
            settings,
            self.contents.elements,
            self.tasks,
            self.reading.models,
            self.reading.databases,
            _app_digest(settings, self.elements.by_name),
        )
        reusable = Reusable(
            self.files.known(), self.elements.dependencies, self._reuse.diagnostics, probed,
            versions, self.environment.asked, self._settings_digest,
        )  # fmt: skip
        return Compilation(app, self.elements.diagnostics(), reusable)

    @property
    def contents(self) -> AppContents:
        """What element code can reach."""
        elements = dict(sorted(self.elements.by_name.items()))
        reading = self.reading
        return AppContents(reading.settings.app, elements, reading.models, reading.databases)

    def _surroundings(self) -> Surroundings:
        reading, elements = self.reading, self.elements
        graph = Graph(
            self.files, reading.settings.app, elements.by_name, reading.models,
            elements.dependencies, elements.commons,
            [kind.element_kind for kind in KINDS.values() if kind.found_by_code],
        )  # fmt: skip
        return Surroundings(reading, graph)

    def _task(self, found: Found, around: Surroundings) -> CompiledTask | None:
        element = self.elements.read(found, has_code=TASK.has_code)
        if element is None:
            return None
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

    def _add_probed(self, probed: Mapping[str, tuple[Diagnostic, ...]]) -> None:
        """Add what the import step found; a task that it found broken cannot load."""
        for name, diagnostics in probed.items():
            if diagnostics:
                self.elements.findings[name].found += diagnostics
                if self.elements.findings[name].broken:
                    del self.tasks[name]


def _settings_digest(settings: Settings) -> str:
    """Digest the settings that tasks depend on: some may be secret."""
    known = [manifest(settings.app), settings.app.retention_days, settings.broken]
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def _app_digest(settings: AppSettings, elements: Mapping[str, Element]) -> str:
    whole = hashlib.sha256(repr((manifest(settings), settings)).encode())
    for name, element in sorted(elements.items()):
        whole.update(f"\0{name}\0{element.digest}".encode())
    return whole.hexdigest()
