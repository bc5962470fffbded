"""Shows what a command answers again and again, until Ctrl-C."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import click

from jittask.cli import collector
from jittask.clock import Clock

_REDRAW_SECONDS = 1.0
_CLEAR = "\x1b[H\x1b[2J\x1b[3J"
"""Cursor to the top left, screen and scrollback cleared."""


def watch(render: Callable[[], str], clock: Clock) -> None:
    """Write ``render()`` each second on a terminal; elsewhere whenever it has changed.

    Ctrl-C is the usual end, so it is no error.
    """
    never, before = threading.Event(), None
    drawn = sys.stdout.isatty()
    try:
        while True:
            text = render()
            if text != before:
                click.echo(f"{_CLEAR if drawn else ''}{text}")
                sys.stdout.flush()
            if before is None:
                collector.expect_to_stay()
            before = text
            clock.wait(never, _REDRAW_SECONDS)
    except KeyboardInterrupt:
        if drawn:
            click.echo()
