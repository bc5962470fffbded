"""The run that element code is part of: ``currentTask`` (rule U3)."""

# ruff: noqa: N815 - the names are those that element code sees
from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast


@dataclass(frozen=True, slots=True)
class CurrentTask:
    """What a function may know about the run that it is the body of."""

    name: str
    """The task's full name."""
    runId: int | None
    """None where nothing is recorded (``jittask try``)."""
    occurrenceKey: str
    """The same for every attempt at one occurrence: what makes an effect idempotent."""
    nominal: datetime
    """The instant that names the occurrence, aware."""
    effective: datetime
    """When it was due, after the holiday roll, aware."""
    attempt: int = 1
    args: Mapping[str, object] = field(default_factory=dict)


def occurrence_key(task: str, row_key: str, nominal: datetime) -> str:
    """Return the key of an occurrence: its task, its row, and its nominal instant."""
    return "|".join((task, row_key, nominal.isoformat()))


_running: ContextVar[CurrentTask] = ContextVar("jittask_current_task")


@contextmanager
def running(task: CurrentTask) -> Iterator[None]:
    """Make ``task`` what ``currentTask`` shows, here and in what is called from here."""
    token = _running.set(task)
    try:
        yield
    finally:
        _running.reset(token)


class _CurrentTask:
    """Stands for the run at hand; RuntimeError where there is none."""

    __slots__ = ()

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            task = _running.get()
        except LookupError:
            raise RuntimeError("currentTask: no task is running here") from None
        return getattr(task, name)

    def __repr__(self) -> str:
        return f"<currentTask {_running.get(None)!r}>"


currentTask = cast("CurrentTask", _CurrentTask())  # noqa: N816
