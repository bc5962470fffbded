"""Since when an element is broken (rule H3), and how grave a message is (rule R14)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns; of what is broken already it is not known since when.

    A message that waits was made to say that something is wrong, as most are.
    """
    op.add_column("elements", sa.Column("broken_since", sa.BigInteger()))
    kind = sa.Column("type", sa.String(16), nullable=False, server_default="warning")
    op.add_column("notice_messages", kind)


def downgrade() -> None:
    """Drop them."""
    op.drop_column("notice_messages", "type")
    op.drop_column("elements", "broken_since")
