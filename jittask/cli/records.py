"""``jittask records``: lists runs (rules R1, V5)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from jittask.cli.arguments import optional_task_argument
from jittask.cli.formatting import duration, local, one_line, to_json
from jittask.cli.occurrence_text import notes_text, time_text
from jittask.cli.options import (
    after_option,
    format_option,
    limit_option,
    note,
    quiet_option,
    tree_option,
    watch_option,
)
from jittask.cli.run_text import STATUS_COLOURS, run_detail
from jittask.cli.table import Cell, table_lines
from jittask.cli.tree import workspace
from jittask.cli.watch import watch as watch_changes
from jittask.model import Run, Trigger
from jittask.operations.inspect.records import STATUSES, RecordQuery, records, status_of
from jittask.operations.inspect.timeline import Timeline, timeline
from jittask.operations.naming import shown_row_key
from jittask.operations.times import read_instant
from jittask.operations.views.runs import page_view, timeline_view

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


@click.command()
@optional_task_argument
@click.option("--task", "named", metavar="TASK", help="The same as TASK.")
@click.option("--row", metavar="KEY", help="All of one row: its runs, and what comes next.")
@click.option("--status", multiple=True, type=click.Choice(STATUSES),
              help="Only these; may be repeated. By default all but pending ones.")  # fmt: skip
@click.option("--trigger", type=click.Choice([trigger.value for trigger in Trigger]))
@click.option("--version", metavar="DIGEST", help="Its first six digits, or more.")
@click.option("--tag", metavar="TAG", help="Only of tasks that have this tag now.")
@click.option("--late", is_flag=True, help="Only what was seen or planned after it was due.")
@click.option("--text", metavar="TEXT", help="What the error, the reason in words or the log has.")
@click.option("--since", metavar="TIME", help="From this time on: ISO, or 1h, today.")
@click.option("--until", metavar="TIME", help="Up to this time; a date means the end of it.")
@click.option(
    "--by",
    type=click.Choice(["effective", "nominal", "start"]),
    default="effective",
    show_default=True,
    help="The time to sort by, which --since and --until bound; start leaves out what has not.",
)
@click.option("--sort", type=click.Choice(["asc", "desc"]), default="desc", show_default=True)
@limit_option("runs", 50, 1000)
@after_option
@watch_option
@tree_option
@format_option()
@quiet_option
def command(
    task: str | None,
    named: str | None,
    row: str | None,
    status: tuple[str, ...],
    trigger: str | None,
    version: str | None,
    tag: str | None,
    late: bool,
    text: str | None,
    since: str | None,
    until: str | None,
    by: str,
    sort: str,
    limit: int,
    after: str | None,
    watch: bool,
    tree: Path | None,
    shape: str,
) -> None:
    """List what ran, the newest first: runs of TASK, or of all tasks.

    What is still to come is listed by jittask next, or with --status pending. With --row,
    it is the timeline of a row: pending and skipped runs, what was missed, what comes next.

    "took" is the time of the last attempt, from when it was handed to a worker until its end
    was recorded; waits for retries do not count. The lines of jittask run, stats and the
    console show the same.

    \b
    Example: jittask records billing.OverdueNotice --status failed --since 7d
             jittask records --row 42
    """  # noqa: D301 - click reads the backspace
    if task is not None and named is not None:
        raise click.UsageError("give the task once: as TASK, or with --task")
    with workspace(tree) as opened:
        name = task or named

        def query() -> RecordQuery:
            zone, now = opened.zone, opened.now()
            return RecordQuery(
                tasks=() if name is None else (name,),
                row=row,
                statuses=frozenset(status),
                trigger=Trigger(trigger) if trigger else None,
                version=version,
                tag=tag,
                late=late,
                text=text,
                since=None if since is None else read_instant(since, zone, now, "since"),
                until=None if until is None else read_instant(until, zone, now, "until", end=True),
                by=by,
                descending=sort == "desc",
            )

        def page() -> Timeline:
            if row is not None:
                return timeline(opened, query(), limit=limit, after=after)
            return Timeline(records(opened, query(), limit=limit, after=after))

        if watch:
            watch_changes(
                lambda: _text(opened, page(), shape, of_row=row is not None), opened.clock
            )
            return
        found = page()
        click.echo(_text(opened, found, shape, of_row=row is not None))
        if shape == "text" and not found.page.records:
            note("no such runs")
        if shape == "text" and found.page.next:
            note(f"more: --after {found.page.next}")
        for remark in found.remarks if shape == "text" else ():
            note(one_line(remark))


def _text(opened: Workspace, found: Timeline, shape: str, *, of_row: bool) -> str:
    now = opened.now()
    if shape == "json":
        return to_json(timeline_view(found, now) if of_row else page_view(found.page, now))
    lines = _table(found.page.records, opened.zone, now)
    if found.upcoming:
        lines += ["", "next:"]
    for entry in found.upcoming:
        lines.append("  ".join(filter(None, (time_text(entry), entry.task, notes_text(entry)))))
    return "\n".join(lines)


def _table(runs: tuple[Run, ...], zone: ZoneInfo, now: datetime) -> list[str]:
    header = ("run", "task", "row", "status", f"due ({zone.key})", "took", "what")
    rows = []
    for run in runs:
        took = run.attempts[-1].took if run.attempts and run.finished else None
        status = status_of(run, now)
        rows.append(
            (
                str(run.id),
                run.task,
                shown_row_key(run.row_key),
                Cell(status, STATUS_COLOURS.get(status)),
                local(run.effective, zone),
                duration(None if took is None else took.total_seconds()),
                run_detail(run, zone),
            )
        )
    return list(table_lines(header, rows))
