"""The base class of services, by JitAi's name (rule F7)."""

from __future__ import annotations


class NormalService:
    """What a service's class may inherit; a service needs no base class."""

    __fullName__ = ""
    """The element's full name, once ``app.getElement`` has made the service."""
