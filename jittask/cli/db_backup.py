"""``jittask db backup`` and ``db restore``: the run store as one file (rule R9)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.formatting import local, to_json
from jittask.cli.options import format_option, tree_option
from jittask.cli.tree import workspace
from jittask.operations.store_backup import back_up_store, restore_store
from jittask.operations.times import read_instant
from jittask.operations.views.backup import backup_view, restored_view

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from jittask.operations.store_backup import ComeDue, RestoredStore

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Replace FILE, where it is there already.")
@tree_option
@format_option()
def backup(file: Path, force: bool, tree: Path | None, shape: str) -> None:
    """Write the run store of a tree into FILE, while runtimes use it.

    FILE is an SQLite database, whatever the run store is, so it can be restored
    into any. It is one consistent view, is checked, and appears when it is
    complete and on the disk. A store of an older JitTask is backed up as it is.

    Example: jittask db backup runs-monday.db --tree elements
    """
    with workspace(tree) as opened:
        done = back_up_store(opened, file, overwrite=force)
        zone = opened.zone
    if shape == "json":
        click.echo(to_json(backup_view(done)))
        return
    note = done.note
    click.echo(
        f"{done.path} has the {_runs(note.runs)} of {note.place} "
        f"({done.size / 1e6:,.1f} MB, schema {note.schema}, as of {local(note.taken, zone)})"
    )


@click.command()
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Replace the records that are there.")
@click.option("--skip-until", "until", metavar="TIME",
              help="Run nothing that was due until then: ISO, or now, 1h.")  # fmt: skip
@tree_option
@format_option()
def restore(file: Path, force: bool, until: str | None, tree: Path | None, shape: str) -> None:
    """Replace the run store of a tree by a backup; no runtime may be alive.

    The backup knows nothing of what has run since. Such occurrences are planned
    again, as after a downtime, and run by the misfire policies of their tasks: the
    command says how many. With --skip-until now none of them runs. What ran when
    the backup was taken counts as interrupted.

    \b
    Example: jittask db restore runs-monday.db --tree elements
             jittask db restore runs-monday.db --force --skip-until now
    """  # noqa: D301 - click reads the backspace
    with workspace(tree) as opened:
        zone, now = opened.zone, opened.now()
        skip = None if until is None else read_instant(until, zone, now, "skip_until")
        done = restore_store(opened, file, overwrite=force, skip_until=skip, now=now)
    if shape == "json":
        click.echo(to_json(restored_view(done)))
        return
    for line in _lines(done, zone):
        click.echo(line)


def _lines(done: RestoredStore, zone: ZoneInfo) -> Iterator[str]:
    restored = done.restored
    note = restored.note
    if restored.set_aside is not None:
        yield f"the file that could not be used is now {restored.set_aside}"
    yield (
        f"{restored.place} has the {_runs(note.runs)} of {local(note.taken, zone)} "
        f"(schema {done.schema})"
    )
    if restored.interrupted:
        what = "count as interrupted" if done.skip_until is None else "have failed: interrupted"
        yield f"{_runs(restored.interrupted)} executed then, and {what}"
    if done.skip_until is not None:
        until = local(done.skip_until, zone)
        yield f"{_runs(restored.skipped)} skipped; tasks count from {until} on"
    yield from _come_due_lines(done.come_due)


def _come_due_lines(due: ComeDue) -> Iterator[str]:
    if due.occurrences:
        more = " or more" if due.more else ""
        yield (
            f"{due.occurrences:,}{more} occurrences of {_tasks(due.tasks)} have come due since: "
            f"{due.runs:,}{more} run at the next start, and may have run before"
        )
    if due.waiting:
        yield f"{_runs(due.waiting)} waited then and are due now: they run, or are skipped as late"
    if due.of_rows:
        yield (
            f"rows of {_tasks(due.of_rows)} are not looked at here: those that have come due since "
            "fire at the next start"
        )
    if due.occurrences or due.waiting or due.of_rows:
        yield "  hint: restore again with --force --skip-until now, and none of them runs"


def _runs(count: int) -> str:
    return f"{count:,} run{'' if count == 1 else 's'}"


def _tasks(count: int) -> str:
    return f"{count:,} task{'' if count == 1 else 's'}"
