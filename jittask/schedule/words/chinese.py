"""Schedules in Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from jittask.schedule.calendars import Calendar
from jittask.schedule.days import LAST
from jittask.schedule.offset import Offset
from jittask.schedule.roll import Direction
from jittask.schedule.words.parts import Speaker, amount, clock

if TYPE_CHECKING:
    from jittask.schedule.cron import EveryHour, FixedHours

_WEEKDAYS = "一二三四五六日"
_UNITS = {"second": "秒", "minute": "分钟", "hour": "小时", "day": "天", "week": "周",
          "month": "个月", "year": "年"}  # fmt: skip
_COUNTRIES = {
    "AU": "澳大利亚", "BR": "巴西", "CA": "加拿大", "CN": "中国", "DE": "德国", "ES": "西班牙",
    "FR": "法国", "GB": "英国", "HK": "香港", "IN": "印度", "IT": "意大利", "JP": "日本",
    "KR": "韩国", "MO": "澳门", "MX": "墨西哥", "MY": "马来西亚", "NL": "荷兰", "RU": "俄罗斯",
    "SG": "新加坡", "TH": "泰国", "TW": "台湾", "US": "美国", "VN": "越南",
}  # fmt: skip
_ROLLED = {
    Direction.NEXT: "顺延至下一个工作日",
    Direction.PREVIOUS: "提前至上一个工作日",
    Direction.SKIP: "不执行",
}


class Chinese(Speaker):
    """Says schedules in Chinese."""

    def delayed(self, seconds: float) -> str:
        return f"最多推迟 {seconds:g} 秒开始"

    def once(self, start: datetime, zone: str) -> str:
        return f"{self.date_and_time(start)}（{zone}）执行一次"

    def elapsed(self, count: int, unit: str, start: datetime, zone: str, times: int | None) -> str:
        said = f"从{self.date_and_time(start)}（{zone}）起，{self.every(count, unit)}执行一次"
        return said if times is None else f"{said}，共{times}次"

    def repeated(self, cycle: str, clock_time: time | None, start: datetime, zone: str) -> str:
        at = "" if clock_time is None else f" {clock(clock_time)}"
        said = f"{cycle}{at}".replace("） ", "）")
        return f"从{self.date(start.date())}起，{said}（{zone}）执行"

    def every(self, count: int, unit: str) -> str:
        word = _UNITS[unit]
        if count != 1:
            return f"每{count}{word}"
        return f"每{word.removeprefix('个')}"

    def on_weekdays(self, period: int, weekdays: tuple[int, ...]) -> str:
        days = _listed(_weekday(weekday) for weekday in weekdays)
        return f"每{days}" if period == 1 else f"{self.every(period, 'week')}的{days}"

    def on_days(
        self, period: int, months: tuple[int, ...], days: tuple[int, ...], *, short: bool
    ) -> str:
        said = [f"{day}日" for day in days if day != LAST] + ["最后一天"] * (LAST in days)
        short_month = "（当月无此日则为当月最后一天）" if short else ""
        return self._in(period, months, _listed(said)) + short_month

    def on_nth(
        self, period: int, months: tuple[int, ...], weeks: tuple[int, ...],
        weekdays: tuple[int, ...],
    ) -> str:  # fmt: skip
        which = [f"第{week}个" for week in weeks if week != LAST] + ["最后一个"] * (LAST in weeks)
        days = [_weekday(weekday) for weekday in weekdays]
        if len(days) > 1:
            return self._in(period, months, _listed(week + day for week in which for day in days))
        return self._in(period, months, _listed(which) + days[0])

    def _in(self, period: int, months: tuple[int, ...], days: str) -> str:
        every = self.every(period, "year" if months else "month")
        if period != 1:
            every += "的"
        named = _listed(f"{month}月" for month in months)
        between = "的" if len(months) > 1 or (months and not days[0].isdigit()) else ""
        return f"{every}{named}{between}{days}"

    def cron(self, cycle: FixedHours | EveryHour) -> str:
        return f"按 cron 表达式 {' '.join(cycle.cron.split())}"

    def rrule(self, text: str) -> str:
        return f"按规则 {text}"

    def until(self, moment: str) -> str:
        return f"，至{_apart(moment)}止"

    def date(self, day: date) -> str:
        return f"{day.year}年{day.month}月{day.day}日"

    def date_and_time(self, wall: datetime) -> str:
        return f"{self.date(wall.date())} {clock(wall.time())}"

    def days_off(self, calendar: Calendar | None, *, weekends: bool) -> str:
        days = [] if calendar is None else [_holidays(calendar)]
        return "或".join(days + ["周末"] * weekends)

    def rolled(self, days: str, direction: Direction) -> str:
        return f"；遇{days}{_ROLLED[direction]}"

    def at_field(self, name: str, offset: Offset, zone: str) -> str:
        return f"在{self.field(name, offset)}（{zone}）执行"

    def field(self, name: str, offset: Offset) -> str:
        found, named = amount(offset), _apart(_after(name))
        at = f" {clock(offset.at)}" if offset.at else ""
        if found is None:
            return f"{named}当天{at}" if at else f"{named}所示时间"
        count, unit = found
        return f"{named}的{abs(count)}{_UNITS[unit]}{'后' if count > 0 else '前'}{at}"

    def end_field(self, name: str, offset: Offset) -> str:
        return self.field(name, offset) if amount(offset) or offset.at else _after(name)

    def then(self, every: str) -> str:
        return f"，此后{_apart(every)}重复"

    def quoted(self, pattern: str) -> str:
        return f"（{pattern}）" if pattern else ""


def _weekday(number: int) -> str:
    return f"周{_WEEKDAYS[number - 1]}"


def _listed(words: Iterable[str]) -> str:
    return "、".join(words)


def _apart(said: str) -> str:
    """Set Latin text off from the Chinese that follows."""
    return f"{said} " if said[-1].isascii() else said


def _after(said: str) -> str:
    """Set Latin text off from the Chinese before it."""
    return f" {said}" if said[0].isascii() else said


def _holidays(calendar: Calendar) -> str:
    extras = "（含自定义日期）" if calendar.extra_holidays or calendar.extra_workdays else ""
    if calendar.market is not None:
        return f" {calendar.market} 休市日{extras}"
    if calendar.country is None:
        return "自定义节假日"
    if calendar.subdivision is not None:
        return f" {calendar.label} 法定节假日{extras}"
    return f"{_COUNTRIES.get(calendar.country, f' {calendar.country} ')}法定节假日{extras}"
