"""``jittask next``: when tasks fire, by the code that the runtime uses (rule T11)."""

from __future__ import annotations

import heapq
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from jittask.cli.failure import Failure
from jittask.cli.shown import iso, to_json
from jittask.cli.tree import compiled, find_task, tree_option
from jittask.clock import clock_from_environment
from jittask.compiler.compiled import Compilation, CompiledTask, DateFieldTask, ScheduledTask
from jittask.model import Occurrence, SkippedOccurrence
from jittask.schedule.timer import Timer

Entry = tuple[datetime, str, Occurrence | SkippedOccurrence, ZoneInfo]
_HORIZON = timedelta(days=366 * 200)


@click.command()
@click.argument("task", required=False)
@click.option("--count", "-n", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--from", "start", metavar="ISO", help="From this instant on; now by default.")
@click.option("--row", metavar="KEY", help="The row of a date-field task, by its key.")
@click.option("--all", "everything", is_flag=True, help="Show what holidays skip, too.")
@tree_option
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(
    task: str | None,
    count: int,
    start: str | None,
    row: str | None,
    everything: bool,
    tree: Path | None,
    shape: str,
) -> None:
    """Show when TASK fires next; without TASK, what comes next of all scheduled tasks.

    Example: jittask next reports.WeeklyReport --count 10
    """
    compilation = compiled(tree)
    begin = _instant(start, compilation)
    entries = list(islice(_entries(compilation, task, row, begin, everything), count))
    if shape == "json":
        click.echo(to_json([_data(entry, row) for entry in entries]))
    else:
        for entry in entries:
            click.echo(_line(entry, named=task is None))
    if not entries:
        click.echo("nothing fires any more", err=True)
        sys.exit(1)


def _entries(
    compilation: Compilation,
    name: str | None,
    row: str | None,
    begin: datetime,
    everything: bool,
) -> Iterator[Entry]:
    end = min(begin + _HORIZON, datetime(2200, 12, 31, tzinfo=UTC))
    if name is not None:
        task = find_task(compilation, name)
        if not task.enabled:
            click.echo(f"{task.name} is disabled: this is when it would fire", err=True)
        timers = [(task.name, _timer(compilation, task, row))]
    else:
        timers = [
            (one.name, one.timer)
            for one in compilation.app.tasks.values()
            if isinstance(one, ScheduledTask) and one.enabled
        ]
    yield from heapq.merge(
        *(_of(name, timer, begin, end, everything) for name, timer in timers),
        key=lambda entry: entry[:2],
    )


def _of(
    name: str,
    timer: Timer,
    begin: datetime,
    end: datetime,
    everything: bool,
) -> Iterator[Entry]:
    for one in timer.walk(begin, end) if everything else timer.between(begin, end):
        at = one.effective if isinstance(one, Occurrence) else one.nominal
        yield at, name, one, timer.zone


def _timer(compilation: Compilation, task: CompiledTask, key: str | None) -> Timer:
    if isinstance(task, ScheduledTask):
        if key is not None:
            raise click.UsageError(f"{task.name} is a scheduled task, so it has no rows")
        return task.timer
    if key is None:
        raise click.UsageError(f"{task.name} fires for rows: name one with --row KEY")
    timer = task.timer.timer_of(_row(compilation, task, key))
    if timer is None:
        raise Failure(f"row {key}: its {task.timer.start_field} is empty, so it never fires")
    return timer


def _row(compilation: Compilation, task: DateFieldTask, key: str) -> dict[str, Any]:
    from jittask.data.databases import DataError
    from jittask.runtime.data import AppData

    try:
        row = AppData(compilation.app.databases, compilation.app.root).rows(task.model).get(key)
    except DataError as error:
        raise Failure(str(error)) from error
    if row is None:
        raise Failure(f"{task.model.name} has no row {key}")
    return row


def _instant(text: str | None, compilation: Compilation) -> datetime:
    try:
        if text is None:
            return clock_from_environment().now()
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    zone = ZoneInfo(compilation.app.settings.timezone)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _line(entry: Entry, *, named: bool) -> str:
    at, name, one, zone = entry
    when = at.astimezone(zone).strftime("%a %Y-%m-%d %H:%M:%S %Z")
    notes = one.notes if isinstance(one, Occurrence) else (one.reason,)
    words = "; ".join(note.text for note in notes)
    return "  ".join(part for part in (when, name if named else "", words) if part)


def _data(entry: Entry, row: str | None) -> dict[str, Any]:
    at, name, one, zone = entry
    fires = isinstance(one, Occurrence)
    notes = one.notes if isinstance(one, Occurrence) else (one.reason,)
    merged = one.nominals if isinstance(one, Occurrence) else ()
    return {
        "task": name,
        "row": row,
        "nominal": iso(one.nominal),
        "effective": iso(at) if fires else None,
        "local": at.astimezone(zone).isoformat(),
        "zone": zone.key,
        "merged": [iso(nominal) for nominal in merged],
        "notes": [{"code": note.code, "text": note.text} for note in notes],
    }
