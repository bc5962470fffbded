"""Checks the functions of tasks while others are still being compiled (rule U2).

A thread gives the checking process what has been compiled so far, again and again:
the longer an import takes, the more tasks are in the next request, so that a library
that many need is imported a few times and not once for each request.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from jittask.compiler.probe import Probe
from jittask.diagnostics import Diagnostic
from jittask.model import AppContents

if TYPE_CHECKING:
    from jittask.compiler.compiled import CompiledTask

LEAST_TASKS = 500
"""In a request, while more are to come; with fewer the checking process forks too often."""


class ImportStream:
    """The import step of one compilation; the process is that of its ``Probe``.

    The thread is started with the first request, so a small tree has none.
    """

    def __init__(self, probe: Probe, root: Path, contents: AppContents) -> None:
        """``contents``: what element code can reach; it does not change from here on."""
        self._probe = probe
        self._root = root
        self._contents = contents
        self._waiting: dict[str, CompiledTask] = {}
        self._found: dict[str, tuple[Diagnostic, ...]] = {}
        self._changed = threading.Condition()
        self._is_complete = False
        self._failure: BaseException | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Where the compilation has failed, end the check too."""
        thread = self._thread
        if kind is None or thread is None:
            return
        with self._changed:
            self._waiting.clear()
            self._is_complete = True
            self._changed.notify()
        self._probe.abandon(thread)

    def add(self, task: CompiledTask) -> None:
        """Have a task checked that has been compiled."""
        waiting = self._waiting
        waiting[task.name] = task
        if len(waiting) >= LEAST_TASKS:
            with self._changed:
                self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._check, name="imports", daemon=True)
                self._thread.start()

    def finish(
        self, tasks: Mapping[str, CompiledTask], known: Mapping[str, tuple[Diagnostic, ...]]
    ) -> dict[str, tuple[Diagnostic, ...]]:
        """Return the findings of all these tasks; ``known``: those that were checked before."""
        if self._thread is not None:
            with self._changed:
                self._is_complete = True
                self._changed.notify()
            self._thread.join()
        if self._failure is not None:
            raise self._failure
        found = {name: self._found[name] for name in tasks if name in self._found}
        return self._probe.check(self._root, tasks, self._contents, {**known, **found})

    def _check(self) -> None:
        """Check what waits, in the thread, until nothing more comes."""
        try:
            while tasks := self._next():
                self._found |= self._probe.check(self._root, tasks, self._contents, {})
        except BaseException as error:
            self._failure = error

    def _next(self) -> dict[str, CompiledTask]:
        with self._changed:
            self._changed.wait_for(lambda: self._is_complete or len(self._waiting) >= LEAST_TASKS)
            taken = dict(self._waiting)
            for name in taken:
                del self._waiting[name]
            return taken
