"""What is given for one run is kept with it (F3)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nothing was given for the runs that there are."""
    op.add_column("runs", sa.Column("args", sa.Text()))


def downgrade() -> None:
    """Drop the column; pending runs then have their tasks' own args."""
    op.drop_column("runs", "args")
