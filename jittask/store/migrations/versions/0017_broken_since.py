"""Since when an element is broken, beside since when its version runs (rule H3)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; of what is broken already it is not known."""
    op.add_column("elements", sa.Column("broken_since", sa.BigInteger()))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("elements", "broken_since")
