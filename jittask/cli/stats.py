"""``jittask stats``: how often tasks ran, how long and how late (rule V5)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from jittask.cli.formatting import duration, local, to_json
from jittask.cli.options import format_option, note, quiet_option, tree_argument
from jittask.cli.table import Cell, table_lines
from jittask.cli.tree import workspace
from jittask.operations.errors import NotFound
from jittask.operations.inspect.statistics import Statistics, statistics
from jittask.operations.times import read_instant
from jittask.operations.views.statistics import statistics_view


@click.command()
@tree_argument
@click.option("--since", metavar="TIME", help="From this time on: ISO, or 1h, today; 7d.")
@click.option("--until", metavar="TIME", help="Up to this time; a date means the end of it.")
@click.option("--task", metavar="TASK", help="Only this task.")
@format_option()
@quiet_option
def command(
    tree: Path | None, since: str | None, until: str | None, task: str | None, shape: str
) -> None:
    """Show for each task of TREE how its runs of a time went: success, duration, lateness.

    A run counts by when it began; by default those of the last seven days.
    p50 is the median, and 95 of 100 runs are at or below p95.

    Example: jittask stats elements --since 24h
    """
    if tree is not None and not tree.exists():
        raise NotFound(f"{tree}: no such folder", f"for one task: jittask stats --task {tree}")
    with workspace(tree) as opened:
        zone, now = opened.zone, opened.now()
        found = statistics(
            opened,
            since=None if since is None else read_instant(since, zone, now, "since"),
            until=None if until is None else read_instant(until, zone, now, "until", end=True),
            task=task,
        )
    if shape == "json":
        click.echo(to_json(statistics_view(found)))
        return
    for line in _table(found):
        click.echo(line)
    note(f"runs that began from {_time(found, zone)}")


def _time(found: Statistics, zone: ZoneInfo) -> str:
    return f"{local(found.since, zone)} to {local(found.until, zone)} ({zone.key})"


def _table(found: Statistics) -> list[str]:
    header = ("task", "runs", "failed", "success", "took p50", "p95", "late p50", "p95")
    rows = [
        (
            task.task,
            f"{task.runs:,}",
            Cell(f"{task.failed:,}", "red" if task.failed else None),
            f"{task.success_rate:.1%}",
            _length(task.duration.p50),
            _length(task.duration.p95),
            _length(task.lateness.p50),
            _length(task.lateness.p95),
        )
        for task in found.tasks
    ]
    return list(table_lines(header, rows))


def _length(length: timedelta) -> str:
    return duration(length.total_seconds())
