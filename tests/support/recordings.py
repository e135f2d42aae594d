"""Recorded responses of exchanges, and what an emulator writes in their place."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx

from common.clock import FrozenClock
from tests.support.exchange_dialect import Dialect
from tests.support.exchange_emulator import ExchangeEmulator
from tests.support.reference import reference_folder

NOW = datetime(2025, 6, 15, 13, 37, 21, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)  # than every recording


def load(path: str) -> Any:
    """Read a recording; numbers stay exact. Skips the test where there are none."""
    text = (reference_folder() / path).read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal)


def recorded(exchange: str, method: str) -> Any:
    """The response of an exchange to one of ccxt's methods."""
    return load(f"exchanges/{exchange}_{method}.json")["response"][0]["httpResponse"]


def listed(exchange: str) -> list[Any]:
    """What the exchange said of each of some markets."""
    return [market["info"] for market in load(f"exchanges/{exchange}_markets.json").values()]


def requests(exchange: str, method: str) -> list[httpx.URL]:
    """Addresses that ccxt asks for the same."""
    recording = load(f"exchanges/{exchange}_{method}.json")
    return [httpx.URL(request["url"]) for request in recording["request"]]


async def emulated(dialect: type[Dialect], path: str) -> Any:
    """What the emulator answers."""
    exchange = ExchangeEmulator(FrozenClock(NOW), dialect=dialect)
    transport = httpx.ASGITransport(exchange.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://exchange") as client:
        return json.loads((await client.get(path)).content, parse_float=Decimal)


def shape(answer: dict[str, Any]) -> dict[str, type]:
    """The type of each field."""
    return {name: type(value) for name, value in answer.items()}


def played(answers: dict[str, Any]) -> tuple[httpx.MockTransport, list[httpx.URL]]:
    """A transport that answers by the path of a request, and the addresses that were asked."""
    asked: list[httpx.URL] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        answer = answers.get(request.url.path)
        status = 200 if answer is not None else 404
        return httpx.Response(status, text=json.dumps(answer, default=_exact))

    return httpx.MockTransport(respond), asked


def _exact(value: Decimal) -> str:
    return str(value)
