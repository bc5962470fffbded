"""Compiles the tasks of a large tree in two processes, where only the diagnostics matter.

The second process is a fork, so the steps and what they read are the very
same. Only ``jittask validate`` uses it: its process has one thread, and needs
no compiled tasks.
"""

from __future__ import annotations

import os
import pickle
import threading
from dataclasses import dataclass

from jittask.compiler.compiling import Compiling
from jittask.compiler.look import Known
from jittask.diagnostics import Diagnostic

WORTH_IT = 2_000
"""Tasks from which on a fork is cheaper than going alone."""


@dataclass(frozen=True, slots=True)
class Half:
    """What one process found."""

    diagnostics: tuple[Diagnostic, ...]
    """Of the tasks alone."""
    loaded: int
    read: dict[str, Known]
    """Digests of the files that it read."""


def compile_in_parallel(compiling: Compiling) -> int:
    """Compile the tasks of a settled compilation; return how many can load.

    Their findings, and the digests of their files, are in ``compiling`` then.
    """
    names = compiling.task_names()
    if len(names) < WORTH_IT or not _two_can_work():
        compiling.compile_tasks()
        return len(compiling.tasks)
    first, second = names[: len(names) // 2], names[len(names) // 2 :]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _send(compiling, second, reading, writing)
    os.close(writing)
    compiling.compile_tasks(frozenset(first))
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(child, 0)
    if status != 0:  # whatever ended it, nothing of its half is lost
        compiling.compile_tasks(frozenset(second))
        return len(compiling.tasks)
    half: Half = pickle.loads(content)  # noqa: S301 - from our own fork
    for diagnostic in half.diagnostics:
        compiling.elements.findings[str(diagnostic.element)].found.append(diagnostic)
    compiling.files.take(half.read)
    return len(compiling.tasks) + half.loaded


def _send(compiling: Compiling, names: list[str], reading: int, writing: int) -> None:
    """Compile in the fork, and leave it."""
    try:
        os.close(reading)
        before = set(compiling.files.known_now())
        compiling.compile_tasks(frozenset(names))
        found = tuple(
            diagnostic for name in names for diagnostic in compiling.elements.findings[name].found
        )
        read = {
            file: known for file, known in compiling.files.known_now().items() if file not in before
        }
        content = pickle.dumps(Half(found, len(compiling.tasks), read))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(content)
        os._exit(0)
    finally:
        os._exit(1)


def _two_can_work() -> bool:
    if not hasattr(os, "sched_getaffinity"):  # where forking is not safe, or not to be had
        return False
    return len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1
