"""What a worker process says reaches the runtime, and a row that cannot be read is no failure."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask.model import Reason
from jittask.runtime.executors.pool_messages import BodyEnded
from jittask.runtime.executors.pool_wire import decode_answer, encode_answer
from jittask.runtime.executors.protocol import (
    Completed,
    Done,
    Failed,
    Interrupted,
    Outcome,
    Unjudged,
    Withdrawn,
)
from tests.running import Program
from tests.tree import Tree


@pytest.mark.parametrize(
    "outcome",
    [
        Completed("1", 0.5),
        Failed("ValueError: no", "trace", 0.5),
        Interrupted("exit code 1"),
        Withdrawn(Reason.ROW_GONE, "the row is gone"),
        Unjudged("models.Thing: connection refused"),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
def test_each_outcome_of_a_body_arrives(outcome: Outcome) -> None:
    answer = BodyEnded(Done(7, 1, 1, outcome), replace=False)
    assert decode_answer(encode_answer(answer)) == answer


@pytest.mark.process
def test_a_row_that_cannot_be_read_when_it_is_due_waits_and_then_runs(tmp_path: Path) -> None:
    """In the default executor, too: the task is blocked, and its run is not lost (R12)."""
    tree = Tree(tmp_path / "tree", runtime={"workers": 1})
    tree.write(
        "databases/D/e.json", {"type": "databases.UrlType", "title": "D", "url": "sqlite:///d.db"}
    )
    tree.write(
        "models/Thing/e.json",
        {"type": "models.TableType", "title": "T", "db": "databases.D", "table": "things"},
    )
    tree.dated("Reminder", timing={"startField": "due"})
    due = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(seconds=5)
    with closing(sqlite3.connect(tree.root / "d.db")) as database:
        database.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, due DATETIME)")
        database.execute("INSERT INTO things VALUES (1, ?)", (f"{due}.000000",))
        database.commit()
        with Program(tree.root) as program:
            program.wait("ready")
            time.sleep(
                max(0.0, (due - datetime.now(UTC).replace(tzinfo=None)).total_seconds() - 0.7)
            )
            database.execute("ALTER TABLE things RENAME TO away")
            assert program.wait("finished")["reason"] == "blocked"
            database.execute("ALTER TABLE away RENAME TO things")
            assert program.wait("finished")["status"] == "completed"
            program.stop()
