"""``jittask log``: one run with its output, and what it prints until it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.arguments import run_argument
from jittask.cli.formatting import local, one_line, to_json
from jittask.cli.options import format_option, note, quiet_option, tree_option
from jittask.cli.run_text import run_head
from jittask.cli.tree import workspace
from jittask.model import Run
from jittask.operations.inspect.run import NoRuntimeAlive, RunLog, follow, run_with_log
from jittask.operations.naming import find_run
from jittask.operations.views.runs import chunk_view, run_view

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


@click.command()
@run_argument
@click.option("--follow", "-f", "following", is_flag=True, help="Show what comes, until it ends.")
@tree_option
@format_option()
@quiet_option
def command(run: int, following: bool, tree: Path | None, shape: str) -> None:
    """Show RUN: its attempts, what it printed and logged, its result or traceback.

    With --follow and --format json each piece of output is a line, and the
    record is the last line.

    Example: jittask log 42 --follow
    """
    with workspace(tree) as opened:
        if following:
            _follow(opened, run, shape)
        elif shape == "json":
            found = run_with_log(opened, run)
            log = [chunk_view(chunk) for chunk in found.chunks]
            click.echo(to_json({**run_view(found.run, opened.now()), "log": log}))
        else:
            _show(opened, run_with_log(opened, run))


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
        for chunk in found.chunks:
            if chunk.attempt == attempt.number:
                click.echo(chunk.text, nl=False)
        if attempt.error:
            click.echo(attempt.error.rstrip())
    if run.result is not None:
        click.echo(f"\nresult: {run.result}")


def _follow(opened: Workspace, number: int, shape: str) -> None:
    if shape == "text":
        with opened.stored() as store:
            _show_head(opened, find_run(store, number))
    attempt = 0
    for item in follow(opened, number):
        if isinstance(item, NoRuntimeAlive):
            note("no runtime is alive: the run continues when jittask run is started")
        elif isinstance(item, Run):
            _show_end(opened, item, shape)
        elif shape == "json":
            click.echo(json.dumps(chunk_view(item), ensure_ascii=False))
        else:
            if item.attempt != attempt:
                attempt = item.attempt
                click.echo(f"\nattempt {attempt}")
            click.echo(item.text, nl=False)


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
