"""``make run-postgres``: a real program on a table and a view that another application owns."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from scripts.order_desk import fill
from tests.running import Program, jittask
from tests.services import url_of

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs/examples/existing_database"


@pytest.fixture
def url() -> Iterator[str]:
    """Make a database for the other application alone."""
    server = sa.make_url(url_of("postgresql"))
    name = f"jittask_desk_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns(".jittask", "__pycache__")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "app", ignore=ignored))


def test_orders_of_a_table_and_of_a_view_fire(tree: Path, url: str) -> None:
    """The keys are UUIDs, one column has a zone, the other is UTC without saying so."""
    soon = timedelta(seconds=8)  # an order that was written so long ago comes due 2 s from now
    fill(url, datetime.now(UTC) - timedelta(days=3))
    with Program(tree, HARBOUR_URL=url) as program:
        program.wait("ready", tasks=2)
        fill(url, datetime.now(UTC) - soon)
        done = [program.wait("finished") for _ in range(2)]
        program.stop()
    assert {event["status"] for event in done} == {"completed"}
    results = {event["task"]: json.loads(event["result"]) for event in done}
    assert {task: customer for task, (_, customer) in results.items()} == {
        "tasks.PickupReminder": "Lighthouse Café",
        "tasks.PackingList": "Lighthouse Café",
    }
    assert len({uuid.UUID(key) for key, _ in results.values()}) == 1


def test_the_tree_is_valid_also_against_the_database(tree: Path, url: str) -> None:
    fill(url, datetime.now(UTC))
    checked = jittask("validate", tree, "--connect", HARBOUR_URL=url)
    assert checked.returncode == 0, checked.stdout
    assert "error" not in checked.stdout


def test_make_runs_both() -> None:
    dry = subprocess.run(
        ["make", "-n", "run-postgres"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "scripts/order_desk.py" in dry.stdout
    assert f"jittask run {EXAMPLE.relative_to(ROOT)}" in dry.stdout
