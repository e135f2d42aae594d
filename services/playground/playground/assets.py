"""The chat page's files, and the headers that they are served with."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_FOLDER: Final = Path(__file__).parent / "page"
_TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_NAMES: Final = sorted(file.name for file in _FOLDER.iterdir() if file.suffix in _TYPES)
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


async def page(request: Request) -> Response:
    """Return the page, or one of the files that it names."""
    name = request.url.path.rpartition("/")[2] or "index.html"
    file = _FOLDER / name
    return Response(file.read_bytes(), media_type=_TYPES[file.suffix], headers=_HEADERS)


async def health(request: Request) -> Response:
    """Tell that the playground answers."""
    return JSONResponse({"status": "ok"})


ROUTES = [
    Route("/", page, methods=["GET"]),
    *(Route(f"/page/{name}", page, methods=["GET"]) for name in _NAMES),
    Route("/healthz", health, methods=["GET"]),
]
