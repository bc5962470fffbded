"""``jittask log``: one run with its output, and what it prints until it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.arguments import run_argument
from jittask.cli.formatting import local, one_line, to_json
from jittask.cli.log_text import line_text
from jittask.cli.options import format_option, note, quiet_option, tree_option
from jittask.cli.run_text import run_head
from jittask.cli.tree import workspace
from jittask.model import Run
from jittask.operations.inspect.log_lines import LogLine
from jittask.operations.inspect.run import NoRuntimeAlive, RunLog, follow, run_with_log
from jittask.operations.naming import find_run
from jittask.operations.views.runs import line_view, run_view
from jittask.run_log import LEVELS

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


@click.command()
@run_argument
@click.option("--follow", "-f", "following", is_flag=True, help="Show what comes, until it ends.")
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="info",
    show_default=True,
    help="Show lines of this level and above; debug shows all of them.",
)
@tree_option
@format_option()
@quiet_option
def command(run: int, following: bool, level: str, tree: Path | None, shape: str) -> None:
    """Show RUN: its attempts, what it printed and logged, its result or traceback.

    Each line has its time and level. What is printed to standard output
    counts as info, and to standard error as warning. With --follow and
    --format json each line of output is a line, and the record is the last
    line.

    Example: jittask log 42 --follow
    """
    with workspace(tree) as opened:
        if following:
            _follow(opened, run, level, shape)
        elif shape == "json":
            found = run_with_log(opened, run, level)
            log = [line_view(line) for line in found.lines]
            click.echo(to_json({**run_view(found.run, opened.now()), "log": log}))
        else:
            _show(opened, run_with_log(opened, run, level))


def _show(opened: Workspace, found: RunLog) -> None:
    run, zone = found.run, opened.zone
    _show_head(opened, run)
    if run.detail:
        click.echo(one_line(run.detail))
    for attempt in run.attempts:
        memory = f", peak {attempt.peak_kb / 1024:.0f} MiB" if attempt.peak_kb else ""
        click.echo(
            f"\nattempt {attempt.number}, version {attempt.version[:12]}: "
            f"{local(attempt.started, zone)} – {local(attempt.finished, zone)} "
            f"{attempt.outcome or ''}{memory}"
        )
        for line in found.lines:
            if line.attempt == attempt.number:
                click.echo(line_text(line, zone))
        if attempt.error:
            click.echo(attempt.error.rstrip())
    if run.result is not None:
        click.echo(f"\nresult: {run.result}")
    if found.hidden:
        lines = "1 line is" if found.hidden == 1 else f"{found.hidden} lines are"
        note(f"{lines} below the level and not shown: --level debug shows all")


def _follow(opened: Workspace, number: int, level: str, shape: str) -> None:
    if shape == "text":
        with opened.stored() as store:
            _show_head(opened, find_run(store, number))
    attempt = 0
    for item in follow(opened, number):
        if isinstance(item, NoRuntimeAlive):
            note("no runtime is alive: the run continues when jittask run is started")
        elif isinstance(item, Run):
            _show_end(opened, item, shape)
        elif item.is_of(level):
            _show_line(opened, item, shape, begins=item.attempt != attempt)
            attempt = item.attempt


def _show_line(opened: Workspace, line: LogLine, shape: str, *, begins: bool) -> None:
    if shape == "json":
        click.echo(json.dumps(line_view(line), ensure_ascii=False))
        return
    if begins:
        click.echo(f"\nattempt {line.attempt}")
    click.echo(line_text(line, opened.zone))


def _show_head(opened: Workspace, run: Run) -> None:
    for line in run_head(run, opened.zone, opened.now()):
        click.echo(line)


def _show_end(opened: Workspace, run: Run, shape: str) -> None:
    if shape == "json":
        click.echo(json.dumps({"run": run_view(run, opened.now())}, ensure_ascii=False))
        return
    click.echo(f"\n{run.status}{f': {one_line(run.detail)}' if run.detail else ''}")
    if run.error:
        click.echo(run.error.rstrip())
    if run.result is not None:
        click.echo(f"result: {run.result}")
