"""A row whose key is bytes, through the real program, on each database (D4, D5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from tests.data.own_database import own_database
from tests.running import Program, jittask
from tests.services import URLS
from tests.tree import Tree

pytestmark = pytest.mark.process
KEY = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
TYPES = {"sqlite": "BLOB", "postgresql": "BYTEA", "mysql": "BINARY(16)"}


@pytest.fixture(params=URLS)
def keyed(request: pytest.FixtureRequest, tree: Tree) -> Iterator[sa.Engine]:
    with own_database(request.param) as url:
        tree.write("databases/D/e.json", {"type": "databases.UrlType", "title": "D", "url": url})
        tree.write("app.json", {"settings": {"timezone": "UTC", "runtime": {"scanSeconds": 0.2}}})
        tree.write(
            "models/Thing/e.json",
            {"type": "models.TableType", "title": "T", "db": "databases.D", "table": "things"},
        )
        tree.dated(
            "Row",
            "def customFunc(row):\n"
            "    Thing = app.getElement('models.Thing')\n"
            "    row.name.value = 'seen'\n"
            "    row.save()\n"
            "    return [row['id'].hex(), Thing.get({'id': row['id']})['name']]\n",
        )
        place = f"sqlite:///{tree.root / 'data.db'}" if request.param == "sqlite" else url
        engine = sa.create_engine(place, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                f"CREATE TABLE things (id {TYPES[request.param]} NOT NULL PRIMARY KEY, "
                f"name VARCHAR(9), at {'DATETIME(6)' if request.param == 'mysql' else 'TIMESTAMP'})"
            )
        yield engine
        engine.dispose()


def soon(seconds: float) -> datetime:
    return datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=seconds)


def test_a_binary_key_works_in_each_run_and_command(keyed: sa.Engine, tree: Tree) -> None:
    table = sa.Table("things", sa.MetaData(), autoload_with=keyed)
    with keyed.begin() as connection:
        row = {"id": KEY.bytes, "name": "a", "at": soon(36_000)}
        connection.execute(sa.insert(table), row)
    shown = jittask("next", "Row", "--row", str(KEY), "--tree", tree.root)
    assert shown.returncode == 0, shown.stderr
    with Program(tree.root) as program:
        program.wait("ready")
        with keyed.begin() as connection:
            connection.execute(sa.update(table).values(at=soon(2)))
        done = program.wait("finished", task="tasks.Row")
        assert (done["status"], done["reason"]) == ("completed", None)
        assert done["row"] == KEY.hex
        assert json.loads(done["result"]) == [KEY.hex, "seen"]
        again = jittask("rerun", done["run"], "--tree", tree.root)
        assert again.returncode == 0, again.stderr
        assert program.wait("finished", task="tasks.Row")["status"] == "completed"
        program.stop()
    for key in (KEY.hex, str(KEY)):
        found = jittask("records", "Row", "--row", key, "--tree", tree.root, "--format", "json")
        assert len(json.loads(found.stdout)["records"]) == 2, key
