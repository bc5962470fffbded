"""Reads ``app.json`` (rule F2)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jittask.compiler.default_policy import POLICY, check_default_policy, groups_of, notify_of
from jittask.compiler.environment_settings import STORE_VARIABLE, given, with_environment
from jittask.compiler.executor_settings import BROKER, check_executor, executor_of
from jittask.compiler.files import MANIFEST, Files
from jittask.compiler.findings import Findings, near_or_all
from jittask.compiler.json_spans import Pointer
from jittask.compiler.read_json import read_json
from jittask.compiler.schema_check import check_schema
from jittask.compiler.source import Source
from jittask.diagnostics import Location
from jittask.drivers import STORE_DATABASES
from jittask.environment import expand, references
from jittask.model import AppSettings, ElementKind, Retention, RuntimeSettings
from jittask.schedule.calendars import Calendar
from jittask.schedule.problems import Mistake
from jittask.zonedata import find_zone


@dataclass(frozen=True, slots=True)
class Settings:
    """What the manifest says, and the calendar that it names."""

    app: AppSettings
    calendar: Calendar | None = None
    """A stand-in where it is wrong, which is reported once, and not for every task."""
    broken: bool = False
    """Whether something is wrong, so that what elements miss here may be that."""
    on_failure: Location | None = None
    """The place of ``settings.policy.onFailure``, where app.json can be read."""


_ZONE: Pointer = ("settings", "timezone")
_CALENDAR: Pointer = ("settings", "calendar")
_STORE: Pointer = ("settings", "store")
_AS_WRITTEN = (_STORE, BROKER, ("settings", "notify", "urls"), (*POLICY, "notify", "urls"))
"""Secrets, and texts without which nothing else is in their place: filled in when they are used."""
_URL = re.compile(r"([A-Za-z0-9_+]+)://(.*)", re.DOTALL)
_STAND_IN = Calendar("unknown")
_NOTHING = Settings(AppSettings(), _STAND_IN, broken=True)


def read_settings(
    files: Files,
    environment: Mapping[str, str],
    names: Mapping[ElementKind, Collection[str]],
    findings: Findings,
    *,
    check_calendar: bool = True,
) -> Settings:
    """Return the app's settings; what cannot be read is a finding, and a default instead.

    ``names``: of the tree's elements, by kind.
    """
    if not files.root.is_dir():
        findings.add("no-tree", Location("."), f"{files.root} is not a folder")
        return _NOTHING
    if not files.has(MANIFEST):
        findings.add(
            "no-manifest",
            Location(MANIFEST),
            "app.json is missing",
            "a tree has one at its root; jittask init makes a small tree",
        )
        return _NOTHING
    whole = read_json(files, MANIFEST, findings)
    if whole is None or not check_schema(whole, "app", None, findings):
        return _NOTHING
    sound = whole.without_mistakes(findings)
    overridden = frozenset(pointer for _, pointer in given(environment))
    unset = _report_unset(sound, environment, overridden, findings)
    filled = _filled(sound.data, (), environment, _to_leave_out(unset))
    source = replace(sound, data=with_environment(filled, environment, findings, sound))
    settings = _settings(source.data)
    if _ZONE not in unset and not _zone_is_known(source, findings):
        settings = replace(settings, timezone="UTC")  # reported once, and not for every task
    if not _database_is_known(source, names[ElementKind.DATABASE], findings):
        settings = replace(settings, default_database=None)
    if _STORE not in unset:
        _check_store(source, environment, findings)
    if not unset & {_STORE, BROKER}:
        check_executor(source, environment, findings)
    _check_times(source, settings, findings)
    settings = check_default_policy(source, settings, findings)
    calendar = None
    if check_calendar and not any(pointer[:2] == _CALENDAR for pointer in unset):
        calendar = _calendar(source, findings)
    lacking = findings.broken or bool(unset)
    if calendar is None and lacking:
        calendar = _STAND_IN
    return Settings(settings, calendar, lacking, source.value((*POLICY, "onFailure")))


def depends_on_names(names: Iterable[str]) -> bool:
    """Whether what the manifest means can change where elements of these names come or go."""
    kinds = f"{ElementKind.DATABASE}.", f"{ElementKind.SERVICE}."
    return any(name.startswith(kinds) for name in names)


def _settings(data: Mapping[str, Any]) -> AppSettings:
    settings = data.get("settings", {})
    runtime = settings.get("runtime", {})
    default = RuntimeSettings()
    executor, celery = executor_of(runtime)
    return AppSettings(
        app_id=data.get("appId", ""),
        name=data.get("name", ""),
        title=data.get("title", ""),
        version=data.get("version", ""),
        timezone=settings.get("timezone", "UTC"),
        calendar=settings.get("calendar"),
        default_database=settings.get("defaultElement", {}).get("defaultDatabase"),
        store=settings.get("store"),
        retention=_retention(settings.get("retentionDays", {})),
        policy=settings.get("policy", {}),
        notify=notify_of(settings.get("notify", {})),
        groups=groups_of(settings.get("groups", {})),
        runtime=RuntimeSettings(
            executor=executor,
            celery=celery,
            workers=runtime.get("workers", default.workers),
            scan_seconds=runtime.get("scanSeconds", default.scan_seconds),
            lease_seconds=runtime.get("leaseSeconds", default.lease_seconds),
            heartbeat_seconds=runtime.get("heartbeatSeconds", default.heartbeat_seconds),
            debounce_millis=runtime.get("debounceMillis", default.debounce_millis),
            drain_seconds=runtime.get("drainSeconds", default.drain_seconds),
        ),
    )


def _retention(written: int | Mapping[str, Any]) -> Retention:
    if not isinstance(written, Mapping):
        return Retention.of_days(written)
    default = Retention()
    return Retention(
        completed=written.get("completed", default.completed),
        failed=written.get("failed", default.failed),
        skipped=written.get("skipped", default.skipped),
        cancelled=written.get("cancelled", default.cancelled),
        max_megabytes=written.get("maxMegabytes"),
    )


def _zone_is_known(source: Source, findings: Findings) -> bool:
    zone = source.data.get("settings", {}).get("timezone")
    if zone is None:
        if findings.broken:
            return True  # it may be what is wrong
        findings.add(
            "no-timezone",
            source.key(("settings",)) if "settings" in source.data else source.value(()),
            "settings.timezone is missing, so times are UTC",
            'set it, for example "Europe/Berlin"',
        )
    elif find_zone(zone) is None:
        findings.add(
            "unknown-timezone",
            source.value(_ZONE),
            f"expected an IANA time zone such as Europe/Berlin, got {zone!r}",
            "the names are those of the tz database",
        )
        return False
    return True


def _database_is_known(source: Source, known: Collection[str], findings: Findings) -> bool:
    pointer = ("settings", "defaultElement", "defaultDatabase")
    name = source.data.get("settings", {}).get("defaultElement", {}).get("defaultDatabase")
    if name is None or name in known:
        return True
    hint = near_or_all(name, known)
    findings.add("unknown-database", source.value(pointer), f"no database {name!r}", hint)
    return False


def _check_store(source: Source, environment: Mapping[str, str], findings: Findings) -> None:
    """Report a run store whose URL is none, or of no database that can be one (R9).

    Only the part before ``://`` is shown: the rest may have a password.
    """
    written = source.data.get("settings", {}).get("store")
    if written is None:
        return
    by = "" if written != f"${{{STORE_VARIABLE}}}" else f"{STORE_VARIABLE}: "
    url = _URL.fullmatch(expand(written, environment))
    if url is None:
        message = f"{by}expected a URL such as sqlite:///runs.db or postgresql://user@host/jittask"
        hint = "leave it out to keep the records in .jittask/jittask.db"
        findings.add("bad-store-url", source.value(_STORE), message, hint)
        return
    scheme, place = url.groups()
    name = scheme.partition("+")[0]
    if name not in STORE_DATABASES:
        message = f"{by}expected an SQLite file or a PostgreSQL database, got {scheme}://"
        hint = near_or_all(name, STORE_DATABASES)
        findings.add("bad-store-url", source.value(_STORE), message, hint)
    elif name == "sqlite" and place.strip("/") in ("", ":memory:"):
        message = f"{by}records in memory are lost with the process"
        findings.add("bad-store-url", source.value(_STORE), message, "sqlite:///runs.db")
    elif name != "sqlite" and not _port_is_number(place):
        message = f"{by}the port is not a number"
        hint = f"for example {scheme}://user@host:5432/jittask"
        findings.add("bad-store-url", source.value(_STORE), message, hint)


def _port_is_number(place: str) -> bool:
    """Whether what a URL has after its last ``:`` is a number, where that is a port."""
    host = place.partition("?")[0].rpartition("@")[2].partition("/")[0]
    port = host.rpartition("]")[2].partition(":")[2]  # an IPv6 address has colons inside []
    return not port or (port.isascii() and port.isdigit())


def _check_times(source: Source, settings: AppSettings, findings: Findings) -> None:
    lease, beat = settings.runtime.lease_seconds, settings.runtime.heartbeat_seconds
    if lease <= beat:
        pointer = ("settings", "runtime")
        written = source.data["settings"]["runtime"]
        key = "leaseSeconds" if "leaseSeconds" in written else "heartbeatSeconds"
        findings.add(
            "lease-too-short",
            source.value((*pointer, key)),
            f"a lease of {lease:g} s ends before its next beat, after {beat:g} s",
            "make leaseSeconds several times heartbeatSeconds",
        )


def _calendar(source: Source, findings: Findings) -> Calendar | None:
    calendar = source.data.get("settings", {}).get("calendar")
    if calendar is None:
        return None
    try:
        return Calendar.from_config(calendar)
    except Mistake as mistake:
        problem = mistake.problem
        pointer = _CALENDAR
        if isinstance(calendar, dict):
            pointer += problem.pointer
        findings.add(problem.code, source.value(pointer), problem.message, problem.hint)
        return _STAND_IN


def _report_unset(
    source: Source,
    environment: Mapping[str, str],
    overridden: Collection[Pointer],
    findings: Findings,
) -> frozenset[Pointer]:
    """Return the places of the texts that name a variable which is not set.

    ``overridden``: the places whose values the environment gives instead.
    """
    unset: set[Pointer] = set()
    for pointer, text in _texts(source.data, ()):
        if any(pointer[: len(place)] == place for place in overridden):
            continue
        for name in references(text):
            if name not in environment:
                unset.add(pointer)
                findings.add(
                    "unset-environment",
                    source.value(pointer),
                    f"environment variable {name} is not set",
                    f"export {name}=… before jittask run",
                )
    return frozenset(unset)


def _to_leave_out(unset: Collection[Pointer]) -> frozenset[Pointer]:
    return frozenset(pointer for pointer in unset if not _is_as_written(pointer))


def _is_as_written(pointer: Pointer) -> bool:
    return any(pointer[: len(place)] == place for place in _AS_WRITTEN)


def _filled(
    data: Any, pointer: Pointer, environment: Mapping[str, str], unset: Collection[Pointer]
) -> Any:
    """Fill in the texts, and leave out those that cannot be.

    What stays as it is written has no other in its place without its variable.
    """
    if isinstance(data, str) and not _is_as_written(pointer):
        return expand(data, environment)
    if isinstance(data, list):
        items = [(n, one) for n, one in enumerate(data) if (*pointer, n) not in unset]
        return [_filled(item, (*pointer, n), environment, unset) for n, item in items]
    if isinstance(data, dict):
        keys = [key for key in data if (*pointer, key) not in unset]
        return {key: _filled(data[key], (*pointer, key), environment, unset) for key in keys}
    return data


def _texts(data: Any, pointer: Pointer) -> list[tuple[Pointer, str]]:
    if isinstance(data, str):
        return [(pointer, data)]
    items = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    return [found for key, value in items for found in _texts(value, (*pointer, key))]
