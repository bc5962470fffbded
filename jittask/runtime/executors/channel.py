"""The socket between the pool and a worker process, in frames that no stray bytes can imitate (R6).

A body can write to every descriptor of its process, and close it. So each frame has a mark
that is drawn for this channel, and a bounded length; the runtime never waits within one.
"""

from __future__ import annotations

import errno
import os
import secrets
import select
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from jittask.runtime.executors.descriptors import beyond_reach
from jittask.runtime.executors.pool_messages import Answer, Order
from jittask.runtime.executors.pool_wire import (
    Garbage,
    decode_answer,
    decode_order,
    encode_answer,
    encode_order,
)

_HEADER = struct.Struct("!12sII")
"""The mark of the channel, the number of the frame, and how many bytes follow."""
_MAX_LENGTH = 16 * 2**20
_READ = 2**16
_MAX_READS = 64
"""How many reads one worker gets before the others have their turn."""


class Closed(Exception):
    """The other end of the channel has closed."""


@dataclass(slots=True)
class _Frames:
    """Cuts what is read into frames."""

    mark: bytes | None
    """None where the first frame says it."""
    _read: bytearray = field(default_factory=bytearray)
    _taken: int = 0

    def add(self, data: bytes) -> None:
        self._read += data

    def take(self) -> Iterator[bytes]:
        """Yield what each complete frame carries. Raises Garbage."""
        while len(self._read) >= _HEADER.size:
            mark, number, length = _HEADER.unpack_from(self._read)
            if self.mark is None:
                self.mark = mark
            if mark != self.mark or number != self._taken or length > _MAX_LENGTH:
                raise Garbage  # or a body has taken the frames before
            end = _HEADER.size + length
            if len(self._read) < end:
                return
            body = bytes(self._read[_HEADER.size : end])
            del self._read[:end]
            self._taken = _next(self._taken)
            yield body


def _next(number: int) -> int:
    return (number + 1) % 2**32


class RuntimeEnd:
    """The runtime's end; nothing here waits."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._mark = secrets.token_bytes(12)
        self._frames = _Frames(self._mark)
        self._sent = 0
        self._unsent = bytearray()

    def fileno(self) -> int:
        """Return the descriptor that is readable when ``receive`` has something to do."""
        return self._socket.fileno()

    @property
    def is_stuck(self) -> bool:
        """Whether the worker process has not read so much that orders wait here."""
        return bool(self._unsent)

    def send(self, order: Order) -> None:
        """Send an order, now or by a later ``flush``."""
        body = encode_order(order)
        self._unsent += _HEADER.pack(self._mark, self._sent, len(body)) + body
        self._sent = _next(self._sent)
        self.flush()

    def flush(self) -> None:
        """Send what waits, as far as the socket takes it."""
        try:
            while self._unsent:
                del self._unsent[: self._socket.send(self._unsent)]
        except BlockingIOError:
            return
        except OSError:  # it has died: what it has sent is still to be read
            self._unsent.clear()

    def receive(self) -> Iterator[Answer]:
        """Yield what has come. Raises Closed at its end, and Garbage."""
        for _ in range(_MAX_READS):
            try:
                data = self._socket.recv(_READ)
            except BlockingIOError:
                return
            except OSError as error:
                raise Closed from error
            if not data:
                raise Closed
            self._frames.add(data)
            for body in self._frames.take():
                yield decode_answer(body)

    def close(self) -> None:
        """Close it; the worker process ends when it sees that."""
        self._socket.close()


class WorkerEnd:
    """The worker process's end: one thread reads, any may send."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=beyond_reach(descriptor))
        self._frames = _Frames(None)
        self._sending = threading.Lock()
        self._sent = 0

    def orders(self) -> Iterator[Order]:
        """Yield each order until the runtime closes. Raises Garbage where a body has meddled."""
        while True:
            try:
                data = self._socket.recv(_READ)
            except BlockingIOError:  # a body has made it so
                self._socket.setblocking(True)
                continue
            except OSError as error:
                if error.errno in (errno.EBADF, errno.ENOTSOCK):
                    raise Garbage from error
                return
            if not data:
                return
            self._frames.add(data)
            for body in self._frames.take():
                yield decode_order(body)

    def send(self, answer: Answer) -> None:
        """Send an answer, and wait until the socket has taken it. Raises OSError."""
        assert self._frames.mark is not None, "the first order comes before any answer"
        body = encode_answer(answer)
        with self._sending:
            unsent = memoryview(_HEADER.pack(self._frames.mark, self._sent, len(body)) + body)
            self._sent = _next(self._sent)
            while unsent:
                try:
                    unsent = unsent[self._socket.send(unsent) :]
                except BlockingIOError:  # a body has made it so
                    self._socket.setblocking(True)

    def let_go(self) -> None:
        """Give it up in a forked child, which must neither read nor write it."""
        null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        os.dup2(null, self._socket.fileno(), inheritable=False)
        os.close(null)


def can_be_read(channel: RuntimeEnd, seconds: float) -> bool:
    """Whether something has come within so many seconds."""
    poller = select.poll()
    poller.register(channel.fileno(), select.POLLIN)
    return bool(poller.poll(seconds * 1000))
