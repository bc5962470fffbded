"""``jittask notify``: who is notified when something is wrong, and a test of it (rule R14)."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from jittask.cli.formatting import one_line, to_json
from jittask.cli.options import format_option, note, quiet_option, tree_argument
from jittask.cli.tree import workspace
from jittask.operations.notify import Target, Tested, targets, tell_targets
from jittask.operations.views.notify import target_view, tested_view

_MOST_PLACES = 3


@click.command()
@tree_argument
@click.option("--test", "tests", is_flag=True, help="Send a test message to each target.")
@format_option()
@quiet_option
def command(tree: Path | None, tests: bool, shape: str) -> None:
    """Show who is notified when something is wrong with TREE; with --test, send a test.

    Of a target only the scheme of its URL is shown: the rest may be a secret. With
    --test the exit code is 1 if a message could not be sent, or nobody is notified.

    Example: jittask notify elements --test
    """
    with workspace(tree) as opened:
        if not tests:
            _list(targets(opened), shape)
            return
        failed = False
        shown = []
        for tested in tell_targets(opened):
            failed = failed or tested.error is not None
            if shape == "json":
                shown.append(tested_view(tested))
            else:
                click.echo(_line(tested))
    if shape == "json":
        click.echo(to_json(shown))
    sys.exit(1 if failed else 0)


def _list(found: tuple[Target, ...], shape: str) -> None:
    if shape == "json":
        click.echo(to_json([target_view(target) for target in found]))
        return
    for target in found:
        click.echo(_of(target))
    if not found:
        note("nobody is notified: settings.notify.urls of app.json has the targets")


def _line(tested: Tested) -> str:
    if tested.error is None:
        return f"{click.style('sent', fg='green')}    {_of(tested.target)}"
    return f"{click.style('failed', fg='red')}  {_of(tested.target)}: {one_line(tested.error)}"


def _of(target: Target) -> str:
    named = ", ".join(target.places[:_MOST_PLACES])
    left = len(target.places) - _MOST_PLACES
    return f"{target.label}  ({named}{f' and {left} more' if left > 0 else ''})"
