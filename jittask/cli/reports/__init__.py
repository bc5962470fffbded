"""How ``jittask validate`` says what it found: one short file a format (rule V1)."""

from jittask.cli.reports.report import Report, written

__all__ = ["Report", "written"]
