"""Tries the Containerfile where no container engine runs, with what the kernel has (as root).

Each of its stages is an overlay over this machine's system, in which RUN and COPY do
what they say. Then its command runs in the last stage as an engine would run it: as
process 1, as the user that it names, with the tree mounted read only. The base image is
the one thing that differs: the Debian and Python of this machine are used instead.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PATIENCE = 120.0


@dataclass
class Stage:
    """One stage of the file: its base, and its instructions in order."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def last(self, instruction: str, default: str = "") -> str:
        """Return the last value that an instruction gives."""
        return next((text for name, text in reversed(self.steps) if name == instruction), default)

    @property
    def environment(self) -> dict[str, str]:
        """What ENV sets."""
        return dict(text.split("=", 1) for name, text in self.steps if name == "ENV")


def stages(text: str) -> list[Stage]:
    """Read a Containerfile."""
    found: list[Stage] = []
    for instruction, value in _instructions(text):
        if instruction == "FROM":
            base, *rest = value.split()
            found.append(Stage(base, rest[1] if rest else ""))
        else:
            found[-1].steps.append((instruction, value))
    return found


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    for first in lines:
        line = first
        while line.endswith("\\"):
            line = line[:-1] + next(lines).strip()
        instruction, _, value = line.partition(" ")
        yield instruction, value.strip()


class Image:
    """A stage that has been built: an overlay over this machine's system."""

    def __init__(self, folder: Path) -> None:
        self.root, self._folder = folder / "root", folder
        for name in ("root", "upper", "work"):
            (folder / name).mkdir(parents=True)
        layers = f"lowerdir=/,upperdir={folder / 'upper'},workdir={folder / 'work'}"
        run("mount", "-t", "overlay", "overlay", "-o", layers, self.root)
        for name in ("proc", "dev"):
            run("mount", "--rbind", f"/{name}", self.root / name)
        self._put_python()

    def _put_python(self) -> None:
        """Give it ``python3`` where the base image has it."""
        link = self.root / "usr/local/bin/python3"
        link.unlink(missing_ok=True)
        python = Path(sys.executable).resolve()
        link.symlink_to(python)
        for folder in python.parents[:-1]:  # its user may not enter the home of this one
            inside = self.root / folder.relative_to("/")
            inside.chmod(inside.stat().st_mode | 0o055)

    def build(self, stage: Stage, built: dict[str, Image], context: Path) -> None:
        """Do what a stage says."""
        folder = "/"
        for instruction, text in stage.steps:
            if instruction in ("RUN", "COPY"):
                print(f"{instruction} {text}", flush=True)
            if instruction == "WORKDIR":
                folder = text
                (self.root / text.lstrip("/")).mkdir(parents=True, exist_ok=True)
            elif instruction == "RUN":
                run("chroot", self.root, "sh", "-ec", f"cd {folder} && {text}")
            elif instruction == "COPY":
                self._copy(text, folder, built, context)

    def _copy(self, text: str, folder: str, built: dict[str, Image], context: Path) -> None:
        *given, target = shlex.split(text)
        source = context
        if given[0].startswith("--from="):
            source = built[given.pop(0).removeprefix("--from=")].root
        place = self.root / folder.lstrip("/") / target.lstrip("/")
        if target.startswith("/"):
            place = self.root / target.lstrip("/")
        for name in given:
            path = source / name.lstrip("/")
            into = place / path.name if target.endswith("/") else place
            if path.is_dir():
                shutil.copytree(path, into, symlinks=True, dirs_exist_ok=True)
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, place / path.name)

    def process(self, stage: Stage, *command: str, **environment: str) -> list[str]:
        """Return the command line that runs a command in the image, as its user."""
        user, group = stage.last("USER").split(":")
        values = {**stage.environment, "HOME": "/state", "LANG": "C.UTF-8", **environment}
        return [
            "chroot", f"--userspec={user}:{group}", "--groups=", str(self.root), "env", "-i",
            *(f"{name}={value}" for name, value in values.items()), *command,
        ]  # fmt: skip


def run(*command: str | Path) -> None:
    """Run a command that has to succeed."""
    subprocess.run([str(word) for word in command], check=True)


def try_it(tree: Path) -> None:
    """Build each stage, run the command in the last one, and ask its health check."""
    context = Path(tempfile.mkdtemp(prefix="jittask-context-"))
    files = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (context / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, context / name)
    built: dict[str, Image] = {}
    all_stages = stages((ROOT / "Containerfile").read_text(encoding="utf-8"))
    for number, stage in enumerate(all_stages):
        image = Image(Path(tempfile.mkdtemp(prefix=f"jittask-stage-{number}-", dir="/dev/shm")))
        image.build(stage, built, context)
        built[stage.name] = image
    last = all_stages[-1]
    app = image.root / "app"
    app.mkdir(exist_ok=True)
    run("mount", "--bind", tree, app)
    run("mount", "-o", "remount,bind,ro", app)
    run_as_engine(image, last)


def small_tree() -> Path:
    """Make a tree of one task, with no database in it: it can be read only."""
    tree = Path(tempfile.mkdtemp(prefix="jittask-tree-"))
    tree.chmod(0o755)
    (tree / "tasks/A").mkdir(parents=True)
    (tree / "tasks/A/inner.py").write_text("def customFunc():\n    return 1\n")
    timing = {"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "day"}}
    task = {"type": "tasks.NormalType", "title": "A", "enable": 1, "funcType": "Inner",
            "backendBundleEntry": ".", "timerCfg": timing}  # fmt: skip
    (tree / "tasks/A/e.json").write_text(json.dumps(task))
    (tree / "app.json").write_text(json.dumps({"settings": {"timezone": "UTC"}}))
    return tree


def run_as_engine(image: Image, stage: Stage) -> None:
    """Run the image's command as process 1; stop it as an engine does."""
    command = [*json.loads(stage.last("ENTRYPOINT")), *json.loads(stage.last("CMD"))]
    inner = shlex.join(image.process(stage, *command))
    first = subprocess.Popen(
        ["unshare", "--pid", "--fork", "--kill-child", "sh", "-c",
         f"mount -t proc proc {image.root}/proc && exec {inner}"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert first.stdout is not None
    ended = threading.Timer(_PATIENCE, first.kill)
    ended.start()
    for line in first.stdout:
        print(f"  {line}", end="", flush=True)
        if "ready" in line or "tasks" in line:
            break
    else:
        sys.exit(f"it ended with {first.wait()}")
    children = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
    inside = children[0]  # process 1 of the container
    health = json.loads(stage.last("HEALTHCHECK").partition("CMD ")[2])
    entered = ["nsenter", "--target", inside, "--pid", *image.process(stage, *health)]
    checked = subprocess.run(entered, check=False, capture_output=True, text=True)
    print(f"health check: {checked.returncode}")
    os.kill(int(inside), signal.SIGTERM)
    code = first.wait()
    ended.cancel()
    print(f"ended after SIGTERM with {code}")
    if checked.returncode or code:
        sys.exit(checked.stdout + checked.stderr + "the image does not work")


if __name__ == "__main__":
    if os.environ.get("JITTASK_UNSHARED") != "1":  # every mount ends with this process
        os.environ["JITTASK_UNSHARED"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    try_it(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else small_tree())
