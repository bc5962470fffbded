"""What database drivers say: which package has one, and why a connection failed (rule F8).

Knows the texts and numbers of drivers, and opens nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STORE_DATABASES = ("sqlite", "postgresql")
"""SQLAlchemy's names of the databases that can hold the run store (R9)."""

_PACKAGES: Mapping[str, str] = MappingProxyType(
    {
        "psycopg": "'jittask[postgres]'",
        "pymysql": "'jittask[mysql]'",
        "MySQLdb": "mysqlclient",
        "psycopg2": "psycopg2-binary",
    }
)
_NO_ANSWER = frozenset({2002, 2003, 2005, 2006, 2013})
"""MySQL's numbers of errors that a client makes itself, without an answer of the server."""


def install_command(error: ImportError) -> str:
    """Return the command that installs the driver whose import has failed."""
    module = (error.name or "").partition(".")[0]
    return f"pip install {_PACKAGES.get(module, module or 'the driver')}"


def missing_driver(error: ImportError) -> str:
    """Return in words that a driver cannot be imported."""
    if isinstance(error, ModuleNotFoundError):
        return f"the driver {error.name} is not installed"
    return f"the driver cannot be imported: {first_line(error)}"


def first_line(error: BaseException | None) -> str:
    """Return the first line of what a driver said, without MySQL's error number."""
    arguments = error.args if error is not None else ()
    numbered = len(arguments) > 1 and isinstance(arguments[0], int)
    text = str(arguments[1] if numbered else error)
    lines = text.strip().splitlines()
    return lines[0].strip() if lines else "no answer"


def has_answered(error: BaseException | None) -> bool:
    """Whether a failed connection was refused by the database itself, and not by the network."""
    number = error.args[0] if error is not None and error.args else None
    if isinstance(number, int):
        return number not in _NO_ANSWER
    return "FATAL" in str(error)


def connection_hint(error: BaseException | None) -> str:
    """Return what to do about a connection that failed."""
    words = str(error)
    if not has_answered(error):
        return "is the server running, and are host and port right?"
    if ("does not exist" in words and "database" in words) or "Unknown database" in words:
        return "create that database, or correct its name"
    if "too many" in words.lower() or "connection slots" in words:
        return "allow the server more connections, or close some"
    return "check the user, the password, and what this user may do"
