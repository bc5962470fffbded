"""After every edit, a tree that is kept compiled is what a compilation from nothing gives (H2)."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from jittask.compiler import compile_tree
from jittask.compiler.compiled import Compilation
from jittask.compiler.files import Files
from jittask.compiler.incremental import TreeCompiler
from jittask.diagnostics import Diagnostic
from tests.tree import HEAD, Tree

TIMING = {"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "day"}}
TASK = {"type": "tasks.NormalType", **HEAD, "timerCfg": TIMING}
ROWS = {
    "type": "tasks.DateFieldType", **HEAD, "modelPath": "models.M", "timerCfg": {"startField": "at"},
}  # fmt: skip
MODEL = """from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class M(NormalModel):
    id = datatypes.AutoInt(name="id", primaryKey=True)
    {field} = datatypes.Datetime(name="{field}")
"""
CODE: dict[str, list[Any]] = {
    "tasks/{}/inner.py": [
        "def customFunc():\n    return 1\n",
        "def customFunc():\n    return 2\n",
        "def customFunc(rowData):\n    return 1\n",
        "from commons.deep import one\n\n\ndef customFunc():\n    return one()\n",
        "from commons.pack.inside import one\n\n\ndef customFunc():\n    return one()\n",
        "from services.S.extra import one\n\n\ndef customFunc():\n    return one()\n",
        "import tasks.group\n\n\ndef customFunc():\n    return 1\n",
        "from jittask import app\n\n\ndef customFunc():\n    return app.getElement('services.S')\n",
        "from jittask import app\n\n\ndef customFunc():\n    return app.getElement('services.S2')\n",
        "from jittask import app\n\n\ndef customFunc():\n    return app.getElement('models.' + 'M')\n",
        "from jittask import app\n\n\ndef customFunc():\n    return app.getElement('tasks.B')\n",
        "from jittask import app\n\n\ndef customFunc():\n    return app.getElement('models.M').day\n",
    ],
    "services/{}/service.py": [
        "def run():\n    return 1\n\n\ndef failed(run):\n    return 1\n",
        "def run():\n    return 2\n",
        "def run(row):\n    return 2\n",
        "from commons.deep import one\n\n\ndef run():\n    return one()\n",
        "from jittask import app\n\n\ndef run():\n    return app.getElement('models.M')\n",
    ],
    "models/{}/model.py": [MODEL.format(field="at"), MODEL.format(field="day"), "class M:\n    pass\n"],
}  # fmt: skip
DATA: dict[str, list[Any]] = {
    "tasks/{}/e.json": [
        TASK,
        ROWS,
        {**TASK, "funcType": "Global", "func": "services.S.run"},
        {**TASK, "funcType": "Global", "func": "services.S2.run"},
        {**TASK, "policy": {"onFailure": "services.S.failed"}},
        {**TASK, "timerCfg": {**TIMING, "skipHoliday": 1}},
        {**TASK, "timerCfg": {"startTime": "no time"}, "funcType": "Global", "func": "services.S.run"},
        {**ROWS, "filter": "Q('day','!=',NULL)"},
        {**ROWS, "modelPath": "models.Mm"},
        {"type": "services.NormalType", "title": "misplaced"},
    ],
    "services/{}/e.json": [
        {"type": "services.NormalType", "title": "S"},
        {"type": "services.NormalType", "title": "S", "functionList": [{"name": "run", "args": []}]},
    ],
    "models/{}/e.json": [
        {"type": "models.NormalType", "title": "M", "db": "databases.D"},
        {"type": "models.NormalType", "title": "M"},
        {"type": "models.TableType", "title": "M", "db": "databases.Dd", "table": "m"},
        {"type": "models.TableType", "title": "M", "db": "databases.D", "table": "m", "key": 5},
    ],
    "databases/{}/e.json": [
        {"type": "databases.SqliteType", "title": "D", "database": "d.db"},
        {"type": "databases.SqliteType", "title": "D", "database": "d.db", "timezone": "Asia/Tokyo"},
        {"type": "databases.UrlType", "title": "D", "url": "sqlite:///${TREE_TEST_DB}"},
        {"type": "databases.SqliteType", "title": "D"},
    ],
}  # fmt: skip
ZONE: dict[str, Any] = {"timezone": "UTC"}
MANIFESTS = [
    {"settings": ZONE},
    {"title": "another", "settings": ZONE},
    {"settings": {**ZONE, "calendar": "CN"}},
    {"settings": {**ZONE, "defaultElement": {"defaultDatabase": "databases.D"}}},
    {"settings": {"timezone": "${TREE_TEST_ZONE}"}},
    {"settings": {**ZONE, "runtime": {"workers": 3}}},
]
SHARED = {
    "commons/deep.py": [
        "def one():\n    return 1\n",
        "from commons.other import one\n",
        "from jittask import app\n\n\ndef one():\n    return app.getElement('services.S')\n",
    ],
    "commons/other.py": ["def one():\n    return 2\n", "from commons.deep import one\n"],
    "commons/pack/inside.py": ["def one():\n    return 2\n"],
    "commons/pack/__init__.py": ["", "import commons.other\n"],
    "commons/pack.py": ["one = 1\n"],
    "commons/__init__.py": ["", "import commons.other\n"],
    "services/S/extra.py": ["def one():\n    return 1\n"],
    "services/S/extra/__init__.py": ["def one():\n    return 1\n"],
}
ODD = {
    "tasks/e.json": ["{}"],
    "tasks/A/e.JSON": ["{}"],
    "tasks/group/e.yaml": ["type: x\n"],
    "tasks/group/inner.py": ["x = 1\n"],
    "tasks/A/note.txt": ["one\n", "two\n"],
    "tasks/A/inner.pyc": ["code"],
    "tasks/A/sub/e.json/x.txt": ["a folder\n"],
    "tasks/A/sub/deep.py": ["x = 1\n"],
    "tasks/A/.hidden": ["x"],
    "tasks/A/\x01": ["x"],
    "Task/A/e.json": ['{"type": "tasks.NormalType"}', '{"type": "pages.X"}'],
    "model/M/e.json": ['{"type": "models.NormalType"}'],
    "pages/P/e.json": ['{"type": "pages.X"}'],
    "databases/D/config.json": ['{"database": "e.db"}', "{"],
}
BROKEN = ["", "{", "def (\n", "\x00", '{"type": 5}']
NAMES = {
    "tasks": ["A", "B", "D", "a", "group/C", "A/Inner", "for", "x.y", "x/y"],
    "services": ["S", "S2", "group/S"],
    "models": ["M", "Mm"],
    "databases": ["D", "Dd"],
}
FOLDERS = [
    *(f"{top}/{name}" for top, names in NAMES.items() for name in names),
    *NAMES, "commons", "commons/pack", "tasks/group", "services/group", "tasks/A/sub", "tasks/x",
]  # fmt: skip


def texts() -> dict[str, list[str]]:
    """Return what each file can be made."""
    found = {"app.json": [json.dumps(content) for content in MANIFESTS], **SHARED, **ODD}
    for pattern, contents in [*CODE.items(), *DATA.items()]:
        for name in NAMES[pattern.partition("/")[0]]:
            found[pattern.format(name)] = [
                content if isinstance(content, str) else json.dumps(content) for content in contents
            ]
    return found


TEXTS = texts()
FIRST = {
    "app.json": 0,
    "tasks/A/e.json": 2, "tasks/B/e.json": 0, "tasks/B/inner.py": 3,
    "tasks/group/C/e.json": 1, "tasks/group/C/inner.py": 2,
    "tasks/x/y/e.json": 0, "tasks/x/y/inner.py": 9, "tasks/D/e.json": 0, "tasks/D/inner.py": 11,
    "services/S/e.json": 0, "services/S/service.py": 3,
    "models/M/e.json": 0, "models/M/model.py": 0, "databases/D/e.json": 0,
    "commons/deep.py": 1, "commons/other.py": 0,
}  # fmt: skip
"""What needs what: each way of needing something, through others too."""
WRITES = st.sampled_from([*FIRST, *FIRST, *FIRST, *sorted(TEXTS)]).flatmap(
    lambda file: st.tuples(
        st.just(file),
        st.one_of(st.sampled_from(TEXTS[file]), st.sampled_from([*TEXTS[file], *BROKEN])),
    )
)


class EditedTree(RuleBasedStateMachine):
    """A tree that is edited at random; what was edited is named as a watch names it."""

    def __init__(self) -> None:
        super().__init__()
        self._place = tempfile.TemporaryDirectory()
        self.root = Path(self._place.name) / "tree"
        self.root.mkdir()
        self.outside = Path(self._place.name) / "away"
        for file, choice in FIRST.items():
            self._write(file, TEXTS[file][choice])
        self.compiler = TreeCompiler(self.root)
        self.before = self.compiler.compilation
        self.paths: set[str] = set()

    def teardown(self) -> None:
        for name in ("TREE_TEST_DB", "TREE_TEST_ZONE"):
            os.environ.pop(name, None)
        self._place.cleanup()

    def _write(self, file: str, text: str) -> str:
        """Write a file; return the topmost path that is new, or the file."""
        path = self.root / file
        new = path
        while not new.parent.exists():
            new = new.parent
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return new.relative_to(self.root).as_posix()

    @rule(write=WRITES, precise=st.booleans())
    def write(self, write: tuple[str, str], precise: bool) -> None:
        file, text = write
        path = self.root / file
        if path.is_dir() or any(part.is_file() or part.is_symlink() for part in path.parents):
            return
        new = self._write(file, text)
        self.paths.add(file if precise else new)

    @rule(file=st.sampled_from(sorted(TEXTS)))
    def remove(self, file: str) -> None:
        if (self.root / file).is_file():
            (self.root / file).unlink()
        self.paths.add(file)

    @rule(folder=st.sampled_from(FOLDERS))
    def remove_folder(self, folder: str) -> None:
        path = self.root / folder
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        self.paths.add(folder)

    @rule(old=st.sampled_from(FOLDERS), new=st.sampled_from(FOLDERS))
    def rename(self, old: str, new: str) -> None:
        source, target = self.root / old, self.root / new
        if source.is_dir() and not target.exists() and target.parent.is_dir():
            if source in target.parents:
                return
            source.rename(target)
            self.paths |= {old, new}

    @rule(old=st.sampled_from(FOLDERS), new=st.sampled_from(FOLDERS))
    def swap(self, old: str, new: str) -> None:
        first, second = self.root / old, self.root / new
        apart = first not in (second, *second.parents) and second not in first.parents
        if first.is_dir() and second.is_dir() and apart:
            first.rename(self.outside)
            second.rename(first)
            self.outside.rename(second)
            self.paths |= {old, new}

    @rule(folder=st.sampled_from(FOLDERS))
    def empty_folder(self, folder: str) -> None:
        path = self.root / folder
        if not path.exists() and path.parent.is_dir():
            path.mkdir()
            self.paths.add(folder)

    @rule(link=st.sampled_from(["tasks/L", "tasks/A/linked.py", "commons/pack.py"]),
          leads_to=st.sampled_from(["tasks/A", "commons/deep.py", "services", "nowhere"]))  # fmt: skip
    def link(self, link: str, leads_to: str) -> None:
        path = self.root / link
        if path.is_symlink():
            path.unlink()
        elif not path.exists() and path.parent.is_dir():
            path.symlink_to(self.root / leads_to)
        self.paths.add(link)

    @rule(name=st.sampled_from(["TREE_TEST_DB", "TREE_TEST_ZONE"]),
          value=st.sampled_from([None, "Asia/Tokyo", "nowhere"]))  # fmt: skip
    def environment(self, name: str, value: str | None) -> None:
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value

    @rule(file=st.sampled_from(sorted(TEXTS)))
    def touch(self, file: str) -> None:
        if (self.root / file).is_file():
            (self.root / file).touch()
        self.paths.add(file)

    @rule()
    def look(self) -> None:
        """Compile what was named."""
        paths, self.paths = self.paths, set()
        self.check(self.compiler.apply(sorted(paths)))

    @rule()
    def sweep(self) -> None:
        """Forget what was named: the sweep finds it, as far as it is in our folders."""
        self.paths.clear()
        for _ in range(10):
            self.check(self.compiler.apply(self.compiler.sweep(1_000_000)))
        assert self.compiler.sweep(1_000_000) == []
        self.check(self.compiler.apply(["app.json"]))

    @rule()
    def look_at_all(self) -> None:
        self.paths.clear()
        self.check(self.compiler.look_at_all())

    def check(self, after: Compilation) -> None:
        fresh = compile_tree(self.root)
        assert after.diagnostics == fresh.diagnostics
        for part in ("elements", "tasks", "models", "databases"):
            assert list(getattr(after.app, part).items()) == list(getattr(fresh.app, part).items())
        assert after.app == fresh.app
        assert after.reusable.dependencies == fresh.reusable.dependencies
        assert after.reusable.task_diagnostics == fresh.reusable.task_diagnostics
        touched = after.reusable.touched
        if after is not self.before and touched is not None:
            assert different(self.before, after) <= touched
        self.before = after

    @invariant()
    def leaves_no_room_for_chance(self) -> None:
        """Every few edits are looked at together."""
        if len(self.paths) > 4:
            self.look()


def different(before: Compilation, after: Compilation) -> set[str]:
    """Return the elements that are not the same in two compilations."""
    names = before.app.elements.keys() | after.app.elements.keys()
    findings = [by_element(before.diagnostics), by_element(after.diagnostics)]
    return {
        name
        for name in names
        if before.app.tasks.get(name) is not after.app.tasks.get(name)
        or before.app.elements.get(name) != after.app.elements.get(name)
        or findings[0].get(name) != findings[1].get(name)
    }


def by_element(diagnostics: tuple[Diagnostic, ...]) -> dict[str | None, list[Diagnostic]]:
    found: dict[str | None, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        found.setdefault(diagnostic.element, []).append(diagnostic)
    return found


TestEditedTree = EditedTree.TestCase
TestEditedTree.settings = settings(
    max_examples=int(os.environ.get("JITTASK_EXAMPLES", "25")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def shop(tree: Tree) -> Tree:
    """Tasks that call one service, one that does not, and a model."""
    tree.things()
    tree.write("services/S/e.json", {"type": "services.NormalType", "title": "S"})
    tree.write("services/S/service.py", "def run():\n    return 1\n")
    for name in ("A", "B"):
        tree.scheduled(name, TEXTS["tasks/A/inner.py"][7])
    tree.scheduled("Global", func="services.S.run", funcType="Global")
    (tree.root / "tasks/Global/inner.py").unlink()
    tree.scheduled("Other")
    tree.dated("Row")
    return tree


@pytest.fixture
def compiler(shop: Tree) -> Iterator[TreeCompiler]:
    found = TreeCompiler(shop.root, imports=True)
    assert found.compilation.diagnostics == ()
    yield found
    found.close()


EDITS = [
    ("tasks/Other/inner.py", "def customFunc():\n    return 5\n", {"Other"}),
    ("tasks/Other/e.json", "{", {"Other"}),
    ("tasks/Other/note.txt", "more", {"Other"}),
    ("services/S/service.py", "def run():\n    return 2\n", {"A", "B", "Global", "services.S"}),
    ("models/Thing/e.json", '{"type": "models.NormalType"}', {"Row", "models.Thing"}),
    ("pages/P/e.json", "{}", set()),
    ("commons/unused.py", "x = 1\n", set()),
]


@pytest.mark.parametrize(("file", "text", "touched"), EDITS, ids=[edit[0] for edit in EDITS])
def test_an_edit_touches_what_depends_on_it(
    shop: Tree, compiler: TreeCompiler, file: str, text: str, touched: set[str]
) -> None:
    before = compiler.compilation
    shop.write(file, text)
    if file.startswith("commons"):  # a new top folder: the whole tree is looked at
        assert different(before, compiler.apply([file])) == touched
        return
    after = compiler.apply([shop.root / file])
    if not touched:
        assert after is before
        return
    assert {name.removeprefix("tasks.") for name in after.reusable.touched or ()} == touched
    for name, task in after.app.tasks.items():
        if name.removeprefix("tasks.") not in touched:
            assert before.app.tasks[name] is task


@pytest.mark.parametrize("locked", [False, True], ids=["plain", "with an editor's lock"])
def test_no_other_file_is_looked_at(
    shop: Tree, compiler: TreeCompiler, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> None:
    if locked:  # as Emacs has it while a file is edited: a link that leads nowhere
        (shop.root / "tasks/Other/.#inner.py").symlink_to("nobody@nowhere.1")
        compiler.apply(["tasks/Other/.#inner.py"])
    looked: set[str] = set()
    for method in ("_look_at", "read", "_list"):
        original = getattr(Files, method)

        def looking(files: Files, path: str, *more: Any, original: Any = original) -> Any:
            looked.add(path)
            return original(files, path, *more)

        monkeypatch.setattr(Files, method, looking)
    shop.write("tasks/Other/inner.py", "def customFunc():\n    return 7\n")
    compiler.apply(["tasks/Other/inner.py"])
    assert looked == {"app.json", "tasks/Other/inner.py", "tasks/Other/e.json"}


@pytest.mark.process
def test_what_cannot_be_imported_is_found_and_fixed_by_one_process(
    shop: Tree, compiler: TreeCompiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = compiler._probe._process
    assert process is not None
    for text, codes in [
        ("import nothing_of_the_kind\n", ["import-failed"]),
        ("import os\nos._exit(3)\n", ["import-failed"]),
        ("", []),
        ("import os, time\nif os.fork() == 0:\n    time.sleep(600)\n", []),
    ]:
        shop.write("tasks/Other/inner.py", f"{text}def customFunc():\n    return 1\n")
        found = compiler.apply(["tasks/Other/inner.py"])
        assert [diagnostic.code for diagnostic in found.diagnostics] == codes
        assert found.diagnostics == compile_tree(shop.root, imports=True).diagnostics
        assert compiler._probe._process is process
    monkeypatch.setattr("jittask.compiler.probe.SECONDS", 0.5)
    shop.write(
        "tasks/Other/inner.py",
        "import time\ntime.sleep(600)\n\n\ndef customFunc():\n    return 1\n",
    )
    found = compiler.apply(["tasks/Other/inner.py"])
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["import-failed"]
    assert process.poll() is not None  # it was ended with what hung, and another one takes over
    shop.write("tasks/Other/inner.py", "def customFunc():\n    return 1\n")
    assert compiler.apply(["tasks/Other/inner.py"]).ok


@pytest.mark.process
def test_what_is_done_meanwhile_is_done_once_and_before_the_answers(shop: Tree) -> None:
    given: list[set[str]] = []
    compiler = TreeCompiler(shop.root, imports=True)
    try:
        assert compiler.compilation.ok
        shop.write(
            "tasks/Other/inner.py", "import os\n\n\ndef customFunc():\n    return 8\nos._exit(1)\n"
        )
        after = compiler.apply(
            ["tasks/Other/inner.py"], lambda tasks: given.append({task.name for task in tasks})
        )
        assert given == [{"tasks.Other"}]
        assert after.broken == {"tasks.Other"}
        assert compiler.apply(["tasks/Other/e.json"], lambda _: given.append(set())) is after
        assert len(given) == 1
    finally:
        compiler.close()


@pytest.mark.process
def test_a_service_that_cannot_be_imported_breaks_its_tasks(
    shop: Tree, compiler: TreeCompiler
) -> None:
    for text in ("raise ValueError\n", ""):
        shop.write("services/S/service.py", f"{text}def run():\n    return 3\n")
        after = compiler.apply(["services/S/service.py"])
        fresh = compile_tree(shop.root, imports=True)
        assert (after.app, after.diagnostics) == (fresh.app, fresh.diagnostics)
        assert ("tasks.Global" in after.app.tasks) == (not text)


def test_an_exception_costs_a_full_look_and_nothing_else(
    shop: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler = TreeCompiler(shop.root)
    before = compiler.compilation
    shop.write("tasks/Other/inner.py", "def customFunc():\n    return 9\n")
    with monkeypatch.context() as patched:
        patched.setattr("jittask.compiler.compiling.compile_task", None)
        with pytest.raises(TypeError):
            compiler.apply(["tasks/Other/inner.py"])
    assert compiler.compilation is before
    after = compiler.apply([])
    assert after.app == compile_tree(shop.root).app
    assert after.app.tasks["tasks.A"] is before.app.tasks["tasks.A"]


def test_code_that_is_checked_by_a_model_is_checked_again_with_it(tree: Tree) -> None:
    tree.things()
    tree.scheduled(
        "A", TEXTS["tasks/A/inner.py"][11].replace("models.M').day", "models.Thing').odd")
    )
    compiler = TreeCompiler(tree.root)
    assert [found.code for found in compiler.compilation.diagnostics] == ["unknown-model-function"]
    model = tree.root / "models/Thing/model.py"
    tree.write("models/Thing/model.py", model.read_text() + "# odd\n")
    after = compiler.apply(["models/Thing/model.py"])
    assert after.diagnostics == compile_tree(tree.root).diagnostics == ()
