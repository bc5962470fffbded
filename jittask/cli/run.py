"""``jittask run``: runs a tree's tasks until it is told to stop (rules R7, V8)."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from pathlib import Path
from socket import socketpair

import click

from jittask.cli.event_format import Words
from jittask.cli.failure import Failure
from jittask.cli.options import format_option, quiet_option, tree_argument
from jittask.model import RunStatus
from jittask.operations.views.events import event_line
from jittask.operations.workspace import find_root
from jittask.runtime import Runtime, RuntimeFailure
from jittask.runtime.events import Event, Finished

_DRAIN_SECONDS = 10.0
_STOPPING = (signal.SIGINT, signal.SIGTERM)


@click.command()
@tree_argument
@click.option("--once", is_flag=True, help="Do what is due, then end; exit 1 if a run failed.")
@format_option()
@quiet_option
def command(tree: Path | None, once: bool, shape: str) -> None:
    """Run the tasks of TREE, reloading them when their files change.

    Ctrl-C lets running tasks end (10 s at most); a second one stops at once.
    With --once, a retry that becomes due while others still run is done too;
    one that is due later waits for the next time.

    Example: jittask run elements
    """
    root = find_root(tree)
    words = Words(root, once=once, dated=not sys.stdout.isatty())
    failed = False

    def show(event: Event) -> None:
        nonlocal failed
        failed = failed or (isinstance(event, Finished) and event.status is RunStatus.FAILED)
        if shape == "json":
            click.echo(event_line(event))
        else:
            for line in words.lines(event):
                click.echo(line)

    runtime = Runtime(root, on_event=show, once=once)
    stops = _Stops(runtime)
    gc.disable()  # a start makes what stays: nothing to look for
    try:
        runtime.start()
    except RuntimeFailure as failure:
        raise Failure(str(failure), failure.hint) from failure
    finally:
        gc.enable()
    stops.started()
    gc.freeze()  # nor is it gone through again and again, between two runs
    while not runtime.join(3600):
        continue
    if once and stops.asked:
        raise KeyboardInterrupt
    sys.exit(1 if once and failed else 0)


class _Stops:
    """Turns signals into stops: the first drains, the next ends at once.

    A Python handler runs in the main thread between any two instructions, that
    of the second signal amid that of the first, and not while the thread waits
    for a lock that the signal came just too early to interrupt. So the handler
    does nothing: the interpreter writes the signal's number to a socket as it
    comes, and a thread obeys.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.asked = False
        self._runtime = runtime
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
        click.echo("stopping: running tasks may end; once more stops at once", err=True)
        self._runtime.stop(_DRAIN_SECONDS)
        while True:
            self._wait()
            self._runtime.stop_now()

    def _wait(self) -> None:
        while self._asked.recv(1)[0] not in _STOPPING:
            continue
