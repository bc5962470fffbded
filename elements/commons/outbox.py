"""Where the sample's tasks leave what they do, so that you can watch: outbox/outbox.txt."""

import os
from datetime import datetime

from jittask import app


def post(kind, text):
    """Add one line to the outbox."""
    folder = app.rootPath / "outbox"
    folder.mkdir(exist_ok=True)
    line = f"{datetime.now():%Y-%m-%d %H:%M:%S}  {kind:<10} {text}\n"
    descriptor = os.open(folder / "outbox.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)
    print(f"posted: {text}")
