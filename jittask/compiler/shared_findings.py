"""What is wrong in a tree, and is about no element: the manifest, folders, shared modules (F1)."""

from __future__ import annotations

from collections.abc import Iterator

from jittask.compiler.commons import Commons, read_commons
from jittask.compiler.discover import check_place
from jittask.compiler.files import MANIFEST, Files
from jittask.compiler.findings import Findings
from jittask.compiler.passed_over import check_misnamed, check_passed_over
from jittask.diagnostics import Diagnostic, Location


class SharedFindings:
    """The findings, kept by what they are about, so that each can be made again alone."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.of_manifest = Findings(None)
        self._of_default_policy = Findings(None)
        self._of_root = Findings(None)
        self._of_commons = Findings(None)
        self._of_folders: dict[str, Findings] = {}

    def __iter__(self) -> Iterator[Diagnostic]:
        for findings in (
            self.of_manifest, self._of_default_policy, self._of_root, self._of_commons,
        ):  # fmt: skip
            yield from findings.found
        for findings in self._of_folders.values():
            yield from findings.found

    def settings_findings(self) -> Findings:
        """Return an empty place for findings about the manifest."""
        self.of_manifest = Findings(None)
        return self.of_manifest

    def default_policy_findings(self) -> Findings:
        """Return an empty place for findings about what the default policy names.

        They are about ``app.json`` as what tasks depend on: it can be used all the same, and
        so can tasks with a policy of their own.
        """
        self._of_default_policy = Findings(MANIFEST)
        return self._of_default_policy

    def check_root(self) -> None:
        """Check what the tree's own folder holds, and what could not be listed."""
        self._of_root = Findings(None)
        for path, why in self._files.unreadable:
            self._of_root.add("file-unreadable", Location(path), why)
        check_misnamed(self._files, self._of_root)

    def check_folder(self, folder: str) -> None:
        """Check what a folder holds that is no element's; it may be gone."""
        self._of_folders.pop(folder, None)
        if folder in self._files.folders:
            findings = Findings(None)
            check_place(self._files, folder, findings)
            check_passed_over(self._files, folder, findings)
            if findings.found:
                self._of_folders[folder] = findings

    def read_commons(self, before: Commons) -> Commons:
        """Read the shared modules; one that ``before`` has is not parsed again."""
        self._of_commons = Findings(None)
        return read_commons(self._files, self._of_commons, before)
