"""Does several things at once that each may wait for a server, and waits for none too long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from jittask.clock import Clock

Value = TypeVar("Value")

PATIENCE_SECONDS = 30.0
"""For all of them together, where the bounds of a driver do not hold."""


class _Job(threading.Thread):
    """A thread with a result; a daemon, since one that hangs must not keep the process."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.result: object = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self.work()
        except BaseException as error:
            self.error = error


def side_by_side(
    work: Sequence[Callable[[], Value]],
    too_late: Sequence[Callable[[], Value]],
    clock: Clock,
    patience: float = PATIENCE_SECONDS,
) -> list[Value]:
    """Return the results in order; that of ``too_late`` for what did not end within ``patience``.

    What a piece of work raises is raised here.
    """
    jobs = [_Job(piece) for piece in work]
    end = clock.monotonic() + patience
    for job in jobs:
        job.start()
    results: list[Value] = []
    for job, instead in zip(jobs, too_late, strict=True):
        job.join(max(0.0, end - clock.monotonic()))
        if job.error is not None:
            raise job.error
        results.append(instead() if job.is_alive() else cast("Value", job.result))
    return results
