"""One connection: a client that is too slow to ask or to listen is cut off (rule C22).

uvicorn waits for both without an end. It decides neither when a request's head
has to be complete nor how long an answer may wait to be taken.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from jittask.web.problems import Refused, problem_of
from jittask.web.security_headers import HEADERS

HEAD_SECONDS = 10.0
"""In which the head of a request must have come, from the connection or the first of its bytes."""
TAKE_SECONDS = 15.0
"""In which a client whose buffers are full must take some of its answer."""


class PatientConnection(H11Protocol):
    """uvicorn's own, with an end to its patience."""

    head_seconds = HEAD_SECONDS
    take_seconds = TAKE_SECONDS

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_timer: asyncio.TimerHandle | None = None
        self._take_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._start_head_timer()

    def data_received(self, data: bytes) -> None:
        """Take bytes; wait for the end of a head only while one has begun."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:  # the head is complete
            self._stop_head_timer()
        elif self._head_timer is None:
            self._start_head_timer()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, as everything is answered, and close the connection."""
        problem = problem_of(Refused(400, msg[:1].lower() + msg[1:].removesuffix(".")))
        named = {**HEADERS, "connection": "close"}
        headers = [(name.encode(), value.encode()) for name, value in named.items()]
        head = h11.Response(status_code=400, headers=[*problem.raw_headers, *headers])
        for event in (head, h11.Data(data=bytes(problem.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def on_response_complete(self) -> None:
        """Take up what has come meanwhile; a further head that has begun has to end, too."""
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._stop_head_timer()
            self._start_head_timer()

    def pause_writing(self) -> None:
        """Begin to wait for the client to take what is written."""
        super().pause_writing()
        if self._take_timer is None:
            self._take_timer = self.loop.call_later(self.take_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Wait no more: the client has taken enough."""
        super().resume_writing()
        self._stop_take_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._stop_head_timer()
        self._stop_take_timer()
        super().connection_lost(exc)

    def _start_head_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_take_timer(self) -> None:
        if self._take_timer is not None:
            self._take_timer.cancel()
            self._take_timer = None
