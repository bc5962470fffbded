"""``jittask validate --watch``: the problems of a tree, again after each change (rule V1)."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import click

from jittask.cli import collector
from jittask.clock import Clock
from jittask.compiler.compiled import Compilation
from jittask.compiler.import_check import Verdict
from jittask.compiler.incremental import TreeCompiler
from jittask.runtime.unseen_changes import UnseenChanges
from jittask.runtime.watch import Watch

_CLEAR = "\x1b[H\x1b[2J\x1b[3J"
"""Cursor to the top left, screen and scrollback cleared."""
_LOOK_MILLIS = 500

Render = Callable[[Verdict, float], str]
"""Returns a report of a verdict that took so many seconds."""


def watch_problems(root: Path, render: Render, clock: Clock, *, imports: bool) -> None:
    """Write a report now, and after each change that makes it another one, until Ctrl-C.

    On a terminal each report takes the place of the one before.
    """
    compiler = TreeCompiler(root, imports=imports)
    try:
        with Watch(compiler.root, _trouble, clock) as watch:  # sees all from here on
            _follow(compiler, watch, render, clock)
    except KeyboardInterrupt:
        pass  # the usual end
    finally:
        compiler.close()
    if sys.stdout.isatty():
        click.echo()


def _follow(compiler: TreeCompiler, watch: Watch, render: Render, clock: Clock) -> None:
    never, unseen = threading.Event(), UnseenChanges(compiler, clock)
    began = clock.monotonic()
    shown: Compilation | None = None
    compilation = compiler.compilation
    collector.expect_to_stay()
    while True:
        if shown is None or compilation.diagnostics != shown.diagnostics:
            text = render(_verdict(compilation), clock.monotonic() - began)
            click.echo(f"{_CLEAR if sys.stdout.isatty() else ''}{text}")
            sys.stdout.flush()
            shown = compilation
        debounce = compilation.app.settings.runtime.debounce_millis
        found = watch.look(never, debounce_millis=debounce, look_every_millis=_LOOK_MILLIS)
        if found is None:  # Ctrl-C, or nothing can be watched any more
            return
        began = clock.monotonic()
        unseen.seen(found)
        compilation = compiler.apply(found or unseen.step())


def _verdict(compilation: Compilation) -> Verdict:
    app = compilation.app
    return Verdict(compilation.diagnostics, tuple(app.elements), len(app.tasks))


def _trouble(text: str) -> None:
    click.echo(text, err=True)
