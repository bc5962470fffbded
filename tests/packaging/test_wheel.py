"""The wheel holds all that a program needs, wherever it is installed (F10)."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.process
def test_an_installed_wheel_works_from_elsewhere(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(tmp_path), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    [wheel] = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    names = {
        path.relative_to(site / "jittask").as_posix() for path in (site / "jittask").rglob("*")
    }
    assert {
        "py.typed",
        "schemas/task.schema.json",
        "operations/templates/init/app.json",
        "store/migrations/script.py.mako",
        "store/migrations/versions/0001_runs.py",
    } <= names
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); import jittask; "
        f"assert jittask.__file__.startswith({str(site)!r}); from jittask.cli.main import main; main()"
    )
    for arguments in (["init", "shop"], ["validate", "shop", "--no-import", "--strict"]):
        done = subprocess.run(
            [sys.executable, "-c", code, str(site), *arguments],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
