"""Reads service elements, and checks what they declare against their code (rule F7)."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from jittask.compiler.findings import Findings
from jittask.compiler.loaded_services import SERVICE
from jittask.compiler.near_file import instead_of
from jittask.compiler.python import Function, Module
from jittask.compiler.reading import ElementFiles, Reading
from jittask.compiler.source import Source

_CODE = "function-list-mismatch"


def read_service(element: ElementFiles, reading: Reading) -> Module | None:
    """Return a service's ``service.py``; None with the reason among the findings."""
    source, findings = element.source, element.findings
    module = element.modules.get(SERVICE)
    if not reading.files.has(f"{element.found.folder}/{SERVICE}"):
        findings.add(
            "service-file-missing",
            source.value(("type",)),
            "service.py is missing beside e.json",
            instead_of(reading.files, element.found.folder, SERVICE)
            or "write it with plain functions, or a class of the service's name",
        )
    elif module is not None:
        short = element.name.rpartition(".")[2]
        check_function_list(source.without_mistakes(findings), short, module, findings)
    return module


def find_function(module: Module, short: str, name: str) -> tuple[Function | None, bool]:
    """Return a service's function, and whether it takes ``self``: a method, or a plain one."""
    method = module.method(short, name)
    if method is None:
        return module.function(name), False
    static = any(getattr(node, "id", "") == "staticmethod" for node in method.decorator_list)
    return method, not static


def may_have(module: Module, short: str, name: str) -> bool:
    """Whether a function that is not in sight may be there: imported, assigned, inherited."""
    owner = module.class_of(short)
    bound = module.binds(name) or module.method_is_bound(short, name)
    return bound or bool(owner and owner.bases and not _only_service(owner.bases))


def _only_service(bases: Sequence[object]) -> bool:
    names = [getattr(base, "id", getattr(base, "attr", "")) for base in bases]
    return all(name == "NormalService" for name in names)


def offered(module: Module, short: str) -> list[str]:
    """Return the names of a service's functions."""
    found = [name for name in module.functions() if not name.startswith("_")]
    holder = module.class_of(short)
    if holder is not None:
        names = (node.name for node in holder.body if isinstance(node, Function))
        found += [name for name in names if not name.startswith("_")]
    return found


def check_function_list(source: Source, short: str, module: Module, findings: Findings) -> None:
    """Report where ``functionList`` and the code differ."""
    for at, declared in enumerate(source.data.get("functionList", ())):
        name = declared["name"]
        function, takes_self = find_function(module, short, name)
        if function is None:
            if not may_have(module, short, name):
                near = difflib.get_close_matches(name, offered(module, short), 1)
                findings.add(
                    _CODE,
                    source.value(("functionList", at, "name")),
                    f"service.py has no function {name!r}",
                    f"did you mean {near[0]!r}?" if near else "write it, or remove it here",
                )
            continue
        arguments = declared.get("args")
        if arguments is None:
            continue
        listed = [argument.get("name") for argument in arguments if isinstance(argument, dict)]
        spread = function.args.vararg or function.args.kwarg
        names = [argument.arg for argument in [*function.args.posonlyargs, *function.args.args]]
        names = names[1:] if takes_self else names
        required = len(names) - len(function.args.defaults)
        if spread or (listed == names[: len(listed)] and len(listed) >= required):
            continue
        findings.add(
            _CODE,
            source.value(("functionList", at, "args")),
            f"{name} is declared with ({', '.join(map(str, listed))}), "
            f"and defined with ({', '.join(names)})",
            "make the two alike",
        )
