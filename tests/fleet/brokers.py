"""Brokers for tests: a RabbitMQ that is shared, and a Redis of the test's own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest
from kombu import Connection

from jittask.runtime.executors.celery.app import TASK, make_app

_READY = b"Ready to accept connections"
RABBIT = os.environ.get("JITTASK_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")


class Broker(Protocol):
    """A broker, and the queue that a test has there."""

    url: str
    queue: str

    def flush(self) -> int:
        """Lose every message that waits; return how many."""

    def send(self, content: object) -> None:
        """Send a message as a planner does, whatever is in it."""


@dataclass
class _Kombu:
    url: str
    queue: str = field(default_factory=lambda: f"jittask-{uuid.uuid4().hex[:10]}")

    def flush(self) -> int:
        with Connection(self.url) as connection, connection.channel() as channel:
            return int(channel.queue_purge(self.queue) or 0)

    def send(self, content: object) -> None:
        app = make_app(self.url, [self.queue], sends=True)
        app.send_task(TASK, args=(content,), queue=self.queue)
        app.close()

    def delete(self, *queues: str) -> None:
        with Connection(self.url) as connection, connection.channel() as channel:
            for queue in (self.queue, *queues):
                channel.queue_delete(queue)


@dataclass
class OwnRedis(_Kombu):
    """A Redis server that a test may kill and start again."""

    port: int = 0
    folder: Path = Path()
    process: subprocess.Popen[bytes] | None = None
    reader: threading.Thread | None = None
    """Takes what it logs, so that its pipe never fills up."""

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no",
             "--bind", "127.0.0.1", "--dir", str(self.folder)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert self.process.stdout is not None
        log = iter(self.process.stdout.readline, b"")
        assert any(_READY in line for line in log), "redis-server has ended"
        self.reader = threading.Thread(target=lambda: deque(log, maxlen=0), daemon=True)
        self.reader.start()

    def kill(self) -> None:
        """Kill it: every message is lost."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.reader is not None
        self.reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


def _missing(words: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    """Give a Redis server of the test's own."""
    if shutil.which("redis-server") is None:
        _missing("redis-server is not installed")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    folder = Path(tempfile.mkdtemp(prefix="jittask-redis-"))
    server = OwnRedis(f"redis://127.0.0.1:{port}/0", port=port, folder=folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


@contextmanager
def shared_rabbitmq() -> Iterator[_Kombu]:
    """Give a queue of the test's own on the RabbitMQ that runs."""
    broker = _Kombu(RABBIT)
    try:
        with Connection(RABBIT, connect_timeout=5) as connection:
            connection.connect()
    except OSError as error:
        _missing(f"RabbitMQ does not answer at 127.0.0.1:5672: {error}")
    try:
        yield broker
    finally:
        broker.delete()


@dataclass
class OwnVhost(_Kombu):
    """A virtual host of RabbitMQ, whose connections a test may close."""

    vhost: str = ""

    def close_connections(self) -> None:
        """Close every connection, as a broker does that restarts."""
        rabbitmqctl("close_all_connections", "--vhost", self.vhost, "a test")


@contextmanager
def own_vhost() -> Iterator[OwnVhost]:
    """Give a virtual host of the test's own."""
    if shutil.which("rabbitmqctl") is None:
        _missing("rabbitmqctl is not installed")
    vhost = f"jittask-{uuid.uuid4().hex[:10]}"
    with shared_rabbitmq():
        rabbitmqctl("add_vhost", vhost)
        try:
            rabbitmqctl("set_permissions", "-p", vhost, "guest", ".*", ".*", ".*")
            yield OwnVhost(f"{RABBIT.rstrip('/')}/{vhost}", vhost=vhost)
        finally:
            rabbitmqctl("delete_vhost", vhost)


def rabbitmqctl(*arguments: str) -> None:
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    command = [*as_root, "rabbitmqctl", "-q", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def broker_of(kind: str) -> Iterator[OwnRedis | _Kombu]:
    """Give a broker of that kind."""
    with own_redis() if kind == "redis" else shared_rabbitmq() as broker:
        yield broker
