"""How long the next occurrence takes, by the age of the rule, beside dateutil and cronsim.

Median of seven rounds each, in one run; ratios, because machines differ.
"""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Callable
from datetime import UTC, datetime

from cronsim import CronSim
from dateutil.rrule import rrulestr

from jittask import Timer

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CYCLES = {
    "minute, every 7": ({"repeatType": "minute", "period": 7}, "FREQ=MINUTELY;INTERVAL=7"),
    "day": ({"repeatType": "day"}, "FREQ=DAILY"),
    "week, Mon and Fri": ({"repeatType": "week", "weekday": [1, 5]}, "FREQ=WEEKLY;BYDAY=MO,FR"),
    "month, last day": ({"repeatType": "month", "day": [-1]}, "FREQ=MONTHLY;BYMONTHDAY=-1"),
}


def micros(call: Callable[[], object], repeat: int = 7, calls: int = 20) -> float:
    timer = timeit.Timer(call)
    return statistics.median(timer.repeat(repeat, calls)) / calls * 1e6


def main() -> None:
    print(f"{'cycle':<20}{'age':>6}{'jittask':>12}{'dateutil':>14}{'ratio':>10}")
    for name, (repeat, rule) in CYCLES.items():
        for age in (1, 10):
            start = NOW.replace(year=2026 - age)
            timer = Timer.from_config({"startTime": start.isoformat(), "repeat": repeat})
            parsed = rrulestr(rule, dtstart=start.replace(tzinfo=None))
            naive = NOW.replace(tzinfo=None)
            ours = micros(lambda timer=timer: timer.after(NOW))
            theirs = micros(lambda parsed=parsed, naive=naive: parsed.after(naive), 3, 1)
            print(f"{name:<20}{age:>5}y{ours:>9.1f} µs{theirs:>11.1f} µs{theirs / ours:>9.1f}x")
    cron = Timer.from_config(
        {
            "startTime": "1996-01-01 00:00:00",
            "repeat": {"repeatType": "custom", "cron": "30 9 * * 1-5"},
        }
    )
    ours = micros(lambda: cron.after(NOW))
    theirs = micros(lambda: next(CronSim("30 9 * * 1-5", NOW)))
    print(f"{'cron, cronsim':<20}{30:>5}y{ours:>9.1f} µs{theirs:>11.1f} µs{theirs / ours:>9.1f}x")


if __name__ == "__main__":
    main()
