"""Runtimes that beat, a lease on planning, pauses, kills; indexes for claims and pruning."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jittask.store.dialects import ddl

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Serial = ddl.serial()


def upgrade() -> None:
    """Add what several runtimes on one store need."""
    op.add_column("runtimes", sa.Column("beat", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("runtimes", sa.Column("beat_at", sa.BigInteger))
    op.add_column("attempts", sa.Column("peak_kb", sa.BigInteger))
    op.create_table(
        "leases",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("holder", sa.String(64)),
        sa.Column("term", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(
        sa.table("leases", sa.column("name"), sa.column("holder"), sa.column("term")),
        [{"name": "planning", "holder": None, "term": 0}],
    )
    op.create_table(
        "pauses",
        sa.Column("task", sa.String(255), primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("note", sa.Text),
    )
    op.create_table(
        "kills",
        sa.Column("run_id", Serial, sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text),
    )
    op.drop_index("runs_by_state_due", "runs")
    op.create_index("runs_to_claim", "runs", ["state", "priority", "due", "id"])
    op.create_index("runs_by_finish", "runs", ["finished"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("runs_by_finish", "runs")
    op.drop_index("runs_to_claim", "runs")
    op.create_index("runs_by_state_due", "runs", ["state", "due"])
    for table in ("kills", "pauses", "leases"):
        op.drop_table(table)
    op.drop_column("attempts", "peak_kb")
    op.drop_column("runtimes", "beat_at")
    op.drop_column("runtimes", "beat")
