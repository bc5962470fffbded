"""``validate``: what fails it, what is left out of it, and paths that open (V1, V6)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.running import jittask
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
