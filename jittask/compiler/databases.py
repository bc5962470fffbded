"""Reads database elements: their type, and their settings (rule F8)."""

from __future__ import annotations

from collections.abc import Mapping

from jittask.compiler.discover import E_JSON
from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.compiler.read_json import read_json
from jittask.compiler.reading import ElementFiles, Reading
from jittask.compiler.schema_check import check_schema
from jittask.compiler.source import Source
from jittask.environment import references
from jittask.model import DatabaseInfo
from jittask.zonedata import find_zone

_PLACES = ("database", "dbName", "dbname", "path", "dbPath", "file", "db")
_OURS = ("manageTables", "timezone")
"""JitTask's own settings, which may be beside ``dbConfig`` too."""


def read_database(element: ElementFiles, reading: Reading) -> DatabaseInfo | None:
    """Return a database's settings, from ``<Name>.json``, ``config.json`` or ``e.json``."""
    findings = element.findings
    file = _settings_file(element, reading.files)
    if findings.broken or file is None:
        return None
    database_type = element.source.data["type"]
    settings = _settings(
        file,
        by_url=database_type == "databases.UrlType",
        needs_none=database_type == "databases.BuiltinsType",
        findings=findings,
    )
    if settings is None:
        return None
    _check_environment(file, settings, reading.environment, findings)
    info = DatabaseInfo(element.name, database_type, settings)
    _check_zone(file, info, findings)
    return info


def _settings_file(element: ElementFiles, files: Files) -> Source | None:
    """Return the file with the settings; None where it cannot be read."""
    file = settings_file(element.found.folder, files)
    if file == element.found.file:
        return element.source
    source = read_json(files, file, element.findings)
    sound = source is not None and check_schema(source, "database", "settings", element.findings)
    return source if sound else None


def settings_file(folder: str, files: Files) -> str:
    """Return the file with the settings of the database in this folder."""
    short = folder.rpartition("/")[2]
    for file in (f"{folder}/{short}.json", f"{folder}/config.json"):
        if files.has(file):
            return file
    return f"{folder}/{E_JSON}"


def _settings(
    file: Source, *, by_url: bool, needs_none: bool, findings: Findings
) -> dict[str, object] | None:
    settings = file.data.get("dbConfig", file.data)
    keys = ("url",) if by_url else _PLACES
    if isinstance(settings, dict) and (needs_none or any(settings.get(key) for key in keys)):
        return {**{key: file.data[key] for key in _OURS if key in file.data}, **settings}
    example = '"url": "sqlite:///data/app.db"' if by_url else '"database": "data/app.db"'
    findings.add(
        "database-settings-missing",
        file.value(()),
        f"the key {keys[0]!r} is missing",
        f"for example: {example}",
    )
    return None


def _check_zone(file: Source, info: DatabaseInfo, findings: Findings) -> None:
    """Report a ``timezone`` that is no zone; plans depend on it, so it is never ``${ENV}``."""
    if info.timezone is None or find_zone(info.timezone) is not None:
        return
    pointer = ("dbConfig", "timezone") if "dbConfig" in file.data else ("timezone",)
    findings.add(
        "unknown-timezone",
        file.value(pointer),
        f"expected an IANA time zone such as Europe/Berlin, got {info.timezone!r}",
        "the names are those of the tz database",
    )


def _check_environment(
    file: Source,
    settings: Mapping[str, object],
    environment: Mapping[str, str],
    findings: Findings,
) -> None:
    pointer = ("dbConfig",) if "dbConfig" in file.data else ()
    for key, value in settings.items():
        for name in references(value) if isinstance(value, str) else ():
            if name not in environment:
                findings.add(
                    "unset-environment",
                    file.value((*pointer, key)),
                    f"environment variable {name} is not set",
                    f"export {name}=… before jittask run",
                )
