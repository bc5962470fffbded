"""What the timing of a date-field task is without its filter, whose edit is no activation (D7)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; it is written with each task's next mark."""
    op.add_column("task_marks", sa.Column("timer_digest", sa.String(32)))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("task_marks", "timer_digest")
