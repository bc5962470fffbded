"""Reports that the broker is away, and that it is back, once each (rule R12)."""

from __future__ import annotations

from collections.abc import Callable

from jittask.clock import Clock
from jittask.drivers import first_line
from jittask.runtime.events import Event, Trouble


class BrokerNotice:
    """What the listener knows of the broker; called in its thread alone."""

    def __init__(self, clock: Clock, emit: Callable[[Event], None]) -> None:
        self._clock = clock
        self._emit = emit
        self._is_away = False

    def is_gone(self, error: BaseException) -> None:
        """Note why the broker cannot be reached."""
        if not self._is_away:
            self._is_away = True
            text = f"the broker does not answer: {first_line(error)}"
            self._emit(Trouble(self._clock.now(), "broker-unavailable", text))

    def is_there(self) -> None:
        """Note that the listener is connected."""
        if self._is_away:
            self._is_away = False
            self._emit(Trouble(self._clock.now(), "broker-answers", "the broker answers again"))
