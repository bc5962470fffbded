"""One compiled app as it runs, immutable, and how the next one is made from it (rules H1, H3).

An element that breaks keeps its last good version. One that is removed runs for
a few seconds more, because editors and checkouts remove files and write them again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jittask.compiler.compiled import Compilation, CompiledApp, CompiledTask
from jittask.diagnostics import Diagnostic
from jittask.model import ElementKind

UNSET = "unset-environment"
ABSENCE = timedelta(seconds=5)
"""How long an element may be absent before it counts as removed (H3)."""


@dataclass(frozen=True, slots=True)
class RunningTask:
    """A task as it runs."""

    task: CompiledTask
    since: datetime
    """When this version was loaded."""
    absent_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What runs, and what is broken; replaced whole, never changed."""

    app: CompiledApp
    tasks: Mapping[str, RunningTask]
    broken: Mapping[str, tuple[Diagnostic, ...]]
    """Findings of the elements that cannot load, by full name or file; with or without a
    last good version in ``tasks``."""
    absent: bool = False
    """Whether an element is absent, and does not count as removed yet."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different between two snapshots: full names of elements."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Also what was broken and never loaded."""
    fixed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.added, self.changed, self.removed, self.fixed, self.broken))


def first_snapshot(
    compilation: Compilation,
    last_good: Mapping[str, RunningTask],
    since: Mapping[str, datetime],
    now: datetime,
) -> Snapshot:
    """Make the snapshot of a start; broken tasks run their last good version, if there is one.

    ``since``: when the versions that ran before were loaded; they count as still running.
    """
    tasks = {
        name: RunningTask(task, since.get(task.version, now))
        for name, task in compilation.app.tasks.items()
    }
    broken = _broken(compilation)
    tasks |= {name: last_good[name] for name in broken if name in last_good and name not in tasks}
    return Snapshot(compilation.app, tasks, broken)


def next_snapshot(
    last: Snapshot, compilation: Compilation, now: datetime, kept: Collection[str] = ()
) -> tuple[Snapshot, Changes]:
    """Make the snapshot that follows ``last``, and say what changed.

    The tasks in ``kept`` keep the version that runs, where there is one.

    An ``app.json`` that cannot be read changes nothing but what is shown as
    broken: its zone and calendar affect every task.
    """
    broken = _broken(compilation)
    if "app.json" in broken:
        unchanged = replace(last, broken={**last.broken, **broken})
        return unchanged, _changes(last, unchanged)
    tasks: dict[str, RunningTask] = {}
    for name, task in compilation.app.tasks.items():
        before = last.tasks.get(name)
        if before is not None and name in kept:
            tasks[name] = before
            continue
        same = before is not None and before.task == task
        tasks[name] = (
            replace(before, absent_since=None) if same and before else RunningTask(task, now)
        )
        if before is not None and same and before.absent_since is None:
            tasks[name] = before
    for name, before in last.tasks.items():
        if name in tasks:
            continue
        if name in broken:
            tasks[name] = replace(before, absent_since=None)
            continue
        since = before.absent_since or now
        if now - since < ABSENCE:
            tasks[name] = replace(before, absent_since=since)
    absent = any(running.absent_since is not None for running in tasks.values())
    following = Snapshot(compilation.app, tasks, broken, absent)
    return following, _changes(last, following)


def _broken(compilation: Compilation) -> dict[str, tuple[Diagnostic, ...]]:
    found: dict[str, tuple[Diagnostic, ...]] = {}
    for diagnostic in compilation.diagnostics:
        # an unset variable is a warning only where the tree is just validated (F2)
        if diagnostic.is_error or diagnostic.code == UNSET:
            name = diagnostic.element or diagnostic.location.file
            found[name] = (*found.get(name, ()), diagnostic)
    return found


def _changes(last: Snapshot, following: Snapshot) -> Changes:
    before, after = _versions(last), _versions(following)
    corrected = last.broken.keys() - following.broken.keys()
    gone = {name for name in corrected - after.keys() if name in last.app.elements}
    fixed = corrected - gone  # files that are no elements, such as app.json, count too
    newly_broken = {
        name for name, found in following.broken.items() if last.broken.get(name) != found
    }
    unbroken = after.keys() - following.broken.keys()
    changed = {
        name
        for name in unbroken & before.keys()
        if before[name] != after[name] and name not in fixed
    }
    return Changes(
        added=tuple(sorted(unbroken - before.keys() - fixed)),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted((before.keys() - after.keys() - following.broken.keys()) | gone)),
        fixed=tuple(sorted(fixed)),
        broken=tuple(sorted(newly_broken)),
    )


def _versions(snapshot: Snapshot) -> dict[str, object]:
    """Return what to compare: of tasks the compiled task, of other elements the files' digest."""
    others = {
        name: element.digest
        for name, element in snapshot.app.elements.items()
        if element.kind is not ElementKind.TASK
    }
    return others | {name: running.task for name, running in snapshot.tasks.items()}
