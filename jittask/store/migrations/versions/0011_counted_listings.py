"""Late runs get an index, as they are few among many; those by hand are counted by status."""

from __future__ import annotations

from alembic import op

from jittask.store.dialects import ddl

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BY_HAND = "\"trigger\" <> 'schedule'"


def upgrade() -> None:
    """Make the one, and the other again with the status."""
    op.create_index("runs_late", "runs", ["effective", "id", "status"], **ddl.partial_index("late"))
    op.drop_index("runs_by_hand", "runs")
    _by_hand("status")


def downgrade() -> None:
    """Drop the one, and make the other as it was."""
    op.drop_index("runs_late", "runs")
    op.drop_index("runs_by_hand", "runs")
    _by_hand()


def _by_hand(*more: str) -> None:
    columns = ["trigger", "effective", "id", *more]
    op.create_index("runs_by_hand", "runs", columns, **ddl.partial_index(BY_HAND))
