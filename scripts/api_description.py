"""Writes the API's description, of which the page's typed client is made (rule C2)."""

import json
import sys
from pathlib import Path

from jittask.web.app import description

PLACE = Path(__file__).parent.parent / "web" / "openapi.json"


def text() -> str:
    """Return the description as it is in the repository."""
    return json.dumps(description(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{PLACE}\n")
