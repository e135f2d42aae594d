"""`/openapi.json`, generated from the table of routes and the structs, and a page to read it."""

import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from common.wire import Problem
from market_data.routes.parameters import MARKET
from market_data.routes.problems import MEDIA_TYPE
from market_data.routes.table import Row

_REFERENCE = "#/components/schemas/{name}"
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'"
)
_SYMBOL = {
    "name": "symbol",
    "in": "path",
    "required": True,
    "description": "A market in any spelling: BTC-USD, btc, BTCUSD, bitcoin.",
    "schema": {"type": "string", "pattern": f"^{MARKET}$"},
    "example": "BTC-USD",
}
_MEANING = {
    404: "No source lists the market; `suggestions` come close",
    409: "The history is too short: `have` and `need` are numbers of closed candles",
    422: "A parameter is not what it must be; `detail` says what would work",
    503: "The source does not answer; try again after `Retry-After` seconds",
}


def document(rows: Sequence[Row], version: str) -> dict[str, Any]:
    """Describe the routes in OpenAPI 3.1."""
    structs = [row.reply for row in rows if row.reply is not None]
    _, schemas = msgspec.json.schema_components([*structs, Problem], ref_template=_REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Crypto Assistant market data",
            "version": version,
            "description": (
                "Prices, candles and indicators with their provenance. Prices and amounts are "
                "decimal strings, times are RFC 3339 in UTC, unknown values are null."
            ),
        },
        "paths": {row.path: {"get": _operation(row)} for row in rows},
        "components": {"schemas": schemas},
    }


def _operation(row: Row) -> dict[str, Any]:
    parameters = [_SYMBOL] if "{symbol}" in row.path else []
    parameters += [
        {
            "name": parameter.name,
            "in": "query",
            "required": parameter.required,
            "description": parameter.summary,
            "schema": dict(parameter.schema),
            "example": parameter.example,
        }
        for parameter in row.parameters
    ]
    return {
        "operationId": re.sub(r"\W+", "_", row.path).strip("_"),
        "summary": row.summary,
        "description": row.description,
        "parameters": parameters,
        "responses": {
            "200": _response("The answer", row.reply, "application/json"),
            **{str(status): _problem(row, status) for status in row.problems},
        },
    }


def _problem(row: Row, status: int) -> dict[str, Any]:
    if row.path == "/readyz":
        return _response("Not yet; `reasons` say why", row.reply, "application/json")
    return _response(_MEANING[status], Problem, MEDIA_TYPE)


def _response(text: str, struct: type[msgspec.Struct] | None, media_type: str) -> dict[str, Any]:
    if struct is None:
        return {"description": text}
    schema = {"$ref": _REFERENCE.format(name=struct.__name__)}
    return {"description": text, "content": {media_type: {"schema": schema}}}


async def as_json(request: Request) -> Response:
    headers = {"Cache-Control": "max-age=60"}
    return Response(request.app.state.openapi(), headers=headers, media_type="application/json")


async def as_page(_: Request) -> Response:
    text = files("market_data.routes").joinpath("reference.html").read_text(encoding="utf-8")
    return HTMLResponse(
        text, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "max-age=60"}
    )
