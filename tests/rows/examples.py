"""What each rule of date-field tasks says, by its smallest example; the model is the judge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.rows.dates import Timing
from tests.rows.trial import Trial
from tests.schedule.oracle import PlainDays

Open = Callable[..., Trial]
Example = Callable[[Open], None]
NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)  # a Tuesday
HOUR = timedelta(hours=1)
DAILY = {"repeatType": "day"}
HOURLY = {"repeatType": "hour"}
ON_TIME = {"offsetType": 0}


def task(zone: str = "UTC", days: PlainDays | None = None, **timing: Any) -> Timing:
    return Timing(
        {"startField": "at", **timing}, ZoneInfo(zone), ZoneInfo(zone), days or PlainDays()
    )


def naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def hours(*numbers: float) -> list[datetime]:
    return [NOW + number * HOUR for number in numbers]


# --- the examples


def d1_a_month_before_a_day_that_the_month_lacks(begin: Open) -> None:
    offset = {"offsetType": -1, "offset": 1, "offsetUnit": "month", "time": "09:00"}
    trial = begin(task(startField="day", startOffset=offset), now=datetime(2026, 2, 27, tzinfo=UTC))
    trial.put(day=date(2026, 3, 31))
    trial.look_at(datetime(2026, 2, 28, 9, tzinfo=UTC), datetime(2026, 3, 3, 9, tzinfo=UTC))


def d1_an_end_field_that_is_a_date(begin: Open) -> None:
    trial = begin(task(repeat=HOURLY, endField="until"))
    trial.put(at=naive(NOW + 13 * HOUR), until=NOW.date())
    trial.look_at(*hours(13, 14, 15, 16, 17))


def d1_a_column_in_the_zone_of_its_database(begin: Open) -> None:
    timing = task("Europe/Berlin")._replace(column_zone=ZoneInfo("America/New_York"))
    trial = begin(timing)
    trial.put(at=datetime(2026, 3, 3, 9))
    trial.look_at(*hours(1, 6, 8))


def d1_no_date(begin: Open) -> None:
    trial = begin(task())
    trial.put(at=None)
    trial.look_at(*hours(1, 30))


def d1_hours_after_an_instant_across_a_fold(begin: Open) -> None:
    """02:30 and an hour is the second 02:30, an hour later."""
    offset = {"offsetType": 1, "offset": 1, "offsetUnit": "hour"}
    trial = begin(
        task("Europe/Berlin", startOffset=offset), now=datetime(2026, 10, 24, 20, tzinfo=UTC)
    )
    trial.put(at=datetime(2026, 10, 25, 2, 30))
    trial.look_at(
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    )


def d1_an_aware_instant_in_the_second_pass_of_a_fold(begin: Open) -> None:
    trial = begin(
        task("Europe/Berlin", startField="stamp"),
        now=datetime(2026, 10, 24, 20, tzinfo=UTC),
        kind="postgresql",
    )
    at = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    trial.put(stamp=at)
    trial.look_at(at - HOUR, at)


def d1_a_cycle_of_days_from_the_second_pass_of_a_fold(begin: Open) -> None:
    trial = begin(
        task("Europe/Berlin", startField="stamp", repeat={"repeatType": "day"}),
        now=datetime(2026, 10, 24, 20, tzinfo=UTC),
        kind="postgresql",
    )
    at = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    trial.put(stamp=at)
    trial.look_at(at - HOUR, at, at + 24 * HOUR)


def d2_a_row_that_the_filter_holds_back(begin: Open) -> None:
    trial = begin(task())
    trial.put(at=naive(NOW + HOUR), name="held")
    trial.put(2, at=naive(NOW + HOUR), name=None)
    trial.look_at(*hours(0.5, 1, 2))


def d3_a_day_off_moves_the_row(begin: Open) -> None:
    days = PlainDays(frozenset({date(2026, 3, 4), date(2026, 3, 5)}))
    trial = begin(task(days=days, skipHoliday=1))
    trial.put(at=naive(NOW + 25 * HOUR))
    trial.look_at(*hours(25, 49, 73))


def d4_a_row_that_appears_after_its_instant(begin: Open) -> None:
    """At the sweep, at the latest."""
    trial = begin(task(), grace=timedelta(days=1))
    trial.look_at(*hours(2))
    trial.put(at=naive(NOW + HOUR))
    trial.look_at(*hours(2.1, 2.2))


def d4_at_the_next_scan(begin: Open) -> None:
    trial = begin(task())
    trial.look_at(*hours(2))
    trial.put(at=naive(NOW + HOUR))
    trial.later(timedelta(seconds=10))
    trial.look()


def d5_a_moved_row_fires_at_its_new_place_alone(begin: Open) -> None:
    trial = begin(task())
    trial.put(at=naive(NOW + HOUR))
    trial.look_at(*hours(0.5))
    trial.edit(at=naive(NOW + 2 * HOUR))
    trial.look_at(*hours(1, 2, 3))


def d5_a_held_row_and_a_deleted_one(begin: Open) -> None:
    trial = begin(task())
    for key in (1, 2):
        trial.put(key, at=naive(NOW + HOUR))
    trial.look_at(*hours(0.5))
    trial.edit(1, name="held")
    trial.delete_row(2)
    trial.look_at(*hours(1, 2))


def d5_a_stale_run_keeps_the_new_one_from_nothing(begin: Open) -> None:
    """The row moved while no runtime ran, and both its old and its new instant have come."""
    trial = begin(task())
    trial.put(at=naive(NOW + HOUR))
    trial.look_at(*hours(0.5))
    trial.down()
    trial.edit(at=naive(NOW + 2 * HOUR))
    trial.later(3 * HOUR)
    trial.up()


def d6_within_grace_and_beyond_it(begin: Open) -> None:
    trial = begin(task(), grace=2 * HOUR)
    trial.look_at(*hours(5))
    trial.put(1, at=naive(NOW + 4 * HOUR))
    trial.put(2, at=naive(NOW + 2 * HOUR))
    trial.look_at(*hours(5.1, 5.2))


def d6_not_before_the_activation(begin: Open) -> None:
    trial = begin(task())
    trial.put(at=naive(NOW - HOUR))
    trial.look_at(*hours(0.1, 1))


def d6_all_since_the_last_scan(begin: Open) -> None:
    """Also what is older than grace."""
    trial = begin(task(), grace=timedelta(minutes=10))
    trial.put(at=naive(NOW + 2 * HOUR))
    trial.down()
    trial.later(5 * HOUR)
    trial.up()


def d7_enabled_again(begin: Open) -> None:
    trial = begin(task())
    trial.write_task(enabled=False)
    trial.put(at=naive(NOW + HOUR))
    trial.look_at(*hours(2))
    trial.write_task(enabled=True)
    trial.look_at(*hours(2.5, 3))


def d7_a_restart_is_no_activation(begin: Open) -> None:
    trial = begin(task())
    trial.put(at=naive(NOW + 2 * HOUR))
    trial.down()
    trial.later(3 * HOUR)
    trial.up()


def d7_a_timing_edited_while_no_runtime_runs(begin: Open) -> None:
    trial = begin(task())
    trial.put(at=naive(NOW + 2 * HOUR))
    trial.down()
    trial.write_task(
        timing=task(startOffset={"offsetType": 1, "offset": 5, "offsetUnit": "minute"})
    )
    trial.later(3 * HOUR)
    trial.up()


def d7_a_filter_edited_while_no_runtime_runs(begin: Open) -> None:
    """What came due meanwhile fires, and what the new filter lets in of before does not."""
    trial = begin(task())
    trial.put(at=naive(NOW + 2 * HOUR))
    trial.put(2, at=naive(NOW + HOUR), name="held")
    trial.put(3, at=naive(NOW + 2 * HOUR), name="held")
    trial.look_at(*hours(1.5))
    trial.down()
    trial.write_task(holds="none")
    trial.later(3 * HOUR)
    trial.up()


def d7_a_filter_edited_after_scans_that_failed(begin: Open) -> None:
    """What came due since the last scan that succeeded fires, late."""
    trial = begin(task())
    trial.put(at=naive(NOW + HOUR))
    trial.look_at(*hours(0.5))
    trial.driver.outage.on = True
    trial.later(HOUR)
    trial.driver.tick()
    trial.down()
    trial.driver.outage.on = False
    trial.write_task(holds="none")
    trial.up()


def d7_a_nominal_before_the_activation_that_a_holiday_moves_past_it(begin: Open) -> None:
    days = PlainDays(frozenset({NOW.date()}))
    trial = begin(task(days=days, skipHoliday=1))
    trial.put(at=naive(NOW - HOUR))
    trial.look_at(*hours(22.5, 23, 24))


def d8_the_latest_of_a_repeat_and_the_others_counted(begin: Open) -> None:
    trial = begin(task(repeat=HOURLY, endTime="2026-03-09 00:00:00"))
    trial.put(at=naive(NOW + 5 * HOUR))
    trial.look_at(*hours(1))
    trial.down()
    trial.later(9.5 * HOUR)
    trial.up()
    trial.look_at(*hours(11, 12))


def d8_skip(begin: Open) -> None:
    trial = begin(task(), misfire="skip")
    trial.put(at=naive(NOW + 3 * HOUR))
    trial.down()
    trial.later(5 * HOUR)
    trial.up()


def d8_what_waited_before_the_downtime(begin: Open) -> None:
    trial = begin(task(repeat=HOURLY, endTime="2026-03-09 00:00:00"))
    trial.put(at=naive(NOW + HOUR))
    trial.look_at(*hours(0.5))
    trial.down()
    trial.later(4 * HOUR)
    trial.up()


def d8_what_waited_before_the_downtime_is_late(begin: Open) -> None:
    trial = begin(task())
    trial.put(at=naive(NOW + HOUR))
    trial.look_at(*hours(0.5))
    trial.down()
    trial.later(4 * HOUR)
    trial.up()


def d8_what_waited_before_the_downtime_with_skip(begin: Open) -> None:
    trial = begin(task(), misfire="skip")
    trial.put(at=naive(NOW + HOUR))
    trial.look_at(*hours(0.5))
    trial.down()
    trial.later(4 * HOUR)
    trial.up()


def d8_while_the_database_was_away(begin: Open) -> None:
    trial = begin(task(repeat=HOURLY, endTime="2026-03-09 00:00:00"))
    trial.put(at=naive(NOW + 3 * HOUR))
    trial.look_at(*hours(1))
    trial.away(1.5 * HOUR, HOUR, HOUR)
    trial.look_at(*hours(5, 6))


def d10_away_and_back(begin: Open) -> None:
    """I13."""
    trial = begin(task())
    trial.put(at=naive(NOW + HOUR))
    trial.look_at(*hours(0.5))
    trial.edit(at=naive(NOW + 1.4 * HOUR))
    trial.look_at(*hours(0.6))
    trial.edit(at=naive(NOW + HOUR))
    trial.look_at(*hours(1, 1.4, 2))


def d10_away_and_back_after_the_instant(begin: Open) -> None:
    trial = begin(task())
    trial.put(at=naive(NOW + HOUR))
    trial.look_at(*hours(0.5))
    trial.edit(at=naive(NOW + 2 * HOUR))
    trial.look_at(*hours(1))
    trial.edit(at=naive(NOW + HOUR))
    trial.look_at(*hours(1.2, 2))


EXAMPLES: dict[str, Example] = {
    name: example
    for name, example in globals().items()
    if name.startswith("d") and name[1:2].isdigit()
}
