"""Functions are imported while others are compiled; it changes nothing of what is found (U2)."""

from __future__ import annotations

import threading

import pytest

from jittask import compile_tree
from jittask.compiler import probe
from jittask.compiler.compiled import Compilation
from jittask.compiler.compiling import Compiling
from jittask.compiler.incremental import TreeCompiler
from jittask.compiler.probe import Request
from tests.tree import Tree

CODES = {
    "Fits": None,
    "Fails": "import no_such_package\n\n\ndef customFunc():\n    pass\n",
    "Ends": "import os\n\nos._exit(3)\n\n\ndef customFunc():\n    pass\n",
    "Bound": "from functools import partial\n\ncustomFunc = partial(print, 1)\n",
    "Other": "def _make():\n    return lambda a: a\n\n\ncustomFunc = _make()\n",
    "Wrong": "def customFunc(a):\n    pass\n",
}


@pytest.fixture
def many(tree: Tree) -> Tree:
    for number in range(3):
        for name, code in CODES.items():
            tree.scheduled(f"{name}{number}", code)
    return tree


@pytest.fixture
def in_small_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jittask.compiler.import_stream.LEAST_TASKS", 2)
    monkeypatch.setattr("jittask.compiler.probe.MOST_TASKS", 3)


def outcome(compilation: Compilation) -> object:
    return compilation.app, compilation.diagnostics, dict(compilation.reusable.probed)


@pytest.mark.process
def test_a_stream_finds_what_one_request_finds(many: Tree, request: pytest.FixtureRequest) -> None:
    at_once = compile_tree(many.root, imports=True)
    request.getfixturevalue("in_small_requests")
    assert outcome(compile_tree(many.root, imports=True)) == outcome(at_once)
    codes = {found.code for found in at_once.diagnostics}
    assert codes == {"import-failed", "too-many-parameters"}


@pytest.mark.process
@pytest.mark.parametrize("least", [1, 100], ids=["while compiling", "after it"])
def test_no_request_has_more_tasks_than_one_process_should_import(
    many: Tree, monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    monkeypatch.setattr("jittask.compiler.import_stream.LEAST_TASKS", least)
    at_once = compile_tree(many.root, imports=True)
    monkeypatch.setattr("jittask.compiler.probe.MOST_TASKS", 4)
    requests: list[list[str]] = []
    asked = probe._request

    def request(*given: object) -> Request:
        request = asked(*given)  # type: ignore[arg-type]
        requests.append([name for name, _ in request.functions])
        return request

    monkeypatch.setattr(probe, "_request", request)
    assert outcome(compile_tree(many.root, imports=True)) == outcome(at_once)
    assert max(map(len, requests)) <= 4
    assert {name for names in requests for name in names} == {
        f"tasks.{name}{number}" for name in CODES for number in range(3)
    } - {f"tasks.Wrong{number}" for number in range(3)}


@pytest.mark.process
@pytest.mark.usefixtures("in_small_requests")
def test_a_warm_start_finds_what_a_cold_one_found(many: Tree) -> None:
    first = compile_tree(many.root, keep=True)
    assert outcome(compile_tree(many.root, keep=True)) == outcome(first)


@pytest.mark.process
@pytest.mark.usefixtures("in_small_requests")
def test_a_compilation_that_fails_ends_its_check(
    many: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next one is made as if nothing had been."""
    many.scheduled("A0", "while True:\n    pass\n\n\ndef customFunc():\n    pass\n")
    have = Compiling._have

    def fail(compiling: Compiling, *given: object) -> bool:
        if len(compiling.tasks) == 8:
            raise RuntimeError("on purpose")
        return have(compiling, *given)  # type: ignore[arg-type]

    compiler = TreeCompiler(many.root, imports=True)
    threads = threading.active_count()
    with monkeypatch.context() as patched:
        patched.setattr(Compiling, "_have", fail)
        with pytest.raises(RuntimeError, match="on purpose"):
            compiler.look_at_all()
    assert threading.active_count() == threads
    (many.root / "tasks/A0/inner.py").write_text("def customFunc():\n    pass\n")
    assert outcome(compiler.look_at_all()) == outcome(compile_tree(many.root, imports=True))
    compiler.close()
