"""Listeners and streams of events: bounded, in order, and no listener slows or ends anything."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jittask import Runtime
from jittask.clock import FixedClock
from jittask.runtime.errors import EventsLost, WrongState
from jittask.runtime.event_bus import EventBus
from jittask.runtime.events import Event, Finished, Ready, Stopped, Trouble
from tests.running import PATIENCE, jittask
from tests.tree import Tree

NOW = datetime(2026, 1, 5, tzinfo=UTC)
EVERY_SECOND = {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}


def trouble(number: int) -> Trouble:
    return Trouble(NOW, "test", str(number))


def stopped() -> Stopped:
    return Stopped(NOW, 0, 0, 0)


@pytest.fixture
def bus() -> EventBus:
    return EventBus(FixedClock(NOW))


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Lets a listener that blocks return, at the latest when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_every_listener_gets_every_event_in_order(bus: EventBus) -> None:
    heard: list[list[Event]] = [[], []]
    for events in heard:
        bus.subscribe(events.append, 1000)
    expected = [trouble(number) for number in range(500)]
    for event in expected:
        bus.emit(event)
    bus.finish()
    assert heard == [expected, expected]


def test_a_listener_that_raises_is_dropped_and_the_others_are_told(
    bus: EventBus, caplog: pytest.LogCaptureFixture
) -> None:
    def raises(event: Event) -> None:
        raise ZeroDivisionError("no")

    heard: list[Event] = []
    said = threading.Event()

    def hears(event: Event) -> None:
        heard.append(event)
        if isinstance(event, Trouble) and event.code == "listener-dropped":
            said.set()

    subscription = bus.subscribe(raises, 10)
    bus.subscribe(hears, 10)
    with caplog.at_level(logging.WARNING):
        bus.emit(trouble(1))
        assert said.wait(PATIENCE)
    bus.emit(trouble(2))
    bus.finish()
    dropped = heard[1]
    assert isinstance(dropped, Trouble)
    assert dropped.text.endswith("raises gets no more events: it raised ZeroDivisionError: no")
    assert [heard[0], *heard[2:]] == [trouble(1), trouble(2)]
    assert subscription.dropped == "it raised ZeroDivisionError: no"
    assert dropped.text in caplog.text


def test_a_listener_that_stalls_is_dropped_when_its_queue_is_full(
    bus: EventBus, release: threading.Event
) -> None:
    inside = threading.Event()

    def stalls(event: Event) -> None:
        inside.set()
        release.wait(PATIENCE)

    heard: list[Event] = []
    subscription = bus.subscribe(stalls, 3)
    bus.subscribe(heard.append, 1000)
    bus.emit(trouble(0))
    assert inside.wait(PATIENCE)
    for number in range(1, 5):
        assert subscription.dropped is None
        bus.emit(trouble(number))
    bus.emit(trouble(5))
    release.set()
    bus.finish()
    assert subscription.dropped == "3 events were waiting for it"
    codes = [event.code for event in heard if isinstance(event, Trouble)]
    assert codes == ["test"] * 5 + ["listener-dropped", "test"]


def test_a_closed_subscription_gets_nothing_more(bus: EventBus) -> None:
    heard: list[Event] = []
    subscription = bus.subscribe(heard.append, 10)
    subscription.close()
    subscription.close()
    bus.emit(trouble(1))
    bus.finish()
    assert heard == []


def test_a_stream_ends_after_stopped_and_can_be_read_later(bus: EventBus) -> None:
    with bus.stream(10) as events:
        bus.emit(trouble(1))
        bus.emit(stopped())
        bus.finish()
        assert list(events) == [trouble(1), stopped()]
        assert list(events) == []


def test_a_stream_that_is_read_too_slowly_says_so(bus: EventBus) -> None:
    with bus.stream(2) as events:
        for number in range(3):
            bus.emit(trouble(number))
        assert [next(events), next(events)] == [trouble(0), trouble(1)]
        with pytest.raises(EventsLost, match="more than 2 events"):
            next(events)


def test_a_stream_ends_when_a_start_fails(tmp_path: Path) -> None:
    runtime = Runtime(tmp_path / "nothing")
    with runtime.events() as events:
        with pytest.raises(Exception, match="is not a folder"):
            runtime.start()
        assert not any(isinstance(event, Ready) for event in events)


def test_a_wait_loses_no_event_of_a_burst(bus: EventBus) -> None:
    """More events than are remembered come before the waiting thread has its turn."""
    found: list[Event] = []
    first_looked_at = threading.Event()

    def is_number_one(event: Event) -> bool:
        first_looked_at.set()
        return event == trouble(1)

    bus.emit(trouble(0))
    waiting = threading.Thread(target=lambda: found.append(bus.wait_for(is_number_one, PATIENCE)))
    waiting.start()
    assert first_looked_at.wait(PATIENCE)
    for number in range(1, 20_000):
        bus.emit(trouble(number))
    bus.finish()
    waiting.join(PATIENCE)
    assert found == [trouble(1)]


def test_a_stream_that_begins_after_the_end_ends_at_once(bus: EventBus) -> None:
    bus.emit(stopped())
    bus.finish()
    read: list[Event] = []

    def read_all() -> None:
        with bus.stream(10) as stream:
            read.extend(stream)

    reading = threading.Thread(target=read_all, daemon=True)
    reading.start()
    reading.join(5)
    assert not reading.is_alive()
    assert read == []


def test_a_stream_that_begins_between_two_starts_has_the_second(bus: EventBus) -> None:
    bus.emit(stopped())
    bus.finish()
    with bus.stream(10) as stream:
        bus.begin()
        bus.emit(trouble(1))
        bus.emit(stopped())
        bus.finish()
        assert list(stream) == [trouble(1), stopped()]


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    tree = Tree(tmp_path / "app", runtime={"executor": "inline"})
    tree.scheduled("Often", repeat=EVERY_SECOND, policy={"overlap": "allow"})
    return Runtime(tree.root)


def test_the_events_of_a_whole_run(runtime: Runtime) -> None:
    with runtime.events() as events, runtime:
        seen = []
        for event in events:
            seen.append(event)
            if isinstance(event, Finished):
                runtime.stop()
    kinds = [type(event) for event in seen]
    assert kinds[-1] is Stopped
    assert Ready in kinds


def test_a_listener_that_raises_ends_nothing(runtime: Runtime) -> None:
    def raises(event: Event) -> None:
        raise ZeroDivisionError

    runtime.subscribe(raises)
    with runtime:
        runtime.wait_for(lambda event: isinstance(event, Finished))
    assert runtime.join(0)


def test_a_listener_that_stalls_holds_nothing_up(
    runtime: Runtime, release: threading.Event
) -> None:
    runtime.subscribe(lambda _: release.wait(PATIENCE))
    with runtime:
        runtime.wait_for(lambda event: isinstance(event, Finished))
        release.set()


def test_a_listener_may_stop_the_runtime_and_not_join_it(runtime: Runtime) -> None:
    errors: list[Exception] = []

    def listen(event: Event) -> None:
        if isinstance(event, Finished) and not errors:
            runtime.stop()
            try:
                runtime.join()
            except WrongState as error:
                errors.append(error)

    runtime.subscribe(listen)
    runtime.start()
    assert runtime.join(PATIENCE)
    assert "cannot join in a listener" in str(errors[0])


# --- what the command prints


def run(tree: Path, stdout: int = subprocess.PIPE) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "jittask", "run", str(tree), "--format", "json"],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    """A tree whose program has something to print every second."""
    tree = Tree(tmp_path / "busy", runtime={"executor": "inline", "workers": 64})
    tree.scheduled("Many", repeat=EVERY_SECOND, policy={"overlap": "allow", "misfire": "all"})
    return tree.root


@pytest.mark.process
def test_a_reader_that_begins_late_gets_every_event(busy: Path) -> None:
    """The last event too."""
    with run(busy) as program:
        assert program.stdout is not None
        first = json.loads(program.stdout.readline())
        assert first["event"] in ("planned", "ready")
        program.send_signal(signal.SIGTERM)
        events = [first, *map(json.loads, program.stdout)]
        assert program.wait(PATIENCE) == 0
    assert events[-1]["event"] == "stopped"
    assert sum(event["event"] == "finished" for event in events) == events[-1]["completed"]


@pytest.mark.process
def test_a_reader_that_leaves_ends_the_program_quietly(busy: Path) -> None:
    with run(busy) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        program.stdout.close()
        assert program.wait(PATIENCE) == 0
        assert program.stderr.read() == ""


@pytest.mark.process
def test_a_reader_that_reads_nothing_holds_up_neither_the_runs_nor_the_end(busy: Path) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"\0" * 4096)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"\0")
    os.set_blocking(writing, True)
    with run(busy, stdout=writing) as program:
        os.close(writing)
        try:
            trigger = ("trigger", "Many", "--wait", "--tree", busy)
            tries = (jittask(*trigger).returncode for _ in range(30))  # it has yet to start
            assert 0 in tries
            program.send_signal(signal.SIGTERM)
            assert program.wait(PATIENCE) == 3
            assert program.stderr is not None
            assert "nobody reads stdout" in program.stderr.read()
        finally:
            program.kill()
    os.close(reading)
