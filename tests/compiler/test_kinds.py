"""A kind of element is one record: the tables cover the same kinds, and nothing else names one."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import jittask
from jittask.compiler.files import TOPS
from jittask.compiler.kinds import KINDS, TASK
from jittask.compiler.schemas import SCHEMA_FOLDER, part_of, schema
from jittask.model import ElementKind, TaskType

PACKAGE = Path(jittask.__file__).parent
NAME_A_KIND = {
    "kinds.py",  # the table
    "reading.py",  # the typed view of what has been loaded
    "models.py",  # a model names its database
    "settings.py",  # the app names its default database
    "functions.py",  # a task names a function of its service
    "task_rows.py",  # a task names its model
}


def test_the_tables_cover_the_same_kinds() -> None:
    assert set(KINDS) == set(ElementKind)
    assert all(kind.element_kind is key for key, kind in KINDS.items())
    assert {kind.folder for kind in KINDS.values()} < set(TOPS)
    assert [kind for kind in KINDS.values() if kind.read is None] == [TASK]
    assert set(TASK.types) == set(TaskType)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.folder)
def test_a_kind_has_a_schema_for_each_of_its_types(kind) -> None:  # type: ignore[no-untyped-def]
    assert schema(kind.schema)["$schema"].endswith("2020-12/schema")
    assert kind.types
    assert {name.partition(".")[0] for name in kind.types} == {kind.folder}
    for part in kind.parts.values():
        assert part_of(kind.schema, part)["properties"]


def test_nothing_else_in_the_compiler_names_a_kind() -> None:
    naming = {
        path.name
        for path in (PACKAGE / "compiler").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "ElementKind"
    }
    assert naming == NAME_A_KIND


GADGET_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["type", "title"],
    "properties": {
        "type": {"type": "string", "enum": ["gadgets.PlainType"]},
        "title": {"type": "string"},
        "size": {"type": "integer", "minimum": 1},
    },
}
READER = """
def _read_gadget(element, reading):
    return element.source.data.get("size", 5)


"""
COMPILE = """
import json, sys
from pathlib import Path
from jittask.compiler.compiled import Imported
from jittask.compiler.compiling import Compiling
from jittask.compiler.files import Files
from jittask.model import ElementKind

compiling = Compiling(Files(Path(sys.argv[1])))
compiling.settle()
compiling.compile_tasks()
app = compiling.outcome(Imported())
print(json.dumps({
    "elements": sorted(app.app.elements),
    "loaded": compiling.reading.loaded[ElementKind.GADGET],
    "codes": sorted((item.element, item.code) for item in app.diagnostics),
}))
"""


def insert(path: Path, before: str, text: str) -> None:
    content = path.read_text(encoding="utf-8")
    assert content.count(before) == 1
    path.write_text(content.replace(before, text + before), encoding="utf-8")


@pytest.mark.process
def test_a_new_kind_is_a_member_a_record_a_reader_and_a_schema(tmp_path: Path) -> None:
    """A copy of the package gets an invented kind by these four, and compiles a tree with it."""
    package, tree = tmp_path / "site/jittask", tmp_path / "tree"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(SCHEMA_FOLDER, tmp_path / "site/schemas", dirs_exist_ok=True)
    (tmp_path / "site/schemas/gadget.schema.json").write_text(json.dumps(GADGET_SCHEMA))
    insert(package / "model/kinds.py", '    DATABASE = "databases"\n', '    GADGET = "gadgets"\n')
    kinds = package / "compiler/kinds.py"
    insert(
        kinds,
        "_DATABASE = Kind(",
        f'{READER}_GADGET = Kind(ElementKind.GADGET, "gadget", _read_gadget)\n',
    )
    insert(kinds, "_DATABASE, ", "_GADGET, ")
    elements = {
        "gadgets/Fast": {"type": "gadgets.PlainType", "title": "F", "size": 1},
        "gadgets/Plain": {"type": "gadgets.PlainType", "title": "P"},
        "gadgets/Wrong": {"type": "gadgets.PlainType", "title": "W", "size": 0},
        "gadgets/Strange": {"type": "gadgets.Other", "title": "S"},
        "models/Moved": {"type": "gadgets.PlainType", "title": "M"},
    }
    for folder, data in elements.items():
        (tree / folder).mkdir(parents=True)
        (tree / folder / "e.json").write_text(json.dumps(data))
    (tree / "app.json").write_text(json.dumps({"settings": {"timezone": "UTC"}}))
    command = [sys.executable, "-c", COMPILE, str(tree)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "elements": sorted(folder.replace("/", ".") for folder in elements),
        "loaded": {"gadgets.Fast": 1, "gadgets.Plain": 5},
        "codes": [
            ["gadgets.Strange", "custom-type"],
            ["gadgets.Wrong", "bad-value"],
            ["models.Moved", "wrong-folder"],
        ],
    }
