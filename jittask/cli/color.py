"""Whether output has colour, as NO_COLOR and FORCE_COLOR ask (no-color.org, force-color.org)."""

from __future__ import annotations

import os


def color_from_environment() -> bool | None:
    """Return what the environment asks for; None: colour where the output is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None
