"""``jittask list``: the tasks of a tree (rule V5)."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from jittask.cli.formatting import local, one_line, to_json
from jittask.cli.language import language_option
from jittask.cli.options import (
    after_option,
    format_option,
    limit_option,
    note,
    quiet_option,
    tree_argument,
)
from jittask.cli.run_text import STATUS_COLOURS
from jittask.cli.table import Cell, table_lines
from jittask.cli.tree import preview_workspace
from jittask.operations.inspect.catalog import (
    CatalogFilter,
    CatalogPage,
    TaskKind,
    TaskState,
    catalog,
)
from jittask.operations.views.catalog import catalog_view
from jittask.schedule.words import Language

_STATE_COLOURS = {
    TaskState.BROKEN: "red",
    TaskState.DISABLED: "yellow",
    TaskState.PAUSED: "yellow",
    TaskState.BLOCKED: "yellow",
    TaskState.RUNNING: "green",
}


@click.command("list")
@tree_argument
@click.option("--tag", metavar="TAG", help="Only tasks with this tag.")
@click.option("--folder", metavar="FOLDER", help="Only tasks in this folder below tasks/.")
@click.option("--kind", type=click.Choice([kind.value for kind in TaskKind]))
@click.option("--state", type=click.Choice([state.value for state in TaskState]))
@limit_option("tasks", 50, 1000)
@after_option
@language_option
@format_option()
@quiet_option
def command(
    tree: Path | None,
    tag: str | None,
    folder: str | None,
    kind: str | None,
    state: str | None,
    limit: int,
    after: str | None,
    language: str,
    shape: str,
) -> None:
    """List the tasks of TREE: schedule, next time, last result and state, by name.

    A task is running while a runtime has loaded it, loading while a runtime is
    alive and has not, and ready while none is alive. The next time of a
    date-field task is that of its first planned run. Lines below the table say
    why a task is blocked, and since when.

    Example: jittask list elements --folder billing --state running
    """
    wanted = CatalogFilter(
        tag, folder, TaskKind(kind) if kind else None, TaskState(state) if state else None
    )
    with preview_workspace(tree) as opened:
        page = catalog(opened, wanted, limit=limit, after=after, language=Language(language))
        zone = opened.zone
    if shape == "json":
        click.echo(to_json(catalog_view(page)))
        return
    for line in _table(page, zone):
        click.echo(line)
    for task in page.tasks:
        for entry in task.blocked:
            click.echo(f"{task.name}: {one_line(entry.describe(zone))}")
    if not page.tasks:
        note("no such tasks")
    if page.next:
        note(f"more: --after {page.next}")


def _table(page: CatalogPage, zone: ZoneInfo) -> list[str]:
    header = ("task", "state", "next", "last", "schedule", "title")
    rows = []
    for task in page.tasks:
        last = task.last
        ended = Cell("–")
        if last is not None:
            when = local(last.finished, zone, seconds=False)
            ended = Cell(f"{last.status} {when}", STATUS_COLOURS.get(last.status))
        rows.append(
            (
                task.name,
                Cell(task.state, _STATE_COLOURS.get(task.state)),
                local(task.next, zone),
                ended,
                task.schedule or "",
                task.title,
            )
        )
    return list(table_lines(header, rows, flexible=2))
