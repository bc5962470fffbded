"""``service.py`` of the services that can load: parsed, or parsed again when it is needed."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping

from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.compiler.python import Module, read_python

SERVICE = "service.py"


class LoadedServices(MutableMapping[str, Module]):
    """The services by full name. A parsed file takes much memory, so ``release`` forgets them."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._modules: dict[str, Module | None] = {}

    def __getitem__(self, name: str) -> Module:
        """Return a service's module; KeyError also where its file has just become none."""
        module = self._modules[name]
        if module is None:
            file = f"{name.replace('.', '/')}/{SERVICE}"
            module = self._modules[name] = read_python(self._files, file, Findings(None))
        if module is None:
            raise KeyError(name)
        return module

    def __setitem__(self, name: str, module: Module) -> None:
        self._modules[name] = module

    def __delitem__(self, name: str) -> None:
        del self._modules[name]

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    def release(self) -> None:
        """Forget what the files hold, and no name."""
        self._modules = dict.fromkeys(self._modules)
