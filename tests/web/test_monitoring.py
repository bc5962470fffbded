"""What a monitor gets of the console: probes without a token, metrics with one (R13, C22)."""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from jittask.metrics.catalog import CATALOG, Origin
from jittask.operations.inspect.status import status
from tests.metrics.scrape import samples, value
from tests.running import PATIENCE, Program
from tests.tree import Tree
from tests.web.conftest import Served
from tests.web.test_console_command import console as console_process


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_a_probe_needs_no_caller_and_says_nothing_of_the_tree(
    shared_console: Served, path: str
) -> None:
    answer = shared_console.ask("GET", path, role=None)
    expected = {"/livez": (200, "ok\n"), "/readyz": (200, "ok\n"),
                "/healthz": (503, "not-running broken\n")}  # fmt: skip
    assert (answer.status, answer.text) == expected[path]
    assert shared_console.ask("HEAD", path, role=None).text == ""
    assert shared_console.ask("POST", path, role="edit").status == 405


def test_healthz_says_what_status_says(shared_console: Served) -> None:
    found = status(shared_console.server.workspace)
    codes = " ".join(dict.fromkeys(problem.code for problem in found.problems))
    assert shared_console.ask("GET", "/healthz", role=None).text == f"{codes}\n"


def test_metrics_need_a_role(shared_console: Served) -> None:
    assert shared_console.ask("GET", "/metrics", role=None).status == 401
    answer = shared_console.ask("GET", "/metrics", role="read")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert value(answer.text, "jittask_well") == 0
    assert value(answer.text, "jittask_elements", state="broken") == 1
    found = {name for name, _ in samples(answer.text)}
    counted = {name for metric in CATALOG for name in metric.samples
               if metric.origin is Origin.PROCESS}  # fmt: skip
    assert not found & counted


@pytest.mark.process
def test_prometheus_sends_a_token_that_its_owner_has_made(tree: Tree, tmp_path: Path) -> None:
    tree.scheduled("A")
    file = tmp_path / "token"
    file.write_text(f"{secrets.token_hex(32)}\n")
    with (
        Program(tree.root) as program,
        console_process(tree.root, "--scrape-token-file", str(file)) as (_, line),
    ):
        program.wait("ready")
        url = line.split()[-1].partition("/login")[0]
        assert metrics(url, file.read_text().strip()) == 200
        assert metrics(url, "x" * 64) == 401


def metrics(url: str, token: str) -> int:
    request = Request(f"{url}/metrics", headers={"Authorization": f"Bearer {token}"})
    try:
        with urlopen(request, timeout=PATIENCE) as answer:
            assert value(answer.read().decode(), "jittask_runtimes_alive") == 1
            return answer.status
    except HTTPError as error:
        return error.code


@pytest.mark.process
@pytest.mark.parametrize(
    "content",
    ["short", "twenty characters but spaces", "", "\xe4" * 40],
    ids=["short", "spaces", "empty", "umlauts"],
)
def test_a_token_that_can_be_guessed_is_refused(tree: Tree, tmp_path: Path, content: str) -> None:
    file = tmp_path / "token"
    file.write_text(content, encoding="latin-1")
    done = subprocess.run(
        [sys.executable, "-m", "jittask", "console", tree.root, "--port", "0", "--scrape-token-file", file],
        capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: --scrape-token-file: {file}: expected")
