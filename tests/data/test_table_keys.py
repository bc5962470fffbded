"""Keys that a model's files name, and how columns of each type are read (F9, D4, U4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from jittask import compile_tree
from jittask.data.app_data import AppData
from jittask.data.databases import DataError, open_database
from jittask.data.row_keys import BadKey, row_key
from jittask.data.rows import Rows
from jittask.model import DatabaseInfo, FieldType, ModelInfo
from jittask.prelude.app import App
from jittask.prelude.isolated_imports import IsolatedTree
from tests.data.own_database import own_database
from tests.services import URLS
from tests.tree import Tree

UUIDS = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"


@dataclass(frozen=True)
class Data:
    kind: str
    tree: Tree
    engine: sa.Engine
    opened: list[Any]

    def execute(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def model(self, **element: object) -> ModelInfo:
        self.tree.write("models/T/e.json", {"title": "T", "db": "databases.D", **element})
        compilation = compile_tree(self.tree.root)
        assert [each for each in compilation.diagnostics if each.severity == "error"] == []
        return compilation.app.models["models.T"]

    def table(self, table: str, **more: object) -> Rows:
        """The rows of a ``models.TableType``."""
        model = self.model(type="models.TableType", table=table, **more)
        return Rows.open(self.engine, model)

    def written(self, text: str) -> Rows:
        """The rows of a ``models.NormalType`` with this ``model.py``."""
        self.tree.write("models/T/model.py", text)
        return Rows.open(self.engine, self.model(type="models.NormalType"))

    def app(self) -> App:
        contents = compile_tree(self.tree.root).app.contents
        isolated = IsolatedTree(contents, self.tree.root, self.tree.root)
        self.opened.append(isolated)
        return isolated.app


@pytest.fixture(params=URLS)
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Data]:
    tree = Tree(tmp_path / "app")
    with own_database(request.param) as url:
        tree.write("databases/D/e.json", {"type": "databases.UrlType", "title": "D", "url": url})
        info = DatabaseInfo("databases.D", "databases.UrlType", {"url": url})
        engine = open_database(info, tree.root)
        made = Data(request.param, tree, engine, [])
        yield made
        for isolated in made.opened:
            isolated.close()
        engine.dispose()


def keys(rows: Rows) -> list[str]:
    """The keys of all rows, as a scan stores them; each finds its row."""
    query = sa.select(*(column.label(column.key) for column in rows.table.c))
    with rows.engine.connect() as connection:
        found = connection.execute(query).mappings().all()
    scanned = [row_key(dict(row), rows.model) for row in found]
    for key in scanned:
        row = rows.get(key)
        assert row is not None
        assert row_key(row, rows.model) == key
    return sorted(scanned)


VIEW = (
    "CREATE TABLE base (site VARCHAR(9), number INTEGER, name VARCHAR(9))",
    "INSERT INTO base VALUES ('north', 1, 'a'), ('south', 2, 'b')",
    "CREATE VIEW things AS SELECT * FROM base",
)


def test_a_view_has_the_key_that_its_element_names(data: Data) -> None:
    data.execute(*VIEW)
    with pytest.raises(DataError, match="table things has no primary key"):
        data.table("things")
    assert keys(data.table("things", key="number")) == ["1", "2"]
    both = data.table("things", key=["site", "number"])
    assert keys(both) == ['["north", 1]', '["south", 2]']
    assert [field.name for field in both.model.key_fields] == ["site", "number"]
    with pytest.raises(DataError, match="table things has no column for its key: no"):
        data.table("things", key="no")


def test_a_key_that_is_named_wins_over_that_of_the_table(data: Data) -> None:
    data.execute(
        "CREATE TABLE things (id INTEGER PRIMARY KEY, code VARCHAR(9) UNIQUE)",
        "INSERT INTO things VALUES (1, 'a')",
    )
    assert keys(data.table("things")) == ["1"]
    assert keys(data.table("things", key="code")) == ['"a"']


DECLARATIVE = """from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
{base}

class T(Base):
    __tablename__ = "things"
    {arguments}

    no: Mapped[int] = mapped_column("number", primary_key=True)
    name: Mapped[str | None]
    site: Mapped[str | None] = mapped_column(String(9))
"""
OWN_BASE = "\n\nclass Base(DeclarativeBase):\n    pass\n"
COMMON_BASE = "from commons.base import Base\n"


@pytest.mark.parametrize("base", [OWN_BASE, COMMON_BASE], ids=["own", "imported"])
def test_a_view_has_the_key_that_its_class_declares(data: Data, base: str) -> None:
    """Also where the class has a base of which nothing is read."""
    data.tree.write(
        "commons/base.py",
        "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    pass\n",
    )
    data.execute(*VIEW)
    rows = data.written(DECLARATIVE.format(base=base, arguments=""))
    assert keys(rows) == ["1", "2"]
    assert [field.name for field in rows.model.key_fields] == ["no"]


@pytest.mark.parametrize(
    "arguments",
    ['__table_args__ = {{"schema": "{schema}"}}', '__table_args__ = ({{"schema": "{schema}"}},)'],
)
def test_a_class_names_its_schema(data: Data, arguments: str) -> None:
    if data.kind == "sqlite":
        schema = "main"
        data.execute(*VIEW)
    elif data.kind == "postgresql":
        schema = "sales"
        data.execute("CREATE SCHEMA sales", "SET LOCAL search_path TO sales", *VIEW)
    else:
        schema = str(data.engine.url.database)
        data.execute(*VIEW)
    text = DECLARATIVE.format(base=OWN_BASE, arguments=arguments.format(schema=schema))
    rows = data.written(text)
    assert rows.table.schema == schema
    assert keys(rows) == ["1", "2"]


BINARY = {
    "sqlite": "BLOB", "postgresql": "BYTEA", "mysql": "BINARY(16)",
}  # fmt: skip
LITERAL: dict[str, Callable[[str], str]] = {
    "sqlite": lambda digits: f"x'{digits}'",
    "postgresql": lambda digits: f"'\\x{digits}'",
    "mysql": lambda digits: f"x'{digits}'",
}


def test_a_binary_key_names_its_row_for_a_function_too(data: Data) -> None:
    digits = UUIDS[0].replace("-", "")
    data.execute(
        f"CREATE TABLE things (id {BINARY[data.kind]} PRIMARY KEY, name VARCHAR(9))".replace(
            "BLOB PRIMARY KEY", "BLOB PRIMARY KEY NOT NULL"
        ),
        f"INSERT INTO things VALUES ({LITERAL[data.kind](digits)}, 'a')",
    )
    assert keys(data.table("things")) == [json.dumps(digits)]
    model = data.app().getElement("models.T")
    [row] = model.query()
    assert row["id"] == UUID(UUIDS[0]).bytes
    for key in (row["id"], digits, UUIDS[0]):
        assert [each["name"] for each in model.updateByPK([key], {"name": "b"})] == ["b"], key
        assert model.get({"id": key})["name"] == "b", key
    row.name.value = "c"
    row.save()
    assert model.count({"name": "c"}) == 1
    assert model.deleteByPK([UUIDS[0]]) == 1


UUID_COLUMNS = {
    "sqlite": ["CHAR(36)", "CHAR(32)", "TEXT", "BLOB"],
    "postgresql": ["UUID", "CHAR(36)", "CHAR(32)", "TEXT", "BYTEA"],
    "mysql": ["UUID", "CHAR(36)", "VARCHAR(36)", "CHAR(32)", "BINARY(16)", "VARBINARY(16)"],
}
UUID_MODEL = """from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class T(NormalModel):
    id = datatypes.Uuid(name="id", title="id", primaryKey=True)
    name = datatypes.Stext(name="name", title="name")

    class Meta:
        dbTable = "things"
"""


@pytest.mark.parametrize("number", range(6))
def test_a_uuid_is_one_text_however_its_column_keeps_it(data: Data, number: int) -> None:
    columns = UUID_COLUMNS[data.kind]
    if number >= len(columns):
        pytest.skip("this database has fewer forms")
    column = columns[number]
    data.execute(f"CREATE TABLE things (id {column} PRIMARY KEY, name VARCHAR(9))")
    _use_uuids(data)


def test_a_uuid_in_a_table_of_our_own(data: Data) -> None:
    data.tree.write("models/T/model.py", UUID_MODEL)
    model = data.model(type="models.NormalType")
    app_data = AppData(compile_tree(data.tree.root).app.databases, data.tree.root)
    assert app_data.add_missing(model) is not None
    app_data.close()
    _use_uuids(data)


def _use_uuids(data: Data) -> None:
    rows = data.written(UUID_MODEL)
    model = data.app().getElement("models.T")
    model.create({"id": UUIDS[0].upper(), "name": "a"})
    model.create({"id": UUID(UUIDS[1]), "name": "b"})
    assert keys(rows) == sorted(map(json.dumps, UUIDS))
    assert {row["id"]: row["name"] for row in model.query()} == dict(zip(UUIDS, "ab", strict=True))
    assert model.get({"id": UUIDS[0]}).id.value == UUIDS[0]
    assert model.get(f"Q('id','=','{UUIDS[1]}')")["name"] == "b"
    assert [row["name"] for row in model.updateByPK([UUID(UUIDS[0])], {"name": "c"})] == ["c"]
    found = rows.get(UUIDS[0].replace("-", "").upper())
    assert found == {"id": UUIDS[0], "name": "c"}
    with suppress(BadKey):  # as a UUID of PostgreSQL's own says it
        assert rows.get("no uuid") is None


def test_columns_are_read_as_a_person_takes_them(data: Data) -> None:
    double = {"mysql": "DOUBLE"}.get(data.kind, "DOUBLE PRECISION")
    data.execute(
        f"CREATE TABLE things (id INTEGER PRIMARY KEY, done BOOLEAN, price {double}, ratio FLOAT, "
        "cost DECIMAL(10,2))",
        "INSERT INTO things VALUES (1, true, 0.1, 0.5, 1.25)",
    )
    rows = data.table("things")
    assert {name: str(kind) for name, kind in rows.model.kinds.items()} == {
        "id": "integer", "done": "boolean", "price": "float", "ratio": "float", "cost": "decimal",
    }  # fmt: skip
    row = rows.get("1")
    assert row == {"id": 1, "done": True, "price": 0.1, "ratio": 0.5, "cost": Decimal("1.25")}
    assert [type(value) for value in row.values()] == [int, bool, float, float, Decimal]
    [seen] = data.app().getElement("models.T").query({"done": True, "price": 0.1})
    assert seen["done"] is True
    assert type(seen.price.value) is float
    assert rows.model.kinds["price"] is FieldType.FLOAT
