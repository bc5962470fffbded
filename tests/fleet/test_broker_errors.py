"""Whose an error of a broker's library is (rules R10, R12)."""

from __future__ import annotations

import pytest
from amqp.exceptions import ConnectionForced, PreconditionFailed
from kombu.exceptions import OperationalError
from redis import exceptions

from jittask.runtime.executors.celery.broker_errors import BrokerErrors, Origin

REDIS, RABBIT = "redis://127.0.0.1:6379/0", "amqp://guest@127.0.0.1//"


def wrapped(error: Exception) -> OperationalError:
    found = OperationalError(str(error))
    found.__cause__ = error
    return found


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
    ],
    ids=repr,
)
def test_whose_an_error_is(broker: str, error: Exception, origin: Origin) -> None:
    assert BrokerErrors(broker).origin_of(error) is origin
