"""Whose an error of a broker is: the broker's, one of its queues', or a defect's (rule R12)."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from enum import Enum
from urllib.parse import urlsplit

from amqp.exceptions import ChannelError
from kombu import Connection
from kombu.exceptions import OperationalError

_OF_ONE_KEY = ("WRONGTYPE", "NOPERM")
"""What Redis replies about one key; its other refusals are of the whole server."""
_OF_CONNECTIONS = frozenset({
    errno.EADDRNOTAVAIL, errno.EAGAIN, errno.EBADF, errno.EHOSTDOWN, errno.EHOSTUNREACH,
    errno.ENETDOWN, errno.ENETRESET, errno.ENETUNREACH, errno.ENOTCONN, errno.EPROTO,
})  # fmt: skip
"""Errors of the system about a connection, beside those that Python has classes for."""


class UnknownBroker(ValueError):
    """There is no such kind of broker, or its library is not installed."""


class Origin(Enum):
    """What an error concerns."""

    BROKER = "broker"
    """The broker, or the way to it: nothing goes through, and this may end by itself."""
    QUEUE = "queue"
    """One queue: the broker refuses it, and takes others."""
    DEFECT = "defect"
    """Neither: the same would happen with every broker."""


class NotConnected(Exception):
    """A connection could not be made; ``__cause__`` says why. No queue has a part in it."""


class BrokerErrors:
    """Knows the errors of one kind of broker."""

    def __init__(self, broker: str) -> None:
        """``broker`` is a URL. Nothing is opened. Raises UnknownBroker."""
        scheme = urlsplit(broker).scheme
        try:
            connection = Connection(broker)
            lost, refused = connection.connection_errors, connection.channel_errors
        except (KeyError, ImportError, ValueError) as error:
            raise UnknownBroker(f"no broker can be reached by a URL of {scheme!r}") from error
        # kombu counts KeyError as the loss of a connection to Redis; it may as well be a defect
        self._lost = tuple(error for error in lost if error is not KeyError)
        self._refused = tuple(refused)

    def origin_of(self, error: BaseException) -> Origin:
        """Return whose an error is."""
        if isinstance(error, NotConnected):
            origin = self.origin_of(error.__cause__) if error.__cause__ else Origin.BROKER
            return Origin.BROKER if origin is Origin.QUEUE else origin
        if isinstance(error, OperationalError):  # kombu wraps all that a broker's library raises
            return self.origin_of(error.__cause__) if error.__cause__ else Origin.BROKER
        if isinstance(error, self._lost):
            is_local = any(_is_local(each) for each in _chain(error))
            return Origin.DEFECT if is_local else Origin.BROKER
        if isinstance(error, ChannelError):
            return Origin.QUEUE
        if isinstance(error, self._refused):
            return Origin.QUEUE if _is_of_one_key(error) else Origin.BROKER
        return Origin.DEFECT


def _is_local(error: BaseException) -> bool:
    """Whether this machine is at fault: a full disk, too many open files, no such file."""
    if not isinstance(error, OSError) or isinstance(error, _OF_NETWORK):
        return False
    # a library that sees the end of a connection raises an error without a number
    return error.errno is not None and error.errno not in _OF_CONNECTIONS


_OF_NETWORK = (ConnectionError, TimeoutError, socket.gaierror, socket.herror, ssl.SSLError)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and those that it was raised for: Redis's library wraps the system's."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__


def _is_of_one_key(error: BaseException) -> bool:
    """Whether Redis's reply is of one key; its code may be within the text."""
    words = str(getattr(error, "status_code", None) or error).split()
    return any(code in words for code in _OF_ONE_KEY)
