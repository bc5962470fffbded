"""What follows from mistakes, and what the import step survives; the mistakes: test_corpus."""

from __future__ import annotations

import pytest

from jittask import compile_tree
from jittask.compiler.findings import nearest
from tests.tree import Tree

GOOD = "def customFunc():\n    return 1\n"


@pytest.fixture
def sound(tree: Tree) -> Tree:
    """A tree without a mistake, of every kind."""
    tree.things()
    tree.write("services/S/e.json", {"type": "services.NormalType", "title": "S"})
    tree.write("services/S/service.py", "def run():\n    return 1\n")
    tree.scheduled("A", GOOD)
    tree.dated("B", filter="Q('name','=','x')")
    tree.scheduled("C", func="services.S.run", funcType="Global")
    (tree.root / "tasks/C/inner.py").unlink()
    return tree


def test_the_sound_tree_is_clean(sound: Tree) -> None:
    compilation = compile_tree(sound.root, imports=True)
    assert compilation.diagnostics == ()
    assert list(compilation.app.tasks) == ["tasks.A", "tasks.B", "tasks.C"]


def test_a_broken_model_is_told_once(sound: Tree) -> None:
    sound.write("models/Thing/model.py", "class Thing(:\n")
    compilation = compile_tree(sound.root)
    assert [(one.code, one.element) for one in compilation.diagnostics] == [
        ("bad-python", "models.Thing"),
        ("broken-dependency", "tasks.B"),
    ]
    assert [one.because for one in compilation.diagnostics] == [None, "models.Thing"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import nowhere_to_be_found\n", "ModuleNotFoundError"),
        ("raise SystemExit(3)\n", "SystemExit"),
        ("import os\nos._exit(1)\n", "did not come to an end"),
        ("import functools\ncustomFunc = functools.partial(print, 1)\n", None),
        ("print('hello')\ndef customFunc():\n    pass\n", None),
    ],
)
def test_the_import_step_survives_its_elements(tree: Tree, body: str, words: str | None) -> None:
    """U2: an element that will not import costs itself alone."""
    body = body if "customFunc" in body else body + GOOD
    tree.scheduled("Bad", body)
    tree.scheduled("Good", GOOD)
    compilation = compile_tree(tree.root, imports=True)
    assert "tasks.Good" in compilation.app.tasks
    assert ("tasks.Bad" in compilation.app.tasks) is (words is None)
    if words:
        assert [one.code for one in compilation.diagnostics] == ["import-failed"]
        assert words in compilation.diagnostics[0].message


def test_unchanged_tasks_keep_their_objects(sound: Tree) -> None:
    """H1."""
    first = compile_tree(sound.root)
    sound.write("tasks/A/inner.py", GOOD + "# changed\n")
    second = compile_tree(sound.root, previous=first)
    assert second.app.tasks["tasks.B"] is first.app.tasks["tasks.B"]
    assert second.app.tasks["tasks.A"].version != first.app.tasks["tasks.A"].version


def test_a_bundle_is_a_tree_of_the_same_version(tree: Tree) -> None:
    """H4: code and what it imports or names, and nothing else."""
    from jittask.runtime.bundles import Bundles

    tree.write("commons/__init__.py", "")
    tree.write("commons/used.py", "from commons import deeper\n")
    tree.write("commons/deeper.py", "")
    tree.write("commons/unused.py", "")
    tree.things()
    tree.scheduled(
        "A",
        "from commons.used import *\nfrom jittask import app\n\n\ndef customFunc():\n    app.getElement('models.Thing')\n",
    )
    app = compile_tree(tree.root).app
    task = app.tasks["tasks.A"]
    assert set(task.bundle) >= {
        "commons/used.py",
        "commons/deeper.py",
        "models/Thing/model.py",
        "databases/D/e.json",
    }
    assert "commons/unused.py" not in task.bundle
    folder = Bundles(tree.root / ".jittask").lay_out(task, tree.root)
    assert compile_tree(folder).app.tasks["tasks.A"].version == task.version


def test_validating_needs_no_database() -> None:
    """V7."""
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-c", "import jittask.cli.main, jittask.compiler, sys; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = set(done.stdout.split())
    assert not loaded & {"sqlalchemy", "watchfiles", "rich", "alembic", "jittask.runtime"}


def test_what_many_get_wrong_is_looked_up_once(tree: Tree) -> None:
    """A model that goes must not cost a search for each of 10,000 tasks that name it."""
    for n in range(20):
        tree.scheduled(f"A{n}", "def customFunc():\n    app.getElement('tasks.Aa')\n")
    nearest.cache_clear()
    assert len(compile_tree(tree.root).diagnostics) == 20
    assert nearest.cache_info().misses == 1
