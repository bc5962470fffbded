"""What a command does that runs until a signal: it prints events, and stops in order (R7)."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from socket import socketpair
from typing import Protocol

import click

from jittask.cli.event_format import Words
from jittask.clock import SystemClock
from jittask.compiler.app_settings import read_app_settings
from jittask.model import RunStatus
from jittask.operations.views.events import event_line
from jittask.runtime.events import Event, Finished
from jittask.runtime.subscription import Listener, Subscription

_MOST_UNPRINTED = 500_000  # events; a pager that is left open for hours must not end the output
_OUR_FAILURE = 3  # as in main
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Program(Protocol):
    """A runtime, or a worker of a fleet."""

    def subscribe(self, listener: Listener, *, capacity: int) -> Subscription:
        """Call ``listener`` with every event from here on."""

    def stop(self) -> None:
        """Take no more runs, let those that run end for a while, and end."""

    def stop_now(self) -> None:
        """End at once."""


def event_words(root: Path, *, once: bool = False) -> Words:
    """Return what says the events of a tree on this terminal."""
    settings, problems = read_app_settings(root)
    is_read = not any(problem.is_error for problem in problems)
    zone = settings.timezone if is_read else None
    return Words(root, zone, once=once, dated=not sys.stdout.isatty())


class Printer:
    """Prints every event; where stdout cannot be written, it stops the program."""

    def __init__(
        self,
        program: Program,
        words: Words | None,
        line_of: Callable[[Event], str] = event_line,
    ) -> None:
        """``words``: None prints JSON lines, by ``line_of``."""
        self._line_of = line_of
        self.saw_a_failed_run = False
        self._program = program
        self._words = words
        self._error: Exception | None = None
        self._subscription = program.subscribe(self._show, capacity=_MOST_UNPRINTED)

    def check(self) -> None:
        """Raise the error of stdout; end at once where it took no more events.

        The interpreter would wait for a stdout that is full, and that nobody reads.
        """
        if self._error is not None:
            raise self._error
        if self._subscription.dropped is not None:
            click.echo("jittask: nobody reads stdout: the events after that are lost", err=True)
            os._exit(_OUR_FAILURE)

    def _show(self, event: Event) -> None:
        if isinstance(event, Finished) and event.status is RunStatus.FAILED:
            self.saw_a_failed_run = True
        if self._error is not None:
            return
        try:
            self._print(event)
        except Exception as error:
            self._error = error
            self._program.stop_now()

    def _print(self, event: Event) -> None:
        if self._words is None:
            click.echo(self._line_of(event))
            return
        for line in self._words.lines(event):
            click.echo(line)


class Stops:
    """Turns signals into stops: the first drains, the next ends at once.

    A Python handler runs in the main thread between any two instructions, that
    of the second signal inside that of the first, and not while the thread waits
    for a lock that the signal came just too early to interrupt. So the handler
    does nothing: the interpreter writes the signal's number to a socket as it
    comes, and a thread obeys.
    """

    def __init__(
        self, program: Program, words: Words | None, stopping: Callable[[], None] = lambda: None
    ) -> None:
        """Call ``stopping`` at the first signal."""
        self.asked = False
        self._stopping = stopping
        self._program = program
        self._words = words
        self._asked, self._asking = socketpair()
        self._asking.setblocking(False)
        signal.set_wakeup_fd(self._asking.fileno())
        for number in _STOPPING:
            signal.signal(number, lambda _number, _frame: None)

    def started(self) -> None:
        """Obey from now on, and what was asked while the program was still opening."""
        threading.Thread(target=self._obey, name="jittask-signals", daemon=True).start()

    def _obey(self) -> None:
        self._wait()
        self.asked = True
        self._stopping()
        self._program.stop()
        at = "" if self._words is None else self._words.stamp(SystemClock().now())
        with suppress(OSError):  # nobody reads stderr any more, and the next signal counts too
            click.echo(f"{at}stopping: running tasks may end; once more stops at once", err=True)
        while True:
            self._wait()
            self._program.stop_now()

    def _wait(self) -> None:
        while self._asked.recv(1)[0] not in _STOPPING:
            continue
