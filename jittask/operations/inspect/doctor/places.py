"""Where in the tree's files the things are that a database disagrees with (rule V1)."""

from __future__ import annotations

import ast
import threading
from pathlib import Path

from jittask.compiler.databases import settings_file
from jittask.compiler.discover import E_JSON
from jittask.compiler.files import MANIFEST, Files
from jittask.compiler.findings import Findings
from jittask.compiler.json_spans import Pointer
from jittask.compiler.models import MODEL
from jittask.compiler.python import Module, read_python
from jittask.compiler.read_json import read_json
from jittask.compiler.source import Source
from jittask.diagnostics import Location
from jittask.model import ModelForm, ModelInfo


class Places:
    """Places in a tree's files; each file is read at most once. Threads may share it."""

    def __init__(self, root: Path) -> None:
        self._files = Files(root)
        self._sources: dict[str, Source | None] = {}
        self._modules: dict[str, Module | None] = {}
        self._lock = threading.Lock()

    def manifest(self, *pointer: str) -> Location:
        """Return a place in ``app.json``."""
        return self._value(MANIFEST, pointer)

    def element(self, name: str, *pointer: str) -> Location:
        """Return a place in an element's ``e.json``."""
        return self._value(f"{_folder(name)}/{E_JSON}", pointer)

    def filter_part(self, task: str, start: int, end: int) -> Location:
        """Return the place of a part of a task's filter, by code points."""
        file = f"{_folder(task)}/{E_JSON}"
        source = self._source(file)
        return Location(file) if source is None else source.inside(("filter",), start, end)

    def database(self, name: str, *keys: str) -> Location:
        """Return the place of the first of these keys that a database's settings have."""
        file = settings_file(_folder(name), self._files)
        source = self._source(file)
        if source is None:
            return Location(file)
        above: Pointer = ("dbConfig",) if "dbConfig" in source.data else ()
        held = source.data["dbConfig"] if above else source.data
        found = next((key for key in keys if key in held), None)
        return source.value((*above, found) if found is not None else above)

    def model(self, model: ModelInfo) -> Location:
        """Return where a model names its table: in ``e.json``, or as its class."""
        if model.form is ModelForm.TABLE:
            return self.element(model.name, "table")
        owner, module = self._class(model)
        if owner is None or module is None:
            return self.element(model.name)
        return module.name_place(owner)

    def field(self, model: ModelInfo, name: str) -> Location:
        """Return where a model declares a field; the model's place where it is not written out."""
        owner, module = self._class(model)
        if owner is not None and module is not None:
            for node in owner.body:
                match node:
                    case (
                        ast.Assign(targets=[ast.Name(id=found) as target])
                        | ast.AnnAssign(target=ast.Name(id=found) as target)
                    ) if found == name:
                        return module.place(target)
                    case _:
                        continue
        return self.model(model)

    def _class(self, model: ModelInfo) -> tuple[ast.ClassDef | None, Module | None]:
        file = f"{_folder(model.name)}/{MODEL}"
        with self._lock:
            if file not in self._modules:
                has_file = self._files.has(file)
                self._modules[file] = (
                    read_python(self._files, file, Findings(None)) if has_file else None
                )
            module = self._modules[file]
        short = model.name.rpartition(".")[2]
        return (None if module is None else module.class_of(short)), module

    def _value(self, file: str, pointer: Pointer) -> Location:
        source = self._source(file)
        return Location(file) if source is None else source.value(pointer)

    def _source(self, file: str) -> Source | None:
        with self._lock:
            if file not in self._sources:
                self._sources[file] = read_json(self._files, file, Findings(None))
            return self._sources[file]


def _folder(name: str) -> str:
    return name.replace(".", "/")
