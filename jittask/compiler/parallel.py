"""Compiles the tasks of a large tree on all cores, where only the diagnostics matter.

The further processes are forks, so the steps and what they read are the very
same. Each takes the next few tasks whenever it has done its last ones, so that
none waits for a slower one. Where the system allows no further process, this one
does the work. Only ``jittask validate`` uses it: its process has one thread, and
needs no compiled tasks.
"""

from __future__ import annotations

import os
import pickle
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jittask.compiler.compiling import Compiling
from jittask.compiler.discover import Found
from jittask.compiler.look import Known
from jittask.diagnostics import Diagnostic

_WORTH_IT = 1_000
"""Tasks for each process: fewer are compiled sooner than a fork is made."""
_MOST_PROCESSES = 8
_TICKET = struct.Struct("!I")
_MOST_TICKETS = 4_096
"""So many fit into a pipe."""
_LEAST_TASKS = 50
"""Of one ticket."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a further process found."""

    tickets: frozenset[int]
    """The tasks that it has compiled."""
    diagnostics: tuple[Diagnostic, ...]
    """Of these tasks alone."""
    loaded: int
    read: dict[str, Known]
    """Digests of the files that it read, where they are to be kept."""


class _Tickets:
    """The tasks in small groups, each of which one process takes."""

    def __init__(self, tasks: list[Found]) -> None:
        self._tasks = tasks
        self._size = max(_LEAST_TASKS, -(-len(tasks) // _MOST_TICKETS))
        self.all = range(-(-len(tasks) // self._size))
        self.taken: set[int] = set()
        """By this process."""
        self._pipe, writing = os.pipe()
        os.write(writing, b"".join(map(_TICKET.pack, self.all)))
        os.close(writing)

    def take(self) -> Iterator[Found]:
        """Yield tasks until none is left that no process has taken."""
        while ticket := os.read(self._pipe, _TICKET.size):
            (number,) = _TICKET.unpack(ticket)
            yield from self.of(number)
            self.taken.add(number)

    def of(self, number: int) -> list[Found]:
        """Return the tasks of a ticket."""
        return self._tasks[number * self._size : (number + 1) * self._size]

    def close(self) -> None:
        os.close(self._pipe)


def compile_in_parallel(compiling: Compiling, note: Callable[[str], None], *, keep: bool) -> int:
    """Compile the tasks of a settled compilation; return how many can load.

    Their findings are in ``compiling`` then, and with ``keep`` the digests of their files.
    ``note`` is called where the system refuses a process.
    """
    tasks = compiling.found_tasks()
    processes = min(len(tasks) // _WORTH_IT, _cores(), _MOST_PROCESSES)
    if processes <= 1:
        compiling.compile_tasks()
        return len(compiling.tasks)
    tickets = _Tickets(tasks)
    forks: list[tuple[int, int]] = []
    try:
        while len(forks) < processes - 1:
            forks.append(_fork(compiling, tickets, keep=keep))
    except OSError as error:
        note(_refused(error, len(forks) + 1, processes))
    compiling.compile_tasks(tickets.take())
    tickets.close()
    shares = [share for fork in forks if (share := _received(*fork)) is not None]
    for share in shares:
        for diagnostic in share.diagnostics:
            compiling.elements.findings[str(diagnostic.element)].found.append(diagnostic)
        compiling.files.take(share.read)
    done = tickets.taken.union(*(share.tickets for share in shares))
    lost = [found for number in tickets.all if number not in done for found in tickets.of(number)]
    if lost:  # whatever ended a process, nothing of its share is lost
        compiling.compile_tasks(lost)
    return len(compiling.tasks) + sum(share.loaded for share in shares)


def _fork(compiling: Compiling, tickets: _Tickets, *, keep: bool) -> tuple[int, int]:
    """Return a process that takes tickets, and the pipe that it answers in.

    Raises OSError where the system allows no further process or pipe.
    """
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if child == 0:
        try:
            os.close(reading)
            content = pickle.dumps(_share(compiling, tickets, keep=keep))
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(content)
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    return child, reading


def _refused(error: OSError, processes: int, intended: int) -> str:
    number = "1 process" if processes == 1 else f"{processes} processes"
    return f"validated in {number}, not {intended}, which takes longer: {error.strerror}"


def _share(compiling: Compiling, tickets: _Tickets, *, keep: bool) -> Share:
    before = set(compiling.files.known_now()) if keep else ()
    compiling.compile_tasks(tickets.take())
    findings = compiling.elements.findings
    names = {found.name for number in tickets.taken for found in tickets.of(number)}
    found = tuple(
        diagnostic for name in names if name in findings for diagnostic in findings[name].found
    )
    known = compiling.files.known_now().items() if keep else ()
    read = {file: known for file, known in known if file not in before}
    return Share(frozenset(tickets.taken), found, len(compiling.tasks), read)


def _received(child: int, reading: int) -> Share | None:
    """Wait for a process, and return its answer; None where it had none."""
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        return None
    share: Share = pickle.loads(content)  # noqa: S301 - from our own fork
    return share


def _cores() -> int:
    """Return how many cores this process may use; 1 where it may not fork."""
    if not hasattr(os, "sched_getaffinity"):  # where forking is not safe, or not to be had
        return 1
    return len(os.sched_getaffinity(0)) if threading.active_count() == 1 else 1
