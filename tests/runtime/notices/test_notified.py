"""Notifications by a real runtime: a real web server and a real mail server get them (R14)."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.running import PATIENCE, Program, jittask
from tests.tree import Tree

pytestmark = pytest.mark.process
EACH_SECOND = {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}
BAD = "def customFunc():\n    raise ValueError('the disk is full')\n"
FAST = {"scanSeconds": 0.2}


class Hook:
    """A web server that takes messages; ``status`` is what it answers."""

    def __init__(self) -> None:
        self.status = 200
        self.got: Queue[dict] = Queue()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if hook.status == 200:
                    hook.got.put({**body, "path": self.path})
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def next(self) -> dict:
        return self.got.get(timeout=PATIENCE)

    def nothing_within(self, seconds: float) -> None:
        with pytest.raises(Empty):
            self.got.get(timeout=seconds)


@contextmanager
def hooked() -> Iterator[Hook]:
    hook = Hook()
    try:
        yield hook
    finally:
        hook.server.shutdown()
        hook.server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hooked() as hook:
        yield hook


def tree_for(tree: Tree, *urls: str, **more: object) -> Tree:
    notify = {"urls": list(urls), "groupSeconds": 0.5, **more}
    return Tree(tree.root, notify=notify, runtime=FAST, timezone="UTC")


def test_failed_and_recovered_are_reported_once_each(tree: Tree, hook: Hook) -> None:
    tree_for(tree, f"json://127.0.0.1:{hook.port}/shop")
    tree.scheduled("A", BAD, EACH_SECOND)
    with Program(tree.root) as program:
        message = hook.next()
        assert message["path"] == "/shop"
        assert message["title"] == "t: tasks.A failed"
        assert message["type"] == "failure"
        assert message["message"].startswith("failed: tasks.A since 20")
        assert message["message"].endswith(" failed: ValueError: the disk is full")
        assert program.wait("notified")["target"] == "json://…"
        hook.nothing_within(3)  # it fails each second
        tree.scheduled("A", repeat=EACH_SECOND)
        message = hook.next()
        assert message["title"] == "t: tasks.A recovered"
        assert message["type"] == "success"
        assert message["message"].startswith("recovered: tasks.A completes again (20")
        hook.nothing_within(1)


def test_a_restart_neither_repeats_nor_loses(tree: Tree, hook: Hook) -> None:
    tree_for(tree, f"json://127.0.0.1:{hook.port}")
    tree.scheduled("A", BAD, EACH_SECOND)
    with Program(tree.root) as program:
        assert hook.next()["title"] == "t: tasks.A failed"
        program.wait("notified")
        program.kill()
    with Program(tree.root) as program:
        program.wait("finished", status="failed")
        hook.nothing_within(2)
        tree.scheduled("A", repeat=EACH_SECOND)
        assert hook.next()["title"] == "t: tasks.A recovered"


def test_a_target_that_fails_is_tried_again_and_shown(tree: Tree, hook: Hook) -> None:
    hook.status = 500
    tree_for(tree, f"json://user:a-pass-word@127.0.0.1:{hook.port}")
    tree.scheduled("A", BAD, EACH_SECOND)
    with Program(tree.root) as program:
        trouble = program.wait("trouble", code="notify-failed")
        assert trouble["text"].startswith("json://…: ")
        assert trouble["text"].endswith("; tried again in 30 s")
        done = jittask("status", tree.root, "--json")
        [problem] = [each for each in json.loads(done.stdout)["problems"]
                     if each["code"] == "notify-failed"]  # fmt: skip
        assert problem["text"].endswith("; 1 message waits")
        hook.status = 200
        program.wait("finished", task="tasks.A")
        assert program.stop() == 0
    everything = "\n".join(program.lines) + done.stdout
    assert "a-pass-word" not in everything


def test_the_plan_does_not_wait_for_a_target_that_does_not_answer(tree: Tree) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:  # it accepts, and says nothing
        tree_for(tree, f"json://127.0.0.1:{silent.getsockname()[1]}?rto=30")
        tree.scheduled("A", BAD, EACH_SECOND)
        with Program(tree.root) as program:
            program.wait("started", task="tasks.A")
            silent.accept()  # a message is on its way
            for _ in range(4):
                program.wait("finished", task="tasks.A")
            assert program.stop() == 0


def test_elements_that_break_and_tasks_that_have_their_own_targets(tree: Tree, hook: Hook) -> None:
    with hooked() as other:
        tree_for(tree, f"json://127.0.0.1:{hook.port}", of=["broken", "recovered"])
        own = {"urls": [f"json://127.0.0.1:{other.port}"], "of": ["failed"]}
        tree.scheduled("Own", BAD, EACH_SECOND, policy={"notify": own})
        tree.scheduled("Quiet", BAD, EACH_SECOND, policy={"notify": {"urls": []}})
        tree.scheduled("B")
        with Program(tree.root) as program:
            program.wait("ready")
            assert other.next()["title"] == "t: tasks.Own failed"
            tree.write("tasks/B/e.json", '{\n  "type" 1}')
            at = datetime.fromisoformat(program.wait("broken")["at"])
            message = hook.next()
            assert message["title"] == "t: tasks.B broken"
            since = f"{at:%Y-%m-%d %H:%M:%S} UTC"
            start = f"broken: tasks.B since {since}: 1 mistake: tasks/B/e.json:2:10: "
            assert message["message"].startswith(start)
            tree.scheduled("B")
            assert hook.next()["title"] == "t: tasks.B recovered"
            hook.nothing_within(1)


def test_a_task_that_does_not_run_as_expected(tree: Tree, hook: Hook) -> None:
    tree_for(tree, f"json://127.0.0.1:{hook.port}", of=["notRun"])
    tree.scheduled("Rare", policy={"expectEvery": "2s"})
    with Program(tree.root) as program:
        program.wait("ready")
        assert hook.next()["title"] == "t: tasks.Rare not run"
        hook.nothing_within(2)


def test_mail_and_the_test_command(tree: Tree) -> None:
    mails: Queue[str] = Queue()

    class Inbox:
        async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
            mails.put(envelope.content.decode())
            return "250 OK"

    with socket.socket() as free:  # the controller connects to its port, so 0 will not do
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    inbox = Controller(Inbox(), hostname="127.0.0.1", port=port)
    inbox.start()
    try:
        url = f"mailto://127.0.0.1:{port}?from=jittask@example.org&to=${{TO}}&mode=insecure"
        tree_for(tree, url, "json://127.0.0.1:1/a-secret")
        tree.scheduled("A", policy={"notify": {"urls": [url]}})
        done = jittask("notify", tree.root, "--test", TO="ops@example.org")
        assert done.returncode == 1
        sent, failed = done.stdout.splitlines()
        assert sent == "sent    mailto://…  (app.json, tasks.A)"
        assert failed.startswith("failed  json://…  (app.json): ")
        assert "a-secret" not in done.stdout
        mail = mails.get(timeout=PATIENCE)
        assert "To: ops@example.org" in mail
        assert "Subject: t: test" in mail
        shown = json.loads(jittask("notify", tree.root, "--json", TO="x").stdout)
        assert shown[0] == {"target": "mailto://…", "places": ["app.json", "tasks.A"]}
    finally:
        inbox.stop()


def test_what_the_test_command_says_where_nobody_is_known(tree: Tree) -> None:
    tree.scheduled("A")
    done = jittask("notify", tree.root, "--test")
    assert done.returncode == 1
    assert done.stderr.startswith("error: nobody is notified: ")
    assert jittask("notify", tree.root).returncode == 0


def test_without_apprise_it_is_said_before_anything_fails(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['apprise'] = None\n")
    tree_for(tree, "json://127.0.0.1:1")
    tree.scheduled("A", repeat=EACH_SECOND)
    hint = "pip install 'jittask[notify]'"
    with Program(tree.root, PYTHONPATH=str(tmp_path)) as program:
        trouble = program.wait("trouble", code="notify-unavailable")
        assert trouble["text"] == f"nobody can be notified: apprise is not installed: {hint}"
        assert program.stop() == 0
    done = jittask("doctor", tree.root, PYTHONPATH=str(tmp_path))
    assert "warning [apprise-missing] apprise is not installed" in done.stdout
    assert f"hint: {hint}" in done.stdout
    assert "apprise-missing" not in jittask("doctor", tree.root).stdout


def test_a_target_that_apprise_does_not_know(tree: Tree) -> None:
    tree_for(tree, "nonsense://x")
    tree.scheduled("A")
    done = jittask("notify", tree.root, "--test")
    assert done.returncode == 1
    assert "apprise knows no such target" in done.stdout
