"""``explain`` and ``next`` through real processes: shapes, rows, and what is not the timer's."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.running import Program, jittask, jittask_here
from tests.tree import Tree

pytestmark = pytest.mark.process
ENGLISH = {"LC_ALL": "C.UTF-8", "LANGUAGE": "en"}


def explain(tree: Tree, *arguments: str, **env: str) -> dict:
    arguments = ("explain", *arguments, "--tree", str(tree.root), "--format", "json")
    done = jittask_here(*arguments, **ENGLISH, **env)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def codes(told: dict) -> list[str]:
    return [one["code"] for one in told["reasons"]]


def failure(*arguments: object, code: int, **env: str) -> str:
    done = jittask_here(*arguments, **ENGLISH, **env)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "our fault" not in done.stderr
    return done.stderr


def test_the_shape(tree: Tree) -> None:
    tree.scheduled("A", timing={"skipHoliday": 1, "calendar": {"extraHolidays": ["2026-05-06"]}})
    told = explain(tree, "A", "--at", "2026-05-06")
    assert {key: value for key, value in told.items() if key != "reasons"} == {
        "task": "tasks.A",
        "row": None,
        "at": "2026-05-06",
        "fires": False,
        "nominal": "2026-05-06T09:00:00+00:00",
        "effective": None,
    }
    assert codes(told) == ["holiday", "rolled-away", "schedule", "zone", "calendar"]
    at = explain(tree, "A", "--at", "2026-05-07T10:00:00+01:00")
    assert (at["at"], at["fires"]) == ("2026-05-07T09:00:00", True)
    assert at["effective"] == "2026-05-07T09:00:00+00:00"


def test_the_words(tree: Tree) -> None:
    tree.scheduled("A", title="T", timing={"skipHoliday": 1}, repeat={"repeatType": "week"})
    tree.write("app.json", {"settings": {"timezone": "Asia/Shanghai", "calendar": "CN"}})
    done = jittask("explain", "A", "--at", "2026-10-05", "--tree", tree.root, **ENGLISH)
    *told, zone, calendar = done.stdout.splitlines()
    assert told == [
        "tasks.A does not fire on Mon 2026-10-05",
        "  Mon 2026-10-05 is a day off: National Day (observed)",
        "  the occurrence at 09:00 moves to Thu 2026-10-08 09:00",
        "  schedule: every week on Monday at 09:00 Asia/Shanghai from 5 January 2026, moved to the next working day on Chinese holidays",
    ]
    assert zone.startswith("  zone: Asia/Shanghai, tz database 20")
    assert calendar.startswith("  calendar: CN, holidays package ")


def test_the_language_is_the_locale_s(tree: Tree) -> None:
    tree.scheduled("A")
    chinese = "从2026年1月5日起，每天 09:00（UTC）执行"
    arguments = ("next", "A", "-n", "1", "--tree", tree.root)
    assert jittask(*arguments, LC_ALL="zh_CN.UTF-8").stdout.startswith(chinese)
    assert jittask(*arguments, LC_ALL="en_GB.UTF-8", JITTASK_LANG="zh").stdout.startswith(chinese)
    assert jittask(*arguments, "--lang", "en", LC_ALL="zh_CN.UTF-8").stdout.startswith("every day")


def test_today_is_what_the_environment_says(tree: Tree) -> None:
    tree.scheduled("A", repeat={"repeatType": "week"}, timing={"timezone": "Pacific/Auckland"})
    told = explain(tree, "A", JITTASK_NOW="2026-01-11T20:00:00+00:00")
    assert (told["at"], told["fires"]) == ("2026-01-12", True)
    assert "JITTASK_NOW" in failure(
        "explain", "A", "--tree", tree.root, code=2, JITTASK_NOW="2026-01-11"
    )


def test_the_jitter_is_told_in_both_languages(tree: Tree) -> None:
    tree.scheduled("A", policy={"jitterSeconds": 300})
    english = explain(tree, "A", "--at", "2026-01-06")
    [jitter] = [one for one in english["reasons"] if one["code"] == "jitter"]
    assert jitter == {
        "code": "jitter",
        "text": "starts up to 300 s later (policy.jitterSeconds)",
        "params": {"seconds": "300"},
    }
    assert english["effective"] == "2026-01-06T09:00:00+00:00"
    chinese = explain(tree, "A", "--at", "2026-01-06", "--lang", "zh")
    texts = {one["code"]: one["text"] for one in chinese["reasons"]}
    assert texts["jitter"] == "最多推迟 300 秒开始 (policy.jitterSeconds)"


def test_disabled(tree: Tree) -> None:
    tree.scheduled("A", enable=0)
    told = explain(tree, "A", "--at", "2026-01-06")
    assert told["fires"] is False
    assert [one["text"] for one in told["reasons"]][:2] == [
        "it is disabled: enable is 0 in its e.json",
        "would fire at 09:00:00 UTC",
    ]
    done = jittask("next", "A", "-n", "1", "--tree", tree.root, JITTASK_NOW="2026-01-06T00:00:00Z")
    assert "tasks.A is disabled" in done.stderr
    assert "2026-01-06 09:00:00" in done.stdout


def test_before_it_counts_and_on_the_day_from_which_it_does(tree: Tree) -> None:
    tree.scheduled("A", repeat={"repeatType": "hour", "period": 12})
    with Program(tree.root) as program:
        program.wait("ready")
        assert program.stop() == 0
    database = sqlite3.connect(tree.root / ".jittask/jittask.db")
    [table] = [
        name
        for (name,) in database.execute("select name from sqlite_master where type = 'table'")
        if "activated" in {row[1] for row in database.execute(f"pragma table_info({name})")}
    ]
    [(since,)] = database.execute(f"select activated from {table} where task = 'tasks.A'")
    noon = 1_781_179_200  # 2026-06-11 12:00 UTC
    unit = 10 ** (len(str(since)) - 10)
    database.execute(f"update {table} set activated = ?", (noon * unit,))
    database.commit()
    database.close()
    before = explain(tree, "A", "--at", "2026-06-10")
    assert before["fires"] is False
    assert before["reasons"][0] == {
        "code": "before-activation",
        "text": "it counts since Thu 2026-06-11 12:00:00 UTC: "
        "what was due before does not fire by itself",
        "params": {},
    }
    assert codes(before)[1] == "would-fire"
    same_day = explain(tree, "A", "--at", "2026-06-11")
    assert same_day["fires"] is True
    assert codes(same_day)[:2] == ["before-activation", "fires"]
    assert codes(explain(tree, "A", "--at", "2026-06-12"))[0] == "fires"


def test_rows(tree: Tree) -> None:
    tree.things()
    offset = {"offsetType": -1, "offset": 3, "offsetUnit": "day", "time": "08:00"}
    tree.dated("D", timing={"startField": "day", "startOffset": offset}, filter="Q('name','=','x')")
    database = sqlite3.connect(tree.root / "d.db")
    database.execute("create table thing (id integer primary key, name text, at text, day text)")
    database.executemany(
        "insert into thing values (?, ?, null, ?)",
        [(1, "x", "2026-03-10"), (2, "other", "2026-03-10"), (3, "x", None)],
    )
    database.commit()
    database.close()
    now = {"JITTASK_NOW": "2026-01-01T00:00:00Z"}
    told = explain(tree, "D", "--row", "1", "--at", "2026-03-07", **now)
    assert (told["row"], told["fires"]) == ("1", True)
    unmatched = explain(tree, "D", "--row", "2", "--at", "2026-03-07", **now)
    assert unmatched["fires"] is False
    assert codes(unmatched)[:2] == ["filter", "would-fire"]
    at = ("--tree", tree.root)
    assert "its day is empty" in failure("explain", "D", "--row", "3", *at, code=1)
    assert "has no row 9" in failure("explain", "D", "--row", "9", *at, code=1)
    assert "name one with --row" in failure("explain", "D", *at, code=2)
    found = jittask("next", "D", "--row", "2", *at, JITTASK_NOW="2026-01-01T00:00:00Z")
    assert found.stdout.splitlines()[1:] == ["Sat 2026-03-07 08:00:00 UTC"]
    assert "does not pass the filter" in found.stderr


@pytest.fixture
def reflected(tree: Tree) -> Tree:
    """Give a tree with a model of which only the table says what its columns hold."""
    tree.write(
        "databases/D/e.json", {"type": "databases.SqliteType", "title": "D", "database": "d.db"}
    )
    tree.write(
        "models/Thing/e.json",
        {"type": "models.TableType", "title": "T", "db": "databases.D", "table": "thing"},
    )
    with closing(sqlite3.connect(tree.root / "d.db")) as database, database:
        database.execute("create table thing (id integer primary key, at text, day date, due)")
        database.execute(
            "insert into thing values (1, '2026-03-10', '2026-03-10', 'soon'), (2, null, null, null)"
        )
    return tree


def test_a_filter_on_a_date_of_a_reflected_table(reflected: Tree) -> None:
    reflected.dated("D", timing={"startField": "day"}, filter="Q('day','<','2026-03-15')")
    now = {"JITTASK_NOW": "2026-01-01T00:00:00Z"}
    assert explain(reflected, "D", "--row", "1", "--at", "2026-03-10", **now)["fires"] is True
    found = jittask("next", "D", "--row", "1", "--tree", reflected.root, **now)
    assert found.stdout.splitlines()[1:] == ["Tue 2026-03-10 00:00:00 UTC"], found.stderr
    assert found.stderr == ""


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("at", "models.Thing: expected dates in the column at, and the table has text"),
        ("due", "models.Thing: expected dates in due, got 'soon'"),
        ("gone", "models.Thing: its table has no column for gone"),
    ],
)
@pytest.mark.parametrize("command", ["next", "explain"])
def test_a_start_field_that_holds_no_dates(
    reflected: Tree, command: str, field: str, words: str
) -> None:
    reflected.dated("D", timing={"startField": field})
    assert words in failure(command, "D", "--row", "1", "--tree", reflected.root, code=1)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("explain", "A", "--at", "2026-02-30"), 2, "expected a date such as"),
        (("explain", "A", "--at", "1960-01-01"), 2, "expected a year from 1970 to 2200"),
        (("explain", "A", "--row", "1"), 2, "it has no rows"),
        (("explain", "b"), 1, "did you mean tasks.deep.B?"),
        (("explain", "zzz"), 1, "there are: tasks.A, tasks.deep.B"),
        (("next", "A", "--from", "soon"), 2, "expected a date such as"),
        (("next", "A", "--from", "9999-12-31"), 1, "nothing fires any more"),
        (("next", "A", "--count", "0"), 2, "is not in the range"),
    ],
    ids=str,
)
def test_mistakes(tree: Tree, arguments: tuple[str, ...], code: int, words: str) -> None:
    tree.scheduled("A")
    tree.scheduled("deep/B")
    assert words in failure(*arguments, "--tree", tree.root, code=code)


def test_a_task_that_cannot_load(tree: Tree) -> None:
    tree.scheduled("A", repeat={"repeatType": "daily"})
    assert "tasks.A cannot load: tasks/A/e.json:" in failure(
        "explain", "A", "--tree", tree.root, code=1
    )


def test_next_begins_with_the_instant_that_is_named(tree: Tree) -> None:
    tree.scheduled("A")
    done = jittask("next", "A", "-n", "1", "--from", "2026-02-01T09:00", "--tree", tree.root)
    assert done.stdout.splitlines()[1] == "Sun 2026-02-01 09:00:00 UTC"


def test_a_reader_that_leaves_early_is_no_error(tree: Tree) -> None:
    tree.scheduled("A", repeat={"repeatType": "minute"})
    done = subprocess.run(
        ["bash", "-c", 'set -o pipefail; "$0" -m jittask next A -n 99999 --tree "$1" | head -1',
         sys.executable, str(tree.root)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
