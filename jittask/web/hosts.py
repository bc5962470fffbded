"""The names under which a server may be called: ``Host`` and ``Origin``, parsed (rule C22)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:]+)(?::([0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")
_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Place:
    """A scheme, a host and a port: what browsers call an origin."""

    scheme: str
    host: str
    """In lower case; an address without brackets."""
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _DEFAULT_PORTS[self.scheme] == self.port
        return f"{self.scheme}://{host}" + ("" if usual else f":{self.port}")


def place_of_host(scheme: str, header: str) -> Place:
    """Return what a ``Host`` header names. Raises ValueError."""
    found = _AUTHORITY.fullmatch(header.lower())
    if found is None:
        raise ValueError(f"{header!r} is no host")
    host, port = found.groups()
    number = _DEFAULT_PORTS[scheme] if port is None else int(port)
    if not 0 < number <= _LAST_PORT:
        raise ValueError(f"{header!r} has no port that exists")
    return Place(scheme, _host(host), number)


def place_of_origin(header: str) -> Place:
    """Return what an ``Origin`` header names. Raises ValueError, also for ``null``."""
    scheme, separator, rest = header.partition("://")
    if not separator or scheme not in _DEFAULT_PORTS:
        raise ValueError(f"{header!r} is no origin of a page")
    return place_of_host(scheme, rest)


def has_port(name: str) -> bool:
    """Whether a name of a host is written with a port."""
    return re.search(r":\d+$", name) is not None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def allowed_places(scheme: str, bound: str, port: int, names: Iterable[str]) -> frozenset[Place]:
    """Return what a ``Host`` may name: each of ``names``, and for a loopback server its own.

    A name without a port means the scheme's usual one and the server's own.
    Raises ValueError for a name that is none.
    """
    places = set()
    if is_loopback(bound):
        places |= {Place(scheme, host, port) for host in (*_LOCAL_NAMES, bound)}
    for name in names:
        place = place_of_host(scheme, name)
        places.add(place)
        if not has_port(name):
            places.add(Place(scheme, place.host, port))
    return frozenset(places)


def _host(text: str) -> str:
    if text.startswith("["):
        return ipaddress.IPv6Address(text[1:-1]).compressed
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        labels = text.removesuffix(".").split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise ValueError(f"{text!r} is no host name")
    return ".".join(labels)
