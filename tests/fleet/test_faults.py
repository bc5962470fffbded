"""A fleet of two planners and four workers, while its parts fail; the checker judges (I1-I8).

As in ``tests/faults``: JITTASK_FAULT_ROUNDS says how many faults, and
JITTASK_FAULT_SEED chooses the same ones again. JITTASK_FAULT_ONLY is a part of the name of
those that are wanted.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.trial import Trial, rounds_or
from tests.fleet.brokers import Broker, OwnRedis, OwnVhost, broker_of, own_vhost
from tests.fleet.link import Link, linked
from tests.running import PATIENCE, Program
from tests.services import store_settings
from tests.tree import Tree

pytestmark = [pytest.mark.process, pytest.mark.timeout(400 + 30 * rounds_or(4))]

LEASE, HEARTBEAT = 6.0, 1.0
PLANNERS, WORKERS = ("p1", "p2"), ("w1", "w2", "w3", "w4")


@dataclass(frozen=True)
class Links:
    """How a program, or several, reach the servers."""

    broker: Link
    store: Link
    settings: dict[str, object]
    """Those of an app that uses these links."""


class Trials:
    """The programs of one trial, by name, and what can happen to them."""

    def __init__(self, folder: Path, trial: Trial, links: dict[str, Links], broker: Broker) -> None:
        """``links``: of each worker, and of ``planners``."""
        self.trial = trial
        self.broker = broker
        self.links = links
        self._folder = folder
        self.trees = {name: trial.checkout(name) for name in PLANNERS}
        self.programs: dict[str, Program] = {}
        self._running = ExitStack()

    def start(self, name: str) -> None:
        """Start a planner, or a worker with an ``app.json`` alone."""
        if name in self.trees:
            program = Program(self.trees[name].root)
        else:
            folder = Tree(self._folder / name, **self.links[name].settings).root
            program = Program(folder, command="worker")
        self.programs[name] = self._running.enter_context(program)
        program.wait("ready" if name in self.trees else "listening")

    def one_of(self, kind: str) -> str:
        return self.trial.chance.choice([name for name in self.programs if name[0] == kind])

    def close(self) -> None:
        self._running.close()

    def print_troubles(self) -> None:
        """Print what the programs that run have reported, for a trial that fails."""
        for name, program in self.programs.items():
            for line in program.heard():
                if json.loads(line)["event"] in ("trouble", "listening", "ready"):
                    print(name, line)

    # --- what can happen

    def worker_is_killed(self) -> None:
        """With its worker processes, or alone: they end when they see it."""
        self._kill(self.one_of("w"))

    def planner_is_killed(self) -> None:
        self._kill(self.one_of("p"))

    def worker_is_stopped_past_its_lease(self) -> None:
        name = self.one_of("w")
        program = self.programs[name]
        send = self.trial.chance.choice([os.kill, os.killpg])
        send(program.process.pid, signal.SIGSTOP)
        time.sleep(LEASE + 2 * HEARTBEAT)
        send(program.process.pid, signal.SIGCONT)

    def worker_is_stopped_in_order(self) -> None:
        name = self.one_of("w")
        assert self.programs[name].stop() == 0
        self.start(name)

    def broker_is_flushed(self) -> None:
        """Again and again: messages are dropped, as on a network that loses them."""
        for _ in range(20):
            self.broker.flush()
            time.sleep(0.05)

    def messages_are_doubled(self) -> None:
        """Every run that executes is offered once more, under each of its tokens."""
        with self.trial.store(self.trees["p1"]) as store:
            for _ in range(10):
                for member in store.members().members:
                    for run in store.executed_by(member.id):
                        record = store.run(run.id)
                        if record is None or not record.attempts:
                            continue  # it has just been taken back
                        for token in (run.token - 1, run.token):
                            offer = {"protocol": 1, "run": run.id, "token": token}
                            self.broker.send(offer | {"version": record.attempts[-1].version})
                time.sleep(0.05)

    def broker_is_cut_off(self) -> None:
        """Redis is killed and starts empty; RabbitMQ closes every connection."""
        if isinstance(self.broker, OwnRedis):
            self.broker.kill()
            time.sleep(self.trial.chance.random() * 2)
            self.broker.start()
        else:
            assert isinstance(self.broker, OwnVhost)
            self.broker.close_connections()

    def worker_is_partitioned_past_its_lease(self) -> None:
        """It reaches neither the broker nor the store, and nothing tells it so."""
        links = self.links[self.one_of("w")]
        links.broker.hold()
        links.store.hold()
        time.sleep(LEASE + 2 * HEARTBEAT)
        links.broker.heal()
        links.store.heal()

    def worker_is_cut_off_from_the_broker(self) -> None:
        self._cut_off(self.links[self.one_of("w")].broker)

    def worker_is_cut_off_from_the_store(self) -> None:
        self._cut_off(self.links[self.one_of("w")].store)

    def planners_are_cut_off_from_the_broker(self) -> None:
        self._cut_off(self.links["planners"].broker)

    FAULTS: tuple[Callable[[Trials], None], ...] = (
        worker_is_killed, planner_is_killed, worker_is_stopped_past_its_lease,
        worker_is_stopped_in_order, broker_is_flushed, messages_are_doubled, broker_is_cut_off,
        worker_is_partitioned_past_its_lease, worker_is_cut_off_from_the_broker,
        worker_is_cut_off_from_the_store, planners_are_cut_off_from_the_broker,
    )  # fmt: skip

    def _cut_off(self, link: Link) -> None:
        """Cut a link, or hold it, for a while."""
        self.trial.chance.choice([link.cut, link.hold])()
        time.sleep(self.trial.chance.random() * LEASE)
        link.heal()

    def _kill(self, name: str) -> None:
        program = self.programs[name]
        if self.trial.chance.random() < 0.5:
            os.killpg(program.process.pid, signal.SIGKILL)
        program.kill()
        self.start(name)


def faults_of_this_trial(chance: random.Random) -> list[Callable[[Trials], None]]:
    """Return all faults in random order, or those that JITTASK_FAULT_ONLY names."""
    only = os.environ.get("JITTASK_FAULT_ONLY", "")
    faults = [fault for fault in Trials.FAULTS if only in fault.__name__]
    chance.shuffle(faults)
    return faults


def links_of(runtime: dict[str, object], broker: Broker, store: str, opened: ExitStack) -> Links:
    """Give links to the servers, and settings that use them."""
    to_broker, broker_url = opened.enter_context(linked(broker.url))
    to_store, store_url = opened.enter_context(linked(store))
    executor = {"type": "celery", "broker": broker_url, "queue": broker.queue}
    settings = {"store": store_url, "runtime": {**runtime, "executor": executor}}
    return Links(to_broker, to_store, settings)


@pytest.fixture(params=["redis", "rabbitmq"])
def trials(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trials]:
    own = broker_of("redis") if request.param == "redis" else own_vhost()
    runtime = {"leaseSeconds": LEASE, "heartbeatSeconds": HEARTBEAT, "workers": 2}
    with store_settings("postgresql") as settings, own as broker, ExitStack() as opened:
        assert settings.store is not None
        links = {
            name: links_of({"scanSeconds": 0.2, **runtime}, broker, settings.store, opened)
            for name in ("planners", *WORKERS)
        }
        planning = links["planners"].settings["runtime"]
        assert isinstance(planning, dict)
        # one task that keeps every occurrence would fill a slow machine with what it has missed
        trial = Trial(tmp_path, settings, rounds_or(4), every={"All": 3}, **planning)
        found = Trials(tmp_path, trial, links, broker)
        try:
            yield found
        finally:
            found.print_troubles()
            found.close()


def test_parts_of_a_fleet_fail_in_random_order(trials: Trials) -> None:
    trial = trials.trial
    for name in (*PLANNERS, *WORKERS):
        trials.start(name)
    faults = faults_of_this_trial(trial.chance)
    for number in range(trial.rounds):
        fault = faults[number % len(faults)]
        print(fault.__name__, flush=True)
        fault(trials)
        if trial.chance.random() < 0.7:
            trials.programs[trials.one_of("p")].wait("finished", status="completed")
    assert trials.programs.pop("p1").stop() == 0
    settle(trials)
    trial.judge(trials.programs["p2"], trials.trees["p2"])


def settle(trials: Trials) -> None:
    """Wait until what executed when the last fault was over has ended: a lease may have to pass."""
    end = time.monotonic() + PATIENCE
    with trials.trial.store(trials.trees["p2"]) as store:
        left = {
            (run.id, run.token)
            for member in store.members().members
            for run in store.executed_by(member.id)
        }
        while left:
            assert time.monotonic() < end, left
            left &= {
                (run.id, run.token)
                for member in store.members().members
                for run in store.executed_by(member.id)
            }
            time.sleep(0.1)
