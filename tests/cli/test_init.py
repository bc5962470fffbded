"""``init``: a small tree that works, and that git takes as it should (V5)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.running import jittask, jittask_here

pytestmark = pytest.mark.process


def _ignored(tree: Path, *paths: str) -> list[str]:
    subprocess.run(["git", "init", "-q", tree], check=True)
    done = subprocess.run(
        ["git", "check-ignore", *paths], cwd=tree, capture_output=True, text=True, check=False
    )
    return done.stdout.split()


def test_a_new_tree_keeps_out_of_git_what_a_run_leaves(tmp_path: Path) -> None:
    done = jittask("init", "shop", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    left = [
        ".jittask/jittask.db", "commons/__pycache__/a.pyc", "tasks/Hello/inner.pyc", ".env",
        "data/app.db", "data/app.db-wal",
    ]  # fmt: skip
    kept = ["app.json", "tasks/Hello/e.json", "tasks/Hello/inner.py"]
    assert _ignored(tmp_path / "shop", *left, *kept) == left


@pytest.mark.parametrize("ending", ["", "\n"])
def test_a_gitignore_that_is_there_gets_what_it_lacks(tmp_path: Path, ending: str) -> None:
    """``git init`` and a template come before: only that file, and .git, may be there."""
    tree = tmp_path / "shop"
    (tree / ".git").mkdir(parents=True)
    file = tree / ".gitignore"
    file.write_text(f"# ours\n__pycache__/{ending}")
    done = jittask_here("init", tree)
    assert done.returncode == 0, done.stderr
    lines = file.read_text().splitlines()
    assert lines[:2] == ["# ours", "__pycache__/"]
    assert lines.count("__pycache__/") == 1
    assert ".jittask/" in lines
    assert "added to .gitignore: .jittask/, " in done.stdout


def test_a_gitignore_that_has_all_of_it_stays(tmp_path: Path) -> None:
    first = tmp_path / "first"
    assert jittask_here("init", first).returncode == 0
    tree = tmp_path / "shop"
    tree.mkdir()
    text = (first / ".gitignore").read_text()
    (tree / ".gitignore").write_text(text)
    done = jittask_here("init", tree)
    assert ".gitignore" not in done.stdout
    assert (tree / ".gitignore").read_text() == text


def test_a_folder_with_anything_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README").touch()
    done = jittask_here("init", tmp_path)
    assert (done.returncode, "is not empty" in done.stderr) == (1, True)
