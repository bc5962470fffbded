"""Indexes by which runs are listed: of those that have ended, of the few that have not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jittask.store.dialects import ddl

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = "finished IS NULL"
ENDED = "finished IS NOT NULL"
VERSION_HEAD = "substr(version, 1, 6)"

INDEXES = (
    ("runs_open", ("task", "effective", "id"), OPEN),
    ("runs_ended", ("state", "effective", "id"), ENDED),
    ("runs_ended_by_task", ("task", "state", "effective", "id"), ENDED),
    (
        "runs_ended_by_version",
        (VERSION_HEAD, "state", "effective", "id"),
        f"{ENDED} AND version IS NOT NULL",
    ),
    ("runs_ended_by_start", ("state", "started", "id"), f"{ENDED} AND started IS NOT NULL"),
    ("runs_by_row", ("row_key", "task", "effective", "id"), "row_key <> ''"),
    ("runs_by_hand", ("trigger", "effective", "id"), "\"trigger\" <> 'schedule'"),
    ("runs_rolled", ("nominal", "id", "task"), "nominal <> effective"),
)


def upgrade() -> None:
    """Make them, instead of those that every change of a run had to rewrite."""
    op.execute("UPDATE runs SET finished = effective WHERE state = 'skipped' AND finished IS NULL")
    op.drop_index("runs_by_finish", "runs")
    op.drop_index("runs_by_effective", "runs")
    op.drop_index("runs_by_task", "runs")
    for name, columns, where in INDEXES:
        parts = [sa.text(name) if name == VERSION_HEAD else name for name in columns]
        op.create_index(name, "runs", parts, **ddl.partial_index(where))


def downgrade() -> None:
    """Make the ones before again."""
    for name, _, _ in INDEXES:
        op.drop_index(name, "runs")
    op.create_index("runs_by_task", "runs", ["task", "row_key", "effective", "id"])
    op.create_index("runs_by_effective", "runs", ["effective", "id"])
    op.create_index("runs_by_finish", "runs", ["finished"])
