"""Whose an error of a broker is: the broker's, one of its queues', or a defect's (rule R12)."""

from __future__ import annotations

from enum import Enum

from amqp.exceptions import ChannelError
from kombu import Connection
from kombu.exceptions import OperationalError

_OF_ONE_KEY = ("WRONGTYPE", "NOPERM")
"""What Redis replies about one key; its other refusals are of the whole server."""


class Origin(Enum):
    """What an error concerns."""

    BROKER = "broker"
    """The broker, or the way to it: nothing goes through, and this may end by itself."""
    QUEUE = "queue"
    """One queue: the broker refuses it, and takes others."""
    DEFECT = "defect"
    """Neither: the same would happen with every broker."""


class BrokerErrors:
    """Knows the errors of one kind of broker."""

    def __init__(self, broker: str) -> None:
        """``broker`` is a URL. Nothing is opened. Raises what kombu raises for an unknown kind."""
        connection = Connection(broker)
        # kombu counts KeyError as the loss of a connection to Redis; it may as well be a defect
        lost = (error for error in connection.connection_errors if error is not KeyError)
        self._lost = tuple(lost)
        self._refused = tuple(connection.channel_errors)

    def origin_of(self, error: BaseException) -> Origin:
        """Return whose an error is."""
        if isinstance(error, OperationalError):  # kombu wraps all that a broker's library raises
            return self.origin_of(error.__cause__) if error.__cause__ else Origin.BROKER
        if isinstance(error, self._lost):
            return Origin.BROKER
        if isinstance(error, ChannelError):
            return Origin.QUEUE
        if isinstance(error, self._refused):
            return Origin.QUEUE if _is_of_one_key(error) else Origin.BROKER
        return Origin.DEFECT


def _is_of_one_key(error: BaseException) -> bool:
    """Whether Redis's reply is of one key; its code may be within the text."""
    words = str(getattr(error, "status_code", None) or error).split()
    return any(code in words for code in _OF_ONE_KEY)
