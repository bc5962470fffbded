"""A run's last attempt is in the run's row; indexes for what is due and for what executes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jittask.store.dialects import ddl

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OWN = "state IN ('executing', 'completed', 'failed') AND attempt > 0"
LAST = "run_id = runs.id AND number = runs.attempt"
INDEXES = (
    ("runs_to_claim", ("priority", "due", "id"), "state = 'pending'"),
    ("runs_executing", ("worker", "id"), "state = 'executing'"),
)


def upgrade() -> None:
    """Move them there: nothing more is written for a run that succeeds at once."""
    op.add_column("runs", sa.Column("began", sa.BigInteger))
    op.add_column("runs", sa.Column("peak_kb", sa.BigInteger))
    for target, source in (("began", "started"), ("peak_kb", "peak_kb")):
        op.execute(
            f"UPDATE runs SET {target} ="  # noqa: S608 - constants of this file
            f" (SELECT {source} FROM attempts WHERE {LAST}) WHERE {OWN}"
        )
    op.execute(
        "DELETE FROM attempts WHERE EXISTS"  # noqa: S608
        f" (SELECT 1 FROM runs WHERE {LAST} AND runs.began IS NOT NULL)"
    )
    op.drop_index("runs_to_claim", "runs")
    for name, columns, where in INDEXES:
        op.create_index(name, "runs", list(columns), **ddl.partial_index(where))


def downgrade() -> None:
    """Put every attempt into its table again."""
    for name, _, _ in INDEXES:
        op.drop_index(name, "runs")
    op.create_index("runs_to_claim", "runs", ["state", "priority", "due", "id"])
    op.execute(
        "INSERT INTO attempts"
        " (run_id, number, worker, version, started, finished, outcome, error, peak_kb)"
        " SELECT id, attempt, worker, version, began, finished,"
        " CASE WHEN finished IS NOT NULL THEN COALESCE(reason, state) END,"
        " CASE WHEN finished IS NOT NULL THEN error END, peak_kb"
        " FROM runs WHERE began IS NOT NULL"
    )
    op.drop_column("runs", "peak_kb")
    op.drop_column("runs", "began")
