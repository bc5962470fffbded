"""The rows of a simulation that come from files, in place of the databases' (rule V9).

A fixture is a JSON file with a list of rows for each model, or a folder with a
file for each model: ``Invoice.json`` with a list of rows, or ``Invoice.csv``
with the fields' names in its first line.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jittask.model import ModelInfo
from jittask.operations.errors import InvalidArgument
from jittask.operations.simulate.row_values import Values

_MODELS = "models."
_SUFFIXES = (".json", ".csv")


@dataclass(frozen=True, slots=True)
class GivenRows:
    """The rows of one model as they are written, and where."""

    rows: Sequence[Values]
    place: str
    """The file, for messages; a row is named by its number from 1."""


Fixture = Mapping[str, GivenRows]
"""Rows by the full name of their model."""


def read_fixture(path: Path, models: Mapping[str, ModelInfo]) -> Fixture:
    """Read a fixture. Raises InvalidArgument for ``data``."""
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES)
        if not files:
            raise InvalidArgument("data", f"{path}: no .json or .csv file in this folder")
        found: dict[str, GivenRows] = {}
        for file in files:
            name = model_named(file.stem, models, str(file))
            if name in found:
                raise InvalidArgument("data", f"{file}: {name} has rows in {found[name].place} too")
            found[name] = _of_file(file)
        return found
    if path.suffix == ".csv":
        return {model_named(path.stem, models, str(path)): _of_file(path)}
    data = _json(path)
    if not isinstance(data, dict):
        hint = "a folder may have one file for each model instead"
        raise InvalidArgument("data", f"{path}: expected an object of rows by model", hint)
    return given_rows(data, models, str(path))


def given_rows(data: Mapping[str, Any], models: Mapping[str, ModelInfo], place: str) -> Fixture:
    """Return the rows of an object of lists by model. Raises InvalidArgument for ``data``."""
    found = {}
    for name, rows in data.items():
        own_place = f"{place}: {name}"
        found[model_named(name, models, place)] = GivenRows(_rows(rows, own_place), own_place)
    return found


def model_named(name: str, models: Mapping[str, ModelInfo], place: str) -> str:
    """Return the full name of a model; ``models.`` may be left out. Raises InvalidArgument."""
    full = name if name.startswith(_MODELS) else f"{_MODELS}{name}"
    if full in models:
        return full
    near = difflib.get_close_matches(full, models, 1)
    known = ", ".join(sorted(models)) or "none"
    hint = f"did you mean {near[0]}?" if near else f"there are: {known}"
    raise InvalidArgument("data", f"{place}: no model {name!r}", hint)


def _of_file(file: Path) -> GivenRows:
    if file.suffix == ".json":
        return GivenRows(_rows(_json(file), str(file)), str(file))
    try:
        reader = csv.DictReader(io.StringIO(_text(file), newline=""))
        rows = []
        for row in reader:
            if None in row:
                message = f"{file}:{reader.line_num}: more values than there are fields"
                raise InvalidArgument("data", message)
            rows.append({name: value or None for name, value in row.items()})
    except csv.Error as error:
        raise InvalidArgument("data", f"{file}: {error}") from error
    return GivenRows(rows, str(file))


def _json(file: Path) -> Any:
    try:
        return json.loads(_text(file))
    except ValueError as error:
        raise InvalidArgument("data", f"{file}: {error}") from error


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidArgument("data", f"{file}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InvalidArgument("data", f"{file}: not UTF-8", "save the file as UTF-8") from error


def _rows(data: Any, place: str) -> Sequence[Values]:
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise InvalidArgument("data", f"{place}: expected a list of rows, each an object")
    return data
