"""``jittask db sync``: shows the statements, asks, and adds what is missing (F9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from tests.data.own_database import own_database
from tests.running import Program, jittask
from tests.tree import Tree

pytestmark = pytest.mark.process
NOTE = '    note = datatypes.Stext(name="note", title="note")\n'


@dataclass(frozen=True)
class OnServer:
    tree: Tree
    engine: sa.Engine

    def add_field(self, text: str = NOTE) -> None:
        model = self.tree.root / "models/Thing/model.py"
        self.tree.write("models/Thing/model.py", model.read_text(encoding="utf-8") + text)

    def columns(self) -> list[str]:
        return [each["name"] for each in sa.inspect(self.engine).get_columns("Thing")]

    def tables(self) -> list[str]:
        return sa.inspect(self.engine).get_table_names()


@pytest.fixture(params=["postgresql", "mysql"])
def server(request: pytest.FixtureRequest, tree: Tree) -> Iterator[OnServer]:
    with own_database(request.param) as url:
        tree.write("app.json", {"settings": {"timezone": "UTC", "runtime": {"scanSeconds": 0.2}}})
        tree.things()
        tree.write("databases/D/e.json", {"type": "databases.UrlType", "title": "D", "url": url})
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        yield OnServer(tree, engine)
        engine.dispose()


def test_nothing_is_changed_before_it_is_asked_for(server: OnServer) -> None:
    root = server.tree.root
    shown = jittask("db", "sync", root, "--format", "json")
    [change] = json.loads(shown.stdout)["changes"]
    assert (change["model"], change["creates"]) == ("models.Thing", True)
    assert change["statements"][0].startswith("CREATE TABLE ")
    asked = jittask("db", "sync", root)
    assert asked.returncode == 2
    assert "CREATE TABLE " in asked.stdout
    assert "nobody can be asked here" in asked.stderr
    assert server.tables() == []
    made = jittask("db", "sync", root, "--yes")
    assert made.returncode == 0
    assert made.stdout.endswith("models.Thing: added the table Thing\n")
    assert jittask("db", "sync", root).stdout == "nothing is missing\n"
    server.add_field()
    added = json.loads(jittask("db", "sync", root, "--yes", "--json").stdout)
    assert added["applied"] is True
    assert added["changes"][0]["columns"] == ["note"]
    assert server.columns() == ["id", "name", "at", "day", "note"]


def test_a_database_that_does_not_answer_keeps_no_other_waiting(server: OnServer) -> None:
    tree = server.tree
    tree.write(
        "databases/E/e.json",
        {
            "type": "databases.UrlType",
            "title": "E",
            "url": "postgresql+psycopg://h:1@127.0.0.1:1/e",
        },
    )
    tree.write(
        "models/Other/e.json", {"type": "models.NormalType", "title": "O", "db": "databases.E"}
    )
    text = (tree.root / "models/Thing/model.py").read_text(encoding="utf-8")
    tree.write("models/Other/model.py", text.replace("Thing", "Other"))
    made = jittask("db", "sync", tree.root, "--yes")
    assert made.returncode == 1
    assert "models.Thing: added the table Thing" in made.stdout
    assert "models.Other: table Other: " in made.stderr
    assert server.tables() == ["Thing"]


def test_a_runtime_changes_no_server_and_blocks_only_what_needs_it(server: OnServer) -> None:
    """A table that is missing blocks its tasks; a column only those that name it."""
    tree = server.tree
    tree.dated("Due", timing={"startField": "at"})
    tree.dated("Noted", timing={"startField": "at"}, filter="Q('note','=','x')")
    server.add_field()
    with Program(tree.root) as program:
        told = program.wait("blocked", task="tasks.Due", code="table-failed")
        assert told["reason"] == (
            "models.Thing: databases.D lacks the table Thing: jittask db sync adds it"
        )
        assert server.tables() == []
        with server.engine.begin() as connection:
            quote = server.engine.dialect.identifier_preparer.quote
            connection.exec_driver_sql(
                f"CREATE TABLE {quote('Thing')} (id INTEGER PRIMARY KEY, name VARCHAR(9), "
                "at TIMESTAMP NULL, day DATE)"
            )
        program.wait("unblocked", task="tasks.Due")
        noted = program.wait("blocked", task="tasks.Noted", code="scan-failed")
        place = "tasks/Noted/e.json:11:16: "
        assert noted["reason"] == f"{place}models.Thing: its table has no column for note"
        assert server.columns() == ["id", "name", "at", "day"]
        assert jittask("db", "sync", tree.root, "--yes").returncode == 0
        program.wait("unblocked", task="tasks.Noted")
        program.stop()


def test_a_runtime_adds_to_a_server_whose_tables_it_manages(server: OnServer) -> None:
    tree = server.tree
    element = json.loads((tree.root / "databases/D/e.json").read_text(encoding="utf-8"))
    tree.write("databases/D/e.json", {**element, "manageTables": 1})
    tree.dated("Due", timing={"startField": "at"})
    with Program(tree.root) as program:
        made = program.wait("trouble", code="table-made")
        assert made["text"] == "models.Thing: created what was missing: the table Thing"
        server.add_field()
        added = program.wait("trouble", code="columns-added")
        assert added["text"] == "models.Thing: added what was missing: the column note of Thing"
        program.stop()
    assert server.columns() == ["id", "name", "at", "day", "note"]


def test_a_column_is_added_to_a_file_in_the_tree(tree: Tree) -> None:
    tree.things()
    tree.dated("Due", timing={"startField": "at"})
    with Program(tree.root) as program:
        program.wait("trouble", code="table-made")
        program.stop()
    model = tree.root / "models/Thing/model.py"
    tree.write("models/Thing/model.py", model.read_text(encoding="utf-8") + NOTE)
    with Program(tree.root) as program:
        program.wait("trouble", code="columns-added")
        program.stop()
