"""Clients that are too slow, or send too much, hold up nobody (C22)."""

from __future__ import annotations

import socket

import pytest

from jittask.web import server
from jittask.web.connection import PatientConnection
from jittask.web.security_headers import HEADERS
from tests.web.conftest import PATIENCE, Served

SHORT = 0.3


@pytest.fixture
def impatient(console: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    monkeypatch.setattr(PatientConnection, "head_seconds", SHORT)
    monkeypatch.setattr(PatientConnection, "take_seconds", SHORT)
    return console


def connected(console: Served, buffer: int | None = None) -> socket.socket:
    client = socket.socket()
    if buffer is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.settimeout(PATIENCE)
    client.connect(("127.0.0.1", console.server.port))
    return client


def head(console: Served, line: str, **more: object) -> bytes:
    headers = {"Host": console.host, "Authorization": f"Bearer {console.tokens['edit']}"}
    headers |= {name.replace("_", "-"): str(value) for name, value in more.items()}
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{line} HTTP/1.1\r\n{fields}\r\n".encode()


def everything(client: socket.socket) -> bytes:
    """Return what comes until the server ends the connection, which it may do by a reset."""
    found = b""
    try:
        while part := client.recv(65_536):
            found += part
    except ConnectionResetError:
        pass
    return found


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_does_not_end_is_not_waited_for(impatient: Served, begun: bytes) -> None:
    with connected(impatient) as client:
        client.sendall(begun)
        assert everything(client) == b""


def test_bytes_that_drip_do_not_lengthen_the_wait(impatient: Served) -> None:
    ends = 0
    clients = [connected(impatient) for _ in range(20)]
    for number in range(1000):
        for client in clients:
            try:
                client.sendall(b"G" if number == 0 else b"E")
            except OSError:
                ends += 1
        if ends:
            break
        assert impatient.get("/api/session")["role"] == "edit"
    for client in clients:
        answer = everything(client)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
        client.close()
    assert ends


def test_the_head_of_a_second_request_has_to_end_too(impatient: Served) -> None:
    with connected(impatient) as client:
        client.sendall(head(impatient, "GET /api/session") + b"GET / HTTP/1.1\r\n")
        answers = everything(client)
    assert answers.count(b"HTTP/1.1 200") == 1
    with connected(impatient) as client:
        client.sendall(head(impatient, "GET /api/session"))
        assert b" 200 " in client.recv(65_536)
        client.sendall(b"GET / HTTP/1.1\r\n")
        everything(client)


def test_a_request_that_is_worked_on_is_not_cut_off(impatient: Served) -> None:
    """The wait is for the head only: a stream stays open for much longer."""
    with connected(impatient) as client:
        client.sendall(head(impatient, "GET /api/events"))
        found = b""
        while b"event: ready" not in found:
            found += client.recv(65_536)
        client.settimeout(SHORT * 4)
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_who_takes_no_answer_is_cut_off_and_holds_up_nobody(impatient: Served) -> None:
    impatient.tree.scheduled("Large", f"TEXT = '{'x' * 3_900_000}'\n\n\ndef customFunc(): ...\n")
    impatient.server.workspace.refresh()
    path = "/api/elements/tasks.Large/files/inner.py"
    whole = int(impatient.ask("GET", path).headers["content-length"])
    clients = [connected(impatient, 4096) for _ in range(5)]
    for client in clients:
        client.sendall(head(impatient, f"GET {path}"))
    for client in clients:
        assert client.recv(1, socket.MSG_PEEK) == b"H"
    while open_connections(impatient):
        assert impatient.get("/api/session")["role"] == "edit"
    for client in clients:
        assert len(everything(client)) < whole
        client.close()


def open_connections(console: Served) -> int:
    return len(console.server._server.server_state.connections)


def test_a_body_that_is_too_long_is_refused_before_it_is_read(console: Served) -> None:
    with connected(console) as client:
        client.sendall(
            head(
                console, "PUT /api/elements/tasks.A/files/e.json",
                Content_Type="application/json", Content_Length=100_000_000,
            )
        )  # fmt: skip
        answer = everything(client)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer
    assert b"at most 5,000,000 bytes" in answer


def test_a_body_in_parts_is_cut_where_it_is_too_long(console: Served) -> None:
    part = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with connected(console) as client:
        client.sendall(
            head(
                console, "PUT /api/elements/tasks.A/files/e.json",
                Content_Type="application/json", Transfer_Encoding="chunked",
            )
        )  # fmt: skip
        sent = 0
        try:
            while sent < 100_000_000:
                client.sendall(part)
                sent += len(part)
        except OSError:
            pass
        assert sent < 50_000_000
    assert console.get("/api/session")


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nHost: evil.example\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /api/status HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_malformed_requests_are_refused(impatient: Served, raw: bytes) -> None:
    with connected(impatient) as client:
        client.sendall(raw.replace(b"PORT", str(impatient.server.port).encode()))
        answer = everything(client)
    assert answer == b"" or answer.split()[1] in (b"400", b"401"), answer[:200]
    for name, value in HEADERS.items() if answer else ():
        assert f"\r\n{name}: {value}\r\n".encode() in answer


def test_more_connections_than_may_be_are_refused(
    console: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 1)
    with connected(console):
        answer = console.ask("GET", "/api/session")
    assert (answer.status, answer.json["code"]) == (503, "too-many")
    assert HEADERS.items() <= answer.headers.items()
    assert answer.headers["connection"] == "close"
    while open_connections(console):
        continue
    assert console.ask("GET", "/api/session").status == 200
