"""``settings.policy`` holds for every task, key by key, unless its own policy says otherwise (R2)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.compiler.compiled import Compilation
from jittask.compiler.draft import DraftCompiler
from jittask.compiler.incremental import TreeCompiler
from jittask.compiler.schemas import schema
from jittask.model import Misfire, Notice, Policy, Retry, TaskNotify
from jittask.runtime.bundles import Bundles
from tests.tree import Tree

ALERTS = "def failed(run):\n    pass\n\n\ndef other(run):\n    pass\n"


def tree_of(root: Path, defaults: object, own: object = None) -> Tree:
    tree = Tree(root, policy=defaults)
    tree.write("services/Alerts/e.json", {"type": "services.NormalType", "title": "Alerts"})
    tree.write("services/Alerts/service.py", ALERTS)
    tree.scheduled("A", **({} if own is None else {"policy": own}))
    return tree


def policy_of(tree: Tree) -> Policy:
    return compile_tree(tree.root).app.tasks["tasks.A"].policy


CASES = {
    "nothing of its own": ({"misfire": "all"}, None, Policy(misfire=Misfire.ALL)),
    "its own wins": ({"misfire": "all"}, {"misfire": "skip"}, Policy(misfire=Misfire.SKIP)),
    "another key": (
        {"misfire": "all"}, {"priority": 2}, Policy(misfire=Misfire.ALL, priority=2),
    ),
    "inside an inner object": (
        {"retry": {"max": 3, "backoff": 1}}, {"retry": {"delaySeconds": 5, "backoff": 4}},
        Policy(retry=Retry(max=3, delay_seconds=5, backoff=4)),
    ),
    "a jitter": ({"jitterSeconds": 300}, {"priority": 1}, Policy(jitter_seconds=300, priority=1)),
    "no jitter for one of all": ({"jitterSeconds": 300}, {"jitterSeconds": 0}, Policy()),
    "half a second": ({}, {"jitterSeconds": 0.5}, Policy(jitter_seconds=0.5)),
    "an empty policy": ({"retry": {"max": 3}}, {}, Policy(retry=Retry(max=3))),
    "notifications": (
        {"notify": {"of": ["failed"]}, "expectEvery": "26h"}, {"notify": {"urls": []}},
        Policy(
            expect_every=timedelta(hours=26),
            notify=TaskNotify(urls=(), of=frozenset({Notice.FAILED})),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_policy_over_the_defaults(name: str, tmp_path: Path) -> None:
    defaults, own, expected = CASES[name]
    assert policy_of(tree_of(tmp_path / "app", defaults, own)) == expected


@pytest.mark.parametrize("name", CASES)
def test_the_same_from_the_cache_of_an_earlier_start(name: str, tmp_path: Path) -> None:
    defaults, own, expected = CASES[name]
    tree = tree_of(tmp_path / "app", defaults, own)
    for _ in range(2):
        compiler = TreeCompiler(tree.root, keep=True)
        assert compiler.compilation.app.tasks["tasks.A"].policy == expected
        compiler.close()


@pytest.mark.parametrize("seconds", [-1, 86_401, "5m", True])
@pytest.mark.parametrize("where", ["task", "app"])
def test_a_jitter_is_from_nothing_to_a_day(tmp_path: Path, seconds: object, where: str) -> None:
    policy = {"jitterSeconds": seconds}
    defaults, own = ({}, policy) if where == "task" else (policy, None)
    tree = tree_of(tmp_path / "app", defaults, own)
    [found] = [each for each in compile_tree(tree.root).diagnostics if each.is_error]
    assert found.code == ("bad-value" if type(seconds) is int else "wrong-type")
    assert "jitterSeconds" in found.message


def test_a_function_for_failures_is_found_and_belongs_to_the_version(tmp_path: Path) -> None:
    tree = tree_of(tmp_path / "app", {"onFailure": "services.Alerts.failed"})
    task = compile_tree(tree.root).app.tasks["tasks.A"]
    assert task.policy.on_failure is not None
    assert task.policy.on_failure.function == "failed"
    assert "services/Alerts/service.py" in task.bundle


def test_only_what_a_body_needs_is_of_the_version(tmp_path: Path) -> None:
    def version(defaults: object) -> str:
        return compile_tree(tree_of(tmp_path / "app", defaults).root).app.tasks["tasks.A"].version

    plain = version({})
    assert version({"priority": 3, "expectEvery": "1d", "notify": {"urls": []}}) == plain
    assert version({"jitterSeconds": 9}) != plain, "what is planned is to be looked at again"
    failed = version({"onFailure": "services.Alerts.failed"})
    other = version({"onFailure": "services.Alerts.other"})
    assert len({plain, failed, other, version({"retry": {"max": 3}})}) == 4


NO_MATTER: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "a grace that nobody has": ({}, {"retentionDays": 400}),
    "another grace": ({"graceSeconds": 60}, {"retentionDays": 400}),
    "a group of others": ({}, {"groups": {"mail": {"maxConcurrent": 2}}}),
    "limits of its group": (
        {"group": "mail"}, {"groups": {"mail": {"maxConcurrent": 2}, "more": {"perMinute": 1}}},
    ),
    "its own function for failures": (
        {"onFailure": "services.Alerts.other"}, {"policy": {"onFailure": "services.Alerts.failed"}},
    ),
    "its own timeout": ({"timeoutSeconds": 5}, {"policy": {"timeoutSeconds": 60}}),
    "its own number of tries": (
        {"retry": {"max": 1, "delaySeconds": 2}}, {"policy": {"retry": {"max": 3}}},
    ),
}  # fmt: skip
MATTER: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "its grace": ({"graceSeconds": 86_400 * 100}, {"retentionDays": 400}),
    "the function for failures": ({}, {"policy": {"onFailure": "services.Alerts.failed"}}),
    "the other keys of a retry": (
        {"retry": {"max": 1}}, {"policy": {"retry": {"max": 3, "delaySeconds": 7}}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [*NO_MATTER, *MATTER])
def test_settings_that_are_no_matter_to_a_task_are_not_of_its_version(
    name: str, tmp_path: Path
) -> None:
    own, settings = {**NO_MATTER, **MATTER}[name]
    tree = tree_of(tmp_path / "app", {}, own)
    before: dict[str, object] = {"retentionDays": 200} if name == "its grace" else {}
    Tree(tree.root, **before, **({"groups": {"mail": {"perMinute": 9}}} if "group" in own else {}))
    compiler = TreeCompiler(tree.root, keep=True)
    version = compiler.compilation.app.tasks["tasks.A"].version
    Tree(tree.root, **settings)
    app = compiler.look_at_all().app
    compiler.close()
    assert (app.tasks["tasks.A"].version == version) is (name in NO_MATTER)
    assert compile_tree(tree.root).app.tasks["tasks.A"].version == app.tasks["tasks.A"].version
    bundles = Bundles(tmp_path)
    assert not bundles.lay_out_all(app.tasks.values(), app.root)
    there = compile_tree(bundles.path(app.tasks["tasks.A"].version))
    assert not there.diagnostics
    assert there.app.tasks["tasks.A"].policy == app.tasks["tasks.A"].policy


def test_a_bundle_has_what_a_run_needs_of_the_policy(tmp_path: Path) -> None:
    """Workers of a fleet have the bundle alone (R10)."""
    defaults = {
        "timeoutSeconds": 60, "memoryMb": 256, "retry": {"max": 3}, "onInterrupted": "rerun",
    }  # fmt: skip
    tree = tree_of(tmp_path / "app", defaults, {"group": "mail"})
    Tree(tree.root, policy=defaults, groups={"mail": {"perMinute": 5}})
    compilation = compile_tree(tree.root)
    assert not compilation.diagnostics
    bundles = Bundles(tmp_path)
    app = compilation.app
    assert not bundles.lay_out_all(app.tasks.values(), app.root)
    task = app.tasks["tasks.A"]
    there = compile_tree(bundles.path(task.version)).app.tasks["tasks.A"].policy
    assert replace(there, group=None) == replace(task.policy, group=None)
    assert there.group == "mail"


def test_an_edit_of_the_defaults_reaches_every_task(tmp_path: Path) -> None:
    tree = tree_of(tmp_path / "app", {"priority": 1})
    compiler = TreeCompiler(tree.root)
    assert compiler.compilation.app.tasks["tasks.A"].policy.priority == 1
    Tree(tree.root, policy={"priority": 2})
    assert compiler.look_at_all().app.tasks["tasks.A"].policy.priority == 2
    compiler.close()


def test_a_service_that_the_defaults_name_may_come_and_go(tmp_path: Path) -> None:
    tree = tree_of(tmp_path / "app", {"onFailure": "services.Later.failed"})
    compiler = TreeCompiler(tree.root)
    assert _mistakes(compiler.compilation) == ["unknown-service"]
    assert "tasks.A" not in compiler.compilation.app.tasks
    tree.write("services/Later/e.json", {"type": "services.NormalType", "title": "Later"})
    tree.write("services/Later/service.py", ALERTS)
    found = compiler.look_at_all()
    assert not found.diagnostics
    assert found.app.tasks["tasks.A"].policy.on_failure is not None
    tree.write("services/Later/service.py", "def another(run):\n    pass\n")
    assert _mistakes(compiler.look_at_all()) == ["unknown-function"]
    compiler.close()


def _mistakes(compilation: Compilation) -> list[str]:
    return [found.code for found in compilation.diagnostics if found.because is None]


WRONG = {
    "no such function": ("services.Alerts.faild", ALERTS, "unknown-function"),
    "no such service": ("services.Alarms.failed", ALERTS, "unknown-service"),
    "no parameter": ("services.Alerts.failed", "def failed():\n    pass\n", "too-few-parameters"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_function_for_failures_is_one_mistake_where_it_is_written(
    name: str, tmp_path: Path
) -> None:
    on_failure, service, code = WRONG[name]
    tree = tree_of(tmp_path / "app", {"onFailure": on_failure})
    tree.write("services/Alerts/service.py", service)
    tree.scheduled("B", policy={"priority": 1})
    tree.scheduled("Own", policy={"onFailure": "services.Other.failed"})
    tree.write("services/Other/e.json", {"type": "services.NormalType", "title": "Other"})
    tree.write("services/Other/service.py", ALERTS)
    compilation = compile_tree(tree.root)
    mistakes = [found for found in compilation.diagnostics if found.because is None]
    assert [(found.code, found.location.file, found.location.pointer) for found in mistakes] == [
        (code, "app.json", "/settings/policy/onFailure")
    ]
    following = [found for found in compilation.diagnostics if found.because is not None]
    assert [(found.element, found.because) for found in following] == [
        ("tasks.A", "app.json"), ("tasks.B", "app.json"),
    ]  # fmt: skip
    assert set(compilation.app.tasks) == {"tasks.Own"}
    draft = DraftCompiler(compilation)
    found = draft.check_shared("app.json", (tree.root / "app.json").read_text())
    assert [each.code for each in found] == [code]


def test_a_service_that_cannot_load_is_the_mistake_and_not_who_names_it(tmp_path: Path) -> None:
    tree = tree_of(tmp_path / "app", {"onFailure": "services.Alerts.failed"})
    tree.write("services/Alerts/service.py", "def (")
    found = compile_tree(tree.root).diagnostics
    assert [(each.code, each.because) for each in found] == [
        ("bad-python", None), ("broken-dependency", "services.Alerts"),
    ]  # fmt: skip


def test_an_optional_parameter_too_many_is_one_warning(tmp_path: Path) -> None:
    tree = tree_of(tmp_path / "app", {"onFailure": "services.Alerts.failed"})
    tree.write("services/Alerts/service.py", "def failed(run, more=1):\n    pass\n")
    tree.scheduled("B")
    compiler = TreeCompiler(tree.root)
    for line in (6, 7):
        found = compiler.look_at_all()
        assert set(found.app.tasks) == {"tasks.A", "tasks.B"}
        assert [(each.code, each.location.file) for each in found.diagnostics] == [
            ("unused-parameter", "app.json")
        ]
        assert found.diagnostics[0].location.line == line
        text = (tree.root / "app.json").read_text()
        tree.write("app.json", "\n" + text)
    compiler.close()


def test_the_two_schemas_have_the_same_policy() -> None:
    """app.json and e.json are checked alone: python scripts/policy_schema.py copies it."""
    assert json.dumps(schema("app")["$defs"]["policy"]) == json.dumps(
        schema("task")["$defs"]["policy"]
    )
