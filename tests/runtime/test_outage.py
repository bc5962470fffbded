"""A run store that stops answering, and comes back: what waits is kept, and goes on (R4, I8)."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.store import Store
from jittask.store.record_filter import RecordFilter
from tests.running import Program, jittask
from tests.services import small_disk, store_settings
from tests.tree import Tree

pytestmark = pytest.mark.process


class Proxy:
    """Stands between a program and a server, and can be cut."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._open: list[socket.socket] = []
        self._up = threading.Event()
        self._up.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection, and let none be made."""
        self._up.clear()
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._up.set()

    def close(self) -> None:
        self.cut()
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            if not self._up.is_set():
                client.close()
                continue
            server = socket.create_connection(self._target)
            self._open += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def ticking(root: Path, **settings: object) -> Tree:
    tree = Tree(root, runtime={"workers": 2, "leaseSeconds": 60, "heartbeatSeconds": 1}, **settings)
    tree.scheduled(
        "Tick",
        None,
        {"repeatType": "custom", "rrule": "FREQ=SECONDLY"},
        timing={"startTime": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")},
        policy={"misfire": "all", "overlap": "allow"},
    )
    return tree


def check_nothing_is_lost(tree: Tree) -> None:
    """Every second from the first to the last has one record."""
    app = compile_tree(tree.root).app
    with Store.open(app.settings, tree.root, create=False) as store:
        records = store.records(
            RecordFilter(tasks=("tasks.Tick",)), datetime.now(UTC), 1000
        ).records
    nominals = sorted(one for run in records for one in run.nominals)
    assert len(nominals) == len(set(nominals))
    assert len(nominals) == (nominals[-1] - nominals[0]).total_seconds() + 1
    assert {one.status for one in records[1:]} == {"completed"}


def test_a_server_that_is_gone_for_a_while(tmp_path: Path) -> None:
    with store_settings("postgresql") as app:
        assert app.store is not None
        found = re.search(r"@([\d.]+):(\d+)", app.store)
        assert found is not None
        proxy = Proxy(found[1], int(found[2]))
        url = app.store.replace(found[0], f"@127.0.0.1:{proxy.port}")
        tree = ticking(tmp_path / "app", store=url)
        with Program(tree.root) as program:
            program.wait("finished")
            proxy.cut()
            told = program.wait("trouble", code="store-unavailable")
            assert "work continues by itself" in told["text"]
            proxy.mend()
            program.wait("trouble", code="store-answers")
            program.wait("finished")
            assert program.stop() == 0
        check_nothing_is_lost(tree)
        proxy.cut()
        done = jittask("records", "--tree", tree.root)
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 2, done.stderr
        proxy.close()


def test_a_disk_that_is_full_for_a_while(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        tree = ticking(tmp_path / "app", store=f"sqlite:///{disk}/runs.db")
        with Program(tree.root) as program:
            program.wait("finished")
            filling = disk / "filling"
            with filling.open("wb", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(b"\0" * 4096)
            program.wait("trouble", code="store-unavailable")
            filling.unlink()
            program.wait("trouble", code="store-answers")
            program.wait("finished")
            assert program.stop() == 0
        check_nothing_is_lost(tree)
