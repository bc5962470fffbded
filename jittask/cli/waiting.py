"""What commands that ask something of a runtime share: is one alive, and how a run ended."""

from __future__ import annotations

import sys
import threading

import click

from jittask.cli.formatting import to_json
from jittask.clock import SystemClock
from jittask.model import TRANSITIONS, Run, RunStatus
from jittask.store import Store

LOOK_EVERY = 0.1
"""Seconds between two looks at a run that is waited for."""


def ended(run: Run) -> bool:
    """Whether a run has come to its end."""
    return not TRANSITIONS[run.status]


def wait_for_end(store: Store, number: int) -> Run | None:
    """Wait until a run has ended, or nothing is alive to end it."""
    clock, never = SystemClock(), threading.Event()
    while True:
        alive = store.runtime_alive(clock.now())
        run = store.run(number)
        if run is None or ended(run) or not alive:
            return run
        clock.wait(never, LOOK_EVERY)


def accepted(store: Store, number: int, task: str, *, wait: bool, shape: str) -> None:
    """Tell of a run that was asked for; with ``wait`` exit 1 unless it completes."""
    alive = store.runtime_alive(SystemClock().now())
    if not alive:
        click.echo("no runtime is alive: it runs when jittask run is started", err=True)
    run = wait_for_end(store, number) if wait else None
    if shape == "json":
        data = {"run": number, "accepted": True, "liveRuntime": alive}
        click.echo(to_json(data | ({"status": run.status} if run else {})))
    else:
        click.echo(f"run {number} of {task}: {run.status if run else 'accepted'}")
        if run is not None and run.detail:
            click.echo(f"  {run.detail}")
    sys.exit(0 if not wait or (run and run.status is RunStatus.COMPLETED) else 1)
