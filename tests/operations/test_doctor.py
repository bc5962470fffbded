"""What the doctor finds in databases that others made (F8, F9, D3, D4): facts and diagnostics."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
import sqlalchemy as sa

from jittask.clock import SystemClock
from jittask.diagnostics import Diagnostic
from jittask.operations.inspect.doctor import Examination, examine
from jittask.operations.inspect.doctor.side_by_side import side_by_side
from jittask.operations.workspace import Workspace
from tests.services import url_of
from tests.tree import HEAD, Tree

BILLS = (
    "CREATE TABLE bills (id INTEGER PRIMARY KEY, state VARCHAR(20), due DATE, paid_at TIMESTAMP)"
)
INDEX = "CREATE INDEX ix_bills_due ON bills (due)"


def doctor(tree: Tree) -> Examination:
    with Workspace(tree.root) as workspace:
        return examine(workspace)


def only(found: Examination) -> Diagnostic:
    assert len(found.diagnostics) == 1, [each.message for each in found.diagnostics]
    return found.diagnostics[0]


def codes(found: Examination) -> list[str]:
    return sorted(each.code for each in found.diagnostics)


def facts(found: Examination, section: str = "databases.D") -> tuple[str, ...]:
    return next(each.facts for each in found.sections if each.name == section)


@dataclass(frozen=True)
class Database:
    """An empty database of the test's own."""

    kind: str
    engine: sa.Engine
    tree: Tree
    name: str
    """Of its schema or database on the server."""

    def execute(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def connect_as(self, **parts: object) -> None:
        """Let the tree name the database by another URL."""
        write_url(self.tree, self.engine.url.set(**parts))


def write_url(tree: Tree, url: sa.URL | str) -> None:
    text = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    tree.write("databases/D/e.json", {"type": "databases.UrlType", "title": "D", "url": text})


def table_model(tree: Tree, table: str = "bills", key: object = None, **timing: object) -> None:
    """A model of a table that others own, and a task on its column ``due``."""
    element = {"type": "models.TableType", "title": "T", "db": "databases.D", "table": table}
    tree.write("models/Thing/e.json", {**element, **({"key": key} if key else {})})
    tree.dated("Reminder", timing={"startField": "due", **timing})


@contextmanager
def empty_database(kind: str, tree: Tree) -> Iterator[Database]:
    name = f"doctor_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    if kind == "sqlite":
        engine = sa.create_engine(f"sqlite:///{tree.root / 'd.db'}")
        write_url(tree, "sqlite:///d.db")
        yield Database(kind, engine, tree, name)
        engine.dispose()
        return
    url = sa.make_url(url_of(kind))
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        of_schema = url.set(query={"options": f"-csearch_path={name}"})
        engine = sa.create_engine(of_schema if kind == "postgresql" else url.set(database=name))
        write_url(tree, engine.url)
        try:
            yield Database(kind, engine, tree, name)
        finally:
            engine.dispose()
            cascade = " CASCADE" if kind == "postgresql" else ""
            connection.exec_driver_sql(f"DROP SCHEMA {name}{cascade}")
    server.dispose()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "tree")


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def database(request: pytest.FixtureRequest, tree: Tree) -> Iterator[Database]:
    with empty_database(request.param, tree) as made:
        yield made


@pytest.fixture
def postgres(tree: Tree) -> Iterator[Database]:
    with empty_database("postgresql", tree) as made:
        yield made


@pytest.fixture
def mysql(tree: Tree) -> Iterator[Database]:
    with empty_database("mysql", tree) as made:
        yield made


@pytest.fixture
def sqlite(tree: Tree) -> Iterator[Database]:
    with empty_database("sqlite", tree) as made:
        yield made


@contextmanager
def role(database: Database, *grants: str) -> Iterator[str]:
    """A user of PostgreSQL who may do only what is granted."""
    name = f"r_{uuid.uuid4().hex[:8]}"
    database.execute(
        f"CREATE ROLE {name} LOGIN", f"GRANT USAGE ON SCHEMA {database.name} TO {name}"
    )
    database.execute(*(f"GRANT {grant} TO {name}" for grant in grants))
    database.connect_as(username=name)
    try:
        yield name
    finally:
        database.execute(f"DROP OWNED BY {name}", f"DROP ROLE {name}")


# --- tables


def test_a_table_that_fits_has_no_findings(database: Database) -> None:
    database.execute(BILLS, INDEX, "INSERT INTO bills VALUES (1, 'open', '2026-01-05', NULL)")
    table_model(database.tree)
    found = doctor(database.tree)
    assert found.diagnostics == ()
    assert "models.Thing: table bills, 4 columns" in facts(found)
    assert "tasks.Reminder: due has dates and an index" in facts(found)


def test_the_statement_that_it_gives_for_an_index_adds_it(database: Database) -> None:
    database.execute(BILLS, "CREATE INDEX other ON bills (state, due)")
    table_model(database.tree)
    missing = only(doctor(database.tree))
    assert missing.code == "index-missing"
    assert not missing.is_error
    assert missing.location.file == "tasks/Reminder/e.json"
    assert missing.location.pointer == "/timerCfg/startField"
    assert missing.hint is not None
    database.execute(missing.hint)
    assert doctor(database.tree).diagnostics == ()


def test_an_index_of_some_rows_serves_no_scan(postgres: Database) -> None:
    postgres.execute(BILLS, "CREATE INDEX part ON bills (due) WHERE state = 'open'")
    postgres.execute("CREATE INDEX expression ON bills ((due + 1))")
    table_model(postgres.tree)
    assert codes(doctor(postgres.tree)) == ["index-missing"]


def test_a_missing_table_names_one_of_a_near_name(database: Database) -> None:
    database.execute(BILLS)
    table_model(database.tree, "Bill")
    missing = only(doctor(database.tree))
    assert missing.code == "table-missing"
    assert missing.location.file == "models/Thing/e.json"
    assert missing.location.pointer == "/table"
    assert missing.hint == "did you mean bills?"


def test_a_table_in_another_schema_is_named(postgres: Database) -> None:
    other = f"{postgres.name}_other"
    postgres.execute(f"CREATE SCHEMA {other}", BILLS.replace("bills", f"{other}.bills"))
    try:
        table_model(postgres.tree)
        missing = only(doctor(postgres.tree))
        assert missing.hint == f"did you mean {other}.bills?"
        table_model(postgres.tree, f"{other}.bills")
        assert codes(doctor(postgres.tree)) == ["index-missing"]
    finally:
        postgres.execute(f"DROP SCHEMA {other} CASCADE")


def test_a_table_without_a_key_and_a_view(database: Database) -> None:
    database.execute("CREATE TABLE bills (number INTEGER, due DATE)", INDEX)
    database.execute("CREATE VIEW open_bills AS SELECT * FROM bills")
    table_model(database.tree)
    without = only(doctor(database.tree))
    assert without.code == "table-without-key"
    assert without.hint == "ALTER TABLE bills ADD PRIMARY KEY (…)"
    table_model(database.tree, "open_bills")
    found = {each.code: each for each in doctor(database.tree).diagnostics}
    assert found.keys() == {"table-without-key", "index-missing"}
    assert found["table-without-key"].hint == (
        'name the columns that name a row: "key" in its e.json'
    )
    assert "the table below the view" in str(found["index-missing"].hint)


def test_a_key_that_the_model_names(database: Database) -> None:
    database.execute("CREATE TABLE bills (number INTEGER, due DATE)", INDEX)
    database.execute("CREATE VIEW open_bills AS SELECT * FROM bills")
    table_model(database.tree, "open_bills", key="number")
    found = doctor(database.tree)
    assert [each.code for each in found.diagnostics] == ["index-missing"]
    assert "models.Thing: whether number stays unique, which a view does not show" in str(found)
    database.execute("INSERT INTO bills VALUES (7, '2026-05-01'), (7, '2026-05-02')")
    trouble = {each.code: each.message for each in doctor(database.tree).diagnostics}
    assert trouble["key-not-unique"] == "several rows of open_bills have the same number: 7"
    database.execute("UPDATE bills SET number = NULL")
    trouble = {each.code: each.message for each in doctor(database.tree).diagnostics}
    assert trouble["key-not-unique"] == "rows of open_bills have no number"
    database.execute("DELETE FROM bills")
    table_model(database.tree, key=["number", "no"])
    assert only(doctor(database.tree)).message == "bills has no column 'no', which its key names"
    table_model(database.tree, key="number")
    shared = only(doctor(database.tree))
    assert shared.hint == "ALTER TABLE bills ADD UNIQUE (number)"
    database.execute("CREATE UNIQUE INDEX u ON bills (number)")
    assert doctor(database.tree).diagnostics == ()


def own_model(
    tree: Tree, key: str = "id", due: str = "Date", more: str = "", table: str = "bills"
) -> None:
    """A JitAi model of a table, and a task on it."""
    tree.write(
        "models/Thing/e.json", {"type": "models.NormalType", "title": "T", "db": "databases.D"}
    )
    tree.write(
        "models/Thing/model.py",
        "from datatypes.Meta import datatypes\n"
        "from models.NormalType import NormalModel\n\n\n"
        "class Thing(NormalModel):\n"
        f'    {key} = datatypes.Int(name="{key}", primaryKey=True)\n'
        f'    due = datatypes.{due}(name="due")\n'
        f"{more}"
        "\n    class Meta:\n"
        f'        dbTable = "{table}"\n',
    )
    tree.dated("Reminder", timing={"startField": "due"})


def test_a_missing_column_is_named_where_the_model_declares_it(database: Database) -> None:
    database.execute(BILLS, INDEX)
    own_model(database.tree, more='    status = datatypes.Stext(name="status")\n')
    if database.kind == "sqlite":  # the runtime may add it
        found = doctor(database.tree)
        assert found.diagnostics == ()
        assert "models.Thing: bills has no column 'status': jittask run adds it" in facts(found)
        return
    missing = only(doctor(database.tree))
    assert missing.code == "column-missing"
    assert (missing.location.file, missing.location.line) == ("models/Thing/model.py", 8)
    assert missing.hint == ("jittask db sync adds it, or correct its name: did you mean 'state'?")


def test_the_table_of_an_own_model_is_made_by_run_or_by_db_sync(database: Database) -> None:
    own_model(database.tree)
    if database.kind != "sqlite":
        missing = only(doctor(database.tree))
        assert (missing.code, missing.hint) == ("table-missing", "jittask db sync makes bills")
        file = database.tree.root / "databases/D/e.json"
        element = {**json.loads(file.read_text(encoding="utf-8")), "manageTables": 1}
        database.tree.write("databases/D/e.json", element)
    found = doctor(database.tree)
    assert found.diagnostics == ()
    assert any("jittask run makes it" in fact for fact in facts(found))


def test_a_key_that_several_rows_share_is_reported(database: Database) -> None:
    database.execute(
        "CREATE TABLE bills (company INTEGER, number INTEGER, due DATE, "
        "PRIMARY KEY (company, number))",
        INDEX,
    )
    own_model(database.tree, "number")
    shared = only(doctor(database.tree))
    assert shared.code == "key-not-unique"
    assert shared.location.line == 6
    assert shared.hint == "mark the whole key with primaryKey=True: company, number"


def test_a_unique_index_is_a_key_too(database: Database) -> None:
    database.execute(BILLS, INDEX, "ALTER TABLE bills ADD COLUMN number INTEGER")
    database.execute("CREATE UNIQUE INDEX u ON bills (number)")
    own_model(database.tree, "number")
    assert doctor(database.tree).diagnostics == ()


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_a_column_of_another_type_is_no_date(kind: str, tree: Tree) -> None:
    with empty_database(kind, tree) as database:
        database.execute("CREATE TABLE bills (id INTEGER PRIMARY KEY, due VARCHAR(20))")
        own_model(tree)
        found = doctor(tree)
        assert codes(found) == ["column-type-differs", "field-not-a-date"]
        assert found.diagnostics[1].message == (
            "startField: expected dates in the column due, and it is VARCHAR(20)"
        )


def test_fields_and_filter_of_a_model_without_fields_are_checked(database: Database) -> None:
    database.execute(BILLS, INDEX)
    table_model(database.tree)
    database.tree.dated(
        "Reminder", timing={"startField": "dew"}, filter="Q('stat','=','open') & Q('id','=','x')"
    )
    found = doctor(database.tree)
    assert codes(found) == ["filter-bad-value", "filter-unknown-field", "unknown-field"]
    assert {each.element for each in found.diagnostics} == {"tasks.Reminder"}
    assert "did you mean 'due'?" in [each.hint for each in found.diagnostics]


def test_what_two_tasks_have_in_common_is_reported_once(database: Database) -> None:
    database.execute(BILLS)
    table_model(database.tree)
    database.tree.dated("Another", timing={"startField": "due"})
    found = doctor(database.tree)
    assert only(found).element == "tasks.Another"
    assert not [fact for fact in facts(found) if "has dates and an index" in fact]


# --- permissions


def test_a_revoked_select_is_an_error_with_the_grant(postgres: Database) -> None:
    postgres.execute(BILLS, INDEX)
    table_model(postgres.tree)
    with role(postgres) as user:
        denied = only(doctor(postgres.tree))
        assert denied.code == "table-unreadable"
        assert denied.hint == f"as its owner: GRANT SELECT ON bills TO {user}"
        postgres.execute(f"GRANT SELECT ON bills TO {user}")
        assert doctor(postgres.tree).diagnostics == ()


def test_a_select_that_mysql_refuses(mysql: Database) -> None:
    user = f"u_{uuid.uuid4().hex[:8]}"
    mysql.execute(BILLS, INDEX, "CREATE TABLE seen (id INTEGER PRIMARY KEY)")
    mysql.execute(f"CREATE USER {user} IDENTIFIED BY 'right'", f"GRANT SELECT ON seen TO {user}")
    mysql.connect_as(username=user, password="right")
    table_model(mysql.tree)
    try:
        assert codes(doctor(mysql.tree)) == ["table-unreadable"]
    finally:
        mysql.execute(f"DROP USER {user}")


def test_an_own_table_that_cannot_be_written(postgres: Database) -> None:
    postgres.execute(BILLS, INDEX)
    own_model(postgres.tree)
    with role(postgres, "SELECT, INSERT ON bills") as user:
        denied = only(doctor(postgres.tree))
        assert denied.code == "table-read-only"
        assert denied.hint == f"if a task changes them: GRANT UPDATE ON bills TO {user}"


def test_the_statements_that_it_gives_can_be_run_whatever_the_names(postgres: Database) -> None:
    postgres.execute('CREATE TABLE "Order Lines" (id INTEGER PRIMARY KEY, due DATE)')
    postgres.execute('CREATE INDEX lines_due ON "Order Lines" (due)')
    table_model(postgres.tree, "Order Lines")
    with role(postgres):
        denied = only(doctor(postgres.tree))
        assert denied.hint is not None
        postgres.execute(denied.hint.removeprefix("as its owner: "))
        assert doctor(postgres.tree).diagnostics == ()
        own_model(postgres.tree, table="Order Lines")
        lacking = only(doctor(postgres.tree))
        assert lacking.hint is not None
        postgres.execute(lacking.hint.removeprefix("if a task changes them: "))
        assert doctor(postgres.tree).diagnostics == ()


def test_the_key_that_it_proposes_can_be_added(postgres: Database) -> None:
    postgres.execute('CREATE TABLE "Bills" (id INTEGER NOT NULL, due DATE)')
    postgres.execute('CREATE INDEX bills_due ON "Bills" (due)')
    own_model(postgres.tree, table="Bills")
    shared = only(doctor(postgres.tree))
    assert (shared.code, shared.hint) == (
        "key-not-unique", 'ALTER TABLE "Bills" ADD PRIMARY KEY (id)'
    )  # fmt: skip
    postgres.execute(shared.hint)
    assert doctor(postgres.tree).diagnostics == ()


# --- dates


def test_forms_of_dates_in_sqlite(sqlite: Database) -> None:
    sqlite.execute("CREATE TABLE bills (id INTEGER PRIMARY KEY, due DATETIME)", INDEX)
    sqlite.execute("INSERT INTO bills VALUES (1, '2026-01-05 09:00:00')")
    own_model(sqlite.tree, due="Datetime")
    assert doctor(sqlite.tree).diagnostics == ()
    sqlite.execute("INSERT INTO bills VALUES (2, '2026-01-05T09:00:00.5'), (3, NULL)")
    mixed = only(doctor(sqlite.tree))
    assert (mixed.code, mixed.is_error) == ("dates-mixed", False)
    assert "'2026-01-05T09:00:00.5'" in mixed.message
    sqlite.execute("INSERT INTO bills VALUES (4, 1767603600000), (5, 'soon')")
    found = doctor(sqlite.tree)
    assert codes(found) == ["dates-mixed", "dates-unreadable"]
    unreadable = next(each for each in found.diagnostics if each.is_error)
    assert "1767603600000" in unreadable.message
    assert "'soon'" in unreadable.message


def test_a_column_of_sqlite_that_says_no_type(sqlite: Database) -> None:
    """As the expressions of a view are: a scan would not take its texts for dates."""
    sqlite.execute("CREATE TABLE bills (number INTEGER PRIMARY KEY, at DATETIME)")
    sqlite.execute("CREATE VIEW open_bills AS SELECT number, datetime(at) AS due FROM bills")
    table_model(sqlite.tree, "open_bills", key="number")
    found = {each.code: each for each in doctor(sqlite.tree).diagnostics}
    assert found.keys() == {"field-not-a-date"}
    assert found["field-not-a-date"].is_error
    assert "models.NormalType" in str(found["field-not-a-date"].hint)


def test_an_odd_value_is_found_by_the_index_among_many_rows(sqlite: Database) -> None:
    sqlite.execute("CREATE TABLE bills (id INTEGER PRIMARY KEY, due DATE)", INDEX)
    values = ", ".join(f"({number}, '2026-01-05')" for number in range(2000))
    sqlite.execute(f"INSERT INTO bills VALUES {values}", "UPDATE bills SET due = 5 WHERE id = 1000")
    own_model(sqlite.tree)
    assert codes(doctor(sqlite.tree)) == ["dates-unreadable"]


def test_dates_that_python_has_no_value_for(postgres: Database) -> None:
    postgres.execute(BILLS, INDEX, "INSERT INTO bills VALUES (1, 'x', '12026-01-05', NULL)")
    table_model(postgres.tree)
    assert only(doctor(postgres.tree)).message == "due holds what is no date: '12026-01-05'"


def test_infinity_never_fires_and_is_no_mistake(postgres: Database) -> None:
    postgres.execute(BILLS, INDEX, "INSERT INTO bills VALUES (1, 'x', 'infinity', NULL)")
    table_model(postgres.tree)
    assert codes(doctor(postgres.tree)) == []


@pytest.mark.parametrize(
    ("date", "found"), [("0000-00-00", []), ("2026-00-05", ["dates-unreadable"])]
)
def test_a_zero_date_of_mysql(mysql: Database, date: str, found: list[str]) -> None:
    """D1: it means no date; a date of which only a part is zero is a mistake."""
    mysql.execute(
        BILLS, INDEX, "SET sql_mode = ''", f"INSERT INTO bills VALUES (1, 'x', '{date}', NULL)"
    )
    table_model(mysql.tree)
    assert codes(doctor(mysql.tree)) == found


# --- zones


def test_a_timestamp_of_mysql_is_an_instant_in_each_session(mysql: Database) -> None:
    mysql.tree.write("app.json", {"settings": {"timezone": "Asia/Tokyo"}})
    mysql.execute(
        "CREATE TABLE bills (id INTEGER PRIMARY KEY, due TIMESTAMP NULL DEFAULT now())", INDEX
    )
    table_model(mysql.tree)
    assert doctor(mysql.tree).diagnostics == ()


def test_the_zone_of_times_without_one_is_said(mysql: Database) -> None:
    mysql.tree.write("app.json", {"settings": {"timezone": "Asia/Tokyo"}})
    mysql.execute("CREATE TABLE bills (id INTEGER PRIMARY KEY, due DATETIME)", INDEX)
    table_model(mysql.tree)
    table_model(mysql.tree, startField="due")
    said = "due has no zone: its times are read as Asia/Tokyo"
    facts = [fact for section in doctor(mysql.tree).sections for fact in section.facts]
    [fact] = [fact for fact in facts if said in fact]
    assert fact.endswith(', as nothing else is said ("timezone" in the database)')


def test_a_default_of_now_is_in_the_zone_of_the_session(postgres: Database) -> None:
    postgres.tree.write("app.json", {"settings": {"timezone": "Asia/Tokyo"}})
    postgres.execute(
        "CREATE TABLE bills (id INTEGER PRIMARY KEY, due TIMESTAMP DEFAULT now(), "
        "zoned TIMESTAMPTZ DEFAULT now())",
        INDEX,
        "CREATE INDEX z ON bills (zoned)",
    )
    table_model(postgres.tree)
    assert codes(doctor(postgres.tree)) == ["session-zone-differs"]
    table_model(postgres.tree, startField="zoned")
    assert doctor(postgres.tree).diagnostics == ()


# --- connections


def test_what_a_server_says_of_itself(postgres: Database) -> None:
    found = facts(doctor(postgres.tree))
    assert found[0].startswith("PostgreSQL 1")
    assert "session time zone" in found[0]
    assert found[1].endswith("connections are in use")
    assert found[2] == "one runtime opens at most 20 connections"  # itself, and four workers


def test_few_free_connections(mysql: Database) -> None:
    mysql.tree.write("app.json", {"settings": {"timezone": "UTC", "runtime": {"workers": 500}}})
    few = only(doctor(mysql.tree))
    assert few.code == "few-connections"
    assert "connections are free, and one runtime opens at most 2004" in few.message


def test_connections_of_all_databases_on_a_server_are_counted(mysql: Database) -> None:
    """Elements that name one database share its connections; one without models has none."""
    table_model(mysql.tree)
    url = mysql.engine.url.render_as_string(hide_password=False)
    other = mysql.engine.url.set(database="information_schema").render_as_string(
        hide_password=False
    )
    for name, address in (("Same", url), ("Other", other), ("Unused", f"{other}?charset=utf8mb4")):
        mysql.tree.write(
            f"databases/{name}/e.json",
            {"type": "databases.UrlType", "title": name, "url": address},
        )
    for name, table in (("Same", "t"), ("Other", "TABLES")):
        mysql.tree.write(
            f"models/{name}/e.json",
            {"type": "models.TableType", "title": name, "db": f"databases.{name}", "table": table},
        )
    assert "one runtime opens at most 40 connections to its 2 databases" in facts(
        doctor(mysql.tree)
    )


def test_an_unreachable_port_and_a_wrong_password(mysql: Database) -> None:
    table_model(mysql.tree)
    user = f"u_{uuid.uuid4().hex[:8]}"
    mysql.execute(f"CREATE USER {user} IDENTIFIED BY 'right'")
    try:
        mysql.connect_as(username=user, password="wrong-one")
        refused = only(doctor(mysql.tree))
    finally:
        mysql.execute(f"DROP USER {user}")
    assert refused.code == "database-refused"
    assert "Access denied" in refused.message
    assert "wrong-one" not in str(refused)
    assert refused.location.file == "databases/D/e.json"
    mysql.connect_as(port=1)
    assert only(doctor(mysql.tree)).code == "database-unreachable"


def test_settings_of_postgres_in_a_file_of_their_own(tree: Tree) -> None:
    tree.write("databases/D/e.json", {"type": "databases.PgSqlType", "title": "D"})
    settings = {"host": "127.0.0.1", "port": 1, "database": "shop", "user": "app"}
    tree.write("databases/D/D.json", {"dbConfig": settings})
    unreachable = only(doctor(tree))
    assert unreachable.code == "database-unreachable"
    assert unreachable.location.file == "databases/D/D.json"
    assert unreachable.location.pointer == "/dbConfig/host"
    assert unreachable.hint == "is the server running, and are host and port right?"


def test_a_database_that_the_server_lacks(postgres: Database) -> None:
    postgres.connect_as(database="no_such_database")
    refused = only(doctor(postgres.tree))
    assert refused.code == "database-refused"
    assert refused.hint == "create that database, or correct its name"


@pytest.mark.parametrize(
    ("url", "module", "command"),
    [
        ("mysql+pymysql://h/d", "pymysql", "pip install 'jittask[mysql]'"),
        ("postgresql+psycopg://h/d", "psycopg", "pip install 'jittask[postgres]'"),
        ("oracle+oracledb://h/d", "oracledb", "pip install oracledb"),
    ],
)
def test_a_missing_driver_names_its_package(
    url: str, module: str, command: str, tree: Tree
) -> None:
    write_url(tree, url)
    with patch.dict(sys.modules, {module: None}):
        missing = only(doctor(tree))
    assert missing.code == "driver-missing"
    assert missing.hint == command


def test_a_url_that_cannot_be_read_is_not_shown(tree: Tree) -> None:
    write_url(tree, "postgresql:/app:hush@h/d")
    assert "hush" not in str(only(doctor(tree)))


@pytest.mark.parametrize("url", ["postgres//x", "sqlite+nothing:///d.db", "postgresql://h:x/d"])
def test_settings_that_make_no_address(url: str, tree: Tree) -> None:
    write_url(tree, url)
    assert only(doctor(tree)).code == "database-settings-wrong"


def test_servers_that_accept_and_stay_silent_are_given_up_together(tree: Tree) -> None:
    clock = SystemClock()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for name in "ABC":
            url = (
                f"{'mysql+pymysql' if name == 'A' else 'postgresql+psycopg'}://u@127.0.0.1:{port}/d"
            )
            settings = {"type": "databases.UrlType", "title": name, "url": url}
            tree.write(f"databases/{name}/e.json", settings)
        began = clock.monotonic()
        found = doctor(tree)
    assert codes(found) == ["database-unreachable"] * 3
    assert clock.monotonic() - began < 14  # 5 s to connect, or 10 s to read, and not their sum


def test_work_that_hangs_is_left_behind() -> None:
    reader, writer = socket.socketpair()
    with reader, writer:
        done = side_by_side(
            [lambda: str(reader.recv(1)), lambda: "done"],
            [lambda: "too late", lambda: "never"],
            SystemClock(),
            patience=0.2,
        )
        writer.send(b"x")
    assert done == ["too late", "done"]


def test_an_unset_variable_is_an_error_here(tree: Tree) -> None:
    write_url(tree, "postgresql+psycopg://app:${JITTASK_NO_SUCH}@127.0.0.1:1/d")
    unset = only(doctor(tree))
    assert (unset.code, unset.is_error) == ("unset-environment", True)
    assert doctor(tree).sections[1].not_examined == (
        "not opened: environment variable JITTASK_NO_SUCH is not set",
    )


def test_an_unset_variable_of_the_store_gives_no_other_store(tree: Tree) -> None:
    unset = store(tree, "postgresql://app:${JITTASK_NO_SUCH}@127.0.0.1/d")
    assert (unset.code, unset.is_error) == ("unset-environment", True)
    assert doctor(tree).sections[-2].not_examined == (
        "not opened: settings.store: environment variable JITTASK_NO_SUCH is not set",
    )


# --- nothing is changed


def test_it_makes_no_file(tree: Tree) -> None:
    write_url(tree, "sqlite:///data/none.db")
    own_model(tree)
    before = sorted(tree.root.rglob("*"))
    found = doctor(tree)
    assert found.diagnostics == ()
    assert sorted(tree.root.rglob("*")) == before


def test_a_missing_file_is_a_problem_where_others_own_the_table(tree: Tree) -> None:
    write_url(tree, "sqlite:///none.db")
    table_model(tree)
    assert only(doctor(tree)).code == "table-missing"


def test_it_changes_no_byte_of_a_file(tree: Tree) -> None:
    tree.write("app.json", {"settings": {"timezone": "UTC", "store": "sqlite:///d.db"}})
    with empty_database("sqlite", tree) as sqlite:
        sqlite.execute(BILLS)
        table_model(tree)
        before = (tree.root / "d.db").read_bytes()
        found = doctor(tree)
        assert codes(found) == ["index-missing"]
        assert (tree.root / "d.db").read_bytes() == before


def test_a_file_that_is_no_database(tree: Tree) -> None:
    tree.write("d.db", "this is a text, which is long enough to be read as a header" * 20)
    write_url(tree, "sqlite:///d.db")
    table_model(tree)
    assert only(doctor(tree)).code == "database-refused"


def test_a_database_that_is_being_written(sqlite: Database) -> None:
    sqlite.execute(BILLS, INDEX)
    table_model(sqlite.tree)
    with sqlite3.connect(sqlite.tree.root / "d.db") as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("BEGIN IMMEDIATE")
        assert doctor(sqlite.tree).diagnostics == ()
    writer.close()


# --- the run store


def store(tree: Tree, url: str) -> Diagnostic:
    tree.write("app.json", {"settings": {"timezone": "UTC", "store": url}})
    return only(doctor(tree))


def test_a_store_that_does_not_answer(tree: Tree) -> None:
    found = store(tree, "postgresql://app:hush@127.0.0.1:1/jittask")
    assert found.code == "store-unusable"
    assert found.location.pointer == "/settings/store"
    assert found.hint == "is the server running, and are host and port right?"
    assert "hush" not in str(found)


def test_a_store_without_its_driver(tree: Tree) -> None:
    with patch.dict(sys.modules, {"psycopg": None}):
        found = store(tree, "postgresql://app@127.0.0.1/jittask")
    assert found.hint == "pip install 'jittask[postgres]'"


@pytest.mark.parametrize(
    ("schema", "code"), [("0001", "store-outdated"), ("9999", "store-unusable")]
)
def test_a_store_of_another_version(schema: str, code: str, tree: Tree) -> None:
    with sqlite3.connect(tree.root / "runs.db") as file:
        file.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        file.execute("INSERT INTO alembic_version VALUES (?)", [schema])
    file.close()
    found = store(tree, "sqlite:///runs.db")
    assert found.code == code
    assert found.hint is not None


def test_the_model_of_a_declarative_class(sqlite: Database) -> None:
    sqlite.execute(BILLS, INDEX)
    sqlite.tree.write(
        "models/Thing/e.json", {"type": "models.NormalType", "title": "T", "db": "databases.D"}
    )
    sqlite.tree.write(
        "models/Thing/model.py",
        "from datetime import date\n\n"
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\n"
        "class Base(DeclarativeBase):\n    pass\n\n\n"
        "class Thing(Base):\n"
        '    __tablename__ = "bills"\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    due: Mapped[date]\n"
        '    total: Mapped[int] = mapped_column("amount")\n',
    )
    sqlite.tree.dated("Reminder", timing={"startField": "due"})
    missing = only(doctor(sqlite.tree))
    assert missing.code == "column-missing"
    assert missing.location.line == 14


def test_errors_of_the_files_are_shown_too(tree: Tree) -> None:
    tree.write("tasks/Broken/e.json", {"type": "tasks.NormalType", **HEAD})
    found = doctor(tree)
    assert found.errors > 0
    assert {each.element for each in found.sections[0].diagnostics} == {"tasks.Broken"}


def test_a_store_in_a_folder_that_does_not_exist(tree: Tree) -> None:
    found = store(tree, "sqlite:///no/folder/runs.db")
    assert found.code == "store-unusable"
    assert found.hint == "make it, or change settings.store"


def test_a_store_that_refuses_the_user(tree: Tree) -> None:
    url = sa.make_url(url_of("postgresql")).set(username="no_such_role", password="hush")
    found = store(tree, url.render_as_string(hide_password=False))
    assert found.hint == "check the user, the password, and what this user may do"
    assert "hush" not in str(found)
