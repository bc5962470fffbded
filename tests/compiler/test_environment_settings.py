"""Settings that the environment gives instead of ``app.json``, and how mistakes are worded (F2)."""

from __future__ import annotations

import json

import click
import pytest

from jittask.cli.exit_codes import VARIABLES
from jittask.cli.main import cli
from jittask.compiler.app_settings import read_app_settings
from jittask.compiler.environment_settings import secret_names, setting_variables
from jittask.environment import expand
from jittask.runtime.settings_effect import SETTINGS
from tests.running import jittask_here
from tests.tree import Tree


def test_every_setting_of_the_runtime_has_a_variable() -> None:
    pointers = {".".join(map(str, pointer)) for pointer in setting_variables().values()}
    runtime = {each.key for name, each in SETTINGS.items() if name.startswith("runtime.")}
    assert runtime <= pointers
    assert {"JITTASK_STORE", "JITTASK_WORKERS", "JITTASK_LEASE_SECONDS"} <= set(setting_variables())
    assert not {"settings.timezone", "settings.calendar"} & pointers  # what is reviewed fires


def test_a_variable_means_one_thing() -> None:
    assert not setting_variables().keys() & VARIABLES.keys()


def test_every_variable_of_an_option_is_documented() -> None:
    context = click.Context(cli)
    commands = [cli.get_command(context, name) for name in cli.list_commands(context)]
    named = {option.envvar for command in commands for option in command.params} - {None}
    assert named
    assert named <= VARIABLES.keys()


@pytest.mark.parametrize(
    ("written", "environment", "holds"),
    [
        ({}, {}, 4),
        ({"workers": 2}, {}, 2),
        ({"workers": 2}, {"JITTASK_WORKERS": "8"}, 8),
        ({}, {"JITTASK_WORKERS": " 8\n"}, 8),
        ({"workers": 2}, {"JITTASK_WORKERS": ""}, 2),
    ],
)
def test_the_environment_counts_before_the_file_and_that_before_the_default(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, written: dict, environment: dict, holds: int
) -> None:
    tree.write("app.json", {"settings": {"timezone": "UTC", "runtime": written}})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings, found = read_app_settings(tree.root)
    assert (settings.runtime.workers, found) == (holds, ())


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        ("JITTASK_WORKERS", "many", 'JITTASK_WORKERS: expected a whole number, got "many"'),
        ("JITTASK_WORKERS", "0", "JITTASK_WORKERS: expected at least 1, got 0"),
        ("JITTASK_EXECUTOR", "proces", 'got "proces"'),
        ("JITTASK_RETENTION_DAYS", "2.5", "JITTASK_RETENTION_DAYS: expected "),
        ("JITTASK_STORE", "oracle://x", "JITTASK_STORE: expected an SQLite file or a PostgreSQL"),
        ("JITTASK_STORE", "here.db", "JITTASK_STORE: expected a URL such as"),
    ],
)
def test_a_value_that_does_not_fit_is_an_error_that_names_it(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, variable: str, text: str, message: str
) -> None:
    monkeypatch.setenv(variable, text)
    _, [found] = read_app_settings(tree.root)
    assert found.is_error
    assert found.message.startswith(f"{variable}: ")
    assert message in found.message
    assert jittask_here("run", tree.root, "--once").returncode == 1


def test_a_store_by_the_environment_needs_no_other_variable_and_shows_no_password(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.write("app.json", {"settings": {"timezone": "UTC", "store": "${NOT_SET_HERE}"}})
    url = "postgresql://me:s3cr$${et@127.0.0.1:1/none"
    monkeypatch.setenv("JITTASK_STORE", url)
    settings, found = read_app_settings(tree.root)
    assert found == ()
    assert settings.store is not None
    assert expand(settings.store) == url  # as it is: no ${…} of it is filled in
    shown = jittask_here("doctor", tree.root)
    assert "s3cr" not in shown.stdout + shown.stderr
    assert "store: postgresql+psycopg://me:***@127.0.0.1:1/none (JITTASK_STORE)" in shown.stdout


def test_doctor_shows_what_holds_and_from_where(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.write("app.json", {"settings": {"timezone": "UTC", "runtime": {"scanSeconds": 3}}})
    monkeypatch.setenv("JITTASK_WORKERS", "2")
    monkeypatch.setenv("JITTASK_WORKER", "9")
    monkeypatch.setenv("JITTASK_STATE_DIR", str(tree.root.parent / "state"))
    shown = jittask_here("doctor", tree.root, "--json")
    [section] = [
        each for each in json.loads(shown.stdout)["sections"] if each["name"] == "settings"
    ]
    facts = section["facts"]
    state = tree.root.parent / "state"
    assert f"state folder: {state} (--state-dir or JITTASK_STATE_DIR)" in facts
    assert f"store: {state}/jittask.db (default)" in facts
    assert "runtime.workers: 2 (JITTASK_WORKERS)" in facts
    assert "runtime.scanSeconds: 3 (app.json)" in facts
    assert "runtime.executor: process (default)" in facts
    assert section["notExamined"] == ["JITTASK_WORKER is not read; did you mean JITTASK_WORKERS?"]


def test_a_number_of_workers_is_no_secret() -> None:
    asked = {"JITTASK_EXECUTOR", "JITTASK_STORE", "JITTASK_DB_PASSWORD"}
    assert secret_names(asked) == {"JITTASK_STORE", "JITTASK_DB_PASSWORD"}


def test_a_start_that_is_kept_sees_another_environment(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A grace is compared with a retention that the environment gives."""
    tree.scheduled("A", policy={"graceSeconds": 86400 * 60})
    assert jittask_here("validate", tree.root).returncode == 0
    monkeypatch.setenv("JITTASK_RETENTION_DAYS", "30")
    said = jittask_here("validate", tree.root)
    assert said.returncode == 1
    assert "grace-over-retention" in said.stdout


def test_doctor_shows_each_setting_without_its_secrets(tree: Tree) -> None:
    tree.write("app.json", {
        "appId": "a",
        "settings": {
            "notify": {"urls": ["json://me:hush@127.0.0.1/x", "ntfys://hush"]},
            "policy": {"priority": 1, "retry": {"max": 2}},
            "groups": {"mail": {"maxConcurrent": 2}},
            "store": "postgresql://me:hush@127.0.0.1:1/none",
            "runtime": {"executor": {"type": "celery", "broker": "amqp://me:hush@127.0.0.1/"}},
        },
    })  # fmt: skip
    shown = jittask_here("doctor", tree.root).stdout
    assert "hush" not in shown
    for line in (
        "store: postgresql+psycopg://me:***@127.0.0.1:1/none (app.json)",
        "notify: json://…, ntfys://… (app.json)",
        "policy: priority, retry (app.json)",
        "groups: mail (app.json)",
        "runtime.executor: amqp://***@127.0.0.1/ (queues jittask) (app.json)",
    ):
        assert f"  ok  {line}\n" in shown
