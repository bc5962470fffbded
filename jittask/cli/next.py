"""``jittask next``: when tasks fire, by the code that the runtime uses (rule T11)."""

from __future__ import annotations

import heapq
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.entries import Entry
from jittask.cli.formatting import to_json
from jittask.cli.language import language_option
from jittask.cli.standing import known, paused
from jittask.cli.timers import TICK, now, read_instant, timer_of, unmatched_filter
from jittask.cli.tree import compiled, find_task, tree_option
from jittask.compiler.compiled import Compilation, ScheduledTask
from jittask.model import Occurrence
from jittask.schedule.calendars import announced
from jittask.schedule.cycle import LAST_INSTANT
from jittask.schedule.timer import Timer

if TYPE_CHECKING:
    from jittask.store.control import Pause


@click.command()
@click.argument("task", required=False)
@click.option("--count", "-n", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--from", "start", metavar="ISO", help="From this instant on; now by default.")
@click.option("--row", metavar="KEY", help="The row of a date-field task, by its key.")
@click.option("--all", "everything", is_flag=True, help="Show what holidays skip, too.")
@tree_option
@language_option
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(
    task: str | None,
    count: int,
    start: str | None,
    row: str | None,
    everything: bool,
    tree: Path | None,
    language: str,
    shape: str,
) -> None:
    """Show when TASK fires next; without TASK, what comes next of all scheduled tasks.

    Example: jittask next reports.WeeklyReport --count 10
    """
    compilation = compiled(tree)
    begin = now() if start is None else read_instant(start, compilation, "--from") - TICK
    timers = _timers(compilation, task, row)
    pauses = known(compilation.app, now()).pauses
    entries = [
        _paused(entry, pauses) for entry in islice(_entries(timers, begin, everything), count)
    ]
    if shape == "json":
        click.echo(to_json([entry.data(row) for entry in entries]))
    else:
        if task is not None:
            click.echo(_sentence(timers[0][1], language))
        for entry in entries:
            click.echo(_line(entry, named=task is None))
        for name, timer in timers:
            if name in pauses:
                click.echo(f"{name}: {pauses[name].describe(timer.zone)}", err=True)
        for words in _unannounced(timers, entries):
            click.echo(words, err=True)
    if not entries:
        click.echo("nothing fires any more", err=True)
        sys.exit(1)


def _timers(compilation: Compilation, name: str | None, row: str | None) -> list[tuple[str, Timer]]:
    if name is None:
        return [
            (one.name, one.timer)
            for one in compilation.app.tasks.values()
            if isinstance(one, ScheduledTask) and one.enabled
        ]
    task = find_task(compilation, name)
    if not task.enabled:
        click.echo(f"{task.name} is disabled: this is when it would fire", err=True)
    unmatched = unmatched_filter(compilation, task, row)
    if unmatched is not None:
        click.echo(f"{unmatched}: this is when it would fire", err=True)
    return [(task.name, timer_of(compilation, task, row))]


def _entries(timers: list[tuple[str, Timer]], begin: datetime, everything: bool) -> Iterator[Entry]:
    yield from heapq.merge(
        *(_of(name, timer, begin, LAST_INSTANT, everything) for name, timer in timers),
        key=lambda entry: entry[:2],
    )


def _paused(entry: Entry, pauses: Mapping[str, Pause]) -> Entry:
    """Say of an occurrence that it falls into a pause."""
    pause = pauses.get(entry.task)
    if pause is None or not pause.is_active(entry.at) or not isinstance(entry.one, Occurrence):
        return entry
    notes = (*entry.one.notes, paused(pause, entry.zone))
    return entry._replace(one=entry.one._replace(notes=notes))


def _sentence(timer: Timer, language: str) -> str:
    from jittask.schedule.words import Language, in_words

    return in_words(timer, Language(language))


def _unannounced(timers: list[tuple[str, Timer]], entries: list[Entry]) -> list[str]:
    """Say once a calendar where a time shown lies beyond what it knows (T8)."""
    found: dict[str, str] = {}
    rolls = {name: timer.roll for name, timer in timers if timer.roll is not None}
    for at, name, _, zone in entries:
        if (roll := rolls.get(name)) is None:
            continue
        known = roll.calendar.known_until
        if known is not None and at.astimezone(zone).date() > known:
            found[roll.calendar.label] = announced(roll.calendar.label, known)
    return list(found.values())


def _of(
    name: str,
    timer: Timer,
    begin: datetime,
    end: datetime,
    everything: bool,
) -> Iterator[Entry]:
    for one in timer.walk(begin, end) if everything else timer.between(begin, end):
        at = one.effective if isinstance(one, Occurrence) else one.nominal
        yield Entry(at, name, one, timer.zone)


def _line(entry: Entry, *, named: bool) -> str:
    parts = (entry.local(), entry.task if named else "", entry.words())
    return "  ".join(part for part in parts if part)
