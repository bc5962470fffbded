"""What a message to a worker says: which run, under which token, and of which version (R10).

It names a run and gives no order: a worker believes the store alone. So a message
may be lost, come twice or late, or be forged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

PROTOCOL = 1
"""Raised with each change that an older worker would misread."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A run that a planner has claimed, for any worker to take over."""

    run: int
    token: int
    version: str
    """The digest of the bundle to run (H4)."""
    traceparent: str | None = None
    """The planner's W3C trace context of the attempt; where there is none, nothing is traced (R13).
    """


class UnknownMessage(ValueError):
    """The message is of another protocol, or none of ours."""


def encode(offer: Offer) -> dict[str, object]:
    """Return the message as JSON has it."""
    return {
        "protocol": PROTOCOL,
        "run": offer.run,
        "token": offer.token,
        "version": offer.version,
        **({} if offer.traceparent is None else {"traceparent": offer.traceparent}),
    }


def decode(message: object) -> Offer:
    """Return what a message offers. Raises UnknownMessage."""
    if not isinstance(message, Mapping) or "protocol" not in message:
        raise UnknownMessage("a message that is none of JitTask's")
    if message["protocol"] != PROTOCOL:
        raise UnknownMessage(
            f"a message of protocol {message['protocol']!r}, where this worker knows {PROTOCOL}"
        )
    match message:
        case {"run": int(run), "token": int(token), "version": str(version)} if _is_digest(version):
            return Offer(run, token, version, _trace_context(message.get("traceparent")))
    raise UnknownMessage("a message that names no run")


_TRACEPARENT = re.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def _trace_context(found: object) -> str | None:
    """Return a trace context; None for what is none, because no run may fail for its trace."""
    return found if isinstance(found, str) and _TRACEPARENT.fullmatch(found) else None


def _is_digest(version: str) -> bool:
    """Whether a text is a SHA-256 in hex: it becomes the name of a folder."""
    return len(version) == 64 and set(version) <= set("0123456789abcdef")
