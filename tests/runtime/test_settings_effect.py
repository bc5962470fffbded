"""Which settings a reload puts into effect; a new one must be classified (F2)."""

from __future__ import annotations

import threading
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jittask import Runtime
from jittask.model import (
    AppSettings,
    CelerySettings,
    Group,
    Notify,
    Retention,
    RuntimeSettings,
)
from jittask.runtime.events import Event, Reloaded, Trouble
from jittask.runtime.settings_effect import SETTINGS, Effect, RestartNotice, value_of
from jittask.runtime.watch import Watch
from tests.running import PATIENCE
from tests.tree import Tree

NOW = datetime(2026, 1, 5, tzinfo=UTC)
CHANGED: dict[str, object] = {
    "app_id": "b", "name": "b", "title": "b", "version": "2", "timezone": "Asia/Shanghai",
    "calendar": "CN", "default_database": "databases.D", "store": "sqlite:///other.db",
    "retention": Retention.of_days(7), "policy": {"priority": 3}, "notify": Notify(("json://127.0.0.1",)),
    "groups": {"mail": Group(2)}, "runtime.executor": "thread", "runtime.workers": 8,
    "runtime.celery": CelerySettings("redis://host/0"),
    "runtime.scan_seconds": 3.0, "runtime.lease_seconds": 90.0,
    "runtime.heartbeat_seconds": 20.0, "runtime.debounce_millis": 50,
    "runtime.drain_seconds": 1.0,
}  # fmt: skip


def changed(settings: AppSettings, name: str, value: object) -> AppSettings:
    group, _, field = name.rpartition(".")
    if group:
        inner: RuntimeSettings = replace(settings.runtime, **{field: value})  # type: ignore[arg-type]
        return replace(settings, runtime=inner)
    return replace(settings, **{field: value})  # type: ignore[arg-type]


def test_every_setting_is_classified() -> None:
    names = {field.name for field in fields(AppSettings)} - {"runtime"}
    names |= {f"runtime.{field.name}" for field in fields(RuntimeSettings)}
    assert names == set(SETTINGS) == set(CHANGED)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_change_is_reported_once_where_it_needs_a_restart(name: str) -> None:
    running, told = AppSettings(), list[Event]()
    notice = RestartNotice(running, told.append)
    edited = changed(running, name, CHANGED[name])
    for settings in (running, edited, edited):
        notice.check(settings, NOW)
    if SETTINGS[name].effect is Effect.LIVE:
        assert told == []
        return
    [trouble] = told
    assert isinstance(trouble, Trouble)
    assert trouble.code == "restart-needed"
    assert trouble.text.startswith(f"{SETTINGS[name].key} is now ")
    notice.check(running, NOW)  # changed back: nothing to say
    notice.check(edited, NOW)
    assert len(told) == 2


def test_the_text_has_both_values_and_no_password() -> None:
    told: list[Event] = []
    running = AppSettings(runtime=RuntimeSettings(workers=2))
    notice = RestartNotice(running, told.append)
    shown = "postgresql://***@db.example:5432/jobs"
    url = "postgresql://me:s3cret@db.example:5432/jobs?password=s3cret"
    notice.check(replace(changed(running, "runtime.workers", 8), store=url), NOW)
    more = "restart to use the new value"
    assert sorted(event.text for event in told if isinstance(event, Trouble)) == [
        f"settings.runtime.workers is now 8; still running with 2: {more}",
        f"settings.store is now {shown}; still running with the default: {more}",
    ]


def test_a_reload_reports_it_and_puts_the_others_into_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    debounced, look = threading.Event(), Watch.look

    def seen(watch: Watch, stop: threading.Event, **millis: int) -> bool | None:
        if millis["debounce_millis"] == 10:
            debounced.set()
        return look(watch, stop, **millis)

    monkeypatch.setattr(Watch, "look", seen)
    runtime_settings = {"executor": "inline", "workers": 2, "scanSeconds": 1000}
    tree = Tree(tmp_path / "app", runtime=runtime_settings, retentionDays=90)
    tree.scheduled("A")
    with Runtime(tree.root) as runtime:
        edited = {**runtime_settings, "workers": 8, "scanSeconds": 0.5, "debounceMillis": 10}
        tree.write(
            "app.json",
            {"appId": "t", "name": "t",
             "settings": {"timezone": "UTC", "runtime": edited, "retentionDays": 7}},
        )  # fmt: skip
        runtime.reload()
        told = runtime.wait_for(
            lambda event: isinstance(event, Trouble) and event.code == "restart-needed"
        )
        assert isinstance(told, Trouble)
        assert "settings.runtime.workers is now 8" in told.text
        assert debounced.wait(PATIENCE)
        tree.scheduled("B")
        runtime.wait_for(lambda event: isinstance(event, Reloaded) and "tasks.B" in event.added)
        settings = runtime.snapshot.app.settings
    assert (settings.retention.longest, settings.runtime.scan_seconds) == (7, 0.5)
    assert value_of(settings, "runtime.debounce_millis") == 10
