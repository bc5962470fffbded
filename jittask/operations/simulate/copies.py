"""A copy of a tree's databases, in temporary SQLite files (rule V9).

An SQLite database is copied whole, with its own backup. Of a server, the tables
that models name are read once, in one snapshot. Where rows come from files, no
database of the tree is opened at all.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from jittask import zonedata
from jittask.compiler.compiled import Compilation, DateFieldTask
from jittask.data.app_data import AppData
from jittask.data.database_urls import sqlite_file
from jittask.data.databases import DataError, database_url, one_line
from jittask.model import DatabaseInfo, ModelForm, ModelInfo
from jittask.operations.errors import InvalidArgument, Unavailable
from jittask.operations.simulate.fixtures import Fixture, GivenRows
from jittask.operations.simulate.moments import Moments
from jittask.operations.simulate.row_values import BadRow, fields_of, typed_row
from jittask.operations.simulate.server_copy import copy_table

_KEPT_SETTINGS = frozenset({"timezone"})
_WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b[^\"\w]*(?:INTO|FROM|OR\s+\w+\s+INTO)?"
                     r"\s*\"?(\w+)\"?", re.IGNORECASE)  # fmt: skip
_HARMLESS = re.compile(
    r"\s*(?:SELECT|PRAGMA|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|EXPLAIN)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A compiled tree whose databases are temporary copies."""

    compilation: Compilation
    data: AppData
    notes: tuple[str, ...]
    """What of the databases could not be copied."""

    def watch(self, changed: Callable[[set[str] | None], None]) -> None:
        """Call ``changed`` with the models whose tables are written to; None: any may be."""
        by_table: dict[str, set[str]] = {}
        for model in self.compilation.app.models.values():
            by_table.setdefault(model.table.lower(), set()).add(model.name)

        def executed(_c: object, _k: object, statement: str, *_: object) -> None:
            if _HARMLESS.match(statement) is None:
                written = _WRITES.match(statement)
                changed(by_table.get(written.group(1).lower()) if written else None)

        for model in self.compilation.app.models.values():
            with self.data.connected(model) as connection:
                if not sa.event.contains(connection.engine, "connect", _for_speed):
                    engine = connection.engine
                    sa.event.listen(engine, "connect", _for_speed)
                    sa.event.listen(engine, "before_cursor_execute", executed)


def _for_speed(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # a copy that is thrown away may be lost


@contextmanager
def copied(
    compilation: Compilation,
    root: Path,
    fixture: Fixture | None,
    moments: Moments,
    progress: Callable[[str], None] = lambda _: None,
) -> Iterator[Copy]:
    """Give a copy, which is deleted afterwards; with a fixture, only of its rows.

    Raises InvalidArgument for rows that do not fit, and Unavailable where a
    database cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="jittask-simulate-") as folder:
        redirected = _redirected(compilation, Path(folder), fixture)
        data = AppData(redirected.app.databases, root)
        try:
            notes = _fill(compilation, redirected, data, root, fixture, moments, progress)
            yield Copy(redirected, data, tuple(notes))
        finally:
            data.close()


def _redirected(compilation: Compilation, folder: Path, fixture: Fixture | None) -> Compilation:
    """Return the compilation with databases in a folder, and each model's table there."""
    app = compilation.app
    databases = {
        name: _at(folder / f"{number}.db", info)
        for number, (name, info) in enumerate(app.databases.items())
    }
    models = {name: _table_here(model, app.tasks, fixture) for name, model in app.models.items()}
    tasks = {
        name: replace(task, model=models.get(task.model.name, task.model))
        if isinstance(task, DateFieldTask)
        else task
        for name, task in app.tasks.items()
    }
    return replace(compilation, app=replace(app, databases=databases, models=models, tasks=tasks))


def _at(file: Path, info: DatabaseInfo) -> DatabaseInfo:
    flat = info.settings.get("dbConfig", info.settings)
    settings = flat if isinstance(flat, Mapping) else info.settings
    kept = {key: value for key, value in settings.items() if key in _KEPT_SETTINGS}
    return DatabaseInfo(info.name, "databases.SqliteType", {"database": str(file), **kept})


def _table_here(model: ModelInfo, tasks: Mapping[str, Any], fixture: Fixture | None) -> ModelInfo:
    """Return a model with its table's name in the copy; with its fields, where rows tell them."""
    here = replace(model, table=model.table.replace(".", "_"))
    if fixture is None or model.is_described:
        return here
    fields = model.fields
    if model.opaque or not model.key_fields:
        given = fixture.get(model.name)
        fields = fields_of(given.rows if given else (), _date_fields(model, tasks), model.key)
    if not fields:
        return here
    return replace(here, form=_described(here).form, opaque=False, fields=fields)


def _date_fields(model: ModelInfo, tasks: Mapping[str, Any]) -> set[str]:
    return {
        field
        for task in tasks.values()
        if isinstance(task, DateFieldTask) and task.model.name == model.name
        for field in task.timer.fields
    }


def _described(model: ModelInfo) -> ModelInfo:
    """Return a model that its fields describe, so that its table can be made."""
    return replace(model, form=ModelForm.NORMAL, opaque=False)


def _fill(
    original: Compilation,
    redirected: Compilation,
    data: AppData,
    root: Path,
    fixture: Fixture | None,
    moments: Moments,
    progress: Callable[[str], None],
) -> list[str]:
    try:
        if fixture is not None:
            for model in redirected.app.models.values():
                if model.is_described:
                    data.add_missing(model)
            for name, given in fixture.items():
                _insert_given(redirected, data, name, given, moments)
            return []
        notes = _copy_databases(original, redirected, data, root, moments.zone, progress)
    except DataError as error:
        raise Unavailable(str(error), "with --data FIXTURE no database is opened") from error
    return notes


def _copy_databases(
    original: Compilation,
    redirected: Compilation,
    data: AppData,
    root: Path,
    zone: ZoneInfo,
    progress: Callable[[str], None],
) -> list[str]:
    notes: list[str] = []
    source = AppData(original.app.databases, root)
    try:
        for name, info in original.app.databases.items():
            url = database_url(info, root)
            target = Path(str(redirected.app.databases[name].settings["database"]))
            if url.get_backend_name() == "sqlite":
                _back_up(sqlite_file(url), target, name)
                continue
            for model in original.app.models.values():
                if model.database == name:
                    progress(f"copying {model.name}")
                    here = redirected.app.models[model.name]
                    try:
                        copy_table(source, model, data, _described(here), zone_of(info, zone))
                    except DataError as error:
                        notes.append(f"{error}: not copied")
        for model in original.app.models.values():
            if model.is_described and source.manages_tables(
                model
            ):  # as a start of the runtime adds what is missing
                data.add_missing(redirected.app.models[model.name])
    finally:
        source.close()
    return notes


def _back_up(file: Path | None, target: Path, name: str) -> None:
    if file is None or not file.exists():
        return
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
    except sqlite3.Error as error:
        raise DataError(f"{name}: {error}") from error


def _insert_given(
    redirected: Compilation, data: AppData, name: str, given: GivenRows, moments: Moments
) -> None:
    if not given.rows:
        return
    model = redirected.app.models[name]
    rows = data.rows(model)
    zone = zone_of(redirected.app.databases[model.database], moments.zone)
    typed = []
    for number, row in enumerate(given.rows, 1):
        try:
            typed.append(typed_row(row, rows.model.fields, moments, zone))
        except BadRow as error:
            raise InvalidArgument("data", f"{given.place}: row {number}: {error}") from error
    with one_line(f"{given.place}: {name}"), rows.engine.begin() as connection:
        for values in typed:  # one by one: rows may name different fields
            connection.execute(sa.insert(rows.table).values(values))


def zone_of(info: DatabaseInfo, zone: ZoneInfo) -> ZoneInfo:
    """Return the zone of a database's columns without one (F8)."""
    named = info.settings.get("timezone")
    return zonedata.zone(named) if isinstance(named, str) else zone
