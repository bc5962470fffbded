"""A tree as it was at a git ref, read without touching the work tree or the index (rule V4)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from jittask.operations.errors import NotFound, OperationError, Unavailable

_LINK = "120000"
_HEAD_WORDS = 3
_HOOK_VARIABLES = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"}
"""What git sets for its hooks; the repository asked about is the tree's own."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A version of a tree, in a folder that exists while the context manager is open."""

    ref: str
    commit: str
    root: Path
    exists: bool
    """Whether the ref has the tree; ``root`` is empty where it does not."""


@contextmanager
def at_ref(root: Path, ref: str) -> Iterator[Baseline]:
    """Give the tree ``root`` as it was at ``ref``.

    Raises NotFound where there is no such ref, OperationError where git cannot
    be asked. Objects are read by their content alone: no filter or attribute of the
    repository runs or leaves anything out.
    """
    _check_inside(root)
    commit = _text(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
    )
    if not commit:
        shallow = _text(root, "rev-parse", "--is-shallow-repository") == "true"
        hint = "see git branch --all, git tag"
        if shallow:
            hint = "the clone is shallow: git fetch --unshallow, or in CI fetch-depth: 0"
        raise NotFound(f"no commit {ref!r} in this repository", hint)
    prefix = _text(root, "rev-parse", "--show-prefix").rstrip("/")
    listed = _run(root, "ls-tree", "-r", "-z", "--full-tree", f"{commit}:{prefix}")
    with TemporaryDirectory(prefix="jittask-") as folder:
        _write(root, listed.stdout, Path(folder))
        yield Baseline(ref, commit[:10], Path(folder), exists=bool(listed.stdout))


def _write(root: Path, listed: bytes, folder: Path) -> None:
    files: list[tuple[str, str, str]] = []
    for line in listed.split(b"\0"):
        if line:
            about, _, name = line.decode("utf-8", "surrogateescape").partition("\t")
            mode, kind, digest = about.split(" ")
            if kind == "blob":  # not a submodule
                files.append((mode, digest, name))
    requests = "".join(f"{digest}\n" for _, digest, _ in files)
    content = _run(root, "cat-file", "--batch", given=requests.encode()).stdout
    at = 0
    links: list[tuple[Path, str]] = []
    for mode, digest, name in files:
        line_end = content.find(b"\n", at)
        head = content[at:line_end].split(b" ")
        if line_end < 0 or len(head) != _HEAD_WORDS:
            raise OperationError(f"git has no content of {name} ({digest[:10]})", "git fsck")
        size = int(head[2])
        blob = content[line_end + 1 : line_end + 1 + size]
        at = line_end + 1 + size + 1
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if mode == _LINK:
            links.append((file, blob.decode("utf-8", "surrogateescape")))
        else:
            file.write_bytes(blob)
    for file, target in links:  # last, so that nothing is written through one
        file.symlink_to(target)


def _check_inside(root: Path) -> None:
    asked = _run(root, "rev-parse", "--is-inside-work-tree")
    if asked.stdout.strip() == b"true":
        return
    reason = asked.stderr.decode("utf-8", "replace").partition("\n")[0].removeprefix("fatal: ")
    if not reason or "not a git repository" in reason:
        reason = "not in a git repository"
    raise OperationError(f"{root}: {reason}", "a plan is compared with a git ref")


def _text(root: Path, *arguments: str) -> str:
    return _run(root, *arguments).stdout.decode("utf-8", "surrogateescape").rstrip("\n")


def _run(
    root: Path, *arguments: str, given: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(root), "--no-optional-locks", *arguments]
    env = {key: value for key, value in os.environ.items() if key not in _HOOK_VARIABLES}
    try:
        return subprocess.run(
            command, input=given, capture_output=True, check=False, env={**env, "LC_ALL": "C"}
        )
    except FileNotFoundError:
        raise Unavailable("git is not installed", "a plan is compared with a git ref") from None
