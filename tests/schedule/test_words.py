"""What every kind of schedule is called, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer
from jittask.schedule.words import Language, in_words

START = "2026-01-05 09:00:00"
Config = Mapping[str, object]


def every(repeat_type: str, **repeat: object) -> Config:
    return {"startTime": START, "repeat": {"repeatType": repeat_type, **repeat}}


def of(config: Config, **more: object) -> Config:
    return {**config, **more}


# Each line: timerCfg, the English and the Chinese sentence. Zone UTC, calendar CN.
SCHEDULED: list[tuple[Config, str, str]] = [
    ({"startTime": START}, "once on 5 January 2026 at 09:00 UTC", "2026年1月5日 09:00（UTC）执行一次"),
    ({"startTime": "2026-01-05 09:00:30"}, "once on 5 January 2026 at 09:00:30 UTC", "2026年1月5日 09:00:30（UTC）执行一次"),
    # elapsed time
    (every("minute"), "every minute from 5 January 2026 at 09:00 UTC", "从2026年1月5日 09:00（UTC）起，每分钟执行一次"),
    (every("minute", period=7), "every 7 minutes from 5 January 2026 at 09:00 UTC", "从2026年1月5日 09:00（UTC）起，每7分钟执行一次"),
    (every("minute", period=120), "every 2 hours from 5 January 2026 at 09:00 UTC", "从2026年1月5日 09:00（UTC）起，每2小时执行一次"),
    (every("hour"), "every hour from 5 January 2026 at 09:00 UTC", "从2026年1月5日 09:00（UTC）起，每小时执行一次"),
    (every("custom", rrule="FREQ=SECONDLY;INTERVAL=10;COUNT=1200"), "every 10 seconds from 5 January 2026 at 09:00 UTC, 1,200 times", "从2026年1月5日 09:00（UTC）起，每10秒执行一次，共1200次"),
    # days and weeks
    (every("day"), "every day at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每天 09:00（UTC）执行"),
    (every("day", period=3), "every 3 days at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每3天 09:00（UTC）执行"),
    (every("week"), "every week on Monday at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每周一 09:00（UTC）执行"),
    (every("week", weekday=[1, 3, 5]), "every week on Monday, Wednesday and Friday at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每周一、周三、周五 09:00（UTC）执行"),
    (every("week", period=2, weekday=[1, 7]), "every 2 weeks on Monday and Sunday at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每2周的周一、周日 09:00（UTC）执行"),
    # months by day
    (every("month"), "every month on the 5th at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每月5日 09:00（UTC）执行"),
    (every("month", day=[1, 2, 3, 11, 22]), "every month on the 1st, the 2nd, the 3rd, the 11th and the 22nd at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每月1日、2日、3日、11日、22日 09:00（UTC）执行"),
    (every("month", day=-1), "every month on the last day at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每月最后一天 09:00（UTC）执行"),
    (every("month", day=[15, -1], period=3), "every 3 months on the 15th and the last day at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每3个月的15日、最后一天 09:00（UTC）执行"),
    (every("month", day=31), "every month on the 31st (or the last day of a shorter month) at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每月31日（当月无此日则为当月最后一天）09:00（UTC）执行"),
    # months by week
    (every("month", subType="week", week=2, weekday=2), "every month on the 2nd Tuesday at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每月第2个周二 09:00（UTC）执行"),
    (every("month", week=[1, -1], weekday=5), "every month on the 1st and last Friday at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每月第1个、最后一个周五 09:00（UTC）执行"),
    (every("month", week=1, weekday=[1, 5], period=2), "every 2 months on the 1st Monday and 1st Friday at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每2个月的第1个周一、第1个周五 09:00（UTC）执行"),
    # years
    (every("year"), "every year on the 5th of January at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每年1月5日 09:00（UTC）执行"),
    (every("year", month=[1, 7], day=[1, 15]), "every year on the 1st and the 15th of January and July at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每年1月、7月的1日、15日 09:00（UTC）执行"),
    (every("year", month=2, day=-1), "every year on the last day of February at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每年2月的最后一天 09:00（UTC）执行"),
    (every("year", month=2, day=29), "every year on the 29th of February (or the last day of a shorter month) at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每年2月29日（当月无此日则为当月最后一天）09:00（UTC）执行"),
    (every("year", month=[1, 3], day=31), "every year on the 31st of January and March at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每年1月、3月的31日 09:00（UTC）执行"),
    (every("year", month=11, week=4, weekday=4), "every year on the 4th Thursday of November at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每年11月的第4个周四 09:00（UTC）执行"),
    (every("year", period=4, month=[6, 12], day=1), "every 4 years on the 1st of June and December at 09:00 UTC from 5 January 2026", "从2026年1月5日起，每4年的6月、12月的1日 09:00（UTC）执行"),
    # custom
    (every("custom", cron="30 9 * * 1-5"), "at 09:30 on Monday through Friday (cron 30 9 * * 1-5) in UTC from 5 January 2026", "从2026年1月5日起，按 cron 表达式 30 9 * * 1-5（UTC）执行"),
    (every("custom", cron=" */5  * * * * "), "every fifth minute of every hour (cron */5 * * * *) in UTC from 5 January 2026", "从2026年1月5日起，按 cron 表达式 */5 * * * *（UTC）执行"),
    (every("custom", rrule="FREQ=MONTHLY;BYDAY=-1FR"), "by the rule FREQ=MONTHLY;BYDAY=-1FR at 09:00 UTC from 5 January 2026", "从2026年1月5日起，按规则 FREQ=MONTHLY;BYDAY=-1FR 09:00（UTC）执行"),
    (every("custom", rrule="FREQ=DAILY;BYHOUR=9,17"), "by the rule FREQ=DAILY;BYHOUR=9,17 in UTC from 5 January 2026", "从2026年1月5日起，按规则 FREQ=DAILY;BYHOUR=9,17（UTC）执行"),
    # ends
    (of(every("day"), endTime="2026-12-31"), "every day at 09:00 UTC from 5 January 2026 until 31 December 2026", "从2026年1月5日起，每天 09:00（UTC）执行，至2026年12月31日止"),
    (of(every("hour"), endTime="2026-12-31 18:00:00"), "every hour from 5 January 2026 at 09:00 UTC until 31 December 2026 at 18:00", "从2026年1月5日 09:00（UTC）起，每小时执行一次，至2026年12月31日 18:00 止"),
    # rolls
    (of(every("day"), skipHoliday=1), "every day at 09:00 UTC from 5 January 2026, moved to the next working day on Chinese holidays", "从2026年1月5日起，每天 09:00（UTC）执行；遇中国法定节假日顺延至下一个工作日"),
    (of(every("day"), skipHoliday=1, skipWeekend=1, holidayRoll="previous"), "every day at 09:00 UTC from 5 January 2026, moved to the previous working day on Chinese holidays and weekends", "从2026年1月5日起，每天 09:00（UTC）执行；遇中国法定节假日或周末提前至上一个工作日"),
    (of(every("day"), skipWeekend=1, holidayRoll="skip"), "every day at 09:00 UTC from 5 January 2026, but not on weekends", "从2026年1月5日起，每天 09:00（UTC）执行；遇周末不执行"),
    (of(every("hour"), skipHoliday=1), "every hour from 5 January 2026 at 09:00 UTC, but not on Chinese holidays", "从2026年1月5日 09:00（UTC）起，每小时执行一次；遇中国法定节假日不执行"),
    (of(every("day"), endTime="2026-12-31", skipHoliday=1), "every day at 09:00 UTC from 5 January 2026 until 31 December 2026, moved to the next working day on Chinese holidays", "从2026年1月5日起，每天 09:00（UTC）执行，至2026年12月31日止；遇中国法定节假日顺延至下一个工作日"),
]  # fmt: skip

# Each line: a calendar, and what its days off are called.
CALENDARS: list[tuple[object, str, str]] = [
    ("CN", "Chinese holidays", "中国法定节假日"),
    ({"country": "CN", "extraHolidays": ["2026-05-06"]}, "Chinese holidays (with extra days)", "中国法定节假日（含自定义日期）"),
    ("DE-BE", "DE-BE holidays", " DE-BE 法定节假日"),
    ("SG", "holidays of Singapore", "新加坡法定节假日"),
    ("NZ", "holidays of New Zealand", " NZ 法定节假日"),
    ("XNYS", "holidays of the New York Stock Exchange", " XNYS 休市日"),
    ({"extraHolidays": ["2026-05-06"]}, "extra holidays", "自定义节假日"),
]  # fmt: skip


def offset(kind: int, amount: int, unit: str, time: str | None = None) -> Config:
    return {"offsetType": kind, "offset": amount, "offsetUnit": unit, "time": time}


def row(start: Config | None = None, **more: object) -> Config:
    return {"startField": "dueAt", "startOffset": start, **more}


ROWS: list[tuple[Config, str, str]] = [
    (row(), "on dueAt (UTC)", "在 dueAt 所示时间（UTC）执行"),
    (row(offset(0, 0, "day", "08:00")), "on dueAt at 08:00 UTC", "在 dueAt 当天 08:00（UTC）执行"),
    (row(offset(-1, 3, "day", "09:00")), "3 days before dueAt at 09:00 UTC", "在 dueAt 的3天前 09:00（UTC）执行"),
    (row(offset(1, 1, "day")), "1 day after dueAt (UTC)", "在 dueAt 的1天后（UTC）执行"),
    (row(offset(-1, 2, "week", "09:00")), "2 weeks before dueAt at 09:00 UTC", "在 dueAt 的2周前 09:00（UTC）执行"),
    (row(offset(1, 1, "month", "09:00")), "1 month after dueAt at 09:00 UTC", "在 dueAt 的1个月后 09:00（UTC）执行"),
    (row(offset(1, 90, "minute")), "90 minutes after dueAt (UTC)", "在 dueAt 的90分钟后（UTC）执行"),
    (row(offset(-1, 120, "minute")), "2 hours before dueAt (UTC)", "在 dueAt 的2小时前（UTC）执行"),
    # repeats
    (row(offset(0, 0, "day", "08:00"), repeat={"repeatType": "year"}), "on dueAt at 08:00 UTC, then every year", "在 dueAt 当天 08:00（UTC）执行，此后每年重复"),
    (row(repeat={"repeatType": "day"}), "on dueAt (UTC), then every day", "在 dueAt 所示时间（UTC）执行，此后每天重复"),
    (row(repeat={"repeatType": "month", "period": 2, "day": []}), "on dueAt (UTC), then every 2 months", "在 dueAt 所示时间（UTC）执行，此后每2个月重复"),
    (row(repeat={"repeatType": "week", "weekday": [1, 5]}), "on dueAt (UTC), then every week on Monday and Friday", "在 dueAt 所示时间（UTC）执行，此后每周一、周五重复"),
    (row(repeat={"repeatType": "month", "day": [1]}), "on dueAt (UTC), then every month on the 1st", "在 dueAt 所示时间（UTC）执行，此后每月1日重复"),
    (row(repeat={"repeatType": "custom", "cron": "0 9 1 * *"}), "on dueAt (UTC), then at 09:00 on the first day of every month (cron 0 9 1 * *)", "在 dueAt 所示时间（UTC）执行，此后按 cron 表达式 0 9 1 * * 重复"),
    (row(repeat={"repeatType": "custom", "rrule": "FREQ=WEEKLY"}), "on dueAt (UTC), then by the rule FREQ=WEEKLY", "在 dueAt 所示时间（UTC）执行，此后按规则 FREQ=WEEKLY 重复"),
    # what a row's own date completes is quoted, not guessed
    (row(repeat={"repeatType": "month", "week": [2]}), "on dueAt (UTC), then every month (week [2])", "在 dueAt 所示时间（UTC）执行，此后每月（week [2]）重复"),
    (row(repeat={"repeatType": "year", "day": [1]}), "on dueAt (UTC), then every year (day [1])", "在 dueAt 所示时间（UTC）执行，此后每年（day [1]）重复"),
    # ends
    (row(repeat={"repeatType": "hour"}, endTime="2026-12-31"), "on dueAt (UTC), then every hour until 31 December 2026", "在 dueAt 所示时间（UTC）执行，此后每小时重复，至2026年12月31日止"),
    (row(repeat={"repeatType": "day"}, endField="closedAt"), "on dueAt (UTC), then every day until closedAt", "在 dueAt 所示时间（UTC）执行，此后每天重复，至 closedAt 止"),
    (row(repeat={"repeatType": "day"}, endField="closedAt", endOffset=offset(1, 3, "day")), "on dueAt (UTC), then every day until 3 days after closedAt", "在 dueAt 所示时间（UTC）执行，此后每天重复，至 closedAt 的3天后止"),
    (row(repeat={"repeatType": "day"}, endField="closedAt", endOffset=offset(0, 0, "day", "18:00")), "on dueAt (UTC), then every day until 18:00 on closedAt", "在 dueAt 所示时间（UTC）执行，此后每天重复，至 closedAt 当天 18:00 止"),
    # rolls
    (row(offset(-1, 1, "day", "09:00"), skipHoliday=1), "1 day before dueAt at 09:00 UTC, moved to the next working day on Chinese holidays", "在 dueAt 的1天前 09:00（UTC）执行；遇中国法定节假日顺延至下一个工作日"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("config", "english", "chinese"), SCHEDULED, ids=[a for _, a, _ in SCHEDULED]
)
def test_scheduled(config: Config, english: str, chinese: str) -> None:
    timer = Timer.from_config(config, "UTC", "CN")
    assert in_words(timer) == english
    assert in_words(timer, Language.CHINESE) == chinese


@pytest.mark.parametrize(
    ("calendar", "english", "chinese"), CALENDARS, ids=[a for _, a, _ in CALENDARS]
)
def test_calendars(calendar: object, english: str, chinese: str) -> None:
    timer = Timer.from_config(
        of(every("day"), skipHoliday=1, holidayRoll="skip", calendar=calendar)
    )
    assert in_words(timer).endswith(f", but not on {english}")
    assert in_words(timer, Language.CHINESE).endswith(f"；遇{chinese}不执行")


def test_fields_of_rows_have_their_titles() -> None:
    config = {
        "startField": "due", "startOffset": {"offsetType": -1, "offset": 3, "offsetUnit": "day"},
        "endField": "over", "repeat": {"repeatType": "day"},
    }  # fmt: skip
    timer, titles = RowTimer.from_config(config, "UTC"), {"due": "Due date", "over": "到期日"}
    said = [in_words(timer, language, titles) for language in Language]
    assert said == [
        "3 days before Due date (UTC), then every day until 到期日",
        "在 Due date 的3天前（UTC）执行，此后每天重复，至到期日止",
    ]
    assert in_words(timer, titles={"due": "Due date"}).endswith("until over")


@pytest.mark.parametrize(("config", "english", "chinese"), ROWS, ids=[a for _, a, _ in ROWS])
def test_rows(config: Config, english: str, chinese: str) -> None:
    timer = RowTimer.from_config(config, "UTC", "CN")
    assert in_words(timer) == english
    assert in_words(timer, Language.CHINESE) == chinese


def test_a_row_that_is_named_has_a_schedule_of_its_own() -> None:
    from datetime import date

    config = row(offset(-1, 7, "day", "09:00"), repeat={"repeatType": "year"})
    timer = RowTimer.from_config(config, "Asia/Shanghai").timer(date(2026, 3, 8))
    assert timer is not None
    assert (
        in_words(timer) == "every year on the 1st of March at 09:00 Asia/Shanghai from 1 March 2026"
    )


@pytest.mark.parametrize("language", Language)
def test_the_zone_is_named(language: Language) -> None:
    assert "America/New_York" in in_words(
        Timer.from_config(every("day"), "America/New_York"), language
    )
