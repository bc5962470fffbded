"""Whose an error of a broker's library is (rules R10, R12)."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import TypeVar

import pytest
from amqp.exceptions import AccessRefused, ConnectionForced, PreconditionFailed
from kombu.exceptions import OperationalError
from redis import exceptions

from jittask.runtime.executors.celery.broker_errors import (
    BrokerErrors,
    NotConnected,
    Origin,
    UnknownBroker,
)

E = TypeVar("E", bound=Exception)
REDIS, RABBIT = "redis://127.0.0.1:6379/0", "amqp://guest@127.0.0.1//"


def caused(found: E, cause: Exception) -> E:
    found.__cause__ = cause
    return found


def wrapped(error: Exception) -> OperationalError:
    return caused(OperationalError(str(error)), error)


def unconnected(error: Exception) -> NotConnected:
    return caused(NotConnected(str(error)), error)


@pytest.mark.parametrize(
    ("broker", "error", "origin"),
    [
        (RABBIT, ConnectionRefusedError(), Origin.BROKER),
        (RABBIT, ConnectionForced("closed"), Origin.BROKER),
        (RABBIT, OperationalError("it does not answer"), Origin.BROKER),
        (RABBIT, PreconditionFailed("inequivalent arg 'durable'"), Origin.QUEUE),
        (RABBIT, wrapped(PreconditionFailed("inequivalent arg 'durable'")), Origin.QUEUE),
        (RABBIT, TypeError("no text"), Origin.DEFECT),
        (REDIS, exceptions.ConnectionError("closed"), Origin.BROKER),
        (REDIS, exceptions.ReadOnlyError("it is a replica"), Origin.BROKER),
        (REDIS, exceptions.ResponseError("MISCONF it cannot write"), Origin.BROKER),
        (REDIS, wrapped(exceptions.OutOfMemoryError("used memory")), Origin.BROKER),
        (REDIS, exceptions.ResponseError("WRONGTYPE Operation against a key"), Origin.QUEUE),
        (REDIS, wrapped(exceptions.ResponseError("Command # 1: WRONGTYPE of")), Origin.QUEUE),
        (REDIS, KeyError("nothing"), Origin.DEFECT),
        (RABBIT, AccessRefused("to a queue"), Origin.QUEUE),
        (RABBIT, unconnected(AccessRefused("the login")), Origin.BROKER),
        (REDIS, unconnected(exceptions.ResponseError("NOPERM ping")), Origin.BROKER),
        (REDIS, unconnected(KeyError("nothing")), Origin.DEFECT),
        (RABBIT, OSError("Server unexpectedly closed connection"), Origin.BROKER),
        (RABBIT, OSError(errno.EHOSTUNREACH, "no route"), Origin.BROKER),
        (RABBIT, TimeoutError("timed out"), Origin.BROKER),
        (RABBIT, socket.gaierror(socket.EAI_AGAIN, "no such name yet"), Origin.BROKER),
        (RABBIT, ssl.SSLError(1, "handshake failure"), Origin.BROKER),
        (RABBIT, OSError(errno.ENOSPC, "the disk is full"), Origin.DEFECT),
        (RABBIT, OSError(errno.EMFILE, "too many open files"), Origin.DEFECT),
        (RABBIT, FileNotFoundError(errno.ENOENT, "no ca.pem"), Origin.DEFECT),
        (
            REDIS,
            caused(exceptions.ConnectionError("2"), FileNotFoundError(errno.ENOENT, "no ca.pem")),
            Origin.DEFECT,
        ),
    ],
    ids=repr,
)
def test_whose_an_error_is(broker: str, error: Exception, origin: Origin) -> None:
    assert BrokerErrors(broker).origin_of(error) is origin


def test_a_kind_of_broker_that_nothing_knows() -> None:
    with pytest.raises(UnknownBroker, match="no broker can be reached by a URL of 'foo'"):
        BrokerErrors("foo://127.0.0.1")
