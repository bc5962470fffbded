"""How far each task has been walked, beside how far it has been planned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Begin at 1970: the first plan that follows knows better."""
    op.add_column(
        "task_marks",
        sa.Column("walked_until", sa.BigInteger, nullable=False, server_default="0"),
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_column("task_marks", "walked_until")
