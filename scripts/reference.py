"""Writes docs/reference: from the schemas, the tables in the code, the commands and docstrings."""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
from itertools import pairwise
from pathlib import Path

import click

from jittask.cli.exit_codes import MEANINGS, VARIABLES
from jittask.cli.main import cli
from jittask.client import Client
from jittask.client.control import ControlCalls
from jittask.client.open_tree import OpenTree
from jittask.client.records import RecordCalls
from jittask.client.schedule import ScheduleCalls
from jittask.compiler.environment_settings import setting_variables
from jittask.compiler.schemas import SCHEMA_FOLDER, schema
from jittask.metrics.catalog import CATALOG, Kind, Metric, Origin
from jittask.model import Attempt, MissedRange, Run, RunStatus, Trigger
from jittask.operations.backfill.backfill import Backfill
from jittask.operations.control.accepted import Accepted
from jittask.operations.control.pauses import Resumed
from jittask.operations.edit.enabled import Switched
from jittask.operations.inspect.catalog import CatalogEntry
from jittask.operations.inspect.explain import Explanation
from jittask.operations.inspect.log_lines import LogLine
from jittask.operations.inspect.next import Upcoming
from jittask.operations.inspect.next_rows import UpcomingRows
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.row_stream import Tally
from jittask.operations.inspect.statistics import Statistics
from jittask.operations.inspect.status import ElementState, Status
from jittask.operations.inspect.timeline import Timeline
from jittask.operations.simulate.result import Problem, Simulated, SimulatedRun
from jittask.operations.views.events import json_name
from jittask.rules import RULES
from jittask.runtime import events as events_module
from jittask.store.control import Pause
from jittask.store.statistics import LastRun, Percentiles, TaskStatistics
from jittask.store.status_types import RuntimeRow

SETTINGS_BY_ENVIRONMENT = """\
A setting that the environment gives counts before the one in `app.json`, which counts before its
default; an option of the command line counts before all of them. An empty variable gives nothing.
A value that does not fit is an error, as it is in the file. `jittask doctor` shows what holds, and
where each value comes from. A change of the environment needs a restart."""
PARTS = (OpenTree, ControlCalls, RecordCalls, ScheduleCalls)
"""The classes that the client consists of."""
RESULTS = (
    Accepted, Run, Attempt, MissedRange, LogLine, Resumed, Switched, Pause, Upcoming,
    TaskOccurrence, Explanation, CatalogEntry, LastRun, Statistics, TaskStatistics, Percentiles,
    Status, ElementState, RuntimeRow, UpcomingRows, Tally, Backfill, Timeline, Simulated,
    SimulatedRun, Problem,
)  # fmt: skip
"""What the client's methods return."""
MAX_WIDTH = 88
TARGET = Path(__file__).parents[1] / "docs" / "reference"


def pages() -> dict[str, str]:
    """Return every generated page, by file name."""
    return {
        "file-format.md": file_format(),
        "diagnostics.md": diagnostics(),
        "commands.md": commands(),
        "events.md": events(),
        "exit-codes-and-variables.md": exit_codes_and_variables(),
        "client.md": client(),
        "metrics.md": metrics(),
    }


def file_format() -> str:
    lines = ["# File format", "", "Made from the JSON Schemas in `schemas/`.", ""]
    for name in ("app", "task", "service", "model", "database", "scenario"):
        schema = json.loads((SCHEMA_FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
        lines += [f"## {schema['title']}", "", schema["description"], ""]
        if name == "task":
            for part in ("scheduled", "dateField", "repeat", "policy"):
                lines += [f"### {schema['$defs'][part].get('title', part)}", ""]
                lines += table(schema["$defs"][part], schema["$defs"], "")
        else:
            lines += table(schema, schema.get("$defs", {}), "")
        for part in ("event", "expectation", "firing") if name == "scenario" else ():
            own = schema["$defs"][part]
            lines += [f"### {own['title']}", "", own["description"], ""]
            lines += table(own, schema["$defs"], "")
        if name == "database":
            settings = schema["$defs"]["settings"]
            lines += [f"### {settings['title']}", "", settings["description"], ""]
            lines += ["The keys of an `e.json`, but for `type` and `backendBundleEntry`.", ""]
    return "\n".join(lines) + "\n"


def table(schema: dict, definitions: dict, prefix: str) -> list[str]:
    rows = ["| key | what | values | default |", "| --- | --- | --- | --- |"]
    rows += list(rows_of(schema, definitions, prefix))
    return [*rows, ""]


def rows_of(schema: dict, definitions: dict, prefix: str):
    for key, value in schema.get("properties", {}).items():
        known = definitions.get(value.get("$ref", "").rpartition("/")[2], value)
        values = ", ".join(f"`{json.dumps(choice)}`" for choice in known.get("enum", []))
        values = values or str(known.get("type", "")).replace("'", "")
        default = f"`{json.dumps(known['default'])}`" if "default" in known else ""
        must = " (required)" if key in schema.get("required", ()) else ""
        what = known.get("description", "").replace("|", "\\|")
        yield f"| `{prefix}{key}`{must} | {what} | {values} | {default} |"
        if "$ref" not in value:
            yield from rows_of(known, definitions, f"{prefix}{key}.")


def diagnostics() -> str:
    lines = ["# Diagnostics", ""]
    lines += ["What `jittask rule CODE` says, for every code. An error keeps its element, and"]
    lines += ["those that need it, from loading; the rest of the tree loads. A warning keeps"]
    lines += ["nothing from loading. Each mistake is reported once, at its place.", ""]
    lines += ["| code | | what |", "| --- | --- | --- |"]
    lines += [
        f"| [{rule.code}](#{rule.code}) | {rule.severity} | {rule.title} |"
        for rule in RULES.values()
    ]
    lines += [""]
    for rule in RULES.values():
        lines += [
            f"## {rule.code}",
            "",
            f"{rule.severity.capitalize()}: {rule.title}. {rule.why}",
            "",
            f"- wrong: `{rule.example}`",
            f"- instead: `{rule.instead}`",
            "",
        ]
    return "\n".join(lines)


def commands() -> str:
    context = click.Context(cli, info_name="jittask")
    lines = ["# Commands", ""]
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        lines += help_of(command, context, name)
    return "\n".join(lines)


def help_of(command: click.Command, parent: click.Context, name: str) -> list[str]:
    context = click.Context(command, info_name=name, parent=parent)
    lines = [f"## {context.command_path}", "", "```text", command.get_help(context), "```", ""]
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            assert found is not None
            lines += help_of(found, context, inner)
    return lines


def exit_codes_and_variables() -> str:
    """Return the tables that every command obeys."""
    lines = ["# Exit codes and variables", "", "The same for every command.", ""]
    lines += ["## Exit codes", "", "| code | meaning |", "| --- | --- |"]
    lines += [f"| {int(code)} | {meaning} |" for code, meaning in MEANINGS.items()]
    lines += ["", "## Environment variables", "", "| variable | meaning |", "| --- | --- |"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in VARIABLES.items()]
    lines += ["", "Elements name further variables themselves, as `${NAME}`.", ""]
    lines += ["## Settings by the environment", "", SETTINGS_BY_ENVIRONMENT, ""]
    lines += ["| variable | in `app.json` | meaning | default |", "| --- | --- | --- | --- |"]
    for variable, pointer in setting_variables().items():
        part = schema("app")
        for key in pointer:
            part = part["properties"][key]
        default = part.get("default")
        shown = "" if default is None else f"`{default}`"
        lines.append(f"| `{variable}` | `{'.'.join(pointer)}` | {part['description']} | {shown} |")
    lines += [""]
    return "\n".join(lines)


def client() -> str:
    """Return the client's methods, from their signatures and docstrings."""
    lines = ["# Client for Python", "", "`from jittask import Client`", ""]
    lines += [_prose(Client), ""]
    methods = {name: method for part in PARTS for name, method in vars(part).items()}
    for name, method in methods.items():
        if inspect.isfunction(method) and (name == "__init__" or not name.startswith("_")):
            call = "Client" if name == "__init__" else name
            lines += [f"## {call}", "", "```python", _signature(call, method), "```", ""]
            lines += [_prose(method), ""]
    for kind in RESULTS:
        lines += [f"## {kind.__name__}", "", _prose(kind), "", *_fields(kind), ""]
    return "\n".join(lines)


def _prose(described: object) -> str:
    return (inspect.getdoc(described) or "").replace("``", "`")


def _signature(name: str, method: object) -> str:
    signature = inspect.signature(method)
    parameters = [
        parameter for parameter in signature.parameters.values() if parameter.name != "self"
    ]
    result = inspect.Signature.empty if name == "Client" else signature.return_annotation
    words = str(inspect.Signature(parameters, return_annotation=result)).replace("'", "")
    if len(name + words) <= MAX_WIDTH:
        return name + words
    inside, _, after = words[1:].rpartition(")")
    lines = "".join(f"    {part},\n" for part in _split(inside))
    return f"{name}(\n{lines}){after}"


def _split(parameters: str) -> list[str]:
    """Split at the commas outside brackets."""
    parts, depth = [""], 0
    for char in parameters:
        depth += (char in "([") - (char in ")]")
        if char == "," and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _fields(kind: type) -> list[str]:
    """Return the table of a dataclass's fields, from the texts below them, and its properties."""
    [tree] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    rows = ["| field | type | what |", "| --- | --- | --- |"]
    for field, following in pairwise([*tree.body, ast.Pass()]):
        if isinstance(field, ast.AnnAssign):
            said = following.value if isinstance(following, ast.Expr) else None
            words = str(said.value) if isinstance(said, ast.Constant) else ""
            rows.append(_row(ast.unparse(field.target), ast.unparse(field.annotation), words))
        elif isinstance(field, ast.FunctionDef) and field.decorator_list:
            returns = ast.unparse(field.returns) if field.returns else ""
            rows.append(_row(field.name, returns, ast.get_docstring(field) or ""))
    return rows


def _row(name: str, kind: str, words: str) -> str:
    words = " ".join(words.split()).replace("``", "`")
    return f"| `{name}` | `{kind}` | {words} |".replace(" | None", " or None")


def events() -> str:
    """Return the table of events, from the dataclasses and the texts below their fields."""
    lines = [
        "# Events",
        "",
        "`jittask run --format json` writes one event a line, as a JSON object. Instants are",
        "UTC with an offset. Made from `jittask/runtime/events.py`; names and fields stay.",
        "",
    ]
    classes = ast.parse(Path(events_module.__file__).read_text(encoding="utf-8")).body
    for event in classes:
        if isinstance(event, ast.ClassDef) and hasattr(events_module, event.name):
            nested = event.name == "NotFiring"
            lines += [f"## {'An entry of notFiring' if nested else event.name.lower()}", ""]
            lines += [
                (ast.get_docstring(event) or "").replace("``", "`"),
                "",
                "| field | value | what |",
            ]
            lines += ["| --- | --- | --- |", *event_rows(event, nested=nested), ""]
    return "\n".join(lines).rstrip("\n") + "\n" + LOG_RECORDS


def metrics() -> str:
    """Return the table of metrics."""
    lines = ["# Metrics", "", "How to get them is in [Monitor it](../how-to/monitor.md).", ""]
    titles = {
        Origin.STORE: "From the run store, the same from every console and runtime",
        Origin.PROCESS: "Counted by one runtime since its start",
    }
    for origin, title in titles.items():
        lines += [f"## {title}", ""]
        lines += ["| metric | kind | labels | what |", "| --- | --- | --- | --- |"]
        lines += [metric_row(metric) for metric in CATALOG if metric.origin is origin]
        lines.append("")
    others = "Besides, `process_…` and `python_…`: memory, CPU, open files, garbage collection."
    return "\n".join([*lines, others, ""])


def metric_row(metric: Metric) -> str:
    name = metric.samples[0] if metric.kind is Kind.COUNTER else metric.name
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{name}` | {metric.kind} | {labels} | {metric.help} |"


LOG_RECORDS = """
## The same as log records

`jittask run --format otel` writes the same events in the field names of OpenTelemetry's log model
(its JSON form): `timeUnixNano`, `severityText`, `severityNumber`, `eventName` (`jittask.finished`),
`attributes` (each field of the event, as `jittask.task`; those that are null are left out) and
`resource`. Beside them are `time`, `level` and `message`, which other collectors look for. A run
that failed, and an element that is broken or blocked, is `ERROR`; trouble and a run that is tried
again is `WARN`; plans are `DEBUG`; all else is `INFO`.
"""


def event_rows(event: ast.ClassDef, *, nested: bool):
    if not nested:
        yield f'| `event` | `"{event.name.lower()}"` | its name |'
    for field, following in pairwise([*event.body, ast.Pass()]):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            said = following.value if isinstance(following, ast.Expr) else None
            words = str(said.value) if isinstance(said, ast.Constant) else ""
            words = words or {"at": "When it happened."}.get(field.target.id, "")
            value = JSON_TYPES[ast.unparse(field.annotation)]
            may = " or null" if field.target.id == "row" else ""
            yield f"| `{json_name(field.target.id)}` | {value}{may} | {words.replace('``', '`')} |"


JSON_TYPES = {
    "str": "text",
    "str | None": "text or null",
    "int": "integer",
    "float": "number",
    "float | None": "number or null",
    "datetime": "instant",
    "datetime | None": "instant or null",
    "tuple[str, ...]": "list of text",
    "tuple[NotFiring, ...]": "list of objects",
    "tuple[Diagnostic, ...]": "list of objects",
    "Trigger": ", ".join(f"`{trigger}`" for trigger in Trigger),
    "RunStatus": ", ".join(
        f"`{status}`" for status in RunStatus if status is not RunStatus.EXECUTING
    ),
    "Reason | None": "text or null",
}


if __name__ == "__main__":
    TARGET.mkdir(exist_ok=True)
    for name, text in pages().items():
        (TARGET / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"wrote {len(pages())} pages to {TARGET}\n")
