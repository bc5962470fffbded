"""Reads ``settings.runtime.executor`` of ``app.json`` (rules F2, R10)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jittask.compiler.findings import Findings, near_or_all
from jittask.compiler.json_spans import Pointer
from jittask.compiler.source import Source
from jittask.environment import expand
from jittask.model import CelerySettings, RuntimeSettings

EXECUTOR: Pointer = ("settings", "runtime", "executor")
BROKER: Pointer = (*EXECUTOR, "broker")
BROKERS = ("amqp", "amqps", "pyamqp", "redis", "rediss")
"""The schemes of the brokers that are served: RabbitMQ and Redis."""

_URL = re.compile(r"([A-Za-z0-9_+]+)://(.*)", re.DOTALL)


def executor_of(runtime: Mapping[str, Any]) -> tuple[str, CelerySettings | None]:
    """Return the executor's name, and its settings where it is a fleet of workers."""
    given = runtime.get("executor", RuntimeSettings().executor)
    if not isinstance(given, Mapping):
        return given, None
    if "broker" not in given:
        return RuntimeSettings().executor, None  # its mistake is reported
    queue = given.get("queue", CelerySettings("").queue)
    return "celery", CelerySettings(given["broker"], queue, tuple(given.get("routes", {}).items()))


def check_executor(source: Source, environment: Mapping[str, str], findings: Findings) -> None:
    """Report a broker that is none, and a store that a fleet cannot share (R10).

    Only the part before ``://`` is shown: the rest may have a password.
    """
    settings = source.data.get("settings", {})
    _, celery = executor_of(settings.get("runtime", {}))
    if celery is None:
        return
    url = _URL.fullmatch(expand(celery.broker, environment))
    if url is None or url[1] not in BROKERS:
        got = f", got {url[1]}://" if url else ""
        message = f"expected the URL of RabbitMQ or Redis, such as redis://host:6379/0{got}"
        hint = near_or_all(url[1], BROKERS) if url else "it has a scheme: amqp:// or redis://"
        findings.add("bad-broker-url", source.value(BROKER), message, hint)
    store = settings.get("store")
    scheme = _URL.fullmatch(expand(store, environment)) if store is not None else None
    if store is None or (scheme and scheme[1].partition("+")[0] == "sqlite"):
        findings.add(
            "celery-needs-postgresql",
            source.value((*EXECUTOR, "type")),
            "workers on other machines need a run store that they share: expected PostgreSQL, "
            f"got {'SQLite' if scheme else 'the file in the tree'}",
            'set settings.store to a URL such as "postgresql://user@host/jittask"',
        )
