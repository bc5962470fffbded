"""Workers on other machines: what they announce, and the versions that they run (R10)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and a table; all that is recorded are runtimes."""
    for column in (
        sa.Column("kind", sa.String(16), nullable=False, server_default="runtime"),
        sa.Column("queues", sa.Text()),
        sa.Column("slots", sa.Integer()),
        sa.Column("capacity", sa.Integer()),
        sa.Column("protocol", sa.Integer()),
        sa.Column("lease", sa.BigInteger()),
    ):
        op.add_column("runtimes", column)
    op.create_table(
        "bundles",
        sa.Column("version", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("bundles")
    for name in ("lease", "protocol", "capacity", "slots", "queues", "kind"):
        op.drop_column("runtimes", name)
