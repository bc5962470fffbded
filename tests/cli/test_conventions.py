"""What every command obeys: colour, exit codes and variables (V1, V5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import jittask as package
from jittask.cli.exit_codes import MEANINGS, VARIABLES, ExitCode
from jittask.cli.main import cli
from jittask.compiler.environment_settings import setting_variables
from tests.running import jittask, jittask_here
from tests.tree import Tree

READ = re.compile(r"""environ(?:\.get\(|\[)"(\w+)"|_VARIABLE = "(\w+)\"""")


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({"NO_COLOR": "", "FORCE_COLOR": ""}, False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": ""}, False),
    ],
)
@pytest.mark.parametrize("command", ["validate {}", "trigger Nothing --tree {}"])
def test_colour(tree: Tree, command: str, environment: dict[str, str], coloured: bool) -> None:
    tree.scheduled("A", "def customFunc(:\n")
    done = jittask_here(*command.format(tree.root).split(), **environment)
    assert done.returncode == ExitCode.PROBLEMS
    assert ("\x1b[" in done.stdout + done.stderr) is coloured


def test_quiet_leaves_out_notes_and_keeps_errors(tree: Tree) -> None:
    tree.scheduled("A")
    assert "no runtime is alive" in jittask("trigger", "A", "--tree", tree.root).stderr
    assert jittask("trigger", "A", "-q", "--tree", tree.root).stderr == ""
    assert "no task" in jittask("trigger", "B", "-q", "--tree", tree.root).stderr


def test_the_tree_may_be_a_variable_and_json_has_a_short_name(tree: Tree, tmp_path: Path) -> None:
    tree.scheduled("A")
    done = jittask("pause", "A", "--json", cwd=tmp_path, JITTASK_TREE=str(tree.root))
    assert '"task": "tasks.A"' in done.stdout


def asked_by(command: click.Command) -> Iterator[str]:
    """Yield the variables that give options of a command and of those below it."""
    yield from (option.envvar for option in command.params if isinstance(option.envvar, str))
    if isinstance(command, click.Group):
        here = click.Context(command)
        for name in command.list_commands(here):
            below = command.get_command(here, name)
            assert below is not None
            yield from asked_by(below)


def test_every_variable_that_is_read_is_in_the_table() -> None:
    found = set(asked_by(cli))
    for path in Path(package.__file__).parent.rglob("*.py"):
        if "templates" not in path.parts:
            for groups in READ.findall(path.read_text(encoding="utf-8")):
                found |= set(filter(None, groups))
    known = VARIABLES.keys() | setting_variables().keys()
    assert found <= known, found - known
    assert {name for name in VARIABLES if "JITTASK" in name} <= found
    assert set(MEANINGS) == set(ExitCode)


@pytest.mark.parametrize(
    ("command", "error", "hint"),
    [
        ("lst", "no such command 'lst'", "did you mean list?"),
        ("nonsense", "no such command 'nonsense'", "see jittask --help"),
        ("new foo", "no such command 'foo'", "see jittask new --help"),
        ("trigger", "missing argument 'TASK'", "see jittask trigger --help"),
        ("log x", "invalid value for 'RUN': 'x' is not a valid integer", "see jittask log --help"),
        ("completion", "missing argument '{bash|zsh|fish}'. Choose from: bash, zsh, fish",
         "see jittask completion --help"),
        ("trigger A --timeout 3", "--timeout needs --wait", "see jittask trigger --help"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_line_and_a_hint(command: str, error: str, hint: str) -> None:
    done = jittask_here(*command.split())
    assert done.returncode == ExitCode.WRONG_USE
    assert done.stdout == ""
    assert done.stderr == f"error: {error}\n  hint: {hint}\n"


def test_a_group_without_a_command_shows_its_help() -> None:
    done = jittask_here("new")
    assert done.returncode == ExitCode.WRONG_USE
    assert "date-field  Write a task" in done.stderr


def test_what_people_and_rows_say_cannot_steer_a_terminal(tree: Tree) -> None:
    tree.scheduled("A")
    said = "moving\x1b[2J\nhouse"
    shown = []
    for command in (
        ["pause", "A", "--note", said], ["status"], ["next", "A"], ["next"], ["trigger", "A"],
        ["kill", "1", "--note", said], ["kill", "1", "--wait"], ["log", "1"], ["records"],
    ):  # fmt: skip
        done = jittask_here(*command, "--tree", tree.root, FORCE_COLOR="1", NO_COLOR="")
        shown.append(done.stdout + done.stderr)
    assert sum("moving" in text for text in shown) >= 6, shown
    for text in shown:
        assert "\x1b[2J" not in text
        assert "moving" not in text or "moving�[2J house" in text
