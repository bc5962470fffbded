"""A run says in which boot of the machine its claim may be written without waiting for the disk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; no run has been readied."""
    op.add_column("runs", sa.Column("readied", sa.String(64)))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("runs", "readied")
