"""Compiles the unsaved text of one element against a compilation (rules C9, C11, V2).

The steps are those of a compilation; only the one element is read. The
compilation and the tree's files stay as they are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jittask.compiler.bundle_manifest import BundleManifests
from jittask.compiler.commons import Commons, read_commons
from jittask.compiler.compiled import Compilation, CompiledTask
from jittask.compiler.dependencies import NO_DEPENDENCIES, Dependencies
from jittask.compiler.discover import Found
from jittask.compiler.draft_files import DraftFiles
from jittask.compiler.elements import Elements
from jittask.compiler.files import COMMONS, MANIFEST, Files
from jittask.compiler.findings import Findings
from jittask.compiler.functions import INNER, default_failure
from jittask.compiler.graph import Graph
from jittask.compiler.kinds import KINDS, TASK
from jittask.compiler.loaded_services import SERVICE
from jittask.compiler.look import NOTHING_KNOWN
from jittask.compiler.python import Module, read_python
from jittask.compiler.reading import ElementFiles, Reading
from jittask.compiler.settings import Settings, read_settings
from jittask.compiler.source import Source
from jittask.compiler.task_files import Surroundings, TaskFiles
from jittask.compiler.tasks import ReadTask, compile_task, read_task
from jittask.diagnostics import Diagnostic
from jittask.model import ElementKind


@dataclass(frozen=True, slots=True)
class Draft:
    """What an element's unsaved text means."""

    data: Mapping[str, Any]
    """Its ``e.json``; empty where that says nothing."""
    diagnostics: tuple[Diagnostic, ...]
    """What is wrong with the element as it would be saved, sorted."""
    task: ReadTask | None = None
    """What could be read of a task; None for another element, and for an unknown type."""


class DraftCompiler:
    """Compiles drafts of one tree, as the rest of it was at one compilation.

    Safe to use from several threads. What drafts share is read once.
    """

    def __init__(self, compilation: Compilation) -> None:
        self.compilation = compilation
        app = compilation.app
        self._names: dict[ElementKind, frozenset[str]] = {
            kind: frozenset(name for name, found in app.elements.items() if found.kind is kind)
            for kind in KINDS
        }
        self._all_names = frozenset(app.elements)

    def check(self, name: str, texts: Mapping[str, str], *, with_function: bool = True) -> Draft:
        """Return what an element means whose files hold these texts; it need not exist.

        ``texts``: by path relative to the tree. Without ``with_function``, what a task
        runs is not looked for. Raises UnicodeEncodeError for a text that no file can hold.
        """
        reader = _DraftReader(self, name, texts)
        element = reader.element
        if element is None:
            return Draft({}, reader.diagnostics())
        data = element.source.data
        if reader.found.kind is TASK.element_kind:
            read = read_task(
                reader.task_files(), reader.surroundings(), element.findings,
                with_function=with_function,
            )  # fmt: skip
            return Draft(data, reader.diagnostics(), read)
        read_element = KINDS[reader.found.kind].read
        assert read_element is not None
        read_element(element, reader.reading)
        return Draft(data, reader.diagnostics())

    def check_shared(self, path: str, text: str) -> tuple[Diagnostic, ...]:
        """Return what is wrong with ``app.json``, or a module of ``commons``, of this text.

        ``path`` is relative to the tree. Raises UnicodeEncodeError.
        """
        files = DraftFiles(self.compilation.app.root, self.compilation.reusable.known, {path: text})
        findings = Findings(None)
        if path == MANIFEST:
            settings = read_settings(files, os.environ, self._names, findings)
            reading = Reading(files, settings, os.environ, self._names)
            reading.services.update(self.services(_services_in([_default_of(settings)]), files))
            default_failure(reading, findings)
        else:
            read_python(files, path, findings)
        return tuple(sorted(findings.found, key=lambda diagnostic: diagnostic.sort_key))

    def compile_task(
        self, name: str, texts: Mapping[str, str]
    ) -> tuple[CompiledTask | None, tuple[Diagnostic, ...], DraftFiles]:
        """Return a task as it would be once saved, what is wrong with it, and its files.

        None where it could not load. Raises UnicodeEncodeError.
        """
        reader = _DraftReader(self, name, texts)
        task = None
        if reader.element is not None:
            task = compile_task(reader.task_files(), reader.surroundings(), reader.element.findings)
        return task, reader.diagnostics(), reader.files

    # --- what drafts share

    @property
    def all_names(self) -> frozenset[str]:
        """The full names of all elements, broken ones too."""
        return self._all_names

    def names(self, kind: ElementKind) -> frozenset[str]:
        """Return the full names of a kind's elements, broken ones too."""
        return self._names[kind]

    @cached_property
    def broken(self) -> frozenset[str]:
        """The elements that cannot load."""
        return self.compilation.broken

    @cached_property
    def settings(self) -> Settings:
        """The settings of ``app.json``, and its calendar."""
        files = Files(self.compilation.app.root, NOTHING_KNOWN, tops=())
        return read_settings(files, os.environ, self._names, Findings(None))

    def services(self, names: Iterable[str], files: Files) -> Iterator[tuple[str, Module]]:
        """Yield those of these services that can load, with their modules."""
        for name in names:
            if name not in self.all_names or name in self.broken:
                continue
            file = f"{name.replace('.', '/')}/{SERVICE}"
            module = read_python(files, file, Findings(None)) if files.has(file) else None
            if module is not None:
                yield name, module

    @cached_property
    def commons(self) -> Commons:
        """The shared modules."""
        known = self.compilation.reusable.known
        files = Files(self.compilation.app.root, known, tops=(COMMONS,))
        return read_commons(files, Findings(None))


class _DraftReader:
    """Reads one element from its draft."""

    def __init__(self, drafts: DraftCompiler, name: str, texts: Mapping[str, str]) -> None:
        self._drafts = drafts
        app = drafts.compilation.app
        kind = ElementKind(name.partition(".")[0])
        self.found = Found(name, kind, name.replace(".", "/"))
        self.files = DraftFiles(app.root, drafts.compilation.reusable.known, texts)
        self._elements = Elements(self.files, drafts.all_names | {name})
        self._elements.commons = drafts.commons
        self.element: ElementFiles | None = self._elements.read(
            self.found, has_code=KINDS[kind].has_code
        )
        names = {each: drafts.names(each) for each in KINDS}
        names[kind] |= {name}
        self.reading = Reading(self.files, drafts.settings, os.environ, names)
        self.reading.databases.update(app.databases)
        self.reading.models.update(app.models)
        self.reading.services.update(self._services())

    def task_files(self) -> TaskFiles:
        """Return the task's own files."""
        assert self.element is not None
        return TaskFiles(
            self.found.name,
            self.element.source,
            self.files.has(f"{self.found.folder}/{INNER}"),
            self.element.modules.get(INNER),
            self._elements.dependencies[self.found.name],
        )

    def surroundings(self) -> Surroundings:
        """Return what the task is compiled with."""
        compilation = self._drafts.compilation
        known = _DraftElements(self._elements, compilation)
        graph = Graph(self.files, known, self.reading.models, self._drafts.commons)
        manifests = BundleManifests(self.reading.settings.app)
        return Surroundings(
            self.reading, graph, manifests, default_failure(self.reading, Findings(None))
        )

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return what was found, sorted."""
        found = self._elements.findings[self.found.name].found
        return tuple(sorted(found, key=lambda diagnostic: diagnostic.sort_key))

    def _services(self) -> Iterator[tuple[str, Module]]:
        """Yield the services that the draft calls, where they can load."""
        source = None if self.element is None else self.element.source
        default = _default_of(self._drafts.settings)
        called = set() if source is None else _called_services(source, default)
        return self._drafts.services(called, self.files)


@dataclass(frozen=True, slots=True)
class _DraftElements:
    """The elements of a compilation, with one that is drafted."""

    drafted: Elements
    compilation: Compilation

    def folder_of(self, name: str) -> str | None:
        element = self.drafted.by_name.get(name) or self.compilation.app.elements.get(name)
        return None if element is None else element.folder

    def dependencies_of(self, name: str) -> Dependencies:
        compiled = self.compilation.reusable.dependencies
        return self.drafted.dependencies.get(name) or compiled.get(name, NO_DEPENDENCIES)

    def found_by_code(self) -> list[str]:
        elements = {**self.compilation.app.elements, **self.drafted.by_name}
        return [name for name, found in elements.items() if KINDS[found.kind].found_by_code]


def _called_services(source: Source, on_failure: object) -> set[str]:
    """Return the names of the services that a task's ``e.json`` names, or the app's policy."""
    policy = source.data.get("policy")
    named = [source.data.get("func"), source.data.get("taskFunc"), on_failure]
    named += [policy.get("onFailure")] if isinstance(policy, dict) else []
    return _services_in(named)


def _default_of(settings: Settings) -> object:
    """Return the function that the app's policy names for runs that fail; None for none."""
    return settings.app.policy.get("onFailure")


def _services_in(functions: Iterable[object]) -> set[str]:
    """Return the names of the services of functions, by their full names."""
    return {name.rpartition(".")[0] for name in functions if isinstance(name, str)}
