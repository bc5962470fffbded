"""How long the next occurrence takes by the age of the rule, beside the peers and a floor.

All in one run; each figure is the least of several rounds over 64 instants of a
year, in microseconds a call. The floor is a daily time of day worked out by
hand with zoneinfo. A peer that has no such rule shows a dash; one that has it,
and answers with another instant, shows ≠: APScheduler's CalendarIntervalTrigger
is one, since it knows what follows upon its own last time, and nothing of others.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.calendarinterval import CalendarIntervalTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from croniter import croniter
from cronsim import CronSim
from dateutil.rrule import rrulestr

from jittask import Timer

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 1, 7, 12, 0, 17, tzinfo=UTC)  # no instant that a rule fires at
INSTANTS = [NOW + n * timedelta(days=5, hours=7) for n in range(64)]
AGES = (1, 10, 30)
ROUNDS = 7
PEERS = ("jittask", "dateutil", "croniter", "cronsim", "APScheduler")

Call = Callable[[datetime], Any]
Repeat = dict[str, Any]


def floor(t: datetime) -> datetime:
    """Return the next 09:00 of the zone after ``t``, as one would write it by hand."""
    day = t.astimezone(ZONE).date()
    found = datetime.combine(day, clock_time(9), ZONE)
    if found <= t:
        found = datetime.combine(day + timedelta(days=1), clock_time(9), ZONE)
    return found.astimezone(UTC)


def micros(call: Call, seconds: float = 0.2) -> float:
    """Return the least of some rounds, in microseconds a call; a slow call gets few instants."""
    least = float("inf")
    end = time.perf_counter() + seconds
    for _ in range(ROUNDS):
        done, begun = 0, time.perf_counter()
        for instant in INSTANTS:
            call(instant)
            done += 1
            if time.perf_counter() > end + seconds:
                break
        least = min(least, (time.perf_counter() - begun) / done)
        if time.perf_counter() > end:
            break
    return least * 1e6


def ours(start: datetime, repeat: Repeat) -> Call:
    config = {"startTime": start.replace(tzinfo=None).isoformat(" "), "repeat": repeat}
    return Timer.from_config(config, ZONE).after


def by_rrule(start: datetime, text: str) -> Call:
    """Wall time, as dateutil counts; then the zone, as its users do it."""
    rule = rrulestr(text, dtstart=start.replace(tzinfo=None))

    def call(t: datetime) -> datetime:
        wall = rule.after(t.astimezone(ZONE).replace(tzinfo=None))
        return wall.replace(tzinfo=ZONE).astimezone(UTC)

    return call


def by_croniter(cron: str) -> Call:
    return lambda t: croniter(cron, t.astimezone(ZONE)).get_next(datetime)


def by_cronsim(cron: str) -> Call:
    return lambda t: next(CronSim(cron, t.astimezone(ZONE)))


def by_trigger(trigger: Any) -> Call:
    return lambda t: trigger.get_next_fire_time(None, t)


def rows(start: datetime) -> dict[str, tuple[Repeat, dict[str, Call]]]:
    """Return each cycle as we say it, and as the peers do where they can."""
    daily = "0 9 * * *"
    weekly = "0 9 * * 1,5"
    cron = "30 9 * * 1-5"
    rule = "FREQ=MONTHLY;BYDAY=-1FR"
    return {
        "minute, every 7": (
            {"repeatType": "minute", "period": 7},
            {
                "dateutil": by_rrule(start, "FREQ=MINUTELY;INTERVAL=7"),
                "APScheduler": by_trigger(IntervalTrigger(minutes=7, start_date=start)),
            },
        ),
        "hour, every 5": (
            {"repeatType": "hour", "period": 5},
            {
                "dateutil": by_rrule(start, "FREQ=HOURLY;INTERVAL=5"),
                "APScheduler": by_trigger(IntervalTrigger(hours=5, start_date=start)),
            },
        ),
        "day": (
            {"repeatType": "day"},
            {
                "dateutil": by_rrule(start, "FREQ=DAILY"),
                "croniter": by_croniter(daily),
                "cronsim": by_cronsim(daily),
                "APScheduler": by_trigger(CronTrigger(hour=9, timezone=ZONE)),
            },
        ),
        "day, every 3": (
            {"repeatType": "day", "period": 3},
            {
                "dateutil": by_rrule(start, "FREQ=DAILY;INTERVAL=3"),
                "APScheduler": by_trigger(
                    CalendarIntervalTrigger(days=3, hour=9, start_date=start, timezone=ZONE)
                ),
            },
        ),
        "week, Mon and Fri": (
            {"repeatType": "week", "weekday": [1, 5]},
            {
                "dateutil": by_rrule(start, "FREQ=WEEKLY;BYDAY=MO,FR"),
                "croniter": by_croniter(weekly),
                "cronsim": by_cronsim(weekly),
                "APScheduler": by_trigger(
                    CronTrigger(day_of_week="mon,fri", hour=9, timezone=ZONE)
                ),
            },
        ),
        "month, last day": (
            {"repeatType": "month", "day": [-1]},
            {
                "dateutil": by_rrule(start, "FREQ=MONTHLY;BYMONTHDAY=-1"),
                "croniter": by_croniter("0 9 L * *"),
                "cronsim": by_cronsim("0 9 L * *"),
                "APScheduler": by_trigger(CronTrigger(day="last", hour=9, timezone=ZONE)),
            },
        ),
        "month, 2nd Tuesday": (
            {"repeatType": "month", "week": [2], "weekday": [2]},
            {
                "dateutil": by_rrule(start, "FREQ=MONTHLY;BYDAY=2TU"),
                "croniter": by_croniter("0 9 * * 2#2"),
                "cronsim": by_cronsim("0 9 * * 2#2"),
                "APScheduler": by_trigger(CronTrigger(day="2nd tue", hour=9, timezone=ZONE)),
            },
        ),
        "year": (
            {"repeatType": "year"},
            {
                "dateutil": by_rrule(start, "FREQ=YEARLY"),
                "croniter": by_croniter(f"0 9 {start.day} {start.month} *"),
                "cronsim": by_cronsim(f"0 9 {start.day} {start.month} *"),
                "APScheduler": by_trigger(
                    CronTrigger(month=start.month, day=start.day, hour=9, timezone=ZONE)
                ),
            },
        ),
        "cron 30 9 * * 1-5": (
            {"repeatType": "custom", "cron": cron},
            {
                "croniter": by_croniter(cron),
                "cronsim": by_cronsim(cron),
                "APScheduler": by_trigger(CronTrigger.from_crontab(cron, ZONE)),
            },
        ),
        "rrule last Friday": (
            {"repeatType": "custom", "rrule": rule},
            {"dateutil": by_rrule(start, rule)},
        ),
    }


def same(mine: Call, theirs: Call) -> bool:
    """Whether a peer gives the same instants, at a few of them."""
    return all(mine(t).effective == theirs(t) for t in INSTANTS[:3])


def start_of(age: int) -> datetime:
    return datetime(2026 - age, 1, 5, 9, tzinfo=ZONE)


def shown(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


def main() -> None:
    print(f"Python {platform.python_version()}, µs a call, zone {ZONE.key}")
    base = min(micros(floor) for _ in range(3))
    print(f"\nthe floor, a daily time by hand: {base:.1f} µs\n")
    print("| cycle | age | " + " | ".join(PEERS) + " | of the floor | of the best peer |")
    print("| --- | ---: |" + " ---: |" * (len(PEERS) + 2))
    for age in AGES:
        for name, (repeat, peers) in rows(start_of(age)).items():
            found: dict[str, float] = {"jittask": micros(ours(start_of(age), repeat))}
            mine = ours(start_of(age), repeat)
            right = {peer: same(mine, call) for peer, call in peers.items()}
            found |= {peer: micros(call) for peer, call in peers.items() if right[peer]}
            best = min(found[peer] for peer in peers if right[peer])
            cells = " | ".join(
                shown(found.get(peer)) if right.get(peer, True) else "≠" for peer in PEERS
            )
            ratios = f"{found['jittask'] / base:.2f} | {found['jittask'] / best:.2f}"
            print(f"| {name} | {age} y | {cells} | {ratios} |", flush=True)
    at_zero()
    barred()
    streams()


def barred() -> None:
    """Show the slowest that a search over random rules and calendars found, known years warm."""
    print("\n| no day of it is open, US | jittask |\n| --- | ---: |")
    for name, repeat in (
        ("cron * * * * 0,6", {"repeatType": "custom", "cron": "* * * * 0,6"}),
        ("cron 0 0,12 29 2 */6", {"repeatType": "custom", "cron": "0 0,12 29 2 */6"}),
        ("every 168 hours", {"repeatType": "hour", "period": 168}),
        (
            "rrule, the last of a week",
            {
                "repeatType": "custom",
                "rrule": "FREQ=WEEKLY;BYDAY=MO,SU;BYHOUR=9,17;BYSETPOS=-1",
            },
        ),
    ):
        config = {"startTime": "1996-01-06 09:00:00", "repeat": repeat, "skipWeekend": 1}
        timer = Timer.from_config(config, ZONE, "US")
        print(f"| {name} | {micros(timer.after):.0f} |")


def at_zero() -> None:
    """Compare the customs, 30 years old, with their libraries at age zero."""
    print("\n| custom, 30 years old | jittask | its library, begun at the instant | ratio |")
    print("| --- | ---: | ---: | ---: |")
    for cron in ("30 9 * * 1-5", "*/15 * * * *", "0 9 L * *"):
        mine = micros(ours(start_of(30), {"repeatType": "custom", "cron": cron}))
        theirs = micros(by_cronsim(cron))
        print(f"| cron {cron} | {mine:.1f} | {theirs:.1f} | {mine / theirs:.2f} |")
    for text in ("FREQ=MONTHLY;BYDAY=-1FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "FREQ=DAILY;COUNT=20000",
                 "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"):  # fmt: skip
        mine = micros(ours(start_of(30), {"repeatType": "custom", "rrule": text}))
        theirs = micros(lambda t, text=text: by_rrule(t.astimezone(ZONE), text)(t))
        rules = [by_rrule(t.astimezone(ZONE), text) for t in INSTANTS]
        ready = dict(zip(INSTANTS, rules, strict=True))
        parsed = micros(lambda t, ready=ready: ready[t](t))
        print(
            f"| rrule {text} | {mine:.1f} | {theirs:.1f}, {parsed:.1f} once parsed "
            f"| {mine / parsed:.2f} |"
        )


def streams() -> None:
    """Show what ``between`` costs an occurrence, the first time and then."""
    print("\n| stream | occurrences | first time | again |\n| --- | ---: | ---: | ---: |")
    for name, repeat, days, calendar in (
        ("daily, 50 years", {"repeatType": "day"}, 365 * 50, None),
        ("every 7 minutes, a year", {"repeatType": "minute", "period": 7}, 365, None),
        ("Mon and Fri, 50 years", {"repeatType": "week", "weekday": [1, 5]}, 365 * 50, None),
        ("month ends, 100 years", {"repeatType": "month", "day": [-1]}, 36500, None),
        ("daily, holidays of US, 50 years", {"repeatType": "day"}, 365 * 50, "US"),
    ):
        config = {
            "startTime": "1996-01-05 09:00:00",
            "repeat": repeat,
            "skipHoliday": int(calendar is not None),
        }
        timer = Timer.from_config(config, ZONE, calendar)
        costs: list[float] = []
        for _ in range(4):
            begun, count = time.perf_counter(), 0
            for _one in timer.between(NOW, NOW + timedelta(days=days)):
                count += 1
            costs.append((time.perf_counter() - begun) / count * 1e6)
        print(f"| {name} | {count:,} | {costs[0]:.2f} µs | {min(costs[1:]):.2f} µs |")


if __name__ == "__main__":
    main()
