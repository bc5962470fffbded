"""Late runs are listed by an index: they are few among many (rule C16)."""

from __future__ import annotations

from alembic import op

from jittask.store.dialects import ddl

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_index("runs_late", "runs", ["effective", "id"], **ddl.partial_index("late"))


def downgrade() -> None:
    """Drop it."""
    op.drop_index("runs_late", "runs")
