"""``jittask new``: a task's two files, from a title and a schedule."""

from __future__ import annotations

import contextlib
import json
import keyword
import os
import re
import shlex
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jittask import zonedata
from jittask.cli.failure import Failure
from jittask.cli.tree import find_tree, tree_option
from jittask.clock import clock_from_environment

if TYPE_CHECKING:
    from jittask.compiler.compiled import Compilation

_MOST_LETTERS = 60
_CYCLES = ("normal", "minute", "hour", "day", "week", "month", "year")
_SCHEDULED = """from jittask import log


def customFunc():
    log.info("{title}")
"""
_DATE_FIELD = """from jittask import log


def customFunc(rowData):
    log.info("{title}: {field} is %s", rowData["{field}"])
"""


def _words(_: click.Context, __: click.Parameter, title: tuple[str, ...]) -> tuple[str, ...]:
    words = " ".join(title)
    if not words.strip() or words != words.encode(errors="ignore").decode():
        raise click.BadParameter("expected words")
    return title


_title = click.argument("title", nargs=-1, required=True, callback=_words)
_name = click.option("--name", help="The element's name; made from TITLE by default.")
_folder = click.option("--in", "folder", metavar="FOLDER", help="A folder under tasks/.")
_disabled = click.option("--disabled", is_flag=True, help="Write it switched off.")


@click.group()
def command() -> None:
    """Write a new task: scheduled, or date-field (for every row of a model).

    The element's name is English letters, whatever the script of the title.

    Example: jittask new scheduled 每日报表 --repeat day --start "2026-01-05 09:00"
    """


@command.command()
@_title
@_name
@_folder
@click.option("--start", metavar="TIME", help="yyyy-MM-dd HH:mm; tomorrow at 09:00 by default.")
@click.option("--repeat", type=click.Choice(_CYCLES), default="day", show_default=True)
@click.option("--cron", metavar="FIELDS", help="A cron of five fields, instead of --repeat.")
@_disabled
@tree_option
def scheduled(
    title: tuple[str, ...],
    name: str | None,
    folder: str | None,
    start: str | None,
    repeat: str,
    cron: str | None,
    disabled: bool,
    tree: Path | None,
) -> None:
    """Write a task that fires at times.

    Example: jittask new scheduled Weekly report --cron "0 9 * * 1"
    """
    compilation = _compiled(tree)
    timing: dict[str, Any] = {
        "startTime": start or _tomorrow(compilation),
        "repeat": {"repeatType": "custom", "cron": cron} if cron else {"repeatType": repeat},
    }
    words = " ".join(title)
    data = {"type": "tasks.NormalType", **_head(words, disabled), "timerCfg": timing}
    _write(compilation, words, name, folder, data, _SCHEDULED.format(title=_quotable(words)))


@command.command("date-field")
@_title
@_name
@_folder
@click.option("--model", metavar="NAME", help="The model, such as Contract; the only one else.")
@click.option("--field", metavar="NAME", help="Its date field; the only one else.")
@click.option("--before", type=click.IntRange(min=1), metavar="DAYS", help="So many days before.")
@click.option("--after", type=click.IntRange(min=1), metavar="DAYS", help="So many days after.")
@click.option("--time", "at", metavar="HH:MM", default="09:00", show_default=True)
@_disabled
@tree_option
def date_field(
    title: tuple[str, ...],
    name: str | None,
    folder: str | None,
    model: str | None,
    field: str | None,
    before: int | None,
    after: int | None,
    at: str,
    disabled: bool,
    tree: Path | None,
) -> None:
    """Write a task that fires for every row, at its date.

    Example: jittask new date-field Contract expires soon --model Contract --before 7
    """
    if before and after:
        raise click.UsageError("--before and --after exclude each other")
    compilation = _compiled(tree)
    full = _model(compilation, model)
    chosen = _field(compilation, full, field)
    offset = {
        "offsetType": -1 if before else int(after is not None),
        "offset": before or after or 0,
        "offsetUnit": "day",
        "time": at,
    }
    words = " ".join(title)
    data = {
        "type": "tasks.DateFieldType",
        **_head(words, disabled),
        "modelPath": full,
        "filter": "",
        "timerCfg": {
            "startField": chosen,
            "startOffset": offset,
            "repeat": {"repeatType": "normal"},
        },
    }
    body = _DATE_FIELD.format(title=_quotable(words).replace("%", "%%"), field=chosen)
    _write(compilation, words, name, folder, data, body)


def element_name(title: str) -> str:
    """Return an English name for a title in any script: letters and digits, no keyword."""
    from anyascii import anyascii  # late: its tables are large

    words = re.findall(r"[A-Za-z0-9]+", anyascii(title))
    name = "".join(word[0].upper() + word[1:] for word in words)[:_MOST_LETTERS]
    if not name or name[0].isdigit() or keyword.iskeyword(name):
        name = f"Task{name}"
    return name


def _compiled(tree: Path | None) -> Compilation:
    from jittask.compiler import compile_tree

    return compile_tree(find_tree(tree))


def _head(title: str, disabled: bool) -> dict[str, Any]:
    return {
        "title": title,
        "enable": int(not disabled),
        "funcType": "Inner",
        "backendBundleEntry": ".",
    }


def _tomorrow(compilation: Compilation) -> str:
    now = (
        clock_from_environment().now().astimezone(zonedata.zone(compilation.app.settings.timezone))
    )
    day = (now + timedelta(days=1)).date()
    return datetime.combine(day, datetime.min.time().replace(hour=9)).isoformat(" ")


def _model(compilation: Compilation, name: str | None) -> str:
    models = compilation.app.models
    if name is None:
        if len(models) == 1:
            return next(iter(models))
        raise click.UsageError(f"name a model with --model: {', '.join(models) or 'there is none'}")
    full = name if name.startswith("models.") else f"models.{name}"
    if full not in models:
        raise Failure(f"no model {full!r} that loads", f"there are: {', '.join(models) or 'none'}")
    return full


def _field(compilation: Compilation, model: str, name: str | None) -> str:
    info = compilation.app.models[model]
    dates = [one.name for one in info.fields if one.type in ("date", "datetime")]
    if name is not None:
        if not info.opaque and name not in dates:
            known = ", ".join(dates) or "none"
            raise Failure(f"{model} has no date field {name!r}", f"it has: {known}")
        return name
    if len(dates) == 1:
        return dates[0]
    raise click.UsageError(f"name a date field of {model} with --field: {', '.join(dates)}")


def _write(
    compilation: Compilation,
    title: str,
    name: str | None,
    folder: str | None,
    data: dict[str, Any],
    body: str,
) -> None:
    """Write the element; nothing is left of one that would not load."""
    from jittask.compiler import compile_tree

    root = compilation.app.root
    base = "tasks" if folder is None else f"tasks/{folder.strip('/').removeprefix('tasks/')}"
    place = _free_place(root, base, name, title)
    target = root / place
    try:
        target.mkdir(parents=True)
        (target / "inner.py").write_text(body, encoding="utf-8")
        text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
        (target / "e.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"{target}: {error.strerror}") from error
    full = place.replace("/", ".")
    wrong = next((one for one in compile_tree(root).of(full) if one.is_error), None)
    if wrong is not None:
        for file in ("e.json", "inner.py"):
            (target / file).unlink()
        target.rmdir()
        raise Failure(wrong.message, wrong.hint)
    click.echo(f"made {full}")
    click.echo(f"  {target / 'inner.py'}\n  {target / 'e.json'}")
    row = " --row KEY" if data["type"] == "tasks.DateFieldType" else ""
    click.echo("then:")
    for command in ("try", "next"):
        click.echo(f"  jittask {command} {full}{row}{_tree_words(root)}")


def _tree_words(root: Path) -> str:
    """Return how to name the tree, where a command run here would not find it by itself."""
    with contextlib.suppress(Failure):
        if find_tree(None).resolve() == root:
            return ""
    return f" --tree {shlex.quote(os.path.relpath(root))}"


def _free_place(root: Path, base: str, name: str | None, title: str) -> str:
    """Return a folder that is free, also where upper and lower case are one."""
    wanted = name or element_name(title)
    parts = f"{base}/{wanted}".split("/")
    odd = next((one for one in parts if not one.isidentifier() or keyword.iskeyword(one)), None)
    if odd is not None:
        raise Failure(f"{odd!r} is no name for an element", "use letters, digits and _")
    folder = root / base
    taken = {one.name.lower() for one in folder.iterdir()} if folder.is_dir() else set()
    if wanted.lower() not in taken:
        return f"{base}/{wanted}"
    if name is not None:
        raise Failure(f"{base}/{name} is there already", "choose another --name")
    number = next(n for n in range(2, len(taken) + 3) if f"{wanted}{n}".lower() not in taken)
    return f"{base}/{wanted}{number}"


def _quotable(title: str) -> str:
    """Return a title as it may stand inside a Python text."""
    return json.dumps(title, ensure_ascii=False)[1:-1]
