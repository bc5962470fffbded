"""``jittask records``: lists runs (rules R1, V5)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from jittask import zonedata
from jittask.cli.formatting import duration, local, to_json
from jittask.cli.timers import read_instant
from jittask.cli.tree import compiled, full_name, open_store, task_name, tree_option
from jittask.clock import SystemClock
from jittask.model import Run, RunStatus, Trigger
from jittask.operations.views.instants import iso
from jittask.store.record_filter import OVERDUE_AFTER, VERSION_DIGITS, By, RecordFilter, RecordPage

OVERDUE = "overdue"
_STATUSES = [*(one.value for one in RunStatus), OVERDUE]


def _version(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    if len(text) < VERSION_DIGITS or not set(text.lower()) <= set("0123456789abcdef"):
        raise click.BadParameter(
            f"expected at least {VERSION_DIGITS} digits of a version, got {text!r}"
        )
    return text.lower()


@click.command()
@click.argument("task", required=False)
@click.option("--task", "named", metavar="TASK", help="The same as TASK.")
@click.option("--row", metavar="KEY", help="Runs of one row.")
@click.option("--status", multiple=True, type=click.Choice(_STATUSES), help="May be repeated.")
@click.option("--trigger", type=click.Choice([one.value for one in Trigger]))
@click.option(
    "--version", metavar="DIGEST", callback=_version, help="Its first six digits, or more."
)
@click.option("--since", metavar="ISO", help="From this time on.")
@click.option("--until", metavar="ISO", help="Up to this time; a date means the end of it.")
@click.option(
    "--by",
    type=click.Choice([one.value for one in By]),
    default=By.EFFECTIVE.value,
    show_default=True,
    help="The time to sort by, which --since and --until bound; start leaves out what has not.",
)
@click.option("--sort", type=click.Choice(["asc", "desc"]), default="desc", show_default=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--after", metavar="CURSOR", help="The page after the one that gave this cursor.")
@tree_option
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(
    task: str | None,
    named: str | None,
    row: str | None,
    status: tuple[str, ...],
    trigger: str | None,
    version: str | None,
    since: str | None,
    until: str | None,
    by: str,
    sort: str,
    limit: int,
    after: str | None,
    tree: Path | None,
    shape: str,
) -> None:
    """List runs, the newest first; those of TASK, or of all tasks.

    Example: jittask records billing.OverdueNotice --status failed --since 2026-01-05
    """
    if task is not None and named is not None:
        raise click.UsageError("give the task once: as TASK, or with --task")
    task = task or named
    compilation = compiled(tree)
    zone = zonedata.zone(compilation.app.settings.timezone)
    wanted = RecordFilter(
        task=None if task is None else full_name(task),
        row_key=row,
        statuses=frozenset(RunStatus(one) for one in status if one != OVERDUE),
        overdue=OVERDUE in status,
        trigger=Trigger(trigger) if trigger else None,
        version=version,
        since=None if since is None else read_instant(since, compilation, "--since"),
        until=None if until is None else read_instant(until, compilation, "--until", end=True),
    )
    now = SystemClock().now()
    with open_store(compilation.app) as store:
        page = store.records(wanted, now, limit, after, by=By(by), descending=sort == "desc")
        unknown = (
            wanted.task is not None and not page.records and wanted.task not in store.watermarks()
        )
    if unknown and task is not None:
        task_name(compilation, task)
    if shape == "json":
        data = {"records": [record(one, now) for one in page.records], "next": page.next}
        click.echo(to_json(data))
    else:
        _table(page, zone, now)


def record(run: Run, now: datetime) -> dict[str, Any]:
    """Return a run as section 10 has it."""
    return {
        "id": run.id,
        "task": run.task,
        "row": run.row_key or None,
        "status": shown_status(run, now),
        "reason": run.reason,
        "detail": run.detail,
        "trigger": run.trigger,
        "nominal": iso(run.nominal),
        "nominals": [iso(one) for one in run.nominals],
        "missed": run.missed
        and {
            "first": iso(run.missed.first),
            "last": iso(run.missed.last),
            "count": run.missed.count,
        },
        "effective": iso(run.effective),
        "started": iso(run.started),
        "finished": iso(run.finished),
        "late": run.late,
        "attempt": run.attempt,
        "attempts": [
            {
                "number": one.number,
                "runtime": one.runtime,
                "host": one.host,
                "version": one.version,
                "started": iso(one.started),
                "finished": iso(one.finished),
                "outcome": one.outcome,
                "error": one.error,
                "peakKb": one.peak_kb,
            }
            for one in run.attempts
        ],
        "version": run.version,
        "result": run.result,
        "error": run.error,
        "rerunOf": run.rerun_of,
    }


def shown_status(run: Run, now: datetime) -> str:
    """Return a run's status, ``overdue`` included (R1)."""
    late = run.status is RunStatus.PENDING and now - run.effective > OVERDUE_AFTER
    return OVERDUE if late else run.status


def _table(page: RecordPage, zone: ZoneInfo, now: datetime) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("run", "task", "row", "status", "due", "took", "what"):
        table.add_column(name, overflow="fold")
    for run in page.records:
        took = (
            (run.finished - run.started).total_seconds() if run.finished and run.started else None
        )
        missed = f"and {run.missed.count} missed before it" if run.missed else ""
        table.add_row(
            str(run.id),
            run.task,
            run.row_key,
            shown_status(run, now),
            local(run.effective, zone),
            duration(took),
            "; ".join(part for part in (run.detail, missed) if part) or (run.result or "")[:60],
        )
    console = Console(soft_wrap=True)
    if not console.is_terminal:
        console.width = 200
    console.print(table)
    if not page.records:
        click.echo("no such runs", err=True)
    if page.next:
        click.echo(f"more: --after {page.next}", err=True)
