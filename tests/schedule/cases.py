"""Business schedules worked out by hand: from printed calendars, announcements, the tz database.

China's days off are those of the State Council's announcements of 25 October
2023, 12 November 2024 and 4 November 2025; New York's exchange by its own
calendar for 2025 to 2028; federal days by 5 U.S.C. 6103; Germany's by the laws
of its states; the examples marked RFC 5545 are that document's. Nothing here
was made by running the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jittask.zonedata import zone as zone_named

CalendarConfig = str | Mapping[str, object] | None


@dataclass(frozen=True)
class Case:
    """What a business asks for, and when it is to fire."""

    rule: str
    """The rule of the design that it is about."""
    name: str
    config: Mapping[str, object]
    after: str
    """Wall time in ``zone``; the first occurrence expected is the first after it."""
    expected: tuple[str, ...]
    """Wall times in ``zone``, with an offset where the wall time comes twice."""
    zone: str = "UTC"
    calendar: CalendarConfig = None
    merged: tuple[int, ...] = ()
    """How many nominals each has; all one where empty."""
    ends: bool = False
    """Whether nothing comes after them."""

    @property
    def place(self) -> ZoneInfo:
        return zone_named(self.zone)

    @property
    def since(self) -> datetime:
        return self._instant(self.after)

    @property
    def instants(self) -> list[datetime]:
        return [self._instant(text) for text in self.expected]

    def _instant(self, text: str) -> datetime:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=self.place)).astimezone(UTC)


def every(start: str, repeat_type: str, **repeat: object) -> dict[str, object]:
    """Return a timerCfg; a start without seconds gets them."""
    if len(start) == len("2026-01-01 09:00"):
        start += ":00"
    return {"startTime": start, "repeat": {"repeatType": repeat_type, **repeat}}


def until(end: str, config: dict[str, object]) -> dict[str, object]:
    return {**config, "endTime": end}


def cron(start: str, text: str) -> dict[str, object]:
    return every(start, "custom", cron=text)


def rrule(start: str, text: str) -> dict[str, object]:
    return every(start, "custom", rrule=text)


def off(
    config: dict[str, object], roll: str = "next", *, weekends: bool = False
) -> dict[str, object]:
    """Return it with holidays (and weekends) barred."""
    return {**config, "skipHoliday": 1, "skipWeekend": int(weekends), "holidayRoll": roll}


def weekends_off(config: dict[str, object], roll: str = "next") -> dict[str, object]:
    return {**config, "skipWeekend": 1, "holidayRoll": roll}


NEW_YORK, BERLIN, LORD_HOWE = "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"
SAO_PAULO, APIA, CASABLANCA = "America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca"
SHANGHAI, TOKYO, LONDON = "Asia/Shanghai", "Asia/Tokyo", "Europe/London"

DAILY = every("2020-01-01 09:00", "day")
MONDAYS = every("2020-01-06 09:00", "week", weekday=[1])
WEDNESDAYS = every("2020-01-01 09:00", "week", weekday=[3])
THURSDAYS = every("2020-01-02 09:00", "week", weekday=[4])
FRIDAYS = every("2020-01-03 09:00", "week", weekday=[5])
MONTH_ENDS = every("2020-01-31 09:00", "month", day=[31])
FIRSTS = every("2020-01-01 09:00", "month", day=[1])

# fmt: off
CYCLES = (
    # F6: every cycle and pattern
    Case("F6", "a data migration, once, on 15 January at 10:00", every("2026-01-15 10:00", "normal"),
         "2026-01-01 00:00", ("2026-01-15 10:00",), ends=True),
    Case("F6", "a queue looked at every 15 minutes", every("2026-01-05 08:15", "minute", period=15),
         "2026-01-05 10:00", ("2026-01-05 10:15", "2026-01-05 10:30", "2026-01-05 10:45")),
    Case("F6", "a probe every 7 minutes, counted on across the hour", every("2026-01-05 08:00", "minute", period=7),
         "2026-01-05 08:50", ("2026-01-05 08:56", "2026-01-05 09:03", "2026-01-05 09:10")),
    Case("F6", "a report every 90 minutes round the clock", every("2026-01-05 00:00", "minute", period=90),
         "2026-01-05 22:00", ("2026-01-05 22:30", "2026-01-06 00:00", "2026-01-06 01:30")),
    Case("F6", "a sync every hour at ten past", every("2026-01-05 00:10", "hour"),
         "2026-01-05 22:30", ("2026-01-05 23:10", "2026-01-06 00:10", "2026-01-06 01:10")),
    Case("F6", "a backup every 5 hours", every("2026-01-05 06:00", "hour", period=5),
         "2026-01-06 00:00", ("2026-01-06 02:00", "2026-01-06 07:00", "2026-01-06 12:00")),
    Case("F6", "a daily report at 07:45", every("2026-01-01 07:45", "day"),
         "2026-02-27 12:00", ("2026-02-28 07:45", "2026-03-01 07:45", "2026-03-02 07:45")),
    Case("F6", "watering every third day, through a leap February", every("2024-02-26 08:00", "day", period=3),
         "2024-02-26 12:00", ("2024-02-29 08:00", "2024-03-03 08:00", "2024-03-06 08:00")),
    Case("F6", "a check every tenth day, thirty years on", every("1996-01-01 06:00", "day", period=10),
         "2026-01-01 00:00", ("2026-01-03 06:00", "2026-01-13 06:00", "2026-01-23 06:00")),
    Case("F6", "every Monday and Friday from a Wednesday", every("2026-01-07 09:00", "week", weekday=[1, 5]),
         "2026-01-01 00:00", ("2026-01-09 09:00", "2026-01-12 09:00", "2026-01-16 09:00")),
    Case("F6", "Monday to Friday", every("2026-02-27 09:00", "week", weekday=[1, 2, 3, 4, 5]),
         "2026-02-26 12:00", ("2026-02-27 09:00", "2026-03-02 09:00", "2026-03-03 09:00")),
    Case("F6", "payroll on the 1st and the 15th, from the 10th on", every("2026-01-10 09:00", "month", day=[1, 15]),
         "2026-01-01 00:00", ("2026-01-15 09:00", "2026-02-01 09:00", "2026-02-15 09:00")),
    Case("F6", "closing on the last day of each month", every("2024-01-31 23:00", "month", day=[-1]),
         "2024-02-01 00:00", ("2024-02-29 23:00", "2024-03-31 23:00", "2024-04-30 23:00")),
    Case("F6", "patch day, the second Tuesday", every("2026-01-01 18:00", "month", subType="week", week=[2], weekday=[2]),
         "2026-01-01 00:00", ("2026-01-13 18:00", "2026-02-10 18:00", "2026-03-10 18:00")),
    Case("F6", "the first Monday of each quarter", every("2026-01-01 09:00", "month", period=3, week=[1], weekday=[1]),
         "2026-01-01 00:00", ("2026-01-05 09:00", "2026-04-06 09:00", "2026-07-06 09:00")),
    Case("F6", "the first and third Wednesday", every("2026-03-01 09:00", "month", week=[1, 3], weekday=[3]),
         "2026-03-01 00:00", ("2026-03-04 09:00", "2026-03-18 09:00", "2026-04-01 09:00")),
    Case("F6", "a fifth Friday, where the month has one",
         every("2026-01-01 09:00", "month", subType="week", week=5, weekday=[5]),
         "2026-01-01 00:00", ("2026-01-30 09:00", "2026-05-29 09:00", "2026-07-31 09:00")),
    Case("F6", "a fifth Saturday or Sunday, where the month has one", every("2026-01-01 10:00", "month", week=[5], weekday=[6, 7]),
         "2026-01-01 00:00", ("2026-01-31 10:00", "2026-03-29 10:00", "2026-05-30 10:00", "2026-05-31 10:00")),
    Case("F6", "the last Friday of the month",
         every("2026-01-01 09:00", "month", subType="week", week=-1, weekday=[5]),
         "2026-01-01 00:00", ("2026-01-30 09:00", "2026-02-27 09:00", "2026-03-27 09:00")),
    Case("F6", "the fourth and the last Thursday, once where they are one", every("2026-11-01 12:00", "month", week=[4, -1], weekday=[4]),
         "2026-11-01 00:00", ("2026-11-26 12:00", "2026-12-24 12:00", "2026-12-31 12:00")),
    Case("F6", "the tax return each 15 April", every("2025-04-15 09:00", "year"),
         "2025-05-01 00:00", ("2026-04-15 09:00", "2027-04-15 09:00")),
    Case("F6", "quarter ends: 31 March, 30 June, 30 September, 31 December", every("2026-01-01 17:00", "year", month=[3, 6, 9, 12], day=[-1]),
         "2026-01-01 00:00", ("2026-03-31 17:00", "2026-06-30 17:00", "2026-09-30 17:00", "2026-12-31 17:00")),
    Case("F6", "each second year on 1 March and 1 September", every("2025-06-01 06:00", "year", period=2, month=[3, 9], day=[1]),
         "2025-01-01 00:00", ("2025-09-01 06:00", "2027-03-01 06:00", "2027-09-01 06:00")),
    Case("F6", "the eve of the sales: the fourth Thursday of November", every("2026-01-01 08:00", "year", month=11, week=4, weekday=[4]),
         "2026-01-01 00:00", ("2026-11-26 08:00", "2027-11-25 08:00", "2028-11-23 08:00")),
    Case("F6", "the last Friday of each quarter", every("2026-01-01 16:00", "year", month=[3, 6, 9, 12], week=-1, weekday=[5]),
         "2026-01-01 00:00", ("2026-03-27 16:00", "2026-06-26 16:00", "2026-09-25 16:00", "2026-12-25 16:00")),
    Case("F6", "the first Monday of the start's own month, each year", every("2026-03-01 09:00", "year", week=1, weekday=[1]),
         "2026-01-01 00:00", ("2026-03-02 09:00", "2027-03-01 09:00", "2028-03-06 09:00")),
    Case("F6", "a fifth Sunday of February: leap years that begin so", every("2026-01-01 09:00", "year", month=2, week=5, weekday=[7]),
         "2026-01-01 00:00", ("2032-02-29 09:00", "2060-02-29 09:00")),

    # T2: the first occurrence
    Case("T2", "Mondays, from a Wednesday on", every("2026-01-07 09:00", "week", weekday=[1]),
         "2026-01-07 08:00", ("2026-01-12 09:00", "2026-01-19 09:00")),
    Case("T2", "Mondays, from a Monday at that very time", every("2026-01-05 09:00", "week", weekday=[1]),
         "2026-01-05 08:59", ("2026-01-05 09:00", "2026-01-12 09:00")),
    Case("T2", "asked at the instant of one firing, the next is given", every("2026-01-01 09:00", "day"),
         "2026-01-05 09:00", ("2026-01-06 09:00", "2026-01-07 09:00")),
    Case("T2", "a daily run at half a minute past nine", every("2026-01-05 09:00:30", "day"),
         "2026-01-05 00:00", ("2026-01-05 09:00:30", "2026-01-06 09:00:30")),
    Case("T2", "a six-hourly cron from ten past seven on", cron("2026-01-05 07:10", "0 */6 * * *"),
         "2026-01-01 00:00", ("2026-01-05 12:00", "2026-01-05 18:00", "2026-01-06 00:00")),
    Case("T2", "a run moved to before the start is skipped", off(every("2026-10-01 09:00", "month", day=[1]), "previous", weekends=True),
         "2026-09-01 00:00", ("2026-10-30 09:00", "2026-12-01 09:00"), SHANGHAI, "CN"),

    # T5: months too short, years, periods
    Case("T5", "month-end payroll on the 31st, clamped", every("2026-01-31 09:00", "month"),
         "2026-01-01 00:00", ("2026-01-31 09:00", "2026-02-28 09:00", "2026-03-31 09:00", "2026-04-30 09:00")),
    Case("T5", "rent on the 30th, and on the 28th of February", every("2026-01-30 09:00", "month"),
         "2026-01-30 12:00", ("2026-02-28 09:00", "2026-03-30 09:00", "2026-04-30 09:00")),
    Case("T5", "the 29th in a common year", every("2027-01-29 09:00", "month"),
         "2027-01-29 12:00", ("2027-02-28 09:00", "2027-03-29 09:00", "2027-04-29 09:00")),
    Case("T5", "the 29th in a leap year", every("2027-12-29 09:00", "month"),
         "2028-01-29 12:00", ("2028-02-29 09:00", "2028-03-29 09:00")),
    Case("T5", "the 30th and the 31st, once where they are one day", every("2026-02-01 09:00", "month", day=[30, 31]),
         "2026-02-01 00:00", ("2026-02-28 09:00", "2026-03-30 09:00", "2026-03-31 09:00")),
    Case("T5", "the 31st and the last day, once where they are one", every("2026-01-01 09:00", "month", day=[31, -1]),
         "2026-04-01 00:00", ("2026-04-30 09:00", "2026-05-31 09:00", "2026-06-30 09:00")),
    Case("T5", "the 29th, 30th and 31st of February, once", every("2026-01-01 09:00", "month", day=[29, 30, 31]),
         "2026-02-01 00:00", ("2026-02-28 09:00", "2026-03-29 09:00", "2026-03-30 09:00", "2026-03-31 09:00")),
    Case("T5", "each quarter on the 31st", every("2026-01-31 09:00", "month", period=3),
         "2026-02-01 00:00", ("2026-04-30 09:00", "2026-07-31 09:00", "2026-10-31 09:00", "2027-01-31 09:00")),
    Case("T5", "every fifth month on the 30th", every("2025-09-30 07:00", "month", period=5),
         "2025-10-01 00:00", ("2026-02-28 07:00", "2026-07-30 07:00", "2026-12-30 07:00")),
    Case("T5", "each half-year at the end of August and February", every("2025-08-31 09:00", "month", period=6),
         "2026-09-01 00:00", ("2027-02-28 09:00", "2027-08-31 09:00", "2028-02-29 09:00")),
    Case("T5", "each second month on the 5th and 20th, from 10 January", every("2026-01-10 09:00", "month", period=2, day=[5, 20]),
         "2026-01-01 00:00", ("2026-01-20 09:00", "2026-03-05 09:00", "2026-03-20 09:00")),
    Case("T5", "the first Monday and the first Friday", every("2026-05-01 08:00", "month", week=1, weekday=[1, 5]),
         "2026-04-30 00:00", ("2026-05-01 08:00", "2026-05-04 08:00", "2026-06-01 08:00", "2026-06-05 08:00")),
    Case("T5", "a birthday on 29 February, kept each year", every("2024-02-29 09:00", "year"),
         "2024-03-01 00:00", ("2025-02-28 09:00", "2026-02-28 09:00", "2027-02-28 09:00", "2028-02-29 09:00")),
    Case("T5", "every fourth year on 29 February, past 2100", every("2092-02-29 09:00", "year", period=4),
         "2092-03-01 00:00", ("2096-02-29 09:00", "2100-02-28 09:00", "2104-02-29 09:00")),

    # T6: weeks counted from the Monday of the start's week
    Case("T6", "every second Monday and Friday from a Wednesday", every("2026-01-07 09:00", "week", period=2, weekday=[1, 5]),
         "2026-01-01 00:00", ("2026-01-09 09:00", "2026-01-19 09:00", "2026-01-23 09:00")),
    Case("T6", "every second Thursday", every("2026-01-01 09:00", "week", period=2),
         "2026-01-01 12:00", ("2026-01-15 09:00", "2026-01-29 09:00", "2026-02-12 09:00")),
    Case("T6", "every third Sunday, from a Monday", every("2026-01-05 10:00", "week", period=3, weekday=[7]),
         "2026-01-01 00:00", ("2026-01-11 10:00", "2026-02-01 10:00", "2026-02-22 10:00")),
    Case("T6", "every second Monday and Sunday, from a Sunday", every("2026-01-04 18:00", "week", period=2, weekday=[1, 7]),
         "2026-01-01 00:00", ("2026-01-04 18:00", "2026-01-12 18:00", "2026-01-18 18:00")),
    Case("T6", "every second Monday, through ISO week 53", every("2026-12-14 09:00", "week", period=2, weekday=[1]),
         "2026-12-14 12:00", ("2026-12-28 09:00", "2027-01-11 09:00", "2027-01-25 09:00")),
    Case("T6", "every 52 weeks", every("2021-01-01 09:00", "week", period=52),
         "2021-01-02 00:00", ("2021-12-31 09:00", "2022-12-30 09:00", "2023-12-29 09:00")),

    # T7: the end
    Case("T7", "daily up to a last day, that day included", until("2026-01-03", every("2026-01-01 09:00", "day")),
         "2026-01-01 00:00", ("2026-01-01 09:00", "2026-01-02 09:00", "2026-01-03 09:00"), ends=True),
    Case("T7", "weekly up to the instant of the last run", until("2026-01-19 09:00:00", every("2026-01-05 09:00", "week")),
         "2026-01-06 00:00", ("2026-01-12 09:00", "2026-01-19 09:00"), ends=True),
    Case("T7", "weekly up to a second before a run", until("2026-01-19 08:59:59", every("2026-01-05 09:00", "week")),
         "2026-01-06 00:00", ("2026-01-12 09:00",), ends=True),
    Case("T7", "every six hours for one day", until("2026-01-01", every("2026-01-01 00:00", "hour", period=6)),
         "2026-01-01 00:00", ("2026-01-01 06:00", "2026-01-01 12:00", "2026-01-01 18:00"), ends=True),
    Case("T7", "an end that lies before the start", until("2026-01-01", every("2026-01-05 09:00", "day")),
         "2025-12-01 00:00", (), ends=True),
    Case("T7", "an end during National Day: nothing moves past it", until("2026-10-05", off(DAILY)),
         "2026-09-29 12:00", ("2026-09-30 09:00",), SHANGHAI, "CN", ends=True),
    Case("T7", "an end at the very instant that a run moves to", until("2026-10-08 09:00:00", off(FRIDAYS)),
         "2026-09-28 12:00", ("2026-10-08 09:00",), SHANGHAI, "CN", ends=True),
    Case("T7", "a month end moved to before the end, from after it", until("2026-10-30", weekends_off(MONTH_ENDS, "previous")),
         "2026-08-15 00:00", ("2026-08-31 09:00", "2026-09-30 09:00"), ends=True),
)

ZONES = (
    # T3: wall-clock days, elapsed hours
    Case("T3", "every hour through Berlin's spring gap", every("2026-03-28 23:30", "hour"),
         "2026-03-29 00:00", ("2026-03-29 00:30", "2026-03-29 01:30", "2026-03-29 03:30"), BERLIN),
    Case("T3", "every hour through Berlin's autumn fold", every("2026-10-24 23:30", "hour"),
         "2026-10-25 01:00", ("2026-10-25 01:30", "2026-10-25 02:30+02:00", "2026-10-25 02:30+01:00", "2026-10-25 03:30"), BERLIN),
    Case("T3", "every 24 hours, which is not daily", every("2026-03-06 09:00", "hour", period=24),
         "2026-03-06 12:00", ("2026-03-07 09:00", "2026-03-08 10:00", "2026-03-09 10:00"), NEW_YORK),
    Case("T3", "every 6 hours through New York's fold", every("2026-10-31 00:00", "hour", period=6),
         "2026-10-31 18:00", ("2026-11-01 00:00", "2026-11-01 05:00", "2026-11-01 11:00"), NEW_YORK),
    Case("T3", "every 30 minutes through Lord Howe's half-hour gap", every("2026-10-04 00:00", "minute", period=30),
         "2026-10-04 01:00", ("2026-10-04 01:30", "2026-10-04 02:30", "2026-10-04 03:00"), LORD_HOWE),
    Case("T3", "every 12 hours over the day that Apia left out", every("2011-12-29 08:00", "hour", period=12),
         "2011-12-29 08:00", ("2011-12-29 20:00", "2011-12-31 08:00", "2011-12-31 20:00"), APIA),
    Case("T3", "an rrule of every 12 hours across New York's gap", rrule("2026-03-07 08:00", "FREQ=HOURLY;INTERVAL=12"),
         "2026-03-07 12:00", ("2026-03-07 20:00", "2026-03-08 09:00", "2026-03-08 21:00"), NEW_YORK),

    # T4: gaps and folds
    Case("T4", "daily 02:30 New York across the spring gap", every("2026-03-01 02:30", "day"),
         "2026-03-07 12:00", ("2026-03-08 03:30", "2026-03-09 02:30"), NEW_YORK),
    Case("T4", "daily 01:30 New York across the autumn fold", every("2026-10-01 01:30", "day"),
         "2026-10-31 12:00", ("2026-11-01 01:30-04:00", "2026-11-02 01:30"), NEW_YORK),
    Case("T4", "daily 02:30 Berlin across the spring gap", every("2026-03-01 02:30", "day"),
         "2026-03-28 12:00", ("2026-03-29 03:30", "2026-03-30 02:30"), BERLIN),
    Case("T4", "daily 02:30 Berlin across the autumn fold", every("2026-10-01 02:30", "day"),
         "2026-10-24 12:00", ("2026-10-25 02:30+02:00", "2026-10-26 02:30"), BERLIN),
    Case("T4", "Sundays at 02:00 Berlin, the very start of the gap", every("2026-03-01 02:00", "week", weekday=[7]),
         "2026-03-16 00:00", ("2026-03-22 02:00", "2026-03-29 03:00", "2026-04-05 02:00"), BERLIN),
    Case("T4", "daily 02:15 Lord Howe across its half-hour gap", every("2026-10-01 02:15", "day"),
         "2026-10-03 12:00", ("2026-10-04 02:45", "2026-10-05 02:15"), LORD_HOWE),
    Case("T4", "daily 01:45 Lord Howe across its half-hour fold", every("2026-04-01 01:45", "day"),
         "2026-04-04 12:00", ("2026-04-05 01:45+11:00", "2026-04-06 01:45"), LORD_HOWE),
    Case("T4", "daily at midnight São Paulo, a midnight that there is not", every("2018-11-01 00:00", "day"),
         "2018-11-02 12:00", ("2018-11-03 00:00", "2018-11-04 01:00", "2018-11-05 00:00"), SAO_PAULO),
    Case("T4", "daily 23:30 São Paulo, before a midnight that comes twice", every("2019-02-01 23:30", "day"),
         "2019-02-16 12:00", ("2019-02-16 23:30-02:00", "2019-02-17 23:30"), SAO_PAULO),
    Case("T4", "daily at midnight São Paulo, the year without summer time", every("2018-11-01 00:00", "day"),
         "2019-11-02 12:00", ("2019-11-03 00:00", "2019-11-04 00:00"), SAO_PAULO),
    Case("T4", "daily 09:00 Apia over the date that it left out", every("2011-12-28 09:00", "day"),
         "2011-12-28 00:00", ("2011-12-28 09:00", "2011-12-29 09:00", "2011-12-31 09:00"), APIA),
    Case("T4", "Fridays in Apia, one of which there was not", every("2011-12-16 08:00", "week"),
         "2011-12-17 00:00", ("2011-12-23 08:00", "2012-01-06 08:00"), APIA),
    Case("T4", "the 30th in Apia, where December had none", every("2011-10-30 10:00", "month"),
         "2011-10-30 00:00", ("2011-10-30 10:00", "2011-11-30 10:00", "2012-01-30 10:00"), APIA),
    Case("T4", "daily at noon Kwajalein over 21 August 1993", every("1993-08-01 12:00", "day"),
         "1993-08-19 18:00", ("1993-08-20 12:00", "1993-08-22 12:00"), "Pacific/Kwajalein"),
    Case("T4", "daily 02:30 Casablanca at the end of Ramadan 2025", every("2025-03-01 02:30", "day"),
         "2025-04-04 12:00", ("2025-04-05 02:30", "2025-04-06 03:30", "2025-04-07 02:30"), CASABLANCA),
    Case("T4", "daily 02:30 Casablanca before Ramadan 2025", every("2025-02-01 02:30", "day"),
         "2025-02-22 12:00", ("2025-02-23 02:30+01:00", "2025-02-24 02:30"), CASABLANCA),
    Case("T4", "daily 00:15 Cairo, when the clocks go forward at midnight", every("2025-04-01 00:15", "day"),
         "2025-04-24 12:00", ("2025-04-25 01:15", "2025-04-26 00:15"), "Africa/Cairo"),
    Case("T4", "daily 01:30 Dublin, whose winter is the exception", every("2026-10-01 01:30", "day"),
         "2026-10-24 12:00", ("2026-10-25 01:30+01:00", "2026-10-26 01:30"), "Europe/Dublin"),
    Case("T4", "daily 01:30 Troll, whose gap is two hours", every("2026-03-01 01:30", "day"),
         "2026-03-28 12:00", ("2026-03-29 03:30", "2026-03-30 01:30"), "Antarctica/Troll"),
    Case("T4", "daily 02:30 Shanghai, when it had summer time", every("1991-04-01 02:30", "day"),
         "1991-04-13 12:00", ("1991-04-14 03:30", "1991-04-15 02:30"), SHANGHAI),
    Case("T4", "the 8th of each month at 02:30 New York", every("2026-02-08 02:30", "month"),
         "2026-02-01 00:00", ("2026-02-08 02:30", "2026-03-08 03:30", "2026-04-08 02:30"), NEW_YORK),
    Case("T4", "daily from a start inside a gap: the wall time is kept", every("2026-03-08 02:30", "day"),
         "2026-03-07 00:00", ("2026-03-08 03:30", "2026-03-09 02:30"), NEW_YORK),
    Case("T4", "hourly from a start inside a gap", every("2026-03-08 02:30", "hour"),
         "2026-03-07 00:00", ("2026-03-08 03:30", "2026-03-08 04:30"), NEW_YORK),
    Case("T4", "an end inside a gap", until("2026-03-08 02:30:00", every("2026-03-01 02:30", "day")),
         "2026-03-06 12:00", ("2026-03-07 02:30", "2026-03-08 03:30"), NEW_YORK, ends=True),
    Case("T4", "an end inside a fold is its first pass", until("2026-11-01 01:30:00", every("2026-11-01 00:30", "hour")),
         "2026-11-01 00:30", ("2026-11-01 01:30-04:00",), NEW_YORK, ends=True),
    Case("T4", "a start given with Shanghai's offset, kept in Berlin", every("2026-01-05T09:00:00+08:00", "day"),
         "2026-06-30 12:00", ("2026-07-01 02:00", "2026-07-02 02:00"), BERLIN),
    Case("T4", "a start given in UTC, kept in New York", every("2026-07-01T12:00:00Z", "day"),
         "2026-11-30 12:00", ("2026-12-01 08:00", "2026-12-02 08:00"), NEW_YORK),
    Case("T4", "a monthly start whose offset makes it the day before", every("2026-03-01T00:30:00+09:00", "month"),
         "2026-02-01 00:00", ("2026-02-28 15:30", "2026-03-28 15:30")),
    Case("T4", "an end given with an offset", until("2026-01-07T09:00:00+01:00", every("2026-01-05 09:00", "day")),
         "2026-01-05 12:00", ("2026-01-06 09:00",), ends=True),
    Case("T4", "a cron at 02:30 New York across the gap", cron("2026-01-01 00:00", "30 2 * * *"),
         "2026-03-07 12:00", ("2026-03-08 03:30", "2026-03-09 02:30"), NEW_YORK),
    Case("T4", "a cron at 01:30 New York across the fold", cron("2026-01-01 00:00", "30 1 * * *"),
         "2026-10-31 12:00", ("2026-11-01 01:30-04:00", "2026-11-02 01:30"), NEW_YORK),
    Case("T4", "a cron of every hour at the fold: each real hour", cron("2026-01-01 00:00", "30 * * * *"),
         "2026-11-01 00:00", ("2026-11-01 00:30", "2026-11-01 01:30-04:00", "2026-11-01 01:30-05:00", "2026-11-01 02:30"), NEW_YORK),
    Case("T4", "a cron of every second hour at Berlin's fold: hour 2 twice", cron("2026-01-01 00:00", "0 */2 * * *"),
         "2026-10-24 22:30", ("2026-10-25 00:00", "2026-10-25 02:00+02:00", "2026-10-25 02:00+01:00", "2026-10-25 04:00"), BERLIN),
    Case("T4", "a cron of every second hour at Berlin's gap: no hour 2", cron("2026-01-01 00:00", "0 */2 * * *"),
         "2026-03-28 23:00", ("2026-03-29 00:00", "2026-03-29 04:00", "2026-03-29 06:00"), BERLIN),
    Case("T4", "a cron whose times in and after a gap meet", cron("2026-01-01 00:00", "0,30 2,3 * * *"),
         "2026-03-07 12:00", ("2026-03-08 03:00", "2026-03-08 03:30", "2026-03-09 02:00"), NEW_YORK),
    Case("T4", "an rrule by day at 02:30 New York across the gap", rrule("2026-03-01 02:30", "FREQ=DAILY"),
         "2026-03-07 12:00", ("2026-03-08 03:30", "2026-03-09 02:30"), NEW_YORK),
    Case("T4", "an rrule at 01:30 and 13:30 across the fold", rrule("2026-10-30 01:30", "FREQ=DAILY;BYHOUR=1,13"),
         "2026-10-31 18:00", ("2026-11-01 01:30-04:00", "2026-11-01 13:30", "2026-11-02 01:30"), NEW_YORK),
)

CUSTOM = (
    # T5: cron, as cronsim reads it
    Case("T5", "a cron with names: weekdays of January and July", cron("2026-01-01 00:00", "0 9 * jan,jul mon-fri"),
         "2026-01-30 12:00", ("2026-07-01 09:00", "2026-07-02 09:00")),
    Case("T5", "a cron with L: the last day", cron("2026-01-01 00:00", "0 18 L * *"),
         "2026-01-01 00:00", ("2026-01-31 18:00", "2026-02-28 18:00", "2026-03-31 18:00")),
    Case("T5", "a cron with #: options expire on the third Friday", cron("2026-01-01 00:00", "0 10 * * fri#3"),
         "2026-01-01 00:00", ("2026-01-16 10:00", "2026-02-20 10:00", "2026-03-20 10:00")),
    Case("T5", "a cron with 5L: the last Friday", cron("2026-01-01 00:00", "0 17 * * 5L"),
         "2026-01-01 00:00", ("2026-01-30 17:00", "2026-02-27 17:00", "2026-03-27 17:00")),
    Case("T5", "a cron with LW: the last weekday of the month", cron("2026-01-01 00:00", "0 9 LW * *"),
         "2026-01-01 00:00", ("2026-01-30 09:00", "2026-02-27 09:00", "2026-03-31 09:00")),
    Case("T5", "a cron with both days named: the 1st, the 15th or a Friday", cron("2026-02-01 00:00", "0 9 1,15 * 5"),
         "2026-01-31 00:00", ("2026-02-01 09:00", "2026-02-06 09:00", "2026-02-13 09:00", "2026-02-15 09:00")),
    Case("T5", "a cron with a starred day and a weekday: both must hold", cron("2026-05-01 00:00", "0 9 */10 * 1"),
         "2026-05-01 00:00", ("2026-05-11 09:00", "2026-06-01 09:00", "2026-08-31 09:00")),
    Case("T5", "a cron of office hours, every second hour", cron("2026-01-01 00:00", "0 8-18/2 * * 1-5"),
         "2026-01-09 15:00", ("2026-01-09 16:00", "2026-01-09 18:00", "2026-01-12 08:00")),
    Case("T5", "a cron with Sunday as 7", cron("2026-01-01 00:00", "30 6 * * 7"),
         "2026-01-01 00:00", ("2026-01-04 06:30", "2026-01-11 06:30")),
    Case("T5", "a cron on 29 February, leap years only", cron("2026-01-01 00:00", "0 0 29 2 *"),
         "2026-01-01 00:00", ("2028-02-29 00:00", "2032-02-29 00:00")),

    # T5: rrule, as dateutil counts
    Case("T5", "an rrule of the last Friday", rrule("2026-01-01 09:00", "FREQ=MONTHLY;BYDAY=-1FR"),
         "2026-01-01 00:00", ("2026-01-30 09:00", "2026-02-27 09:00")),
    Case("T5", "an rrule of the last weekday", rrule("2026-01-01 09:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
         "2026-01-01 00:00", ("2026-01-30 09:00", "2026-02-27 09:00", "2026-03-31 09:00")),
    Case("T5", "RFC 5545: every other Tuesday and Sunday, weeks from Monday", rrule("1997-08-05 09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO"),
         "1997-08-01 00:00", ("1997-08-05 09:00", "1997-08-10 09:00", "1997-08-19 09:00", "1997-08-24 09:00"), NEW_YORK, ends=True),
    Case("T5", "RFC 5545: every other Tuesday and Sunday, weeks from Sunday", rrule("1997-08-05 09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU"),
         "1997-08-01 00:00", ("1997-08-05 09:00", "1997-08-17 09:00", "1997-08-19 09:00", "1997-08-31 09:00"), NEW_YORK, ends=True),
    Case("T5", "RFC 5545: the presidential election", rrule("1996-11-05 09:00", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8"),
         "2020-12-01 00:00", ("2024-11-05 09:00", "2028-11-07 09:00"), NEW_YORK),
    Case("T5", "an rrule of Friday the 13th", rrule("2026-01-01 09:00", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"),
         "2026-01-01 00:00", ("2026-02-13 09:00", "2026-03-13 09:00", "2026-11-13 09:00")),
    Case("T5", "an rrule on the 31st, which months without one leave out", rrule("2026-01-01 09:00", "FREQ=MONTHLY;BYMONTHDAY=31"),
         "2026-01-01 00:00", ("2026-01-31 09:00", "2026-03-31 09:00", "2026-05-31 09:00")),
    Case("T5", "an rrule of the Monday of ISO week 53", rrule("2026-01-01 09:00", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO"),
         "2026-01-01 00:00", ("2026-12-28 09:00", "2032-12-27 09:00")),
    Case("T5", "an rrule of the 100th and the last day of the year", rrule("2026-01-01 09:00", "FREQ=YEARLY;BYYEARDAY=100,-1"),
         "2027-05-01 00:00", ("2027-12-31 09:00", "2028-04-09 09:00", "2028-12-31 09:00")),
    Case("T5", "an rrule of Good Friday, two days before Easter", rrule("2026-01-01 09:00", "FREQ=YEARLY;BYEASTER=-2"),
         "2026-01-01 00:00", ("2026-04-03 09:00", "2027-03-26 09:00", "2028-04-14 09:00")),
    Case("T5", "an rrule with UNTIL in UTC", rrule("2026-01-02 09:00", "FREQ=DAILY;UNTIL=20260104T140000Z"),
         "2026-01-01 00:00", ("2026-01-02 09:00", "2026-01-03 09:00", "2026-01-04 09:00"), NEW_YORK, ends=True),
    Case("T5", "an rrule with UNTIL as a date, that day included", rrule("2026-01-02 09:00", "FREQ=DAILY;UNTIL=20260104"),
         "2026-01-01 00:00", ("2026-01-02 09:00", "2026-01-03 09:00", "2026-01-04 09:00"), NEW_YORK, ends=True),
)


def china(name: str, after: str, expected: str, merged: int) -> Case:
    """Return a case of a daily task whose runs of a span meet on the working day after it."""
    return Case("T8", f"daily except Chinese holidays, moved on: {name}", off(DAILY),
                after, (expected,), SHANGHAI, "CN", (merged,))


CHINA = (
    china("New Year 2024, from 30 December on", "2023-12-29 12:00", "2024-01-02 09:00", 4),
    china("Spring Festival 2024, to a worked Sunday", "2024-02-09 12:00", "2024-02-18 09:00", 9),
    china("Qingming 2024, to a worked Sunday", "2024-04-03 12:00", "2024-04-07 09:00", 4),
    china("Labour Day 2024", "2024-04-30 12:00", "2024-05-06 09:00", 6),
    china("Dragon Boat 2024, with its weekend", "2024-06-07 12:00", "2024-06-11 09:00", 4),
    china("Mid-Autumn 2024, after a worked Saturday", "2024-09-14 12:00", "2024-09-18 09:00", 4),
    china("National Day 2024", "2024-09-30 12:00", "2024-10-08 09:00", 8),
    china("New Year 2025, a Wednesday alone", "2024-12-31 12:00", "2025-01-02 09:00", 2),
    china("Spring Festival 2025, from New Year's Eve on", "2025-01-27 12:00", "2025-02-05 09:00", 9),
    china("Qingming 2025, with its weekend", "2025-04-03 12:00", "2025-04-07 09:00", 4),
    china("Labour Day 2025", "2025-04-30 12:00", "2025-05-06 09:00", 6),
    china("Dragon Boat 2025, with the weekend before", "2025-05-30 12:00", "2025-06-03 09:00", 4),
    china("National Day and Mid-Autumn 2025", "2025-09-30 12:00", "2025-10-09 09:00", 9),
    china("New Year 2026, to a worked Sunday", "2025-12-31 12:00", "2026-01-04 09:00", 4),
    china("Spring Festival 2026, nine days", "2026-02-14 12:00", "2026-02-24 09:00", 10),
    china("Qingming 2026, with the weekend before", "2026-04-03 12:00", "2026-04-07 09:00", 4),
    china("Labour Day 2026", "2026-04-30 12:00", "2026-05-06 09:00", 6),
    china("Dragon Boat 2026", "2026-06-18 12:00", "2026-06-22 09:00", 4),
    china("Mid-Autumn 2026", "2026-09-24 12:00", "2026-09-28 09:00", 4),
    china("National Day 2026, the weekend within", "2026-09-30 12:00", "2026-10-08 09:00", 8),
    Case("T8", "daily except Chinese holidays, moved back: New Year 2024", off(DAILY, "previous"),
         "2023-12-28 12:00", ("2023-12-29 09:00", "2024-01-02 09:00"), SHANGHAI, "CN", (4, 1)),
    Case("T8", "daily except Chinese holidays, moved back to a worked Saturday", off(DAILY, "previous"),
         "2026-02-13 12:00", ("2026-02-14 09:00", "2026-02-24 09:00"), SHANGHAI, "CN", (10, 1)),
    Case("T8", "daily except Chinese holidays, left out; weekends fire", off(DAILY, "skip"),
         "2025-09-30 12:00", ("2025-10-09 09:00", "2025-10-10 09:00", "2025-10-11 09:00", "2025-10-12 09:00"), SHANGHAI, "CN"),
    Case("T8", "working days only, with a make-up Saturday", off(DAILY, "skip", weekends=True),
         "2025-09-30 12:00", ("2025-10-09 09:00", "2025-10-10 09:00", "2025-10-11 09:00", "2025-10-13 09:00"), SHANGHAI, "CN"),
    Case("T8", "working days only, with the make-up Sunday before Spring Festival", off(DAILY, "skip", weekends=True),
         "2024-02-02 12:00", ("2024-02-04 09:00", "2024-02-05 09:00", "2024-02-06 09:00"), SHANGHAI, "CN"),
    Case("T8", "working days only, with the make-up Sunday of September 2026", off(DAILY, "skip", weekends=True),
         "2026-09-18 12:00", ("2026-09-20 09:00", "2026-09-21 09:00"), SHANGHAI, "CN"),
    Case("T8", "the weekend between make-up days is no holiday: 27 April 2024", off(DAILY, "skip"),
         "2024-04-26 12:00", ("2024-04-27 09:00", "2024-04-28 09:00", "2024-04-29 09:00", "2024-04-30 09:00", "2024-05-06 09:00"), SHANGHAI, "CN"),
    Case("T8", "weekends left out, holidays not: a worked Saturday fires", weekends_off(DAILY, "skip"),
         "2026-05-08 12:00", ("2026-05-09 09:00", "2026-05-11 09:00"), SHANGHAI, "CN"),
    Case("T8", "the company's own day off after Labour Day", off(DAILY),
         "2026-04-30 12:00", ("2026-05-07 09:00",), SHANGHAI, {"country": "CN", "extraHolidays": ["2026-05-06"]}, (7,)),
    Case("T8", "the company works on the last day of National Day", off(DAILY),
         "2026-09-30 12:00", ("2026-10-07 09:00",), SHANGHAI, {"country": "CN", "extraWorkdays": ["2026-10-07"]}, (7,)),
    Case("T8", "a works holiday, by extra days alone", off(DAILY, weekends=True),
         "2026-07-23 12:00", ("2026-07-28 09:00",), calendar={"extraHolidays": ["2026-07-24", "2026-07-27"]}, merged=(5,)),
    Case("T8", "daily but for two days that are named", off(DAILY, "skip"),
         "2026-07-23 00:00", ("2026-07-23 09:00", "2026-07-25 09:00", "2026-07-26 09:00", "2026-07-28 09:00"),
         calendar={"extraHolidays": ["2026-07-24", "2026-07-27"]}),
    Case("T8", "a task with a calendar of its own, in an app with China's", {**off(THURSDAYS), "calendar": "US"},
         "2026-09-30 12:00", ("2026-10-01 09:00", "2026-10-08 09:00"), SHANGHAI, "CN"),
    Case("T9", "payroll on the last working day of the month, China", off(MONTH_ENDS, "previous", weekends=True),
         "2026-01-01 00:00", ("2026-01-30 09:00", "2026-02-28 09:00", "2026-03-31 09:00"), SHANGHAI, "CN"),
    Case("T9", "the 1st, or the working day after it, China", off(FIRSTS, weekends=True),
         "2025-12-31 12:00", ("2026-01-04 09:00", "2026-02-02 09:00", "2026-03-02 09:00", "2026-04-01 09:00"), SHANGHAI, "CN"),
    Case("T9", "Fridays, moved on over National Day to the day before the next", off(FRIDAYS),
         "2026-09-30 12:00", ("2026-10-08 09:00", "2026-10-09 09:00"), SHANGHAI, "CN"),
    Case("T9", "every six hours: left out on holidays, not moved", off(every("2026-01-01 00:00", "hour", period=6)),
         "2026-09-30 12:00", ("2026-09-30 18:00", "2026-10-08 00:00", "2026-10-08 06:00"), SHANGHAI, "CN"),
    Case("T9", "a cron of twice a day: left out on holidays, not moved", off(cron("2026-01-01 00:00", "0 9,15 * * *")),
         "2026-09-30 12:00", ("2026-09-30 15:00", "2026-10-08 09:00", "2026-10-08 15:00"), SHANGHAI, "CN"),
    Case("T9", "a cron of once a week: moved", off(cron("2026-01-01 00:00", "0 9 * * 5")),
         "2026-09-30 12:00", ("2026-10-08 09:00", "2026-10-09 09:00"), SHANGHAI, "CN"),
    Case("T9", "an rrule of the 1st: moved", off(rrule("2026-01-01 09:00", "FREQ=MONTHLY;BYMONTHDAY=1")),
         "2026-04-30 12:00", ("2026-05-06 09:00", "2026-06-01 09:00"), SHANGHAI, "CN"),
)

ELSEWHERE = (
    Case("T8", "daily except federal holidays: Independence Day 2026, kept on Friday", off(DAILY, weekends=True),
         "2026-07-02 12:00", ("2026-07-06 09:00",), NEW_YORK, "US", (4,)),
    Case("T8", "daily except federal holidays, weekends working: Sunday fires", off(DAILY),
         "2026-07-02 12:00", ("2026-07-05 09:00", "2026-07-06 09:00"), NEW_YORK, "US", (1, 3)),
    Case("T8", "Mondays, or the day after a federal holiday", off(MONDAYS),
         "2026-01-13 00:00", ("2026-01-20 09:00", "2026-01-26 09:00", "2026-02-02 09:00", "2026-02-09 09:00", "2026-02-17 09:00"), NEW_YORK, "US"),
    Case("T8", "daily except federal holidays: Christmas 2027, kept on Friday", off(DAILY, weekends=True),
         "2027-12-23 12:00", ("2027-12-27 09:00",), NEW_YORK, "US", (4,)),
    Case("T8", "month ends, before a federal New Year kept on 31 December 2027", off(MONTH_ENDS, "previous", weekends=True),
         "2027-11-15 00:00", ("2027-11-30 09:00", "2027-12-30 09:00"), NEW_YORK, "US"),
    Case("T8", "month ends on the exchange, which trades that day", off(MONTH_ENDS, "previous", weekends=True),
         "2027-11-15 00:00", ("2027-11-30 09:00", "2027-12-31 09:00", "2028-01-31 09:00"), NEW_YORK, "XNYS"),
    Case("T8", "Fridays on the exchange: Good Friday moves to Monday", off(FRIDAYS),
         "2026-03-26 00:00", ("2026-03-27 09:00", "2026-04-06 09:00", "2026-04-10 09:00"), NEW_YORK, "XNYS"),
    Case("T8", "Fridays by federal holidays: Good Friday is none", off(FRIDAYS),
         "2026-03-28 00:00", ("2026-04-03 09:00", "2026-04-10 09:00"), NEW_YORK, "US"),
    Case("T8", "Mondays on the exchange: Columbus Day trades", off(MONDAYS),
         "2026-10-06 00:00", ("2026-10-12 09:00", "2026-10-19 09:00"), NEW_YORK, "XNYS"),
    Case("T8", "Thursdays on the exchange: a day of mourning in 2025", off(THURSDAYS),
         "2025-01-03 00:00", ("2025-01-10 09:00", "2025-01-16 09:00"), NEW_YORK, "XNYS"),
    Case("T8", "daily on the exchange: Thanksgiving", off(DAILY),
         "2026-11-25 12:00", ("2026-11-27 09:00",), NEW_YORK, "XNYS", (2,)),
    Case("T8", "daily on the exchange: no weekend trades", off(DAILY),
         "2026-01-08 12:00", ("2026-01-09 09:00", "2026-01-12 09:00", "2026-01-13 09:00"), NEW_YORK, "XNYS", (1, 3, 1)),
    Case("T8", "Thursdays in Bavaria: Corpus Christi", off(THURSDAYS),
         "2026-05-29 00:00", ("2026-06-05 09:00", "2026-06-11 09:00"), BERLIN, "DE-BY"),
    Case("T8", "Thursdays in Berlin: Corpus Christi is none", off(THURSDAYS),
         "2026-05-29 00:00", ("2026-06-04 09:00", "2026-06-11 09:00"), BERLIN, "DE-BE"),
    Case("T8", "Fridays in Saxony: Reformation Day", off(FRIDAYS),
         "2025-10-25 00:00", ("2025-11-03 09:00", "2025-11-07 09:00"), BERLIN, "DE-SN"),
    Case("T8", "Fridays in Bavaria: Reformation Day is none", off(FRIDAYS),
         "2025-10-25 00:00", ("2025-10-31 09:00", "2025-11-07 09:00"), BERLIN, "DE-BY"),
    Case("T8", "Mondays in North Rhine-Westphalia: All Saints", off(MONDAYS),
         "2027-10-26 00:00", ("2027-11-02 09:00", "2027-11-08 09:00"), BERLIN, "DE-NW"),
    Case("T8", "Wednesdays in Saxony: the Day of Repentance", off(WEDNESDAYS),
         "2026-11-12 00:00", ("2026-11-19 09:00", "2026-11-25 09:00"), BERLIN, "DE-SN"),
    Case("T8", "Thursdays in Berlin: 8 May 2025, once", off(THURSDAYS),
         "2025-05-02 12:00", ("2025-05-09 09:00", "2025-05-15 09:00"), BERLIN, "DE-BE"),
    Case("T8", "daily in Germany: Easter with its weekend", off(DAILY, weekends=True),
         "2026-04-02 12:00", ("2026-04-07 09:00",), BERLIN, "DE", (5,)),
    Case("T8", "daily in Berlin: Christmas with its weekend", off(DAILY, weekends=True),
         "2026-12-24 12:00", ("2026-12-28 09:00",), BERLIN, "DE-BE", (4,)),
    Case("T8", "daily in England: Boxing Day, kept on Monday", off(DAILY, weekends=True),
         "2026-12-24 12:00", ("2026-12-29 09:00",), LONDON, "GB-ENG", (5,)),
    Case("T8", "Mondays in Scotland: Easter Monday is none", off(MONDAYS),
         "2026-04-01 00:00", ("2026-04-06 09:00", "2026-04-13 09:00"), LONDON, "GB-SCT"),
    Case("T8", "daily in Japan: Golden Week 2026, with its substitute day", off(DAILY, weekends=True),
         "2026-05-01 12:00", ("2026-05-07 09:00",), TOKYO, "JP", (6,)),
    Case("T9", "daily in Saudi Arabia, whose weekend is Friday and Saturday", weekends_off(DAILY),
         "2026-01-08 00:00", ("2026-01-08 09:00", "2026-01-11 09:00", "2026-01-12 09:00"), "Asia/Riyadh", "SA", (1, 3, 1)),
    Case("T9", "daily, the weekend's runs made one on Monday", weekends_off(DAILY),
         "2026-01-08 12:00", ("2026-01-09 09:00", "2026-01-12 09:00", "2026-01-13 09:00"), merged=(1, 3, 1)),
    Case("T9", "daily, the weekend's runs made one on Friday", weekends_off(DAILY, "previous"),
         "2026-01-08 12:00", ("2026-01-09 09:00", "2026-01-12 09:00"), merged=(3, 1)),
    Case("T9", "the 15th, or the Monday after a weekend", weekends_off(every("2026-01-15 09:00", "month"), "next"),
         "2026-01-16 00:00", ("2026-02-16 09:00", "2026-03-16 09:00", "2026-04-15 09:00")),
    Case("T9", "the last day of the month, or the Friday before a weekend", weekends_off(every("2026-01-31 09:00", "month", day=[-1]), "previous"),
         "2026-01-01 00:00", ("2026-02-27 09:00", "2026-03-31 09:00", "2026-04-30 09:00")),
    Case("T9", "the last day of the month, or the Monday after a weekend", weekends_off(every("2026-01-31 09:00", "month", day=[-1])),
         "2026-01-01 00:00", ("2026-02-02 09:00", "2026-03-02 09:00", "2026-03-31 09:00")),
    Case("T9", "every 30 minutes, never on a weekend", weekends_off(every("2026-01-01 00:00", "minute", period=30)),
         "2026-01-09 23:00", ("2026-01-09 23:30", "2026-01-12 00:00", "2026-01-12 00:30")),
    Case("T9", "moved off a weekend with a gap: Monday at the wall time", weekends_off(every("2026-03-01 02:30", "day")),
         "2026-03-05 12:00", ("2026-03-06 02:30", "2026-03-09 02:30"), NEW_YORK, None, (1, 3)),
    Case("T9", "moved onto a worked Sunday with a gap", weekends_off(every("2026-03-07 02:30", "week")),
         "2026-03-01 00:00", ("2026-03-08 03:30", "2026-03-16 02:30"), NEW_YORK, {"extraWorkdays": ["2026-03-08"]}),
)
# fmt: on

CASES = (*CYCLES, *ZONES, *CUSTOM, *CHINA, *ELSEWHERE)
