"""A tree as it was at a git ref, read without touching the work tree or the index (rule V4)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from jittask.cli.failure import Failure

_LINK, _TREE = "120000", "40000"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A version of a tree, in a folder that lasts as long as it is looked at."""

    ref: str
    commit: str
    root: Path


@contextmanager
def at_ref(root: Path, ref: str) -> Iterator[Baseline]:
    """Give the tree ``root`` as it was at ``ref``; raises Failure where there is none.

    Objects are read by their content alone: no filter or attribute of the
    repository runs or leaves anything out.
    """
    if not _inside(root):
        raise Failure(f"{root}: not in a git repository", "--against compares with a git ref")
    commit = _text(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
    )
    if not commit:
        raise Failure(f"--against: no commit {ref!r} in this repository", "see git branch, git tag")
    prefix = _text(root, "rev-parse", "--show-prefix").rstrip("/")
    listed = _run(root, "ls-tree", "-r", "-z", "--full-tree", f"{commit}:{prefix}")
    if listed.returncode != 0 or not listed.stdout:
        raise Failure(f"--against: {ref} has no folder {prefix or '.'}", "was the tree elsewhere?")
    with TemporaryDirectory(prefix="jittask-") as folder:
        _write(root, listed.stdout, Path(folder))
        yield Baseline(ref, commit[:10], Path(folder))


def _write(root: Path, listed: bytes, folder: Path) -> None:
    files: list[tuple[str, str, str]] = []
    for line in listed.split(b"\0"):
        if line:
            about, _, name = line.decode("utf-8", "surrogateescape").partition("\t")
            mode, kind, digest = about.split(" ")
            if kind == "blob":  # not a submodule
                files.append((mode, digest, name))
    wanted = "".join(f"{digest}\n" for _, digest, _ in files)
    content = _run(root, "cat-file", "--batch", given=wanted.encode()).stdout
    at = 0
    for mode, _, name in files:
        line_end = content.index(b"\n", at)
        size = int(content[at:line_end].split(b" ")[2])
        blob = content[line_end + 1 : line_end + 1 + size]
        at = line_end + 1 + size + 1
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if mode == _LINK:
            file.symlink_to(blob.decode("utf-8", "surrogateescape"))
        else:
            file.write_bytes(blob)


def _inside(root: Path) -> bool:
    return _text(root, "rev-parse", "--is-inside-work-tree") == "true"


def _text(root: Path, *arguments: str) -> str:
    return _run(root, *arguments).stdout.decode("utf-8", "surrogateescape").rstrip("\n")


def _run(
    root: Path, *arguments: str, given: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(root), "--no-optional-locks", *arguments]
    try:
        return subprocess.run(command, input=given, capture_output=True, check=False)
    except FileNotFoundError:
        raise Failure("git is not installed", "--against compares with a git ref") from None
