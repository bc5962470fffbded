"""What only SQLite does."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from jittask.model import AppSettings
from jittask.store import Store


def test_pending_runs_are_found_by_their_tasks(tmp_path: Path) -> None:
    """Not among those of all tasks: that took a minute with a hundred thousand tasks."""
    statements: list[tuple[str, object]] = []
    with Store.open(AppSettings(), tmp_path, create=True) as store:
        engine = store._database.engine
        sa.event.listen(
            engine, "before_cursor_execute", lambda *at: statements.append((at[2], at[3]))
        )
        store.pending([f"tasks.T{n}" for n in range(200)])
        [(query, values)] = [sent for sent in statements if "FROM runs" in sent[0]]
        with engine.connect() as connection:
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
    assert "runs_open (task=?)" in steps[0][3]
