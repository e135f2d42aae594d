"""Errors as RFC 9457 problems: what went wrong, what would work. Upstream faults are never 4xx."""

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from common.errors import (
    AmbiguousSymbol,
    BadInput,
    CryptoAssistantError,
    NotEnoughCandles,
    Unavailable,
    UnknownSymbol,
    UnknownTimeframe,
    UnsupportedTimeframe,
)
from common.wire import Problem, encode
from market_data.resilience.bulkhead import Busy

MEDIA_TYPE = "application/problem+json"
_TITLES = {
    "invalid-parameter": "A parameter is not what it must be",
    "unknown-symbol": "No source lists this market",
    "ambiguous-symbol": "Several markets may be meant",
    "unsupported-timeframe": "Not a timeframe of this market",
    "not-enough-history": "The market's history is too short",
    "overloaded": "Too much is being asked right now",
    "too-large": "The request is too large",
    "upstream-unavailable": "The source of prices does not answer",
    "not-found": "There is nothing here",
    "method-not-allowed": "This path answers GET only",
    "internal": "Something broke on our side",
}
log = structlog.get_logger(__name__)


def problem_of(error: CryptoAssistantError, instance: str = "") -> Problem:
    """Put an error of ours into the words of the wire."""
    match error:
        case UnknownSymbol():
            return _problem(
                "unknown-symbol",
                404,
                str(error),
                instance,
                asked=error.asked,
                suggestions=list(error.suggestions),
            )
        case AmbiguousSymbol():
            choices = list(error.choices)
            return _problem(
                "ambiguous-symbol",
                404,
                str(error),
                instance,
                asked=error.asked,
                suggestions=choices,
            )
        case UnknownTimeframe():
            return _problem("unsupported-timeframe", 422, str(error), instance, asked=error.asked)
        case UnsupportedTimeframe():
            return _problem("unsupported-timeframe", 422, str(error), instance)
        case NotEnoughCandles():
            return _problem(
                "not-enough-history",
                409,
                str(error),
                instance,
                symbol=error.symbol,
                have=error.have,
                need=error.need,
            )
        case BadInput():
            return _problem("invalid-parameter", 422, str(error), instance)
        case Busy():
            return _problem(
                "overloaded", 503, str(error), instance, retry_after_s=error.retry_after
            )
        case Unavailable():
            return _problem(
                "upstream-unavailable", 503, str(error), instance, retry_after_s=error.retry_after
            )
        case _:
            return _problem("internal", 500, "Please try again.", instance)


def too_large(status: int, detail: str, instance: str) -> Problem:
    """Refuse a request for its size: 413, 414 or 431."""
    return _problem("too-large", status, detail, instance)


def respond(problem: Problem) -> Response:
    headers = {}
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(problem.retry_after_s)))
    if problem.status == 405:
        headers["Allow"] = "GET, HEAD"
    return Response(encode(problem), problem.status, headers, media_type=MEDIA_TYPE)


async def on_ours(request: Request, error: Exception) -> Response:
    """Answer an error of ours."""
    assert isinstance(error, CryptoAssistantError)  # nosec B101: registered for these alone
    return respond(problem_of(error, _instance(request)))


async def on_http(request: Request, error: Exception) -> Response:
    """Answer what Starlette itself refuses: an unknown path, another method than GET."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 405:
        detail = f"{request.url.path} answers GET only."
        return respond(_problem("method-not-allowed", 405, detail, _instance(request)))
    detail = f"There is nothing at {request.url.path[:80]}; /openapi.json lists what there is."
    return respond(_problem("not-found", 404, detail, _instance(request)))


async def on_bug(request: Request, error: Exception) -> Response:
    """Answer a bug of ours: the trace goes to the log, the reference to the asker."""
    log.error("unexpected", path=request.url.path, exc_info=error)
    reference = _instance(request)
    return respond(_problem("internal", 500, f"Please try again (ref {reference}).", reference))


def _instance(request: Request) -> str:
    return str(request.scope.get("request_id", ""))


def _problem(
    code: str,
    status: int,
    detail: str,
    instance: str,
    *,
    asked: str | None = None,
    symbol: str | None = None,
    suggestions: list[str] | None = None,
    have: int | None = None,
    need: int | None = None,
    retry_after_s: float | None = None,
) -> Problem:
    return Problem(
        type=f"/problems/{code}",
        title=_TITLES[code],
        status=status,
        detail=detail,
        code=code,
        instance=instance,
        asked=asked,
        symbol=symbol,
        suggestions=suggestions,
        have=have,
        need=need,
        retry_after_s=retry_after_s,
    )
