"""The one table of routes: what is served and what `openapi.json` says are the same rows."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from common.errors import BadInput
from common.wire import encode
from market_data.routes.parameters import Parameter

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Row:
    """One route.

    Attributes:
        path: In Starlette's form; `{symbol}` is a market in any spelling.
        summary, description: For people, in the generated reference.
        reply: The struct that a 200 carries; None for what is not JSON of ours.
        problems: Statuses of the problems it may answer.
    """

    path: str
    endpoint: Endpoint
    summary: str
    reply: type[msgspec.Struct] | None
    parameters: Sequence[Parameter[Any]] = ()
    problems: Sequence[int] = ()
    description: str = ""


def json(
    body: msgspec.Struct,
    status: int = 200,
    *,
    max_age: int | None = None,
    cache: str | None = None,
) -> Response:
    """Encode a struct of `common.wire`.

    Args:
        max_age: Seconds for which the asker may keep it.
        cache: The whole `Cache-Control`, where that is not all of it.
    """
    if cache is None and max_age is not None:
        cache = f"max-age={max_age}"
    headers = {} if cache is None else {"Cache-Control": cache}
    return Response(encode(body), status, headers, media_type="application/json")


def refuse_unknown(request: Request, parameters: Sequence[Parameter[Any]]) -> None:
    """Refuse a query that names a parameter the route does not have: a typo must not be ignored.

    Raises:
        BadInput: Names it and those that exist.
    """
    known = [parameter.name for parameter in parameters]
    for name in request.query_params:
        if name not in known:
            listed = f"it takes {', '.join(known)}" if known else "it takes no parameters"
            raise BadInput(f"{name[:40]!r} is not a parameter of {request.url.path}; {listed}.")
