"""docs/how-to/use-your-database.md: its files, statements and commands, on real servers."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, make_url

from tests.running import jittask
from tests.services import url_of
from tests.tree import Tree

pytestmark = pytest.mark.process
PAGE = Path(__file__).parents[2] / "docs/how-to/use-your-database.md"
TEXT = PAGE.read_text(encoding="utf-8")
FILES = re.findall(r"`([\w/]+\.(?:json|py))`:\n\n```(?:json|python)\n(.*?)```", TEXT, re.DOTALL)
SQL = re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL)
THEIRS, READS, WRITES, MARIADB, INDEXES = SQL
COMMANDS = [
    line
    for block in re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
]
KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"
WRITER = "def customFunc(rowData):\n    rowData.status.value = 'renewed'\n    rowData.save()\n"


def run_sql(connection: Connection, block: str, account: str) -> None:
    """Run the statements of a block for an account of the test's own."""
    for statement in block.replace("jittask_app", account).split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement.replace("%", "%%"))


@contextmanager
def admin(url: URL) -> Iterator[Connection]:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def account() -> str:
    return f"reader_{os.getpid()}_{uuid.uuid4().hex[:6]}"


@pytest.fixture
def erp(account: str) -> Iterator[URL]:
    """Make a database of this test's own with the page's schema, one row, and the account."""
    server = make_url(url_of("postgresql"))
    database = server.set(database=account)
    with admin(server) as main:
        main.exec_driver_sql(f"CREATE DATABASE {account}")
        try:
            with admin(database) as connection:
                run_sql(connection, THEIRS, account)
                connection.exec_driver_sql(
                    f"INSERT INTO sales.contracts VALUES ('{KEY}', 'Old Mill', 'active', "
                    "now() + interval '30 days', now() + interval '1 day')"
                )
            yield database
        finally:
            main.exec_driver_sql(f"DROP DATABASE {account} WITH (FORCE)")
            main.exec_driver_sql(f"DROP ROLE IF EXISTS {account}")


@pytest.fixture
def app(tree: Tree) -> Tree:
    """Write the page's files."""
    tree.write("app.json", {"settings": {"timezone": "Europe/Berlin"}})
    for path, content in FILES:
        tree.write(path, content)
    return tree


def as_account(url: URL, account: str) -> dict[str, str]:
    given = url.set(username=account, password="secret")
    return {"ERP_URL": given.render_as_string(hide_password=False), "COLUMNS": "200"}


def test_the_page_names_its_files() -> None:
    assert [path for path, _ in FILES] == [
        "databases/Erp/e.json", "models/Contract/e.json", "tasks/Renewal/e.json",
        "tasks/Renewal/inner.py", "models/ActiveContract/e.json", "tasks/Filing/e.json",
        "tasks/Filing/inner.py",
    ]  # fmt: skip


def test_each_command_with_the_permissions_to_read(app: Tree, erp: URL, account: str) -> None:
    with admin(erp) as connection:
        run_sql(connection, READS, account)
    env = as_account(erp, account)
    found = jittask("doctor", app.root, **env).stdout
    assert "no index begins with expires, so each scan reads all of sales.contracts" in found
    assert "CREATE INDEX ix_contracts_expires ON sales.contracts (expires)" in found
    with admin(erp) as connection:
        run_sql(connection, INDEXES, account)
    assert len(COMMANDS) == 6
    for command in COMMANDS:
        done = jittask(*command.split()[1:], cwd=app.root, JITTASK_TREE=str(app.root), **env)
        if command.endswith("--strict"):  # a view tells nothing of the indexes below it
            assert "error" not in done.stdout, done.stdout
            continue
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    for name, result in (("Renewal", "remind Old Mill"), ("Filing", "file Old Mill")):
        tried = jittask("try", name, "--row", KEY, "--tree", app.root, **env)
        assert result in tried.stdout + tried.stderr


def test_a_function_that_writes_needs_the_other_permissions(
    app: Tree, erp: URL, account: str
) -> None:
    app.write("tasks/Renewal/inner.py", WRITER)
    arguments = ("try", "Renewal", "--row", KEY, "--commit", "--tree", app.root)
    env = as_account(erp, account)
    with admin(erp) as connection:
        run_sql(connection, READS, account)
        refused = jittask(*arguments, **env)
        assert refused.returncode == 1
        assert "permission denied" in refused.stdout + refused.stderr
        run_sql(connection, WRITES, account)
        done = jittask(*arguments, **env)
        assert done.returncode == 0, done.stdout + done.stderr
        status = connection.exec_driver_sql("SELECT status FROM sales.contracts").scalar_one()
    assert status == "renewed"


def test_without_permissions_doctor_says_so(app: Tree, erp: URL, account: str) -> None:
    with admin(erp) as connection:
        run_sql(connection, READS.splitlines()[0], account)
    found = jittask("doctor", app.root, **as_account(erp, account))
    assert found.returncode == 1
    assert "permission" in found.stdout


def test_the_permissions_on_mariadb(tree: Tree, account: str) -> None:
    server = make_url(url_of("mysql"))
    with admin(server) as main:
        main.exec_driver_sql(f"CREATE DATABASE {account}")
        try:
            main.exec_driver_sql(
                f"CREATE TABLE {account}.contracts (id INT PRIMARY KEY, customer VARCHAR(20), "
                "status VARCHAR(20), expires DATETIME, INDEX (expires))"
            )
            main.exec_driver_sql(
                f"INSERT INTO {account}.contracts VALUES (1, 'Old Mill', 'active', NOW())"
            )
            run_sql(main, MARIADB.replace("erp.", f"{account}."), account)
            tree.write("app.json", {"settings": {"timezone": "UTC"}})
            for path, content in FILES[:4]:
                tree.write(path, content.replace("sales.", ""))
            env = as_account(server.set(database=account), account)
            assert jittask("validate", tree.root, "--connect", **env).returncode == 0
            tried = jittask("try", "Renewal", "--row", "1", "--tree", tree.root, **env)
            assert "remind Old Mill" in tried.stdout + tried.stderr
        finally:
            main.exec_driver_sql(f"DROP USER IF EXISTS '{account}'@'%%'")
            main.exec_driver_sql(f"DROP DATABASE {account}")
