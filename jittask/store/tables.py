"""The tables of the run store. Only this package knows the name of a column.

Columns that hold an instant are microseconds since 1970 UTC. The indexes
are in ``indexes``. The migrations in ``migrations/`` build the same tables and
indexes; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from jittask.store.dialects import ddl

metadata = MetaData()

Serial = ddl.serial()

# What a partial index holds. Only a query with the same text is served by it.
PENDING = "status = 'pending'"
EXECUTING = "status = 'executing'"
OPEN = "finished IS NULL"
ENDED = "finished IS NOT NULL"
HAS_VERSION = "version IS NOT NULL"
HAS_BEGUN = "started IS NOT NULL"
OF_ROW = "row_key <> ''"
BY_HAND = "\"trigger\" <> 'schedule'"
LATE = "late"
ROLLED = "nominal <> effective"
VERSION_HEAD = "substr(version, 1, 6)"


runs = Table(
    "runs",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("task", String(255), nullable=False),
    Column("row_key", String(512), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", String(32)),
    Column("detail", Text),
    Column("trigger", String(16), nullable=False),
    Column("nominal", BigInteger, nullable=False),
    Column("nominals", Text),  # JSON, only where occurrences merged
    Column("missed_first", BigInteger),
    Column("missed_last", BigInteger),
    Column("missed_count", BigInteger),
    Column("effective", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("started", BigInteger),
    Column("began", BigInteger),  # set where the last attempt is in this row and not in attempts
    Column("finished", BigInteger),
    Column("attempt", Integer, nullable=False),
    Column("token", Integer, nullable=False),
    Column("runtime", String(64)),
    Column("host", String(255)),  # where the body runs or ran last; empty in old records
    Column("version", String(64)),
    Column("peak_kb", BigInteger),
    Column("result", Text),
    Column("error", Text),
    Column("rerun_of", Serial),
    Column("priority", Integer, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("args", Text),  # a JSON object; empty where nothing was given for the run
    Column("readied", String(64)),  # a boot of the machine; see ``readied_runs``
    Column("delay", BigInteger),  # microseconds after ``effective``; empty where there are none
    **ddl.ids_never_reused(),
)

keys = Table(
    "occurrence_keys",
    metadata,
    Column("task", String(255), primary_key=True),
    Column("row_key", String(512), primary_key=True),
    Column("nominal", BigInteger, primary_key=True),
    Column("run_id", Serial, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    **ddl.stored_by_key(),
)

# Those that were not the last of their run: the last one is in the run's row, with ``began``.
attempts = Table(
    "attempts",
    metadata,
    Column("run_id", Serial, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("runtime", String(64), nullable=False),
    Column("host", String(255)),
    Column("version", String(64), nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("finished", BigInteger),
    Column("outcome", String(32)),
    Column("error", Text),
    Column("peak_kb", BigInteger),
)

log_chunks = Table(
    "log_chunks",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("run_id", Serial, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("stream", String(8), nullable=False),
    Column("level", String(8)),  # empty in old records
    Column("text", Text, nullable=False),
)

watermarks = Table(
    "task_marks",
    metadata,
    Column("task", String(255), primary_key=True),
    Column("activated", BigInteger, nullable=False),
    Column("timing_digest", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("planned_until", BigInteger, nullable=False),
    Column("walked_until", BigInteger, nullable=False, server_default="0"),
    Column("enabled", Boolean, nullable=False),
    Column("vanished", BigInteger),
)

model_changes = Table(
    "model_changes",
    metadata,
    Column("model", String(255), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)

elements = Table(
    "elements",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("version", String(64)),
    Column("since", BigInteger, nullable=False),
    Column("diagnostics", Text, nullable=False),  # JSON
    Column("broken_since", BigInteger),
)

runtimes = Table(
    "runtimes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("stopped", BigInteger),
    Column("last_reload", BigInteger),
    Column("last_reload_ok", Boolean),
    Column("last_scan", BigInteger),
    Column("beat", BigInteger, nullable=False, server_default="0"),
    Column("beat_at", BigInteger),
    Column("kind", String(16), nullable=False, server_default="runtime"),  # see ``member_kinds``
    Column("queues", Text),  # of a worker, a JSON list
    Column("slots", Integer),  # of a worker: its processes
    Column("capacity", Integer),  # of a worker: how many runs it holds at most now
    Column("protocol", Integer),  # of a worker: the messages that it understands
    Column("lease", BigInteger),  # of a worker; in microseconds
)

bundles = Table(
    "bundles",
    metadata,
    Column("version", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("added", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("holder", String(64)),
    Column("term", BigInteger, nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    Column("task", String(255), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("note", Text),
)

blocked_tasks = Table(
    "blocked_tasks",
    metadata,
    Column("task", String(255), primary_key=True),
    Column("code", String(32), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("tried", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try", BigInteger, nullable=False),
)

kills = Table(
    "kills",
    metadata,
    Column("run_id", Serial, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("note", Text),
)

notice_states = Table(
    "notice_states",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("stage", String(16), nullable=False),
    Column("mark", String(64), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("recovers", Boolean, nullable=False),
    Column("text", Text, nullable=False),
)

notice_messages = Table(
    "notice_messages",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("target", String(64), nullable=False),  # a digest: the URL is a secret
    Column("label", String(255), nullable=False),
    Column("state", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try", BigInteger, nullable=False),
    Column("error", Text),
    Column("type", String(16), nullable=False, server_default="warning"),
)

group_starts = Table(
    "group_starts",
    metadata,
    Column("group_name", String(255), primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", BigInteger, primary_key=True, autoincrement=False),
    Column("token", Integer, primary_key=True, autoincrement=False),
    **ddl.stored_by_key(),
)
