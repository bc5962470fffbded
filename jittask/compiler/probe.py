"""Has the functions checked on the real objects, in a separate process (rule U2).

The process runs ``python -m jittask.prelude.check``; nothing of it is imported
here. It is started before it is needed, so that it gets ready meanwhile. An
element that hangs, exits or crashes on import costs itself alone: the process
is started again for the rest.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pickle
import selectors
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from jittask.compiler.findings import Findings
from jittask.diagnostics import Diagnostic, Location
from jittask.model import AppContents, FunctionRef

if TYPE_CHECKING:
    from jittask.compiler.compiled import CompiledTask

Meanwhile = Callable[[Collection["CompiledTask"]], None]
"""What may be done with tasks while the process imports them."""
LENGTH = struct.Struct("!Q")
"""Comes before each request."""
MOST_TASKS = 5_000
"""In a request, so that the modules in the memory of one process do not grow with the tree."""
SECONDS = 10.0
"""How long the import of one element may take."""

_START_SECONDS = 60.0
_END_SECONDS = 0.1
_MOST_BYTES = 1_000_000
"""Of one answer."""
_PIPE_BYTES = 1 << 19
"""Of answers that wait to be read, so that the process continues meanwhile."""
_STUCK = {
    "code": "import-failed",
    "message": f"importing it did not come to an end within {SECONDS:g} s, or ended the process",
    "hint": "an element file defines functions; it does no work when it is imported",
}
_CRASHED = {
    "code": "import-failed",
    "message": "the process that imports elements could not start",
    "hint": "jittask validate --no-import leaves this step out",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What the process is asked: to check functions that are given so many arguments."""

    root: Path
    contents: AppContents
    functions: list[tuple[str, list[tuple[FunctionRef, int]]]]
    """By task."""


class Probe:
    """The import step of compilations; does nothing where it is not enabled.

    Its process is started early, so that it gets ready meanwhile, and stays for
    further checks until ``close``.
    """

    def __init__(self, *, wanted: bool) -> None:
        self._enabled = wanted
        self._process: subprocess.Popen[bytes] | None = None
        self._is_abandoned = False
        self._child: int | None = None
        """The process that imports just now."""

    @property
    def is_enabled(self) -> bool:
        """Whether there is an import step."""
        return self._enabled

    def start(self) -> None:
        """Start the process, unless it runs, or is not needed."""
        if self._enabled and self._process is None:
            self._process = _started()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def check(
        self,
        root: Path,
        tasks: Mapping[str, CompiledTask],
        contents: AppContents,
        known: Mapping[str, tuple[Diagnostic, ...]],
        meanwhile: Meanwhile | None = None,
    ) -> dict[str, tuple[Diagnostic, ...]]:
        """Return the findings by task; ``known``: those of versions that were checked before.

        ``meanwhile`` is called once with the others, when the process has begun on them.
        """
        if not self._enabled:
            return {}
        fresh = {name: task for name, task in tasks.items() if name not in known}
        return {**known, **self._checked(root, fresh, contents, meanwhile)}

    def abandon(self, thread: threading.Thread) -> None:
        """End the check that a thread waits for, and the thread with it."""
        self._is_abandoned = True
        while thread.is_alive():
            process = self._process
            if process is not None:
                _kill(process.pid, self._child)  # the thread sees that, and closes the rest
            thread.join(_END_SECONDS)
        self._is_abandoned = False

    def close(self) -> None:
        """End the process, and those that element code has started."""
        process, self._process = self._process, None
        child, self._child = self._child, None
        if process is None:
            return
        _kill(process.pid, child)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _checked(
        self,
        root: Path,
        waiting: dict[str, CompiledTask],
        contents: AppContents,
        meanwhile: Meanwhile | None,
    ) -> dict[str, tuple[Diagnostic, ...]]:
        found: dict[str, tuple[Diagnostic, ...]] = {}
        while waiting and not self._is_abandoned:
            current: str | None = None
            asked = dict(islice(waiting.items(), MOST_TASKS))
            now, meanwhile = meanwhile, None
            for answer in self._answers(_request(root, asked, contents), now, [*waiting.values()]):
                match answer:
                    case {"begin": str(name)}:
                        current = name
                    case {"name": str(name), "ok": bool()} if name in asked:
                        found[name] = _findings(asked.pop(name), answer)
                        del waiting[name]
                        current = None
                    case {"end": True}:
                        continue
                    case _:  # what element code has written here
                        break
            if asked:
                stuck = current if current in asked else next(iter(asked))
                found[stuck] = _findings(waiting.pop(stuck), _STUCK if current else _CRASHED)
        return found

    def _answers(
        self, request: Request, meanwhile: Meanwhile | None, tasks: Collection[CompiledTask]
    ) -> Iterator[Any]:
        """Yield what the process answers; where it does not come to its end, it is ended."""
        self.start()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        whole = False
        try:
            content = pickle.dumps(request)
            process.stdin.write(LENGTH.pack(len(content)) + content)
            process.stdin.flush()
            if meanwhile is not None:
                meanwhile(tasks)
            for answer in _lines(process.stdout.fileno()):
                match answer:
                    case {"child": int(child)}:
                        self._child = child
                    case {"done": True}:
                        self._child = None
                        whole = True
                        return
                    case _:
                        yield answer
        except BrokenPipeError:
            return
        finally:
            if not whole:
                self.close()


def _kill(*groups: int | None) -> None:
    for group in groups:
        if group is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)


def _started() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "jittask.prelude.check"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    if sys.platform == "linux" and process.stdout is not None:
        with contextlib.suppress(OSError):  # of too many pipes, each gets less: it waits more often
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return process


def _request(root: Path, waiting: Mapping[str, CompiledTask], contents: AppContents) -> Request:
    functions: list[tuple[str, list[tuple[FunctionRef, int]]]] = []
    for name, task in waiting.items():
        called = [(task.function, int(hasattr(task, "model")))]
        if task.policy.on_failure is not None:
            called.append((task.policy.on_failure, 1))
        functions.append((name, called))
    return Request(root, contents, functions)


def _lines(descriptor: int) -> Iterator[Any]:
    """Yield the answers; end where the next one takes too long, or is none."""
    held, seconds = b"", _START_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while selector.select(seconds):
            data = os.read(descriptor, 65_536)
            if not data:
                return
            *lines, held = (held + data).split(b"\n")
            for line in filter(None, lines):
                try:
                    yield json.loads(line)
                except ValueError:
                    return
            if len(held) > _MOST_BYTES:
                return
            seconds = SECONDS


def _findings(task: CompiledTask, answer: dict[str, Any]) -> tuple[Diagnostic, ...]:
    if answer.get("ok"):
        return ()
    findings = Findings(task.name)
    line = int(answer.get("line") or 1)
    place = Location(str(answer.get("file") or task.function.file), line, 1, line, 2)
    findings.add(str(answer["code"]), place, str(answer["message"]), answer.get("hint"))
    return tuple(findings.found)
