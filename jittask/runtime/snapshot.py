"""One compiled app as it runs, immutable, and how the next one is made from it (rules H1, H3).

An element that breaks keeps its last good version; one that vanishes goes on
for a moment, because editors and checkouts remove files that come right back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jittask.compiler.compiled import Compilation, CompiledApp, CompiledTask
from jittask.diagnostics import Diagnostic
from jittask.model import ElementKind

UNSET = "unset-environment"
ABSENCE = timedelta(seconds=5)
"""How long an element may be away before it counts as removed (H3)."""


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
    """Whether some element is away, and it is not yet known for how long."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different between two snapshots: full names of elements."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.added, self.changed, self.removed, self.mended, self.broken))


def first_snapshot(
    compilation: Compilation,
    last_good: Mapping[str, RunningTask],
    since: Mapping[str, datetime],
    now: datetime,
) -> Snapshot:
    """Make the snapshot of a start; broken tasks go on with what ran before, if it is kept.

    ``since``: when the versions that ran before were loaded; they run on.
    """
    tasks = {
        name: RunningTask(task, since.get(task.version, now))
        for name, task in compilation.app.tasks.items()
    }
    broken = _broken(compilation)
    tasks |= {name: last_good[name] for name in broken if name in last_good and name not in tasks}
    return Snapshot(compilation.app, tasks, broken)


def next_snapshot(
    last: Snapshot, compilation: Compilation, now: datetime
) -> tuple[Snapshot, Changes]:
    """Make the snapshot that follows ``last``, and say what changed.

    An ``app.json`` that cannot be read changes nothing but what is shown as
    broken: its zone and calendar bear on every task.
    """
    broken = _broken(compilation)
    if "app.json" in broken:
        kept = replace(last, broken={**last.broken, **broken})
        return kept, _changes(last, kept)
    tasks: dict[str, RunningTask] = {}
    for name, task in compilation.app.tasks.items():
        before = last.tasks.get(name)
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
    absent = any(one.absent_since is not None for one in tasks.values())
    following = Snapshot(compilation.app, tasks, broken, absent)
    return following, _changes(last, following)


def _broken(compilation: Compilation) -> dict[str, tuple[Diagnostic, ...]]:
    found: dict[str, tuple[Diagnostic, ...]] = {}
    for one in compilation.diagnostics:
        if one.is_error or one.code == UNSET:  # what is unset is a warning to who only reads (F2)
            name = one.element or one.location.file
            found[name] = (*found.get(name, ()), one)
    return found


def _changes(last: Snapshot, following: Snapshot) -> Changes:
    before, after = _versions(last), _versions(following)
    mended = {name for name in last.broken if name not in following.broken and name in after}
    newly_broken = {
        name for name, found in following.broken.items() if last.broken.get(name) != found
    }
    unbroken = after.keys() - following.broken.keys()
    changed = {
        name
        for name in unbroken & before.keys()
        if before[name] != after[name] and name not in mended
    }
    return Changes(
        added=tuple(sorted(unbroken - before.keys() - mended)),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(before.keys() - after.keys() - following.broken.keys())),
        mended=tuple(sorted(mended)),
        broken=tuple(sorted(newly_broken)),
    )


def _versions(snapshot: Snapshot) -> dict[str, object]:
    """Tasks count by what they compile to, other elements by their files."""
    others = {
        name: element.digest
        for name, element in snapshot.app.elements.items()
        if element.kind is not ElementKind.TASK
    }
    return others | {name: one.task for name, one in snapshot.tasks.items()}
