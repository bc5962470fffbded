"""``jittask console``: serves the web console of a tree until a signal stops it (rules C1, C22)."""

from __future__ import annotations

import html
import json
import os
import sys
import tempfile
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli import collector
from jittask.cli.options import (
    CONSOLE_VARIABLE,
    format_option,
    port_option,
    quiet_option,
    tree_argument,
)
from jittask.operations.errors import InvalidArgument
from jittask.operations.workspace import find_root

if TYPE_CHECKING:
    from jittask.web.server import ConsoleServer

_SHORTEST_TOKEN = 20  # characters: it must not be guessed


@click.command()
@tree_argument
@click.option("--host", default="127.0.0.1", show_default=True, envvar=f"{CONSOLE_VARIABLE}_HOST",
              help="Listen on this address.")  # fmt: skip
@port_option
@click.option("--allow-host", "names", multiple=True, metavar="NAME",
              envvar=f"{CONSOLE_VARIABLE}_ALLOW_HOST",
              help="A name by which browsers may call it; may be repeated.")  # fmt: skip
@click.option("--tls-cert", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              envvar=f"{CONSOLE_VARIABLE}_TLS_CERT",
              help="A certificate, as PEM.")  # fmt: skip
@click.option("--tls-key", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              envvar=f"{CONSOLE_VARIABLE}_TLS_KEY",
              help="Its key.")  # fmt: skip
@click.option("--behind-proxy", is_flag=True, envvar=f"{CONSOLE_VARIABLE}_BEHIND_PROXY",
              help="A proxy in front of it speaks https.")  # fmt: skip
@click.option("--read-only", is_flag=True, envvar=f"{CONSOLE_VARIABLE}_READ_ONLY",
              help="Nobody can change or run anything.")  # fmt: skip
@click.option("--token-file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              envvar=f"{CONSOLE_VARIABLE}_TOKEN_FILE",
              help="Write bearer tokens for scripts into FILE, one for each role.")  # fmt: skip
@click.option("--scrape-token-file", type=click.Path(path_type=Path, dir_okay=False),
              metavar="FILE",
              help="Accept the token in FILE, of 20 characters or more, for the role read: "
                   "Prometheus sends it.")  # fmt: skip
@click.option("--open", "in_browser", is_flag=True, help="Open it in a browser.")
@click.option("--until-eof", is_flag=True, hidden=True)
@format_option()
@quiet_option
def command(
    tree: Path | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: bool,
    read_only: bool,
    token_file: Path | None,
    scrape_token_file: Path | None,
    in_browser: bool,
    until_eof: bool,
    shape: str,
) -> None:
    """Serve the web console of TREE, on this machine only by default.

    It prints an address that signs one browser in; after it is used, it prints
    another one. It needs no running jittask: it reads the files and the run
    store. Ctrl-C ends it.

    For monitors it answers /healthz, /readyz and /livez to everyone, and /metrics
    to who may read.

    Example: jittask console elements --open
    """
    from jittask.web.roles import Role
    from jittask.web.server import Address, ConsoleServer

    scrape_token = None if scrape_token_file is None else _scrape_token(scrape_token_file)
    address = Address(host, port, names, tls_cert, tls_key, behind_proxy)
    links = _Links(shape, in_browser=in_browser)
    server = ConsoleServer(
        find_root(tree),
        address,
        ceiling=Role.READ if read_only else Role.EDIT,
        trouble=lambda words: click.echo(f"jittask: {words}", err=True),
        new_link=links.show,
    )
    if token_file is not None:
        _write_tokens(server, token_file)
    if scrape_token is not None:
        server.sessions.accept(scrape_token, "scrape token", Role.READ)
    if until_eof:
        threading.Thread(target=_stop_at_eof, args=(server,), daemon=True).start()
    collector.expect_to_stay()
    try:
        server.serve()
    finally:
        links.close()
        if token_file is not None:
            token_file.unlink(missing_ok=True)


def _stop_at_eof(server: ConsoleServer) -> None:
    """End it when the process that has started it has ended, in whatever way."""
    while os.read(sys.stdin.fileno(), 1024):  # a buffered read would hold the exit up
        continue
    server.stop()


class _Links:
    """Prints each address that signs a browser in."""

    def __init__(self, shape: str, *, in_browser: bool) -> None:
        self._shape = shape
        self._first = True
        self._in_browser = in_browser
        self._file: Path | None = None

    def show(self, url: str) -> None:
        if self._shape == "json":
            click.echo(json.dumps({"event": "link", "url": url}))
        else:
            words = "open this address" if self._first else "signed in; for another browser"
            click.echo(f"{words}: {url}")
        if self._first and self._in_browser:
            self._open(url)
        self._first = False

    def _open(self, url: str) -> None:
        """Lead the browser there by a file: other users can see the arguments of a process."""
        descriptor, name = tempfile.mkstemp(prefix="jittask-", suffix=".html")
        self._file = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(f'<meta http-equiv="refresh" content="0; url={html.escape(url)}">\n')
        webbrowser.open(self._file.as_uri())

    def close(self) -> None:
        """Delete the file."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)


def _scrape_token(file: Path) -> str:
    """Return the token that a file has. Raises InvalidArgument."""
    try:
        token = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "expected ASCII characters"
        raise InvalidArgument("scrape_token_file", f"{file}: {reason}") from error
    if len(token) < _SHORTEST_TOKEN or not token.isprintable() or " " in token:
        message = f"{file}: expected a token of {_SHORTEST_TOKEN} characters or more, in one line"
        raise InvalidArgument("scrape_token_file", message, "openssl rand -hex 32 makes one")
    return token


def _write_tokens(server: ConsoleServer, file: Path) -> None:
    text = json.dumps({"url": server.url, "tokens": server.sessions.new_tokens()}) + "\n"
    try:
        file.unlink(missing_ok=True)  # never into a file that others may read, or through a link
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        raise InvalidArgument("token_file", f"{file}: {error.strerror}") from error
