"""One compiled app as it runs, immutable, and how the next one is made from it (rules H1, H3).

An element that breaks keeps its last good version. One that is removed runs for
a few seconds more, because editors and checkouts remove files and write them again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

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
    broken_since: Mapping[str, datetime]
    """Since when each of them is broken."""
    absent: frozenset[str] = frozenset()
    """The elements that are absent, and do not count as removed yet."""
    number: int = 0
    """Of this snapshot since the start."""
    touched: frozenset[str] | None = None
    """The tasks that may differ from those of the snapshot before; None: any may."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different between two snapshots: full names of elements."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Also what was broken and never loaded."""
    fixed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All of them."""
        return frozenset((*self.added, *self.changed, *self.removed, *self.fixed, *self.broken))

    def __bool__(self) -> bool:
        return any((self.added, self.changed, self.removed, self.fixed, self.broken))


def first_snapshot(
    compilation: Compilation,
    last_good: Mapping[str, RunningTask],
    since: Mapping[str, datetime],
    now: datetime,
    broken_since: Mapping[str, datetime] = MappingProxyType({}),
) -> Snapshot:
    """Make the snapshot of a start; broken tasks run their last good version, if there is one.

    ``since``: when the versions that ran before were loaded; they count as still running.
    ``broken_since``: of the elements that were broken before.
    """
    tasks = {
        name: RunningTask(task, since.get(task.version, now))
        for name, task in compilation.app.tasks.items()
    }
    broken = _broken(compilation)
    tasks |= {name: last_good[name] for name in broken if name in last_good and name not in tasks}
    return Snapshot(compilation.app, tasks, broken, _broken_since(broken, broken_since, now))


def next_snapshot(
    last: Snapshot,
    compilation: Compilation,
    now: datetime,
    kept: Collection[str] = (),
    touched: Collection[str] | None = None,
) -> tuple[Snapshot, Changes]:
    """Make the snapshot that follows ``last``, and say what changed.

    The tasks in ``kept`` keep the version that runs, where there is one. ``touched``:
    the elements that may differ from those that ``last`` was made of; None: any may.

    An ``app.json`` that cannot be read changes nothing but what is shown as
    broken: its zone and calendar affect every task.
    """
    broken = _broken(compilation)
    if "app.json" in broken:
        all_broken = {**last.broken, **broken}
        since = _broken_since(all_broken, last.broken_since, now)
        unchanged = replace(last, broken=all_broken, broken_since=since)
        return unchanged, _changes(last, unchanged, ())
    if touched is None:
        names = compilation.app.tasks.keys() | last.tasks.keys()
        others = compilation.app.elements.keys() | last.app.elements.keys()
    else:
        names = others = {*touched, *last.absent}
    tasks = dict(last.tasks)
    for name in names:
        following_task = _following(name, last, compilation.app, broken, now, kept)
        if following_task is None:
            tasks.pop(name, None)
        else:
            tasks[name] = following_task
    if tasks.keys() != last.tasks.keys():
        tasks = dict(sorted(tasks.items()))
    absent = frozenset(
        name for name in names if name in tasks and tasks[name].absent_since is not None
    )
    since = _broken_since(broken, last.broken_since, now)
    number = last.number + 1
    following = Snapshot(compilation.app, tasks, broken, since, absent, number, frozenset(names))
    return following, _changes(last, following, {*names, *others})


def _following(
    name: str,
    last: Snapshot,
    app: CompiledApp,
    broken: Collection[str],
    now: datetime,
    kept: Collection[str],
) -> RunningTask | None:
    """Return what runs of a task from now on; the very object of before where nothing changed."""
    before, task = last.tasks.get(name), app.tasks.get(name)
    if before is None:
        return None if task is None else RunningTask(task, now)
    if task is None and name not in broken:
        since = before.absent_since or now
        return replace(before, absent_since=since) if now - since < ABSENCE else None
    if task is not None and name in kept:
        return before
    if task is not None and task != before.task:
        return RunningTask(task, now)
    return before if before.absent_since is None else replace(before, absent_since=None)


def _broken(compilation: Compilation) -> dict[str, tuple[Diagnostic, ...]]:
    found: dict[str, tuple[Diagnostic, ...]] = {}
    for diagnostic in compilation.diagnostics:
        # an unset variable is a warning only where the tree is just validated (F2)
        if diagnostic.is_error or diagnostic.code == UNSET:
            name = diagnostic.element or diagnostic.location.file
            found[name] = (*found.get(name, ()), diagnostic)
    return found


def _broken_since(
    broken: Collection[str], before: Mapping[str, datetime], now: datetime
) -> dict[str, datetime]:
    """Return since when each is broken: another mistake in what was broken begins nothing."""
    return {name: before.get(name, now) for name in broken}


def _changes(last: Snapshot, following: Snapshot, names: Collection[str]) -> Changes:
    """Compare the elements of these names, and all that is broken."""
    before = {name: version for name in names if (version := _version(last, name)) is not None}
    after = {name: version for name in names if (version := _version(following, name)) is not None}
    corrected = last.broken.keys() - following.broken.keys()
    gone = {
        name
        for name in corrected
        if name in last.app.elements and _version(following, name) is None
    }
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


def _version(snapshot: Snapshot, name: str) -> object | None:
    """Return what to compare: of a task the compiled task, of another element its digest."""
    running = snapshot.tasks.get(name)
    if running is not None:
        return running.task
    element = snapshot.app.elements.get(name)
    return None if element is None or element.kind is ElementKind.TASK else element.digest
