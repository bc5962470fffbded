"""The elements of one tree: found, read one by one, with what was found wrong (rules F1, V1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from jittask.compiler.code_names import check_names_in_code
from jittask.compiler.commons import NO_COMMONS
from jittask.compiler.dependencies import NO_MENTIONS, Dependencies, mentions
from jittask.compiler.discover import Found
from jittask.compiler.discovered import Discovered
from jittask.compiler.element_schema import check_element
from jittask.compiler.files import Files
from jittask.compiler.findings import Findings, FindingsByElement
from jittask.compiler.kinds import KINDS
from jittask.compiler.python import Module, read_python
from jittask.compiler.read_json import read_json
from jittask.compiler.reading import ElementFiles
from jittask.compiler.references import check_references
from jittask.compiler.shared_findings import SharedFindings
from jittask.compiler.source import Source
from jittask.diagnostics import Diagnostic
from jittask.model import Element, ElementKind


class Elements:
    """Finds and reads the elements; each is read once, and again only where that is asked."""

    def __init__(self, files: Files, names: frozenset[str] = frozenset()) -> None:
        """``names``: those of elements of the tree that ``files`` does not list."""
        self.files = files
        self.discovered = Discovered(files, names)
        self.findings = FindingsByElement()
        self.shared = SharedFindings(files)
        """Findings about the manifest, folders and ``commons``."""
        self.commons = NO_COMMONS
        self.by_name: dict[str, Element] = {}
        """The elements read so far, broken ones too."""
        self.dependencies: dict[str, Dependencies] = {}
        """What their own Python files need."""
        self._ahead: dict[str, Dependencies] = {}
        """What other elements' files need that have not been read yet."""
        self._digests: int | None = None
        """The sum of the elements' numbers; None until it is first asked for."""

    def check_folders(self) -> None:
        """Check the places of files, and read ``commons``."""
        self.shared.check_root()
        for folder in self.files.folders:
            self.shared.check_folder(folder)
        self.read_commons()

    def read_commons(self) -> None:
        """Read the shared modules; one whose content did not change is not parsed again."""
        self.commons = self.shared.read_commons(self.commons)

    def of(self, kind: ElementKind) -> Iterator[Found]:
        """Yield the elements of a kind, by name."""
        return self.discovered.of(kind)

    def read(self, found: Found, *, has_code: bool) -> ElementFiles | None:
        """Read and check an element's files; None where it has no type of its kind."""
        modules = self._modules(found) if has_code else {}
        source = self._source(found)
        if source is None:
            return None
        return ElementFiles(found, source, modules, self.findings[found.name])

    def loads(self, name: str) -> bool:
        """Whether nothing that was found keeps an element from being loaded."""
        return not self.discovered.is_misnamed(name) and not self.findings[name].broken

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return everything found, sorted."""
        found = [*self.shared, *self.discovered.wrong_names]
        for findings in self.findings.values():
            found += findings.found
        return tuple(sorted(found, key=lambda diagnostic: diagnostic.sort_key))

    def folder_of(self, name: str) -> str | None:
        """Return the folder of an element, read or not; None where there is none of that name."""
        found = self.discovered.of_name(name)
        return found[-1].folder if found else None

    def dependencies_of(self, name: str) -> Dependencies:
        """Return what an element's Python files need; one that comes later is parsed for it now."""
        known = self.dependencies.get(name) or self._ahead.get(name)
        if known is None:
            mentioned = NO_MENTIONS
            for found in filter(_has_code, self.discovered.of_name(name)):
                for _, module in self._parsed(found, Findings(name)):
                    mentioned += mentions(module)
            known = self._ahead[name] = mentioned.dependencies
        return known

    def found_by_code(self) -> list[str]:
        """Return the elements that code can reach by a name that it computes (H4)."""
        return [found.name for found in self.discovered.all if KINDS[found.kind].found_by_code]

    def put(self, element: Element) -> None:
        """Have this element by its name."""
        if self._digests is not None:
            self._digests += _number(element) - _number(self.by_name.get(element.name))
        self.by_name[element.name] = element

    def forget(self, name: str) -> None:
        """Have nothing that was read of an element any more, but its place among the others."""
        self.findings.pop(name, None)
        self._ahead.clear()
        self.dependencies.pop(name, None)
        if name not in self.discovered.names and name in self.by_name:
            gone = self.by_name.pop(name)
            if self._digests is not None:
                self._digests -= _number(gone)

    @property
    def digests(self) -> str:
        """What is different where an element is, was added, or is gone: no order, so no walk."""
        if self._digests is None:
            self._digests = sum(map(_number, self.by_name.values()))
        return f"{self._digests % 2**256:064x}"

    def digest(self, found: Found) -> str:
        """Return the digest of an element's own files, which says nothing of its name.

        What cannot be read counts as empty.
        """
        whole = ""
        for file in self.files.under(found.folder):
            try:
                digest = self.files.digest(file)
            except OSError:
                digest = ""
            whole += f"{file[len(found.folder) + 1 :]}\0{digest}\n"
        return hashlib.sha256(whole.encode()).hexdigest()

    def _source(self, found: Found) -> Source | None:
        """Read and check an ``e.json``; None where its type is not known."""
        findings = self.findings[found.name]
        source = read_json(self.files, found.file, findings)
        typed = source is not None and check_element(source, found.kind, findings)
        data = source.data if source is not None and isinstance(source.data, dict) else {}
        self.put(
            Element(
                found.name,
                found.kind,
                str(data.get("type", "")),
                str(data.get("title", "")),
                found.folder,
                self.digest(found),
            )
        )
        return source if typed else None

    def _modules(self, found: Found) -> dict[str, Module]:
        """Parse an element's Python files, by name inside its folder, and check what they need."""
        findings = self.findings[found.name]
        modules: dict[str, Module] = {}
        mentioned = NO_MENTIONS
        for file, module in self._parsed(found, findings):
            modules[file] = module
            mentioned += mentions(module)
            check_names_in_code(module, self.files, findings)
        self.dependencies[found.name] = mentioned.dependencies
        if mentioned is not NO_MENTIONS:
            check_references(mentioned, self.files, self.discovered.names, self.commons, findings)
        return modules

    def _parsed(self, found: Found, findings: Findings) -> Iterator[tuple[str, Module]]:
        """Yield an element's Python files that can be parsed, by name inside its folder."""
        for file in self.files.under(found.folder):
            if file.endswith(".py"):
                module = read_python(self.files, file, findings)
                if module is not None:
                    yield file[len(found.folder) + 1 :], module


def _has_code(found: Found) -> bool:
    return KINDS[found.kind].has_code


def _number(element: Element | None) -> int:
    """Return a number to add up: it is another one where the name or the digest is."""
    if element is None:
        return 0
    named = hashlib.sha256(f"{element.name}\0{element.digest}".encode())
    return int.from_bytes(named.digest())
