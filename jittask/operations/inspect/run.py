"""One run: its record, what it printed and logged, and what it prints until it ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

from jittask.model import TRANSITIONS, Run
from jittask.operations.errors import InvalidArgument
from jittask.operations.inspect.log_lines import LogLine, lines_of
from jittask.operations.inspect.log_tail import LogTail
from jittask.operations.naming import find_run
from jittask.operations.workspace import Workspace
from jittask.run_log import LEVELS

POLL_SECONDS = 0.1
"""Seconds between two looks at a run that is followed."""


@dataclass(frozen=True, slots=True)
class RunLog:
    """A run with its output, in order."""

    run: Run
    lines: tuple[LogLine, ...]
    hidden: int = 0
    """How many lines are below the level that was asked for."""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line of a log that has a text."""

    number: int
    """Its place among the lines of the log, from 1."""
    line: LogLine


@dataclass(frozen=True, slots=True)
class FoundLines:
    """The first lines of a log that have a text."""

    found: tuple[FoundLine, ...]
    total: int
    """How many lines have it."""


@dataclass(frozen=True, slots=True)
class NoRuntimeAlive:
    """No runtime is alive, so nothing will come until one is started."""


def run_with_log(workspace: Workspace, number: int, level: str = "debug") -> RunLog:
    """Return a run and its output of ``level`` and above.

    Raises NoRecords, NotFound, Unavailable, and InvalidArgument for an unknown level.
    """
    _check_level(level)
    with workspace.stored() as store:
        run = find_run(store, number)
        lines = tuple(lines_of(store.log(number)))
    shown = tuple(line for line in lines if line.is_of(level))
    return RunLog(run, shown, len(lines) - len(shown))


def search_log(
    workspace: Workspace, number: int, text: str, level: str = "debug", *, limit: int = 500
) -> FoundLines:
    """Return the lines of ``level`` and above that have a text, in large or small letters.

    Raises NoRecords, NotFound, Unavailable, and InvalidArgument for an unknown level.
    """
    _check_level(level)
    folded, found, total = text.casefold(), [], 0
    with workspace.stored() as store:
        find_run(store, number)
        for place, line in enumerate(lines_of(store.log(number)), 1):
            if line.is_of(level) and folded in line.text.casefold():
                total += 1
                if total <= limit:
                    found.append(FoundLine(place, line))
    return FoundLines(tuple(found), total)


def raw_log(workspace: Workspace, number: int) -> Iterator[str]:
    """Return what a run printed and logged, as it came, piece by piece.

    Raises NoRecords, NotFound, Unavailable, all before the first piece is asked for.
    """
    with workspace.stored() as store:
        find_run(store, number)
        return (chunk.text for chunk in list(store.log(number)))


def _check_level(level: str) -> None:
    if level not in LEVELS:
        raise InvalidArgument("level", f"unknown level {level!r}", f"one of {', '.join(LEVELS)}")


def follow(workspace: Workspace, number: int) -> Iterator[LogLine | NoRuntimeAlive | Run]:
    """Yield what a run has printed and what it prints; last, the run itself, which has ended.

    NoRuntimeAlive is given once, when the run has to wait for a runtime. Raises
    NoRecords, NotFound, Unavailable.
    """
    clock, never = workspace.clock, threading.Event()
    warned, tail = False, LogTail(number)
    with workspace.stored() as store:
        while True:
            found = tail.look(store)
            yield from found.lines
            if found.ended:
                yield found.run
                return
            if not warned and not store.runtime_alive(workspace.now()):
                warned = True
                yield NoRuntimeAlive()
            clock.wait(never, POLL_SECONDS)


def has_ended(run: Run) -> bool:
    """Whether a run has come to its end."""
    return not TRANSITIONS[run.status]
