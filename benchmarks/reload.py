"""How soon an edit takes effect: from ``os.replace`` to the event ``reloaded``, by the tree's size.

Each tree has scheduled tasks of which none fires meanwhile. A thousand of them (or a tenth,
where there are fewer than 10,000) call one service. In each round one task's ``inner.py`` is
replaced, another one each time. A second process has nothing but watchfiles on the same tree,
with its own settings: the bare event. Some of the edited tasks are then run, to see that the run
gets the new code.

Beside it, ``uvicorn --reload`` serves a small ASGI app from another tree of the same files, after
the runtime has ended: from ``os.replace`` of the one module that the app imports, another than its
own, to the first response by the new code.

Run: python benchmarks/reload.py [tasks ...] [--rounds N]
"""

from __future__ import annotations

import argparse
import http.client
import math
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from queue import Queue
from typing import Self

from trees import put

from jittask import Client, Runtime
from jittask.runtime.events import Event, Finished, Reloaded

GROUP = 100
INNER = "def customFunc():\n    return {value}\n"
USING = 'from jittask import app\n\n\ndef customFunc():\n    return app.getElement("services.Shared").value()\n'
SERVICE = "def value():\n    return {value}\n"
BARE = """
import sys, time
from watchfiles import watch
for found in watch(*sys.argv[1:], rust_timeout=100, yield_on_timeout=True):
    print(time.monotonic() if found else 0, flush=True)
"""
SERVED = """from tasks.group{group:04d}.Task{number:06d}.inner import customFunc


async def app(scope, receive, send):
    await send({{"type": "http.response.start", "status": 200, "headers": []}})
    await send({{"type": "http.response.body", "body": str(customFunc()).encode()}})
"""
PATIENCE = 120.0
RUNS = 3


def folder_of(root: Path, number: int) -> Path:
    return root / f"tasks/group{number // GROUP:04d}/Task{number:06d}"


def name_of(number: int) -> str:
    return f"tasks.group{number // GROUP:04d}.Task{number:06d}"


def using(tasks: int) -> int:
    return min(1000, tasks // 10)


def make(root: Path, tasks: int) -> Path:
    put(root / "app.json", {"appId": "b", "name": "b", "settings": {"timezone": "UTC"}})
    put(root / "services/Shared/e.json", {"type": "services.NormalType", "title": "Shared"})
    put(root / "services/Shared/service.py", SERVICE.format(value=0))
    timing = {"startTime": "2020-01-01 00:00:00", "repeat": {"repeatType": "year"}}
    for number in range(tasks):
        folder = folder_of(root, number)
        data = {"type": "tasks.NormalType", "title": f"Task {number}", "enable": 1}
        data |= {"funcType": "Inner", "backendBundleEntry": ".", "timerCfg": timing}
        put(folder / "e.json", data)
        put(folder / "inner.py", USING if number < using(tasks) else INNER.format(value=number))
    return root


def replace(path: Path, text: str) -> float:
    """Replace a file as an editor does; return when."""
    draft = path.with_name(f"{path.name}~")
    draft.write_text(text)
    began = time.monotonic()
    draft.replace(path)
    return began


class Bare:
    """A process that watches the same folders, and writes when it sees a change."""

    def __init__(self, root: Path) -> None:
        folders = [str(root / name) for name in ("tasks", "services")]
        self._process = subprocess.Popen(
            [sys.executable, "-c", BARE, *folders], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self._lines.get(timeout=PATIENCE)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def seen(self, began: float) -> float:
        """Return the seconds until it saw the change of that time."""
        while True:
            at = float(self._lines.get(timeout=PATIENCE))
            if at > began:
                return at - began

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


class Reloads:
    """The reloads of a runtime, each with when it was reported."""

    def __init__(self, runtime: Runtime) -> None:
        self._found: Queue[tuple[float, Reloaded]] = Queue()
        runtime.subscribe(self._note)

    def _note(self, event: Event) -> None:
        if isinstance(event, Reloaded):
            self._found.put((time.monotonic(), event))

    def seen(self, began: float, name: str) -> float:
        """Return the seconds until the reload that has this element among the changed ones."""
        while True:
            at, event = self._found.get(timeout=PATIENCE)
            if name in event.changed:
                return at - began


class Uvicorn:
    """A server that restarts when a Python file changes, with its own settings for that."""

    def __init__(self, root: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        options = ["--reload", "--lifespan", "off", "--log-level", "critical"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "app:app", "--port", str(self._port), *options],
            cwd=root,
        )
        self.answered(0)

    def answered(self, value: int) -> None:
        """Return when it answers with this value."""
        end = time.monotonic() + PATIENCE
        while self._answer() != str(value):
            assert time.monotonic() < end, f"no answer {value} within {PATIENCE:g} s"
            time.sleep(0.005)

    def _answer(self) -> str | None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            connection.request("GET", "/")
            return connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            return None  # it is starting again
        finally:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)


def served(tasks: int, rounds: int) -> list[float]:
    """Return the seconds from each edit to the first response by the new code."""
    found = []
    with tempfile.TemporaryDirectory() as place:
        root = make(Path(place) / "tree", tasks)
        number = using(tasks)
        file = folder_of(root, number) / "inner.py"
        put(file, INNER.format(value=0))
        put(root / "app.py", SERVED.format(group=number // GROUP, number=number))
        with Uvicorn(root) as server:
            for turn in range(1, rounds + 1):
                time.sleep(0.5 + 0.05 * math.sin(turn))
                began = replace(file, INNER.format(value=turn))
                server.answered(turn)
                found.append(time.monotonic() - began)
    return found


def run_gets(runtime: Runtime, client: Client, name: str, value: int) -> None:
    """Run a task, and see that it was the new code."""
    run = client.trigger(name).run.id
    runtime.wait_for(lambda event: isinstance(event, Finished) and event.run == run, PATIENCE)
    result = client.run(run).result
    assert result == str(value), f"{name}: a run gave {result!r} instead of {value}"


def measured(tasks: int, rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"bare": [], "one task": [], "service": [], "start": []}
    with tempfile.TemporaryDirectory() as place:
        root = make(Path(place) / "tree", tasks)
        began = time.monotonic()
        with Runtime(root) as runtime, Client(root) as client, Bare(root) as bare:
            found["start"].append(time.monotonic() - began)
            reloads = Reloads(runtime)
            time.sleep(1)
            for turn in range(rounds):
                number = using(tasks) + (turn * 7919) % (tasks - using(tasks))
                value = 1_000_000 + turn
                began = replace(folder_of(root, number) / "inner.py", INNER.format(value=value))
                found["one task"].append(reloads.seen(began, name_of(number)))
                found["bare"].append(bare.seen(began))
                if turn < RUNS:
                    run_gets(runtime, client, name_of(number), value)
                time.sleep(
                    0.3 + 0.05 * math.sin(turn)
                )  # not in step with what looks every so often
            for turn in range(max(3, rounds // 10)):
                service = root / "services/Shared/service.py"
                began = replace(service, SERVICE.format(value=turn + 1))
                found["service"].append(reloads.seen(began, name_of(0)))
                time.sleep(1)
            run_gets(runtime, client, name_of(0), turn + 1)
    found["uvicorn"] = served(tasks, max(5, rounds // 4))
    return found


def at(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, math.ceil(len(times) * share) - 1)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("tasks", nargs="*", type=int, default=[100, 1_000, 10_000, 50_000])
    parser.add_argument("--rounds", type=int, default=100)
    given = parser.parse_args()
    columns = [
        "tasks",
        "bare event p50",
        "p99",
        "uvicorn --reload p50",
        "p99",
        "one task p50",
        "p99",
    ]
    columns += ["tasks of the service", "p50", "most", "start"]
    print(f"| {' | '.join(columns)} |\n|{' ---: |' * len(columns)}")
    medians: dict[str, list[float]] = {"bare": [], "uvicorn": [], "one task": []}
    for tasks in given.tasks:
        found = measured(tasks, given.rounds)
        row = [f"{tasks:,}"]
        for name, known in medians.items():
            known.append(statistics.median(found[name]))
            row += [f"{at(found[name], share) * 1000:,.0f} ms" for share in (0.5, 0.99)]
        service = found["service"]
        row += [f"{using(tasks):,}", f"{at(service, 0.5):.2f} s", f"{max(service):.2f} s"]
        row += [f"{found['start'][0]:.1f} s"]
        print("| " + " | ".join(row) + " |", flush=True)
    if len(given.tasks) > 1:
        least, most = given.tasks[0], given.tasks[-1]
        print(f"\nexponents of the medians from {least:,} to {most:,} tasks:")
        for name, known in medians.items():
            exponent = math.log(known[-1] / known[0]) / math.log(most / least)
            print(f"{name}: {exponent:.2f}")


if __name__ == "__main__":
    main()
