"""The page as it was built: read once at the start, and served by exact names (rules C4, C22)."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from jittask.web.security_headers import CONTENT_SECURITY_POLICY, with_style_nonce

FOLDER = Path(__file__).parent / "page"
NOT_BUILT = (
    "The console's page is not part of this installation; its API works, and is described "
    "at /api/openapi.json.\nInstall jittask again without JITTASK_SKIP_PAGE to build the page.\n"
)
_NONCE = "__NONCE__"
"""In ``index.html``, the place of a value that differs with each answer."""
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_NOT_SERVED = frozenset({".gz", ".sha256"})
"""What the build leaves beside: compressed copies, and the stamp of the sources."""
_A_YEAR = "public, max-age=31536000, immutable"
_AN_HOUR = "public, max-age=3600"


class StrangeAsset(Exception):
    """A file among the built ones whose type is not known here."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page."""

    content: bytes
    compressed: bytes | None
    """By gzip, where the build has made that."""
    media_type: str
    cache_control: str

    def answer(self, request: Request) -> Response:
        """Return it as the client can read it."""
        headers = {"cache-control": self.cache_control, "vary": "accept-encoding"}
        content = self.content
        if self.compressed is not None and _takes_gzip(request.headers.get("accept-encoding", "")):
            content = self.compressed
            headers["content-encoding"] = "gzip"
        return Response(content, headers=headers, media_type=self.media_type)


@dataclass(frozen=True, slots=True)
class BuiltPage:
    """What the build has made."""

    index: str | None
    """None where nothing was built."""
    assets: Mapping[str, Asset]
    """By the path under which each is asked for. They hold no data, and are open to everyone."""

    @classmethod
    def read(cls, folder: Path) -> BuiltPage:
        """Read the files of a folder. Raises OSError, StrangeAsset."""
        index = folder / "index.html"
        if not index.is_file():
            return cls(None, {})
        return cls(index.read_text(encoding="utf-8"), dict(_assets(folder)))

    def routes(self) -> list[Route]:
        """Return a route for the page, and one for the exact name of each asset."""
        return [
            Route("/", self._page),
            *(Route(path, _giving(asset)) for path, asset in self.assets.items()),
        ]

    async def _page(self, _: Request) -> Response:
        if self.index is None:
            return PlainTextResponse(NOT_BUILT, 404)
        nonce = secrets.token_urlsafe(16)
        policy = with_style_nonce(CONTENT_SECURITY_POLICY, nonce)
        return HTMLResponse(
            self.index.replace(_NONCE, nonce), headers={"content-security-policy": policy}
        )


def _assets(folder: Path) -> Iterator[tuple[str, Asset]]:
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if not file.is_file() or file.suffix in _NOT_SERVED or name == "index.html":
            continue
        media_type = _TYPES.get(file.suffix)
        if media_type is None or set("{} ?#%") & set(name):
            raise StrangeAsset(f"{file}: the page has no files of this kind or name")
        compressed = file.with_name(f"{file.name}.gz")
        yield (
            f"/{name}",
            Asset(
                file.read_bytes(),
                compressed.read_bytes() if compressed.is_file() else None,
                media_type,
                _A_YEAR if name.startswith("assets/") else _AN_HOUR,
            ),
        )


def _giving(asset: Asset) -> Callable[[Request], Awaitable[Response]]:
    async def give(request: Request) -> Response:
        return asset.answer(request)

    return give


def _takes_gzip(accepted: str) -> bool:
    for coding in accepted.split(","):
        name, _, weight = coding.partition(";")
        if name.strip().lower() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
