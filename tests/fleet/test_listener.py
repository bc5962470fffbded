"""What a worker's listener makes of errors: its broker's, and those of anything else (R10, R12)."""

from __future__ import annotations

import queue
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kombu import Connection

from jittask.clock import SystemClock
from jittask.runtime.errors import RuntimeFailure
from jittask.runtime.events import Event, Trouble
from jittask.runtime.executors.celery import listener as listener_module
from jittask.runtime.executors.celery.app import TASK, make_app
from jittask.runtime.executors.celery.listener import Listener
from jittask.runtime.fleet.inbox import Inbox
from jittask.runtime.fleet.message import Offer, encode
from tests.fleet.brokers import (
    RABBIT,
    Broker,
    OwnRedis,
    own_redis,
    rabbitmqctl,
    shared_rabbitmq,
)
from tests.running import PATIENCE, Program
from tests.services import store_settings
from tests.tree import Tree

OFFER = Offer(7, 3, "0a" * 32)


class FailingInbox(Inbox):
    """Fails a given number of times."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.left = failures

    def put(self, offer: Offer) -> None:
        self.left -= 1
        if self.left >= 0:
            raise ZeroDivisionError("a defect")
        super().put(offer)


class Listening:
    """A listener, and all that it says and takes."""

    def __init__(
        self,
        broker: Broker,
        inbox: Inbox,
        room: int = 9,
        *,
        held_back: int = 4,
        more: tuple[str, ...] = (),
    ) -> None:
        self.inbox = inbox
        self.taken: queue.Queue[Offer] = queue.Queue()
        self.events: queue.Queue[Event] = queue.Queue()
        self.ended = threading.Event()
        inbox.connect(lambda: self.taken.put(*inbox.take(1)))
        inbox.make_room(room)
        self.listener = Listener(
            broker.url, [broker.queue, *more], inbox, held_back, SystemClock(), self.events.put,
            self.ended.set,
        )  # fmt: skip
        self.listener.start()

    def all_troubles(self) -> list[tuple[str, str]]:
        """Return what it has said so far."""
        return [self.trouble() for _ in range(self.events.qsize())]

    def trouble(self) -> tuple[str, str]:
        event = self.events.get(timeout=PATIENCE)
        assert isinstance(event, Trouble)
        return event.code, event.text


@pytest.fixture
def broker() -> Iterator[OwnRedis]:
    with own_redis() as found:
        yield found


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "_RETRY_SECONDS", 0.01)


def test_a_message_that_celery_refuses_is_not_the_loss_of_the_broker(broker: OwnRedis) -> None:
    here = Listening(broker, Inbox())
    try:
        app = make_app(broker.url, [broker.queue], sends=True)
        for _ in range(2):
            app.send_task("of.another.program", queue=broker.queue)
        app.close()
        broker.send(encode(OFFER))
        assert here.taken.get(timeout=PATIENCE) == OFFER
        code, text = here.trouble()
        assert code == "celery-error"
        assert "of.another.program" in text
        assert here.events.empty()
    finally:
        here.listener.close()


def test_a_broker_that_goes_and_comes_back(broker: OwnRedis) -> None:
    here = Listening(broker, Inbox())
    try:
        broker.send(encode(OFFER))
        assert here.taken.get(timeout=PATIENCE) == OFFER
        broker.kill()
        code, text = here.trouble()
        assert code == "broker-unavailable"
        assert "the broker does not answer" in text
        broker.start()
        assert here.trouble()[0] == "broker-answers"
        broker.send(encode(OFFER))
        assert here.taken.get(timeout=PATIENCE) == OFFER
        assert here.listener.failure is None
    finally:
        here.listener.close()


def test_a_message_that_found_no_room_is_acknowledged_at_once() -> None:
    """Not with the connection's next event: the broker sends no other until then."""
    count = 6
    with shared_rabbitmq() as broker:
        here = Listening(broker, Inbox(), room=0, held_back=1)
        began = time.monotonic()
        try:
            for number in range(count):
                here.inbox.make_room(0)
                broker.send(encode(replace(OFFER, run=number)))
                with Connection(broker.url) as connection, connection.channel() as channel:
                    while channel.queue_declare(broker.queue, passive=True).message_count:
                        continue  # until it is held back
                here.inbox.make_room(1)
                assert here.taken.get(timeout=PATIENCE).run == number
        finally:
            here.listener.close()
    assert time.monotonic() - began < 2 * count  # the next event of RabbitMQ is 5 s away


@pytest.mark.parametrize("room", [9, 0], ids=["at-once", "held-back"])
def test_a_message_that_cannot_be_decoded_is_refused_once(broker: OwnRedis, room: int) -> None:
    here = Listening(broker, Inbox(), room)
    try:
        with Connection(broker.url) as connection:
            producer = connection.Producer()
            for _ in range(2):
                producer.publish(
                    b"{no JSON", content_type="application/json", content_encoding="utf-8",
                    headers={"task": TASK, "id": "1", "lang": "py"}, routing_key=broker.queue,
                )  # fmt: skip
            while connection.default_channel.client.llen(broker.queue):
                continue  # until both are received, or held back
        here.inbox.make_room(9)
        broker.send(encode(OFFER))
        assert here.taken.get(timeout=PATIENCE) == OFFER
        [(code, text)] = here.all_troubles()
        assert code == "message-refused"
        assert "cannot be read" in text
    finally:
        here.listener.close()


@pytest.mark.parametrize("room", [9, 0], ids=["at-once", "held-back"])
def test_a_defect_is_reported_and_listening_begins_again(broker: OwnRedis, room: int) -> None:
    here = Listening(broker, FailingInbox(1), room)
    try:
        broker.send(encode(OFFER))
        with Connection(broker.url) as connection:  # received, or held back
            while connection.default_channel.client.llen(broker.queue):
                continue
        here.inbox.make_room(9)
        code, text = here.trouble()
        assert code == "listener-failed"
        assert "ZeroDivisionError: a defect" in text
        assert here.taken.get(timeout=PATIENCE) == OFFER  # the broker has given it again
    finally:
        here.listener.close()


def test_a_defect_that_stays_ends_the_listener_and_says_so(broker: OwnRedis) -> None:
    here = Listening(broker, FailingInbox(99))
    try:
        broker.send(encode(OFFER))
        assert here.ended.wait(PATIENCE)
        assert "cannot listen for runs any more: ZeroDivisionError: a defect" in str(
            here.listener.failure
        )
        assert [here.trouble()[0] for _ in range(4)] == ["listener-failed"] * 4
    finally:
        here.listener.close()


def test_a_kind_of_broker_that_nothing_knows() -> None:
    with pytest.raises(RuntimeFailure, match="no broker can be reached by a URL of 'foo'") as found:
        Listener("foo://x", ["q"], Inbox(), 1, SystemClock(), lambda _: None, lambda: None)
    assert "redis://" in (found.value.hint or "")


def test_a_login_that_is_refused_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "_LONGEST_RETRY_SECONDS", 0.01)
    user = f"jittask-{uuid.uuid4().hex[:10]}"
    with shared_rabbitmq() as broker:
        broker.url = broker.url.replace("guest:guest", f"{user}:secret")
        here = Listening(broker, Inbox())
        try:
            code, text = here.trouble()
            assert code == "broker-unavailable"
            assert "Login was refused" in text
            while here.listener._unreached <= 6:
                assert here.listener.failure is None
            rabbitmqctl("add_user", user, "secret")
            rabbitmqctl("set_permissions", user, ".*", ".*", ".*")
            assert here.trouble()[0] == "broker-answers"
            broker.send(encode(OFFER))
            assert here.taken.get(timeout=PATIENCE) == OFFER
        finally:
            here.listener.close()
            broker.url = RABBIT
            rabbitmqctl("delete_user", user)


def test_an_error_that_celery_takes_for_an_outage_ends_the_listener_where_it_stays(
    broker: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise KeyError("a defect")

    monkeypatch.setattr("kombu.transport.redis.Channel._size", fail)
    here = Listening(broker, Inbox())
    try:
        assert here.ended.wait(PATIENCE)
        assert "KeyError" in str(here.listener.failure)
        assert [code for code, _ in here.all_troubles()] == ["listener-failed"] * 4
    finally:
        here.listener.close()


def command(broker: OwnRedis, words: str) -> None:
    with socket.create_connection(("127.0.0.1", broker.port)) as client:
        client.sendall(f"{words}\r\n".encode())
        assert client.recv(1) in b"+:"


def test_a_queue_that_the_broker_refuses_ends_no_other(
    broker: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "_LOOK_SECONDS", 0.05)
    command(broker, "SET bad text")
    here = Listening(broker, Inbox(), more=("bad",))
    try:
        code, text = here.trouble()
        assert code == "queue-refused"
        assert "'bad'" in text
        assert "WRONGTYPE" in text
        for _ in range(2):
            broker.send(encode(OFFER))
            assert here.taken.get(timeout=PATIENCE) == OFFER
        command(broker, "DEL bad")
        assert here.trouble()[0] == "queue-answers"
        broker.queue = "bad"
        broker.send(encode(OFFER))
        assert here.taken.get(timeout=PATIENCE) == OFFER
        assert here.all_troubles() == []
        assert here.listener.failure is None
    finally:
        here.listener.close()


def test_a_queue_that_exists_with_other_properties_ends_no_other() -> None:
    with shared_rabbitmq() as broker:
        bad = f"{broker.queue}-bad"
        with Connection(broker.url) as connection, connection.channel() as channel:
            channel.queue_declare(bad, durable=False, auto_delete=False)
        here = Listening(broker, Inbox(), more=(bad,))
        try:
            code, text = here.trouble()
            assert code == "queue-refused"
            assert "PRECONDITION_FAILED" in text
            broker.send(encode(OFFER))
            assert here.taken.get(timeout=PATIENCE) == OFFER
        finally:
            here.listener.close()
            broker.delete(bad)


class StoppedInbox(Inbox):
    """Fails as soon as the listener is to end."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.stopped = threading.Event(), threading.Event()

    def put(self, offer: Offer) -> None:
        self.reached.set()
        assert self.stopped.wait(PATIENCE)
        raise ZeroDivisionError("a defect")


def test_an_error_while_the_listener_ends_is_no_failure(broker: OwnRedis) -> None:
    inbox = StoppedInbox()
    here = Listening(broker, inbox)
    inbox.stopped = here.listener._closing
    broker.send(encode(OFFER))
    assert inbox.reached.wait(PATIENCE)
    here.listener.close()
    assert here.listener.failure is None
    assert here.all_troubles() == []


@pytest.mark.process
def test_a_worker_that_cannot_listen_ends_and_says_why(broker: OwnRedis, tmp_path: Path) -> None:
    with socket.create_connection(("127.0.0.1", broker.port)) as client:
        client.sendall(f"SET {broker.queue} text\r\n".encode())
        assert client.recv(5) == b"+OK\r\n"
    with store_settings("postgresql") as settings:
        executor = {"type": "celery", "broker": broker.url, "queue": broker.queue}
        tree = Tree(tmp_path / "app", store=settings.store, runtime={"executor": executor})
        with Program(tree.root, more=("--no-console",)) as planner:
            planner.wait("ready")
            with Program(tree.root, command="worker") as worker:
                worker.wait("trouble", code="listener-failed")
                assert worker.process.wait(PATIENCE) == 1
                assert worker.process.stderr is not None
                words = worker.process.stderr.read()
    assert words.startswith("error: this worker cannot listen for runs any more: ")
    assert "WRONGTYPE" in words.splitlines()[0]
    assert "Traceback" not in words
