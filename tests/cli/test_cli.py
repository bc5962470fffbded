"""The commands through real processes: words, exit codes, JSON (V5, section 10)."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from jittask.cli.main import _COMMANDS
from tests.running import PATIENCE, Program, jittask
from tests.tree import Tree

pytestmark = pytest.mark.process
SAMPLE = Path(__file__).parents[2] / "elements"


@pytest.mark.parametrize("name", sorted(_COMMANDS))
def test_help_has_an_example(name: str) -> None:
    done = jittask(name, "--help")
    assert done.returncode == 0
    assert "Example: jittask" in done.stdout


def test_validate_shows_the_place(tree: Tree) -> None:
    tree.scheduled("A", polcy={})
    done = jittask("validate", tree.root)
    assert done.returncode == 1
    first, source, caret, hint = done.stdout.splitlines()[:4]
    assert first.endswith("error [misspelt-key] no key 'polcy' here")
    assert '"polcy": {}' in source
    assert caret.endswith("^" * len('"polcy"'))
    assert "did you mean" in hint
    data = json.loads(jittask("validate", tree.root, "--format", "json").stdout)
    assert set(data) == {"diagnostics", "summary"}
    assert set(data["summary"]) == {"errors", "warnings", "ignored", "elements", "seconds"}


def test_validate_exit_codes(tree: Tree, tmp_path: Path) -> None:
    tree.scheduled("A")
    assert jittask("validate", tree.root).returncode == 0
    tree.write("app.json", {"settings": {}})
    assert jittask("validate", tree.root).returncode == 0
    assert jittask("validate", tree.root, "--strict").returncode == 1
    assert jittask("validate", tmp_path / "nowhere").returncode == 1
    assert jittask("validate", "--nonsense").returncode == 2
    elsewhere = jittask("validate", cwd=tmp_path)
    assert elsewhere.returncode == 1
    assert "jittask init" in elsewhere.stderr


def test_init_makes_a_tree_that_is_clean_and_runs(tmp_path: Path) -> None:
    assert jittask("init", "shop", "--timezone", "Europe/Berlin", cwd=tmp_path).returncode == 0
    done = jittask("validate", "shop", "--strict", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert jittask("init", "shop", cwd=tmp_path).returncode == 1
    with Program(tmp_path / "shop") as program:
        program.wait("ready", tasks=2)
        done = jittask("trigger", "Hello", "--wait", "--tree", tmp_path / "shop")
        assert done.returncode == 0, done.stderr
        assert program.stop() == 0
    records = json.loads(
        jittask(
            "records",
            "Hello",
            "--status",
            "completed",
            "--trigger",
            "manual",  # it may have fired by itself meanwhile
            "--tree",
            tmp_path / "shop",
            "--format",
            "json",
        ).stdout
    )
    [run] = records["records"]
    assert run["result"] == '"hello"'
    shown = jittask("log", run["id"], "--tree", tmp_path / "shop")
    assert re.search(r"\n\S+ stdout   hello\n", shown.stdout)


def test_next_takes_its_time_from_the_environment(tree: Tree) -> None:
    tree.scheduled("A")
    done = jittask(
        "next", "A", "-n", "2", "--tree", tree.root, JITTASK_NOW="2026-02-01T00:00:00+00:00"
    )
    assert done.stdout.splitlines() == [
        "every day at 09:00 UTC from 5 January 2026",
        "Sun 2026-02-01 09:00:00 UTC",
        "Mon 2026-02-02 09:00:00 UTC",
    ]
    data = json.loads(jittask("next", "A", "--tree", tree.root, "--format", "json").stdout)
    assert set(data[0]) == {
        "task",
        "row",
        "nominal",
        "effective",
        "local",
        "zone",
        "merged",
        "notes",
    }
    assert jittask("next", "A", "--tree", tree.root, JITTASK_NOW="now").returncode == 2


def test_an_unknown_task_is_told_with_a_hint(tree: Tree) -> None:
    tree.scheduled("Report")
    done = jittask("next", "Reprot", "--tree", tree.root)
    assert done.returncode == 1
    assert "did you mean tasks.Report?" in done.stderr
    assert "Traceback" not in done.stderr


def test_try_rolls_back_unless_committed(tree: Tree) -> None:
    tree.things()
    body = "from jittask import app\n\n\ndef customFunc():\n    Thing = app.getElement('models.Thing')\n    Thing.create({'name': 'x'})\n    return Thing.count()\n"
    tree.scheduled("Adds", body)
    with Program(tree.root) as program:
        program.wait("trouble", code="table-made")
        program.wait("ready")
        program.stop()
    for _ in range(2):
        done = jittask("try", "Adds", "--tree", tree.root)
        assert "result 1" in done.stderr, done.stderr
    jittask("try", "Adds", "--commit", "--tree", tree.root)
    assert "result 2" in jittask("try", "Adds", "--tree", tree.root).stderr


NESTED = """from jittask import app


def customFunc():
    Thing = app.getElement("models.Thing")
    Thing.create({"name": "before"})
    try:
        with app.transaction():
            Thing.create({"name": "lost"})
            raise KeyError
    except KeyError:
        pass
    Thing.create({"name": "after"})
    return [row["name"] for row in Thing.query(orderList=["id"])]
"""


def test_try_keeps_nothing_that_the_body_rolled_back(tree: Tree) -> None:
    tree.things()
    tree.scheduled("Adds", NESTED)
    with closing(sqlite3.connect(tree.root / "d.db")) as database, database:
        database.execute(
            "create table Thing (id integer primary key, name text, at text, day text)"
        )

    def names() -> list[str]:
        with closing(sqlite3.connect(tree.root / "d.db")) as database:
            return [name for (name,) in database.execute("select name from Thing order by id")]

    for options, kept in ((), []), (("--commit",), ["before", "after"]):
        done = jittask("try", "Adds", *options, "--tree", tree.root)
        assert 'result ["before", "after"]' in done.stderr, done.stderr
        assert names() == kept


THREADS = """import threading

from jittask import app


def customFunc():
    Thing = app.getElement("models.Thing")
    Thing.create({"name": "own"})
    thread = threading.Thread(target=Thing.create, args=({"name": "thread"},))
    thread.start()
    thread.join()
    return Thing.count()
"""


def test_try_rolls_back_what_a_thread_of_the_body_did(tree: Tree) -> None:
    tree.things()
    tree.scheduled("Adds", THREADS)
    with closing(sqlite3.connect(tree.root / "d.db")) as database, database:
        database.execute(
            "create table Thing (id integer primary key, name text, at text, day text)"
        )
    done = jittask("try", "Adds", "--tree", tree.root)
    assert "result 2" in done.stderr, done.stderr
    with closing(sqlite3.connect(tree.root / "d.db")) as database:
        assert database.execute("select count(*) from Thing").fetchone() == (0,)


def test_ctrl_c_ends_a_try_without_a_traceback(tree: Tree) -> None:
    tree.scheduled(
        "Waits",
        "import threading\n\ndef customFunc():\n"
        "    print('begun', flush=True)\n    threading.Event().wait()\n",
    )
    words = [sys.executable, "-m", "jittask", "try", "Waits", "--tree", str(tree.root)]
    trying = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert trying.stdout is not None
    assert trying.stdout.readline() == "begun\n"
    trying.send_signal(signal.SIGINT)
    _, errors = trying.communicate(timeout=PATIENCE)
    assert trying.returncode == 130
    assert errors.startswith("interrupted after ")
    assert len(errors.splitlines()) == 1


def test_a_failing_body_shows_its_own_traceback(tree: Tree) -> None:
    tree.scheduled("Fails", "def customFunc():\n    return {}['missing']\n")
    with Program(tree.root) as program:
        program.wait("ready")
        done = jittask("trigger", "Fails", "--wait", "--tree", tree.root, "--format", "json")
        assert done.returncode == 1
        program.stop()
    number = json.loads(done.stdout)["run"]
    shown = jittask("log", number, "--tree", tree.root).stdout
    assert "KeyError: 'missing'" in shown
    assert "inner.py" in shown
    assert "runtime/body.py" not in shown


def test_the_sample_is_clean_and_each_kind_fires(tmp_path: Path) -> None:
    import shutil
    import subprocess
    import sys

    sample = tmp_path / "elements"
    shutil.copytree(SAMPLE, sample, ignore=shutil.ignore_patterns(".jittask", "data", "outbox"))
    assert jittask("validate", sample, "--strict").returncode == 0
    subprocess.run([sys.executable, SAMPLE.parent / "scripts/sample_data.py", sample], check=True)
    with Program(sample) as program:
        program.wait("ready", tasks=8)
        program.wait("finished", task="tasks.billing.OverdueNotice", status="completed")
        done = jittask("trigger", "reports.WeeklyReport", "--wait", "--tree", sample)
        assert done.returncode == 0, done.stderr
        program.stop()
    outbox = (sample / "outbox/outbox.txt").read_text(encoding="utf-8")
    assert "is overdue" in outbox
    assert "weekly report: 3 invoices are open" in outbox


def test_status_before_the_first_run_is_that_of_the_files(tree: Tree) -> None:
    tree.scheduled("A")
    tree.scheduled("Off", enable=0)
    done = jittask("status", tree.root, "--format", "json")
    assert done.returncode == 1, done.stderr
    data = json.loads(done.stdout)
    assert (data["well"], [each["code"] for each in data["problems"]]) == (False, ["not-running"])
    assert (data["runtimes"], data["leader"], data["queue"]["pending"]) == ([], None, 0)
    assert [(one["name"], one["state"]) for one in data["elements"]] == [
        ("tasks.A", "ready"),
        ("tasks.Off", "disabled"),
    ]
    assert len(data["elements"][0]["version"]) == 64
    tree.write("tasks/A/inner.py", "def customFunc(:\n")
    broken = jittask("status", tree.root, cwd=tree.root)
    assert broken.returncode == 1
    assert "no runtime has run yet" in broken.stdout
    assert "broken    tasks.A  nothing\n    tasks/A/inner.py:1:16 error" in broken.stdout
    assert not (tree.root / ".jittask/jittask.db").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has /dev/full")
@pytest.mark.parametrize(
    "words",
    ["plan {}", "validate {}", "validate {} --format json", "next A --tree {}", "rule bad-cron",
     "schema --show task", "--help"],
)  # fmt: skip
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_told(tree: Tree, words: str, unbuffered: str) -> None:
    tree.scheduled("A", colour="red")
    done = subprocess.run(
        ["bash", "-c", f'"$0" -m jittask {words.format(tree.root)} > /dev/full', sys.executable],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )
    assert done.returncode == 3
    assert done.stderr == "jittask: cannot continue: No space left on device\n"
