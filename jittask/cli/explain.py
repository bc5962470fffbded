"""``jittask explain``: why a task fires then, or does not (rule T11)."""

from __future__ import annotations

from pathlib import Path

import click

from jittask.cli.arguments import task_argument
from jittask.cli.formatting import to_json
from jittask.cli.language import language_option
from jittask.cli.options import format_option, quiet_option, tree_option
from jittask.cli.tree import preview_workspace
from jittask.operations.inspect.explain import explain
from jittask.operations.views.explanation import explanation_view
from jittask.schedule.words import Language


@click.command()
@task_argument
@click.option("--at", metavar="TIME", help="A day, or a time, of the task's zone; or today.")
@click.option("--row", metavar="KEY", help="The row of a date-field task, by its key.")
@tree_option
@language_option
@format_option()
@quiet_option
def command(
    task: str, at: str | None, row: str | None, tree: Path | None, language: str, shape: str
) -> None:
    """Say in words why TASK fires on a day, or why it does not.

    Example: jittask explain reports.WeeklyReport --at 2026-10-01
    """
    with preview_workspace(tree) as opened:
        found = explain(opened, task, at=at, row=row, language=Language(language))
    if shape == "json":
        click.echo(to_json(explanation_view(found)))
        return
    when = f"{found.at:%a %Y-%m-%d}" if found.whole_day else f"{found.at:%a %Y-%m-%d %H:%M:%S}"
    click.echo(f"{found.task} {'fires' if found.fires else 'does not fire'} on {when}")
    for reason in found.reasons:
        click.echo(f"  {reason.text}")
