"""Whether a process is alive, ready, and whether all is well: three questions of a monitor (R13).

``/livez`` and ``/readyz`` are for what starts and routes processes, such as Kubernetes: a broken
element is no reason to start a runtime again. ``/healthz`` is for what calls a person.
"""

from __future__ import annotations

from dataclasses import dataclass

from jittask.operations.errors import OperationError
from jittask.operations.inspect.vitals import VitalsReader
from jittask.runtime.lifecycle import State

OK, UNAVAILABLE = 200, 503


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer: 200 or 503, and a line that says why, without names of elements."""

    status: int
    text: str


_WELL = Verdict(OK, "ok")


def health(reader: VitalsReader) -> Verdict:
    """Whether ``jittask status`` exits 0; the text has the codes of what is wrong."""
    try:
        status = reader.read().status
    except OperationError:
        return Verdict(UNAVAILABLE, "store-unavailable")
    if status.is_well:
        return _WELL
    return Verdict(UNAVAILABLE, " ".join(dict.fromkeys(each.code for each in status.problems)))


def readiness(reader: VitalsReader, state: State = State.RUNNING) -> Verdict:
    """Whether a process does its work: it runs, and the run store answers."""
    if state is not State.RUNNING:
        return Verdict(UNAVAILABLE, state.value)
    try:
        answers = reader.read().store_answers
    except OperationError:
        answers = False
    return _WELL if answers else Verdict(UNAVAILABLE, "store-unavailable")


def liveness(state: State) -> Verdict:
    """Whether a runtime of this process has not ended; the run store is not asked.

    A store that does not answer is no reason to end a process.
    """
    return Verdict(UNAVAILABLE, state.value) if state is State.STOPPED else _WELL
