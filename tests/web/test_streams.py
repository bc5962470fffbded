"""The live stream: named events, ids, heartbeat, and no client that holds up another (C3)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import ExitStack

import pytest

from jittask.clock import SystemClock
from jittask.model import RunStatus, Trigger
from jittask.operations.inspect.changes import Topic
from jittask.run_log import LogPiece
from jittask.store import Store
from jittask.store.claim_types import Claimed, Ending
from jittask.store.run_logs import AttemptPiece
from jittask.web import hub as hubs
from jittask.web import streams
from jittask.web.hub import Hub
from tests.store.runs import NOW, take
from tests.web.conftest import PATIENCE, Served


def over_hub(test: Callable[[Hub], Awaitable[None]]) -> None:
    """Run a test on a hub whose store says nothing."""

    async def run() -> None:
        hub = Hub(dict, SystemClock())
        hub._loop = asyncio.get_running_loop()
        async with asyncio.timeout(PATIENCE):
            await test(hub)

    asyncio.run(run())


def test_a_new_client_is_told_of_what_comes() -> None:
    async def test(hub: Hub) -> None:
        hub._note((Topic.TREE,))
        stream = streams.changes(hub, None)
        assert await anext(stream) == f"id: {hub.epoch}-1\nevent: ready\ndata: {{}}\n\n"
        hub._note((Topic.STATUS, Topic.RECORDS))
        assert await anext(stream) == f"id: {hub.epoch}-2\nevent: records\ndata: {{}}\n\n"
        assert await anext(stream) == f"id: {hub.epoch}-2\nevent: status\ndata: {{}}\n\n"

    over_hub(test)


def test_who_comes_back_is_told_of_what_was_missed_and_of_nothing_else() -> None:
    async def test(hub: Hub) -> None:
        for topic in (Topic.TREE, Topic.LOG, Topic.RECORDS, Topic.LOG):
            hub._note((topic,))
        stream = streams.changes(hub, f"{hub.epoch}-2")
        assert await anext(stream) == ": still here\n\n"
        assert [(await anext(stream)).split()[3] for _ in range(2)] == ["records", "log"]

    over_hub(test)


@pytest.mark.parametrize("last", ["0-0", "nonsense", "-1", "x-1", "EPOCH-99", "EPOCH-x"])
def test_who_comes_from_another_start_is_told_that_anything_may_have_changed(last: str) -> None:
    async def test(hub: Hub) -> None:
        first = await anext(streams.changes(hub, last.replace("EPOCH", hub.epoch)))
        assert first.splitlines()[1] == "event: reset"

    over_hub(test)


def test_a_client_that_is_slow_costs_no_memory_and_is_told_of_each_topic_once() -> None:
    async def test(hub: Hub) -> None:
        stream = streams.changes(hub, None)
        await anext(stream)
        for _ in range(10_000):
            hub._note((Topic.LOG, Topic.RECORDS))
        events = [await anext(stream) for _ in range(2)]
        assert [event.split()[3] for event in events] == ["records", "log"]
        assert events[0].startswith(f"id: {hub.epoch}-10000\n")
        hub._note((Topic.TREE,))
        assert (await anext(stream)).split()[3] == "tree"

    over_hub(test)


def test_silence_is_broken_by_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.01)

    async def test(hub: Hub) -> None:
        stream = streams.changes(hub, None)
        await anext(stream)
        assert await anext(stream) == ": still here\n\n"

    over_hub(test)
    assert streams.HEARTBEAT_SECONDS == 0.01


def test_the_end_of_the_server_ends_the_streams() -> None:
    async def test(hub: Hub) -> None:
        stream = streams.changes(hub, None)
        await anext(stream)
        rest = asyncio.create_task(anext(stream, None))
        await asyncio.sleep(0)
        hub.close()
        assert await rest is None
        assert hub.streams == 0

    over_hub(test)


def test_the_store_is_compared_with_the_last_look() -> None:
    marks: dict[Topic, Hashable] = {Topic.RECORDS: 1, Topic.LOG: 1}
    hub = Hub(lambda: dict(marks), SystemClock())
    hub.look_at_store()
    assert hub.number == 0
    hub.look_at_store()
    assert hub.number == 0
    marks[Topic.LOG] = 2
    hub.look_at_store()
    assert hub.since(0).topics == (Topic.LOG,)


# --- over real sockets


class Stream:
    """A client of a stream, by a socket of its own."""

    def __init__(
        self,
        console: Served,
        path: str = "/api/events",
        *,
        buffer: int | None = None,
        **headers: str,
    ) -> None:
        self.socket = socket.socket()
        if buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", console.server.port))
        lines = {
            "Host": console.host,
            "Authorization": f"Bearer {console.tokens['read']}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.socket.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())

    def __enter__(self) -> Stream:
        self._file = self.socket.makefile("rb")
        assert self._file.readline().split()[1] == b"200"
        headers = b"".join(iter(self._file.readline, b"\r\n")).lower()
        assert b"text/event-stream" in headers
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.socket.close()

    def events(self) -> Iterator[tuple[str, str, str]]:
        """Yield each event: its id, name and data."""
        event: dict[str, str] = {}
        for raw in self._file:
            line = raw.decode().rstrip("\r\n")
            name, _, value = line.partition(": ")
            if name in ("id", "event", "data"):
                event[name] = value
            if name == "data":
                yield event.get("id", ""), event["event"], event["data"]
                event = {}

    def wait(self, *names: str) -> tuple[str, str, str]:
        """Return the next event of one of these names."""
        return next(event for event in self.events() if event[1] in names)


def test_a_changed_file_and_a_new_run_are_told(console: Served) -> None:
    console.tree.scheduled("A")
    with Stream(console) as stream:
        number, name, _ = next(stream.events())
        assert name in ("ready", "reset")
        stream.wait("tree")
        assert console.ask("POST", "/api/tasks/A/trigger", {}).status == 200
        number, _, _ = stream.wait("records")
    console.tree.scheduled("B")
    with Stream(console, Last_Event_ID=number) as stream:
        assert stream.wait("tree", "ready", "reset")[1] == "tree"
    assert console.get("/api/tasks/B")["task"]["name"] == "tasks.B"


def test_two_hundred_streams_are_told(console: Served) -> None:
    with ExitStack() as opened:
        clients = [opened.enter_context(Stream(console)) for _ in range(200)]
        for client in clients:
            client.wait("ready")
        assert console.server.hub.streams == 200
        assert console.get("/api/session")["role"] == "edit"
        console.tree.scheduled("A")
        for client in clients:
            client.wait("tree")
    assert console.get("/api/status")["elements"]


def test_more_streams_than_may_be_are_refused(
    console: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "MOST_STREAMS", 1)
    with Stream(console) as first:
        first.wait("ready")
        answer = console.ask("GET", "/api/events")
        assert (answer.status, answer.json["code"]) == (503, "too-many")


def test_a_log_comes_line_by_line_until_the_end(console: Served) -> None:
    console.tree.scheduled("A")
    workspace = console.server.workspace
    with workspace.store(create=True) as store:
        run = store.enqueue("tasks.A", "", Trigger.MANUAL, workspace.now())
        [claim] = take(store, now=workspace.now())
        with Stream(console, f"/api/records/{run}/log/stream") as stream:
            log(store, claim, "one\ntw")
            first, _, data = stream.wait("line")
            assert '"text": "one"' in data
            log(store, claim, "o\nthree\n")
            assert '"text": "two"' in stream.wait("line")[2]
            assert [stream.wait("line")[0], first] == ["3", "1"]
            end(store, claim)
            assert '"status": "completed"' in stream.wait("ended")[2]
            assert list(stream.events()) == []
        with Stream(console, f"/api/records/{run}/log/stream", Last_Event_ID=first) as stream:
            ids = [number for number, name, _ in stream.events() if name == "line"]
            assert ids == ["2", "3"]


def test_the_log_of_a_run_that_does_not_exist(console: Served) -> None:
    assert console.ask("GET", "/api/records/7/log/stream").json["code"] == "no-records"


def log(store: Store, claim: Claimed, text: str) -> None:
    piece = LogPiece(NOW, "stdout", "info", text)
    store.finish([], NOW, [AttemptPiece(claim.run.id, claim.token, claim.attempt, piece)])


def end(store: Store, claim: Claimed) -> None:
    store.finish([Ending(claim.run.id, claim.token, claim.attempt, RunStatus.COMPLETED)], NOW)
