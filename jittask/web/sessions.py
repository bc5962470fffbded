"""Who is calling: secrets that are made at each start and held in memory only (rule C22)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass

from jittask.web.roles import Role

_MOST_SESSIONS = 1000
_MOST_CODES = 100


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request is from."""

    name: str
    """For the audit: a browser's session by number, or the token's role."""
    role: Role
    write_value: str | None
    """What a browser's writes must carry in a header; None for a token, which no page can send."""

    def may_write(self, given: str | None) -> bool:
        """Whether a write with this header was meant by the page that this server gave out."""
        if self.write_value is None:
            return True
        return given is not None and hmac.compare_digest(given.encode(), self.write_value.encode())


class Sessions:
    """The secrets of one run of the server; safe to use from several threads.

    They are kept as digests: what is compared in a time that depends on the
    given text says nothing about a secret.
    """

    def __init__(self, ceiling: Role) -> None:
        """``ceiling``: the most that anyone may do."""
        self.ceiling = ceiling
        self._lock = threading.Lock()
        self._codes: dict[bytes, Role] = {}
        self._by_cookie: dict[bytes, Caller] = {}
        self._by_token: dict[bytes, Caller] = {}
        self._number = 0

    def new_code(self, role: Role) -> str:
        """Return a code that one browser can exchange, once, for a session of that role."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._codes[_digest(code)] = min(role, self.ceiling)
            _keep(self._codes, _MOST_CODES)
        return code

    def exchange(self, code: str) -> str | None:
        """Return the cookie's secret of a new session; None for a code that is used or wrong."""
        with self._lock:
            role = self._codes.pop(_digest(code), None)
            if role is None:
                return None
            secret = secrets.token_urlsafe(32)
            self._number += 1
            name = f"browser {self._number}"
            self._by_cookie[_digest(secret)] = Caller(name, role, secrets.token_urlsafe(32))
            _keep(self._by_cookie, _MOST_SESSIONS)
            return secret

    def new_tokens(self) -> dict[str, str]:
        """Return a new token for each role that there is, by the role's word."""
        made = {}
        with self._lock:
            for role in Role:
                if role <= self.ceiling:
                    token = secrets.token_urlsafe(32)
                    caller = Caller(f"token ({role.word})", role, None)
                    self._by_token[_digest(token)] = caller
                    made[role.word] = token
        return made

    def accept(self, token: str, name: str, role: Role) -> None:
        """Take a token that somebody else has made."""
        with self._lock:
            self._by_token[_digest(token)] = Caller(name, min(role, self.ceiling), None)

    def of_cookie(self, secret: str) -> Caller | None:
        """Return whose cookie it is; None for a wrong one."""
        return self._by_cookie.get(_digest(secret))

    def of_token(self, token: str) -> Caller | None:
        """Return whose token it is; None for a wrong one."""
        return self._by_token.get(_digest(token))

    def end(self, secret: str) -> None:
        """Forget a browser's session."""
        with self._lock:
            self._by_cookie.pop(_digest(secret), None)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogateescape")).digest()


def _keep(entries: dict[bytes, Role] | dict[bytes, Caller], most: int) -> None:
    """Forget the oldest entries where there are too many."""
    while len(entries) > most:
        del entries[next(iter(entries))]
