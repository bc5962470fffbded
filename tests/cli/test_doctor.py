"""``jittask doctor`` and ``validate --connect``, as real processes (V1, V5)."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.running import jittask
from tests.tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A tree with one model of others' table, which has no index."""
    tree = Tree(tmp_path / "tree")
    tree.write(
        "databases/D/e.json",
        {"type": "databases.SqliteType", "title": "D", "database": "d.db"},
    )
    tree.write(
        "models/Thing/e.json",
        {"type": "models.TableType", "title": "T", "db": "databases.D", "table": "bills"},
    )
    tree.dated("Reminder", timing={"startField": "due"})
    with sqlite3.connect(tree.root / "d.db") as file:
        file.execute("CREATE TABLE bills (id INTEGER PRIMARY KEY, due DATE)")
    file.close()
    return tree


@pytest.mark.process
def test_a_section_for_each_database_and_the_store(tree: Tree) -> None:
    done = jittask("doctor", tree.root)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == f"files  {tree.root}"
    assert lines[1] == "  ok  3 elements, of which 1 task can load"
    assert lines[3] == "databases.D  d.db"
    assert lines[4].startswith("  ok  SQLite 3.")
    assert lines[5] == "  ok  models.Thing: table bills, 2 columns"
    assert "warning [index-missing]" in lines[6]
    assert lines[9] == "          hint: CREATE INDEX ix_bills_due ON bills (due)"
    assert lines[11].startswith("run store  ")
    assert lines[-1] == "1 warning"
    assert jittask("doctor", tree.root, "--strict").returncode == 1


@pytest.mark.process
def test_paths_are_from_the_current_folder(tree: Tree) -> None:
    """As those of validate and of status are, so that a terminal opens them (V1)."""
    above = jittask("doctor", tree.root, cwd=tree.root.parent).stdout
    inside = jittask("doctor", cwd=tree.root / "models").stdout
    assert "\n  tree/tasks/Reminder/e.json:" in above
    assert "\n  ../tasks/Reminder/e.json:" in inside


@pytest.mark.process
def test_json_and_the_exit_code_of_an_error(tree: Tree) -> None:
    with sqlite3.connect(tree.root / "d.db") as file:
        file.execute("DROP TABLE bills")
    file.close()
    done = jittask("doctor", tree.root, "--json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert [section["name"] for section in found["sections"]] == [
        "files",
        "databases.D",
        "run store",
        "settings",
    ]
    assert found["sections"][1]["diagnostics"][0]["code"] == "table-missing"
    assert found["summary"] == {"errors": 1, "warnings": 0}


@pytest.mark.process
@pytest.mark.parametrize("shape", ["text", "json", "sarif", "github", "junit"])
def test_validate_reports_the_same_in_its_formats(shape: str, tree: Tree) -> None:
    done = jittask("validate", tree.root, "--connect", "--no-import", "--format", shape)
    assert done.returncode == 0, done.stderr
    assert "CREATE INDEX ix_bills_due ON bills (due)" in done.stdout
    assert "index-missing" in done.stdout or shape == "junit"
    alone = jittask("validate", tree.root, "--no-import", "--format", shape)
    assert "CREATE INDEX" not in alone.stdout


@pytest.mark.process
@pytest.mark.parametrize("command", [["doctor"], ["validate", "--connect"]])
def test_the_line_that_is_shown_has_no_password(command: list[str], tree: Tree) -> None:
    """It is also in the log of CI; the caret stays under what it points at (U5)."""
    tree.write(
        "databases/D/e.json",
        '{"type": "databases.UrlType", "title": "D", "url": "mysql+pymysql://u:hush@127.0.0.1:1/d"}',
    )
    tree.write(
        "databases/E/e.json",
        '{"type": "databases.PgSqlType", "title": "E", "database": "d", "host": "127.0.0.1",'
        ' "port": 1, "user": "u", "password": "hu\\"sh"}',
    )
    done = jittask(*command, tree.root)
    assert done.returncode == 1
    assert "hush" not in done.stdout
    assert 'hu\\"sh' not in done.stdout
    assert "://u:****@127.0.0.1:1/d" in done.stdout
    assert '"password": "******"' in done.stdout


@pytest.mark.process
def test_a_rule_of_the_doctor_is_explained() -> None:
    done = jittask("rule", "index-missing")
    assert "every scan reads all rows" in done.stdout


@pytest.mark.process
@pytest.mark.parametrize("command", ["status", "doctor", "run"])
@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("postgresql://app:hush@127.0.0.1:1/runs", "are host and port right?"),
        ("mysql+pymysql://app:hush@127.0.0.1/runs", "there are: postgresql, sqlite"),
        ("postgresql://app:hush@127.0.0.1:x/runs", "user@host:5432"),
        ("postgresql://app:${JITTASK_NO_SUCH}@h/runs", "JITTASK_NO_SUCH"),
    ],
)
def test_a_wrong_store_is_one_line_and_a_hint(
    command: str, url: str, hint: str, tmp_path: Path
) -> None:
    tree = Tree(tmp_path / "tree", store=url)
    done = jittask(command, tree.root)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert hint in said or (command == "status" and "cannot be used" in said)
    assert "hush" not in said
    if done.stdout.startswith("store unavailable"):  # R13: status lists it with what else is wrong
        assert hint in done.stdout.splitlines()[0]
    elif command != "doctor":
        assert len(done.stderr.splitlines()) == 2
