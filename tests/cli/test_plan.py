"""``plan``: lists, a calendar file, a year at a glance; one code with the runtime (V4, T11)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from jittask import compile_tree
from jittask.compiler.compiled import ScheduledTask
from jittask.runtime.task_plan import plan_task
from tests.running import jittask, jittask_here
from tests.tree import Tree

pytestmark = pytest.mark.process
NOW = "2026-05-04T00:00:00+00:00"
ENV = {"JITTASK_NOW": NOW, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}
DAYS_OFF = {"extraHolidays": ["2026-05-06", "2026-05-07"]}


def plan(tree: Tree, *arguments: object, **env: str) -> str:
    done = jittask_here("plan", tree.root, *arguments, **{**ENV, **env})
    assert done.returncode == 0, done.stderr
    return done.stdout


def entries(tree: Tree, *arguments: object) -> list[dict]:
    return [json.loads(line) for line in plan(tree, "--format", "jsonl", *arguments).splitlines()]


@pytest.fixture
def week(tree: Tree) -> Tree:
    """Three tasks in two zones, one of which meets days off."""
    daily = {"repeatType": "day"}
    tree.scheduled("Daily", repeat=daily, timing={"skipHoliday": 1, "calendar": DAYS_OFF})
    skip = {"skipHoliday": 1, "calendar": DAYS_OFF, "holidayRoll": "skip"}
    tree.scheduled("Skips", repeat={"repeatType": "week", "weekday": [3, 5]}, timing=skip)
    tokyo = {"startTime": "2026-01-05 00:30:00", "timezone": "Asia/Tokyo"}
    tree.scheduled("Tokyo", repeat={"repeatType": "week", "weekday": 2}, timing=tokyo)
    tree.scheduled("Off", enable=0)
    return tree


def test_text(week: Tree) -> None:
    assert plan(week, "--to", "2026-05-08") == (
        "Mon 2026-05-04\n"
        "  09:00:00  tasks.Daily\n"
        "  15:30:00  tasks.Tokyo  (Tue 00:30 Asia/Tokyo)\n"
        "\n"
        "Tue 2026-05-05\n"
        "  09:00:00  tasks.Daily\n"
        "\n"
        "Fri 2026-05-08\n"
        "  09:00:00  tasks.Daily  moved from Wed 2026-05-06 (extra holiday); "
        "moved from Thu 2026-05-07 (extra holiday); 3 occurrences meet here\n"
        "  09:00:00  tasks.Skips\n"
    )


def test_all_shows_what_is_skipped(week: Tree) -> None:
    told = plan(week, "--all", "--task", "Skips", "--to", "2026-05-08")
    assert told.splitlines()[:2] == [
        "Wed 2026-05-06",
        "- 09:00:00  tasks.Skips  skipped: extra holiday",
    ]
    first, second = entries(week, "--all", "--task", "Skips", "--to", "2026-05-08")
    assert (first["effective"], first["merged"]) == (None, [])
    assert first["nominal"] == "2026-05-06T09:00:00+00:00"
    assert first["notes"] == [
        {
            "code": "skipped-holiday",
            "text": "skipped: extra holiday",
            "params": {"why": "extra holiday", "moved": "not-asked"},
        }
    ]
    assert second["effective"] == "2026-05-08T09:00:00+00:00"


def test_lines_of_json(week: Tree) -> None:
    found = entries(week, "--to", "2026-05-08")
    assert [(one["task"], one["effective"][:16]) for one in found] == [
        ("tasks.Daily", "2026-05-04T09:00"),
        ("tasks.Tokyo", "2026-05-04T15:30"),
        ("tasks.Daily", "2026-05-05T09:00"),
        ("tasks.Daily", "2026-05-08T09:00"),
        ("tasks.Skips", "2026-05-08T09:00"),
    ]
    keys = ["task", "row", "nominal", "effective", "local", "zone", "merged", "notes"]
    assert all(list(one) == keys for one in found)
    assert found[1] == {
        "task": "tasks.Tokyo",
        "row": None,
        "nominal": "2026-05-04T15:30:00+00:00",
        "effective": "2026-05-04T15:30:00+00:00",
        "local": "2026-05-05T00:30:00+09:00",
        "zone": "Asia/Tokyo",
        "merged": ["2026-05-04T15:30:00+00:00"],
        "notes": [],
    }
    assert [one[8:10] for one in found[3]["merged"]] == ["06", "07", "08"]


def test_a_calendar_file(week: Tree) -> None:
    week.scheduled("Daily", title="Report; the daily, “long” one, for 日本")
    done = jittask("plan", week.root, "--format", "ics", "--to", "2026-05-08", **ENV)
    assert done.returncode == 0, done.stderr
    assert all(len(line.encode()) <= 75 for line in done.stdout.splitlines())
    found = icalendar.Calendar.from_ical(done.stdout)
    assert found["VERSION"] == "2.0"
    events = found.walk("VEVENT")
    assert len({str(one["UID"]) for one in events}) == len(events) == 7
    assert str(events[0]["SUMMARY"]) == "Report; the daily, “long” one, for 日本"
    assert [one.decoded("DTSTART") for one in events] == [
        datetime.fromisoformat(one["effective"]) for one in entries(week, "--to", "2026-05-08")
    ]


@pytest.mark.parametrize("shape", ["text", "ics"])
@pytest.mark.parametrize("rows", [[], ["--rows"]])
def test_an_empty_plan_says_how_to_look_further(tree: Tree, shape: str, rows: list[str]) -> None:
    monthly = {"repeatType": "month", "subType": "day", "day": [28]}
    tree.scheduled("Monthly", repeat=monthly)
    done = jittask("plan", tree.root, "--format", shape, *rows, **ENV)
    assert done.returncode == 0
    assert done.stderr.startswith("nothing fires from 2026-05-")
    assert "; --to 90d looks further" in done.stderr
    found = jittask("plan", tree.root, "--format", shape, *rows, "--to", "90d", **ENV)
    assert found.stderr == ""
    assert "Monthly" in found.stdout


def test_the_ends_of_the_window_count(tree: Tree) -> None:
    midnight = {"startTime": "2026-01-05 00:00:00"}
    tree.scheduled("A", timing=midnight)
    found = entries(tree, "--from", "2026-05-04", "--to", "2026-05-05")
    assert [one["effective"][:10] for one in found] == ["2026-05-04", "2026-05-05"]
    found = entries(tree, "--from", "2026-05-04T00:00:01", "--to", "2026-05-05T00:00:00")
    assert [one["effective"][:10] for one in found] == ["2026-05-05"]
    assert entries(tree)[0]["effective"][:10] == "2026-05-05"  # what is due now is no more to come


@pytest.mark.parametrize(
    "window", [("2199-12-01", "9999-12-31"), ("0001-01-01", "2026-01-05")], ids=str
)
def test_windows_beyond_the_years_that_are_followed(tree: Tree, window: tuple[str, str]) -> None:
    tree.scheduled("A", repeat={"repeatType": "month", "day": [1, -1]})
    begin, end = window
    assert len(entries(tree, "--from", begin, "--to", end)) == (26 if begin > "2026" else 0)


def test_a_clock_at_the_end_of_time(tree: Tree) -> None:
    tree.scheduled("A")
    assert plan(tree, JITTASK_NOW="9999-12-31T23:59:59+00:00") == ""


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--to", "2020-01-01"), 2, "--to: the end is before the beginning"),
        (("--from", "monday"), 2, "expected a date such as"),
        (("--format", "jsonl", "--against", "HEAD"), 2, "--against has --format text or json"),
        (("--calendar", "--format", "ics"), 2, "drawn as text"),
        (("--calendar", "--against", "HEAD"), 2, "do not go together"),
        (("--task", "Dialy"), 1, "did you mean tasks.Daily?"),
        (("--calendar", "--task", "D"), 2, "tasks.D fires for rows: see jittask next"),
        (("--task", "D"), 1, "tasks.D: its rows are left out: models.Thing: no table Thing"),
        (("--after", "monday"), 2, "--after: 'monday' is no cursor"),
    ],
    ids=str,
)
def test_mistakes(week: Tree, arguments: tuple[str, ...], code: int, words: str) -> None:
    week.things()
    week.dated("D")
    done = jittask_here("plan", week.root, *arguments, **ENV)
    assert done.returncode == code
    assert words in done.stderr
    assert done.stdout == ""


def test_what_is_left_out_is_told(tree: Tree) -> None:
    tree.scheduled("Broken", repeat={"repeatType": "daily"})
    tree.scheduled("Off", enable=0)
    done = jittask_here("plan", tree.root, **ENV)
    assert done.stdout == ""
    assert "1 task cannot load, and is left out" in done.stderr
    assert "nothing fires from " in done.stderr
    done = jittask_here("plan", tree.root, "--task", "Off", "--to", "2026-05-04", **ENV)
    assert "tasks.Off is disabled: this is when it would fire" in done.stderr
    assert "09:00:00  tasks.Off" in done.stdout


YEAR = """\
tasks.Daily: every week on Monday at 09:00 UTC from 1 June 2026, moved to the next working day on extra holidays

     January 2026          February 2026            March 2026
Mo Tu We Th Fr Sa Su   Mo Tu We Th Fr Sa Su   Mo Tu We Th Fr Sa Su
          1  2  3  4                      1                      1
 5  6  7  8  9 10 11    2  3  4  5  6  7  8    2  3  4  5  6  7  8
12 13 14 15 16 17 18    9 10 11 12 13 14 15    9 10 11 12 13 14 15
19 20 21 22 23 24 25   16 17 18 19 20 21 22   16 17 18 19 20 21 22
26 27 28 29 30 31      23 24 25 26 27 28      23 24 25 26 27 28 29
                                              30 31

      April 2026              May 2026              June 2026
Mo Tu We Th Fr Sa Su   Mo Tu We Th Fr Sa Su   Mo Tu We Th Fr Sa Su
       1  2  3  4  5                1  2  3    1* 2  3  4  5  6  7
 6  7  8  9 10 11 12    4  5  6  7  8  9 10    8* 9 10 11 12 13 14
13 14 15 16 17 18 19   11 12 13 14 15 16 17   15*16 17 18 19 20 21
20 21 22 23 24 25 26   18 19 20 21 22 23 24   22*23 24 25 26 27 28
27 28 29 30            25 26 27 28 29 30 31   29*30

      July 2026             August 2026           September 2026
Mo Tu We Th Fr Sa Su   Mo Tu We Th Fr Sa Su   Mo Tu We Th Fr Sa Su
       1  2  3  4  5                   1  2       1  2  3  4  5  6
 6* 7  8  9 10 11 12    3* 4  5  6  7  8  9    7> 8h 9+10 11 12 13
13*14 15 16 17 18 19   10*11 12 13 14 15 16   14*15 16 17 18 19 20
20*21 22 23 24 25 26   17*18 19 20 21 22 23   21*22 23 24 25 26 27
27*28 29 30 31         24*25 26 27 28 29 30   28*29 30
                       31*

     October 2026          November 2026          December 2026
Mo Tu We Th Fr Sa Su   Mo Tu We Th Fr Sa Su   Mo Tu We Th Fr Sa Su
          1  2  3  4                      1       1  2  3  4  5  6
 5* 6  7  8  9 10 11    2* 3  4  5  6  7  8    7* 8  9 10 11 12 13
12*13 14 15 16 17 18    9*10 11 12 13 14 15   14*15 16 17 18 19 20
19*20 21 22 23 24 25   16*17 18 19 20 21 22   21*22 23 24 25 26 27
26*27 28 29 30 31      23*24 25 26 27 28 29   28*29 30 31
                       30*

* fires   + fires, moved here too   > moved away   x skipped   h holiday

07 Sep – 08 Sep  extra holiday
"""


def test_a_year_at_a_glance(tree: Tree) -> None:
    calendar = {"extraHolidays": ["2026-09-07", "2026-09-08"]}
    timing = {"startTime": "2026-06-01 09:00:00", "skipHoliday": 1, "calendar": calendar}
    tree.scheduled("Daily", repeat={"repeatType": "week"}, timing=timing)
    told = plan(tree, "--calendar", "--from", "2026-01-01")
    assert told == YEAR
    assert max(map(len, told.splitlines()[2:])) <= 80
    skips = timing | {"holidayRoll": "skip"}
    tree.scheduled("Daily", repeat={"repeatType": "week"}, timing=skips)
    assert " 7x 8h 9 10 " in plan(tree, "--calendar")
    previous = timing | {"holidayRoll": "previous"}
    tree.scheduled("Daily", timing=previous)
    told = plan(tree, "--calendar")
    assert " 4+ 5* 6*\n" in told
    assert " 7> 8> 9*10*" in told


def test_a_year_of_several_calendars_names_them(tree: Tree) -> None:
    for name, code in (("A", "DE-BE"), ("B", "US")):
        tree.scheduled(name, timing={"skipHoliday": 1, "calendar": code})
    told = plan(tree, "--calendar")
    assert "25 Dec           Christmas Day (DE-BE); Christmas Day (US)" in told
    assert "04 Jul           Independence Day (US)" in told


# --- one code with the runtime


def test_plan_next_timers_and_the_runtime_agree(week: Tree) -> None:
    begin, end = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    app = compile_tree(week.root).app
    listed = entries(week, "--from", begin.isoformat(), "--to", end.isoformat())
    for name in ("Daily", "Skips", "Tokyo"):
        task = app.tasks[f"tasks.{name}"]
        assert isinstance(task, ScheduledTask)
        timer = [one.effective for one in task.timer.between(begin - timedelta(1), end)]
        timer = [one for one in timer if one >= begin]
        mine = [one for one in listed if one["task"] == task.name]
        assert [datetime.fromisoformat(one["effective"]) for one in mine] == timer
        assert [
            [datetime.fromisoformat(nominal) for nominal in one["merged"]] for one in mine
        ] == walked(task, begin, end)
        arguments = ("next", name, "-n", len(timer), "--from", begin.isoformat())
        shown = jittask_here(*arguments, "--tree", week.root, "--format", "json", **ENV)
        assert json.loads(shown.stdout) == mine


def walked(task: ScheduledTask, begin: datetime, end: datetime) -> list[list[datetime]]:
    """The nominals of the runs that the planner makes as it goes from one to the next."""
    mark, now, found = None, begin - timedelta(seconds=1), []
    while True:
        step = plan_task(task, mark, (), now)
        mark = step.mark
        if step.again is None or step.again > end:
            return found
        found.append(list(step.create[-1].nominals))
        now = step.again


# --- long lists


@pytest.mark.parametrize("shape", ["text", "jsonl", "ics"])
def test_a_reader_that_leaves_early_is_no_error(tree: Tree, shape: str) -> None:
    tree.scheduled("A", repeat={"repeatType": "minute"})
    command = '"$0" -m jittask plan "$1" --to 2030-01-01 --format "$2" | head -1'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}", sys.executable, str(tree.root), shape],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


def test_ctrl_c_in_a_long_list_is_clean(tree: Tree) -> None:
    tree.scheduled("A", repeat={"repeatType": "minute"})
    process = subprocess.Popen(
        [sys.executable, "-m", "jittask", "plan", str(tree.root), "--to", "2200-01-01"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    since = time.monotonic()
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors.strip()) == (130, "")
    assert time.monotonic() - since < 5


@pytest.mark.parametrize("option", [("--json",), ("--format", "json")])
def test_json_is_one_list_of_the_same_entries(week: Tree, option: tuple[str, ...]) -> None:
    window = ("--from", "2026-01-05", "--to", "2026-01-08")
    lines = jittask_here("plan", week.root, *window, "--format", "jsonl", **ENV).stdout
    done = jittask_here("plan", week.root, *window, *option, **ENV)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found == [json.loads(line) for line in lines.splitlines()]
    assert len(found) > 3
    nothing = jittask_here(
        "plan", week.root, "--from", "2025-01-05", "--to", "2025-01-06", *option, **ENV
    )
    assert json.loads(nothing.stdout) == []
