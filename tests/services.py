"""Database servers that tests need: missing ones are loud skips, and failures in CI."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from jittask.model import AppSettings

URLS = {
    "sqlite": "sqlite:///data.db",
    "postgresql": os.environ.get(
        "JITTASK_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test"
    ),
    "mysql": os.environ.get("JITTASK_TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306/test"),
}


def url_of(name: str) -> str:
    """Return the URL of a service that answers."""
    url = URLS[name]
    if name != "sqlite":
        try:
            engine = sa.create_engine(
                url, poolclass=sa.NullPool, connect_args={"connect_timeout": 5}
            )
            engine.connect().close()
        except OperationalError as error:
            words = f"{name} does not answer at {url}: {error.orig}"
            if os.environ.get("CI"):
                pytest.fail(words)
            pytest.skip(words)
    return url


@contextmanager
def store_settings(kind: str) -> Iterator[AppSettings]:
    """Give app settings with a run store of that kind, empty: an own schema on a server."""
    if kind == "sqlite":
        yield AppSettings()
        return
    schema = f"jittask_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    url = url_of(kind)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
        try:
            yield AppSettings(store=f"{url}?options=-csearch_path%3D{schema}")
        finally:
            connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@dataclass(frozen=True)
class OwnServer:
    """A PostgreSQL server that a test may stop and fill up."""

    binaries: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The URL of its database."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def restart(self, mode: str) -> None:
        """Stop it, ``fast`` or ``immediate``, and start it again."""
        self.control("stop", "-m", mode)
        self.control("start")

    def control(self, *arguments: str) -> None:
        """Run ``pg_ctl``."""
        log = str(self.folder / "log")
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-w", *arguments)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs, as somebody whom it serves: it refuses root."""
        root = os.geteuid() == 0
        subprocess.run(
            [self.binaries / program, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            user="postgres" if root else None,
        )

    @contextmanager
    def small_tablespace(self, name: str) -> Iterator[None]:
        """Give it room on a disk of its own, for tables."""
        with small_disk(self.folder / name) as disk:
            inside = disk / "tables"
            inside.mkdir()
            shutil.chown(inside, "postgres")
            self._execute(f"CREATE TABLESPACE {name} LOCATION '{inside}'")
            yield

    def _execute(self, statement: str) -> None:
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Start a PostgreSQL server of the test's own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        words = "no PostgreSQL server is installed to be restarted"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    folder = Path(tempfile.mkdtemp(prefix="jittask-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    server = OwnServer(found[-1].parent, folder, _free_port())
    try:
        server.run(
            "initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync"
        )
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(
                f"port = {server.port}\nlisten_addresses = '127.0.0.1'\n"
                f"unix_socket_directories = '{folder}'\n"
            )
        server.control("start")
        try:
            yield server
        finally:
            server.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """Mount a file system of 16 megabytes."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("only root can mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
