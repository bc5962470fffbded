"""``jittask run``: runs a tree's tasks until it is told to stop (rules R7, V8)."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from jittask.cli.failure import Failure
from jittask.cli.told import Words, json_line
from jittask.cli.tree import find_tree, tree_argument
from jittask.runtime import Runtime, RuntimeFailure
from jittask.runtime.events import Event

_DRAIN_SECONDS = 10.0


@click.command()
@tree_argument
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(tree: Path | None, shape: str) -> None:
    """Run the tasks of TREE, reloading them when their files change.

    Ctrl-C lets running tasks end (10 s at most); a second one stops at once.

    Example: jittask run elements
    """
    root = find_tree(tree)
    words = Words(root)

    def show(event: Event) -> None:
        if shape == "json":
            click.echo(json_line(event))
        else:
            for line in words.lines(event):
                click.echo(line)

    runtime = Runtime(root, on_event=show)
    stops = _Stops(runtime)
    try:
        runtime.start()
    except RuntimeFailure as failure:
        raise Failure(str(failure), failure.hint) from failure
    stops.started()
    while not runtime.join(3600):
        continue
    sys.exit(0)


class _Stops:
    """Turns signals into stops: the first drains, the next ends at once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._asked = 0
        self._runs = False
        signal.signal(signal.SIGINT, self._ask)
        signal.signal(signal.SIGTERM, self._ask)

    def started(self) -> None:
        """Obey what was asked while the runtime was still opening."""
        self._runs = True
        if self._asked:
            self._obey()

    def _ask(self, _number: int, _frame: object) -> None:
        self._asked += 1
        if self._runs:
            self._obey()

    def _obey(self) -> None:
        if self._asked == 1:
            click.echo("stopping: running tasks may end; once more stops at once", err=True)
            self._runtime.stop(_DRAIN_SECONDS)
        else:
            self._runtime.stop_now()
