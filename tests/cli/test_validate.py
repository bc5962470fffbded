"""``validate``: what fails it, what is left out of it, and paths that open (V1, V6)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import PATIENCE, jittask
from tests.tree import Tree

pytestmark = pytest.mark.process


def test_an_ignored_warning_is_counted_and_fails_nothing(tree: Tree) -> None:
    tree.scheduled("A", colour=1, enable=None)
    tree.write("app.json", {"settings": {}})
    ignore = ("--ignore", "no-timezone", "--ignore", "unknown-key,wrong-type")
    done = jittask("validate", tree.root, "--no-import", "--strict", *ignore[:2])
    assert done.returncode == 1
    tree.scheduled("A", colour=1)
    done = jittask(
        "validate", tree.root, "--no-import", "--strict", "--ignore", "no-timezone,unknown-key"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1 elements (1 tasks), no problems, 2 ignored (")
    data = json.loads(jittask("validate", tree.root, "--json", "--ignore", "no-timezone").stdout)
    assert [found["code"] for found in data["diagnostics"]] == ["unknown-key"]
    assert (data["summary"]["warnings"], data["summary"]["ignored"]) == (1, 1)


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        ("unknown-kye", "no rule 'unknown-kye'", "did you mean unknown-key?"),
        ("zzz", "no rule 'zzz'", "jittask rule lists them"),
        ("bad-json", "bad-json is an error", "only warnings can be ignored"),
        (",", "expected the codes of warnings", "see jittask validate --help"),
    ],
)
def test_what_cannot_be_ignored(tree: Tree, code: str, message: str, hint: str) -> None:
    done = jittask("validate", tree.root, "--ignore", code)
    assert done.returncode == 2
    error, advice = done.stderr.splitlines()
    assert message in error
    assert hint in advice


def test_an_unset_variable_does_not_fail_strict(tree: Tree) -> None:
    """It is about the machine and not about the tree: a secret is not set in CI."""
    tree.write(
        "databases/D/e.json",
        {"type": "databases.UrlType", "title": "D", "url": "sqlite:///${JITTASK_TEST_UNSET}"},
    )
    done = jittask("validate", tree.root, "--no-import", "--strict")
    assert done.returncode == 0
    assert "[unset-environment]" in done.stdout
    tree.write("app.json", {"settings": {}})
    assert jittask("validate", tree.root, "--no-import", "--strict").returncode == 1


@pytest.mark.parametrize("folder", [".", "app", "app/tasks/A", "other"])
def test_paths_open_from_the_working_folder(tmp_path: Path, folder: str) -> None:
    tree = Tree(tmp_path / "app")
    tree.scheduled("A", colour=1)
    here = tmp_path / folder
    here.mkdir(exist_ok=True)
    done = jittask("validate", tree.root, "--no-import", cwd=here)
    path = done.stdout.partition(":")[0]
    assert (here / path).samefile(tree.root / "tasks/A/e.json")
    assert not Path(path).is_absolute()
    data = json.loads(jittask("validate", tree.root, "--json", cwd=here).stdout)
    assert data["diagnostics"][0]["file"] == "tasks/A/e.json"


def test_status_has_the_same_paths(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app")
    tree.scheduled("A", enable=7)
    done = jittask("status", tree.root, cwd=tmp_path)
    assert "    app/tasks/A/e.json:" in done.stdout


@pytest.mark.parametrize("shape", ["github", "sarif"])
def test_annotations_are_placed_from_the_root_of_the_repository(tmp_path: Path, shape: str) -> None:
    tree = Tree(tmp_path / "repository/app/tree")
    (tmp_path / "repository/.git").mkdir()
    tree.scheduled("A", enable=7)
    done = jittask(
        "validate", tree.root, "--no-import", "--format", shape, cwd=tmp_path / "repository/app"
    )
    assert "app/tree/tasks/A/e.json" in done.stdout


@pytest.mark.parametrize("more", [(), ("--no-import",)])
def test_watching_reports_again_after_each_change_until_ctrl_c(
    tree: Tree, more: tuple[str, ...]
) -> None:
    tree.scheduled("A")
    watching = subprocess.Popen(
        [sys.executable, "-u", "-m", "jittask", "validate", str(tree.root), "--watch", *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert watching.stdout is not None

    def last_line(wanted: str) -> str:
        assert watching.stdout is not None
        return next(line for line in watching.stdout if wanted in line)

    assert last_line("no problems").startswith("1 elements (1 tasks)")
    tree.write("tasks/A/inner.py", "def customFunc(a, b):\n    return 1\n")
    assert "tasks/A/inner.py:1:5 error [too-many-parameters]" in last_line("too-many")
    assert last_line(" in ").startswith("1 error in 1 elements")
    tree.scheduled("B", "import nothing_of_the_kind\n\n\ndef customFunc():\n    return 1\n")
    tree.write("tasks/A/inner.py", "def customFunc():\n    return 1\n")
    if more:
        assert last_line("no problems").startswith("2 elements (2 tasks)")
    else:
        assert "tasks/B/inner.py:1:1 error [import-failed]" in last_line("import-failed")
    watching.send_signal(signal.SIGINT)
    _, errors = watching.communicate(timeout=PATIENCE)
    assert (watching.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    "more",
    [("--format", "json"), ("--connect",), ("--output", "report.txt")],
    ids=lambda one: one[0],
)
def test_watching_shows_text_alone(tree: Tree, more: tuple[str, ...]) -> None:
    done = jittask("validate", tree.root, "--watch", *more, cwd=tree.root)
    assert done.returncode == 2
    assert f"--watch shows text, and cannot be used with {more[0]}" in done.stderr
