"""``jittask new service``, ``database`` and ``model``."""

from __future__ import annotations

from pathlib import Path

import click

from jittask.cli.new_options import new_workspace, place_options, show_written, title_argument
from jittask.cli.options import tree_option
from jittask.operations.edit.new_element import DATABASE_TYPES, new_database, new_service
from jittask.operations.edit.new_model import new_model, new_table_model
from jittask.operations.edit.write_element import NewElement


@click.command()
@title_argument
@place_options("services")
@tree_option
def service(title: str, name: str | None, folder: str | None, tree: Path | None) -> None:
    """Write a service with a function that tasks can name in func.

    Example: jittask new service ReportSvc
    """
    with new_workspace(tree) as opened:
        written = new_service(opened, NewElement(title, name, folder))
        show_written(opened, written)
        click.echo(f'a task calls it with "funcType": "Global", "func": "{written.name}.run"')


@click.command()
@title_argument
@place_options("databases")
@click.option("--url", help="An SQLAlchemy URL; ${NAME} is an environment variable.")
@click.option("--type", "kind", type=click.Choice([*DATABASE_TYPES]), help="Instead of --url.")
@click.option("--database", metavar="NAME", help="With --type: the database, or SQLite's file.")
@click.option("--host", help="With --type.")
@click.option("--port", type=click.IntRange(1, 65_535), help="With --type.")
@click.option("--user", help="With --type.")
@tree_option
def database(
    title: str,
    name: str | None,
    folder: str | None,
    url: str | None,
    kind: str | None,
    database: str | None,
    host: str | None,
    port: int | None,
    user: str | None,
    tree: Path | None,
) -> None:
    """Write a database by its URL, or by its type and settings.

    A server's password is an environment variable, so that no file holds it.

    \b
    Example: jittask new database Shop --type postgres --host db.example.org --user app
             jittask new database Shop --url 'sqlite:///data/shop.db'
    """  # noqa: D301 - click reads the backspace
    settings = {"database": database, "host": host, "port": port, "user": user}
    if (url is None) == (kind is None):
        raise click.UsageError("name the database by either --url or --type")
    if url is not None and any(value is not None for value in settings.values()):
        raise click.UsageError("--url says all: the other settings are for --type")
    with new_workspace(tree) as opened:
        written = new_database(
            opened, NewElement(title, name, folder), url=url, kind=kind, settings=settings
        )
        show_written(opened, written)
        for found in opened.compilation.of(written.name):
            click.echo(f"then: {found.hint}")


@click.command(short_help="Write a model of a table that exists, or of a new one.")
@title_argument
@place_options("models")
@click.option("--db", "database", metavar="NAME", help="Its database; the only one else.")
@click.option("--from-table", "table", metavar="TABLE", help="A table that exists; it is read.")
@click.option("--key", multiple=True, metavar="COLUMN",
              help="With --from-table: what names a row of a view; repeatable.")  # fmt: skip
@click.option("--declare", is_flag=True, help="With --from-table: write its columns, too.")
@click.option("--fields", metavar="LIST", help="Of a new table: title:str,due:date.")
@tree_option
def model(
    title: str,
    name: str | None,
    folder: str | None,
    database: str | None,
    table: str | None,
    key: tuple[str, ...],
    declare: bool,
    fields: str | None,
    tree: Path | None,
) -> None:
    """Write a model: of a table that exists, or of a new one that the app owns.

    \b
    Example: jittask new model Contract --db databases.Erp --from-table sales.contracts
             jittask new model Todo --fields title:str,due:date,done:bool
    """  # noqa: D301 - click reads the backspace
    if (table is None) == (fields is None):
        raise click.UsageError("name either a table by --from-table, or its --fields")
    if declare and table is None:
        raise click.UsageError("--declare needs --from-table")
    if key and table is None:
        raise click.UsageError("--key needs --from-table")
    element = NewElement(title, name, folder)
    with new_workspace(tree) as opened:
        if table is not None:
            written = new_table_model(
                opened, element, table=table, database=database, declare=declare, key=key
            )
        else:
            written = new_model(opened, element, fields=fields or "", database=database)
        show_written(opened, written)
