"""Runs functions against the copy, or only judges whether they would be called (D5, U1)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, Protocol

from jittask.compiler.compiled import CompiledTask, DateFieldTask
from jittask.operations.simulate.row_looks import relative_values
from jittask.runtime.executors.attempt_log import AttemptLog
from jittask.runtime.executors.protocol import Failed
from jittask.runtime.executors.streams import Streams

if TYPE_CHECKING:
    from jittask.clock import Clock
    from jittask.operations.simulate.agenda import PlannedRun
    from jittask.run_log import LogPiece
    from jittask.runtime.body import Bodies
    from jittask.runtime.executors.protocol import Assignment, Outcome

_INTERRUPTED = KeyboardInterrupt.__name__
KEPT_OUTPUT = 4_000
"""Characters of its output that are kept of a run."""


class Functions(Protocol):
    """What begins a run."""

    def begin(self, task: CompiledTask, run: PlannedRun, assignment: Assignment) -> Outcome | None:
        """Return how the run ended; None where its function would be called, and is not."""
        ...


class Uncalled:
    """Calls no function. Judges only rows whose filter can have changed its answer by itself."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies

    def begin(self, task: CompiledTask, run: PlannedRun, assignment: Assignment) -> Outcome | None:
        """Return why the function would not be called; None where it would."""
        if isinstance(task, DateFieldTask) and relative_values(task):
            return self._bodies.judge(assignment)
        return None


class Called:
    """Calls each function in this process, and keeps what it prints and logs."""

    def __init__(self, bodies: Bodies, clock: Clock, streams: Streams) -> None:
        self._bodies = bodies
        self._clock = clock
        self._streams = streams

    def begin(self, task: CompiledTask, run: PlannedRun, assignment: Assignment) -> Outcome | None:
        """Return how the function ended."""

        def keep(pieces: tuple[LogPiece, ...], ending: bool) -> None:
            room = KEPT_OUTPUT - sum(map(len, run.output))
            if room > 0 and not ending:
                run.output.append("".join(piece.text for piece in pieces)[:room])

        log = AttemptLog(keep, self._clock, self._bodies.mask)
        with self._streams.capture(log, self._bodies.is_of_element):
            # in a separate context: what a body sets must not reach the next
            outcome = copy_context().run(self._bodies.run, assignment)
        if isinstance(outcome, Failed) and outcome.message.startswith(_INTERRUPTED):
            raise KeyboardInterrupt  # Ctrl-C ends the simulation, and not this function alone
        return outcome


@contextmanager
def functions(bodies: Bodies, clock: Clock, *, run: bool) -> Iterator[Functions]:
    """Give what begins runs; with ``run`` it calls their functions."""
    if not run:
        yield Uncalled(bodies)
        return
    streams = Streams()
    try:
        yield Called(bodies, clock, streams)
    finally:
        streams.close()
