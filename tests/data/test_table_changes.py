"""What a table lacks of what its model describes is added, by whom it may be (F9, F8)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from jittask.data.app_data import AppData
from jittask.data.databases import DataError, open_database
from jittask.data.rows import Rows
from jittask.data.table_changes import add_missing, manages_tables, missing
from jittask.model import DatabaseInfo, FieldInfo, FieldType, ModelForm, ModelInfo
from tests.data.own_database import own_database
from tests.services import URLS

ID = FieldInfo("id", FieldType.INTEGER, "id", primary_key=True, autoincrement=True)
NAME = FieldInfo("name", FieldType.TEXT, "name")
DUE = FieldInfo("due", FieldType.DATE, "due_on", nullable=False)
NOTE = FieldInfo("note", FieldType.TEXT, "note", datatype="Ltext")
OLD = ModelInfo("models.T", ModelForm.NORMAL, "databases.D", "things", (ID, NAME))
NEW = replace(OLD, fields=(ID, NAME, DUE, NOTE))


@dataclass(frozen=True)
class Place:
    info: DatabaseInfo
    engine: sa.Engine
    root: Path


@pytest.fixture(params=URLS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with own_database(request.param) as url:
        info = DatabaseInfo("databases.D", "databases.UrlType", {"url": url})
        engine = open_database(info, tmp_path)
        yield Place(info, engine, tmp_path)
        engine.dispose()


def columns(engine: sa.Engine, schema: str | None = None) -> list[str]:
    return [column["name"] for column in sa.inspect(engine).get_columns("things", schema=schema)]


def test_a_missing_table_is_made_once(place: Place) -> None:
    lacking = missing(NEW, place.engine)
    assert lacking is not None
    assert (lacking.creates, lacking.columns, lacking.words) == (True, (), "the table things")
    assert lacking.statements[0].startswith("CREATE TABLE things ( id ")
    assert add_missing(NEW, place.engine) == lacking
    assert missing(NEW, place.engine) is None
    assert add_missing(NEW, place.engine) is None


def test_missing_columns_are_added_and_rows_stay(place: Place) -> None:
    """Also one that must have a value: the rows that exist have none."""
    add_missing(OLD, place.engine)
    rows = Rows.open(place.engine, OLD)
    with place.engine.begin() as connection:
        connection.execute(sa.insert(rows.table), [{"name": "a"}, {"name": "b"}])
    lacking = missing(NEW, place.engine)
    assert lacking is not None
    assert lacking.columns == ("due_on", "note")
    assert lacking.words == "the columns due_on, note of things"
    assert [statement.split(" ADD COLUMN ")[0] for statement in lacking.statements] == [
        "ALTER TABLE things"
    ] * 2
    assert not any("NOT NULL" in statement for statement in lacking.statements)
    assert add_missing(NEW, place.engine) == lacking
    assert columns(place.engine) == ["id", "name", "due_on", "note"]
    assert Rows.open(place.engine, NEW).get("1") == {
        "id": 1, "name": "a", "due": None, "note": None,
    }  # fmt: skip


def test_a_column_that_the_model_has_no_field_for_stays(place: Place) -> None:
    add_missing(NEW, place.engine)
    assert missing(OLD, place.engine) is None
    assert columns(place.engine) == ["id", "name", "due_on", "note"]


def test_the_other_fields_are_read_where_a_column_is_missing(place: Place) -> None:
    add_missing(OLD, place.engine)
    data = AppData({"databases.D": place.info}, place.root)
    rows = data.rows(NEW)
    with place.engine.begin() as connection:
        connection.execute(sa.insert(rows.table), [{"name": "a"}])
    assert rows.get("1") == {"id": 1, "name": "a"}
    with pytest.raises(DataError, match=r"models\.T: its table has no column for due"):
        rows.date_field("due")
    add_missing(NEW, place.engine)  # by another program
    assert data.rows(NEW).get("1") == {"id": 1, "name": "a", "due": None, "note": None}
    data.close()


def test_a_table_without_the_key_is_refused(place: Place) -> None:
    with place.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE things (name VARCHAR(9))")
    for ask in (lambda: missing(OLD, place.engine), lambda: Rows.open(place.engine, OLD)):
        with pytest.raises(DataError, match="table things has no column for its key: id"):
            ask()


def test_a_view_is_never_altered(place: Place) -> None:
    with place.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE base (id INTEGER, name VARCHAR(9))")
        connection.exec_driver_sql("CREATE VIEW things AS SELECT * FROM base")
    assert missing(OLD, place.engine) is None
    lacking = missing(NEW, place.engine)
    assert lacking is not None
    assert lacking.statements == ()
    with pytest.raises(DataError, match="can only be added to the view"):
        add_missing(NEW, place.engine)
    assert Rows.open(place.engine, NEW).model.kinds == {
        "id": FieldType.INTEGER, "name": FieldType.TEXT,
    }  # fmt: skip


def test_names_differ_by_case_as_the_database_says(place: Place) -> None:
    with place.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE things (ID INTEGER PRIMARY KEY, Name VARCHAR(9))")
        connection.exec_driver_sql("INSERT INTO things VALUES (1, 'a')")
    assert missing(OLD, place.engine) is None  # PostgreSQL folds names that are not quoted
    assert Rows.open(place.engine, OLD).get("1") == {"id": 1, "name": "a"}


def test_several_processes_add_the_same_at_once(place: Place) -> None:
    add_missing(OLD, place.engine)
    together = threading.Barrier(4)
    failed: list[Exception] = []

    def add() -> None:
        engine = open_database(place.info, place.root)
        together.wait()
        try:
            add_missing(NEW, engine)
        except Exception as error:
            failed.append(error)
        engine.dispose()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert columns(place.engine) == ["id", "name", "due_on", "note"]


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_a_table_in_a_schema(kind: str, tmp_path: Path) -> None:
    """A dotted name is a schema's table, and never a table of a dotted name."""
    with own_database(kind) as url, own_database(kind) as other:
        engine = open_database(
            DatabaseInfo("databases.D", "databases.UrlType", {"url": url}), tmp_path
        )
        if kind == "postgresql":
            schema = "sales"
            with engine.begin() as connection:
                connection.exec_driver_sql("CREATE SCHEMA sales")
        else:
            schema = other.rpartition("/")[2]
        dotted = replace(NEW, table=f"{schema}.things")
        assert add_missing(replace(OLD, table=dotted.table), engine) is not None
        assert add_missing(dotted, engine) is not None
        assert columns(engine, schema) == ["id", "name", "due_on", "note"]
        assert sa.inspect(engine).get_table_names() == []
        rows = Rows.open(engine, dotted)
        with engine.begin() as connection:
            connection.execute(sa.insert(rows.table), [{"name": "a"}])
        assert rows.get("1") is not None
        reflected = ModelInfo("models.R", ModelForm.TABLE, "databases.D", dotted.table, opaque=True)
        assert Rows.open(engine, reflected).get("1") is not None
        absent = replace(NEW, table="nowhere.things")
        with pytest.raises(DataError, match=r"no table nowhere\.things in its database"):
            Rows.open(engine, absent)
        with pytest.raises(DataError, match=r"models\.T: table nowhere\.things: .*nowhere"):
            add_missing(absent, engine)
        assert sa.inspect(engine).get_table_names() == []
        engine.dispose()


@pytest.mark.parametrize(
    ("type_", "settings", "managed"),
    [
        ("SqliteType", {"database": "d.db"}, True),
        ("SqliteType", {"database": "d.db", "manageTables": 0}, False),
        ("SqliteType", {"database": "../elsewhere.db"}, False),
        ("SqliteType", {"database": "../elsewhere.db", "manageTables": 1}, True),
        ("SqliteType", {"manageTables": 1, "dbConfig": {"database": "../elsewhere.db"}}, True),
        ("UrlType", {"url": "sqlite:///{root}/sub/d.db"}, True),
        ("UrlType", {"url": "sqlite:////nowhere/d.db"}, False),
        ("UrlType", {"url": "sqlite:///file:d.db?mode=ro&uri=true"}, False),
        ("UrlType", {"url": "sqlite://"}, True),
        ("UrlType", {"url": "postgresql+psycopg://h/d"}, False),
        ("UrlType", {"url": "postgresql+psycopg://h/d", "manageTables": 1}, True),
        ("PgSqlType", {"database": "d"}, False),
        ("MySQLType", {"dbConfig": {"database": "d", "manageTables": 1}}, True),
        ("BuiltinsType", {}, True),
    ],
)
def test_whose_tables_a_runtime_adds(
    type_: str, settings: dict[str, object], managed: bool, tmp_path: Path
) -> None:
    root = tmp_path / "tree"
    url = str(settings.get("url", "")).replace("{root}", str(root))
    info = DatabaseInfo("databases.D", f"databases.{type_}", {**settings, "url": url})
    # of the one that cannot be made, not even the folder
    engine = sa.create_engine(url) if "nowhere" in url else open_database(info, root)
    assert manages_tables(info, engine.url, root) is managed
    engine.dispose()
