"""Opens a database with the newest schema, by Alembic's migrations (rule R9)."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DBAPIError

from jittask.store.dialects.dialect import WRITING, Database, Lock
from jittask.store.dialects.registry import dialect_of
from jittask.store.errors import NoRecords, OldSchema, StoreError

HEAD = "0017"
"""The newest revision; a test compares it with the migrations."""


def open_database(url: URL, folder: Path, *, create: bool, idle_seconds: float) -> Database:
    """Open the database, made and brought to the newest schema where ``create`` is set.

    ``folder`` is the tree's state folder; ``idle_seconds`` is for how long a
    transaction may do nothing before a server ends it. Raises StoreError where
    the database is missing (without ``create``), cannot be used, or was written
    by a newer JitTask.
    """
    database = dialect_of(url).open(url, folder, create=create, idle_seconds=idle_seconds)
    try:
        bring_up_to_date(database.engine, write=create)
    except StoreError:
        database.close()
        raise
    except DBAPIError as error:
        database.close()
        raise database.unusable(error) from error
    return database


def bring_up_to_date(engine: Engine, *, write: bool) -> None:
    """Run the migrations that the database lacks; read only, refuse an old schema.

    Raises StoreError for a schema that a newer JitTask made.
    """
    revision = revision_of(engine)
    if revision == HEAD:
        return
    if revision is not None and revision > HEAD:
        raise StoreError(
            f"the run store was made by a newer JitTask (schema {revision}, known is {HEAD})",
            hint="upgrade this JitTask, or give settings.store another file",
        )
    if not write and revision is None:
        raise NoRecords("no records yet", hint="start the tasks with jittask run")
    if not write:
        raise OldSchema(
            f"the run store is of an older JitTask (schema {revision}, wanted is {HEAD})",
            hint="jittask db upgrade, or jittask run, brings it up to date",
        )
    migrate(engine, "head")


def revision_of(engine: Engine) -> str | None:
    """Return the schema of a database; None where it has no store."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return None if found is None else str(found)


def migrate(engine: Engine, target: str, *, down: bool = False) -> None:
    """Bring the schema to a revision, in one transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
    )
    with engine.execution_options(**WRITING).begin() as connection:
        dialect_of(connection).exclusive(connection, Lock.MIGRATE)  # two runtimes may start at once
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, target)
