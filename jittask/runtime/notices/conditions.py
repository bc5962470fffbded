"""What is wrong now, of what people want to be notified of (rule R14); pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from jittask.compiler.compiled import CompiledTask, DateFieldTask
from jittask.diagnostics import Diagnostic
from jittask.model import AppSettings, Notice, Notify
from jittask.store.notices import NoticeKey
from jittask.store.status_types import StoreStatus
from jittask.store.task_ends import TaskEnds

MANIFEST = "app.json"
_BROKEN = "broken"
_ROW_FAILED_FOR = timedelta(days=1)
"""For how long the failed run of a row counts as something that is wrong."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong now."""

    kind: Notice
    subject: str
    since: datetime
    text: str
    mark: str = ""
    """It is reported again where this has changed."""
    recovers: bool = True
    """Whether it is over once it is not found any more."""
    run: int | None = None
    """The run that failed."""

    @property
    def key(self) -> NoticeKey:
        """What names it."""
        return self.kind, self.subject


@dataclass(frozen=True, slots=True)
class Seen:
    """What the store says."""

    status: StoreStatus
    ends: tuple[TaskEnds, ...]
    activated: Mapping[str, datetime]
    """When the tasks with ``expectEvery`` were activated."""


class Recipients:
    """Who is notified of what, by element: the app's settings, or a task's instead of them."""

    def __init__(self, settings: AppSettings, tasks: Mapping[str, CompiledTask]) -> None:
        self._app = settings.notify
        self._tasks = tasks

    def of(self, subject: str) -> Notify:
        """Return who is notified of an element, and of what."""
        task = self._tasks.get(subject)
        return self._app if task is None else task.policy.notify.over(self._app)

    def wants(self, kind: Notice, subject: str) -> bool:
        """Whether anybody is notified of this kind of an element."""
        notify = self.of(subject)
        return bool(notify.urls) and kind in notify.of

    @property
    def urls(self) -> frozenset[str]:
        """Every target, as it is written."""
        own = (task.policy.notify.urls or () for task in self._tasks.values())
        return frozenset(self._app.urls).union(*own)


def conditions(
    seen: Seen, tasks: Mapping[str, CompiledTask], recipients: Recipients, now: datetime
) -> dict[NoticeKey, Condition]:
    """Return what is wrong now and wanted, by kind and element."""
    paused = {pause.task for pause in seen.status.pauses}
    found = (
        *_broken(seen.status),
        *_blocked(seen.status),
        *_overdue(seen.status),
        *_failed(seen.ends, tasks, now),
        *_not_run(seen, tasks, paused, now),
    )
    return {each.key: each for each in found if recipients.wants(each.kind, each.subject)}


def _broken(status: StoreStatus) -> Iterator[Condition]:
    for element in status.elements:
        if element.state == _BROKEN:
            errors = [each for each in element.diagnostics if each.is_error]
            first = f": {_placed(errors[0])}" if errors else ""
            count = "1 mistake" if len(errors) == 1 else f"{len(errors)} mistakes"
            since = element.broken_since or element.since
            yield Condition(Notice.BROKEN, element.name, since, f"{count}{first}")


def _placed(mistake: Diagnostic) -> str:
    place = mistake.location
    return f"{place.file}:{place.line}:{place.column}: {mistake.message}"


def _blocked(status: StoreStatus) -> Iterator[Condition]:
    tasks: set[str] = set()
    for entry in status.blocked:
        if entry.task not in tasks:
            tasks.add(entry.task)
            yield Condition(Notice.BLOCKED, entry.task, entry.since, entry.reason)


def _overdue(status: StoreStatus) -> Iterator[Condition]:
    for late in status.overdue_tasks:
        text = "a due run has not started" if late.runs == 1 else "due runs have not started"
        yield Condition(Notice.OVERDUE, late.task, late.since, text)


def _failed(
    ends: Collection[TaskEnds], tasks: Mapping[str, CompiledTask], now: datetime
) -> Iterator[Condition]:
    """Yield the tasks whose newest run has failed for good.

    Of a date-field task, the success of one row says nothing of another: each further run that
    fails is reported, and no recovery.
    """
    for each in ends:
        task = tasks.get(each.task)
        if task is None or each.failed is None or each.failed_run is None:
            continue
        text = f"run {each.failed_run} failed"
        if isinstance(task, DateFieldTask):
            if now - each.failed < _ROW_FAILED_FOR:
                mark = str(each.failed_run)
                yield Condition(
                    Notice.FAILED, each.task, each.failed, text, mark, False, each.failed_run
                )
        elif each.is_failing:
            yield Condition(Notice.FAILED, each.task, each.failed, text, run=each.failed_run)


def _not_run(
    seen: Seen, tasks: Mapping[str, CompiledTask], paused: Collection[str], now: datetime
) -> Iterator[Condition]:
    """Yield the tasks of which no run has completed within ``policy.expectEvery``."""
    completed = {each.task: each.completed for each in seen.ends}
    for name, activated in seen.activated.items():
        task = tasks.get(name)
        if task is None or not task.enabled or name in paused or task.policy.expect_every is None:
            continue
        last = completed.get(name)
        since = activated if last is None else max(last, activated)
        if now - since > task.policy.expect_every:
            text = "no run has completed" if last is None else "no further run has completed"
            yield Condition(Notice.NOT_RUN, name, since, text)
