"""``jittask new``: a task that loads, with an English name, from any title (V5)."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from jittask import compile_tree
from jittask.model import FieldType
from jittask.operations.edit.element_name import element_name
from jittask.operations.edit.short_forms import read_offset, read_repeat
from jittask.operations.errors import InvalidArgument
from jittask.operations.workspace import Workspace
from tests.running import jittask, jittask_here
from tests.services import url_of
from tests.tree import Tree

TITLES = [
    ("Weekly report", "WeeklyReport"),
    ("合同到期提醒", "HeTongDaoQiTiXing"),
    ("发送 weekly report (v2)", "FaSongWeeklyReportV2"),
    ("Rechnung fällig – heute!", "RechnungFalligHeute"),
    ("Ежедневный отчёт", "EzhednevnyyOtchet"),
    ("請求書リマインダー", "QingQiuShurimainda"),
    ("365 days", "Task365Days"),
    ("合同 😀 + 5 €", "HeTong5"),
    ("none", "TaskNone"),
    ("—!", "Task"),
    ("../../etc/passwd", "EtcPasswd"),
    ("x" * 300, "X" + "x" * 59),
]


@pytest.mark.parametrize(("title", "name"), TITLES)
def test_names(title: str, name: str) -> None:
    assert element_name(title) == name


@pytest.mark.process
@pytest.mark.parametrize("title", [b"\xff", b"", b" "])
def test_a_title_that_is_none(tree: Tree, title: bytes) -> None:
    done = jittask("new", "scheduled", os.fsdecode(title), cwd=tree.root)
    assert done.returncode == 2
    assert "expected words" in done.stderr
    assert not (tree.root / "tasks").exists()


@pytest.mark.parametrize("title", ['a "quoted" \\ title', "100% {done} %s", "每日报表"])
def test_new_tasks_load_and_run(tree: Tree, title: str) -> None:
    tree.things()
    assert jittask("new", "scheduled", title, "--name", "A", cwd=tree.root).returncode == 0
    done = jittask(
        "new", "date-field", title, "--name", "B", "--field", "day", "--before", 3, cwd=tree.root
    )
    assert done.returncode == 0, done.stderr
    compilation = compile_tree(tree.root, imports=True)
    assert compilation.diagnostics == ()
    assert {task.title for task in compilation.app.tasks.values()} == {title}
    tried = jittask("try", "A", cwd=tree.root)
    assert tried.returncode == 0
    assert f"INFO {title}\n" in tried.stderr
    offset = json.loads((tree.root / "tasks/B/e.json").read_text())["timerCfg"]["startOffset"]
    assert offset == {"offsetType": -1, "offset": 3, "offsetUnit": "day", "time": "09:00"}


@pytest.mark.process
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--repeat", "once", "--start", "2026-01-05 08:59"],
         "its start has passed, and it does not repeat"),
        (["--start", "2026-01-01 09:00", "--end", "2026-01-04 10:00"], "its end has passed"),
        (["--repeat", "once", "--start", "2026-01-05 09:01"], None),
    ],
)  # fmt: skip
def test_a_task_that_has_ended_already_is_written_with_a_warning(
    tree: Tree, words: list[str], why: str | None
) -> None:
    now = "2026-01-05T09:00:00Z"
    done = jittask("new", "scheduled", "A", *words, cwd=tree.root, JITTASK_NOW=now)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "made tasks.A")
    file = tree.root / "tasks/A/e.json"
    assert done.stderr.splitlines() == ([] if why is None else [
        f"warning: tasks.A will not fire: {why}",
        f"  hint: edit timerCfg in {file}, or run it by hand: jittask trigger tasks.A",
    ])  # fmt: skip
    assert (
        json.loads(file.read_text())["timerCfg"]["startTime"]
        == f"{words[words.index('--start') + 1]}:00"
    )


@pytest.mark.process
def test_the_last_working_day_of_a_month(tree: Tree) -> None:
    words = ("--repeat", "month:-1", "--skip-weekend", "--holiday-roll", "previous")
    done = jittask("new", "scheduled", "A", *words, "--start", "2026-01-01 09:00", cwd=tree.root)
    assert done.returncode == 0, done.stderr
    found = jittask("next", "A", "--limit", 2, cwd=tree.root, JITTASK_NOW="2026-01-05T09:00:00Z")
    assert [line[:14] for line in found.stdout.splitlines()[1:]] == [
        "Fri 2026-01-30", "Fri 2026-02-27",
    ]  # fmt: skip


@pytest.mark.process
def test_what_is_there_stays(tree: Tree) -> None:
    tree.scheduled("weeklyreport")
    before = (tree.root / "tasks/weeklyreport/e.json").read_text()
    done = jittask("new", "scheduled", "Weekly", "report", cwd=tree.root)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: tasks/WeeklyReport is there already",
        "  hint: choose another --name, such as WeeklyReport2",
    ]
    assert [path.name for path in (tree.root / "tasks").iterdir()] == ["weeklyreport"]
    assert (tree.root / "tasks/weeklyreport/e.json").read_text() == before
    done = jittask("new", "scheduled", "x", "--name", "WeeklyReport", cwd=tree.root)
    assert (done.returncode, done.stderr.splitlines()[1]) == (1, "  hint: choose another --name")


@pytest.mark.process
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["scheduled", "x", "--cron", "x"], 1, "expected five cron fields"),
        (["scheduled", "x", "--start", "soon"], 1, "startTime: expected"),
        (["scheduled", "x", "--name", "class"], 1, "'class' is no name"),
        (["scheduled", "x", "--in", "../away"], 1, "'..' is no name"),
        (["date-field", "x"], 2, "--field: name a date field of models.Thing: at, day"),
        (["date-field", "x", "--field", "name"], 1, "has no date field 'name'"),
        (["date-field", "x", "--model", "No"], 1, "no model 'models.No'"),
        (["date-field", "x", "--field", "at", "--time", "9"], 1, "time: expected"),
        (["scheduled"], 2, "missing argument"),
        (["scheduled", "x", "--repeat", "fortnight"], 2, "--repeat: expected a cycle such as day"),
        (["scheduled", "x", "--repeat", "rrule:X"], 1, "expected NAME=value parts"),
        (["scheduled", "x", "--timezone", "Mars"], 2, "--timezone: no time zone 'Mars'"),
        (["scheduled", "x", "--skip-holidays"], 1, "skipHoliday"),
        (["scheduled", "x", "--calendar", "DE"], 1, "calendar has no effect without"),
        (["scheduled", "x", "--calendar", "{", "--skip-holidays"], 2, "--calendar: expected"),
        (["scheduled", "x", "--end", "2001-01-01"], 1, "end"),
        (["date-field", "x", "--field", "day", "--offset", "7"], 2, "--offset: expected a time"),
        (["date-field", "x", "--field", "day", "--offset", "-7d", "--before", "1"], 2, "exclude"),
        (["date-field", "x", "--field", "day", "--filter", "name = 1"], 1, "filter"),
        (["date-field", "x", "--field", "day", "--end-field", "name"], 1, "name"),
        (
            ["date-field", "x", "--field", "day", "--end-field", "at", "--end", "2099-01-01"],
            2,
            "--end-field",
        ),
        (["date-field", "x", "--field", "day", "--repeat", "hour"], 1, "needs an end"),
        (["database", "x", "--url", "nonsense"], 2, "--url: "),
        (["database", "x", "--url", "nodb://h/d"], 2, "--url: "),
        (["database", "x"], 2, "either --url or --type"),
        (["database", "x", "--type", "sqlite", "--host", "h"], 2, "--host: an SQLite file"),
        (["model", "x"], 2, "name either a table"),
        (["model", "x", "--fields", "title"], 2, "--fields: expected fields such as"),
        (["model", "x", "--fields", "title:strr"], 2, "no type 'strr' for title"),
        (["model", "x", "--fields", "class:str"], 2, "'class' is no name for a field"),
        (["model", "x", "--fields", "a:str", "--db", "No"], 1, "no database 'databases.No'"),
        (["model", "x", "--from-table", "nothing"], 1, "no table nothing"),
        (["service", "x", "--name", "class"], 1, "'class' is no name"),
        (["scheduled", "x", "--cron", "0 9 * * 1", "--repeat", "day"], 2, "exclude each other"),
    ],
)
def test_mistakes_leave_nothing_behind(
    tree: Tree, arguments: list[str], code: int, words: str
) -> None:
    tree.things()
    done = jittask("new", *arguments, cwd=tree.root)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    made = sorted(path.name for path in tree.root.glob("[!.d]*/*"))
    assert made == ["Thing"]


@pytest.mark.process
def test_without_a_tree(tmp_path: Path) -> None:
    done = jittask("new", "scheduled", "x", cwd=tmp_path)
    assert done.returncode == 1
    assert "no tree here" in done.stderr


@pytest.mark.process
def test_what_to_do_next_can_be_done_from_here(tree: Tree, tmp_path: Path) -> None:
    inside = jittask("new", "scheduled", "A", cwd=tree.root)
    assert "  jittask next tasks.A\n" in inside.stdout
    elsewhere = jittask("new", "scheduled", "B", "--tree", tree.root, cwd=tmp_path)
    [command] = [line for line in elsewhere.stdout.splitlines() if "jittask next" in line]
    done = jittask(*command.split()[1:], cwd=tmp_path)
    assert done.returncode == 0, done.stderr


CYCLES = [
    ("day", {"repeatType": "day"}),
    ("2 weeks", {"repeatType": "week", "period": 2}),
    ("every 15 minutes", {"repeatType": "minute", "period": 15}),
    ("hourly", {"repeatType": "hour"}),
    ("once", {"repeatType": "normal"}),
    ("Week:Mon,wednesday", {"repeatType": "week", "weekday": [1, 3]}),
    ("week:1,7", {"repeatType": "week", "weekday": [1, 7]}),
    ("month:-1", {"repeatType": "month", "subType": "day", "day": [-1]}),
    ("2 months:1,15,last", {"repeatType": "month", "period": 2, "subType": "day",
                            "day": [1, 15, -1]}),
    ("month:last fri", {"repeatType": "month", "subType": "week", "week": [-1], "weekday": [5]}),
    ("month:1st mon,3rd mon", {"repeatType": "month", "subType": "week", "week": [1, 3],
                               "weekday": [1]}),
    ("year:12-24", {"repeatType": "year", "month": [12], "day": [24]}),
    ("year:3-1,9-1", {"repeatType": "year", "month": [3, 9], "day": [1]}),
    ("rrule:FREQ=MONTHLY;BYDAY=-1FR", {"repeatType": "custom", "rrule": "FREQ=MONTHLY;BYDAY=-1FR"}),
    ("cron:0 9 * * 1", {"repeatType": "custom", "cron": "0 9 * * 1"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "repeat"), CYCLES)
def test_a_cycle_that_people_type_is_written_and_loads(
    tree: Tree, text: str, repeat: object
) -> None:
    done = jittask_here(
        "new", "scheduled", "A", "--repeat", text, "--tree", tree.root,
        JITTASK_NOW="2026-01-05T10:20:30+00:00",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    data = json.loads((tree.root / "tasks/A/e.json").read_text())
    assert data["timerCfg"]["repeat"] == repeat
    assert compile_tree(tree.root).diagnostics == ()


@pytest.mark.parametrize(
    "text",
    ["", "0", "day:1", "week:8", "week:mo", "month:0", "month:32", "month:1st mon,2nd tue",
     "year:13", "year:1-40", "2", "once:1", "2 once", "week:", "month:6th mon", "minute:5"],
)  # fmt: skip
def test_what_is_no_cycle(text: str) -> None:
    with pytest.raises(InvalidArgument, match="expected a cycle such as day, 2 weeks"):
        read_repeat(text)


OFFSETS = [
    ("-7d", None, (-1, 7, "day", None)),
    ("30m", None, (1, 30, "minute", None)),
    ("+2h", None, (1, 2, "hour", None)),
    ("1w", "08:30", (1, 1, "week", "08:30")),
    ("-1month", None, (-1, 1, "month", None)),
    ("3 months", None, (1, 3, "month", None)),
    ("0", None, (0, 0, "day", None)),
    ("0d", "09:00", (0, 0, "day", "09:00")),
]


@pytest.mark.parametrize(("text", "at", "expected"), OFFSETS)
def test_an_offset_in_any_unit(text: str, at: str | None, expected: tuple[object, ...]) -> None:
    found = read_offset(text, at)
    assert (*(found[key] for key in ("offsetType", "offset", "offsetUnit")), found.get("time")) == (
        expected
    )


@pytest.mark.parametrize("text", ["7", "d", "soon", "-d", "5ms", "1s", "1.5d", ""])
def test_what_is_no_offset(text: str) -> None:
    with pytest.raises(InvalidArgument, match="expected a time such as -7d"):
        read_offset(text, None)


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (["--cron", "*/5 * * * *"], "2026-01-05 18:25:00"),
        (["--cron", "0 9 * * 1"], "2026-01-12 09:00:00"),
        (["--cron", "*/5 * * * *", "--timezone", "UTC"], "2026-01-05 10:25:00"),
        (["--repeat", "15 minutes"], "2026-01-05 18:21:00"),
        (["--repeat", "2 hours"], "2026-01-05 19:00:00"),
        (["--repeat", "week"], "2026-01-06 09:00:00"),
        (["--cron", "0 9 * * 1", "--start", "2026-03-01 00:00"], "2026-03-01 00:00:00"),
    ],
)
def test_where_a_new_task_begins(tmp_path: Path, arguments: list[str], start: str) -> None:
    tree = Tree(tmp_path / "app", timezone="Asia/Shanghai")
    done = jittask_here(
        "new", "scheduled", "A", *arguments, "--tree", tree.root,
        JITTASK_NOW="2026-01-05T10:20:30+00:00",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads((tree.root / "tasks/A/e.json").read_text())["timerCfg"]["startTime"] == start


def test_every_option_of_a_task_is_written(tree: Tree) -> None:
    tree.things()
    common = (
        "--timezone", "Asia/Shanghai", "--calendar", "CN", "--skip-holidays", "--skip-weekend",
        "--disabled", "--tree", tree.root,
    )  # fmt: skip
    written = {"timezone": "Asia/Shanghai", "calendar": "CN", "skipHoliday": 1, "skipWeekend": 1}
    done = jittask_here("new", "scheduled", "A", "--end", "2099-12-31", *common)
    assert done.returncode == 0, done.stderr
    done = jittask_here(
        "new", "date-field", "B", "--field", "at", "--offset", "-1month", "--at", "08:30",
        "--repeat", "week", "--end-field", "day", "--filter", "Q('name','=','x')", *common,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first = json.loads((tree.root / "tasks/A/e.json").read_text())
    assert first["timerCfg"].items() >= {**written, "endTime": "2099-12-31"}.items()
    data = json.loads((tree.root / "tasks/B/e.json").read_text())
    offset = {"offsetType": -1, "offset": 1, "offsetUnit": "month", "time": "08:30"}
    assert data["timerCfg"] == {
        "startField": "at", "startOffset": offset, "repeat": {"repeatType": "week"},
        "endField": "day", **written,
    }  # fmt: skip
    assert (data["enable"], data["filter"]) == (0, "Q('name','=','x')")
    assert compile_tree(tree.root).diagnostics == ()


@pytest.mark.parametrize(
    ("field", "offset", "time"),
    [("day", "-1d", "09:00"), ("day", "2h", None), ("at", "-1d", None), ("at", "0", None)],
)
def test_the_time_of_day_where_none_is_given(
    tree: Tree, field: str, offset: str, time: str | None
) -> None:
    tree.things()
    done = jittask_here(
        "new", "date-field", "B", "--field", field, "--offset", offset, "--tree", tree.root
    )
    assert done.returncode == 0, done.stderr
    data = json.loads((tree.root / "tasks/B/e.json").read_text())
    assert data["timerCfg"]["startOffset"].get("time") == time


def test_a_new_service_can_be_called(tree: Tree) -> None:
    done = jittask_here("new", "service", "Report service", "--tree", tree.root)
    assert done.returncode == 0, done.stderr
    assert '"func": "services.ReportService.run"' in done.stdout
    tree.scheduled("A", funcType="Global", func="services.ReportService.run")
    (tree.root / "tasks/A/inner.py").unlink()
    assert compile_tree(tree.root, imports=True).diagnostics == ()


def test_a_new_database_and_a_model_of_the_apps_own(tree: Tree) -> None:
    here = ("--tree", tree.root)
    made = jittask_here("new", "database", "Shop", "--type", "sqlite", *here)
    assert made.returncode == 0, made.stderr
    done = jittask_here("new", "model", "To do", "--fields", "title:str, due:date,ok:bool", *here)
    assert done.returncode == 0, done.stderr
    task = jittask_here("new", "date-field", "Remind", *here)  # its only model, and date field
    assert task.returncode == 0, task.stderr
    compilation = compile_tree(tree.root, imports=True)
    assert compilation.diagnostics == ()
    model = compilation.app.models["models.ToDo"]
    assert [field.name for field in model.fields] == ["id", "title", "due", "ok"]
    assert (model.database, model.table, model.opaque) == ("databases.Shop", "todo", False)


def test_a_servers_password_is_a_variable(tree: Tree) -> None:
    done = jittask_here(
        "new", "database", "Shop", "--type", "postgres", "--host", "db", "--tree", tree.root
    )
    assert done.returncode == 0, done.stderr
    data = json.loads((tree.root / "databases/Shop/e.json").read_text())
    assert data["password"] == "${SHOP_PASSWORD}"
    assert "then: export SHOP_PASSWORD=… before jittask run\n" in done.stdout


@pytest.mark.parametrize("declare", [False, True])
def test_a_model_of_a_table_that_exists(tree: Tree, declare: bool) -> None:
    with closing(sqlite3.connect(tree.root / "erp.db")) as connection:
        connection.execute(
            'CREATE TABLE contracts (no INTEGER PRIMARY KEY, "class" TEXT, "expires on" DATE,'
            " total NUMERIC(10, 2), signed DATETIME)"
        )
        connection.execute("CREATE TABLE keyless (a TEXT)")
    here = ("--tree", tree.root)
    url = ("--url", "sqlite:///erp.db")
    assert jittask_here("new", "database", "Erp", *url, *here).returncode == 0
    more = ["--declare"] if declare else []
    done = jittask_here("new", "model", "Contract", "--from-table", "contracts", *more, *here)
    assert done.returncode == 0, done.stderr
    compilation = compile_tree(tree.root, imports=True)
    assert compilation.diagnostics == ()
    with Workspace(tree.root) as workspace:
        rows = workspace.data.rows(workspace.app.models["models.Contract"])
        kinds = {field.column: field.type for field in rows.model.fields}
        assert rows.get("1") is None
    assert kinds == {
        "no": FieldType.INTEGER, "class": FieldType.TEXT, "expires on": FieldType.DATE,
        "total": FieldType.DECIMAL, "signed": FieldType.DATETIME,
    }  # fmt: skip
    refused = jittask_here("new", "model", "K", "--from-table", "keyless", *more, *here)
    assert (refused.returncode, "no primary key" in refused.stderr) == (1, True)


def _others_table(tree: Tree, columns: str, name: str = "contracts") -> None:
    """Write a database file that others own, its element, and a model of its table."""
    with closing(sqlite3.connect(tree.root / "erp.db")) as connection:
        connection.execute(f'CREATE TABLE "{name}" ({columns})')
    tree.write(
        "databases/Erp/e.json",
        {"type": "databases.UrlType", "title": "E", "url": "sqlite:///erp.db"},
    )
    tree.write(
        "models/Contract/e.json",
        {"type": "models.TableType", "title": "C", "db": "databases.Erp", "table": name},
    )


def test_the_dates_of_a_table_that_others_own_are_read_from_it(tree: Tree) -> None:
    _others_table(tree, "id INTEGER PRIMARY KEY, name TEXT, signed DATETIME, ends DATE")
    new = ("new", "date-field", "Reminder", "--tree", tree.root)
    several = jittask_here(*new)
    assert "--field: name a date field of models.Contract: signed, ends" in several.stderr
    wrong = jittask_here(*new, "--field", "end")
    assert wrong.stderr.splitlines() == [
        "error: models.Contract has no date field 'end'",
        "  hint: it has: signed, ends",
    ]
    unfiltered = jittask_here(*new, "--field", "ends", "--filter", "Q('nam','=','x')")
    assert (unfiltered.returncode, "has no field 'nam'" in unfiltered.stderr) == (1, True)
    assert not (tree.root / "tasks/Reminder").exists()
    assert jittask_here(*new, "--field", "signed").returncode == 0
    data = json.loads((tree.root / "tasks/Reminder/e.json").read_text())
    assert "time" not in data["timerCfg"]["startOffset"]  # a datetime has its own


def test_the_only_date_of_a_table_needs_no_name(tree: Tree) -> None:
    _others_table(tree, "id INTEGER PRIMARY KEY, ends DATE")
    assert jittask_here("new", "date-field", "Reminder", "--tree", tree.root).returncode == 0
    data = json.loads((tree.root / "tasks/Reminder/e.json").read_text())
    assert data["timerCfg"]["startField"] == "ends"


def test_a_model_without_dates_says_so(tree: Tree) -> None:
    _others_table(tree, "id INTEGER PRIMARY KEY, name TEXT")
    done = jittask_here("new", "date-field", "Reminder", "--tree", tree.root)
    assert (done.returncode, done.stderr) == (1, "error: models.Contract has no date field\n")


def test_a_field_may_be_named_while_its_database_is_away(tree: Tree) -> None:
    tree.write(
        "databases/Erp/e.json",
        {"type": "databases.UrlType", "title": "E", "url": "postgresql+psycopg://u@127.0.0.1:1/d"},
    )
    tree.write(
        "models/Contract/e.json",
        {"type": "models.TableType", "title": "C", "db": "databases.Erp", "table": "contracts"},
    )
    new = ("new", "date-field", "Reminder", "--tree", tree.root)
    unnamed = jittask_here(*new)
    assert unnamed.returncode == 1
    assert unnamed.stderr.splitlines()[1] == "  hint: or name the date field with --field"
    assert jittask_here(*new, "--field", "ends").returncode == 0


def test_a_table_of_a_near_name_is_proposed(tree: Tree) -> None:
    _others_table(tree, "id INTEGER PRIMARY KEY", "OrderLines")
    here = ("--tree", tree.root)
    near = jittask_here("new", "model", "Line", "--from-table", "orderline", *here)
    assert near.stderr.splitlines() == [
        "error: no table orderline in databases.Erp",
        "  hint: did you mean OrderLines?",
    ]
    far = jittask_here("new", "model", "Line", "--from-table", "zzz", *here)
    assert far.stderr.splitlines() == [
        "error: no table zzz in databases.Erp",
        "  hint: there are: OrderLines",
    ]


def test_a_view_says_how_it_gets_a_key(tree: Tree) -> None:
    _others_table(tree, "id INTEGER PRIMARY KEY, ends DATE")
    with closing(sqlite3.connect(tree.root / "erp.db")) as connection:
        connection.execute("CREATE VIEW ending AS SELECT id, ends FROM contracts")
    done = jittask_here("new", "model", "V", "--from-table", "ending", "--tree", tree.root)
    assert (done.returncode, "--key COLUMN" in done.stderr) == (1, True)
    assert len(done.stderr.splitlines()) == 2
    asked = ("new", "model", "V", "--from-table", "ending", "--tree", tree.root, "--key")
    wrong = jittask_here(*asked, "no")
    assert (wrong.returncode, "no column for its key: no" in wrong.stderr) == (2, True)
    assert jittask_here(*asked, "id").returncode == 0
    written = json.loads((tree.root / "models" / "V" / "e.json").read_text(encoding="utf-8"))
    assert written["key"] == "id"
    both = jittask_here("new", "model", "W", *asked[3:], "id", "--key", "ends")
    assert both.returncode == 0
    written = json.loads((tree.root / "models" / "W" / "e.json").read_text(encoding="utf-8"))
    assert written["key"] == ["id", "ends"]


@pytest.mark.parametrize("column", ["key UUID", "at TIMESTAMP WITH TIME ZONE"])
def test_a_column_that_no_datatype_holds_is_not_declared(tree: Tree, column: str) -> None:
    engine = sa.create_engine(url_of("postgresql"))
    table = f"jittask_new_{uuid4().hex}"
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {column})"))
    here = ("--from-table", table, "--tree", tree.root)
    url = engine.url.render_as_string(hide_password=False)
    try:
        made = jittask_here("new", "database", "Erp", "--url", url, "--tree", tree.root)
        assert made.returncode == 0, made.stderr
        done = jittask_here("new", "model", "A", "--declare", *here)
        assert (done.returncode, "no datatype holds the column" in done.stderr) == (1, True)
        assert f"({column.partition(' ')[2]})" in done.stderr
        assert jittask_here("new", "model", "A", *here).returncode == 0
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text(f"DROP TABLE {table}"))
        engine.dispose()
