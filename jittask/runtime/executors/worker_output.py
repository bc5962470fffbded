"""Catches what bodies print in a worker process, and their subprocesses: descriptors 1 and 2."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import sys
import termios
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable

from jittask.clock import Clock
from jittask.runtime.executors.descriptors import beyond_reach
from jittask.runtime.executors.standard_streams import open_stream

_READ = 65_536
_PIPE = 1_048_576  # bytes that a pipe holds, where the system lets it
_SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ of Linux
_PAUSE = 0.002  # seconds between two looks, so that a body that prints much is not held up by them

Print = Callable[[str, str], None]
"""Takes a stream's name and a text."""


class OutputCapture:
    """Gives all that is written to the descriptors 1 and 2 to ``take``, to the process's end.

    A thread does so. It also calls ``send_due`` when ``next_send`` says, looked
    at again after ``wake``; that is by ``Clock.monotonic``.
    """

    def __init__(
        self,
        take: Print,
        clock: Clock,
        next_send: Callable[[], float | None],
        send_due: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._next_send = next_send
        self._send_due = send_due
        self._passing = threading.RLock()  # a finalizer may log while its body does
        self._pipes = [_Pipe("stdout", 1, take), _Pipe("stderr", 2, take)]
        self._wake_read, self._wake_write = map(beyond_reach, os.pipe())
        for descriptor in (self._wake_read, self._wake_write):
            os.set_blocking(descriptor, False)
        self._streams = sys.stdout, sys.stderr = open_stream(1), open_stream(2)
        threading.Thread(target=self._pump, daemon=True).start()

    def drain(self) -> None:
        """Pass on everything written so far: it is in the pipes."""
        for stream in self._streams:
            with contextlib.suppress(ValueError, OSError):  # the body has closed it
                stream.flush()
        with self._passing:
            for pipe in self._pipes:
                pipe.drain()

    def wake(self) -> None:
        """Have ``next_send`` looked at; from any thread."""
        try:
            os.write(self._wake_write, b"\0")
        except BlockingIOError:
            return  # enough wake-ups are waiting already

    def _pump(self) -> None:
        never = threading.Event()
        readers = {pipe.read: pipe for pipe in self._pipes}
        poller = select.poll()  # select() takes no descriptor that is beyond reach
        for descriptor in (*readers, self._wake_read):
            poller.register(descriptor, select.POLLIN)
        while True:
            due = self._next_send()
            left = None if due is None else max(0.0, due - self._clock.monotonic()) * 1000
            for descriptor, _ in poller.poll(left):
                if descriptor == self._wake_read:
                    os.read(descriptor, 4096)
                else:
                    with self._passing:
                        readers[descriptor].pass_on()
            self._send_due()
            self._clock.wait(never, _PAUSE)


class _Pipe:
    """A pipe that takes the place of a descriptor of the process."""

    def __init__(self, stream: str, descriptor: int, take: Print) -> None:
        self._stream = stream
        self._take = take
        read, write = os.pipe()
        self.read = beyond_reach(read)
        os.set_blocking(self.read, False)
        with contextlib.suppress(OSError):  # another system, or too many such pipes
            fcntl.fcntl(write, _SET_PIPE_SIZE, _PIPE)
        os.dup2(write, descriptor)
        os.close(write)
        self._decoder = getincrementaldecoder("utf-8")(errors="replace")

    def pass_on(self) -> None:
        """Pass on what is in the pipe, as whole characters, and no more than it can hold."""
        waiting = fcntl.ioctl(self.read, termios.FIONREAD, bytes(4))
        left = int.from_bytes(waiting, sys.byteorder)
        while left > 0:
            try:
                data = os.read(self.read, min(_READ, left))
            except BlockingIOError:
                return
            left -= len(data)
            if text := self._decoder.decode(data):
                self._take(self._stream, text)

    def drain(self) -> None:
        """Pass on what is in the pipe, also a character that is not whole."""
        self.pass_on()
        if text := self._decoder.decode(b"", final=True):
            self._take(self._stream, text)
        self._decoder.reset()
