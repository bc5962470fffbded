"""``jittask explain``: why a task fires then, or does not (rule T11)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from jittask import zonedata
from jittask.cli.formatting import to_json
from jittask.cli.language import language_option
from jittask.cli.standing import known, paused
from jittask.cli.timers import is_date, now, timer_of, unmatched_filter
from jittask.cli.tree import compiled, find_task, tree_option
from jittask.model import Note
from jittask.operations.views.instants import iso
from jittask.schedule.calendars import edition as holidays_edition
from jittask.schedule.cycle import FIRST_YEAR, LAST_YEAR
from jittask.schedule.timer import Timer


@click.command()
@click.argument("task")
@click.option("--at", metavar="DATE", help="A day, or a time, of the task's zone; or today.")
@click.option("--row", metavar="KEY", help="The row of a date-field task, by its key.")
@tree_option
@language_option
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(
    task: str, at: str | None, row: str | None, tree: Path | None, language: str, shape: str
) -> None:
    """Say in words why TASK fires on a day, or why it does not.

    Example: jittask explain reports.WeeklyReport --at 2026-10-01
    """
    from jittask.schedule.explain import explain

    compilation = compiled(tree)
    found = find_task(compilation, task)
    timer = timer_of(compilation, found, row)
    wall, whole_day = _when(at, timer.zone)
    told = explain(timer, wall.date(), None if whole_day else wall.time())
    fires = told.fires and found.enabled
    reasons = list(told.reasons)
    if not found.enabled:
        reasons.insert(0, Note("disabled", "it is disabled: enable is 0 in its e.json"))
    unmatched = unmatched_filter(compilation, found, row)
    if unmatched is not None:
        fires = False
        reasons.insert(0, Note("filter", unmatched))
    here = known(compilation.app, now())
    pause = here.pauses.get(found.name)
    if pause is not None and (told.effective is None or pause.is_active(told.effective)):
        fires = False
        reasons.insert(0, paused(pause, timer.zone))
    activated = here.activated.get(found.name)
    if activated is not None and told.effective is not None and told.effective < activated:
        fires = fires and told.last is not None and told.last >= activated
        since = f"{activated.astimezone(timer.zone):%a %Y-%m-%d %H:%M:%S %Z}"
        words = f"it counts since {since}: what was due before does not fire by itself"
        reasons.insert(0, Note("before-activation", words))
    if told.fires and not fires:
        reasons = [_would(one) for one in reasons]
    reasons += _basis(timer, language)
    if shape == "json":
        data = {
            "task": found.name,
            "row": row,
            "at": wall.date().isoformat() if whole_day else wall.isoformat(),
            "fires": fires,
            "nominal": iso(told.nominal),
            "effective": iso(told.effective),
            "reasons": [{"code": one.code, "text": one.text} for one in reasons],
        }
        click.echo(to_json(data))
        return
    when = f"{wall:%a %Y-%m-%d}" if whole_day else f"{wall:%a %Y-%m-%d %H:%M:%S}"
    click.echo(f"{found.name} {'fires' if fires else 'does not fire'} on {when}")
    for one in reasons:
        click.echo(f"  {one.text}")


def _would(one: Note) -> Note:
    """Say of a time of the timer that something else keeps it from firing."""
    if one.code != "fires":
        return one
    return Note("would-fire", one.text.replace("fires", "would fire", 1))


def _when(at: str | None, zone: ZoneInfo) -> tuple[datetime, bool]:
    """Return the wall time asked for, and whether its whole day is."""
    if at is None:
        return now().astimezone(zone).replace(tzinfo=None), True
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        raise click.UsageError(
            f"--at: expected a date such as 2026-05-01 or a time such as 2026-05-01T09:00, "
            f"got {at!r}"
        ) from None
    if found.tzinfo is not None:
        found = found.astimezone(zone).replace(tzinfo=None)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise click.UsageError(f"--at: expected a year from {FIRST_YEAR} to {LAST_YEAR}")
    return found.replace(microsecond=0), is_date(at)


def _basis(timer: Timer, language: str) -> list[Note]:
    """Say what the answer rests on: the rule, and the editions of zones and holidays."""
    from jittask.schedule.words import Language, in_words

    reasons = [
        Note("schedule", f"schedule: {in_words(timer, Language(language))}"),
        Note("zone", f"zone: {timer.zone.key}, tz database {zonedata.edition()}"),
    ]
    if timer.roll is not None:
        calendar = timer.roll.calendar
        words = f"calendar: {calendar.label}, holidays package {holidays_edition()}"
        reasons.append(Note("calendar", words))
    return reasons
