"""How many connections a runtime and its workers open to one database (F8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.data.own_database import own_database
from tests.running import Program
from tests.tree import Tree

pytestmark = pytest.mark.process
MODELS = 42


def test_many_models_share_few_connections(tree: Tree) -> None:
    """Each model has a database element of its own, and a task; all name one database."""
    settings = {"timezone": "UTC", "runtime": {"scanSeconds": 0.5, "workers": 1}}
    tree.write("app.json", {"settings": settings})
    with own_database("postgresql") as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        for number in range(MODELS):
            with engine.begin() as connection:
                connection.exec_driver_sql(
                    f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY, at TIMESTAMP)"
                )
            tree.write(
                f"databases/D{number}/e.json",
                {"type": "databases.UrlType", "title": "D", "url": url},
            )
            tree.write(
                f"models/M{number}/e.json",
                {
                    "type": "models.TableType", "title": "M",
                    "db": f"databases.D{number}", "table": f"t{number}",
                },
            )  # fmt: skip
            tree.dated(
                f"T{number}",
                "import threading\n\n\n"
                "def customFunc(row):\n"
                f"    model = app.getElement('models.M{number}')\n"
                "    threads = [threading.Thread(target=model.count) for _ in range(8)]\n"
                "    for thread in threads:\n"
                "        thread.start()\n"
                "    for thread in threads:\n"
                "        thread.join()\n"
                "    return model.count()\n",
                modelPath=f"models.M{number}",
            )
        with Program(tree.root) as program:
            program.wait("ready")
            at = (datetime.now(UTC) + timedelta(seconds=3)).replace(tzinfo=None)
            with engine.begin() as connection:
                for number in range(MODELS):
                    connection.exec_driver_sql(f"INSERT INTO t{number} VALUES (1, '{at}')")
            most = 0
            for _ in range(MODELS):
                done = program.wait("finished")
                assert (done["status"], done["result"]) == ("completed", "1"), done
                most = max(most, connections(engine))
            program.stop()
        engine.dispose()
    assert 0 < most <= 8  # four of the runtime, and four of its worker


def connections(engine: sa.Engine) -> int:
    """The connections to the database, without the one that asks."""
    with engine.connect() as connection:
        count: int = connection.execute(
            sa.text(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).scalar_one()
    return count
