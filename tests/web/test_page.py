"""The page is served as it was built, by exact names, and holds no data (C4, C22)."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request

from jittask.web import built_page
from jittask.web.built_page import BuiltPage, StrangeAsset
from jittask.web.security_headers import CONTENT_SECURITY_POLICY, HEADERS
from tests.web.conftest import Served, serving

INDEX = '<!doctype html><meta property="csp-nonce" nonce="__NONCE__"><script src="/assets/a.js">'
SCRIPT = "globalThis.answer = 42;\n" * 100
ASSETS = ("/assets/a.js", "/assets/a.css", "/icon.svg")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page as Vite builds it, with compressed copies and a stamp."""
    place = tmp_path / "page"
    (place / "assets").mkdir(parents=True)
    (place / "index.html").write_text(INDEX)
    (place / "icon.svg").write_text("<svg/>")
    (place / "assets/a.js").write_text(SCRIPT)
    (place / "assets/a.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (place / "assets/a.css").write_text("p { color: red }")
    (place / "sources.sha256").write_text("0123\n")
    return place


@pytest.fixture
def with_page(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(built_page, "FOLDER", folder)
    yield from serving(tmp_path / "app")


@pytest.fixture
def without_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(built_page, "FOLDER", tmp_path / "nothing")
    yield from serving(tmp_path / "app")


def test_each_answer_has_a_nonce_of_its_own_in_page_and_policy(with_page: Served) -> None:
    nonces = set()
    for _ in range(2):
        answer = with_page.ask("GET", "/", role=None)
        assert answer.status == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        nonce = re.search(r'nonce="([\w-]{20,})"', answer.text)[1]
        assert answer.text == INDEX.replace("__NONCE__", nonce)
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY.replace(
            "style-src 'self'", f"style-src 'self' 'nonce-{nonce}'"
        )
        nonces.add(nonce)
    assert len(nonces) == 2


@pytest.mark.parametrize(
    ("path", "media_type", "cached"),
    [
        ("/assets/a.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/assets/a.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/icon.svg", "image/svg+xml", "public, max-age=3600"),
    ],
)
def test_an_asset_comes_with_its_type_and_the_headers(
    with_page: Served, folder: Path, path: str, media_type: str, cached: str
) -> None:
    answer = with_page.ask("GET", path, role=None)
    assert (answer.status, answer.text) == (200, (folder / path[1:]).read_text())
    assert answer.headers["content-type"] == media_type
    assert (HEADERS | {"cache-control": cached}).items() <= answer.headers.items()
    head = with_page.ask("HEAD", path, role=None)
    assert (head.status, head.text) == (200, "")


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("gzip; q=0", False), ("br", False), ("", False)],
)
def test_a_compressed_copy_is_sent_to_who_can_read_it(
    folder: Path, accepted: str, is_compressed: bool
) -> None:
    asset = BuiltPage.read(folder).assets["/assets/a.js"]
    scope = {"type": "http", "headers": [(b"accept-encoding", accepted.encode())]}
    answer = asset.answer(Request(scope))
    assert ("content-encoding" in answer.headers) is is_compressed
    body = bytes(answer.body)
    assert (gzip.decompress(body) if is_compressed else body).decode() == SCRIPT
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-length"] == str(len(body))


def test_only_the_names_of_the_built_files_are_open(with_page: Served) -> None:
    assert set(ASSETS) == set(BuiltPage.read(built_page.FOLDER).assets)
    for path in (
        "/assets/", "/assets", "/index.html", "/sources.sha256", "/assets/a.js.gz", "/assets/a.js/",
        "/assets/../server.py", "/assets/%2e%2e/server.py", "/assets//a.js", "/ASSETS/a.js",
        "/assets/a.js%00", "//icon.svg", "/./icon.svg", "/icon.svg;x",
    ):  # fmt: skip
        assert with_page.ask("GET", path, role=None).status == 401, path
        assert with_page.ask("GET", path).status == 404, path
    for path in ("/", *ASSETS):
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            assert with_page.ask(method, path, role=None).status == 401, (method, path)
            assert with_page.ask(method, path).status == 405, (method, path)
        bad_host = {"Host": "evil.example"}
        assert with_page.ask("GET", path, role=None, headers=bad_host).status == 400


def test_a_file_of_a_strange_kind_ends_the_start(folder: Path) -> None:
    (folder / "assets/a.exe").write_text("")
    with pytest.raises(StrangeAsset, match=r"a\.exe"):
        BuiltPage.read(folder)


def test_without_a_page_it_says_so_and_the_api_works(without_page: Served) -> None:
    answer = without_page.ask("GET", "/", role=None)
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert "not part of this installation" in answer.text
    assert "/api/openapi.json" in answer.text
    assert HEADERS.items() <= answer.headers.items()
    assert without_page.ask("GET", "/api/openapi.json").status == 200
    assert without_page.ask("GET", "/icon.svg", role=None).status == 401


def test_a_used_link_leads_a_browser_to_the_page_and_signs_nobody_in(with_page: Served) -> None:
    path = with_page.links[0].removeprefix(with_page.server.url)
    with_page.sign_in()
    answer = with_page.ask("GET", path, role=None, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert "set-cookie" not in answer.headers
    assert with_page.ask("GET", path, role=None).status == 401
