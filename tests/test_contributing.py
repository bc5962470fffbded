"""CONTRIBUTING.md is true: each file that its recipes name exists, and holds what is named in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
NAMES = r"((?:`\w+`(?:,\s+|\s+and\s+|\s+or\s+)?)+)"
IN_FILE = re.compile(rf"{NAMES}(?:\s+as)?\s+in\s+`([^`\s]+\.py)`")
OF_FILE = re.compile(rf"`([^`\s]+\.py)`:\s+{NAMES}")


def places(text: str) -> set[str]:
    """Return the files and folders that a text names in code; up to what is left open by ``<``."""
    spans = re.findall(r"`([^`\n]+)`", text)
    found = set()
    for span in spans:
        for word in span.split():
            path = word.partition("<")[0]
            if "/" in path or re.fullmatch(r"[\w-]+\.(?:py|md|toml)", path):
                found.add(path)
    return found


def symbols(text: str) -> set[tuple[str, str]]:
    """Return the names that a text says are in a file, with the file."""
    found = [*IN_FILE.findall(text), *((names, file) for file, names in OF_FILE.findall(text))]
    return {(name, file) for names, file in found for name in re.findall(r"`(\w+)`", names)}


def defined(file: Path) -> set[str]:
    """Return what a Python file defines, methods and fields too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
    return names


def wrong(text: str) -> set[str]:
    """Return what a text names and is not there."""
    missing = {path for path in places(text) if not (ROOT / path).exists()}
    return missing | {
        f"{name} in {file}"
        for name, file in symbols(text)
        if file not in missing and name not in defined(ROOT / file)
    }


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_names_what_exists(recipe: str) -> None:
    text = RECIPES[recipe]
    assert symbols(text)
    assert len(places(text)) > 3
    assert not wrong(text)


def test_the_rest_names_what_exists() -> None:
    assert not wrong(TEXT.partition("\n## ")[0])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a rule: `RULES` in `jittask/rules.py`, `tests/trees/bad/<code>/`", set()),
        ("`RULE` in `jittask/rules.py`", {"RULE in jittask/rules.py"}),
        ("`DIALECTS` and `Gone` in\n   `jittask/rules.py`", {
            "DIALECTS in jittask/rules.py", "Gone in jittask/rules.py"}),
        ("`RULES` in `jittask/rule.py`", {"jittask/rule.py"}),
        ("`jittask/rules.py`: `RULES`, a rule; `Rule` as in\n  `jittask/rules.py`", set()),
        ("`jittask/rules.py`: `RULES`, `Lost` and\n  `Gone`; `emit`", {
            "Lost in jittask/rules.py", "Gone in jittask/rules.py"}),
        ("`pytest tests/gone.py`, `gone.md`", {"tests/gone.py", "gone.md"}),
        ("`tests/gone/<code>/`", {"tests/gone/"}),
        ("`jittask validate --no-import`, `app.getElement`, `findings.add(a, b)`", set()),
    ],
)  # fmt: skip
def test_a_wrong_name_is_seen(text: str, found: set[str]) -> None:
    assert wrong(text) == found
