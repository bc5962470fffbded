"""Writes new services and databases."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jittask.model import DatabaseInfo
from jittask.operations.edit.write_element import (
    NewElement,
    WrittenElement,
    new_path,
    write_element,
)
from jittask.operations.errors import InvalidArgument, OperationError

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace

DATABASE_TYPES = {
    "sqlite": "databases.SqliteType",
    "postgres": "databases.PgSqlType",
    "mysql": "databases.MySQLType",
}
"""What people type → the element's type."""
_SERVICE = """from jittask import log
from services.NormalType import NormalService


class {short}(NormalService):
    def run(self):
        log.info("{short}.run")
"""


def new_service(workspace: Workspace, service: NewElement) -> WrittenElement:
    """Write a service with one function, which a task can name.

    Raises Conflict where it is there, OperationError where it cannot be written.
    """
    path = new_path(workspace, "services", service)
    short = path.rpartition("/")[2]
    data = {"type": "services.NormalType", "title": service.title, "backendBundleEntry": "."}
    return write_element(workspace, path, data, {"service.py": _SERVICE.format(short=short)})


def new_database(
    workspace: Workspace,
    element: NewElement,
    *,
    url: str | None = None,
    kind: str | None = None,
    settings: Mapping[str, str | int | None] = MappingProxyType({}),
) -> WrittenElement:
    """Write a database by an SQLAlchemy ``url``, or by a ``kind`` of DATABASE_TYPES.

    ``settings`` are host, port, user and database. A server's password is
    ``${<NAME>_PASSWORD}``, so that no file holds it. Raises InvalidArgument for a
    URL that is none, Conflict, OperationError.
    """
    path = new_path(workspace, "databases", element)
    short = path.rpartition("/")[2]
    if url is not None:
        data: dict[str, Any] = {"type": "databases.UrlType", "title": element.title, "url": url}
        _check_url(workspace, short, url)
    elif kind is not None:
        given = {key: value for key, value in settings.items() if value is not None}
        defaults: dict[str, Any] = {"database": f"data/{short}.db"}
        if kind != "sqlite":
            defaults = {
                "host": "127.0.0.1",
                "user": short.lower(),
                "password": f"${{{short.upper()}_PASSWORD}}",
                "database": short.lower(),
            }
        elif given.keys() - {"database"}:
            wrong = min(given.keys() - {"database"})
            raise InvalidArgument(wrong, "an SQLite file has none")
        data = {"type": DATABASE_TYPES[kind], "title": element.title, **defaults, **given}
    else:
        raise InvalidArgument("url", "name the database by --url, or by --type")
    return write_element(workspace, path, data, {})


def _check_url(workspace: Workspace, short: str, url: str) -> None:
    from sqlalchemy.exc import NoSuchModuleError

    from jittask.data.databases import DataError, database_url
    from jittask.environment import UnsetVariable

    info = DatabaseInfo(f"databases.{short}", "databases.UrlType", {"url": url})
    try:
        database_url(info, workspace.root).get_dialect()
    except DataError as error:
        if isinstance(error.__cause__, UnsetVariable):
            return  # what it will be is not known here
        raise InvalidArgument("url", str(error.__cause__ or error)) from error
    except NoSuchModuleError as error:
        raise InvalidArgument("url", f"SQLAlchemy has no dialect for it: {error}") from error
    except ModuleNotFoundError as error:
        hint = f"pip install {error.name}"
        raise OperationError(f"the driver {error.name} is not installed", hint) from error
