"""How many connections to a server a tree's configuration can open (rule F8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jittask.data.database_urls import sqlite_file
from jittask.data.databases import MAX_CONNECTIONS, DataError, database_url

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from jittask.compiler.compiled import CompiledApp
    from jittask.model import DatabaseInfo


def most_connections(app: CompiledApp, info: DatabaseInfo) -> tuple[int, int]:
    """Return how many connections one runtime can open at most, and to how many databases.

    Counted are all databases of the tree on the server of ``info`` that a model
    uses; elements that name one database share its connections.
    """
    used = {model.database for model in app.models.values()} | {info.name}
    urls = [
        url for each in app.databases.values() if each.name in used and (url := _url(each, app))
    ]
    own = _url(info, app)
    shared = {url for url in urls if own is not None and _server(url) == _server(own)}
    databases = len(shared)
    return databases * _of_one_database(app), databases


def _of_one_database(app: CompiledApp) -> int:
    """Return the connections of one runtime, with its worker processes, to one database."""
    runtime = app.settings.runtime
    match runtime.executor:
        case "process":
            return (1 + runtime.workers) * MAX_CONNECTIONS
        case "thread":
            return MAX_CONNECTIONS + runtime.workers - 1
        case _:
            return MAX_CONNECTIONS


def _server(url: URL) -> tuple[object, ...]:
    return url.get_backend_name(), url.host, url.port, sqlite_file(url)


def _url(info: DatabaseInfo, app: CompiledApp) -> URL | None:
    try:
        return database_url(info, app.root)
    except DataError:
        return None  # it has a diagnostic of its own
