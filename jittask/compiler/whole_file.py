"""Whether a file that has just been edited reads as a whole one, so that no more is to come."""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

from jittask.compiler.files import MOST_BYTES


def is_whole(path: Path) -> bool:
    """Whether a JSON or Python file holds something, and can be parsed."""
    parse = _PARSERS.get(path.suffix)
    try:
        if parse is None or not 0 < path.stat().st_size <= MOST_BYTES:
            return False
        parse(path.read_bytes())
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _parsed(content: bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd escape is no mistake of the tree
        return ast.parse(content)


_PARSERS: Mapping[str, Callable[[bytes], object]] = {".json": json.loads, ".py": _parsed}
