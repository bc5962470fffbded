"""What the planner's executor does with runs, by real messages and a real store (R10)."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from kombu import Connection

from jittask.clock import SystemClock
from jittask.compiler import compile_tree
from jittask.model import AppSettings, CelerySettings, RunStatus, RuntimeSettings, Trigger
from jittask.runtime.bundles import Bundles
from jittask.runtime.events import Event, Trouble
from jittask.runtime.executors.celery.executor import CeleryExecutor
from jittask.runtime.executors.protocol import (
    Assignment,
    Done,
    Killed,
    Report,
    Settled,
    Unbegun,
    Unjudged,
)
from jittask.runtime.fleet.message import PROTOCOL, Offer, decode
from jittask.store import Store, StoreUnavailable
from jittask.store.claim_types import Ending
from jittask.store.fleet_types import NewWorker
from jittask.store.member_kinds import Kind
from tests.fleet.brokers import OwnRedis, own_redis
from tests.running import PATIENCE
from tests.services import store_settings
from tests.store.runs import new, take
from tests.tree import Tree

HEARTBEAT, LEASE = 0.5, 300.0


class Bench:
    """An executor, and all that it talks to."""

    def __init__(
        self, folder: Path, app_settings: AppSettings, store: Store, broker: OwnRedis
    ) -> None:
        tree = Tree(folder / "app")
        tree.scheduled("A")
        tree.scheduled("B", "def customFunc():\n    return 2\n")
        app = compile_tree(tree.root).app
        self.task, self.other = app.tasks["tasks.A"], app.tasks["tasks.B"]
        bundles = Bundles(folder / "state")
        for task in (self.task, self.other):
            bundles.lay_out(task, app.root)
        self.bundles = bundles
        self.settings, self.store, self.broker = app_settings, store, broker
        self.events: list[Event] = []
        celery = CelerySettings(broker.url, broker.queue, (("big", "slow"), ("odd", "odd")))
        settings = RuntimeSettings(
            "celery", celery, lease_seconds=LEASE, heartbeat_seconds=HEARTBEAT
        )
        store.announce("planner", "here", 1, now(), Kind.PLANNER)
        self.executor = CeleryExecutor(settings, store, bundles, SystemClock(), self.events.append)
        self.reports: list[Report] = []

    def worker(self, name: str, *queues: str, slots: int = 2, protocol: int = PROTOCOL) -> None:
        names = queues or (self.broker.queue,)
        self.store.announce_worker(NewWorker(name, "there", 1, names, slots, protocol, 60), now())

    def submit(self, queue: str | None = None, version: str | None = None) -> tuple[int, int]:
        """Have a run claimed by the planner, and submit it."""
        at = now()
        self.store.plan(at, [new("tasks.A", at)])
        [claimed] = take(self.store, "planner", at)
        run = claimed.run
        self.executor.submit(
            Assignment(
                run.id, claimed.token, 1, "tasks.A", "", Trigger.SCHEDULE, run.nominals,
                run.effective, version or self.task.version, 60.0, queue=queue,
            )
        )  # fmt: skip
        return run.id, claimed.token

    def offer(self, queue: str | None = None, seconds: float = PATIENCE) -> Offer | None:
        """Take the next message of a queue."""
        with Connection(self.broker.url) as connection:
            simple = connection.SimpleQueue(queue or self.broker.queue)
            try:
                message = simple.get(timeout=seconds)
            except simple.Empty:
                return None
            message.ack()
            [[content], _, _] = message.payload
            return decode(content)

    def until(self, reached: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not reached():
            assert time.monotonic() < end, self.reports
            self.reports += self.executor.poll(0.05)

    def report(self) -> Report:
        self.until(lambda: bool(self.reports))
        return self.reports.pop(0)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with (
        store_settings("postgresql") as settings,
        Store.open(settings, tmp_path, create=True) as store,
        own_redis() as broker,
    ):
        found = Bench(tmp_path, settings, store, broker)
        try:
            yield found
        finally:
            found.executor.close()


def test_an_offer_comes_after_its_version_and_again_until_it_is_taken(bench: Bench) -> None:
    run, token = bench.submit()
    offer = Offer(run, token, bench.task.version)
    assert bench.offer() == offer
    assert bench.store.missing_bundles({offer.version}) == frozenset()
    assert bench.offer() == offer
    bench.worker("w1")
    [taken] = bench.store.take_over([(run, token)], "w1")
    bench.until(lambda: all(each.is_taken for each in bench.executor._handed.values()))
    while bench.offer(seconds=4 * HEARTBEAT) is not None:
        continue  # what was sent before; it comes to an end
    assert bench.executor.executing() == {(run, token)}
    bench.store.finish([Ending(run, taken.token, 1, RunStatus.COMPLETED)], now())
    assert bench.report() == Settled(run, token, 1, written=True)
    assert bench.executor.executing() == frozenset()


def test_what_nobody_takes_for_a_lease_is_given_back(bench: Bench) -> None:
    bench.executor._give_back_after = 1.5
    began = time.monotonic()
    run, token = bench.submit()
    assert bench.report() == Done(run, token, 1, Unbegun())
    assert time.monotonic() - began >= 1.5


def test_a_run_that_no_worker_has_is_killed_here_and_no_other(bench: Bench) -> None:
    run, token = bench.submit()
    bench.executor.kill(run, "killed by hand")
    assert bench.report() == Done(run, token, 1, Killed("killed by hand, before its body began"))
    bench.worker("w1")
    run, token = bench.submit()
    bench.store.take_over([(run, token)], "w1")
    bench.until(lambda: all(each.is_taken for each in bench.executor._handed.values()))
    bench.executor.kill(run, "killed by hand")
    assert bench.executor.executing() == {(run, token)}


def test_the_end_of_a_planner_gives_back_what_has_not_begun_and_ends_nothing(bench: Bench) -> None:
    bench.worker("w1")
    taken, waiting = bench.submit(), bench.submit()
    bench.store.take_over([taken], "w1")
    bench.until(lambda: any(each.is_taken for each in bench.executor._handed.values()))
    bench.executor.interrupt()
    assert {bench.report(), bench.report()} == {
        Settled(*taken, 1, written=False), Done(*waiting, 1, Unbegun())
    }  # fmt: skip
    run = bench.store.run(taken[0])
    assert run is not None
    assert run.status is RunStatus.EXECUTING


def test_a_version_that_is_not_here_lets_its_run_wait(bench: Bench) -> None:
    run, _ = bench.submit(version="0a" * 32)
    report = bench.report()
    assert isinstance(report, Done)
    assert isinstance(report.outcome, Unjudged)  # its task is blocked for a while
    assert bench.submit()[0] > run  # the others continue
    assert bench.offer() is not None


REFUSES = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.version = '{version}' THEN RAISE EXCEPTION 'too large' USING ERRCODE = '{code}'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON bundles FOR EACH ROW EXECUTE FUNCTION refuse();
"""


@pytest.mark.parametrize("code", ["54000", "P0001"], ids=["as-if-away", "as-a-mistake"])
def test_a_version_that_the_store_refuses_holds_up_no_other(bench: Bench, code: str) -> None:
    assert bench.settings.store is not None
    engine = sa.create_engine(bench.settings.store)
    with engine.begin() as connection:
        refuses = REFUSES.format(version=bench.task.version, code=code)
        connection.exec_driver_sql(refuses)
    engine.dispose()
    run, token = bench.submit()
    report = bench.report()
    assert isinstance(report, Done)
    assert (report.run, report.token) == (run, token)
    assert isinstance(report.outcome, Unjudged)
    assert "the run store refuses its files" in report.outcome.detail
    assert "too large" in report.outcome.detail
    run, token = bench.submit(version=bench.other.version)
    assert bench.offer() == Offer(run, token, bench.other.version)


def test_a_connection_to_the_store_that_is_cut_once_is_no_refusal(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuts, put = ["the connection was cut"], bench.store.put_bundle

    def put_after_a_cut(version: str, content: bytes, at: datetime) -> None:
        if cuts:
            raise StoreUnavailable(cuts.pop())
        put(version, content, at)

    monkeypatch.setattr(bench.store, "put_bundle", put_after_a_cut)
    run, token = bench.submit()
    assert bench.offer() == Offer(run, token, bench.task.version)
    assert bench.executor.poll(0) == []


def test_a_version_that_cannot_be_packed_holds_up_no_other(bench: Bench) -> None:
    folder = bench.bundles.path(bench.task.version)
    folder.chmod(0o755)
    (folder / "\udcff").write_text("a name that no archive can have")
    bench.submit()
    report = bench.report()
    assert isinstance(report, Done)
    assert isinstance(report.outcome, Unjudged)
    assert "its files cannot be packed" in report.outcome.detail
    run, token = bench.submit(version=bench.other.version)
    assert bench.offer() == Offer(run, token, bench.other.version)


def spoil(broker: OwnRedis, queue: str) -> None:
    """Have the broker refuse every message for a queue."""
    with socket.create_connection(("127.0.0.1", broker.port)) as client:
        client.sendall(f"SET {queue} text\r\n".encode())
        assert client.recv(5) == b"+OK\r\n"


def test_a_queue_that_the_broker_refuses_holds_up_no_other(bench: Bench) -> None:
    spoil(bench.broker, "slow")
    bench.submit("slow")
    report = bench.report()
    assert isinstance(report, Done)
    assert isinstance(report.outcome, Unjudged)
    assert "cannot be sent to queue 'slow'" in report.outcome.detail
    run, token = bench.submit()
    assert bench.offer() == Offer(run, token, bench.task.version)
    assert bench.events == []


def test_there_is_room_for_as_many_as_the_workers_of_a_queue_take(bench: Bench) -> None:
    own = bench.broker.queue
    assert bench.executor.free() == bench.executor.room(own) == 0
    bench.worker("w1")
    bench.worker("w2", "slow", slots=3)
    bench.worker("w3", "odd", protocol=PROTOCOL + 1)
    bench.until(lambda: bench.executor.free() == 5)
    assert [bench.executor.room(queue) for queue in (own, "slow", "odd")] == [2, 3, 0]
    sent = [bench.submit(own), bench.submit("slow")]
    assert bench.offer("slow") is not None
    assert [bench.executor.room(queue) for queue in (own, "slow")] == [1, 2]
    bench.store.take_over(sent, "w1")
    bench.until(lambda: bench.executor.room(own) == 0)
    bench.until(lambda: bench.executor.room("slow") == 3)
    bench.until(lambda: bench.executor.refusal("odd") is not None)
    assert "are of another version of JitTask" in (bench.executor.refusal("odd") or "")
    bench.until(lambda: bench.executor.refusal("none") is not None)
    assert "no worker listens on queue 'none'" in (bench.executor.refusal("none") or "")
    assert bench.executor.refusal(own) is None


def test_a_broker_that_is_away_is_reported_once_and_nothing_is_lost(bench: Bench) -> None:
    bench.worker("w1")
    bench.until(lambda: bench.executor.free() == 2)
    bench.broker.kill()
    run, token = bench.submit()
    bench.until(lambda: bool(bench.events))
    assert bench.executor.free() == 0
    assert "the broker does not answer" in (bench.executor.refusal(bench.broker.queue) or "")
    bench.broker.start()
    assert bench.offer() == Offer(run, token, bench.task.version)
    bench.until(lambda: len(bench.events) == 2)
    codes = [event.code for event in bench.events if isinstance(event, Trouble)]
    assert codes == ["broker-unavailable", "broker-answers"]
    assert bench.executor.refusal(bench.broker.queue) is None


def outage(bench: Bench, queue: str | None = None) -> tuple[int, int]:
    """Take the broker away, and let one offer wait for it."""
    bench.worker("w1")
    bench.until(lambda: bench.executor.free() == 2)
    bench.broker.kill()
    waiting = bench.submit(queue)
    bench.until(lambda: bool(bench.events))
    assert bench.executor.free() == 0
    return waiting


def unjudged(bench: Bench) -> str:
    """Return why a run was not sent."""
    report = bench.report()
    assert isinstance(report, Done)
    assert isinstance(report.outcome, Unjudged)
    return report.outcome.detail


def test_a_refusal_after_an_outage_shows_that_the_broker_answers(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    outage(bench, "slow")
    sender = bench.executor._sender
    connect = sender._connect

    def connect_to_a_broker_with_a_bad_queue() -> None:
        connect()
        spoil(bench.broker, "slow")

    monkeypatch.setattr(sender, "_connect", connect_to_a_broker_with_a_bad_queue)
    bench.broker.start()
    assert "cannot be sent to queue 'slow'" in unjudged(bench)
    bench.until(lambda: bench.executor.free() > 0)
    run, token = bench.submit()
    assert bench.offer() == Offer(run, token, bench.task.version)


def test_a_broker_is_looked_after_while_no_offer_waits(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    outage(bench)
    lacking = {bench.task.version: "its files are gone"}
    monkeypatch.setattr(bench.executor._sender, "_keep", lambda _: lacking)
    assert unjudged(bench) == "its files are gone"
    assert bench.executor.free() == 0
    bench.broker.start()
    bench.until(lambda: bench.executor.free() > 0)
    codes = [event.code for event in bench.events if isinstance(event, Trouble)]
    assert codes == ["broker-unavailable", "broker-answers"]


def test_a_connection_that_cannot_be_closed_is_no_outage(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.submit()
    assert bench.offer() is not None
    connected = bench.executor._sender._connected
    assert connected is not None

    def fail() -> None:
        raise OSError("it is closed already")

    connected.callback(fail)
    spoil(bench.broker, "slow")
    bench.submit("slow")
    assert "cannot be sent to queue 'slow'" in unjudged(bench)
    assert bench.executor._sender.problem is None
    assert bench.events == []


def test_a_kind_of_broker_that_nothing_knows_cannot_be_used(bench: Bench) -> None:
    bench.executor._sender._broker = "foo://127.0.0.1"
    bench.submit()
    bench.until(lambda: bool(bench.events))
    [event] = bench.events
    assert isinstance(event, Trouble)
    assert event.code == "broker-unavailable"
    assert "the broker cannot be used: no broker can be reached by a URL of 'foo'" in event.text
