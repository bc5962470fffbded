"""The example of docs/how-to/embed.md, served by a real server process."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs/examples/fastapi_app"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[httpx.Client]:
    folder = tmp_path / "app"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".jittask", "__pycache__"))
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "main:api", "--port", "0"],
        cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        env={name: value for name, value in os.environ.items() if name != "JITTASK_TREE"},
    )  # fmt: skip
    assert process.stderr is not None
    try:
        lines: list[str] = []
        address = None
        for line in process.stderr:
            lines.append(line)
            if address := re.search(r"running on (http://\S+)", line):
                break
        assert address is not None, "".join(lines)
        with httpx.Client(base_url=address[1], timeout=60) as client:
            yield client
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        assert process.wait(60) in (0, -signal.SIGTERM), rest
        assert "Application shutdown complete" in rest
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_tasks_are_started_and_shown_over_http(server: httpx.Client) -> None:
    done = server.post("/tasks/Greet/runs", params={"wait": 30})
    assert done.status_code == 202
    run = done.json()
    assert (run["status"], run["result"]) == ("completed", '{"greeted": 1}')
    assert server.get(f"/runs/{run['id']}").json()["log"] == "good morning\n"
    assert [found["id"] for found in server.get("/tasks/Greet/runs").json()] == [run["id"]]
    missing = server.post("/tasks/Gret/runs")
    assert (missing.status_code, missing.json()) == (
        404, {"error": "no task 'Gret'", "hint": "did you mean tasks.Greet?"},
    )  # fmt: skip
    assert server.post("/tasks/Greet/runs", params={"row": "1"}).status_code == 422


def test_the_page_shows_the_example_as_it_is() -> None:
    page = (ROOT / "docs/how-to/embed.md").read_text(encoding="utf-8")
    program = (EXAMPLE / "main.py").read_text(encoding="utf-8")
    section = page.partition("## A FastAPI application\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        assert block in program
