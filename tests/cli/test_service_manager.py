"""What ``jittask run`` says to a service manager, as systemd's protocol has it (R7, R13)."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jittask.cli.service_manager import ServiceManager
from tests.running import PATIENCE, Program
from tests.tree import Tree


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as opened:
        opened.bind(str(tmp_path / "notify"))
        opened.settimeout(PATIENCE)
        yield opened


def said(manager: socket.socket, word: str) -> list[str]:
    """Return the lines of the messages up to one with that line."""
    lines: list[str] = []
    while word not in lines:
        lines += manager.recv(4096).decode().splitlines()
    return lines


@pytest.mark.process
def test_a_runtime_says_when_it_is_ready_alive_and_stopping(
    tree: Tree, manager: socket.socket
) -> None:
    tree.scheduled("A", "import os\n\n\ndef customFunc():\n    return sorted(os.environ)\n")
    env = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "400000"}
    with Program(tree.root, **env) as program:
        program.wait("ready")
        assert said(manager, "READY=1")[:1] == ["READY=1"]
        for _ in range(3):
            said(manager, "WATCHDOG=1")
        assert program.stop() == 0
        assert "STOPPING=1" in said(manager, "STOPPING=1")


def test_work_that_stands_still_is_not_alive(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    service = ServiceManager()
    assert service.interval == 30
    assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} & os.environ.keys()
    for turns in (1, 1, 1, 2):
        service.alive(turns)
    service.stopping()
    assert said(manager, "STOPPING=1").count("WATCHDOG=1") == 2


def test_nobody_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    service = ServiceManager()
    assert service.interval is None
    service.ready()
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    service = ServiceManager()
    service.ready()
    service.stopping()
    assert capfd.readouterr().err.count("NOTIFY_SOCKET") == 1


def test_a_socket_without_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"jittask-test-{os.getpid()}"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as opened:
        opened.bind(f"\0{name}")
        opened.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        ServiceManager().ready()
        assert opened.recv(100).startswith(b"READY=1")
