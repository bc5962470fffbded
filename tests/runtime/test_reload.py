"""What happens, and what the terminal says, when files change under a running program (H1-H3)."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jittask.runtime.watch import Watch
from tests.running import Program, jittask
from tests.tree import Tree

EVERY_SECOND = {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}
GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "while-it-runs.md"

pytestmark = pytest.mark.process


def said(program: Program, text: str) -> str:
    return program.wait_line(lambda line: text in line)


def generic(line: str) -> str:
    """Return a line as a terminal shows it, so without a date, and with the guide's times."""
    line = re.sub(r"^\d{4}-\d\d-\d\d ", "", line)
    return re.sub(r"\d\d:\d\d:\d\d", "09:00:00", line).rstrip()


def test_edit_break_fix_remove_return(tree: Tree) -> None:
    inner = "def customFunc():\n    return 'one'\n"
    start = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    tree.scheduled("Hello", inner, EVERY_SECOND, timing={"startTime": start})
    good = (tree.root / "tasks/Hello/e.json").read_text()
    seen: list[str] = []
    with Program(tree.root, "text") as program:
        said(program, "ready")
        said(program, '→ "one"')

        # an edited function
        tree.write("tasks/Hello/inner.py", inner.replace("one", "two"))
        seen.append(said(program, "tasks.Hello changed"))
        said(program, '→ "two"')

        # an edited cycle
        slower = good.replace("FREQ=SECONDLY", "FREQ=SECONDLY;INTERVAL=2")
        tree.write("tasks/Hello/e.json", slower)
        seen.append(said(program, "tasks.Hello changed"))
        said(program, '→ "two"')

        # a broken JSON: the last good version keeps running, and status says so
        tree.write("tasks/Hello/e.json", slower.replace('"enable": 1,', '"enable": 1'))
        seen.append(said(program, "broken"))
        seen += [said(program, word) for word in ("[bad-json]", "|", "^", "hint:")]
        said(program, '→ "two"')
        status = jittask("status", tree.root)
        assert status.returncode == 1
        assert "broken    tasks.Hello" in status.stdout

        # fixed, then a wrong signature
        tree.write("tasks/Hello/e.json", slower)
        seen.append(said(program, "tasks.Hello fixed"))
        assert jittask("status", tree.root).returncode == 0
        tree.write("tasks/Hello/inner.py", "def customFunc(row):\n    return 'three'\n")
        seen.append(said(program, "broken"))
        seen += [said(program, word) for word in ("[too-many-parameters]", "def", "^", "hint:")]
        said(program, '→ "two"')
        tree.write("tasks/Hello/inner.py", inner.replace("one", "four"))
        seen.append(said(program, "tasks.Hello fixed"))
        said(program, '→ "four"')

        # removed: it runs for five seconds more, then stops; returned: it starts
        shutil.move(tree.root / "tasks/Hello", tree.root / "away")
        seen.append(said(program, "tasks.Hello removed"))
        shutil.move(tree.root / "away", tree.root / "tasks/Hello")
        seen.append(said(program, "tasks.Hello added"))
        said(program, '→ "four"')

        # renamed: said once, and nothing follows it to the new name
        shutil.move(tree.root / "tasks/Hello", tree.root / "tasks/Greeting")
        seen.append(said(program, "looks like tasks.Hello renamed"))
        said(program, "tasks.Hello removed")
        assert program.stop() == 0
    print("\n".join(map(generic, seen)))
    guide = GUIDE.read_text(encoding="utf-8")
    for line in seen:
        assert generic(line) in guide, f"the guide lacks: {generic(line)}"


def test_records_name_the_version_that_ran(tree: Tree) -> None:
    start = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    tree.scheduled("A", None, EVERY_SECOND, timing={"startTime": start})
    with Program(tree.root) as program:
        first = program.wait("started")["version"]
        tree.write("tasks/A/inner.py", "def customFunc():\n    return 2\n")
        program.wait("reloaded", changed=["tasks.A"])
        program.wait("finished", result="2")
        assert program.stop() == 0
    records = json.loads(jittask("records", "A", "--tree", tree.root, "--format", "json").stdout)
    versions = {one["result"]: one["version"] for one in records["records"] if one["result"]}
    assert versions["1"] == first != versions["2"]


def test_touching_a_file_changes_nothing(tree: Tree) -> None:
    tree.scheduled("A")
    tree.scheduled("B")
    with Program(tree.root) as program:
        program.wait("ready")
        (tree.root / "tasks/A/e.json").touch()
        tree.write("tasks/B/inner.py", "def customFunc():\n    return 'new'\n")
        assert program.wait("reloaded")["changed"] == ["tasks.B"]
        program.stop()


def test_the_last_good_version_survives_a_restart(tree: Tree) -> None:
    start = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    tree.scheduled(
        "A", "def customFunc():\n    return 'good'\n", EVERY_SECOND, timing={"startTime": start}
    )
    with Program(tree.root) as program:
        program.wait("finished", result='"good"')
        program.stop()
    tree.write("tasks/A/inner.py", "def customFunc(:\n")
    with Program(tree.root) as program:
        assert program.wait("broken")["version"]
        program.wait("finished", result='"good"')
        program.stop()


def test_the_last_good_version_of_an_older_program_keeps_its_name(tree: Tree) -> None:
    """Another program may have named the same files otherwise: the folder has its name."""
    tree.scheduled("A", "def customFunc():\n    return 'good'\n", EVERY_SECOND)
    with Program(tree.root) as program:
        program.wait("finished", result='"good"')
        program.stop()
    older, state = "f" * 64, tree.root / ".jittask"
    with closing(sqlite3.connect(state / "jittask.db")) as file, file:
        [[version]] = file.execute("SELECT version FROM elements WHERE name = 'tasks.A'")
        file.execute("UPDATE elements SET version = ?", [older])
    (state / "bundles" / version).rename(state / "bundles" / older)
    tree.write("tasks/A/inner.py", "def customFunc(:\n")
    with Program(tree.root) as program:
        assert program.wait("broken")["version"] == older
        program.wait("finished", result='"good"')
        program.stop()
    assert (state / "bundles" / older).is_dir()


def test_a_zone_that_the_environment_lacks_is_refused(tree: Tree) -> None:
    """F2: unset is a warning in validate, and an error in run."""
    tree.write("app.json", {"settings": {"timezone": "${JITTASK_TEST_UNSET}"}})
    database = {"type": "databases.UrlType", "title": "D", "url": "${JITTASK_ANOTHER}"}
    tree.write("databases/D/e.json", database)
    done = jittask("run", tree.root)
    assert done.returncode == 1
    assert "app.json:3:17: environment variable JITTASK_TEST_UNSET is not set; " in done.stderr
    assert "databases/D/e.json:4:10: environment variable JITTASK_ANOTHER is not set" in done.stderr


def test_a_second_runtime_is_refused(tree: Tree) -> None:
    tree.scheduled("A")
    with Program(tree.root) as program:
        program.wait("ready")
        second = jittask("run", tree.root)
        assert second.returncode == 1
        assert "already runs these tasks" in second.stderr
        assert program.stop() == 0


def test_a_reload_lets_another_commons_in(tree: Tree) -> None:
    """A change of a shared module changes the tasks that import it, and no others (H2)."""
    tree.write("commons/__init__.py", "")
    tree.write("commons/words.py", "WORD = 'before'\n")
    tree.scheduled(
        "Uses", "from commons.words import WORD\n\n\ndef customFunc():\n    return WORD\n"
    )
    tree.scheduled("Other")
    with Program(tree.root) as program:
        program.wait("ready")
        tree.write("commons/words.py", "WORD = 'after'\n")
        assert program.wait("reloaded")["changed"] == ["tasks.Uses"]
        done = jittask("trigger", "Uses", "--wait", "--tree", tree.root)
        assert done.returncode == 0, done.stderr
        assert program.wait("finished", task="tasks.Uses")["result"] == '"after"'
        program.stop()


def test_a_watch_has_its_turn_though_the_run_store_never_rests(tree: Tree) -> None:
    """A removed element stops after a while in which nothing else changes (H3)."""
    stop, state = threading.Event(), tree.root / ".jittask"
    state.mkdir()

    def write() -> None:
        for number in range(200):
            (state / "busy").write_text(str(number))
            stop.wait(0.02)

    writing = threading.Thread(target=write)
    writing.start()
    with Watch(tree.root, pytest.fail) as watch:
        assert watch.look(stop, debounce_millis=20, look_every_millis=200) == frozenset()
        assert writing.is_alive()
        stop.set()
    writing.join()
