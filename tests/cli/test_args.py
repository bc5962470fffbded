"""``args`` of a task, and of one run: what the function reads as ``currentTask.args`` (F3)."""

from __future__ import annotations

import json

import pytest

from jittask import Client
from jittask.errors import InvalidArgument
from tests.running import jittask, jittask_here
from tests.tree import Tree

pytestmark = pytest.mark.process
BODY = """from jittask import currentTask


def customFunc():
    return currentTask.args
"""


@pytest.fixture
def report(tree: Tree) -> Tree:
    tree.scheduled("Report", BODY, args={"month": "2026-01", "to": ["a"], "deep": {"x": 1}})
    tree.scheduled("Plain", BODY)
    return tree


def ended(tree: Tree, number: int) -> dict:
    done = jittask("run", tree.root, "--once")
    assert done.returncode == 0, done.stdout + done.stderr
    shown = jittask_here("log", number, "--tree", tree.root, "--json")
    return json.loads(shown.stdout)


def trigger(tree: Tree, task: str, *more: str) -> int:
    done = jittask_here("trigger", task, *more, "--tree", tree.root, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["run"]


def test_keys_that_are_given_for_a_run_replace_those_of_the_task(report: Tree) -> None:
    own = trigger(report, "Report")
    given = trigger(report, "Report", "--args", '{"month": "二月", "deep": {"y": 2}}')
    plain = trigger(report, "Plain")
    record = ended(report, given)
    assert json.loads(record["result"]) == {"month": "二月", "to": ["a"], "deep": {"y": 2}}
    assert record["args"] == {"month": "二月", "deep": {"y": 2}}
    first = json.loads(jittask_here("log", own, "--tree", report.root, "--json").stdout)
    assert json.loads(first["result"])["month"] == "2026-01"
    assert first["args"] is None
    last = json.loads(jittask_here("log", plain, "--tree", report.root, "--json").stdout)
    assert json.loads(last["result"]) == {}
    words = jittask_here("log", given, "--tree", report.root).stdout
    assert 'args {"month": "二月", "deep": {"y": 2}}' in words
    listed = json.loads(jittask_here("records", "--tree", report.root, "--json").stdout)
    assert {run["id"]: run["args"] for run in listed["records"]}[given] == record["args"]


def test_a_rerun_keeps_the_args_of_its_run(report: Tree) -> None:
    with Client(report.root) as jt:
        first = jt.trigger("Report", args={"month": "2025-12"}).run
        again = jt.rerun(first.id).run
        assert (first.args, again.args) == ('{"month": "2025-12"}',) * 2
    assert json.loads(ended(report, again.id)["result"])["month"] == "2025-12"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "expected a JSON object"),
        ("[1]", "expected a JSON object, got a list"),
        ('{"a": NaN}', "expected a JSON object"),
        (json.dumps({"a": "x" * 70_000}), "expected at most 65,536 characters"),
    ],
)
def test_what_is_no_args(report: Tree, text: str, words: str) -> None:
    done = jittask_here("trigger", "Report", "--args", text, "--tree", report.root)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: --args: {words}"), done.stderr


@pytest.mark.parametrize("args", [{"a": float("nan")}, {"a": object()}, {1: 2}, [1]])
def test_what_is_no_args_of_a_program(report: Tree, args: object) -> None:
    with Client(report.root) as jt, pytest.raises(InvalidArgument, match="expected a JSON object"):
        jt.trigger("Report", args=args)  # type: ignore[arg-type]


def test_args_of_another_type_are_a_mistake(tree: Tree) -> None:
    tree.scheduled("A", args=[1])
    done = jittask_here("validate", tree.root, "--no-import")
    assert "[wrong-type] args: expected an object, got" in done.stdout


def test_try_has_the_args_too(report: Tree) -> None:
    done = jittask("try", "Report", "--args", '{"month": "x"}', "--tree", report.root)
    assert done.returncode == 0, done.stderr
    assert '"month": "x", "to": ["a"]' in done.stderr
