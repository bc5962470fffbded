"""Writes docs/reference/timing-compared.md: schedules worked out by hand, given to the peers."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import merge
from importlib.metadata import version
from itertools import groupby, islice, takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.calendarinterval import CalendarIntervalTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from croniter import croniter
from croniter.croniter import CroniterBadDateError
from cronsim import CronSim
from dateutil.rrule import rruleset, rrulestr

from jittask import Timer, zonedata
from jittask.schedule import calendars
from jittask.schedule.cycle import LAST_INSTANT
from scripts.peer_schedules import AND, PEERS, Trigger, end_of, rules, start_of
from tests.schedule.cases import CASES, Case

TARGET = Path(__file__).parents[1] / "docs/reference/timing-compared.md"
TICK = timedelta(microseconds=1)
RIGHT, OTHER, CANNOT = "right", "something else", "–"
GAP_END = "the gap's end"
TRIGGERS = {
    one.__name__: one
    for one in (CalendarIntervalTrigger, CronTrigger, DateTrigger, IntervalTrigger)
}
HEAD = """# Timing, elsewhere

Made by `scripts/timing_compared.py` from the {cases} cases in
`tests/schedule/cases.py`: what a business asks for, and when it is to fire,
worked out by hand from printed calendars and official announcements. Time zones
of tz {zones}, holidays of `holidays` {holidays}.

| | right | something else | cannot say it |
| --- | ---: | ---: | ---: |
{totals}

Several cases may ask the same schedule of several years, so these are
{schedules} schedules: right where every case is, something else where one is not.
A time that the clocks skip is to be shifted by the gap; firing at the gap's end,
as Debian's cron does, is a convention too, and the first difference in
{gap_ends}.

How each was asked:

- Each gets the best that its users would write, derived from ours or written out
  in `scripts/peer_schedules.py`; all are listed below. What counts is the
  instants: merges and reasons are not asked of them.
- Several rules are one answer where one does not do: an rrule set, several lines
  of a crontab, several jobs. Two of them that meet count once.
- Start and end are given where the peer has them; for croniter and cronsim they
  bound the iteration.
- dateutil counts wall time from the start, then `.replace(tzinfo=zone)`; rules
  of elapsed hours and minutes count from the start in UTC. A day clamped to
  28 February is `BYSETPOS=-1` of the days up to it.
- A trigger of APScheduler is asked as its scheduler asks it, each time with the
  time before; a CalendarIntervalTrigger from its start on. A daily time is a
  CronTrigger, or a CalendarIntervalTrigger where that does better. Weekdays have
  names, since its numbers are not cron's.
- croniter has its year field, `implement_cron_bug=True` (cron's own reading of
  starred days), and `day_or=False` where a line below begins with AND.
- A step of minutes or hours is a cron where it divides the hour or the day.
- "Cannot say it": the rules have no way to (a calendar of days off, a day moved,
  every third day in cron). Listing a country's days one by one, year by year,
  is not a rule; days that the schedule itself names are listed.

## The cases

| rule | case | JitTask | {peers} |
| --- | --- | --- |{bars}
"""
GIVEN = """
## What each was given

A peer is left out of a case that it cannot say.

| case | to | rules | gives |
| --- | --- | --- | --- |
"""


def main() -> None:
    TARGET.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"wrote {TARGET}\n")


def page() -> str:
    answers = [{"JitTask": verdict(case, ours), **peers(case)} for case in CASES]
    names = {
        peer: f"{peer} {version(peer.replace('dateutil', 'python-dateutil'))}" for peer in PEERS
    }
    totals = counted(answers)
    head = HEAD.format(
        cases=len(CASES),
        schedules=sum(totals["JitTask"].values()),
        zones=zonedata.edition(),
        holidays=calendars.edition(),
        totals="\n".join(
            f"| {names.get(one, one)} | {count[RIGHT]} | {count[OTHER]} | {count[CANNOT]} |"
            for one, count in totals.items()
        ),
        gap_ends=" and ".join(
            f"{sum(GAP_END in one[peer] for one in answers)} cases of {peer}"
            for peer in ("croniter", "cronsim")
        ),
        peers=" | ".join(PEERS),
        bars=" --- |" * len(PEERS),
    )
    rows = "".join(
        f"| {case.rule} | {case.name} | {' | '.join(short(one) for one in found.values())} |\n"
        for case, found in zip(CASES, answers, strict=True)
    )
    given = "".join(
        f"| {case.name} | {peer} | {told(rules(case, peer))} | {found[peer]} |\n"
        for case, found in zip(CASES, answers, strict=True)
        for peer in PEERS
        if found[peer] != CANNOT
    )
    return head + rows + GIVEN + given


def short(answer: str) -> str:
    return answer if answer in (RIGHT, CANNOT) else OTHER


def told(given: Any) -> str:
    return "<br>".join(f"`{one}`" for one in given)


def counted(answers: Sequence[dict[str, str]]) -> dict[str, Counter[str]]:
    """Count schedules: one that several cases ask is only right where all are."""
    schedules: dict[str, list[dict[str, str]]] = {}
    for case, found in zip(CASES, answers, strict=True):
        key = repr((case.config, case.zone, case.calendar))
        schedules.setdefault(key, []).append(found)
    totals: dict[str, Counter[str]] = {name: Counter() for name in answers[0]}
    for asked in schedules.values():
        for name, count in totals.items():
            short_ones = {short(one[name]) for one in asked}
            count[OTHER if OTHER in short_ones else short_ones.pop()] += 1
    return totals


Instants = Callable[[Case], Iterator[datetime]]


def peers(case: Case) -> dict[str, str]:
    ask: dict[str, Callable[[Case, Any], Iterator[datetime]]] = {
        "dateutil": by_dateutil, "APScheduler": by_triggers,
        "croniter": by_croniter, "cronsim": by_cronsim,
    }  # fmt: skip
    found: dict[str, str] = {}
    for peer in PEERS:
        given = rules(case, peer)
        asking = partial(ask[peer], given=given)
        found[peer] = CANNOT if given is None else verdict(case, asking)
    return found


def verdict(case: Case, instants: Instants) -> str:
    """Return RIGHT, or the first instant that is not as it should be."""
    expected: list[datetime | None] = [*case.instants, *([None] if case.ends else [])]
    found = islice(instants(case), len(expected))
    for due in expected:
        given = next(found, None)
        if given != due:
            why = f" ({GAP_END})" if given is not None and ends_gap(case, given) else ""
            return f"{local(case, given)}{why}, not {local(case, due)}"
    return RIGHT


def ends_gap(case: Case, instant: datetime) -> bool:
    before = (instant - timedelta(seconds=1)).astimezone(case.place).utcoffset()
    now = instant.astimezone(case.place).utcoffset()
    assert before is not None
    assert now is not None
    return before < now


def local(case: Case, instant: datetime | None) -> str:
    return "nothing" if instant is None else f"{instant.astimezone(case.place):%Y-%m-%d %H:%M%z}"


def ours(case: Case) -> Iterator[datetime]:
    timer = Timer.from_config(case.config, case.zone, case.calendar)
    return (one.effective for one in timer.between(case.since, LAST_INSTANT))


def by_dateutil(case: Case, given: Sequence[str]) -> Iterator[datetime]:
    start, end = start_of(case), end_of(case)
    elapsed = given[0].startswith(("FREQ=HOURLY", "FREQ=MINUTELY"))
    zone = UTC if elapsed else case.place
    if elapsed:
        start = naive(start.replace(tzinfo=case.place), UTC)
        end = None if end is None else naive(end.replace(tzinfo=case.place), UTC)
    found = rruleset()
    for line in given:
        kind, _, value = line.partition("=")
        if kind == "FREQ":
            found.rrule(rrulestr(line, dtstart=start))
        elif kind == "RDATE":
            found.rdate(datetime.fromisoformat(value))
        else:
            found.exdate(datetime.fromisoformat(value))
    for wall in found.xafter(naive(case.since, zone) - timedelta(days=2)):
        if end is not None and wall > end:
            return
        instant = wall.replace(tzinfo=zone).astimezone(UTC)
        if instant > case.since:
            yield instant


def by_triggers(case: Case, given: Sequence[Trigger]) -> Iterator[datetime]:
    return together([fired(case, trigger) for trigger in given])


def fired(case: Case, given: Trigger) -> Iterator[datetime]:
    fields: dict[str, Any] = {"timezone": case.place, **given.fields}
    if given.kind != "DateTrigger":
        start, end = start_of(case), end_of(case)
        if given.kind == "CalendarIntervalTrigger":
            fields.setdefault("start_date", start.date())
            fields.setdefault("end_date", None if end is None else end.date())
        else:
            fields.setdefault("start_date", start)
            fields.setdefault("end_date", end)
    trigger = TRIGGERS[given.kind](**fields)
    counts_from_start = given.kind == "CalendarIntervalTrigger"
    before, now = None, datetime(1970, 1, 1, tzinfo=UTC) if counts_from_start else case.since + TICK
    while True:
        instant = trigger.get_next_fire_time(before, now)
        if instant is None or instant.astimezone(UTC) > LAST_INSTANT:
            return
        if instant.astimezone(UTC) > case.since:
            yield instant.astimezone(UTC)
        before, now = instant, instant + TICK


def by_croniter(case: Case, given: Sequence[str]) -> Iterator[datetime]:
    return together([bounded(case, croniter_ticks(line, first_of(case))) for line in given])


def croniter_ticks(line: str, first: datetime) -> Iterator[datetime]:
    both = line.startswith(AND)
    ticks = croniter(line.removeprefix(AND), first, day_or=not both, implement_cron_bug=True)
    try:
        while True:
            yield ticks.get_next(datetime)
    except CroniterBadDateError:
        return


def by_cronsim(case: Case, given: Sequence[str]) -> Iterator[datetime]:
    return together([bounded(case, CronSim(line, first_of(case))) for line in given])


def first_of(case: Case) -> datetime:
    """Return the instant after which a cron is asked, at the earliest just before the start."""
    start = start_of(case).replace(tzinfo=case.place).astimezone(UTC) - timedelta(seconds=1)
    return max(start, case.since).astimezone(case.place)


def bounded(case: Case, ticks: Iterator[datetime]) -> Iterator[datetime]:
    wall = end_of(case)
    end = LAST_INSTANT if wall is None else wall.replace(tzinfo=case.place).astimezone(UTC)
    instants = (tick.astimezone(UTC) for tick in ticks)
    return takewhile(lambda instant: instant <= end, instants)


def together(several: Sequence[Iterator[datetime]]) -> Iterator[datetime]:
    """Return the union; one rule alone keeps what it gives twice."""
    if len(several) == 1:
        return several[0]
    return (instant for instant, _ in groupby(merge(*several)))


def naive(instant: datetime, zone: ZoneInfo | Any) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


if __name__ == "__main__":
    main()
