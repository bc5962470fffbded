"""Every folder of tests/trees is a test: what ``jittask validate`` says of it, word for word.

A case is a tree with an ``expected.txt``: commands after ``$``, the last of
which is ``jittask``, and then its output. The name of the folder is a
diagnostic's code, and, after ``--``, which of several cases of it this is.
``JITTASK_REWRITE=1`` writes what is said now, to be looked at.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from jittask.rules import RULES
from tests.running import jittask

TREES = Path(__file__).parents[1] / "trees"
CASES = sorted(TREES.glob("*/*/expected.txt"))
ELSEWHERE = {
    "broken-dependency": "folded into its cause, as needed by: test_findings",
    "bad-time": "the schema says it first; Timer.from_config has no schema: tests/schedule",
    **dict.fromkeys(
        (
            "database-read-only",
            "few-connections",
            "session-zone-differs",
            "store-outdated",
            "table-read-only",
            "table-unreadable",
        ),
        "needs a server, or says which schema is the newest: tests/operations/test_doctor",
    ),
    "apprise-missing": "about the machine: tests/runtime/notices/test_notified",
    "queue-unserved": "about the workers that run: tests/operations/test_doctor_fleet",
    "no-tree": "the command says it before the compiler: tests/cli",
}


@pytest.mark.process
@pytest.mark.parametrize("case", CASES, ids=lambda path: path.parent.name)
def test_what_is_said(case: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(case.parent, tree)
    (tree / "expected.txt").unlink()
    text = case.read_text(encoding="utf-8")
    commands = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
    for command in commands[:-1]:
        subprocess.run(command, shell=True, cwd=tree, check=True)
    program, *arguments = commands[-1].split()
    assert program == "jittask"
    done = jittask(*arguments, cwd=tree)
    said = "".join(f"$ {one}\n" for one in commands) + done.stdout
    if os.environ.get("JITTASK_REWRITE"):
        case.write_text(said, encoding="utf-8")
    assert said == text
    assert done.returncode == int(" error [" in said), done.stderr
    code = case.parent.name.partition("--")[0]
    if code in RULES:
        assert f" {RULES[code].severity} [{code}] " in said


def test_every_code_has_a_case() -> None:
    covered = {case.parent.name.partition("--")[0] for case in CASES}
    assert RULES.keys() - covered - ELSEWHERE.keys() == set()


def test_every_rule_is_written_out() -> None:
    for code, rule in RULES.items():
        assert rule.code == code
        assert rule.title
        assert rule.why
        assert rule.example
        assert rule.instead
