"""How long ``jittask plan`` takes for 10,000 daily tasks and a year, and in how much memory."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

TASKS = 10_000
WINDOWS = (("a week", "2026-01-08"), ("a month", "2026-02-01"), ("a year", "2027-01-01"))


def make(root: Path, tasks: int) -> Path:
    """Write daily tasks, spread over the minutes of the day."""
    settings = {"timezone": "Europe/Berlin"}
    put(root / "app.json", {"appId": "b", "name": "b", "settings": settings})
    for n in range(tasks):
        folder = root / f"tasks/group{n // 500}/Daily{n}"
        config = {
            "startTime": f"2020-01-01 {n // 60 % 24:02}:{n % 60:02}:00",
            "repeat": {"repeatType": "day"},
        }
        task = {"title": f"Daily {n}", "type": "tasks.NormalType", "enable": 1,
                "funcType": "Inner", "timerCfg": config}  # fmt: skip
        put(folder / "e.json", task)
        (folder / "inner.py").write_text("def customFunc():\n    pass\n")
    return root


def put(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=2) + "\n")


def measure(root: Path, end: str) -> tuple[float, int, int]:
    """Return seconds, lines and the peak memory of the process, in MB."""
    command = [sys.executable, "-m", "jittask", "plan", str(root), "--from", "2026-01-01",
               "--to", f"{end}T00:00", "--format", "jsonl"]  # fmt: skip
    with TemporaryDirectory() as folder:
        output = Path(folder) / "plan.jsonl"
        begun = time.perf_counter()
        with output.open("wb") as file:
            process = subprocess.Popen(command, stdout=file)
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        assert status == 0
        with output.open("rb") as file:
            lines = sum(1 for _ in file)
    return seconds, lines, usage.ru_maxrss // 1024


def main() -> None:
    print(f"Python {platform.python_version()}, {TASKS:,} daily tasks\n")
    print("| window | occurrences | seconds | compiling the tree | peak memory |")
    print("| --- | ---: | ---: | ---: | ---: |")
    with TemporaryDirectory() as folder:
        root = make(Path(folder) / "tree", TASKS)
        empty, _, _ = measure(root, "2026-01-01")
        for name, end in WINDOWS:
            seconds, lines, memory = measure(root, end)
            print(f"| {name} | {lines:,} | {seconds:.1f} | {empty:.1f} | {memory} MB |", flush=True)


if __name__ == "__main__":
    main()
