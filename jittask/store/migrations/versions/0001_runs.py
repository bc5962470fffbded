"""Runs, their keys, attempts and logs; marks of tasks; what runtimes say of themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jittask.store.dialects import ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Serial = ddl.serial()


def upgrade() -> None:
    """Make the first schema."""
    op.create_table(
        "runs",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("task", sa.String(255), nullable=False),
        sa.Column("row_key", sa.String(512), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("detail", sa.Text),
        sa.Column("trigger", sa.String(16), nullable=False),
        sa.Column("nominal", sa.BigInteger, nullable=False),
        sa.Column("nominals", sa.Text),
        sa.Column("missed_first", sa.BigInteger),
        sa.Column("missed_last", sa.BigInteger),
        sa.Column("missed_count", sa.BigInteger),
        sa.Column("effective", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("started", sa.BigInteger),
        sa.Column("finished", sa.BigInteger),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("worker", sa.String(64)),
        sa.Column("version", sa.String(64)),
        sa.Column("result", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("rerun_of", Serial),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        **ddl.ids_never_reused(),
    )
    op.create_index("runs_by_state_due", "runs", ["state", "due"])
    op.create_index("runs_by_effective", "runs", ["effective", "id"])
    op.create_index("runs_by_task", "runs", ["task", "row_key", "effective", "id"])
    op.create_table(
        "occurrence_keys",
        sa.Column("task", sa.String(255), primary_key=True),
        sa.Column("row_key", sa.String(512), primary_key=True),
        sa.Column("nominal", sa.BigInteger, primary_key=True),
        sa.Column("run_id", Serial, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        **ddl.stored_by_key(),
    )
    op.create_index("occurrence_keys_by_run", "occurrence_keys", ["run_id"])
    op.create_table(
        "attempts",
        sa.Column("run_id", Serial, sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("worker", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("finished", sa.BigInteger),
        sa.Column("outcome", sa.String(32)),
        sa.Column("error", sa.Text),
    )
    op.create_table(
        "log_chunks",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("run_id", Serial, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("stream", sa.String(8), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("log_chunks_by_run", "log_chunks", ["run_id", "id"])
    op.create_table(
        "task_marks",
        sa.Column("task", sa.String(255), primary_key=True),
        sa.Column("activated", sa.BigInteger, nullable=False),
        sa.Column("timing_digest", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("planned_until", sa.BigInteger, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("vanished", sa.BigInteger),
    )
    op.create_table(
        "elements",
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.String(64)),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("diagnostics", sa.Text, nullable=False),
    )
    op.create_table(
        "runtimes",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("stopped", sa.BigInteger),
        sa.Column("last_reload", sa.BigInteger),
        sa.Column("last_reload_ok", sa.Boolean),
        sa.Column("last_scan", sa.BigInteger),
    )


def downgrade() -> None:
    """Drop everything."""
    for table in (
        "runtimes",
        "elements",
        "task_marks",
        "log_chunks",
        "attempts",
        "occurrence_keys",
        "runs",
    ):
        op.drop_table(table)
