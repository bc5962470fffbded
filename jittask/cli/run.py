"""``jittask run``: runs a tree's tasks until a signal stops it (rules R7, V8)."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from pathlib import Path
from socket import socketpair

import click

from jittask.cli import collector
from jittask.cli.console_beside import ConsoleBeside
from jittask.cli.event_format import Words
from jittask.cli.failure import Failure
from jittask.cli.options import (
    CONSOLE_VARIABLE,
    format_option,
    port_option,
    quiet_option,
    tree_argument,
)
from jittask.cli.service_manager import ServiceManager
from jittask.clock import SystemClock
from jittask.compiler.app_settings import read_app_settings
from jittask.model import RunStatus
from jittask.operations.views.events import event_line
from jittask.operations.workspace import find_root
from jittask.runtime import Runtime, RuntimeFailure
from jittask.runtime.events import Event, Finished

_MOST_UNPRINTED = 500_000  # events; a pager that is left open for hours must not end the output
_OUR_FAILURE = 3  # as in main
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command()
@tree_argument
@click.option("--once", is_flag=True, help="Do what is due, then end; exit 1 if a run failed.")
@click.option("--console/--no-console", "wanted", default=None, envvar=CONSOLE_VARIABLE,
              help="Start the web console, too, as a process of its own."
                   "  [default: where a terminal shows the output]")  # fmt: skip
@port_option
@click.option("--open", "in_browser", is_flag=True, help="Open the console in a browser.")
@format_option()
@quiet_option
def command(
    tree: Path | None, once: bool, wanted: bool | None, port: int, in_browser: bool, shape: str
) -> None:
    """Run the tasks of TREE, reloading them when their files change.

    Ctrl-C lets running tasks end (settings.runtime.drainSeconds, 8 by default); a second
    one stops at once. SIGTERM and SIGHUP do the same.

    With --once, a retry that becomes due while others still run is done too;
    one that is due later waits for the next time.

    In a terminal it starts the web console as well, which prints the address to open in a
    browser. The console listens on this machine only. If it fails or is killed, the tasks
    continue to run. Elsewhere ask for it with --console: everyone who reads the output, such
    as the log of a service, can sign in.

    Example: jittask run elements
    """
    if once and wanted:
        raise click.UsageError("--once and --console do not go together")
    with_console = _is_console_due(wanted, once=once, shape=shape, in_browser=in_browser)
    root = find_root(tree)
    runtime = Runtime(root, once=once)
    words = _words(root, once=once) if shape == "text" else None
    printer = _Printer(runtime, words)
    manager = ServiceManager()
    stops = _Stops(runtime, words, manager)
    gc.disable()  # a start makes what stays: nothing to look for
    try:
        runtime.start()
    except RuntimeFailure as failure:
        raise Failure(str(failure), failure.hint) from failure
    finally:
        gc.enable()
    stops.started()
    manager.ready()
    console = None
    if with_console:
        console = ConsoleBeside(root, port, shape, in_browser=in_browser, say=_say)
    collector.expect_to_stay()
    while not runtime.join(manager.interval or 3600):
        manager.alive(runtime.turns)
    if console is not None:
        console.end()
    printer.check()
    if once and stops.asked:
        raise KeyboardInterrupt
    sys.exit(1 if once and printer.saw_a_failed_run else 0)


def _is_console_due(wanted: bool | None, *, once: bool, shape: str, in_browser: bool) -> bool:
    """Whether a console starts too: as asked, else where a person sees the address it prints."""
    if wanted is not None:
        return wanted
    return not once and (in_browser or (shape == "text" and sys.stdout.isatty()))


def _say(words: str) -> None:
    click.echo(f"jittask: {words}", err=True)


def _words(root: Path, *, once: bool) -> Words:
    settings, problems = read_app_settings(root)
    is_read = not any(problem.is_error for problem in problems)
    zone = settings.timezone if is_read else None
    return Words(root, zone, once=once, dated=not sys.stdout.isatty())


class _Printer:
    """Prints every event; where stdout cannot be written, it stops the runtime."""

    def __init__(self, runtime: Runtime, words: Words | None) -> None:
        """``words``: None prints JSON lines."""
        self.saw_a_failed_run = False
        self._runtime = runtime
        self._words = words
        self._error: Exception | None = None
        self._subscription = runtime.subscribe(self._show, capacity=_MOST_UNPRINTED)

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
            self._runtime.stop_now()

    def _print(self, event: Event) -> None:
        if self._words is None:
            click.echo(event_line(event))
            return
        for line in self._words.lines(event):
            click.echo(line)


class _Stops:
    """Turns signals into stops: the first drains, the next ends at once.

    A Python handler runs in the main thread between any two instructions, that
    of the second signal inside that of the first, and not while the thread waits
    for a lock that the signal came just too early to interrupt. So the handler
    does nothing: the interpreter writes the signal's number to a socket as it
    comes, and a thread obeys.
    """

    def __init__(self, runtime: Runtime, words: Words | None, manager: ServiceManager) -> None:
        self.asked = False
        self._manager = manager
        self._runtime = runtime
        self._words = words
        self._asked, self._asking = socketpair()
        self._asking.setblocking(False)
        signal.set_wakeup_fd(self._asking.fileno())
        for number in _STOPPING:
            signal.signal(number, lambda _number, _frame: None)

    def started(self) -> None:
        """Obey from now on, and what was asked while the runtime was still opening."""
        threading.Thread(target=self._obey, name="jittask-signals", daemon=True).start()

    def _obey(self) -> None:
        self._wait()
        self.asked = True
        self._manager.stopping()
        at = "" if self._words is None else self._words.stamp(SystemClock().now())
        click.echo(f"{at}stopping: running tasks may end; once more stops at once", err=True)
        self._runtime.stop()
        while True:
            self._wait()
            self._runtime.stop_now()

    def _wait(self) -> None:
        while self._asked.recv(1)[0] not in _STOPPING:
            continue
