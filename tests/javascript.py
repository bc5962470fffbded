"""JavaScript that tests ask: installed once by npm, from tests/node/package-lock.json."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hatch_build import Failure, Npm, npm_here

FOLDER = Path(__file__).parent / "node"


def installed() -> Path:
    """Return node_modules, installed where missing; skip loudly without npm, fail in CI."""
    modules = FOLDER / "node_modules"
    npm = _npm()
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one of several test processes installs
        wanted = (FOLDER / "package-lock.json").read_text()
        done = modules / ".done"
        if not done.exists() or done.read_text() != wanted:
            command = [*npm.command, "ci", "--no-fund", "--no-audit", "--silent"]
            subprocess.run(
                command, cwd=FOLDER, check=True, capture_output=True, env=npm.environment
            )
            done.write_text(wanted)
    return modules


def node(script: str, data: Any) -> str:
    """Run a script of tests/node with JSON on its standard input; return what it writes."""
    installed()
    done = subprocess.run(
        ["node", script],
        cwd=FOLDER,
        input=json.dumps(data),
        capture_output=True,
        text=True,
        check=True,
        env=_npm().environment,
    )
    return done.stdout


def _npm() -> Npm:
    try:
        return npm_here()
    except Failure as failure:
        if os.environ.get("CI") == "true":
            pytest.fail(str(failure))
        pytest.skip(str(failure))
