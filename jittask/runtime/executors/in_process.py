"""Runs bodies in the runtime's own process: what the ``thread`` and ``inline`` executors share.

Every bundle is loaded beside the others (``jittask.prelude.isolated_imports``), and kept
for the runs that follow. While bodies run, the process holds the lock that
worker processes would hold, so that no new runtime begins while they run.
"""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass

from jittask.clock import Clock
from jittask.masking import Mask
from jittask.run_log import LogPiece
from jittask.runtime.body import Bodies
from jittask.runtime.errors import RuntimeFailure
from jittask.runtime.executors.attempt_log import AttemptLog
from jittask.runtime.executors.protocol import (
    Assignment,
    Completed,
    Done,
    Failed,
    Outcome,
    Output,
    TimedOut,
    Unbegun,
    Unjudged,
)
from jittask.runtime.executors.streams import Streams
from jittask.runtime.executors.workplace import BundleUnavailable, Workplace
from jittask.store.lock import FileLock

_MAX_LOADED = 256  # bundles; beyond it, the least recently used are closed


class _Unreadable(Exception):
    """A version is here, and its task does not load: its files could not be read."""


@dataclass(eq=False)
class _Loaded:
    bodies: Bodies
    running: int = 0


class InProcessBodies:
    """Bodies of any bundle, in any thread, until ``close``."""

    def __init__(self, workplace: Workplace, clock: Clock) -> None:
        self._workplace = workplace
        self._clock = clock
        self._lock_file = FileLock(workplace.bodies_lock)
        if not self._lock_file.take(shared=True):
            raise RuntimeFailure(
                f"{workplace.bodies_lock}: another runtime waits for bodies to end"
            )
        self._secrets = Mask.of_environment(workplace.secret_names, os.environ)
        self._streams = Streams()
        self._lock = threading.Lock()
        self._loaded: dict[str, _Loaded] = {}
        self._running = 0
        self._closing = False

    def check(self, assignment: Assignment) -> None:
        """Make sure that the run's version has its folder. Raises BundleUnavailable."""
        self._workplace.bundles.path(assignment.version)

    def run(self, assignment: Assignment, report: Callable[[Output], None]) -> Done:
        """Run a body to its end, whatever it takes; ``report`` gets what it prints and logs."""
        run, token, attempt = assignment.run, assignment.token, assignment.attempt

        def send(pieces: tuple[LogPiece, ...], ending: bool) -> None:
            report(Output(run, token, attempt, pieces, ending))

        try:
            with self._bundle(assignment) as bodies:
                log = AttemptLog(send, self._clock, bodies.mask)
                with self._streams.capture(log, bodies.is_of_element):
                    # in a separate context: what a body sets must not reach the next
                    outcome: Outcome = copy_context().run(bodies.run, assignment)
        except _Unreadable as error:
            outcome = Unjudged(f"its code cannot be read: {error}")
        except BundleUnavailable:  # its next claim says so
            outcome = Unbegun()
        except BaseException as error:
            message = f"its version cannot be loaded: {type(error).__name__}: {error}"
            outcome = Failed(message, traceback.format_exc(), 0)
        if isinstance(outcome, Completed | Failed) and outcome.seconds > assignment.timeout_seconds:
            outcome = overran(outcome, assignment)
        return Done(run, token, attempt, outcome)

    def close(self) -> None:
        """Close every bundle; where a body still runs, do so when it has ended."""
        with self._lock:
            self._closing = True
            self._close_if_done()

    @contextmanager
    def _bundle(self, assignment: Assignment) -> Iterator[Bodies]:
        version = assignment.version
        with self._lock:
            loaded = self._loaded.pop(version, None) or _Loaded(
                self._load(version, assignment.task)
            )
            self._loaded[version] = loaded  # last in the order of use
            loaded.running += 1
            self._running += 1
            self._close_oldest()
        try:
            yield loaded.bodies
        finally:
            with self._lock:
                loaded.running -= 1
                self._running -= 1
                self._close_if_done()

    def _load(self, version: str, task: str) -> Bodies:
        """Load a version. Raises BundleUnavailable, _Unreadable, and what its import raises."""
        place = self._workplace
        folder = place.bundles.path(version)
        bodies = Bodies(folder, place.root, self._clock, shared=True, secrets=self._secrets)
        if not bodies.has(task):
            bodies.close()
            raise _Unreadable(f"{folder} has no {task}")
        return bodies

    def _close_oldest(self) -> None:
        if len(self._loaded) <= _MAX_LOADED:
            return
        idle = [version for version, loaded in self._loaded.items() if not loaded.running]
        for version in idle[: len(self._loaded) - _MAX_LOADED]:
            self._loaded.pop(version).bodies.close()

    def _close_if_done(self) -> None:
        if self._closing and not self._running:
            for loaded in self._loaded.values():
                loaded.bodies.close()
            self._loaded.clear()
            self._streams.close()
            self._lock_file.free()


def overran(outcome: Completed | Failed, assignment: Assignment) -> TimedOut:
    """Return the outcome of a body that has ended by itself, after its timeout."""
    end = "returned" if isinstance(outcome, Completed) else "raised"
    timeout = f"{assignment.timeout_seconds:g} s (policy.timeoutSeconds)"
    how = f"it could not be ended after {timeout}, and {end} after {outcome.seconds:.3g} s"
    return TimedOut(outcome.seconds, how)
