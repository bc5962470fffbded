"""Reads database elements: their type, and where their settings stand (rule F8)."""

from __future__ import annotations

from collections.abc import Mapping

from jittask.compiler.discover import Found
from jittask.compiler.files import Files
from jittask.compiler.findings import Findings, near_or_all
from jittask.compiler.schema import check_database_settings
from jittask.compiler.source import Source, read_json
from jittask.environment import references
from jittask.model import DatabaseInfo

_PLACES = ("database", "dbName", "path", "dbPath", "file", "db")


def read_database(
    found: Found,
    source: Source,
    files: Files,
    environment: Mapping[str, str],
    findings: Findings,
) -> DatabaseInfo | None:
    """Return a database's settings, from ``<Name>.json``, ``config.json`` or ``e.json``."""
    where = source
    short = found.name.rpartition(".")[2]
    for file in (f"{found.folder}/{short}.json", f"{found.folder}/config.json"):
        if files.has(file):
            own = read_json(files, file, findings)
            if own is None or not check_database_settings(own, findings):
                return None
            where = own
            break
    if findings.broken:
        return None
    inner = where.data.get("dbConfig", where.data)
    by_url = source.data["type"] == "databases.UrlType"
    wanted = ("url",) if by_url else _PLACES
    if not isinstance(inner, dict) or not any(inner.get(key) for key in wanted):
        example = '"url": "sqlite:///data/app.db"' if by_url else '"database": "data/app.db"'
        findings.add(
            "database-settings-missing",
            where.value(()),
            f"the key {wanted[0]!r} is missing",
            f"for example: {example}",
        )
        return None
    pointer = ("dbConfig",) if "dbConfig" in where.data else ()
    for key, value in inner.items():
        for name in references(value) if isinstance(value, str) else ():
            if name not in environment:
                findings.add(
                    "unset-environment",
                    where.value((*pointer, key)),
                    f"environment variable {name} is not set",
                    f"export {name}=… before jittask run",
                )
    return DatabaseInfo(found.name, source.data["type"], inner)


def check_database(
    name: str,
    source: Source,
    names: frozenset[str],
    databases: Mapping[str, DatabaseInfo],
    findings: Findings,
) -> None:
    """Tell where a model's database is not there, or cannot load."""
    if name in databases:
        return
    place = source.value(("db",) if "db" in source.data else ())
    if name in names:
        findings.add_broken(place, name)
    else:
        hint = near_or_all(name, names)
        findings.add("unknown-database", place, f"no database {name!r}", hint)
