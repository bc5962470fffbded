"""The elements of one tree: found, read one by one, with what was found wrong (rules F1, V1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from jittask.compiler.code_names import check_names_in_code
from jittask.compiler.commons import Commons, read_commons
from jittask.compiler.dependencies import NO_MENTIONS, Dependencies, mentions
from jittask.compiler.discover import Found, check_names, check_places, discover
from jittask.compiler.element_schema import check_element
from jittask.compiler.files import Files
from jittask.compiler.findings import Findings, FindingsByElement
from jittask.compiler.passed_over import check_passed_over
from jittask.compiler.python import Module, read_python
from jittask.compiler.read_json import read_json
from jittask.compiler.reading import ElementFiles
from jittask.compiler.references import check_references
from jittask.compiler.source import Source
from jittask.diagnostics import Diagnostic, Location
from jittask.model import Element, ElementKind


class Elements:
    """Finds and reads the elements; each is read once."""

    def __init__(self, files: Files, names: frozenset[str] = frozenset()) -> None:
        """``names``: those of elements of the tree that ``files`` does not list."""
        self.files = files
        self.found = discover(files)
        self.findings = FindingsByElement()
        self.of_no_element = Findings(None)
        """Findings about the manifest, folders and ``commons``."""
        self.commons = Commons()
        self.by_name: dict[str, Element] = {}
        """The elements read so far, broken ones too."""
        self.dependencies: dict[str, Dependencies] = {}
        """What their own Python files need."""
        self._misnamed = check_names(self.found)
        self._names = names.union(found.name for found in self.found)

    def check_folders(self) -> None:
        """Check the places of files, and read ``commons``."""
        for folder, why in self.files.unreadable:
            self.of_no_element.add("file-unreadable", Location(folder), why)
        check_places(self.files, self.of_no_element)
        check_passed_over(self.files, self.of_no_element)
        self.commons = read_commons(self.files, self.of_no_element)

    def of(self, kind: ElementKind) -> Iterator[Found]:
        """Yield the elements of a kind, by name."""
        return (found for found in self.found if found.kind is kind)

    def names(self, kind: ElementKind) -> frozenset[str]:
        """Return the names of a kind's elements."""
        return frozenset(found.name for found in self.of(kind))

    def read(self, found: Found, *, has_code: bool) -> ElementFiles | None:
        """Read and check an element's files; None where it has no type of its kind."""
        modules = self._modules(found) if has_code else {}
        source = self._source(found)
        if source is None:
            return None
        return ElementFiles(found, source, modules, self.findings[found.name])

    def loads(self, name: str) -> bool:
        """Whether nothing that was found keeps an element from being loaded."""
        return name not in self._misnamed and not self.findings[name].broken

    def is_misnamed(self, name: str) -> bool:
        """Whether an element cannot load because of its name."""
        return name in self._misnamed

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return everything found, sorted."""
        found = [*self.of_no_element.found, *self._misnamed.values()]
        for findings in self.findings.values():
            found += findings.found
        return tuple(sorted(found, key=lambda diagnostic: diagnostic.sort_key))

    def digest(self, found: Found) -> str:
        """Return the digest of an element's own files; what cannot be read counts as empty."""
        whole = ""
        for file in self.files.under(found.folder):
            try:
                digest = self.files.digest(file)
            except OSError:
                digest = ""
            whole += f"{file}\0{digest}\n"
        return hashlib.sha256(whole.encode()).hexdigest()

    def _source(self, found: Found) -> Source | None:
        """Read and check an ``e.json``; None where its type is not known."""
        findings = self.findings[found.name]
        source = read_json(self.files, found.file, findings)
        typed = source is not None and check_element(source, found.kind, findings)
        data = source.data if source is not None and isinstance(source.data, dict) else {}
        self.by_name[found.name] = Element(
            found.name,
            found.kind,
            str(data.get("type", "")),
            str(data.get("title", "")),
            found.folder,
            self.digest(found),
        )
        return source if typed else None

    def _modules(self, found: Found) -> dict[str, Module]:
        """Parse an element's Python files, by name inside its folder, and check what they need."""
        findings = self.findings[found.name]
        modules: dict[str, Module] = {}
        mentioned = NO_MENTIONS
        for file in self.files.under(found.folder):
            if file.endswith(".py"):
                module = read_python(self.files, file, findings)
                if module is not None:
                    modules[file[len(found.folder) + 1 :]] = module
                    mentioned += mentions(module)
                    check_names_in_code(module, self.files, findings)
        self.dependencies[found.name] = mentioned.dependencies
        if mentioned is not NO_MENTIONS:
            check_references(mentioned, self.files, self._names, self.commons, findings)
        return modules
