"""Changes one value of an element's JSON file, and leaves every other byte as it was."""

from __future__ import annotations

import codecs
import json

from jittask.compiler.json_spans import spans


class NotJson(ValueError):
    """The file is no JSON object, so nothing in it can be found and changed."""


def with_value(raw: bytes, key: str, value: int | str) -> bytes:
    """Return the file with ``key`` of its object set to ``value``, or added in front.

    A byte order mark, line ends, spaces and the order of keys stay. Raises
    NotJson for what is no JSON object, and where the object has the key twice.
    """
    mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    try:
        text = raw.removeprefix(mark).decode()
        pairs = json.loads(text, object_pairs_hook=list)
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotJson(f"expected JSON: {error}") from error
    if not isinstance(data, dict):
        raise NotJson(f"expected a JSON object, got {text.strip()[:20]}")
    if sum(1 for name, _ in pairs if name == key) > 1:
        raise NotJson(f"the object has the key {key!r} twice")
    written = json.dumps(value, ensure_ascii=False)
    if key in data:
        start, end = spans(text)[(key,)][1]
        if type(data[key]) is type(value) and data[key] == value:
            return raw
        changed = f"{text[:start]}{written}{text[end:]}"
    else:
        changed = _added(text, f'"{key}": {written}', empty=not data)
    return mark + changed.encode()


def _added(text: str, entry: str, *, empty: bool) -> str:
    """Return the text with an entry in front of the others, indented as the first of them is."""
    opened = text.index("{") + 1
    rest = text[opened:]
    if empty:
        return f"{text[:opened]}{entry}{rest}"
    gap = rest[: len(rest) - len(rest.lstrip())]
    return f"{text[:opened]}{gap}{entry},{gap or ' '}{rest[len(gap) :]}"
