"""``jittask worker``: runs what a runtime on another machine plans, until a signal (R7, R10)."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from jittask.cli import collector
from jittask.cli.failure import Failure
from jittask.cli.options import format_option, quiet_option, tree_argument
from jittask.cli.until_stopped import Printer, Stops, event_words
from jittask.operations.workspace import find_root
from jittask.runtime import RuntimeFailure
from jittask.runtime.fleet.worker import FleetWorker


@click.command()
@tree_argument
@click.option("--queue", "queues", multiple=True, metavar="NAME",
              help="A queue to listen on; may be repeated."
                   "  [default: all that app.json names]")  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), metavar="N",
              help="How many bodies run at once.  [default: settings.runtime.workers]")  # fmt: skip
@format_option()
@quiet_option
def command(tree: Path | None, queues: tuple[str, ...], workers: int | None, shape: str) -> None:
    """Run what the runtime of TREE plans, on this machine.

    TREE needs its app.json only, which names the run store (PostgreSQL) and the broker of
    settings.runtime.executor; the elements come from the run store. Start as many
    workers as you like, on as many machines.

    Ctrl-C lets running tasks end (settings.runtime.drainSeconds, 8 by default); a second
    one stops at once. SIGTERM and SIGHUP do the same.

    Example: jittask worker elements --queue jittask --workers 8
    """
    root = find_root(tree)
    worker = FleetWorker(root, queues=queues, workers=workers)
    words = event_words(root) if shape == "text" else None
    printer = Printer(worker, words)
    stops = Stops(worker, words)
    gc.disable()  # a start makes what stays: nothing to look for
    try:
        worker.start()
    except RuntimeFailure as failure:
        raise Failure(str(failure), failure.hint) from failure
    finally:
        gc.enable()
    stops.started()
    collector.expect_to_stay()
    try:
        while not worker.join(3600):
            continue
    except RuntimeFailure as failure:
        raise Failure(str(failure), failure.hint) from failure
    printer.check()
