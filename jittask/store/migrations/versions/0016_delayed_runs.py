"""A run says by how much it begins after its instant (rule R2)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; no run has been delayed."""
    op.add_column("runs", sa.Column("delay", sa.BigInteger()))


def downgrade() -> None:
    """Drop it; what waits begins when it is due, and counts as late from its instant."""
    op.drop_column("runs", "delay")
