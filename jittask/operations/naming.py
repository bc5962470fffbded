"""Which task, run or row is meant by what somebody wrote (rule V5)."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jittask.model import ElementKind, Run
from jittask.operations.errors import BrokenTask, NotFound

if TYPE_CHECKING:
    from jittask.compiler.compiled import Compilation, CompiledApp, CompiledTask
    from jittask.store import Store

_NAMES_SHOWN = 10


def full_name(name: str) -> str:
    """Return a task's name with ``tasks.`` in front, which may be left out."""
    return name if name.startswith("tasks.") else f"tasks.{name}"


def find_task(compilation: Compilation, name: str) -> CompiledTask:
    """Return the task of that name. Raises BrokenTask where it cannot load, NotFound."""
    full = full_name(name)
    task = compilation.app.tasks.get(full)
    if task is not None:
        return task
    if full in compilation.broken:
        first = next(finding for finding in compilation.of(full) if finding.is_error)
        place = f"{first.location.file}:{first.location.line}:{first.location.column}"
        raise BrokenTask(f"{full} cannot load: {place}: {first.message}", "see jittask validate")
    raise no_task(name, task_names(compilation.app))


def existing_task_name(compilation: Compilation, name: str) -> str:
    """Return the full name of a task, which may be broken. Raises NotFound."""
    full = full_name(name)
    if full in compilation.app.tasks or full in compilation.broken:
        return full
    raise no_task(name, task_names(compilation.app))


def task_names(app: CompiledApp) -> list[str]:
    """Return the full names of all tasks, broken ones too."""
    return [element.name for element in app.elements.values() if element.kind is ElementKind.TASK]


def no_task(name: str, known: Sequence[str]) -> NotFound:
    """Return the error of a name that no task has, with the one meant, or the first that exist."""
    short = name.removeprefix("tasks.").lower()
    names = {task.removeprefix("tasks.").lower(): task for task in known}
    same_end = [task for key, task in names.items() if key.rpartition(".")[2] == short]
    near = same_end or [names[key] for key in difflib.get_close_matches(short, names, 1)]
    if near:
        return NotFound(f"no task {name!r}", f"did you mean {near[0]}?")
    if not known:
        return NotFound(f"no task {name!r}", "the tree has none; make one: jittask new")
    more = f" and {len(known) - _NAMES_SHOWN:,} more" if len(known) > _NAMES_SHOWN else ""
    return NotFound(f"no task {name!r}", f"there are: {', '.join(known[:_NAMES_SHOWN])}{more}")


def find_run(store: Store, number: int) -> Run:
    """Return the run of that number. Raises NotFound."""
    run = store.run(number)
    if run is None:
        raise NotFound(f"no run {number}", "jittask records lists them")
    return run
