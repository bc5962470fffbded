"""Takes over tasks that did not change: from the compilation before, or the cache (rule H1).

What a compilation finds of a task is kept for the next one, in both places.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress

from jittask.compiler.compiled import Compilation, CompiledTask, DateFieldTask
from jittask.compiler.dependencies import Dependencies
from jittask.compiler.discover import Found
from jittask.compiler.elements import Elements
from jittask.compiler.findings import RESTING_ON_NAMES
from jittask.compiler.graph import Graph
from jittask.compiler.reading import Reading
from jittask.compiler.task_assembly import from_cache, further_elements, needed_by, to_cache
from jittask.compiler.task_cache import CachedTask, TaskCache
from jittask.compiler.task_files import Surroundings, TaskFiles
from jittask.diagnostics import Diagnostic
from jittask.model import Element, TaskType


class TaskReuse:
    """The tasks of before that a compilation can take over."""

    def __init__(
        self,
        elements: Elements,
        reading: Reading,
        settings_digest: str,
        before: Compilation | None,
        cache: TaskCache | None,
    ) -> None:
        self._elements = elements
        self._models, self._services = reading.models, reading.services
        self._settings_digest = settings_digest
        self._before = before
        self._cache = cache
        self._from_cache: list[str] = []
        self.diagnostics: dict[str, tuple[Diagnostic, ...]] = {}
        """What was found in the own files of compiled tasks; valid while their version is."""

    def begin(self) -> None:
        """Open the cache; before any task is asked for."""
        if self._cache is not None:
            self._cache.begin(self._settings_digest)

    def take_over(self, found: Found, around: Surroundings) -> CompiledTask | None:
        """Return the task as it was before, where its version is the same today."""
        if self._before is not None:
            return self._from_before(self._before, found, around.graph)
        cached = self._cache.task(found.name) if self._cache is not None else None
        if cached is not None:
            # a cache that others have changed is as if it were empty
            with suppress(ValueError, TypeError, KeyError, AttributeError):
                return self._from_cached(cached, found, around)
        return None

    def release(self) -> None:
        """Forget the compilation before, and the cache."""
        self._before = self._cache = None

    def keep(self, files: TaskFiles, task: CompiledTask, found: tuple[Diagnostic, ...]) -> None:
        """Keep a task that has been compiled now, for the next compilation and the next start."""
        self.diagnostics[task.name] = found
        if self._cache is not None:
            self._cache.add(to_cache(task, files.source.data, files.dependencies, found))

    def imported(self, tasks: dict[str, CompiledTask]) -> dict[str, tuple[Diagnostic, ...]]:
        """Return what the import of these very versions found before, by task."""
        if self._before is not None:
            before = self._before.reusable
            return {
                name: before.probed[name]
                for name, task in tasks.items()
                if before.versions.get(name) == task.version
            }
        imports_hold = self._cache is not None and self._cache.imports_hold
        return {name: () for name in self._from_cache if name in tasks} if imports_hold else {}

    def _from_before(self, before: Compilation, found: Found, graph: Graph) -> CompiledTask | None:
        """Return the very object of the compilation before."""
        task = before.app.tasks.get(found.name)
        diagnostics = before.reusable.task_diagnostics.get(found.name)
        same_settings = before.reusable.settings_digest == self._settings_digest
        if not same_settings or task is None or diagnostics is None or _rest_on_names(diagnostics):
            return None
        element = before.app.elements[found.name]
        if element.digest != self._elements.digest(found):
            return None
        model = task.model if isinstance(task, DateFieldTask) else None
        if model is not None and self._models.get(model.name) != model:
            return None
        dependencies = before.reusable.dependencies[found.name]
        if (
            self._version(element, dependencies, needed_by(task), task.manifest, graph)[0]
            != task.version
        ):
            return None
        self._record(element, dependencies, diagnostics)
        return task

    def _from_cached(
        self, cached: CachedTask, found: Found, around: Surroundings
    ) -> CompiledTask | None:
        """Make a task from what an earlier process has kept of it."""
        data, digest = cached.data, self._elements.digest(found)
        model = data["modelPath"] if data["type"] == TaskType.DATE_FIELD else None
        element = Element(found.name, found.kind, data["type"], data["title"], found.folder, digest)
        further = further_elements(cached.function, cached.on_failure, model)
        manifest = around.manifests.of(data.get("policy"), json.loads(cached.timing))
        version, bundle = self._version(
            element, cached.dependencies, further, manifest, around.graph
        )
        if version != cached.version:
            return None
        task = from_cache(cached, bundle, manifest, around)
        self._record(element, cached.dependencies, cached.diagnostics)
        self._from_cache.append(found.name)
        return task

    def _version(
        self,
        element: Element,
        dependencies: Dependencies,
        further: list[str],
        manifest: str,
        graph: Graph,
    ) -> tuple[str, tuple[str, ...]]:
        """Return a task's present version, empty where something that it needs cannot load."""
        if not all(
            name == element.name or name in self._services or name in self._models
            for name in further
        ):
            return "", ()
        self._elements.put(element)
        try:
            return graph.version(element.name, dependencies, further, manifest)
        except OSError:
            return "", ()

    def _record(
        self, element: Element, dependencies: Dependencies, diagnostics: tuple[Diagnostic, ...]
    ) -> None:
        self._elements.dependencies[element.name] = dependencies
        self.diagnostics[element.name] = diagnostics
        if diagnostics:
            self._elements.findings[element.name].found += diagnostics


def _rest_on_names(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether a finding can read differently while the task's version is the same."""
    return any(found.code in RESTING_ON_NAMES for found in diagnostics)
