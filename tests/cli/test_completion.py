"""Completion in a shell, through real processes: fast enough to be used, silent on errors (V5)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import jittask
from tests.tree import Tree

pytestmark = pytest.mark.process


def suggestions(line: str, cwd: Path, **env: str) -> list[str]:
    """Return what bash offers for the last word of a line."""
    words = line.split(" ")
    done = jittask(
        cwd=cwd, COMP_WORDS=line, COMP_CWORD=str(len(words) - 1),
        _JITTASK_COMPLETE="bash_complete", **env,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return [found.partition(",")[2] for found in done.stdout.split()]


@pytest.fixture
def shop(tree: Tree) -> Tree:
    tree.scheduled("billing/Overdue")
    tree.scheduled("billing/Reminder")
    tree.scheduled("Totals")
    tree.write("tasks/Totals/e.json", "{")
    return tree


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("jittask trig", ["trigger"]),
        ("jittask trigger ", ["Totals", "billing.Overdue", "billing.Reminder"]),
        ("jittask trigger b", ["billing.Overdue", "billing.Reminder"]),
        ("jittask pause billing.O", ["billing.Overdue"]),
        ("jittask try tasks.billing.R", ["tasks.billing.Reminder"]),
        ("jittask try tas", ["tasks.Totals", "tasks.billing.Overdue", "tasks.billing.Reminder"]),
        ("jittask resume nothing.x", []),
        ("jittask kill ", []),
        ("jittask completion z", ["zsh"]),
    ],
)
def test_words(shop: Tree, line: str, expected: list[str]) -> None:
    assert suggestions(line, shop.root) == expected


def test_runs_are_offered_with_the_tree_that_the_line_names(shop: Tree, tmp_path: Path) -> None:
    for _ in range(2):
        assert jittask("trigger", "billing.Overdue", "--tree", shop.root).returncode == 0
    assert suggestions(f"jittask kill --tree {shop.root} ", tmp_path) == ["2", "1"]
    assert suggestions("jittask rerun 2", tmp_path, JITTASK_TREE=str(shop.root)) == ["2"]


def test_errors_offer_nothing(tmp_path: Path) -> None:
    assert suggestions("jittask trigger ", tmp_path) == []
    (tmp_path / "app.json").write_text("{")
    assert suggestions("jittask kill ", tmp_path) == []
    assert suggestions("jittask trigger ", tmp_path) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script_and_a_line_that_installs_it(shell: str, tmp_path: Path) -> None:
    script = jittask("completion", shell)
    assert script.returncode == 0
    assert f"_JITTASK_COMPLETE={shell}_complete" in script.stdout
    line = jittask("completion", shell, "--install-line").stdout
    assert f"jittask completion {shell}" in line
    assert jittask("completion", "tcsh").returncode == 2


def test_bash_takes_the_script(shop: Tree) -> None:
    script = jittask("completion", "bash").stdout
    program = f"{sys.executable} -m jittask"
    steps = (
        f'jittask() {{ {program} "$@"; }}\n{script}\n'
        "COMP_WORDS=(jittask pause billing.O) COMP_CWORD=2\n"
        '_jittask_completion jittask\necho "${COMPREPLY[@]}"\n'
    )
    folder = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", steps], capture_output=True, text=True, cwd=shop.root, check=False,
        env={"PATH": f"{folder}:/usr/bin:/bin"},
    )  # fmt: skip
    assert (done.stderr, done.stdout) == ("", "billing.Overdue\n")
