"""Lines of a run's log have a level (rule U5)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; old pieces have none: where they were logged, their text begins with it."""
    op.add_column("log_chunks", sa.Column("level", sa.String(8)))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("log_chunks", "level")
