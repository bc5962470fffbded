"""``--state-dir`` and JITTASK_STATE_DIR: a tree that is read only runs, and stays as it is (F2)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tree import Tree

pytestmark = pytest.mark.process
AS_ANYONE = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
"""Root may write everywhere: without these two, it is as anybody else."""


@pytest.fixture
def mounted(tree: Tree) -> Iterator[Path]:
    """A tree that cannot be written."""
    tree.scheduled("A")
    folders = [tree.root, *(path for path in tree.root.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield tree.root
    for folder in folders:
        folder.chmod(0o755)


def jittask(*arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    prefix = AS_ANYONE if os.geteuid() == 0 else []
    return subprocess.run(
        [*prefix, sys.executable, "-m", "jittask", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "NO_COLOR": "1", **env},
    )  # fmt: skip


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if "__pycache__" not in path.parts)


@pytest.mark.parametrize("by", ["option", "variable"])
def test_a_tree_that_is_read_only_runs(mounted: Path, tmp_path: Path, by: str) -> None:
    before, state = files(mounted), tmp_path / "state"
    option: list[object] = ["--state-dir", state] if by == "option" else []
    env = {} if option else {"JITTASK_STATE_DIR": str(state)}
    asked = jittask("trigger", "A", "--tree", mounted, *option, **env)
    assert asked.returncode == 0, asked.stderr
    done = jittask("run", mounted, "--once", *option, **env)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = jittask("records", "--tree", mounted, "--json", *option, **env)
    [run] = json.loads(shown.stdout)["records"]
    assert (run["status"], run["result"]) == ("completed", "1")
    assert "ready     tasks.A" in jittask("status", mounted, *option, **env).stdout
    assert jittask("validate", mounted, *option, **env).returncode == 0
    assert {path.name for path in state.iterdir()} >= {"jittask.db", "bundles", "cache"}
    assert files(mounted) == before


def test_a_database_in_a_tree_that_is_read_only(tree: Tree, tmp_path: Path) -> None:
    """On a mount that no user may write: its tasks are blocked, and it is said what to do."""
    tree.scheduled("A")
    tree.things()
    tree.dated("Rows")
    place, state = tmp_path / "mounted", tmp_path / "state"
    place.mkdir()
    mounting = f"mount --bind {tree.root} {place} && mount -o remount,bind,ro {place}"
    ours = f"{sys.executable} -m jittask"
    script = (
        f"{mounting} && {ours} run {place} --once; {ours} doctor {place}; {ours} status {place}"
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, check=False,
        env={**os.environ, "NO_COLOR": "1", "JITTASK_STATE_DIR": str(state)}, timeout=120,
    )  # fmt: skip
    if "Operation not permitted" in done.stderr and os.geteuid() != 0:
        pytest.skip("only root can mount a folder read only")
    words = f"databases.D: {place}/d.db cannot be made: its folder cannot be written: name a path"
    assert f"blocked  tasks.Rows: {words}" in done.stdout, done.stdout + done.stderr
    assert "d.db cannot be made: its folder cannot be written" in done.stdout.partition("files")[2]
    assert "ready     tasks.A" in done.stdout
    assert {path.name for path in tree.root.iterdir()} == {
        "app.json", "tasks", "databases", "models",
    }  # fmt: skip


def test_where_nothing_can_be_written_it_says_what_to_do(mounted: Path) -> None:
    for words in (["run", mounted], ["trigger", "A", "--tree", mounted]):
        done = jittask(*words)
        assert done.returncode == 1
        error, hint = done.stderr.splitlines()
        assert error.startswith(f"error: {mounted}/.jittask: cannot be made: Permission denied")
        assert hint.endswith("make the tree writable, or name another folder with --state-dir")
    done = jittask("run", mounted, "--state-dir", mounted.parent / "app/away")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 2), done.stderr


def test_a_state_that_became_read_only(tree: Tree) -> None:
    tree.scheduled("A")
    assert jittask("run", tree.root, "--once").returncode == 0
    state = tree.root / ".jittask"
    paths = [state, *state.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        done = jittask("run", tree.root, "--once")
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 2), done.stderr
        assert done.stderr.splitlines()[1] == (
            "  hint: it cannot be written: make it writable, or name another folder with --state-dir"
        )
    finally:
        for path in paths:
            path.chmod(0o755)


def test_the_state_cannot_be_among_the_elements(tree: Tree, tmp_path: Path) -> None:
    tree.scheduled("A")
    done = jittask("run", tree.root, "--once", "--state-dir", tree.root / "tasks/state")
    assert done.returncode == 1
    assert "is inside the tree" in done.stderr
    assert not (tree.root / "tasks/state").exists()
    file = tmp_path / "file"
    file.touch()
    assert jittask("run", tree.root, "--once", "--state-dir", file).returncode == 2
