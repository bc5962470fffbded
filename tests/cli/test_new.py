"""``jittask new``: a task that loads, with an English name, from any title (V5)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.operations.edit.element_name import element_name
from tests.running import jittask
from tests.tree import Tree

TITLES = [
    ("Weekly report", "WeeklyReport"),
    ("合同到期提醒", "HeTongDaoQiTiXing"),
    ("发送 weekly report (v2)", "FaSongWeeklyReportV2"),
    ("Rechnung fällig – heute!", "RechnungFalligHeute"),
    ("Ежедневный отчёт", "EzhednevnyyOtchet"),
    ("請求書リマインダー", "QingQiuShurimainda"),
    ("365 days", "Task365Days"),
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
def test_what_is_there_stays(tree: Tree) -> None:
    tree.scheduled("weeklyreport")
    before = (tree.root / "tasks/weeklyreport/e.json").read_text()
    assert jittask("new", "scheduled", "Weekly", "report", cwd=tree.root).returncode == 0
    assert (tree.root / "tasks/WeeklyReport2/e.json").exists()
    assert (tree.root / "tasks/weeklyreport/e.json").read_text() == before
    done = jittask("new", "scheduled", "x", "--name", "WeeklyReport2", cwd=tree.root)
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
    assert not list(tree.root.glob("tasks/*/*"))


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
