"""``jittask new``: a task's two files, from a title and a schedule."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click
from click.core import ParameterSource

from jittask.cli.options import tree_option
from jittask.clock import clock_from_environment
from jittask.model import TaskType
from jittask.operations.edit.new_task import NewTask, WrittenTask, new_date_field, new_scheduled
from jittask.operations.errors import NotFound
from jittask.operations.workspace import Workspace, find_root

_CYCLES = ("normal", "minute", "hour", "day", "week", "month", "year")


def _words(_: click.Context, __: click.Parameter, title: tuple[str, ...]) -> tuple[str, ...]:
    words = " ".join(title)
    if not words.strip() or words != words.encode(errors="ignore").decode():
        raise click.BadParameter("expected words")
    return title


_title = click.argument("title", nargs=-1, required=True, callback=_words)
_name = click.option("--name", help="The element's name; made from TITLE by default.")
_folder = click.option("--in", "folder", metavar="FOLDER", help="A folder under tasks/.")
_disabled = click.option("--disabled", is_flag=True, help="Write it switched off.")


@click.group()
def command() -> None:
    """Write a new task: scheduled, or date-field (for every row of a model).

    The element's name is English letters, whatever the script of the title.

    Example: jittask new scheduled 每日报表 --repeat day --start "2026-01-05 09:00"
    """


@command.command()
@_title
@_name
@_folder
@click.option("--start", metavar="TIME", help="yyyy-MM-dd HH:mm; tomorrow at 09:00 by default.")
@click.option("--repeat", type=click.Choice(_CYCLES), default="day", show_default=True)
@click.option("--cron", metavar="FIELDS", help="A cron of five fields, instead of --repeat.")
@_disabled
@tree_option
def scheduled(
    title: tuple[str, ...],
    name: str | None,
    folder: str | None,
    start: str | None,
    repeat: str,
    cron: str | None,
    disabled: bool,
    tree: Path | None,
) -> None:
    """Write a task that fires at times.

    Example: jittask new scheduled Weekly report --cron "0 9 * * 1"
    """
    source = click.get_current_context().get_parameter_source("repeat")
    if cron is not None and source is ParameterSource.COMMANDLINE:
        raise click.UsageError("--cron and --repeat exclude each other")
    task = NewTask(" ".join(title), name, folder, enabled=not disabled)
    with _workspace(tree) as opened:
        _show(opened, new_scheduled(opened, task, start=start, repeat=repeat, cron=cron))


@command.command("date-field")
@_title
@_name
@_folder
@click.option("--model", metavar="NAME", help="The model, such as Contract; the only one else.")
@click.option("--field", metavar="NAME", help="Its date field; the only one else.")
@click.option("--before", type=click.IntRange(min=1), metavar="DAYS", help="So many days before.")
@click.option("--after", type=click.IntRange(min=1), metavar="DAYS", help="So many days after.")
@click.option("--time", "at", metavar="HH:MM", default="09:00", show_default=True)
@_disabled
@tree_option
def date_field(
    title: tuple[str, ...],
    name: str | None,
    folder: str | None,
    model: str | None,
    field: str | None,
    before: int | None,
    after: int | None,
    at: str,
    disabled: bool,
    tree: Path | None,
) -> None:
    """Write a task that fires for every row, at its date.

    Example: jittask new date-field Contract expires soon --model Contract --before 7
    """
    if before and after:
        raise click.UsageError("--before and --after exclude each other")
    offset_days = (after or 0) - (before or 0)
    task = NewTask(" ".join(title), name, folder, enabled=not disabled)
    with _workspace(tree) as opened:
        written = new_date_field(
            opened, task, model=model, field=field, offset_days=offset_days, at=at
        )
        _show(opened, written)


def _workspace(tree: Path | None) -> Workspace:
    try:
        return Workspace.find(tree, clock_from_environment())
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _show(workspace: Workspace, task: WrittenTask) -> None:
    click.echo(f"made {task.name}")
    click.echo("\n".join(f"  {file}" for file in task.files))
    row = " --row KEY" if task.type is TaskType.DATE_FIELD else ""
    click.echo("then:")
    for name in ("try", "next"):
        click.echo(f"  jittask {name} {task.name}{row}{_tree_words(workspace.root)}")


def _tree_words(root: Path) -> str:
    """Return how to name the tree, where a command run here would not find it by itself."""
    try:
        found = find_root().resolve() == root
    except NotFound:
        found = False
    return "" if found else f" --tree {shlex.quote(os.path.relpath(root))}"
