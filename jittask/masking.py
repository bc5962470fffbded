"""Keeps secrets out of what is recorded and reported (rule U5).

Secrets are the values that ``${NAME}`` in the tree takes from the environment,
and the passwords in URLs, wherever they come from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote

MASKED = "***"
_MIN_LENGTH = 4
"""Characters; a shorter value is not masked, since it would be found in every other word."""
_URL_PASSWORD = re.compile(r"(://[^\s/?#:@'\"]*:)[^\s/'\"]+(?=@)")
_PASSWORD_KEY = re.compile(r'("(?:password|passwd)"\s*:\s*")(?:[^"\\]|\\.)*(?=")')
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


class Mask:
    """Replaces some values, in every form in which they are usually written, with ``***``."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        forms = {form for value in values for form in _forms(value)}
        long_enough = (form for form in forms if len(form) >= _MIN_LENGTH)
        self._forms = sorted(long_enough, key=lambda form: (-len(form), form))
        self.longest = len(self._forms[0]) if self._forms else 0
        """Characters of the longest form."""

    @classmethod
    def of_environment(cls, names: Iterable[str], environment: Mapping[str, str]) -> Mask:
        """Return the mask of the values that these variables have; of those that are set."""
        return cls(environment[name] for name in names if name in environment)

    def __or__(self, other: Mask) -> Mask:
        both = Mask()
        both._forms = sorted({*self._forms, *other._forms}, key=lambda form: (-len(form), form))
        both.longest = max(self.longest, other.longest)
        return both

    def __call__(self, text: str) -> str:
        """Return a text without the values, and without passwords in URLs."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASKED)
        return without_passwords(text)

    def json(self, text: str) -> str:
        """Return a JSON text with the values masked in its strings; it stays JSON."""
        if not self._forms and "://" not in text:
            return text
        return _JSON_TEXT.sub(self._json_string, text)

    def _json_string(self, found: re.Match[str]) -> str:
        text = json.loads(found[0])
        masked = self(text)
        return found[0] if masked == text else json.dumps(masked, ensure_ascii=False)

    def unfinished(self, text: str) -> int:
        """Return how many characters at the end of ``text`` may be the start of a value."""
        end = text[max(0, len(text) - self.longest + 1) :] if self.longest else ""
        for start in range(len(end)):
            if any(form.startswith(end[start:]) for form in self._forms):
                return len(end) - start
        return 0


NO_SECRETS = Mask()


def without_passwords(text: str) -> str:
    """Return a text with the passwords in its URLs masked."""
    return _URL_PASSWORD.sub(rf"\1{MASKED}", text) if "://" in text else text


def starred(line: str) -> str:
    """Return a line of a file with a star for each character of its passwords.

    So what is at a column of it stays there. ``${NAME}`` is no password.
    """
    for secret in (_URL_PASSWORD, _PASSWORD_KEY):
        line = secret.sub(_stars, line)
    return line


def _stars(found: re.Match[str]) -> str:
    password = found[0][len(found[1]) :]
    return found[0] if password.startswith("${") else found[1] + "*" * len(password)


def _forms(value: str) -> Iterator[str]:
    """Yield a value as it is, each of its lines, quoted for URLs, in a repr and in JSON."""
    password = re.search(r"://[^\s/?#:@]*:([^\s/]+)@", value)
    inner = [password[1], unquote(password[1])] if password else []
    for text in {value, value.strip(), *value.splitlines(), *inner}:
        yield text
        yield from (quote(text), quote(text, safe=""), quote(text, safe=" +"), quote_plus(text))
        yield repr(text)[1:-1]
        yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
