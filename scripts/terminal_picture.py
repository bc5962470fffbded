"""Draws the README's picture from a real run of the sample app: scripts/terminal_picture.py OUT."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parents[1]
JITTASK = [sys.executable, "-m", "jittask"]
NOTICE = "OverdueNotice"
DATE = re.compile(r"^\d{4}-\d\d-\d\d ")
"""Lines begin with it where stdout is no terminal."""


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "elements"
        shutil.copytree(
            HERE / "elements", tree, ignore=shutil.ignore_patterns(".jittask", "data", "outbox")
        )
        subprocess.run([sys.executable, HERE / "scripts/sample_data.py", tree], check=True)
        lines = ["$ jittask run elements", *run(tree)]
        shown = subprocess.run(
            [*JITTASK, "next", "--tree", str(tree), "-n", "3"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        lines += ["$ jittask next --tree elements -n 3", *shown.stdout.splitlines()]
        lines = [line.replace(str(tree.resolve()), "elements") for line in lines]
    console = Console(record=True, width=112, file=sys.stderr)
    for line in lines:
        console.print(Text(line, style="bold cyan" if line.startswith("$") else ""), soft_wrap=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    console.save_svg(str(target), title="jittask")


def run(tree: Path) -> list[str]:
    """Run until two notices were sent, and a broken edit was reported and corrected."""
    process = subprocess.Popen(
        [*JITTASK, "run", str(tree)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    inner = tree / "tasks/billing/OverdueNotice/inner.py"
    sound = inner.read_text(encoding="utf-8")
    lines: list[str] = []
    notices = 0
    for line in process.stdout:
        lines.append(DATE.sub("", line.rstrip()))
        if NOTICE in line and "completed" in line:
            notices += 1
            if notices == 1:
                inner.write_text(sound.replace("(rowData)", "(rowData, today)"), encoding="utf-8")
            else:
                process.send_signal(signal.SIGINT)
        if "hint:" in line:
            inner.write_text(sound, encoding="utf-8")
    process.wait()
    return lines


if __name__ == "__main__":
    main(Path(sys.argv[1]))
