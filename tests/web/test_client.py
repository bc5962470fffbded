"""The description that the page's client is made of is that of the server (C2)."""

from __future__ import annotations

from scripts import api_description


def test_the_committed_description_is_the_servers() -> None:
    committed = api_description.PLACE.read_text(encoding="utf-8")
    assert committed == api_description.text(), "python -m scripts.api_description writes it anew"
