"""Takes a backup of a run store while runtimes use it (rule R9).

It is one consistent view, and holds no writer up: SQLite copies its file itself, a
server gives a snapshot whose rows are copied, so that no tool of a server has to be
installed, and each backup can be restored into every kind of store.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from jittask.model import AppSettings
from jittask.state_folder import state_folder
from jittask.store.backup_file import BackupNote, new_file, write_note
from jittask.store.dialects.dialect import Database
from jittask.store.dialects.refusal import answering
from jittask.store.dialects.registry import default_url, dialect_of
from jittask.store.errors import NoRecords, StoreError
from jittask.store.location import store_url
from jittask.store.table_copy import copy_tables
from jittask.store.upgrade import HEAD, migrate, revision_of


def back_up(
    settings: AppSettings, root: Path, target: Path, now: datetime, *, overwrite: bool = False
) -> BackupNote:
    """Write the tree's run store, of whatever schema, into the file ``target``.

    Raises NoRecords where there is none, and StoreError where it was made by a
    newer JitTask, or the file cannot be written or is there already.
    """
    url, folder = store_url(settings, root), state_folder(root)
    database = dialect_of(url).open(url, folder, create=False, idle_seconds=0)
    with closing(database), answering(database.place):
        schema = revision_of(database.engine)
        if schema is None:
            raise NoRecords("no records yet", hint="start the tasks with jittask run")
        if schema > HEAD:
            raise StoreError(
                f"the run store was made by a newer JitTask (schema {schema}, known is {HEAD})",
                hint="use the JitTask that made it",
            )
        with new_file(target, overwrite=overwrite) as part:
            try:
                if not database.copy_file(part):
                    _copy_rows(database, part, schema)
                return write_note(part, now, database.place)
            except sqlite3.Error as error:
                raise StoreError(f"{target}: cannot be written: {error}") from error


def _copy_rows(database: Database, part: Path, schema: str) -> None:
    """Copy the rows of one snapshot into a file with the same schema."""
    url = default_url(part)
    copy = dialect_of(url).open(url, part.parent, create=True, idle_seconds=0)
    with closing(copy):
        migrate(copy.engine, schema)
        with database.reading() as source, copy.writing() as target:
            copy_tables(source, target, of_source=False)
