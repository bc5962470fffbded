"""The URL of a database element, from its settings (rule F8)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote

from sqlalchemy.engine import URL, make_url

from jittask.environment import expand
from jittask.model import DatabaseInfo

DATA_FOLDER = "data"
"""Where ``databases.BuiltinsType`` keeps its file, relative to the tree."""
_DRIVERS = {
    "databases.PgSqlType": ("postgresql+psycopg", 5432),
    "databases.MySQLType": ("mysql+pymysql", 3306),
}
_NAMES = ("database", "dbName", "dbname", "db")
_PATHS = ("database", "path", "dbPath", "file", "dbName", "dbname", "db")
_FILE_URI = "file:"
_MEMORY = (None, "", ":memory:")


def url_of(info: DatabaseInfo, root: Path) -> URL:
    """Return the URL that a database's settings make; SQLite's paths begin at ``root``.

    Raises ValueError for settings that make none, ArgumentError for a text that
    is no URL, and UnsetVariable.
    """
    settings = flat(info.settings)
    match info.type:
        case "databases.UrlType":
            return _beside(root, make_url(expand(_text(settings, "url"))))
        case "databases.SqliteType":
            return _file(root, expand(_text(settings, *_PATHS)))
        case "databases.BuiltinsType":
            short = info.name.partition(".")[2]
            return _file(
                root, expand(_text(settings, *_PATHS, default=f"{DATA_FOLDER}/{short}.db"))
            )
        case _:
            return _server(settings, *_DRIVERS[info.type])


def flat(settings: Mapping[str, object]) -> Mapping[str, object]:
    """Return the settings of the connection, which may be under ``dbConfig``."""
    inner = settings.get("dbConfig")
    return {**settings, **inner} if isinstance(inner, Mapping) else settings


def sqlite_file(url: URL) -> Path | None:
    """Return the file of an SQLite database; None for one in memory, and for a server."""
    if url.get_backend_name() != "sqlite" or url.database in _MEMORY:
        return None
    database = url.database or ""
    if not _is_uri(url):
        return Path(database)
    path = _uri_path(database)
    in_memory = path in _MEMORY or url.query.get("mode") == "memory"
    return None if in_memory else Path(path)


def is_read_only(url: URL) -> bool:
    """Whether the URL of an SQLite database says that it is only read."""
    return _is_uri(url) and (url.query.get("mode") == "ro" or "immutable" in url.query)


def makes_file(url: URL) -> bool:
    """Whether opening an SQLite database makes its file where it is missing."""
    return not _is_uri(url) or (url.query.get("mode", "rwc") == "rwc" and not is_read_only(url))


def _beside(root: Path, url: URL) -> URL:
    """Return an SQLite URL with its path made absolute."""
    if url.get_backend_name() != "sqlite" or url.database in _MEMORY:
        return url
    if not (url.database or "").startswith(_FILE_URI):
        return url.set(database=str(root / (url.database or "")))
    if not _is_uri(url):
        raise ValueError("a path that begins with file: needs uri=true in the URL")
    if sqlite_file(url) is None:
        return url
    return url.set(database=_FILE_URI + quote(str(root / _uri_path(url.database or ""))))


def _is_uri(url: URL) -> bool:
    uri = str(url.query.get("uri", "")).lower() in ("true", "1", "yes", "on", "t", "y")
    return uri and (url.database or "").startswith(_FILE_URI)


def _uri_path(database: str) -> str:
    """Return the path of ``file:data.db``, ``file:/data.db`` or ``file:///data.db``."""
    path = database.removeprefix(_FILE_URI)
    if path.startswith("//"):
        host, slash, rest = path[2:].partition("/")
        if host not in ("", "localhost"):
            raise ValueError(f"a file: URI names no host, got {host!r}")
        path = slash + rest.lstrip("/")
    return unquote(path)


def _file(root: Path, path: str) -> URL:
    if path.startswith(_FILE_URI):
        raise ValueError("a file: URI is for databases.UrlType, in its url")
    return URL.create("sqlite", database=str(root / path))


def _server(settings: Mapping[str, object], driver: str, port: int) -> URL:
    return URL.create(
        driver,
        username=expand(_text(settings, "user", "username", default="")) or None,
        password=expand(_text(settings, "password", "passwd", default="")) or None,
        host=expand(_text(settings, "host", default="127.0.0.1")),
        port=int(expand(_text(settings, "port", default=str(port)))),
        database=expand(_text(settings, *_NAMES)),
    )


def _text(settings: Mapping[str, object], *names: str, default: str | None = None) -> str:
    for name in names:
        if settings.get(name) not in (None, ""):
            return str(settings[name])
    if default is None:
        raise ValueError(f"the database's settings lack {names[0]!r}")
    return default
