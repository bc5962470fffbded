"""The compiler's pipeline: explicit steps in order, each returning values (rules H1, V2)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from jittask.compiler.bundle import Closures, Tree, digest, files_digest, manifest
from jittask.compiler.compiled import (
    Compilation,
    CompiledApp,
    CompiledTask,
    DateFieldTask,
    ScheduledTask,
)
from jittask.compiler.discover import Found, discover, own_files
from jittask.compiler.findings import Findings
from jittask.compiler.models import read_database, read_model, unset
from jittask.compiler.probe import probe
from jittask.compiler.schema import check_element
from jittask.compiler.settings import read_settings
from jittask.compiler.source import Source, read_json
from jittask.compiler.tasks import Parts, Surroundings, compile_task
from jittask.diagnostics import Diagnostic, Location
from jittask.model import AppSettings, DatabaseInfo, Element, ElementKind, ModelInfo
from jittask.schedule.rows import RowTimer


def compile_tree(
    root: str | Path, *, imports: bool = False, previous: Compilation | None = None
) -> Compilation:
    """Compile a tree; every mistake found is a diagnostic, and the rest loads.

    With ``imports``, the functions are also checked on the real objects, in a
    process of their own (U2). ``previous`` is the compilation before: tasks
    that did not change keep their very objects, and are not imported again.
    """
    root = Path(root).resolve()
    settings, diagnostics = read_settings(root, os.environ)
    found, problems = discover(root)
    diagnostics += problems
    sources, elements, findings = _read(root, found)
    databases = _databases(root, sources, elements, findings)
    models = _models(root, settings, sources, elements, databases, findings)
    _services(root, elements, findings)
    tasks = _tasks(root, settings, sources, elements, models, findings)
    if previous is not None:
        tasks = _kept(tasks, previous)
    probed: Mapping[str, tuple[Diagnostic, ...]] = {}
    if imports:
        probed = _probe(root, tasks, previous)
        for name, task in list(tasks.items()):
            findings[name].found += probed[task.version + name]
            if findings[name].broken:
                del tasks[name]
    diagnostics += [one for each in findings.values() for one in each.found]
    app = CompiledApp(
        root, settings, elements, tasks, models, databases, _app_digest(settings, elements)
    )
    return Compilation(app, tuple(sorted(diagnostics, key=lambda one: one.sort_key)), probed)


def _read(
    root: Path, found: list[Found]
) -> tuple[dict[str, Source], dict[str, Element], dict[str, Findings]]:
    """Read every ``e.json`` and check it against its schema."""
    sources: dict[str, Source] = {}
    elements: dict[str, Element] = {}
    findings: dict[str, Findings] = {}
    for one in found:
        mine = findings[one.name] = Findings(one.name)
        source = read_json(root, f"{one.folder}/e.json", one.name)
        data = {}
        if isinstance(source, Diagnostic):
            mine.found.append(source)
        else:
            check_element(source, one.kind, mine)
            if isinstance(source.data, dict):
                data = source.data
            if not mine.broken:
                sources[one.name] = source
        elements[one.name] = Element(
            one.name,
            one.kind,
            str(data.get("type", "")),
            str(data.get("title", "")),
            one.folder,
            files_digest(root, own_files(root, one.folder)),
        )
    return sources, elements, findings


def _databases(
    root: Path,
    sources: Mapping[str, Source],
    elements: Mapping[str, Element],
    findings: Mapping[str, Findings],
) -> dict[str, DatabaseInfo]:
    found: dict[str, DatabaseInfo] = {}
    for name, source in _of_kind(ElementKind.DATABASE, sources, elements):
        mine = findings[name]
        info = read_database(source, name, elements[name].folder, root, mine, read_json)
        if info is None:
            continue
        found[name] = info
        for variable in unset(info, os.environ):
            mine.add(
                "unset-environment",
                source.value(()),
                f"environment variable {variable} is not set",
                f"export {variable}=… before jittask run",
            )
    return found


def _models(
    root: Path,
    settings: AppSettings,
    sources: Mapping[str, Source],
    elements: Mapping[str, Element],
    databases: Mapping[str, DatabaseInfo],
    findings: Mapping[str, Findings],
) -> dict[str, ModelInfo]:
    found: dict[str, ModelInfo] = {}
    for name, source in _of_kind(ElementKind.MODEL, sources, elements):
        mine = findings[name]
        model = read_model(
            source, name, elements[name].folder, root, settings.default_database, mine
        )
        if model is None:
            continue
        place = source.value(("db",)) if "db" in source.data else source.value(())
        if model.database not in elements:
            known = ", ".join(databases) or "none"
            mine.add(
                "unknown-database", place, f"no database {model.database!r}", f"there are: {known}"
            )
        elif model.database not in databases:
            mine.add(
                "broken-dependency",
                place,
                f"{model.database} cannot load",
                f"mend {model.database} first",
            )
        else:
            found[name] = model
    return found


def _services(
    root: Path, elements: Mapping[str, Element], findings: Mapping[str, Findings]
) -> None:
    from jittask.compiler.python import read_python

    for name, element in elements.items():
        if element.kind is not ElementKind.SERVICE or findings[name].broken:
            continue
        file = f"{element.folder}/service.py"
        if not (root / file).exists():
            findings[name].add(
                "service-file-missing",
                Location(f"{element.folder}/e.json"),
                "service.py is missing beside e.json",
                "write it with plain functions, or a class of the service's name",
            )
            continue
        module = read_python(root, file, name)
        if isinstance(module, Diagnostic):
            findings[name].found.append(module)


def _tasks(
    root: Path,
    settings: AppSettings,
    sources: Mapping[str, Source],
    elements: Mapping[str, Element],
    models: Mapping[str, ModelInfo],
    findings: Mapping[str, Findings],
) -> dict[str, CompiledTask]:
    broken = frozenset(name for name, one in findings.items() if one.broken)
    around = Surroundings(root, settings, elements, models, broken)
    closures = Closures(Tree(root, elements, models))
    found: dict[str, CompiledTask] = {}
    for name, source in _of_kind(ElementKind.TASK, sources, elements):
        parts = compile_task(source, elements[name], around, findings[name])
        if parts is None:
            continue
        needed = [name, parts.function.element, *([parts.model.name] if parts.model else [])]
        files = closures.of(needed)
        try:
            version = digest(root, files, settings)
        except OSError as error:
            findings[name].add(
                "file-unreadable", source.value(()), f"a file of it cannot be read: {error}"
            )
            continue
        found[name] = _task(name, parts, version, files)
    return found


def _task(name: str, parts: Parts, version: str, files: tuple[str, ...]) -> CompiledTask:
    if isinstance(parts.timer, RowTimer):
        assert parts.model is not None
        return DateFieldTask(
            name=name,
            title=parts.title,
            enabled=parts.enabled,
            function=parts.function,
            policy=parts.policy,
            timer=parts.timer,
            model=parts.model,
            filter=parts.filter,
            timing_digest=parts.timing_digest,
            version=version,
            bundle=files,
            description=parts.description,
            tags=parts.tags,
        )
    return ScheduledTask(
        name=name,
        title=parts.title,
        enabled=parts.enabled,
        function=parts.function,
        policy=parts.policy,
        timer=parts.timer,
        timing_digest=parts.timing_digest,
        version=version,
        bundle=files,
        description=parts.description,
        tags=parts.tags,
    )


def _kept(tasks: Mapping[str, CompiledTask], previous: Compilation) -> dict[str, CompiledTask]:
    """Give unchanged tasks their objects of before (H1)."""
    before = previous.app.tasks
    return {
        name: before[name] if name in before and before[name] == task else task
        for name, task in tasks.items()
    }


def _probe(
    root: Path, tasks: Mapping[str, CompiledTask], previous: Compilation | None
) -> dict[str, tuple[Diagnostic, ...]]:
    """Check what has not been checked in this version; return the findings by version and task."""
    known = dict(previous.probed) if previous is not None else {}
    fresh = [
        (name, task.function, 1 if isinstance(task, DateFieldTask) else 0)
        for name, task in tasks.items()
        if task.version + name not in known
    ]
    answers = probe(root, fresh) if fresh else {}
    return {
        task.version + name: answers[name] if name in answers else known[task.version + name]
        for name, task in tasks.items()
    }


def _of_kind(
    kind: ElementKind, sources: Mapping[str, Source], elements: Mapping[str, Element]
) -> list[tuple[str, Source]]:
    return [(name, source) for name, source in sources.items() if elements[name].kind is kind]


def _app_digest(settings: AppSettings, elements: Mapping[str, Element]) -> str:
    whole = hashlib.sha256(repr((manifest(settings), settings)).encode())
    for name, element in sorted(elements.items()):
        whole.update(f"\0{name}\0{element.digest}".encode())
    return whole.hexdigest()
