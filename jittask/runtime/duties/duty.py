"""What a duty is, and the threads that do the duties of one start."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from jittask.runtime.signals import Signals


class Duty(Protocol):
    """Something that a runtime does again and again."""

    name: str
    """For the name of its thread, and for messages."""

    def patience(self) -> float:
        """Return for how many seconds, at most, a step waits for something to do."""

    def step(self) -> bool:
        """Do what there is to do, then wait; say whether there is another step.

        What the duty can survive does not leave this method: an exception ends
        the whole runtime.
        """


class DutyThreads:
    """Runs the first duty until it is over, and the others beside it.

    When the first is over, the others are ended, and then ``on_end`` is called
    in its thread. A duty that raises ends all of them, never silently:
    ``on_failure`` is called, bodies are killed, and ``failure`` holds the error.
    """

    def __init__(
        self,
        duties: Sequence[Duty],
        signals: Signals,
        on_failure: Callable[[Duty, BaseException], None],
        on_end: Callable[[], None],
    ) -> None:
        self._signals = signals
        self._on_failure = on_failure
        self._on_end = on_end
        self._ended = threading.Event()
        self._threads = [self._thread(duty) for duty in duties]
        self.failure: BaseException | None = None
        self.turns = 0
        """How many steps the first duty has made."""

    def start(self) -> None:
        """Start every duty, the first one last: it may be over at once, and joins the others.

        Raises what keeps a thread from starting; then all is over.
        """
        try:
            for thread in reversed(self._threads):
                thread.start()
        except BaseException as error:
            self.failure = error
            if self._threads[0].ident is None:  # it cannot end the others
                self._signals.drain(0)
                self._end()
            raise

    def join(self, seconds: float | None = None) -> bool:
        """Wait until all is over; say whether it is. Raises the error that ended it."""
        if not self._ended.wait(seconds):
            return False
        for thread in self._threads:
            if thread.ident is not None and thread is not threading.current_thread():
                thread.join()
        if self.failure is not None:
            raise self.failure
        return True

    def _thread(self, duty: Duty) -> threading.Thread:
        return threading.Thread(target=self._run, args=(duty,), name=f"jittask-{duty.name}")

    def _run(self, duty: Duty) -> None:
        try:
            counts = threading.current_thread() is self._threads[0]
            while duty.step():
                self.turns += counts
        except BaseException as error:
            self._failed(duty, error)
        finally:
            if threading.current_thread() is self._threads[0]:
                self._end()

    def _failed(self, duty: Duty, error: BaseException) -> None:
        if self.failure is None:
            self.failure = error
        self._signals.stopping.set()
        self._signals.drain(0)
        self._on_failure(duty, error)

    def _end(self) -> None:
        self._signals.end_duties()
        for thread in self._threads[1:]:
            if thread.ident is not None:
                thread.join()
        try:
            self._on_end()
        except BaseException as error:
            if self.failure is None:
                self.failure = error
        finally:
            self._ended.set()
