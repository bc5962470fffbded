"""Validating a tree without imports, beside check-jsonschema's schema step alone; and its growth.

One run, in turns, medians; ratios, because machines differ. check-jsonschema
is given the same ``e.json`` files of the tasks and our task schema, and checks
nothing else. Run: python benchmarks/validate.py [rounds] [largest tree]
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from trees import make

SIZES = (100, 1_000, 10_000, 50_000)
SCHEMA = Path(__file__).parents[1] / "schemas/task.schema.json"
BIN = Path(sys.executable).parent


def run(command: list[object]) -> tuple[float, float]:
    """Return the seconds that a command took, and the peak memory of its largest process in MB."""
    began = time.perf_counter()
    process = subprocess.Popen([str(one) for one in command], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, command[:3]
    return time.perf_counter() - began, used.ru_maxrss / 1024


def settle(root: Path) -> None:
    """Let the tree grow older than the time stamps' grain, so that the cache may rely on it."""
    newest = max(path.stat().st_ctime for path in root.rglob("e.json"))
    while time.time() < newest + 3:
        time.sleep(0.2)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    largest = int(sys.argv[2]) if len(sys.argv) > 2 else SIZES[-1]
    with tempfile.TemporaryDirectory() as place:
        beside_the_peer(make(Path(place) / "ten", 10_000), rounds)
        growth(Path(place), rounds, [size for size in SIZES if size <= largest])


def beside_the_peer(root: Path, rounds: int) -> None:
    settle(root)
    validate: list[object] = [BIN / "jittask", "validate", "--no-import", root]
    files = sorted((root / "tasks").rglob("e.json"))
    commands: dict[str, list[object]] = {
        "check-jsonschema, the schema alone": [
            BIN / "check-jsonschema",
            "--schemafile",
            SCHEMA,
            *files,
        ],
        "jittask validate --no-import, everything": [*validate, "--no-cache"],
        "the same, in one process": ["taskset", "-c", "0", *validate, "--no-cache"],
        "jittask validate --no-import, unchanged": validate,
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for name, command in commands.items():
        run(command)  # once before, so that files are in memory and caches are written
        del name
    for _ in range(rounds):
        for name, command in commands.items():
            found[name].append(run(command))
    medians = {name: statistics.median(one for one, _ in times) for name, times in found.items()}
    peer = next(iter(medians.values()))
    print("| 10,000 tasks | median | ratio | peak |\n| --- | ---: | ---: | ---: |")
    for name, median in medians.items():
        peak = max(memory for _, memory in found[name])
        print(f"| {name} | {median:.2f} s | {median / peer:.2f} | {peak:.0f} MB |")


def growth(place: Path, rounds: int, sizes: list[int]) -> None:
    print("\n| tasks | median | a task |\n| ---: | ---: | ---: |")
    points: list[tuple[float, float]] = []
    for size in sizes:
        root = make(place / f"of{size}", size)
        command: list[object] = [BIN / "jittask", "validate", "--no-import", "--no-cache", root]
        run(command)
        median = statistics.median(run(command)[0] for _ in range(rounds))
        points.append((math.log(size), math.log(median)))
        print(f"| {size:,} | {median:.2f} s | {median / size * 1e6:.0f} µs |")
    for name, some in (("all", points), ("from 1,000 on", points[1:])):
        if len(some) > 1:
            slope = statistics.linear_regression(*zip(*some, strict=True)).slope
            print(f"\nexponent, {name}: {slope:.2f}")


if __name__ == "__main__":
    main()
