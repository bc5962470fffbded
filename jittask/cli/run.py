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
    try:
        runtime.start()
    except RuntimeFailure as failure:
        raise Failure(str(failure), failure.hint) from failure
    _stop_by_signal(runtime)
    while not runtime.join(3600):
        continue
    sys.exit(0)


def _stop_by_signal(runtime: Runtime) -> None:
    stopping: list[int] = []

    def stop(number: int, _frame: object) -> None:
        stopping.append(number)
        if len(stopping) == 1:
            click.echo("stopping: running tasks may end; once more stops at once", err=True)
            runtime.stop(_DRAIN_SECONDS)
        else:
            runtime.stop_now()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
