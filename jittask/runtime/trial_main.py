"""The process of a trial: it runs one function once, rolls back, and reports (rules C15, V5).

It ends at once, with all that the function has started, when the console closes its end.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# bound here, before any element code: a body can replace os._exit itself
from os import _exit
from pathlib import Path
from typing import NoReturn

from jittask.clock import SystemClock
from jittask.data.databases import DataError
from jittask.masking import Mask
from jittask.model import Trigger
from jittask.prelude.session import rehearsal
from jittask.runtime.body import Bodies
from jittask.runtime.error_text import message_of
from jittask.runtime.executors.descendants import adopt_orphans, end_descendants, reap
from jittask.runtime.executors.own_process import OwnProcess
from jittask.runtime.executors.protocol import (
    Assignment,
    Completed,
    Failed,
    Outcome,
    Output,
    Unjudged,
    Withdrawn,
)
from jittask.runtime.executors.worker_log import WorkerLog
from jittask.runtime.trial_messages import BEGAN_LINE, TrialEnd, TrialOrder, end_line, output_line


def main() -> NoReturn:
    """Read an order from standard input, and obey it; ``argv[1]`` is where answers go."""
    answers = _Answers(int(sys.argv[1]))
    orders = os.dup(0)
    order = TrialOrder.read(_first_line(orders))
    adopt_orphans()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    threading.Thread(target=_end_with_the_console, args=(orders,), daemon=True).start()
    own = OwnProcess()
    with own.only():
        answers.send(end_line(_tried(order, answers, own)))
    _end_all()


def _tried(order: TrialOrder, answers: _Answers, own: OwnProcess) -> TrialEnd:
    clock = SystemClock()
    log = WorkerLog(answers.output, clock)
    now, bundle, root = clock.now(), Path(order.bundle), Path(order.root)
    try:
        bodies = Bodies(bundle, root, secrets=Mask.of_environment(order.secret_names, os.environ))
    except Exception as error:
        return TrialEnd(0.0, refused=f"its code cannot be laid out: {message_of(error)}")
    log.add_bundle(bodies.element_folders, bodies.mask)
    assignment = Assignment(
        run=0, token=0, attempt=1, task=order.task, row_key=order.row_key,
        trigger=Trigger.MANUAL, nominals=(now,), effective=now, version="",
        timeout_seconds=order.timeout_seconds, args=order.args,
    )  # fmt: skip
    with log.attempt(assignment, bundle), own.only():
        try:
            with rehearsal(keep=False):
                outcome = bodies.run(assignment, answers.around_function)
        except DataError as error:
            return TrialEnd(0.0, refused=str(error))
    return _end_of(outcome)


def _end_of(outcome: Outcome) -> TrialEnd:
    match outcome:
        case Completed(result=result, seconds=seconds):
            return TrialEnd(seconds, result=result)
        case Failed(error=error, seconds=seconds):
            return TrialEnd(seconds, error=error)
        case Unjudged(detail=detail) | Withdrawn(detail=detail):
            return TrialEnd(0.0, refused=detail)
        case _:
            raise AssertionError(outcome)


class _Answers:
    """Writes lines, one at a time, to a descriptor that is not inherited further."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        os.set_inheritable(descriptor, False)
        self._lock = threading.Lock()

    def output(self, output: Output) -> None:
        self.send(output_line(output.pieces, ending=output.ending))

    @contextmanager
    def around_function(self) -> Iterator[None]:
        self.send(BEGAN_LINE)
        yield

    def send(self, line: bytes) -> None:
        with self._lock:
            while line:
                line = line[os.write(self._descriptor, line) :]


def _first_line(descriptor: int) -> bytes:
    """Read up to the first line feed, and no further."""
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(descriptor, 65_536)
        if not part:
            _exit(1)
        line += part
    return line


def _end_with_the_console(descriptor: int) -> None:
    try:
        while os.read(descriptor, 1):
            continue
    finally:
        _end_all()


def _end_all() -> NoReturn:
    """End what the function has started, then this process."""
    try:
        if reap():
            end_descendants()
    finally:
        _exit(0)


if __name__ == "__main__":
    main()
