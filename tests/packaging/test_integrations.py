"""The pre-commit hook and the GitHub workflow, tried as far as one machine goes (V6)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from jittask import __version__
from tests.tree import Tree

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs/how-to/validate-in-ci.md"
BIN = Path(sys.executable).parent


def run(*command: object, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(one) for one in command],
        cwd=cwd, capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "NO_COLOR": "1", **env},
    )  # fmt: skip


def blocks() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with a tree in it."""
    place = tmp_path / "repository"
    Tree(place / "elements").scheduled("A")
    run("git", "init", "-q", cwd=place)
    run("git", "add", "-A", cwd=place)
    return place


def test_the_hook_stops_a_broken_commit(repository: Path, tmp_path: Path) -> None:
    copy = tmp_path / "jittask"
    ignored = shutil.ignore_patterns(
        ".git", ".venv", "node_modules", ".*_cache", ".jittask", "site"
    )
    shutil.copytree(ROOT, copy, ignore=ignored)
    identity = {
        "GIT_AUTHOR_NAME": "t",
        "GIT_AUTHOR_EMAIL": "t@t",
        "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@t",
    }
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["commit", "-qm", "t"],
        ["tag", f"v{__version__}"],
    ):
        done = run("git", *command, cwd=copy, **identity)
        assert done.returncode == 0, done.stderr
    [snippet] = [one for one in blocks() if "jittask-validate" in one]
    config = snippet.replace("https://github.com/jittask/jittask", str(copy))
    [repo] = yaml.safe_load(config)["repos"]
    assert repo["rev"] == f"v{__version__}"  # what has been fetched of a branch stays as it is
    (repository / ".pre-commit-config.yaml").write_text(config)
    run("git", "add", "-A", cwd=repository)
    home = {"PRE_COMMIT_HOME": str(tmp_path / "home"), **identity}
    assert run("pre-commit", "install", cwd=repository, **home).returncode == 0
    good = run("git", "commit", "-m", "good", cwd=repository, **home)
    assert good.returncode == 0, good.stdout + good.stderr
    (repository / "elements/tasks/A/inner.py").write_text("def customFunc(row):\n    pass\n")
    run("git", "add", "-A", cwd=repository)
    bad = run("git", "commit", "-m", "bad", cwd=repository, **home)
    assert bad.returncode == 1
    assert "tasks/A/inner.py:1:5 error [too-many-parameters]" in bad.stdout + bad.stderr
    (repository / "README").write_text("x")
    run("git", "reset", "-q", "--hard", cwd=repository)


def test_the_workflow_is_one_and_its_steps_work(repository: Path) -> None:
    [text] = [one for one in blocks() if "runs-on" in one]
    file = repository / ".github/workflows/tasks.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    known = run(
        "check-jsonschema", "--builtin-schema", "vendor.github-workflows", file, cwd=repository
    )
    assert known.returncode == 0, known.stdout
    steps = [
        one["run"] for one in yaml.safe_load(text)["jobs"]["validate"]["steps"] if "run" in one
    ]
    assert steps[0] == "pip install jittask"
    for step in steps[1:]:
        done = run("bash", "-e", "-c", step, cwd=repository)
        assert done.returncode == 0, done.stderr
    (repository / "elements/tasks/A/inner.py").unlink()
    results = [run("bash", "-e", "-c", step, cwd=repository) for step in steps[1:]]
    assert [one.returncode for one in results] == [1, 1]
    assert results[0].stdout.startswith("::error file=elements/tasks/A/e.json,line=")
    assert "inner-missing" in (repository / "jittask.sarif").read_text()
