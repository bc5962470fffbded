"""Every mistake has its code and its place (V1); one mistake gives one diagnostic."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jittask import compile_tree
from jittask.rules import RULES
from tests.tree import Tree

GOOD = "def customFunc():\n    return 1\n"


def edit(file: str, before: str, after: str) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        text = (tree.root / file).read_text(encoding="utf-8")
        assert before in text
        tree.write(file, text.replace(before, after, 1))

    return change


def put(file: str, content: object) -> Callable[[Tree], None]:
    return lambda tree: tree.write(file, content) and None


def remove(file: str) -> Callable[[Tree], None]:
    return lambda tree: (tree.root / file).unlink()


TASK, ROW = "tasks/A/e.json", "tasks/B/e.json"
CASES: list[tuple[str, Callable[[Tree], None], str, int, int]] = [
    ("bad-json", edit(TASK, '"enable": 1,', '"enable": 1'), TASK, 4, 3),
    ("bad-json", put(TASK, ""), TASK, 1, 1),
    ("duplicate-key", edit(TASK, '"enable": 1,', '"enable": 1,\n  "enable": 0,'), TASK, 4, 3),
    ("not-utf8", lambda t: (t.root / TASK).write_bytes(b'{"type": "\xff"}') and None, TASK, 1, 1),
    ("wrong-type", put(TASK, "[]"), TASK, 1, 1),
    ("unknown-type", edit(TASK, "tasks.NormalType", "tasks.NormalTyp"), TASK, 2, 11),
    ("misspelt-key", edit(TASK, '"timerCfg"', '"timerCgf"'), TASK, 7, 3),
    ("unknown-key", edit(TASK, '"enable"', '"colour": "red",\n  "enable"'), TASK, 3, 3),
    ("missing-key", edit(TASK, '"title": "T",\n', "\n"), TASK, 1, 1),
    ("missing-enable", edit(TASK, '"enable": 1,', ""), TASK, 1, 1),
    ("bad-value", edit(TASK, '"Inner"', '"inner"'), TASK, 4, 15),
    ("bad-start-time", edit(TASK, "2026-01-05 09:00:00", "tomorrow"), TASK, 8, 18),
    ("bad-value", edit(TASK, '"repeatType": "day"', '"repeatType": "dayly"'), TASK, 10, 21),
    ("bad-cron", edit(TASK, '"repeatType": "day"', '"repeatType": "custom", "cron": "x"'), TASK, 10, 39),
    ("holidays-without-calendar", edit(TASK, '"repeat"', '"skipHoliday": 1, "repeat"'), TASK, 9, 20),
    ("end-before-start", edit(TASK, '"repeat"', '"endTime": "2020-01-01", "repeat"'), TASK, 9, 16),
    ("inner-missing", remove("tasks/A/inner.py"), TASK, 4, 15),
    ("bad-python", put("tasks/A/inner.py", "def customFunc(:\n"), "tasks/A/inner.py", 1, 16),
    ("function-missing", put("tasks/A/inner.py", "def custumFunc():\n    pass\n"), "tasks/A/inner.py", 1, 5),
    ("too-many-parameters", put("tasks/A/inner.py", "def customFunc(row):\n    pass\n"), "tasks/A/inner.py", 1, 5),
    ("unused-parameter", put("tasks/A/inner.py", "def customFunc(n=1):\n    pass\n"), "tasks/A/inner.py", 1, 5),
    ("function-is-generator", put("tasks/A/inner.py", "def customFunc():\n    yield 1\n"), "tasks/A/inner.py", 1, 5),
    ("legacy-main", put("tasks/A/inner.py", "def main(app, taskInstance):\n    pass\n"), "tasks/A/inner.py", 1, 5),
    ("too-few-parameters", put("tasks/B/inner.py", GOOD), "tasks/B/inner.py", 1, 5),
    ("unknown-model", edit(ROW, "models.Thing", "models.Thin"), ROW, 7, 16),
    ("unknown-field", edit(ROW, '"at"', '"att"'), ROW, 9, 19),
    ("field-not-a-date", edit(ROW, '"at"', '"name"'), ROW, 9, 19),
    ("filter-syntax", edit(ROW, "Q('name','=','x')", "name = x"), ROW, 11, 19),
    ("filter-unknown-field", edit(ROW, "Q('name'", "Q('nam'"), ROW, 11, 16),
    ("filter-bad-value", edit(ROW, "Q('name','=','x')", "Q('at','=','x')"), ROW, 11, 25),
    ("unknown-service", edit("tasks/C/e.json", "services.S.run", "services.Z.run"), "tasks/C/e.json", 13, 11),
    ("unknown-function", edit("tasks/C/e.json", "services.S.run", "services.S.ran"), "tasks/C/e.json", 13, 11),
    ("too-many-parameters", put("services/S/service.py", "def run(x):\n    pass\n"), "tasks/C/e.json", 13, 11),
    ("func-missing", edit("tasks/C/e.json", ',\n  "func": "services.S.run"', ""), "tasks/C/e.json", 4, 15),
    ("unknown-database", edit("models/Thing/e.json", "databases.D", "databases.E"), "models/Thing/e.json", 4, 9),
    ("unknown-datatype", edit("models/Thing/model.py", "datatypes.Date(", "datatypes.Dat("), "models/Thing/model.py", 9, 11),
    ("unknown-timezone", edit("app.json", '"UTC"', '"Berlin"'), "app.json", 5, 17),
    ("no-manifest", remove("app.json"), "app.json", 1, 1),
]  # fmt: skip


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


@pytest.mark.parametrize(
    ("code", "break_it", "file", "line", "column"),
    CASES,
    ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES)],
)
def test_a_mistake_is_found_at_its_place(
    sound: Tree, code: str, break_it: Callable[[Tree], None], file: str, line: int, column: int
) -> None:
    break_it(sound)
    compilation = compile_tree(sound.root)
    mine = [one for one in compilation.diagnostics if one.code != "broken-dependency"]
    assert [
        (one.code, one.location.file, one.location.line, one.location.column) for one in mine
    ] == [(code, file, line, column)]
    assert mine[0].severity is RULES[code].severity
    others = {"tasks.A", "tasks.B", "tasks.C"} - {mine[0].element}
    if mine[0].element in ("tasks.A", "tasks.B"):
        assert others <= compilation.app.tasks.keys(), "one broken element hides nothing else"


def test_every_code_is_in_the_table(sound: Tree) -> None:
    for code, rule in RULES.items():
        assert rule.code == code
        assert rule.title
        assert rule.why
        assert rule.example
        assert rule.mend


def test_a_broken_model_is_told_once(sound: Tree) -> None:
    sound.write("models/Thing/model.py", "class Thing(:\n")
    compilation = compile_tree(sound.root)
    assert [(one.code, one.element) for one in compilation.diagnostics] == [
        ("bad-python", "models.Thing"),
        ("broken-dependency", "tasks.B"),
    ]


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
    folder = Bundles(tree.root / ".jittask").lay_out(task, tree.root, app.settings)
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
