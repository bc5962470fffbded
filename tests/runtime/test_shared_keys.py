"""Rows of a view that share a key, through the real program, on each database (D5, D9)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.data.own_database import own_database
from tests.running import jittask, jittask_here
from tests.services import URLS
from tests.tree import Tree

pytestmark = pytest.mark.process


@pytest.mark.parametrize("database", URLS)
def test_each_of_them_fails_once_and_the_others_fire(database: str, tree: Tree) -> None:
    with own_database(database) as url:
        tree.write("databases/D/e.json", {"type": "databases.UrlType", "title": "D", "url": url})
        model = {"type": "models.TableType", "title": "T", "db": "databases.D"}
        tree.write("models/Thing/e.json", {**model, "table": "shown", "key": "name"})
        tree.dated("Row")
        place = f"sqlite:///{tree.root / 'data.db'}" if database == "sqlite" else url
        engine = sa.create_engine(place, poolclass=sa.NullPool)
        moment = "DATETIME" if database == "mysql" else "TIMESTAMP"
        hour, now = timedelta(hours=1), datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        table = sa.table("things", sa.column("name"), sa.column("at", sa.DateTime))
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE TABLE things (name VARCHAR(9), at {moment})")
            connection.exec_driver_sql("CREATE VIEW shown AS SELECT name, at FROM things")
            rows = [("a", now - 2 * hour), ("a", now - hour), ("b", now - hour)]
            values = [{"name": name, "at": at} for name, at in rows]
            connection.execute(sa.insert(table), values)
        engine.dispose()

        made = jittask_here("backfill", "Row", "--from", "3h", "--yes", "--tree", tree.root)
        assert "3 runs" in made.stdout
        for _ in range(2):
            jittask("run", tree.root, "--once")
            found = jittask_here("records", "Row", "--tree", tree.root, "--json").stdout
            runs = json.loads(found)["records"]
            ends = sorted((run["row"], run["status"]) for run in runs)
            assert ends == [("a", "failed"), ("a", "failed"), ("b", "completed")]
        assert {run["detail"] for run in runs if run["row"] == "a"} == {
            "SharedKey: 'a' is the key of several rows of models.Thing"
        }
