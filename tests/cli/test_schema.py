"""``jittask schema --write``: completion and hover in VS Code, by its own language service (F10)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.javascript import node
from tests.running import jittask

pytestmark = pytest.mark.process


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A repository with a fresh tree inside."""
    (tmp_path / ".git").mkdir()
    assert jittask("init", "shop", "--timezone", "UTC", cwd=tmp_path).returncode == 0
    done = jittask("schema", "--write", "shop", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def ask(workspace: Path, file: str, text: str) -> dict[str, Any]:
    """Ask at every ¦ of a text, which is left out."""
    offsets, plain = [], ""
    for char in text:
        if char == "¦":
            offsets.append(len(plain))
        else:
            plain += char
    answer: dict[str, Any] = json.loads(
        node(
            "ask.mjs",
            {"workspace": str(workspace), "file": file, "text": plain, "offsets": offsets},
        )
    )
    return answer


TASK = "shop/tasks/Hello/e.json"


def test_completion_of_keys(workspace: Path) -> None:
    text = '{"type": "tasks.NormalType", "title": "T", "timerCfg": {¦}, ¦}'
    inner, outer = ask(workspace, TASK, text)["at"]
    assert {"startTime", "endTime", "repeat", "skipHoliday", "calendar"} <= set(inner["labels"])
    assert "startField" not in inner["labels"], "keys of the type at hand alone"
    assert {"enable", "funcType", "func", "policy"} <= set(outer["labels"])


def test_completion_follows_the_type(workspace: Path) -> None:
    text = '{"type": "tasks.DateFieldType", "title": "T", "timerCfg": {¦}, ¦}'
    inner, outer = ask(workspace, TASK, text)["at"]
    assert {"startField", "startOffset", "endField"} <= set(inner["labels"])
    assert "startTime" not in inner["labels"]
    assert {"modelPath", "filter"} <= set(outer["labels"])


def test_completion_of_values(workspace: Path) -> None:
    text = '{"type": ¦, "timerCfg": {"repeat": {"repeatType": ¦}}, "policy": {"overlap": ¦}}'
    kinds, cycles, overlaps = ask(workspace, TASK, text)["at"]
    assert {'"tasks.NormalType"', '"tasks.DateFieldType"'} <= set(kinds["labels"])
    assert '"week"' in cycles["labels"]
    assert '"queue"' in overlaps["labels"]


def test_hover(workspace: Path) -> None:
    text = '{"type": "tasks.NormalType", "title": "T", "timerCfg": {"start¦Time": "2026-01-05", "skip¦Holiday": 1}}'
    start, skip = ask(workspace, TASK, text)["at"]
    assert "clock time in the task's zone" in start["hover"]
    assert "moves to the next working day" in skip["hover"]


@pytest.mark.parametrize(
    ("file", "label"),
    [
        ("shop/app.json", "settings"),
        ("shop/models/Todo/e.json", "db"),
        ("shop/databases/Default/e.json", "database"),
        ("shop/services/Any/e.json", "functionList"),
        ("shop/tasks/deep/er/One/e.json", "timerCfg"),
    ],
)
def test_every_file_has_its_schema(workspace: Path, file: str, label: str) -> None:
    [at] = ask(workspace, file, "{¦}")["at"]
    assert label in at["labels"]


def test_what_is_sound_is_so_in_the_editor_too(workspace: Path) -> None:
    for path in sorted((workspace / "shop").rglob("*.json")):
        if ".schemas" not in path.parts:
            file = path.relative_to(workspace).as_posix()
            assert ask(workspace, file, path.read_text())["problems"] == [], file


def test_mistakes_are_about_the_type_at_hand(workspace: Path) -> None:
    text = '{"type": "tasks.DateFieldType", "title": 7, "modelPath": "models.A", "timerCfg": {"startField": "d"}}'
    assert len(ask(workspace, TASK, text)["problems"]) == 1


def test_other_settings_are_kept(workspace: Path) -> None:
    settings = workspace / ".vscode/settings.json"
    held = json.loads(settings.read_text())
    other = {"fileMatch": ["x.json"], "url": "./x.schema.json"}
    settings.write_text(
        json.dumps({"editor.tabSize": 2, "json.schemas": [other, *held["json.schemas"]]})
    )
    assert jittask("schema", "--write", cwd=workspace / "shop").returncode == 0
    after = json.loads(settings.read_text())
    assert after == {"editor.tabSize": 2, "json.schemas": [other, *held["json.schemas"]]}


def test_settings_with_comments_are_left_alone(workspace: Path) -> None:
    settings = workspace / ".vscode/settings.json"
    settings.write_text('{\n  // mine\n  "editor.tabSize": 2\n}\n')
    done = jittask("schema", "--write", "shop", cwd=workspace)
    assert done.returncode == 1
    assert "left as it is" in done.stderr
    assert "// mine" in settings.read_text()


def test_printing() -> None:
    assert json.loads(jittask("schema", "--show", "task").stdout)["title"] == "JitTask task"
    assert "tasks/**/e.json" in jittask("schema").stdout
