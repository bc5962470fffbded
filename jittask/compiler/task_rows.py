"""Reads which rows a date-field task is about: model, date fields, filter (rules F5, D2)."""

from __future__ import annotations

from jittask.compiler.findings import Findings, near_or_all
from jittask.compiler.json_spans import Pointer
from jittask.compiler.source import Source
from jittask.compiler.task_files import Surroundings
from jittask.model import ElementKind, FieldType, ModelInfo
from jittask.query.check import check
from jittask.query.expression import Expression
from jittask.query.parse import QuerySyntaxError, parse
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer

_DATES = (FieldType.DATE, FieldType.DATETIME)


def find_model(source: Source, around: Surroundings, findings: Findings) -> ModelInfo | None:
    """Return the model that ``modelPath`` names."""
    name, pointer = source.data["modelPath"], ("modelPath",)
    names = around.reading.names[ElementKind.MODEL]
    if name not in names:
        hint = near_or_all(name, names)
        findings.add("unknown-model", source.value(pointer), f"no model {name!r}", hint)
        return None
    model = around.reading.models.get(name)
    if model is None:
        findings.add_broken(source.value(pointer), name)
    return model


def check_fields(
    source: Source, timer: Timer | RowTimer | None, model: ModelInfo, findings: Findings
) -> None:
    """Report the fields of ``timerCfg`` that the model lacks, or that hold no dates."""
    if model.opaque:
        return
    config = source.data["timerCfg"]
    for key in ("startField", "endField"):
        name = config.get(key)
        idle = key == "endField" and isinstance(timer, RowTimer) and timer.end_field is None
        if not isinstance(name, str) or not name or idle:
            continue
        field = model.field(name)
        if field is not None and field.type in (*_DATES, FieldType.OTHER):
            continue
        place = source.value(("timerCfg", key))
        if field is None:
            hint = near_or_all(name, [field.name for field in model.fields])
            message = f"{model.name} has no field {name!r}"
            findings.add("unknown-field", place, message, hint)
        else:
            dates = [field.name for field in model.fields if field.type in _DATES]
            findings.add(
                "field-not-a-date",
                place,
                f"{key}: expected a date or datetime field, got {name!r} ({field.type})",
                f"{model.name} has: {', '.join(dates) or 'none'}",
            )


def read_filter(source: Source, model: ModelInfo | None, findings: Findings) -> Expression | None:
    """Return the parsed ``filter``, checked against the model; None without one."""
    text = source.data.get("filter")
    if not text:
        return None
    pointer: Pointer = ("filter",)
    try:
        expression = parse(text)
    except QuerySyntaxError as error:
        place = source.inside(pointer, error.start, error.end)
        findings.add("filter-syntax", place, str(error), error.hint)
        return None
    if model is not None and not model.opaque:
        fields = {field.name: field.type for field in model.fields}
        for problem in check(expression, fields):
            place = source.inside(pointer, problem.span.start, problem.span.end)
            findings.add(problem.code, place, problem.message, problem.hint)
    return expression
