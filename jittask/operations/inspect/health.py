"""What is wrong with a tree that ought to run, the gravest first (rule R13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from jittask.operations.inspect.element_state import BROKEN, ElementState

if TYPE_CHECKING:
    from jittask.store.status_types import RuntimeRow, StoreStatus


class ProblemCode(StrEnum):
    """What a program can look for."""

    STORE_UNAVAILABLE = "store-unavailable"
    NOT_RUNNING = "not-running"
    STUCK = "stuck"
    """A runtime is there, but shows no sign of life."""
    BROKEN = "broken"
    BLOCKED = "blocked"
    """Something outside its files keeps a task from running."""
    OVERDUE = "overdue"
    NOTIFY_FAILED = "notify-failed"
    """People do not learn what is wrong: a target of notifications cannot be reached."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    code: ProblemCode
    text: str
    since: datetime | None = None
    """Since when, as far as is known: of a runtime its last sign of life, of runs the oldest."""
    element: str | None = None
    """None where it concerns the whole tree."""


def problems(stored: StoreStatus | None, elements: tuple[ElementState, ...]) -> Iterator[Problem]:
    """Yield what is wrong; ``stored`` is what the run store says, None where there is none."""
    yield from _of_runtimes(stored.runtimes if stored else ())
    for element in elements:
        if element.state == BROKEN:
            text, since = _broken(element), element.broken_since
            yield Problem(ProblemCode.BROKEN, text, since, element.name)
    for blocked in stored.blocked if stored and _any_alive(stored.runtimes) else ():
        yield Problem(ProblemCode.BLOCKED, blocked.reason, blocked.since, blocked.task)
    for task in stored.overdue_tasks if stored else ():
        text = "1 run is late" if task.runs == 1 else f"{task.runs:,} runs are late"
        yield Problem(ProblemCode.OVERDUE, text, task.since, task.task)
    for target in stored.undelivered if stored else ():
        waiting = (
            "1 message waits" if target.messages == 1 else f"{target.messages:,} messages wait"
        )
        text = f"{target.label}: {target.error}; {waiting}"
        yield Problem(ProblemCode.NOTIFY_FAILED, text, target.since)


def _of_runtimes(runtimes: tuple[RuntimeRow, ...]) -> Iterator[Problem]:
    if not runtimes:
        yield Problem(ProblemCode.NOT_RUNNING, "no runtime has run yet; start one: jittask run")
        return
    for runtime in runtimes:
        if runtime.silent:
            text = f"{_name(runtime)} exists, but shows no sign of life"
            yield Problem(ProblemCode.STUCK, text, runtime.last_beat)
    if _any_alive(runtimes):
        return
    newest = max(runtimes, key=lambda runtime: runtime.started)
    if newest.stopped is not None:
        yield Problem(ProblemCode.NOT_RUNNING, f"{_name(newest)} has ended", newest.stopped)
    else:
        text = f"{_name(newest)} was killed, or its machine stopped"
        yield Problem(ProblemCode.NOT_RUNNING, text, newest.last_beat)


def _any_alive(runtimes: tuple[RuntimeRow, ...]) -> bool:
    return any(runtime.alive for runtime in runtimes)


def _name(runtime: RuntimeRow) -> str:
    return f"the runtime (process {runtime.pid} on {runtime.host})"


def _broken(element: ElementState) -> str:
    count = len(element.diagnostics)
    mistakes = "1 mistake" if count == 1 else f"{count} mistakes"
    runs = "nothing of it runs" if element.version is None else "its last good version runs"
    return f"{mistakes} in its files; {runs}"
