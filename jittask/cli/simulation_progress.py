"""Shows on a terminal how far a simulation is (rule V5)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

from jittask.operations.simulate.simulate import SILENT, Progress

if TYPE_CHECKING:
    from jittask.operations.simulate.simulate import Period

_CLEAR = "\r\x1b[K"


@contextmanager
def shown_progress(period: Period | None, what: str = "simulating") -> Iterator[Progress]:
    """Give what shows the simulated day in one line of standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield SILENT
        return
    shown_day = ""

    def passed(instant: datetime) -> None:
        nonlocal shown_day
        day = f"{instant:%Y-%m-%d}"
        if day != shown_day:
            shown_day = day
            until = "" if period is None else f" of {period.until:%Y-%m-%d}"
            click.echo(f"{_CLEAR}{what}: {day}{until}", err=True, nl=False)

    def step(text: str) -> None:
        click.echo(f"{_CLEAR}{text}", err=True, nl=False)

    try:
        yield Progress(step, passed)
    finally:
        click.echo(_CLEAR, err=True, nl=False)
