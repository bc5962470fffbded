"""Which settings of ``app.json`` a reload puts into effect, and which need a restart (rule F2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from jittask.model import AppSettings, Notify
from jittask.runtime.events import Event, Trouble
from jittask.runtime.notices.words import label_of


class Effect(Enum):
    """When a changed setting takes effect."""

    LIVE = auto()
    """With the reload that sees it."""
    RESTART = auto()
    """When the runtime is started again."""


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _without_password(url: object) -> str:
    """Return a URL without what may be a password: all between ``://`` and the last ``@``."""
    scheme, separator, rest = str(url).partition("://")
    _, at, host = rest.rpartition("@")
    return f"{scheme}{separator}{'***@' if at else ''}{host.partition('?')[0]}"


def _names(named: Mapping[str, object]) -> str:
    return ", ".join(named) or "none"


def _targets(notify: Notify) -> str:
    return ", ".join(map(label_of, notify.urls)) or "nobody"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of ``AppSettings``, or of ``RuntimeSettings`` where it begins with ``runtime.``."""

    key: str
    """The place in ``app.json``."""
    effect: Effect
    shown: Callable[[Any], str] = _plain
    """Returns a value for people, without what may be a secret in it."""


STORE, CELERY = "store", "runtime.celery"

SETTINGS: Mapping[str, Setting] = {
    "app_id": Setting("appId", Effect.LIVE),
    "name": Setting("name", Effect.LIVE),
    "title": Setting("title", Effect.LIVE),
    "version": Setting("version", Effect.LIVE),
    "timezone": Setting("settings.timezone", Effect.LIVE),
    "calendar": Setting("settings.calendar", Effect.LIVE),
    "default_database": Setting("settings.defaultElement.defaultDatabase", Effect.LIVE),
    STORE: Setting("settings.store", Effect.RESTART, _without_password),
    "retention": Setting("settings.retentionDays", Effect.LIVE),
    "policy": Setting("settings.policy", Effect.LIVE, _names),
    "notify": Setting("settings.notify", Effect.LIVE, _targets),
    "groups": Setting("settings.groups", Effect.LIVE, _names),
    "runtime.executor": Setting("settings.runtime.executor", Effect.RESTART),
    CELERY: Setting("settings.runtime.executor", Effect.RESTART, _without_password),
    "runtime.workers": Setting("settings.runtime.workers", Effect.RESTART),
    "runtime.scan_seconds": Setting("settings.runtime.scanSeconds", Effect.LIVE),
    "runtime.lease_seconds": Setting("settings.runtime.leaseSeconds", Effect.RESTART),
    "runtime.heartbeat_seconds": Setting("settings.runtime.heartbeatSeconds", Effect.RESTART),
    "runtime.debounce_millis": Setting("settings.runtime.debounceMillis", Effect.LIVE),
    "runtime.drain_seconds": Setting("settings.runtime.drainSeconds", Effect.LIVE),
}
"""Every field, by its name in the code."""


class RestartNotice:
    """Reports a setting that differs from what runs and needs a restart, once for each change."""

    def __init__(self, running: AppSettings, emit: Callable[[Event], None]) -> None:
        self._running = running
        self._emit = emit
        self._reported: dict[str, object] = {}

    def check(self, settings: AppSettings, now: datetime) -> None:
        """Report what is different in ``settings``, as the files have them now."""
        different = dict(differences(self._running, settings))
        for name, value in different.items():
            if name not in self._reported or self._reported[name] != value:
                running = value_of(self._running, name)
                self._emit(Trouble(now, "restart-needed", _text(SETTINGS[name], running, value)))
        self._reported = different


def differences(running: AppSettings, settings: AppSettings) -> Iterator[tuple[str, object]]:
    """Yield the settings that need a restart to take effect, with their new values."""
    for name, setting in SETTINGS.items():
        if setting.effect is Effect.RESTART:
            value = value_of(settings, name)
            if value != value_of(running, name):
                yield name, value


def value_of(settings: AppSettings, name: str) -> object:
    """Return the value of a setting by its name in ``SETTINGS``."""
    group, _, field = name.rpartition(".")
    return getattr(settings.runtime if group else settings, field)


def _text(setting: Setting, running: object, value: object) -> str:
    was, now = shown_setting(setting, running), shown_setting(setting, value)
    return f"{setting.key} is now {now}; still running with {was}: restart to use the new value"


def shown_setting(setting: Setting, value: object) -> str:
    """Return a value for people, without what may be a secret in it."""
    return "the default" if value is None else setting.shown(value)
