"""Steering runs and tasks from another terminal: through real processes (V5, V8, section 10)."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask.model import AppSettings
from jittask.store import Store, upgrade
from jittask.store.record_filter import RecordFilter
from tests.running import PATIENCE, Program, jittask
from tests.tree import Tree

pytestmark = pytest.mark.process

WAITS = """import time
from jittask import app, currentTask

def customFunc():
    print("begun", flush=True)
    while not (app.rootPath / "go").exists():
        time.sleep(0.01)
    print("gone on")
    return "ended"
"""
EVERY_SECOND = {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}
FAR = (datetime.now(UTC) + timedelta(days=400)).date()


def json_answer(*arguments: object) -> dict:
    done = jittask(*arguments, "--format", "json")
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def trigger(tree: Tree, task: str = "Waits") -> int:
    return json_answer("trigger", task, "--tree", tree.root)["run"]


def record_of(tree: Tree, number: int) -> dict:
    return json_answer("log", number, "--tree", tree.root)


LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 stdout   (begun|gone on)\n")
"""A line of a log where no terminal shows it."""


# --- kill


def test_an_executing_run_is_killed_and_waited_for(tree: Tree) -> None:
    tree.scheduled("Waits", WAITS, policy={"retry": {"max": 3, "delaySeconds": 0}})
    with Program(tree.root) as program:
        program.wait("ready")
        number = trigger(tree)
        program.wait("started")
        done = jittask("kill", number, "--note", "wrong month", "--wait", "--tree", tree.root)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == (
            f"run {number} of tasks.Waits: failed\n  killed by hand: wrong month\n"
        )
        again = jittask("kill", number, "--tree", tree.root)
        assert again.returncode == 1
        assert "has ended already: failed" in again.stderr
        program.stop()
    run = record_of(tree, number)
    assert (run["status"], run["reason"], len(run["attempts"])) == ("failed", "killed", 1)


def test_a_waiting_run_is_cancelled_and_a_planned_one_is_not(tree: Tree) -> None:
    tree.scheduled("Waits", WAITS)
    with Program(tree.root) as program:
        program.wait("ready")
        program.stop()
    number = trigger(tree)
    assert json_answer("kill", number, "--wait", "--tree", tree.root) == {
        "run": number,
        "accepted": True,
        "liveRuntime": False,
        "status": "cancelled",
        "timedOut": False,
    }
    assert record_of(tree, number)["detail"] == "cancelled by hand"
    pending = json_answer("records", "--status", "pending", "--tree", tree.root)
    [planned] = pending["records"]
    done = jittask("kill", planned["id"], "--tree", tree.root)
    assert done.returncode == 1
    assert "jittask pause tasks.Waits" in done.stderr


def test_what_does_not_exist_is_told_in_one_line(tree: Tree) -> None:
    tree.scheduled("Waits")
    for command in ("kill", "rerun", "log"):
        done = jittask(command, 1, "--tree", tree.root)
        assert (done.returncode, done.stderr.count("\n")) == (1, 2), done.stderr
        assert "no records yet" in done.stderr
    trigger(tree)
    for command in ("kill", "rerun", "log"):
        done = jittask(command, 99, "--tree", tree.root)
        assert done.returncode == 1
        assert done.stderr == "error: no run 99\n  hint: jittask records lists them\n"
    for command in ("pause", "resume", "enable", "disable", "trigger"):
        done = jittask(command, "Wiats", "--tree", tree.root)
        assert done.returncode == 1
        assert "did you mean tasks.Waits?" in done.stderr
        assert jittask(command).returncode == 2


def test_a_store_that_does_not_answer_is_told_in_one_line(tree: Tree) -> None:
    tree.scheduled("Waits")
    settings = {"timezone": "UTC", "store": "postgresql://nobody@127.0.0.1:1/none"}
    tree.write("app.json", {"appId": "t", "name": "t", "settings": settings})
    for words in (["kill", 1], ["rerun", 1], ["log", 1], ["records"], ["pause", "Waits"],
                  ["resume", "Waits"], ["trigger", "Waits"], ["explain", "Waits"]):  # fmt: skip
        done = jittask(*words, "--tree", tree.root)
        assert done.returncode == 1, words
        assert done.stderr.startswith("error: settings.store: "), done.stderr
        assert done.stderr.count("\n") == 2
    for words in (["status"], ["db", "upgrade"]):
        assert jittask(*words, tree.root).returncode == 1


# --- rerun, trigger


def test_a_rerun_is_a_new_run_of_the_same_occurrence(tree: Tree) -> None:
    tree.things()
    tree.dated("Row", "def customFunc(rowData):\n    return rowData['name']\n")
    tree.scheduled(
        "Fill",
        "from jittask import app\n\n\ndef customFunc():\n"
        "    app.getElement('models.Thing').create({'name': 'one'})\n",
    )
    tree.scheduled(
        "When", "from jittask import currentTask\n\n\ndef customFunc():\n"
        "    return str(currentTask.nominal)\n",
    )  # fmt: skip
    with Program(tree.root) as program:
        program.wait("ready")
        assert jittask("trigger", "Fill", "--wait", "--tree", tree.root).returncode == 0
        for task, more in (("When", []), ("Row", ["--row", "1"])):
            first = json_answer("trigger", task, *more, "--wait", "--tree", tree.root)
            assert first == {
                "run": first["run"], "accepted": True, "liveRuntime": True, "status": "completed",
                "result": record_of(tree, first["run"])["result"], "error": None, "timedOut": False,
            }  # fmt: skip
            second = json_answer("rerun", first["run"], "--wait", "--tree", tree.root)
            assert second["run"] > first["run"]
            before, after = record_of(tree, first["run"]), record_of(tree, second["run"])
            assert (after["rerunOf"], after["trigger"]) == (first["run"], "rerun")
            assert [after[key] for key in ("task", "row", "nominal", "result")] == [
                before[key] for key in ("task", "row", "nominal", "result")
            ]
        program.stop()
    words = jittask("log", second["run"], "--tree", tree.root).stdout
    assert f"again for run {first['run']}" in words


def test_without_a_runtime_a_run_is_accepted_and_not_waited_for(tree: Tree) -> None:
    tree.scheduled("Waits")
    done = jittask("trigger", "Waits", "--wait", "--tree", tree.root, "--format", "json")
    assert done.returncode == 1
    assert "no runtime is alive" in done.stderr
    assert json.loads(done.stdout) == {
        "run": 1, "accepted": True, "liveRuntime": False, "status": "pending",
        "result": None, "error": None, "timedOut": False,
    }  # fmt: skip


def test_a_wait_ends_at_its_timeout_and_the_run_continues(tree: Tree) -> None:
    tree.scheduled("Waits", WAITS)
    with Program(tree.root) as program:
        program.wait("ready")
        done = jittask("trigger", "Waits", "--wait", "--timeout", "0.2s", "--tree", tree.root)
        assert done.returncode == 1
        assert done.stderr == (
            "run 2 has not ended within 200 ms; it continues: jittask log 2 --follow\n"
        )
        assert re.fullmatch(r"run 2 of tasks.Waits: (pending|executing)\n", done.stdout)
        tree.write("go", "")
        program.wait("finished", run=2, status="completed")
        done = jittask("rerun", 2, "--wait", "--timeout", "1m", "--tree", tree.root)
        assert (done.returncode, done.stdout) == (
            0, 'run 3 of tasks.Waits: completed\nresult: "ended"\n',
        )  # fmt: skip
        program.stop()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["trigger", "A", "--timeout", "5"], "--timeout needs --wait"),
        (["trigger", "A", "--wait", "--timeout", "soon"], "expected seconds, or a time such as"),
        (["trigger", "A", "--row", "1"], "--row: tasks.A is a scheduled task, so it has no rows"),
        (["trigger", "Row"], "--row: tasks.Row fires for rows: name one"),
        (["try", "Row"], "--row: tasks.Row fires for rows: name one"),
        (["trigger", "Row", "--row", "x"], "--row: expected a number as the key, got 'x'"),
    ],
)
def test_wrong_use_is_refused(tree: Tree, words: list[str], said: str) -> None:
    tree.things()
    make_things(tree)
    tree.scheduled("A")
    tree.dated("Row")
    done = jittask(*words, "--tree", tree.root)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "no records yet" in jittask("log", 1, "--tree", tree.root).stderr


@pytest.mark.parametrize("command", ["trigger", "try"])
def test_a_row_that_does_not_exist_is_refused_before_there_is_a_run(
    tree: Tree, command: str
) -> None:
    tree.things()
    make_things(tree)
    tree.dated("Row")
    done = jittask(command, "Row", "--row", "17", "--tree", tree.root)
    assert (done.returncode, done.stderr) == (1, "error: models.Thing has no row 17\n")
    assert "no records yet" in jittask("log", 1, "--tree", tree.root).stderr


def make_things(tree: Tree) -> None:
    """Make the table of ``tree.things`` without a runtime."""
    with sqlite3.connect(tree.root / "d.db") as connection:
        connection.execute(
            'CREATE TABLE "Thing" (id INTEGER PRIMARY KEY, name TEXT, at TEXT, day TEXT)'
        )


# --- log --follow


def test_a_log_is_followed_to_its_end(tree: Tree) -> None:
    tree.scheduled("Waits", WAITS)
    with Program(tree.root) as program:
        program.wait("ready")
        number = trigger(tree)
        following = follow(tree, number)
        assert following.stdout is not None
        line = next(line for line in following.stdout if line.endswith("begun\n"))
        assert LINE.fullmatch(line)
        tree.write("go", "")
        line, *rest = following.stdout.read().splitlines(keepends=True)
        assert LINE.fullmatch(line)
        assert "".join(rest) == '\ncompleted\nresult: "ended"\n'
        assert following.wait(PATIENCE) == 0
        program.stop()
    lines = jittask("log", number, "--follow", "--tree", tree.root, "--format", "json").stdout
    *printed, last = map(json.loads, lines.splitlines())
    assert [line["text"] for line in printed] == ["begun", "gone on"]
    assert [(line["stream"], line["level"]) for line in printed] == [("stdout", "info")] * 2
    assert last["run"]["status"] == "completed"


def test_following_ends_cleanly_with_ctrl_c(tree: Tree) -> None:
    tree.scheduled("Waits", WAITS)
    following = follow(tree, trigger(tree))
    assert following.stderr is not None
    assert "no runtime is alive" in following.stderr.readline()
    following.send_signal(signal.SIGINT)
    assert following.wait(PATIENCE) == 130
    assert following.stderr.read().strip() == ""


def follow(tree: Tree, number: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-u", "-m", "jittask", "log", str(number), "--follow"]
    return subprocess.Popen(
        [*words, "--tree", str(tree.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# --- pause, resume


def test_a_paused_task_skips_and_is_named_everywhere(tree: Tree) -> None:
    tree.scheduled("Often", None, EVERY_SECOND)
    done = json_answer("pause", "Often", "--until", FAR, "--note", "moving", "--tree", tree.root)
    assert (done["task"], done["paused"], done["note"]) == ("tasks.Often", True, "moving")
    until = f"it is paused until {FAR} 00:00:00 UTC: moving"
    with Program(tree.root) as program:
        [silent] = program.wait("ready")["notFiring"]
        assert silent == {"task": "tasks.Often", "code": "paused", "text": until}
        skipped = program.wait("finished", status="skipped")
        assert (skipped["reason"], skipped["detail"]) == (
            "task-paused", "the task was paused: moving",
        )  # fmt: skip
        assert jittask("trigger", "Often", "--wait", "--tree", tree.root).returncode == 0
        assert jittask("resume", "Often", "--tree", tree.root).stdout == "tasks.Often fires again\n"
        program.wait("finished", status="completed", task="tasks.Often")
        program.stop()
    again = jittask("resume", "Often", "--tree", tree.root)
    assert (again.returncode, again.stdout) == (0, "tasks.Often was not paused\n")


def test_a_pause_is_named_by_next_explain_and_status(tree: Tree) -> None:
    tree.scheduled("Daily")
    assert jittask("pause", "Daily", "--tree", tree.root).stdout == "tasks.Daily: it is paused\n"
    shown = jittask("next", "--tree", tree.root)
    assert "tasks.Daily: it is paused" in shown.stderr
    assert [note["code"] for note in json_answer("next", "--tree", tree.root)[0]["notes"]] == [
        "paused"
    ]
    reasons = json_answer("explain", "Daily", "--at", FAR, "--tree", tree.root)
    assert reasons["fires"] is False
    assert reasons["reasons"][0] == {
        "code": "paused", "text": "it is paused", "params": {},
    }  # fmt: skip
    jittask("pause", "Daily", "--until", FAR, "--note", "x", "--tree", tree.root)
    later = FAR + timedelta(days=1)
    assert json_answer("explain", "Daily", "--at", later, "--tree", tree.root)["fires"] is True
    [paused] = json_answer("status", tree.root)["paused"]
    assert (paused["task"], paused["note"]) == ("tasks.Daily", "x")
    assert f"tasks.Daily: it is paused until {FAR}" in jittask("status", tree.root).stdout
    past = jittask("pause", "Daily", "--until", "2020-01-01", "--tree", tree.root)
    assert past.returncode == 2
    assert past.stderr.startswith("error: --until: 2020-01-01 00:00 is in the past")
    ahead = json_answer("pause", "Daily", "--until", "2h", "--tree", tree.root)
    since, until = (datetime.fromisoformat(ahead[name]) for name in ("since", "until"))
    assert timedelta(hours=1, minutes=59) < until - since <= timedelta(hours=2)


def test_status_has_its_shape(tree: Tree) -> None:
    tree.scheduled("Waits", WAITS)
    with Program(tree.root) as program:
        program.wait("ready")
        trigger(tree)
        program.wait("started")
        status = json_answer("status", tree.root)
        program.process.send_signal(signal.SIGINT)
        tree.write("go", "")
        program.wait("stopped")
    assert set(status) >= {"runtimes", "leader", "planner", "queue", "paused", "elements"}
    assert status["queue"] == {"pending": 1, "overdue": 0, "executing": 1}
    assert status["leader"] == status["runtimes"][0]["id"]
    assert status["planner"]["lastScan"] is not None


# --- enable, disable


def test_a_running_program_obeys_disable_and_enable(tree: Tree) -> None:
    tree.scheduled("Waits")
    with Program(tree.root) as program:
        program.wait("ready")
        done = json_answer("disable", "Waits", "--tree", tree.root)
        assert done == {
            "task": "tasks.Waits", "enabled": False, "changed": True,
            "file": "tasks/Waits/e.json",
        }  # fmt: skip
        assert program.wait("reloaded")["changed"] == ["tasks.Waits"]
        program.stop()
    again = jittask("disable", "Waits", "--tree", tree.root)
    assert (again.returncode, again.stdout) == (0, "tasks.Waits was already disabled\n")
    assert jittask("enable", "Waits", "--tree", tree.root).stdout == "tasks.Waits is now enabled\n"


def test_only_the_value_changes_and_what_is_not_json_is_left_alone(tree: Tree) -> None:
    tree.scheduled("A")
    file = tree.root / "tasks/A/e.json"
    before = b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n")
    file.write_bytes(before)
    file.chmod(0o640)
    assert jittask("disable", "A", "--tree", tree.root).returncode == 0
    assert file.read_bytes() == before.replace(b'"enable": 1', b'"enable": 0')
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []
    broken = before.replace(b",", b"", 1)
    file.write_bytes(broken)
    done = jittask("enable", "A", "--tree", tree.root)
    assert (done.returncode, file.read_bytes()) == (1, broken)
    assert done.stderr.startswith("error: tasks/A/e.json: expected JSON")


# --- run --once


def test_once_does_what_is_due_and_ends(tree: Tree) -> None:
    tree.scheduled("Good")
    tree.scheduled(
        "Retried",
        "from jittask import currentTask\n\n\ndef customFunc():\n"
        "    if currentTask.attempt == 1:\n        raise ValueError\n",
        policy={"retry": {"max": 1, "delaySeconds": 0}},
    )
    first = jittask("run", tree.root, "--once")
    assert (first.returncode, first.stderr) == (0, "")
    assert "0 completed, 0 failed" in first.stdout
    assert "Ctrl-C" not in first.stdout
    numbers = [trigger(tree, name) for name in ("Good", "Retried")]
    done = jittask("run", tree.root, "--once", "--format", "json", PATH="/usr/bin:/bin")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stdout
    assert events[-1]["event"] == "stopped"
    assert events[-1]["completed"] == 2
    assert [record_of(tree, number)["status"] for number in numbers] == ["completed", "completed"]
    assert len(record_of(tree, numbers[1])["attempts"]) == 2


def test_once_tells_of_a_failure_and_leaves_a_later_retry(tree: Tree) -> None:
    tree.scheduled("Bad", "def customFunc():\n    raise ValueError('no')\n")
    later = {"retry": {"max": 1, "delaySeconds": 900}}
    tree.scheduled("Later", "def customFunc():\n    raise ValueError('no')\n", policy=later)
    number = trigger(tree, "Later")
    assert jittask("run", tree.root, "--once").returncode == 0
    assert record_of(tree, number)["status"] == "pending"
    trigger(tree, "Bad")
    assert jittask("run", tree.root, "--once").returncode == 1


def test_once_does_not_wait_for_what_it_may_not_run(tree: Tree) -> None:
    tree.scheduled("Gone")
    trigger(tree, "Gone")
    tree.write("tasks/Gone/e.json", "{")
    done = jittask("run", tree.root, "--once")
    assert done.returncode == 0, done.stderr


def test_once_ends_cleanly_with_ctrl_c(tree: Tree) -> None:
    tree.scheduled("Waits", WAITS)
    trigger(tree)
    with Program(tree.root, once=True) as program:
        program.wait("started")
        program.process.send_signal(signal.SIGINT)
        tree.write("go", "")
        assert program.wait("stopped")["completed"] == 1
        assert program.process.wait(PATIENCE) == 130


# --- records, db


def test_records_are_filtered_sorted_and_paged(tree: Tree) -> None:
    tree.scheduled("A", tags=["money"])
    tree.scheduled("B", "def customFunc():\n    print('Invoice 7 sent')\n")
    for name in "ABAAB":
        trigger(tree, name)
    assert jittask("run", tree.root, "--once").returncode == 0

    def ids(*options: object) -> list[int]:
        return [
            one["id"] for one in json_answer("records", *options, "--tree", tree.root)["records"]
        ]

    hand = ("--trigger", "manual")
    assert ids(*hand) == [5, 4, 3, 2, 1]
    assert ids(*hand, "--sort", "asc", "--by", "nominal", "--task", "B") == [2, 5]
    assert sorted(ids("--by", "start", "--status", "completed")) == [1, 2, 3, 4, 5]
    assert ids(*hand, "--status", "failed", "--status", "skipped") == []
    version = record_of(tree, 1)["version"]
    assert ids("--version", version[:6], *hand) == [4, 3, 1]
    assert ids("--since", FAR, *hand) == []
    assert ids("--tag", "money", *hand) == [4, 3, 1]
    assert ids("--text", "invoice 7", *hand) == [5, 2]
    assert ids("--late", *hand) == []
    first = json_answer("records", *hand, "--limit", 2, "--tree", tree.root)
    assert ids(*hand, "--limit", 2, "--after", first["next"]) == [3, 2]
    for wrong in (
        ["--version", "abc"],
        ["--version", "nohexa"],
        ["--since", "soon"],
        ["A", "--task", "B"],
    ):
        assert jittask("records", *wrong, "--tree", tree.root).returncode == 2, wrong
    done = jittask("records", "--after", first["next"], "--by", "start", "--tree", tree.root)
    assert (done.returncode, "add --by effective" in done.stderr) == (2, True)
    assert "did you mean tasks.A?" in jittask("records", "AA", "--tree", tree.root).stderr


def test_an_old_store_is_upgraded_on_request(tree: Tree) -> None:
    tree.scheduled("A")
    made = jittask("db", "upgrade", tree.root)
    assert (made.returncode, "has been made" in made.stdout) == (0, True)
    trigger(tree, "A")
    settings = AppSettings()
    with Store.open(settings, tree.root, create=True) as store:
        upgrade.migrate(store._database.engine, "0001", down=True)
    refused = jittask("records", "--tree", tree.root)
    assert refused.returncode == 1
    assert "jittask db upgrade" in refused.stderr
    done = jittask("db", "upgrade", tree.root)
    assert f"has been brought to schema {upgrade.HEAD}" in done.stdout
    assert "is up to date" in jittask("db", "upgrade", tree.root).stdout
    with Store.open(settings, tree.root, create=False) as store:
        assert len(store.records(RecordFilter(), datetime.now(UTC)).records) == 1
    assert "Example: jittask db upgrade" in jittask("db", "upgrade", "--help").stdout


def test_under_a_bad_folder_nothing_is_a_traceback(tmp_path: Path) -> None:
    for command in ("kill", "rerun", "log", "pause", "resume", "enable", "disable"):
        done = jittask(command, "1", cwd=tmp_path)
        assert (done.returncode, "jittask init" in done.stderr) == (1, True), command
