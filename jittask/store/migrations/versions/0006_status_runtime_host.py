"""Columns have the words of the rest: a run's status, its runtime, and the host of its body."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

RENAMED = (("runs", "state", "status"), ("runs", "worker", "runtime"),
           ("attempts", "worker", "runtime"))  # fmt: skip


def upgrade() -> None:
    """Rename and add without rewriting a row; the indexes follow the columns."""
    for table, old, new in RENAMED:
        _rename(table, old, new)
    for table in ("runs", "attempts"):
        op.add_column(table, sa.Column("host", sa.String(255)))
    op.execute(  # the others have ended, most of them on runtimes that are not recorded any more
        "UPDATE runs SET host = (SELECT host FROM runtimes WHERE runtimes.id = runs.runtime)"
        " WHERE status = 'executing'"
    )


def downgrade() -> None:
    """Give the columns their old names; the hosts are lost."""
    for table in ("attempts", "runs"):
        op.drop_column(table, "host")
    for table, old, new in reversed(RENAMED):
        _rename(table, new, old)


def _rename(table: str, old: str, new: str) -> None:
    # By hand, because Alembic would copy the whole table on SQLite.
    op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
