"""Lines that are written down later, held in a file that has no name, and not in memory."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from typing import IO


class LineSpool:
    """Lines by name; where the disk takes no more, it says so, and holds none."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._starts: dict[str, int] = {}
        self._end = 0
        self.has_failed = False
        """Whether a line could not be held; then there is none."""

    def put(self, name: str, line: str) -> None:
        """Hold a line, without its end."""
        if self.has_failed:
            return
        content = f"{line}\n".encode()
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - until ``close``
            self._file.seek(self._end)
            self._file.write(content)
        except OSError:
            self.has_failed = True
            self.close()
            return
        self._starts[name] = self._end
        self._end += len(content)

    def get(self, name: str) -> str | None:
        """Return the line of a name. Raises OSError."""
        start = self._starts.get(name)
        if start is None or self._file is None:
            return None
        self._file.seek(start)
        return self._file.readline().decode().rstrip("\n")

    def names(self) -> frozenset[str]:
        """Return the names that have a line."""
        return frozenset(self._starts)

    def close(self) -> None:
        """Forget the lines."""
        self._starts.clear()
        if self._file is not None:
            with suppress(OSError):  # a full disk takes no more of the buffer either
                self._file.close()
            self._file = None
