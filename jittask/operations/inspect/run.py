"""One run: its record, what it printed and logged, and what it prints until it ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jittask.model import TRANSITIONS, Run
from jittask.operations.naming import find_run
from jittask.operations.workspace import Workspace

if TYPE_CHECKING:
    from jittask.store.run_logs import LogChunk

POLL_SECONDS = 0.1
"""Seconds between two looks at a run that is followed."""


@dataclass(frozen=True, slots=True)
class RunLog:
    """A run with its output, in order."""

    run: Run
    chunks: tuple[LogChunk, ...]


@dataclass(frozen=True, slots=True)
class NoRuntimeAlive:
    """No runtime is alive, so nothing will come until one is started."""


def run_with_log(workspace: Workspace, number: int) -> RunLog:
    """Return a run and its output. Raises NoRecords, NotFound, Unavailable."""
    with workspace.stored() as store:
        run = find_run(store, number)
        return RunLog(run, tuple(store.log(number)))


def follow(workspace: Workspace, number: int) -> Iterator[LogChunk | NoRuntimeAlive | Run]:
    """Yield what a run has printed and what it prints; last, the run itself, which has ended.

    NoRuntimeAlive is given once, when the run has to wait for a runtime. Raises
    NoRecords, NotFound, Unavailable.
    """
    clock, never = workspace.clock, threading.Event()
    seen, warned = 0, False
    with workspace.stored() as store:
        while True:
            run = find_run(store, number)  # first: its last output is written with its end
            for chunk in store.log(number, seen):
                seen = chunk.id
                yield chunk
            if has_ended(run):
                yield run
                return
            if not warned and not store.runtime_alive(workspace.now()):
                warned = True
                yield NoRuntimeAlive()
            clock.wait(never, POLL_SECONDS)


def has_ended(run: Run) -> bool:
    """Whether a run has come to its end."""
    return not TRANSITIONS[run.status]
