"""What each form of a database's settings opens, and what it makes (F8)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from jittask.data.databases import DataError, open_database
from jittask.model import DatabaseInfo


def by_url(url: str) -> DatabaseInfo:
    return DatabaseInfo("databases.D", "databases.UrlType", {"url": url})


def file_with_a_row(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as data, data:
        data.execute("CREATE TABLE t AS SELECT 7 AS n")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///data/d.db",
        "sqlite:///{root}/data/d.db",
        "sqlite:///file:data/d.db?mode=ro&uri=true",
        "sqlite:///file:data/d.db?uri=true",
        "sqlite:///file:{root}/data/d.db?mode=ro&uri=true",
        "sqlite:///file://{root}/data/d.db?mode=ro&uri=true",
        "sqlite:///file://localhost{root}/data/d.db?mode=rw&uri=true",
        "sqlite:///file:{root}/data/d.db?immutable=1&uri=true",
    ],
)
@pytest.mark.parametrize("folder", ["tree", "a tree"])
def test_each_form_of_an_sqlite_url_reads_the_file(url: str, folder: str, tmp_path: Path) -> None:
    root = tmp_path / folder
    file_with_a_row(root / "data/d.db")
    before = sorted(root.rglob("*"))
    engine = open_database(by_url(url.replace("{root}", str(root))), root)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT n FROM t")).scalar() == 7
    engine.dispose()
    assert sorted(root.rglob("*")) == before


def test_a_database_that_is_read_only_cannot_be_written(tmp_path: Path) -> None:
    file_with_a_row(tmp_path / "d.db")
    engine = open_database(by_url("sqlite:///file:d.db?mode=ro&uri=true"), tmp_path)
    with engine.connect() as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.execute(sa.text("DELETE FROM t"))
    engine.dispose()


@pytest.mark.parametrize("mode", ["ro", "rw"])
def test_a_missing_file_that_must_exist_is_not_made(mode: str, tmp_path: Path) -> None:
    engine = open_database(by_url(f"sqlite:///file:data/d.db?mode={mode}&uri=true"), tmp_path)
    with pytest.raises(sa.exc.OperationalError, match="unable to open"):
        engine.connect()
    engine.dispose()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("info", "file"),
    [
        (by_url("sqlite:///file:data/d.db?uri=true"), "data/d.db"),
        (DatabaseInfo("databases.Main", "databases.BuiltinsType", {}), "data/Main.db"),
        (DatabaseInfo("databases.a.Main", "databases.BuiltinsType", {}), "data/a.Main.db"),
        (DatabaseInfo("databases.M", "databases.BuiltinsType", {"dbConfig": {"database": "x.db"}}), "x.db"),
        (DatabaseInfo("databases.M", "databases.SqliteType", {"dbname": "y.db"}), "y.db"),
    ],
)  # fmt: skip
def test_a_missing_file_is_made_with_its_folder(
    info: DatabaseInfo, file: str, tmp_path: Path
) -> None:
    engine = open_database(info, tmp_path)
    engine.connect().close()
    engine.dispose()
    assert [str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*") if each.is_file()] == [
        file
    ]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true"])  # fmt: skip
def test_a_database_in_memory_makes_nothing(url: str, tmp_path: Path) -> None:
    engine = open_database(by_url(url), tmp_path)
    engine.connect().close()
    engine.dispose()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("info", "words"),
    [
        (by_url("sqlite:///file:d.db?mode=ro"), "begins with file: needs uri=true"),
        (by_url("sqlite:///file://host/d.db?uri=true"), "names no host, got 'host'"),
        (DatabaseInfo("databases.D", "databases.SqliteType", {"database": "file:d.db?mode=ro"}),
         "a file: URI is for databases.UrlType"),
    ],
)  # fmt: skip
def test_a_wrong_uri_is_refused_and_makes_nothing(info: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words):
        open_database(info, tmp_path)
    assert list(tmp_path.iterdir()) == []
