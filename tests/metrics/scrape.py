"""Reads what an endpoint answers."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from prometheus_client.parser import text_string_to_metric_families

from tests.running import PATIENCE, Program

PAUSE = 0.2
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    status: int
    text: str


def ask(port: int, path: str, host: str = "127.0.0.1", method: str = "GET") -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, headers={"Host": host})
        answered = connection.getresponse()
        return Answer(answered.status, answered.read().decode())
    finally:
        connection.close()


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return the samples of an exposition, by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(text: str, name: str, **labels: str) -> float | None:
    return samples(text).get((name, frozenset(labels.items())))


def port_of(program: Program) -> int:
    """Return the port that ``--metrics-port 0`` has taken."""
    assert program.process.stderr is not None
    line = program.process.stderr.readline()
    assert line.startswith("jittask: metrics: http://127.0.0.1:"), line
    return int(line.rpartition(":")[2].partition("/")[0])


def polled(look: Callable[[], T | None]) -> T:
    """Return the first value that is found, for what another process shows by itself."""
    pause = threading.Event()
    for _ in range(round(PATIENCE / PAUSE)):
        found = look()
        if found is not None:
            return found
        pause.wait(PAUSE)
    raise AssertionError("it did not come")


def until(port: int, path: str, is_it: Callable[[Answer], bool]) -> Answer:
    """Ask until an answer is so; a reading is kept for some seconds."""

    def look() -> Answer | None:
        answer = ask(port, path)
        return answer if is_it(answer) else None

    return polled(look)
