"""How soon a command answers, against Python's own start: ``--help``, validation, read commands.

The tree has ten scheduled tasks, and one that fires for the rows of a table.

Run: python benchmarks/startup.py [rounds]
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

TASK = {
    "type": "tasks.NormalType",
    "title": "T",
    "enable": 1,
    "funcType": "Inner",
    "timerCfg": {"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "day"}},
}
ROWS: dict[str, dict[str, object]] = {
    "databases/D": {
        "e.json": {"type": "databases.SqliteType", "title": "D"},
        "config.json": {"database": "d.db"},
    },
    "models/M": {
        "e.json": {"type": "models.TableType", "title": "M", "db": "databases.D", "table": "m"},
    },
    "tasks/Row": {
        "e.json": {
            **TASK,
            "type": "tasks.DateFieldType",
            "modelPath": "models.M",
            "timerCfg": {"startField": "due", "repeat": {"repeatType": "normal"}},
        },
        "inner.py": "def customFunc(rowData):\n    return 1\n",
    },
}


def tree(root: Path, **settings: object) -> Path:
    (root / "tasks").mkdir(parents=True)
    manifest = {"settings": {"timezone": "UTC", **settings}}
    (root / "app.json").write_text(json.dumps(manifest))
    for n in range(10):
        folder = root / "tasks" / f"T{n}"
        folder.mkdir()
        (folder / "e.json").write_text(json.dumps(TASK))
        (folder / "inner.py").write_text("def customFunc():\n    return 1\n")
    for name, files in ROWS.items():
        folder = root / name
        folder.mkdir(parents=True)
        for file, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (folder / file).write_text(text)
    with sqlite3.connect(root / "d.db") as connection:
        connection.execute("CREATE TABLE m (id INTEGER PRIMARY KEY, due DATE)")
        connection.execute("INSERT INTO m VALUES (1, '2099-01-05')")
    connection.close()
    return root


def asks(root: Path) -> Iterator[tuple[str, list[str | Path]]]:
    """Yield the read commands; ``records`` needs a run store."""
    for command in ("status", "list", "next"):
        yield command, [command, "--tree", root]
    yield "next --row", ["next", "Row", "--row", "1", "--tree", root]
    yield "explain", ["explain", "T0", "--tree", root]
    if (root / ".jittask/jittask.db").exists():
        yield "records", ["records", "--tree", root]
        yield "log", ["log", "1", "--tree", root]
        yield "stats", ["stats", "--tree", root]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    jittask = [sys.executable, "-m", "jittask"]
    with tempfile.TemporaryDirectory() as place:
        plain = tree(Path(place) / "plain")
        calendar = tree(Path(place) / "calendar", calendar="CN")
        stored = tree(Path(place) / "stored")
        known = tree(Path(place) / "known", calendar="CN")
        for root in (stored, known):
            trigger = [*jittask, "trigger", "T0", "--tree", root]
            subprocess.run(trigger, check=True, capture_output=True)
        validate = [*jittask, "validate"]
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "python -c 'import click'": [sys.executable, "-c", "import click"],
            "jittask --help": [*jittask, "--help"],
            "validate --no-import --no-cache": [
                *jittask,
                "validate",
                "--no-import",
                "--no-cache",
                plain,
            ],
            "validate --no-import, unchanged": [*validate, "--no-import", plain],
            "validate (imports too)": [*validate, plain],
            "validate (imports, calendar CN)": [*validate, calendar],
            **{f"{name}, nothing has run": [*jittask, *words] for name, words in asks(plain)},
            "python -c 'import click, sqlalchemy'": [
                sys.executable, "-c", "import click, sqlalchemy",
            ],
            **{f"{name}, with a run store": [*jittask, *words] for name, words in asks(stored)},
            "list, with a run store and calendar CN": [*jittask, "list", "--tree", known],
        }  # fmt: skip
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):  # in turns, so that a slow moment slows all alike
            for name, command in commands.items():
                began = time.perf_counter()
                done = subprocess.run(command, check=False, capture_output=True)
                times[name].append(time.perf_counter() - began)
                assert done.returncode in (0, 1), done.stderr  # status: nothing runs
    print("| command, ten tasks | median | least |\n| --- | ---: | ---: |")
    for name, found in times.items():
        print(f"| {name} | {statistics.median(found):.3f} s | {min(found):.3f} s |")


if __name__ == "__main__":
    main()
