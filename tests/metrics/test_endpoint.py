"""``jittask run --metrics-port``, as machines see it: a real process, asked by HTTP (R13)."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from jittask.metrics.catalog import CATALOG, Origin
from tests.metrics.scrape import Answer, ask, polled, port_of, samples, until, value
from tests.metrics.test_shipped_files import RULES
from tests.running import PATIENCE, Program, jittask
from tests.tree import Tree

EACH_SECOND = {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}
FAILING = "def customFunc():\n    raise ValueError('no')\n"


@pytest.fixture
def program(tree: Tree) -> Iterator[Program]:
    tree.scheduled("Good", repeat=EACH_SECOND)
    tree.scheduled("Bad", FAILING, repeat=EACH_SECOND)
    with Program(tree.root, more=("--metrics-port", "0")) as program:
        yield program


@pytest.mark.process
def test_a_real_scrape_has_every_metric_of_the_catalog(program: Program, tree: Tree) -> None:
    port = port_of(program)
    program.wait("finished", task="tasks.Good", status="completed")
    program.wait("finished", task="tasks.Bad", status="failed")
    tree.scheduled("Good", "def customFunc():\n    return 2\n", repeat=EACH_SECOND)
    program.wait("reloaded")
    answer = until(
        port,
        "/metrics",
        lambda answer: (
            value(answer.text, "jittask_failing_tasks") == 1
            and value(answer.text, "jittask_last_reload_success") == 1
        ),
    )
    assert answer.status == 200
    found = {name for name, _ in samples(answer.text)}
    for metric in CATALOG:
        if metric.name != "jittask_troubles":  # nothing has gone wrong
            assert found >= set(metric.samples), metric.name
    known = {name for metric in CATALOG for name in metric.samples}
    assert {name for name in found if name.startswith("jittask_")} <= known
    assert value(answer.text, "jittask_runs_total", status="failed", kind="scheduled") >= 1
    assert value(answer.text, "jittask_last_reload_success") == 1
    assert value(answer.text, "jittask_workers") == 4
    assert value(answer.text, "process_resident_memory_bytes") > 1e7
    assert value(answer.text, "jittask_task_last_failed_timestamp_seconds", task="tasks.Bad")
    assert value(answer.text, "jittask_task_last_completed_timestamp_seconds", task="tasks.Good")


@pytest.mark.process
def test_the_probes_say_what_status_says(program: Program, tree: Tree) -> None:
    port = port_of(program)
    program.wait("ready")
    assert until(port, "/readyz", lambda answer: answer.status == 200).text == "ok\n"
    assert until(port, "/healthz", lambda answer: answer.status == 200).text == "ok\n"
    assert jittask("status", tree.root).returncode == 0

    tree.write("tasks/Good/e.json", '{"type": "tasks.NormalType"')
    program.wait("broken")
    assert until(port, "/healthz", lambda answer: answer.status == 503).text == "broken\n"
    assert jittask("status", tree.root).returncode == 1
    text = ask(port, "/metrics").text
    assert value(text, "jittask_well") == 0
    assert value(text, "jittask_problems", code="broken") == 1
    assert ask(port, "/readyz").status == ask(port, "/livez").status == 200  # no need to restart


@pytest.mark.process
def test_while_it_stops_it_is_alive_and_not_ready(tree: Tree) -> None:
    tree.scheduled("Long", "import time\n\n\ndef customFunc():\n    time.sleep(30)\n", EACH_SECOND)
    with Program(tree.root, more=("--metrics-port", "0")) as program:
        port = port_of(program)
        program.wait("started")
        program.process.send_signal(signal.SIGTERM)
        assert until(port, "/readyz", lambda answer: answer.status == 503).text == "draining\n"
        assert ask(port, "/livez").status == 200
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(PATIENCE) == 0


@pytest.mark.process
def test_what_it_answers_to_strangers(program: Program) -> None:
    port = port_of(program)
    assert ask(port, "/metrics", host="evil.example").status == 400
    assert ask(port, "/metrics", host=f"localhost:{port}").status == 200
    assert ask(port, "/metrics", host=f"[::1]:{port}").status == 200
    assert ask(port, "/").status == 404
    assert ask(port, "/metrics", method="POST").status == 501
    head = ask(port, "/healthz", method="HEAD")
    assert (head.status in (200, 503), head.text) == (True, "")


@pytest.mark.process
def test_clients_that_say_nothing_leave_room(program: Program) -> None:
    port = port_of(program)
    program.wait("ready")
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    try:
        assert polled(lambda: served(port)).status == 200  # after five seconds they are cut off
    finally:
        for client in silent:
            client.close()
    program.wait("finished", task="tasks.Good")


def served(port: int) -> Answer | None:
    """Return an answer, where there is room for one."""
    try:
        return ask(port, "/livez")
    except (OSError, http.client.HTTPException):
        return None


@pytest.mark.process
def test_a_port_that_is_taken_is_an_error_before_anything_starts(tree: Tree) -> None:
    tree.scheduled("A")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = jittask("run", tree.root, "--metrics-port", port)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: 127.0.0.1:{port}: Address already in use\n  hint: ")
    assert not (tree.root / ".jittask/jittask.db").exists()


@pytest.mark.process
def test_the_port_may_come_from_the_environment(tree: Tree) -> None:
    with Program(tree.root, JITTASK_METRICS_PORT="0") as program:
        assert ask(port_of(program), "/livez").status == 200


@pytest.mark.process
def test_without_a_port_prometheus_is_not_imported(tree: Tree) -> None:
    script = (
        "import sys; sys.argv = ['jittask', 'run', sys.argv[1], '--once']\n"
        "from jittask.cli.main import main\n"
        "try:\n    main()\nfinally:\n    print([m for m in ('prometheus_client', 'http.server') "
        "if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tree.root], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_metric_comes_from_the_store_or_from_the_process() -> None:
    assert {metric.origin for metric in CATALOG} == set(Origin)
    assert len({metric.name for metric in CATALOG}) == len(CATALOG)
    for metric in CATALOG:
        assert metric.help.endswith(".")


@pytest.mark.process
def test_prometheus_itself_scrapes_it_and_an_alert_fires(
    program: Program, tree: Tree, tmp_path: Path
) -> None:
    """The rules as they are shipped, with nothing shortened but how long a problem must last."""
    server = shutil.which("prometheus")
    if server is None:
        words = "prometheus (Debian: prometheus) is not installed"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    port = port_of(program)
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    for rule in rules["groups"][0]["rules"]:
        rule["for"] = "0s"
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
    (tmp_path / "prometheus.yml").write_text(
        yaml.safe_dump(
            {
                "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                "rule_files": ["rules.yml"],
                "scrape_configs": [
                    {"job_name": "shop", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
                ],
            }
        )
    )
    with socket.create_server(("127.0.0.1", 0)) as probe:
        own = probe.getsockname()[1]
    running = subprocess.Popen(
        [server, "--config.file=prometheus.yml", f"--web.listen-address=127.0.0.1:{own}",
         f"--storage.tsdb.path={tmp_path / 'data'}"],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        program.wait("finished", task="tasks.Bad", status="failed")
        found = polled(lambda: firing(own, "JitTaskLateOrFailing"))
        assert found["labels"]["code"] == "failing"
        assert found["annotations"]["summary"] == "1 tasks of shop are failing"
    finally:
        running.terminate()
        running.wait(PATIENCE)


def firing(port: int, name: str) -> dict | None:
    """Return the alert, where Prometheus says that it fires."""
    try:
        alerts = json.loads(ask(port, "/api/v1/alerts").text)["data"]["alerts"]
    except (OSError, ValueError, KeyError):  # it is still starting
        return None
    return next(
        (each for each in alerts
         if each["state"] == "firing" and each["labels"]["alertname"] == name),
        None,
    )  # fmt: skip
