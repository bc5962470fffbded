"""The threads of a start: the first duty decides when all is over, and none ends in silence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from jittask.clock import FixedClock
from jittask.runtime.duties.duty import Duty, DutyThreads
from jittask.runtime.signals import Signals
from tests.running import PATIENCE


class Steps:
    """A duty that makes the steps of a test, and then waits for the end of all."""

    def __init__(self, name: str, signals: Signals, *steps: Callable[[], object]) -> None:
        self.name = name
        self._signals = signals
        self._steps = list(steps)

    def patience(self) -> float:
        return PATIENCE

    def step(self) -> bool:
        if self._steps:
            self._steps.pop(0)()
            return True
        return not (self._signals.stopping.is_set() or self._signals.draining.wait(PATIENCE))


class Start:
    """The threads of a start, and what came of them."""

    def __init__(self) -> None:
        self.signals = Signals(FixedClock(datetime(2026, 1, 5, tzinfo=UTC)))
        self.failed: list[str] = []
        self.ends: list[int] = []

    def duty(self, name: str, *steps: Callable[[], object]) -> Steps:
        return Steps(name, self.signals, *steps)

    def run(self, *duties: Duty, end: Callable[[], object] = lambda: None) -> DutyThreads:
        def ended() -> None:
            names = {thread.name for thread in threading.enumerate()}
            self.ends.append(len(names & {"jittask-work", "jittask-scan", "jittask-watch"}))
            end()

        def failed(duty: Duty, error: BaseException) -> None:
            self.failed.append(f"{duty.name}: {error}")

        threads = DutyThreads(duties, self.signals, failed, ended)
        threads.start()
        return threads


def fail() -> None:
    raise ZeroDivisionError("no")


def test_the_end_of_the_first_duty_ends_the_others_before_all_is_closed() -> None:
    start = Start()
    threads = start.run(start.duty("work"), start.duty("scan"), start.duty("watch"))
    assert not threads.join(0)
    start.signals.drain(0)
    assert threads.join(PATIENCE)
    assert start.ends == [1], "only the thread of the first duty is left"
    assert start.failed == []


@pytest.mark.parametrize("name", ["work", "scan"])
def test_a_duty_that_fails_ends_all_and_its_error_is_raised(name: str) -> None:
    start = Start()
    duties = [start.duty(duty, *([fail] if duty == name else [])) for duty in ("work", "scan")]
    threads = start.run(*duties)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            threads.join(PATIENCE)
    assert start.failed == [f"{name}: no"]
    assert start.ends == [1]
    assert start.signals.draining.is_set()


def test_an_end_that_fails_is_raised() -> None:
    start = Start()
    threads = start.run(start.duty("work"), end=fail)
    start.signals.drain(0)
    with pytest.raises(ZeroDivisionError):
        threads.join(PATIENCE)


def test_a_later_stop_can_only_shorten_the_drain() -> None:
    signals = Signals(FixedClock(datetime(2026, 1, 5, tzinfo=UTC)))
    for seconds, expected in ((30, 30), (5, 5), (10, 5), (0, 0)):
        signals.drain(seconds)
        assert signals.drain_until == expected


def test_a_failure_shortens_a_drain_that_begins_at_the_same_time() -> None:
    class Clock(FixedClock):
        """Lets a duty fail while a stop reads the time."""

        failing: threading.Thread | None = None

        def monotonic(self) -> float:
            if self.failing is None:
                self.failing = threading.Thread(target=signals.drain, args=(0,))
                self.failing.start()
                self.failing.join(0.2)  # it waits for the stop, or has set the time by now
            return super().monotonic()

    clock = Clock(datetime(2026, 1, 5, tzinfo=UTC))
    signals = Signals(clock)
    signals.drain(10)
    assert clock.failing is not None
    clock.failing.join(PATIENCE)
    assert signals.drain_until == clock.monotonic()
