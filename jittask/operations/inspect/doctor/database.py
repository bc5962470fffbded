"""Examines one database: its server, then the table of each model in it (rules F8, F9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jittask.data.databases import DataError, database_url
from jittask.data.inspection.connecting import NotOpened, Reason, address, connected
from jittask.data.inspection.servers import server_facts
from jittask.data.table_changes import manages_tables
from jittask.drivers import first_line
from jittask.model import DatabaseInfo, ModelInfo
from jittask.operations.inspect.doctor.connections import most_connections
from jittask.operations.inspect.doctor.context import OpenDatabase
from jittask.operations.inspect.doctor.models import examine_model
from jittask.operations.inspect.doctor.places import Places
from jittask.operations.inspect.doctor.section import Draft, Section

if TYPE_CHECKING:
    from jittask.compiler.compiled import CompiledApp

_CODES = {
    Reason.SETTINGS: "database-settings-wrong",
    Reason.DRIVER: "driver-missing",
    Reason.UNREACHABLE: "database-unreachable",
    Reason.REFUSED: "database-refused",
}
_KEYS = {
    Reason.UNREACHABLE: ("host", "url", "port"),
    Reason.REFUSED: ("user", "username", "url", "database", "path", "dbPath", "file", "dbName"),
    Reason.SETTINGS: ("url", "port"),
    Reason.DRIVER: ("url",),
}


def examine_database(info: DatabaseInfo, app: CompiledApp, places: Places) -> Section:
    """Return what a database says, and where it disagrees with the tree."""
    from sqlalchemy.exc import DBAPIError

    draft = Draft(info.name, address(info, app.root))
    models = [model for model in app.models.values() if model.database == info.name]
    managed = _is_managed(info, app)
    try:
        with connected(info, app.root) as connection:
            if isinstance(connection, NotOpened):
                absent = [model for model in models if not (model.is_described and managed)]
                _not_opened(connection, info, absent, draft, places)
            else:
                database = OpenDatabase(
                    connection, server_facts(connection), app, draft, places, managed
                )
                _check_server(database, info)
                for model in models:
                    examine_model(database, model)
    except DBAPIError as error:
        draft.about(info.name).add(
            "database-unreachable",
            places.database(info.name, "host", "url"),
            f"it stopped answering: {first_line(error.orig)}",
            "is the server overloaded? try again",
        )
    return draft.finished()


def silent_database(info: DatabaseInfo, app: CompiledApp, places: Places) -> Section:
    """Return the section of a database that has not answered in time."""
    draft = Draft(info.name, address(info, app.root))
    draft.about(info.name).add(
        "database-unreachable",
        places.database(info.name, "host", "url"),
        "it gives no answer",
        "is the server overloaded, or does a firewall drop what is sent to it?",
    )
    return draft.finished()


def _is_managed(info: DatabaseInfo, app: CompiledApp) -> bool:
    try:
        return manages_tables(info, database_url(info, app.root), app.root)
    except DataError:
        return False  # it is not opened, and that is a finding


def _not_opened(
    why: NotOpened, info: DatabaseInfo, models: list[ModelInfo], draft: Draft, places: Places
) -> None:
    if why.reason is Reason.UNSET:  # what the files show already
        draft.not_examined.append(f"not opened: {why.message}")
        return
    if why.reason is Reason.NO_FILE:
        _no_file(why.message, models, draft, places)
        return
    place = places.database(info.name, *_KEYS[why.reason])
    draft.about(info.name).add(_CODES[why.reason], place, why.message, why.hint)


def _no_file(message: str, models: list[ModelInfo], draft: Draft, places: Places) -> None:
    """Report what a file that is missing keeps from working: its first use makes it."""
    draft.facts.append(f"{message} yet: jittask run makes it")
    for model in models:
        hint = "make the file with its tables first, or correct the path in the database"
        if model.is_described:
            hint = "jittask db sync makes it with its tables; or correct the path in the database"
        text = f"there is no table {model.table}, because {message}"
        draft.about(model.name).add("table-missing", places.model(model), text, hint)


def _check_server(database: OpenDatabase, info: DatabaseInfo) -> None:
    server, draft = database.server, database.draft
    zone = f", session time zone {server.zone}" if server.zone else ""
    draft.facts.append(f"{server.product}{zone}")
    if server.read_only:
        draft.about(info.name).add(
            "database-read-only",
            database.places.database(info.name, "host", "url"),
            "the server refuses all writes",
            "name the primary server, unless no task writes to this database",
        )
    if server.connections is None or server.connections_allowed is None:
        return
    draft.facts.append(
        f"{server.connections} of {server.connections_allowed} connections are in use"
    )
    free = server.connections_allowed - server.connections
    most, databases = most_connections(database.app, info)
    to = f" to its {databases} databases" if databases > 1 else ""
    draft.facts.append(f"one runtime opens at most {most} connections{to}")
    if free < most:
        draft.about(info.name).add(
            "few-connections",
            database.places.database(info.name, "host", "url"),
            f"{free} connections are free, and one runtime opens at most {most}{to}",
            "raise max_connections on the server, or lower settings.runtime.workers",
        )
