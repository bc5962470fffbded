"""Reads what every timer of a ``timerCfg`` has: its zone, and what holidays do (rule F4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from jittask import zonedata
from jittask.schedule.calendars import Calendar
from jittask.schedule.problems import Mistake, TimingProblem
from jittask.schedule.reader import Reader
from jittask.schedule.roll import Direction, Roll
from jittask.zonedata import find_zone

CalendarConfig = str | Mapping[str, object] | Calendar | None


@dataclass(frozen=True, slots=True)
class Frame:
    """The zone of every timer of a ``timerCfg``, and what holidays do."""

    zone: ZoneInfo
    roll: Roll | None


def read_frame(reader: Reader, zone: str | ZoneInfo, calendar: CalendarConfig) -> Frame:
    """Read the zone, and what holidays do; in UTC where the zone is wrong."""
    written_zone = reader.config.get("timezone")
    found = zone if isinstance(zone, ZoneInfo) else find_zone(zone)
    if written_zone is not None:
        found = find_zone(str(written_zone))
    if found is None:
        reader.problems.append(
            TimingProblem(
                "unknown-timezone",
                ("timezone",),
                f"expected an IANA time zone such as Europe/Berlin, got {written_zone or zone!r}",
                "the names are those of the tz database",
            )
        )
    return Frame(
        found or zonedata.zone("UTC"), reader.step(lambda: _read_roll(reader.config, calendar))
    )


def _read_roll(config: Mapping[str, object], calendar: CalendarConfig) -> Roll | None:
    holidays, weekends = bool(config.get("skipHoliday")), bool(config.get("skipWeekend"))
    written = config.get("calendar")
    found: Calendar | None = calendar if isinstance(calendar, Calendar) else None
    if written is not None:
        if not isinstance(written, str | Mapping):
            raise Mistake("unknown-calendar", ("calendar",), "expected a code or an object")
        found = _calendar(written)
    elif isinstance(calendar, str | Mapping) and (holidays or weekends):
        found = _calendar(calendar)
    if not holidays and not weekends:
        return None
    if found is None and holidays:
        raise Mistake(
            "holidays-without-calendar",
            ("skipHoliday",),
            "skipHoliday needs a calendar, and none is set",
            'set settings.calendar in app.json, for example "CN", "US-CA" or "XNYS"',
        )
    roll = config.get("holidayRoll", "next")
    if roll not in ("next", "previous", "skip"):
        raise Mistake(
            "bad-repeat", ("holidayRoll",), f"expected next, previous or skip, got {roll!r}"
        )
    return Roll(found or Calendar("weekends"), holidays, weekends, Direction(str(roll)))


def _calendar(config: str | Mapping[str, object]) -> Calendar:
    try:
        return Calendar.from_config(config)
    except Mistake as mistake:
        problem = mistake.problem
        deeper = problem.pointer if isinstance(config, Mapping) else ()
        raise Mistake(problem.code, ("calendar", *deeper), problem.message, problem.hint) from None
