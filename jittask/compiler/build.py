"""The compiler's pipeline: explicit steps in order (rules H1, H2, V2)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from jittask.compiler.commons import Commons, read_commons
from jittask.compiler.compiled import (
    Compilation,
    CompiledApp,
    CompiledTask,
    DateFieldTask,
    Reusable,
)
from jittask.compiler.databases import check_database, read_database
from jittask.compiler.dependencies import NO_MENTIONS, Needs, mentions
from jittask.compiler.discover import Found, check_names, check_places, discover
from jittask.compiler.files import MANIFEST, NOTHING_KNOWN, Files
from jittask.compiler.findings import Findings, FindingsByElement
from jittask.compiler.functions import INNER, SERVICE, Services
from jittask.compiler.graph import Graph, manifest
from jittask.compiler.models import MODEL, ModelSource, database_of, read_model
from jittask.compiler.probe import Probe
from jittask.compiler.python import Module, read_python
from jittask.compiler.references import check_references
from jittask.compiler.schema import check_element
from jittask.compiler.services import check_function_list
from jittask.compiler.settings import Settings, read_settings
from jittask.compiler.source import Source, read_json
from jittask.compiler.task_cache import CachedTask, TaskCache
from jittask.compiler.tasks import (
    Surroundings,
    TaskFiles,
    compile_task,
    further_elements,
    made_again,
    to_keep,
)
from jittask.diagnostics import Diagnostic, Location
from jittask.environment import Asked
from jittask.model import (
    AppContents,
    AppSettings,
    DatabaseInfo,
    Element,
    ElementKind,
    ModelForm,
    ModelInfo,
    TaskType,
)


def compile_tree(
    root: str | Path,
    *,
    imports: bool = False,
    previous: Compilation | None = None,
    keep: bool = False,
) -> Compilation:
    """Compile a tree; every mistake found is a diagnostic, and the rest loads.

    With ``imports``, the functions are also checked on the real objects, in a
    process of their own (U2). ``previous`` is the compilation before: tasks
    that did not change keep their very objects, and are not read again. With
    ``keep``, a first compilation with imports takes what an earlier process has
    kept in ``.jittask/cache``, and keeps what it has found.
    """
    root = Path(root).resolve()
    if keep and (root / MANIFEST).is_file():
        with Probe(wanted=True) as probe, TaskCache(root) as kept:
            return compile_files(Files(root, kept.known), probe, kept=kept)
    known = previous.reusable.known if previous is not None else NOTHING_KNOWN
    with Probe(wanted=imports) as probe:
        return compile_files(Files(root, known), probe, previous)


def compile_files(
    files: Files,
    probe: Probe | None = None,
    previous: Compilation | None = None,
    kept: TaskCache | None = None,
) -> Compilation:
    """Compile what one look has found; with a probe, the functions are imported too."""
    compiling = Compiling(files, previous, kept)
    compiling.settle()
    compiling.compile_tasks()
    probed: Mapping[str, tuple[Diagnostic, ...]] = {}
    if probe is not None:
        known = compiling.probed_before()
        probed = probe.check(files.root, compiling.tasks, compiling.contents, known)
    compilation = compiling.outcome(probed)
    if kept is not None:
        kept.write(files, compilation.app.tasks)
    return compilation


class Compiling:
    """One compilation: its steps, and what they have found so far."""

    def __init__(
        self, files: Files, previous: Compilation | None, kept: TaskCache | None = None
    ) -> None:
        self.files = files
        self.before = previous
        self.kept = kept
        self.as_kept: list[str] = []
        """The tasks that were made of what was kept of them."""
        self.found = discover(files)
        self.findings = FindingsByElement()
        self.known_names = frozenset(one.name for one in self.found)
        self.shared = Findings(None)
        """Findings about no element: the manifest, folders, ``commons``."""
        self.environment = Asked(os.environ)
        self.settings = read_settings(
            files, self.environment, self._names(ElementKind.DATABASE), self.shared
        )
        self.bearing = _bearing(self.settings)
        self.misnamed = check_names(self.found)
        self.commons = Commons()
        self.elements: dict[str, Element] = {}
        self.needs: dict[str, Needs] = {}
        self.databases: dict[str, DatabaseInfo] = {}
        self.models: dict[str, ModelInfo] = {}
        self.services: dict[str, Module] = {}
        self.tasks: dict[str, CompiledTask] = {}
        self.of_own_files: dict[str, tuple[Diagnostic, ...]] = {}
        """What compiled tasks were told; it holds while their version does."""

    def settle(self) -> None:
        """Compile what tasks stand on."""
        for folder, why in self.files.unreadable:
            self.shared.add("file-unreadable", Location(folder), why)
        check_places(self.files, self.shared)
        self.commons = read_commons(self.files, self.shared)
        for one in self._of(ElementKind.DATABASE):
            self._database(one)
        for one in self._of(ElementKind.MODEL):
            self._model(one)
        for one in self._of(ElementKind.SERVICE):
            self._service(one)

    def compile_tasks(self, only: Container[str] | None = None) -> None:
        """Compile the tasks, or some; those that did not change are taken over as they are."""
        names = self._names(ElementKind.SERVICE)
        if self.kept is not None:
            self.kept.begin(self.bearing)
        graph = Graph(
            self.files, self.settings.app, self.elements, self.models, self.needs, self.commons
        )
        around = Surroundings(
            self.settings,
            Services(names, self.services),
            self._names(ElementKind.MODEL),
            self.models,
            graph,
        )
        for one in self._of(ElementKind.TASK):
            if only is not None and one.name not in only:
                continue
            task = self._taken_over(one, around) or self._task(one, around)
            if task is not None and one.name not in self.misnamed:
                self.tasks[one.name] = task

    def outcome(self, probed: Mapping[str, tuple[Diagnostic, ...]]) -> Compilation:
        """Return what has been compiled, and everything found, sorted.

        ``probed``: what the import step found, by task.
        """
        versions = {name: self.tasks[name].version for name in probed}
        for name, found in probed.items():
            if found:
                self.findings[name].found += found
                if self.findings[name].broken:
                    del self.tasks[name]
        app = CompiledApp(
            self.files.root,
            self.settings.app,
            self.contents.elements,
            self.tasks,
            self.models,
            self.databases,
            _app_digest(self.settings.app, self.elements),
        )
        reusable = Reusable(
            self.files.known(), self.needs, self.of_own_files, probed, versions,
            self.environment.asked, self.bearing,
        )  # fmt: skip
        return Compilation(app, self.diagnostics(), reusable)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return everything found, sorted."""
        found = [*self.shared.found, *self.misnamed.values()]
        for findings in self.findings.values():
            found += findings.found
        return tuple(sorted(found, key=lambda one: one.sort_key))

    def probed_before(self) -> dict[str, tuple[Diagnostic, ...]]:
        """Return what the import of these very versions gave before, by task."""
        if self.before is None:
            return dict.fromkeys(self.as_kept, ()) if self.kept and self.kept.imports_hold else {}
        before = self.before.reusable
        return {
            name: before.probed[name]
            for name, task in self.tasks.items()
            if before.versions.get(name) == task.version
        }

    @property
    def contents(self) -> AppContents:
        """What element code can reach."""
        return AppContents(
            self.settings.app, dict(sorted(self.elements.items())), self.models, self.databases
        )

    # --- one element of each kind

    def _database(self, found: Found) -> None:
        findings = self.findings[found.name]
        source = self._source(found)
        if source is None:
            return
        info = read_database(found, source, self.files, self.environment, findings)
        if info is not None and self._loads(found):
            self.databases[found.name] = info

    def _model(self, found: Found) -> None:
        findings = self.findings[found.name]
        source = self._source(found)
        module = self._modules(found).get(MODEL)
        if source is None:
            return
        source = source.without_mistakes(findings)
        if source.data["type"] == ModelForm.NORMAL and not self.files.has(
            f"{found.folder}/{MODEL}"
        ):
            place = source.value(("type",))
            findings.add("model-file-missing", place, "model.py is missing beside e.json")
        given = ModelSource(found.name, source, module, self.settings)
        database = database_of(given, findings)
        if database is not None:
            names = self._names(ElementKind.DATABASE)
            check_database(database, source, names, self.databases, findings)
        model = read_model(given, database or "", findings)
        if model is not None and self._loads(found):
            self.models[found.name] = model

    def _service(self, found: Found) -> None:
        findings = self.findings[found.name]
        source = self._source(found)
        module = self._modules(found).get(SERVICE)
        if source is None:
            return
        if not self.files.has(f"{found.folder}/{SERVICE}"):
            findings.add(
                "service-file-missing",
                source.value(("type",)),
                "service.py is missing beside e.json",
                "write it with plain functions, or a class of the service's name",
            )
        elif module is not None:
            sound = source.without_mistakes(findings)
            check_function_list(sound, found.name.rpartition(".")[2], module, findings)
            if self._loads(found):
                self.services[found.name] = module

    def _task(self, found: Found, around: Surroundings) -> CompiledTask | None:
        findings = self.findings[found.name]
        modules = self._modules(found)
        source = self._source(found)
        if source is None:
            return None
        has_inner = self.files.has(f"{found.folder}/{INNER}")
        own = TaskFiles(found.name, source, has_inner, modules.get(INNER), self.needs[found.name])
        task = compile_task(own, around, findings)
        if task is not None:
            told = self.of_own_files[found.name] = tuple(findings.found)
            if self.kept is not None:
                self.kept.add(to_keep(task, source.data, own.needs, told))
        return task

    def _taken_over(self, found: Found, around: Surroundings) -> CompiledTask | None:
        """Return the task as it was before, where its version still stands (H1)."""
        if self.before is not None:
            return self._of_before(self.before, found, around.graph)
        kept = self.kept.task(found.name) if self.kept is not None else None
        if kept is not None:
            with suppress(ValueError, TypeError, KeyError, AttributeError):  # not of our making
                return self._of_kept(kept, found, around)
        return None

    def _of_before(self, before: Compilation, found: Found, graph: Graph) -> CompiledTask | None:
        """Return the very object of the compilation before."""
        task = before.app.tasks.get(found.name)
        told = before.reusable.of_own_files.get(found.name)
        if before.reusable.bearing != self.bearing or task is None or told is None:
            return None
        element = before.app.elements[found.name]
        if element.digest != self._digest(found):
            return None
        model = task.model if isinstance(task, DateFieldTask) else None
        if model is not None and self.models.get(model.name) != model:
            return None
        own = before.reusable.needs[found.name]
        further = further_elements(
            task.function, task.policy.on_failure, model.name if model else None
        )
        if self._version(element, own, further, graph)[0] != task.version:
            return None
        self._take(element, own, told)
        return task

    def _of_kept(self, kept: CachedTask, found: Found, around: Surroundings) -> CompiledTask | None:
        """Make a task of what an earlier process has kept of it."""
        data, digest = kept.data, self._digest(found)
        model = data["modelPath"] if data["type"] == TaskType.DATE_FIELD else None
        element = Element(found.name, found.kind, data["type"], data["title"], found.folder, digest)
        further = further_elements(kept.function, kept.on_failure, model)
        version, bundle = self._version(element, kept.needs, further, around.graph)
        if version != kept.version:
            return None
        task = made_again(kept, bundle, around)
        self._take(element, kept.needs, kept.told)
        self.as_kept.append(found.name)
        return task

    def _version(
        self, element: Element, own: Needs, further: list[str], graph: Graph
    ) -> tuple[str, tuple[str, ...]]:
        """Return a task's version of today, empty where something that it needs cannot load."""
        name = element.name
        if not all(one == name or one in self.services or one in self.models for one in further):
            return "", ()
        self.elements[name] = element
        try:
            return graph.version(name, own, further)
        except OSError:
            return "", ()

    def _take(self, element: Element, own: Needs, told: tuple[Diagnostic, ...]) -> None:
        self.needs[element.name] = own
        self.of_own_files[element.name] = told
        if told:
            self.findings[element.name].found += told

    # --- what they share

    def _source(self, found: Found) -> Source | None:
        """Read and check an ``e.json``; None where not even its type can be told."""
        findings = self.findings[found.name]
        source = read_json(self.files, found.file, findings)
        typed = source is not None and check_element(source, found.kind, findings)
        data = source.data if source is not None and isinstance(source.data, dict) else {}
        self.elements[found.name] = Element(
            found.name,
            found.kind,
            str(data.get("type", "")),
            str(data.get("title", "")),
            found.folder,
            self._digest(found),
        )
        return source if typed else None

    def _modules(self, found: Found) -> dict[str, Module]:
        """Parse an element's Python files, by name inside its folder, and check what they need."""
        findings = self.findings[found.name]
        modules: dict[str, Module] = {}
        own = NO_MENTIONS
        for file in self.files.under(found.folder):
            if file.endswith(".py"):
                module = read_python(self.files, file, findings)
                if module is not None:
                    modules[file[len(found.folder) + 1 :]] = module
                    own += mentions(module)
        self.needs[found.name] = own.needs
        if own is not NO_MENTIONS:
            check_references(own, self.files, self.known_names, self.commons, findings)
        return modules

    def _loads(self, found: Found) -> bool:
        return found.name not in self.misnamed and not self.findings[found.name].broken

    def _of(self, kind: ElementKind) -> Iterator[Found]:
        return (one for one in self.found if one.kind is kind)

    def _names(self, kind: ElementKind) -> frozenset[str]:
        return frozenset(one.name for one in self._of(kind))

    def _digest(self, found: Found) -> str:
        """Return the digest of an element's own files; what cannot be read counts as empty."""
        whole = ""
        for file in self.files.under(found.folder):
            try:
                digest = self.files.digest(file)
            except OSError:
                digest = ""
            whole += f"{file}\0{digest}\n"
        return hashlib.sha256(whole.encode()).hexdigest()


def _bearing(settings: Settings) -> str:
    """Name the settings that tasks depend on: by a digest, since some may be secret."""
    known = [manifest(settings.app), settings.app.retention_days, settings.broken]
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def _app_digest(settings: AppSettings, elements: Mapping[str, Element]) -> str:
    whole = hashlib.sha256(repr((manifest(settings), settings)).encode())
    for name, element in sorted(elements.items()):
        whole.update(f"\0{name}\0{element.digest}".encode())
    return whole.hexdigest()
