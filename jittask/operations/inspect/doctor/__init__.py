"""Compares a tree with its databases and its run store, and changes neither (rules V1, V5)."""

from jittask.operations.inspect.doctor.examine import (
    Examination,
    connected,
    examine,
    required_environment,
)
from jittask.operations.inspect.doctor.section import Section

__all__ = ["Examination", "Section", "connected", "examine", "required_environment"]
