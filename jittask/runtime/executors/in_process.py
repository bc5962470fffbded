"""Runs bodies in the runtime's own process: what the ``thread`` and ``inline`` executors share.

Every bundle is loaded beside the others (``jittask.prelude.isolated_imports``), and kept
for the runs that follow. While bodies run, the process holds the lock that
worker processes would hold, so that no new runtime takes them for over.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path

from jittask.clock import Clock
from jittask.runtime.body import Bodies
from jittask.runtime.errors import RuntimeFailure
from jittask.runtime.executors.protocol import (
    Assignment,
    Completed,
    Done,
    Failed,
    Outcome,
    Output,
    TimedOut,
)
from jittask.runtime.executors.streams import Streams
from jittask.store.lock import FileLock

_KEPT = 256  # bundles; those that were not used for longest are let go beyond


@dataclass(eq=False)
class _Loaded:
    bodies: Bodies
    running: int = 0


class Shared:
    """Bodies of any bundle, in any thread, until ``close``."""

    def __init__(self, bodies_lock: Path, clock: Clock) -> None:
        self._clock = clock
        self._hold = FileLock(bodies_lock)
        if not self._hold.take(shared=True):
            raise RuntimeFailure(f"{bodies_lock}: another runtime waits for bodies to end")
        self._streams = Streams()
        self._lock = threading.Lock()
        self._loaded: dict[tuple[Path, Path], _Loaded] = {}
        self._running = 0
        self._closing = False

    def run(self, assignment: Assignment, tell: Callable[[Output], None]) -> Done:
        """Run a body to its end, whatever it takes; ``tell`` gets what it prints and logs."""
        run, token, attempt = assignment.run, assignment.token, assignment.attempt

        def say(stream: str, text: str) -> None:
            tell(Output(run, token, attempt, stream, text))

        try:
            with self._bundle(assignment) as bodies, self._streams.heard(say):
                # in a context of its own: what a body sets must not reach the next
                outcome: Outcome = copy_context().run(bodies.run, assignment)
        except BaseException as error:
            words = f"its version cannot be loaded: {type(error).__name__}: {error}"
            outcome = Failed(words, traceback.format_exc(), 0)
        if isinstance(outcome, Completed | Failed) and outcome.seconds > assignment.timeout_seconds:
            outcome = overran(outcome, assignment)
        return Done(run, token, attempt, outcome)

    def close(self) -> None:
        """Let everything go, or, where a body goes on for all that, when it has ended."""
        with self._lock:
            self._closing = True
            self._end_if_over()

    @contextmanager
    def _bundle(self, assignment: Assignment) -> Iterator[Bodies]:
        key = assignment.bundle, assignment.root
        with self._lock:
            one = self._loaded.pop(key, None) or _Loaded(
                Bodies(assignment.bundle, assignment.root, self._clock, shared=True)
            )
            self._loaded[key] = one  # the last is the one used last
            one.running += 1
            self._running += 1
            self._let_go()
        try:
            yield one.bodies
        finally:
            with self._lock:
                one.running -= 1
                self._running -= 1
                self._end_if_over()

    def _let_go(self) -> None:
        if len(self._loaded) <= _KEPT:
            return
        idle = [key for key, one in self._loaded.items() if not one.running]
        for key in idle[: len(self._loaded) - _KEPT]:
            self._loaded.pop(key).bodies.close()

    def _end_if_over(self) -> None:
        if self._closing and not self._running:
            for one in self._loaded.values():
                one.bodies.close()
            self._loaded.clear()
            self._streams.close()
            self._hold.free()


def overran(outcome: Completed | Failed, assignment: Assignment) -> TimedOut:
    """Return what a body that has ended by itself, and too late, is recorded as."""
    end = "returned" if isinstance(outcome, Completed) else "raised"
    timeout = f"{assignment.timeout_seconds:g} s (policy.timeoutSeconds)"
    how = f"it could not be ended after {timeout}, and {end} after {outcome.seconds:.3g} s"
    return TimedOut(outcome.seconds, how)
