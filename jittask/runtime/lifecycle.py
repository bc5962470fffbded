"""The states of a runtime, and what leads from one to the next, as one table.

Rules of the table:

- Every public method is safe in every state: it does the sensible thing, or
  raises WrongState. ``TRANSITIONS`` says which.
- ``stop`` is allowed everywhere. Where nothing runs there is nothing to stop.
  During a start it takes effect when the start is complete.
- A stopped runtime can be started again. It then opens everything again, and
  has a new identity.
- ``RUNNING`` leads to ``STOPPED`` directly where the runtime ends by itself:
  ``once`` has found nothing more to do, or a duty has failed.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from enum import StrEnum

from jittask.runtime.errors import WrongState


class State(StrEnum):
    """Where a runtime is between its construction and its end."""

    NEW = "new"
    STARTING = "starting"
    RUNNING = "running"
    DRAINING = "draining"
    STOPPED = "stopped"


class Step(StrEnum):
    """What happens to a runtime."""

    START = "start"
    READY = "ready"
    FAIL = "fail"
    STOP = "stop"
    END = "end"


TRANSITIONS: Mapping[State, Mapping[Step, State]] = {
    State.NEW: {Step.START: State.STARTING, Step.STOP: State.NEW},
    State.STARTING: {
        Step.READY: State.RUNNING,
        Step.FAIL: State.STOPPED,
        Step.STOP: State.STARTING,
    },
    State.RUNNING: {Step.STOP: State.DRAINING, Step.END: State.STOPPED},
    State.DRAINING: {Step.STOP: State.DRAINING, Step.END: State.STOPPED},
    State.STOPPED: {Step.START: State.STARTING, Step.STOP: State.STOPPED},
}

_WHY = {
    State.NEW: ("has not been started", "call start(), or use the runtime in a with statement"),
    State.STARTING: ("is still starting", "wait until start() has returned"),
    State.RUNNING: ("is already running", "call stop() and join() first"),
    State.DRAINING: ("is stopping", "call join() first: it waits for the end"),
    State.STOPPED: ("has stopped", "call start() to run it again"),
}


class Lifecycle:
    """The state of one runtime; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = State.NEW

    @property
    def state(self) -> State:
        """The state now; another thread may change it at once."""
        return self._state

    def move(self, step: Step) -> State:
        """Take a step, and return the state that it leads to.

        Raises WrongState where the table has no such step.
        """
        with self._lock:
            following = TRANSITIONS[self._state].get(step)
            if following is None:
                raise wrong_state(step.value, self._state)
            self._state = following
            return following

    def require(self, call: str, *states: State) -> None:
        """Raise WrongState unless the runtime is in one of ``states``."""
        state = self._state
        if state not in states:
            raise wrong_state(call, state)


def wrong_state(call: str, state: State) -> WrongState:
    """Return the error that says why ``call`` is impossible in ``state``."""
    why, hint = _WHY[state]
    return WrongState(f"cannot {call}: the runtime {why}", hint)
