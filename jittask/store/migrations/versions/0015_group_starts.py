"""When runs of groups with a rate have begun (rule R2)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jittask.store.dialects import ddl

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, empty: no group had a rate."""
    op.create_table(
        "group_starts",
        sa.Column("group_name", sa.String(255), primary_key=True),
        sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        **ddl.stored_by_key(),
    )


def downgrade() -> None:
    """Drop it; the rates of the last minute are forgotten."""
    op.drop_table("group_starts")
