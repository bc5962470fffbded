"""What each peer is given for each schedule: derived from ours, or written out by hand.

None means that the peer's rules have no way to say it. Several rules are one
answer: their union is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.schedule.cases import Case

PEERS = ("dateutil", "APScheduler", "croniter", "cronsim")
DAYS_OF_ICAL = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NTHS = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th", -1: "last"}
FEBRUARY = 2


@dataclass(frozen=True)
class Trigger:
    """A trigger of APScheduler; its zone is the case's, its start and end too where it has none."""

    kind: str
    fields: Mapping[str, Any]

    def __str__(self) -> str:
        told = ", ".join(f"{key}={value!r}" for key, value in self.fields.items())
        return f"{self.kind}({told})"


def by_cron(**fields: object) -> Trigger:
    return Trigger("CronTrigger", fields)


def by_calendar(**fields: object) -> Trigger:
    return Trigger("CalendarIntervalTrigger", fields)


Rules = Sequence[str] | Sequence[Trigger] | None


def start_of(case: Case) -> datetime:
    """Return the start as wall time in the case's zone."""
    return _wall(str(case.config["startTime"]), case)


def end_of(case: Case) -> datetime | None:
    """Return the last wall time that may be."""
    text = ENDS.get(case.name) or case.config.get("endTime")
    if not text:
        return None
    found = _wall(str(text), case)
    return (
        datetime.combine(found, time(23, 59, 59)) if len(str(text)) == len("2026-01-01") else found
    )


def _wall(text: str, case: Case) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is None else found.astimezone(case.place).replace(tzinfo=None)


def rules(case: Case, peer: str) -> Rules:
    """Return what ``peer`` is given."""
    written = WRITTEN.get(case.name, {})
    if peer in written:
        return written[peer]
    barred = case.config.get("skipHoliday") or case.config.get("skipWeekend")
    repeat: Mapping[str, Any] = case.config["repeat"]  # type: ignore[assignment]
    if barred:
        return None
    if repeat["repeatType"] == "custom":
        own = {"dateutil": "rrule", "croniter": "cron", "cronsim": "cron"}.get(peer, "")
        return [repeat[own]] if own in repeat else None
    derive = {"dateutil": _rrules, "APScheduler": _triggers, "croniter": _crons, "cronsim": _crons}
    return derive[peer](case, _Repeat.of(case), peer)


@dataclass(frozen=True)
class _Repeat:
    """A repeat of ours, with what it takes from its start."""

    start: datetime
    kind: str
    period: int
    weekdays: list[int]
    months: list[int]
    days: list[int]
    weeks: list[int]
    """Empty where days of the month are named by number."""

    @classmethod
    def of(cls, case: Case) -> _Repeat:
        repeat: Mapping[str, Any] = case.config["repeat"]  # type: ignore[assignment]
        start = start_of(case)

        def many(key: str, default: int) -> list[int]:
            value = repeat.get(key, default)
            return list(value) if isinstance(value, list) else [value]

        return cls(
            start,
            repeat["repeatType"],
            repeat.get("period", 1),
            many("weekday", start.isoweekday()),
            many("month", start.month),
            many("day", start.day),
            many("week", 1) if "week" in repeat else [],
        )


# --- dateutil ---------------------------------------------------------------


def _rrules(case: Case, repeat: _Repeat, peer: str) -> Rules:
    every = f";INTERVAL={repeat.period}" if repeat.period > 1 else ""
    match repeat.kind:
        case "normal":
            return ["FREQ=DAILY;COUNT=1"]
        case "minute":
            return [f"FREQ=MINUTELY{every}"]
        case "hour":
            return [f"FREQ=HOURLY{every}"]
        case "day":
            return [f"FREQ=DAILY{every}"]
        case "week":
            named = ",".join(DAYS_OF_ICAL[one - 1] for one in repeat.weekdays)
            return [f"FREQ=WEEKLY{every};BYDAY={named}"]
        case "month":
            return [f"FREQ=MONTHLY{every};{days}" for days in _month_days(repeat)]
        case "year":
            months = ",".join(str(one) for one in repeat.months)
            return [f"FREQ=YEARLY{every};BYMONTH={months};{days}" for days in _month_days(repeat)]
    return None


def _month_days(repeat: _Repeat) -> list[str]:
    if repeat.weeks:
        nths = [f"{n}{DAYS_OF_ICAL[day - 1]}" for n in repeat.weeks for day in repeat.weekdays]
        return ["BYDAY=" + ",".join(nths)]
    plain = [str(day) for day in repeat.days if 1 <= day <= 28]
    if {-1, 31} & set(repeat.days):
        plain.append("-1")
    found = ["BYMONTHDAY=" + ",".join(plain)] if plain else []
    for day in sorted({29, 30} & set(repeat.days)):
        within = ",".join(str(one) for one in range(28, day + 1))
        found.append(f"BYMONTHDAY={within};BYSETPOS=-1")
    return found


# --- APScheduler ------------------------------------------------------------


def _triggers(case: Case, repeat: _Repeat, peer: str) -> Rules:
    start, period = repeat.start, repeat.period
    clock = {"hour": start.hour, "minute": start.minute}
    if start.second:
        clock["second"] = start.second
    match repeat.kind:
        case "normal":
            return [Trigger("DateTrigger", {"run_date": str(start)})]
        case "minute":
            return [Trigger("IntervalTrigger", {"minutes": period})]
        case "hour":
            return [Trigger("IntervalTrigger", {"hours": period})]
        case "day":
            return [by_cron(**clock) if period == 1 else by_calendar(days=period, **clock)]
        case "week":
            if period == 1:
                named = ",".join(DAYS[one - 1] for one in repeat.weekdays)
                return [by_cron(day_of_week=named, **clock)]
            firsts = [_first_of(repeat, weekday) for weekday in repeat.weekdays]
            return [by_calendar(weeks=period, **clock, start_date=str(one)) for one in firsts]
        case "month":
            months = _months_of_year(repeat)
            if months is None:
                if repeat.weeks or len(repeat.days) > 1:
                    return None
                return [by_calendar(months=period, **clock)]
            return _month_triggers(repeat, months, {}, clock)
        case "year":
            year = {"year": f"{start.year}/{period}"} if period > 1 else {}
            return _month_triggers(repeat, repeat.months, year, clock)
    return None


def _month_triggers(
    repeat: _Repeat, months: list[int], year: Mapping[str, str], clock: Mapping[str, int]
) -> list[Trigger]:
    if repeat.weeks:
        nths = [f"{NTHS[n]} {DAYS[day - 1]}" for n in repeat.weeks for day in repeat.weekdays]
        return [by_cron(**year, **_in(months), day=",".join(nths), **clock)]
    return [
        by_cron(**year, **_in(those), day="last" if days == "L" else days, **clock)
        for days, those in _days_and_months(repeat, months)
    ]


def _in(months: list[int]) -> dict[str, str]:
    whole_year = len(months) == len(range(12))
    return {} if whole_year else {"month": ",".join(str(one) for one in months)}


def _first_of(repeat: _Repeat, weekday: int) -> date:
    """Return the first such day at or after the start, in a week that counts."""
    monday = repeat.start.date() - timedelta(days=repeat.start.weekday())
    found = monday + timedelta(days=weekday - 1)
    return found if found >= repeat.start.date() else found + timedelta(weeks=repeat.period)


# --- cron -------------------------------------------------------------------


def _crons(case: Case, repeat: _Repeat, peer: str) -> Rules:
    start, period = repeat.start, repeat.period
    clock = f"{start.minute} {start.hour}"
    match repeat.kind:
        case "normal":
            if peer == "cronsim":
                return None
            return [f"{clock} {start.day} {start.month} * {start.second} {start.year}"]
        case "minute":
            fine = period < 60 and 60 % period == 0
            return [f"{_step(start.minute, period, 59)} * * * *"] if fine else None
        case "hour":
            fine = period < 24 and 24 % period == 0
            return [f"{start.minute} {_step(start.hour, period, 23)} * * *"] if fine else None
        case "day":
            return [_seconds(f"{clock} * * *", start, peer)] if period == 1 else None
        case "week":
            named = ",".join(str(one % 7) for one in repeat.weekdays)
            return [f"{clock} * * {named}"] if period == 1 else None
        case "month":
            months = _months_of_year(repeat)
            return None if months is None else _month_crons(clock, repeat, months, peer)
        case "year":
            if period == 1:
                return _month_crons(clock, repeat, repeat.months, peer)
            if peer == "cronsim":
                return None
            years = f" 0 {start.year}-2099/{period}"
            return [line + years for line in _month_crons(clock, repeat, repeat.months, peer)]
    return None


def _month_crons(clock: str, repeat: _Repeat, months: list[int], peer: str) -> list[str]:
    if not repeat.weeks:
        return [
            f"{clock} {days} {_cron_months(those)} *"
            for days, those in _days_and_months(repeat, months)
        ]
    last = "L{}" if peer == "croniter" else "{}L"
    nths = [
        last.format(day % 7) if n < 0 else f"{day % 7}#{n}"
        for n in repeat.weeks
        for day in repeat.weekdays
    ]
    return [f"{clock} * {_cron_months(months)} {','.join(nths)}"]


def _cron_months(months: list[int]) -> str:
    return _in(months).get("month", "*")


def _step(first: int, period: int, last: int) -> str:
    if period == 1:
        return "*"
    offset = first % period
    return f"{offset}-{last}/{period}" if offset else f"*/{period}"


def _seconds(line: str, start: datetime, peer: str) -> str:
    if not start.second:
        return line
    return f"{start.second} {line}" if peer == "cronsim" else f"{line} {start.second}"


# --- both of the last -------------------------------------------------------


def _months_of_year(repeat: _Repeat) -> list[int] | None:
    """Return which months of any year a monthly cycle has; None where years differ."""
    if 12 % repeat.period:
        return None
    return sorted((repeat.start.month - 1 + n) % 12 + 1 for n in range(0, 12, repeat.period))


def _days_and_months(repeat: _Repeat, months: list[int]) -> list[tuple[str, list[int]]]:
    """Return days with their months: February's last day for those that it may lack."""
    found: list[tuple[str, list[int]]] = []
    plain = ",".join(str(day) for day in repeat.days if 1 <= day <= 28)
    if plain:
        found.append((plain, months))
    for day in sorted({29, 30} & set(repeat.days)):
        found.append((str(day), [one for one in months if one != FEBRUARY]))
        if FEBRUARY in months:
            found.append(("L", [FEBRUARY]))
    if {-1, 31} & set(repeat.days):
        found.append(("L", months))
    return [one for one in found if one[1]]


# --- written out ------------------------------------------------------------

ENDS = {
    "a month end moved to before the end, from after it": "2026-10-29",
    "an rrule with UNTIL in UTC": "2026-01-04 09:00:00",
    "an rrule with UNTIL as a date, that day included": "2026-01-04",
}
"""Ends as a user of the peers would set them."""

AND = "AND "
"""Before a cron of croniter: its ``day_or`` is False."""
LONG, SHORT = "1,3,5,7,8,10,12", "4,6,9,11"
LEAP, COMMON = "2024/4", "2025/4,2026/4,2027/4"
CRONITER_LEAP, CRONITER_COMMON = "2024-2099/4", "2025-2099/4,2026-2099/4,2027-2099/4"


def _last_weekday(hour: int) -> dict[str, Rules]:
    """Return the last of Monday to Friday in a month: a day before a weekend, by month length."""
    friday = {"day_of_week": "fri", "hour": hour}
    return {
        "dateutil": [f"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR={hour};BYMINUTE=0"],
        "APScheduler": [
            by_cron(day="last", day_of_week="mon-fri", hour=hour),
            by_cron(month=LONG, day="29-30", **friday),
            by_cron(month=SHORT, day="28-29", **friday),
            by_cron(year=COMMON, month=2, day="26-27", **friday),
            by_cron(year=LEAP, month=2, day="27-28", **friday),
        ],
        "croniter": [
            f"{AND}0 {hour} L * 1-5",
            f"{AND}0 {hour} 29-30 {LONG} 5",
            f"{AND}0 {hour} 28-29 {SHORT} 5",
            f"{AND}0 {hour} 26-27 2 5 0 {CRONITER_COMMON}",
            f"{AND}0 {hour} 27-28 2 5 0 {CRONITER_LEAP}",
        ],
        "cronsim": [f"0 {hour} LW * *"],
    }


def _weekdays(hour: int, minute: int = 0, days: str = "mon-fri") -> dict[str, Rules]:
    ical = "SU,MO,TU,WE,TH" if days.startswith("sun") else "MO,TU,WE,TH,FR"
    cron = f"{minute} {hour} * * " + ("0-4" if days.startswith("sun") else "1-5")
    return {
        "dateutil": [f"FREQ=WEEKLY;BYDAY={ical}"],
        "APScheduler": [by_cron(day_of_week=days, hour=hour, minute=minute)],
        "croniter": [cron],
        "cronsim": [cron],
    }


def _same(cron: str, *triggers: Trigger) -> dict[str, Rules]:
    return {"APScheduler": triggers, "croniter": [cron], "cronsim": [cron]}


def _cron_case(ical: Sequence[str], *triggers: Trigger) -> dict[str, Rules]:
    """Return what the two that are no crons are given for a cron."""
    return {"dateutil": ical, "APScheduler": triggers}


NINE = ";BYHOUR=9;BYMINUTE=0"
TWO_HOURLY = "FREQ=DAILY;BYHOUR=0,2,4,6,8,10,12,14,16,18,20,22;BYMINUTE=0"
FORTNIGHT = {"weeks": 2, "hour": 9}

ONCE_A_FOLD = {
    "daily 01:30 New York across the autumn fold": [(1, 30)],
    "daily 02:30 Berlin across the autumn fold": [(2, 30)],
    "daily 01:45 Lord Howe across its half-hour fold": [(1, 45)],
    "daily 23:30 São Paulo, before a midnight that comes twice": [(23, 30)],
    "daily 02:30 Casablanca before Ramadan 2025": [(2, 30)],
    "daily 01:30 Dublin, whose winter is the exception": [(1, 30)],
    "a cron at 01:30 New York across the fold": [(1, 30)],
    "an rrule at 01:30 and 13:30 across the fold": [(1, 30), (13, 30)],
}
"""Where a CalendarIntervalTrigger fires once and a CronTrigger twice."""

WRITTEN: dict[str, dict[str, Rules]] = {
    "a report every 90 minutes round the clock": {
        "croniter": ["0 */3 * * *", "30 1-23/3 * * *"],
        "cronsim": ["0 */3 * * *", "30 1-23/3 * * *"],
    },
    "a six-hourly cron from ten past seven on": _cron_case(
        ["FREQ=DAILY;BYHOUR=0,6,12,18;BYMINUTE=0"], by_cron(hour="*/6")
    ),
    # crons across gaps and folds
    "a cron at 02:30 New York across the gap": _cron_case(
        ["FREQ=DAILY;BYHOUR=2;BYMINUTE=30"], by_cron(hour=2, minute=30)
    ),
    "a cron at 01:30 New York across the fold": {"dateutil": ["FREQ=DAILY;BYHOUR=1;BYMINUTE=30"]},
    "a cron of every hour at the fold: each real hour": _cron_case(
        ["FREQ=HOURLY;BYMINUTE=30"], by_cron(minute=30)
    ),
    "a cron of every second hour at Berlin's fold: hour 2 twice": _cron_case(
        [TWO_HOURLY], by_cron(hour="*/2")
    ),
    "a cron of every second hour at Berlin's gap: no hour 2": _cron_case(
        [TWO_HOURLY], by_cron(hour="*/2")
    ),
    "a cron whose times in and after a gap meet": _cron_case(
        ["FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30"], by_cron(hour="2,3", minute="0,30")
    ),
    "an rrule of every 12 hours across New York's gap": _same(
        "0 8-23/12 * * *", Trigger("IntervalTrigger", {"hours": 12})
    ),
    "an rrule by day at 02:30 New York across the gap": _same(
        "30 2 * * *", by_cron(hour=2, minute=30)
    ),
    "an rrule at 01:30 and 13:30 across the fold": _same("30 1,13 * * *"),
    # crons
    "a cron with names: weekdays of January and July": _cron_case(
        [f"FREQ=DAILY;BYMONTH=1,7;BYDAY=MO,TU,WE,TH,FR{NINE}"],
        by_cron(month="jan,jul", day_of_week="mon-fri", hour=9),
    ),
    "a cron with L: the last day": _cron_case(
        ["FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=18;BYMINUTE=0"], by_cron(day="last", hour=18)
    ),
    "a cron with #: options expire on the third Friday": _cron_case(
        ["FREQ=MONTHLY;BYDAY=3FR;BYHOUR=10;BYMINUTE=0"], by_cron(day="3rd fri", hour=10)
    ),
    "a cron with 5L: the last Friday": {
        **_cron_case(
            ["FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=17;BYMINUTE=0"], by_cron(day="last fri", hour=17)
        ),
        "croniter": ["0 17 * * L5"],
    },
    "a cron with LW: the last weekday of the month": _last_weekday(9),
    "a cron with both days named: the 1st, the 15th or a Friday": _cron_case(
        [f"FREQ=MONTHLY;BYMONTHDAY=1,15{NINE}", f"FREQ=WEEKLY;BYDAY=FR{NINE}"],
        by_cron(day="1,15", hour=9),
        by_cron(day_of_week="fri", hour=9),
    ),
    "a cron with a starred day and a weekday: both must hold": _cron_case(
        [f"FREQ=MONTHLY;BYMONTHDAY=1,11,21,31;BYDAY=MO{NINE}"],
        by_cron(day="*/10", day_of_week="mon", hour=9),
    ),
    "a cron of office hours, every second hour": _cron_case(
        ["FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=8,10,12,14,16,18;BYMINUTE=0"],
        by_cron(day_of_week="mon-fri", hour="8-18/2"),
    ),
    "a cron with Sunday as 7": _cron_case(
        ["FREQ=WEEKLY;BYDAY=SU;BYHOUR=6;BYMINUTE=30"], by_cron(day_of_week="sun", hour=6, minute=30)
    ),
    "a cron on 29 February, leap years only": _cron_case(
        ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"], by_cron(month=2, day=29)
    ),
    # rrules
    "an rrule of the last Friday": {
        **_same("0 9 * * 5L", by_cron(day="last fri", hour=9)),
        "croniter": ["0 9 * * L5"],
    },
    "an rrule of the last weekday": _last_weekday(9),
    "RFC 5545: every other Tuesday and Sunday, weeks from Monday": {
        "APScheduler": [
            by_calendar(**FORTNIGHT, start_date="1997-08-05", end_date="1997-08-24"),
            by_calendar(**FORTNIGHT, start_date="1997-08-10", end_date="1997-08-24"),
        ]
    },
    "RFC 5545: every other Tuesday and Sunday, weeks from Sunday": {
        "APScheduler": [
            by_calendar(**FORTNIGHT, start_date="1997-08-05", end_date="1997-08-31"),
            by_calendar(**FORTNIGHT, start_date="1997-08-17", end_date="1997-08-31"),
        ]
    },
    "RFC 5545: the presidential election": {
        "APScheduler": [by_cron(year="1996/4", month=11, day="2-8", day_of_week="tue", hour=9)],
        "croniter": [f"{AND}0 9 2-8 11 2 0 1996-2099/4"],
    },
    "an rrule of Friday the 13th": {
        "APScheduler": [by_cron(day=13, day_of_week="fri", hour=9)],
        "croniter": [f"{AND}0 9 13 * 5"],
    },
    "an rrule on the 31st, which months without one leave out": _same(
        "0 9 31 * *", by_cron(day=31, hour=9)
    ),
    "an rrule of the Monday of ISO week 53": {
        "APScheduler": [by_cron(week=53, day_of_week="mon", hour=9)]
    },
    "an rrule of the 100th and the last day of the year": {
        "APScheduler": [
            by_cron(year=LEAP, month=4, day=9, hour=9),
            by_cron(year=COMMON, month=4, day=10, hour=9),
            by_cron(month=12, day=31, hour=9),
        ],
        "croniter": [
            f"0 9 9 4 * 0 {CRONITER_LEAP}",
            f"0 9 10 4 * 0 {CRONITER_COMMON}",
            "0 9 31 12 *",
        ],
    },
    "an rrule with UNTIL in UTC": {
        "dateutil": ["FREQ=DAILY"],
        **_same("0 9 * * *", by_cron(hour=9)),
    },
    "an rrule with UNTIL as a date, that day included": {
        "dateutil": ["FREQ=DAILY"],
        **_same("0 9 * * *", by_cron(hour=9)),
    },
    # weekends, and days that are named
    "a month end moved to before the end, from after it": _last_weekday(9),
    "daily in Saudi Arabia, whose weekend is Friday and Saturday": _weekdays(
        9, days="sun,mon,tue,wed,thu"
    ),
    "daily, the weekend's runs made one on Monday": _weekdays(9),
    "daily, the weekend's runs made one on Friday": _weekdays(9),
    "moved off a weekend with a gap: Monday at the wall time": _weekdays(2, 30),
    "the 15th, or the Monday after a weekend": {
        "dateutil": ["FREQ=MONTHLY;BYMONTHDAY=15,16,17;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1"],
        "APScheduler": [
            by_cron(day=15, day_of_week="mon-fri", hour=9),
            by_cron(day="16-17", day_of_week="mon", hour=9),
        ],
        "croniter": [f"{AND}0 9 15 * 1-5", f"{AND}0 9 16-17 * 1"],
    },
    "the last day of the month, or the Friday before a weekend": _last_weekday(9),
    "the last day of the month, or the Monday after a weekend": {
        "dateutil": [
            "FREQ=MONTHLY;BYMONTHDAY=-1;BYDAY=MO,TU,WE,TH,FR",
            "FREQ=MONTHLY;BYMONTHDAY=1,2;BYDAY=MO",
        ],
        "APScheduler": [
            by_cron(day="last", day_of_week="mon-fri", hour=9),
            by_cron(day="1-2", day_of_week="mon", hour=9),
        ],
        "croniter": [f"{AND}0 9 L * 1-5", f"{AND}0 9 1-2 * 1"],
    },
    "every 30 minutes, never on a weekend": {
        "dateutil": ["FREQ=MINUTELY;INTERVAL=30;BYDAY=MO,TU,WE,TH,FR"],
        **_same("*/30 * * * 1-5", by_cron(day_of_week="mon-fri", minute="*/30")),
    },
    "moved onto a worked Sunday with a gap": {
        "dateutil": ["FREQ=WEEKLY;BYDAY=MO", "RDATE=2026-03-08 02:30", "EXDATE=2026-03-09 02:30"],
        "APScheduler": [
            Trigger("DateTrigger", {"run_date": "2026-03-08 02:30:00"}),
            by_cron(day_of_week="mon", hour=2, minute=30, start_date="2026-03-10 00:00:00"),
        ],
    },
    "daily but for two days that are named": {
        "dateutil": ["FREQ=DAILY", "EXDATE=2026-07-24 09:00", "EXDATE=2026-07-27 09:00"],
        "APScheduler": [
            by_cron(hour=9, end_date="2026-07-24 00:00:00"),
            by_cron(hour=9, start_date="2026-07-25 00:00:00", end_date="2026-07-27 00:00:00"),
            by_cron(hour=9, start_date="2026-07-28 00:00:00"),
        ],
        "croniter": [
            "0 9 * * * 0 2020-2025,2027-2099",
            "0 9 * 1-6,8-12 * 0 2026",
            "0 9 1-23,25-26,28-31 7 * 0 2026",
        ],
    },
    "a works holiday, by extra days alone": {
        "dateutil": [
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            "EXDATE=2026-07-24 09:00",
            "EXDATE=2026-07-27 09:00",
        ],
        "APScheduler": [
            by_cron(day_of_week="mon-fri", hour=9, end_date="2026-07-24 00:00:00"),
            by_cron(day_of_week="mon-fri", hour=9, start_date="2026-07-28 00:00:00"),
        ],
        "croniter": [
            "0 9 * * 1-5 0 2020-2025,2027-2099",
            "0 9 * 1-6,8-12 1-5 0 2026",
            f"{AND}0 9 1-23,28-31 7 1-5 0 2026",
        ],
    },
}

for _name, _times in ONCE_A_FOLD.items():
    WRITTEN.setdefault(_name, {})["APScheduler"] = [
        by_calendar(days=1, hour=hour, minute=minute) for hour, minute in _times
    ]
