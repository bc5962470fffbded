"""How Celery is configured, for the planner that sends and the worker that listens (R10)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from celery import Celery
from kombu import Queue

TASK = "jittask.run"
"""The name of the one Celery task."""
_SOCKET_SECONDS = 5
_HEARTBEAT_SECONDS = 10


def make_app(broker: str, queues: Collection[str], *, held_back: int = 1, sends: bool) -> Any:
    """Return a Celery app of this broker.

    ``held_back``: how many messages a worker may have without taking their runs over.
    ``sends``: a broker that takes no message within 5 s counts as away.
    """
    app = Celery("jittask", broker=broker, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        result_backend=None,
        # a message that is lost is sent again, so that none needs the broker's disk
        task_default_delivery_mode="transient",
        task_queues=[Queue(name) for name in queues],
        task_default_queue=next(iter(queues)),
        worker_concurrency=1,
        worker_prefetch_multiplier=held_back,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_detect_quorum_queues=False,
        worker_enable_prefetch_count_reduction=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,  # none runs in Celery
        broker_heartbeat=_HEARTBEAT_SECONDS,
        broker_connection_timeout=_SOCKET_SECONDS,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_pool_limit=None,
        broker_transport_options=_transport(broker, sends=sends),
    )
    return app


def _transport(broker: str, *, sends: bool) -> dict[str, Any]:
    if broker.startswith("redis"):
        return {
            "socket_connect_timeout": _SOCKET_SECONDS,
            "socket_keepalive": True,
            **({"socket_timeout": _SOCKET_SECONDS} if sends else {}),
        }
    return {"write_timeout": _SOCKET_SECONDS, "read_timeout": _SOCKET_SECONDS} if sends else {}
