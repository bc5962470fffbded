"""``jittask console`` as a process: how it starts, what it refuses, how it ends (C1, C22)."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psutil
import pytest

from jittask.clock import SystemClock
from tests.running import PATIENCE, Program, jittask_here
from tests.tree import Tree

pytestmark = pytest.mark.process
STOPPED = 0


@contextmanager
def console(tree: Path, *options: str, **env: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Give the process and the first address that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "jittask", "console", str(tree), "--port", "0", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "NO_COLOR": "1", **env},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert "http" in line, process.stderr and process.stderr.read()
        yield process, line
    finally:
        process.kill()
        process.communicate()


def ask(file: Path, path: str, role: str = "read", body: object = None) -> Any:
    given = json.loads(file.read_text())
    request = Request(given["url"] + path, method="GET" if body is None else "POST")
    request.add_header("Authorization", f"Bearer {given['tokens'][role]}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    with urlopen(request, timeout=PATIENCE) as answer:
        return json.loads(answer.read())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_also_with_an_open_stream(tree: Tree, number: signal.Signals) -> None:
    file = tree.root / "tokens"
    with console(tree.root, "--token-file", str(file)) as (process, line):
        assert line.startswith("open this address: http://127.0.0.1:")
        assert file.stat().st_mode & 0o777 == 0o600
        given = json.loads(file.read_text())
        request = Request(f"{given['url']}/api/events")
        request.add_header("Authorization", f"Bearer {given['tokens']['read']}")
        with urlopen(request, timeout=PATIENCE) as stream:
            assert b"id:" in stream.readline()
            process.send_signal(number)
            assert process.wait(PATIENCE) == STOPPED
        assert not file.exists()
        out, err = process.communicate()
        assert (out, err) == ("", "")


def test_for_programs_it_prints_lines_of_json(tree: Tree) -> None:
    with console(tree.root, "--format", "json") as (_, line):
        event = json.loads(line)
        assert event["event"] == "link"
        assert "/login?code=" in event["url"]


def test_read_only_changes_nothing_and_writes_no_file(tree: Tree) -> None:
    tree.scheduled("A")
    file = tree.root.parent / "tokens"
    before = sorted(path.name for path in tree.root.rglob("*"))
    with console(tree.root, "--read-only", "--token-file", str(file)):
        assert json.loads(file.read_text())["tokens"].keys() == {"read"}
        assert ask(file, "/api/session")["role"] == "read"
        assert ask(file, "/api/tree")["elements"]
    assert sorted(path.name for path in tree.root.rglob("*")) == before


def test_a_browser_is_led_there_by_a_file_that_nobody_else_can_read(
    tree: Tree, tmp_path: Path
) -> None:
    """Arguments of a process are no secret."""
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}.part; mv {seen}.part {seen}\n')
    browser.chmod(0o755)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    env = {"BROWSER": f"{browser} %s", "TMPDIR": str(temporary)}
    with console(tree.root, "--open", **env) as (process, line):
        assert "login?code=" in line
        wait_for(seen)
        [file] = temporary.glob("jittask-*.html")
        assert seen.read_text() == f"{file.as_uri()}\n"
        assert file.stat().st_mode & 0o777 == 0o600
        assert line.split()[-1] in file.read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == STOPPED
        assert list(temporary.iterdir()) == []


def wait_for(file: Path) -> None:
    """Return when a file is there."""
    clock, never = SystemClock(), threading.Event()
    deadline = clock.monotonic() + PATIENCE
    while not file.exists():
        assert clock.monotonic() < deadline
        clock.wait(never, 0.01)


REFUSED = [
    (["--host", "0.0.0.0"], 2, "say by which names"),
    (["--host", "0.0.0.0", "--allow-host", "a.example"], 2, "nothing encrypts"),
    (["--host", "::", "--behind-proxy"], 2, "say by which names"),
    (["--allow-host", "http://a.example"], 2, "is no host"),
    (["--allow-host", "*"], 2, "is no host"),
    (["--tls-cert", "CERT"], 2, "cannot be used"),
    (["--token-file", "NOWHERE"], 2, "No such file"),
    (["--host", "192.0.2.1", "--allow-host", "a.example", "--behind-proxy"], 1, "192.0.2.1"),
    (["--port", "TAKEN"], 1, "--port 0 takes any free one"),
]


@pytest.mark.parametrize(("options", "code", "words"), REFUSED)
def test_what_it_refuses(tree: Tree, options: list[str], code: int, words: str) -> None:
    certificate = tree.root / "cert.pem"
    certificate.write_text("none\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        named = {
            "CERT": str(certificate),
            "TAKEN": str(taken.getsockname()[1]),
            "NOWHERE": str(tree.root / "no/folder"),
        }
        given = [named.get(option, option) for option in options]
        port = [] if "--port" in given else ["--port", "0"]
        done = jittask_here("console", tree.root, *given, *port)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) <= 2


def test_a_tree_that_cannot_be_audited_is_served_read_only_alone(tree: Tree) -> None:
    (tree.root / ".jittask").mkdir()
    (tree.root / ".jittask/console-audit.jsonl").mkdir()
    done = jittask_here("console", tree.root, "--port", "0")
    assert done.returncode == 1
    assert "hint: jittask console --read-only" in done.stderr
    with console(tree.root, "--read-only"):
        pass


def test_the_runtime_goes_on_when_the_console_is_killed(tree: Tree) -> None:
    """It shares the run store with it and nothing else."""
    tree.scheduled("A")
    file = tree.root.parent / "tokens"
    with Program(tree.root) as program:
        program.wait("ready")
        with console(tree.root, "--token-file", str(file)) as (process, _):
            assert ask(file, "/api/health")["well"] is True
            run = ask(file, "/api/tasks/A/trigger", "operate", {})["run"]
            program.wait("finished", run=run, status="completed")
            assert ask(file, f"/api/records/{run}")["status"] == "completed"
            process.send_signal(signal.SIGSTOP)  # it holds no lock meanwhile
            assert jittask_here("trigger", "A", "--tree", tree.root).returncode == 0
            program.wait("finished", status="completed")
            process.kill()
            process.wait(PATIENCE)
        assert jittask_here("trigger", "A", "--tree", tree.root).returncode == 0
        program.wait("finished", status="completed")
        assert program.stop() == STOPPED


def test_a_request_of_100_mb_takes_no_memory(tree: Tree) -> None:
    file = tree.root.parent / "tokens"
    with console(tree.root, "--token-file", str(file)) as (process, _):
        assert ask(file, "/api/session")
        before = psutil.Process(process.pid).memory_info().rss
        given = json.loads(file.read_text())
        port = int(given["url"].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
            client.sendall(
                f"PUT /api/elements/tasks.A/files/e.json HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"Authorization: Bearer {given['tokens']['edit']}\r\n"
                "Content-Type: application/json\r\nContent-Length: 100000000\r\n\r\n".encode()
            )
            try:
                for _ in range(100):
                    client.sendall(b"x" * 1_000_000)
            except OSError:
                pass
        assert ask(file, "/api/session")
        assert psutil.Process(process.pid).memory_info().rss - before < 10_000_000
