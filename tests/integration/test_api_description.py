"""The description of the HTTP API against the service: whatever it allows or forbids is tried.

schemathesis draws requests from `/openapi.json`, sound ones and broken ones, and holds every answer
to it with all of its checks. `API_EXAMPLES` says how many requests of each kind it draws.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks, positive_data_acceptance
from schemathesis.core.result import Ok
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test

from common.clock import FrozenClock
from common.wire import Problem
from market_data.app import ROWS, create_app
from market_data.routes import openapi
from market_data.settings import Settings
from tests.support.threaded import served

NOON = datetime(2026, 1, 31, 12, 0, 30, tzinfo=UTC)
EXAMPLES = int(os.environ.get("API_EXAMPLES", "4"))
# An answer of /v1/stream does not end; it has tests of its own.
schema = schemathesis.openapi.from_dict(openapi.document(ROWS, "0")).exclude(path="/v1/stream")
OPERATIONS = {it.ok().label: it.ok() for it in schema.get_all_operations() if isinstance(it, Ok)}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(lambda: create_app(Settings(providers="simu"), FrozenClock(NOON))) as bound:
        yield bound


def contradicts_itself(path: str, query: dict[str, Any]) -> bool:
    """Whether two parameters exclude each other, which no schema can say."""
    match path:
        case "/v1/candles/{symbol}":
            return "start" in query and ("end" in query or "cursor" in query)
        case "/v1/indicators/{symbol}/atr":
            return "bars" in query
        case "/v1/symbols":
            return "cursor" in query
        case "/v1/correlation":
            return True  # of one market with itself
    return False


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_as_described(label: str, address: str) -> None:
    """Draw and try requests; only now, as every worker would draw them while it collects tests."""

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(case: schemathesis.Case[Any]) -> None:
        answer = case.call(base_url=address, timeout=20)
        excluded: list[Any] = []
        if answer.status_code == 422 and contradicts_itself(case.path, dict(case.query or {})):
            excluded = [positive_data_acceptance]
        case.validate_response(answer, excluded_checks=excluded)

    load_all_checks()
    tried = build_operation_test(
        config=schema.config,
        operation=OPERATIONS[label],
        test_func=holds,
        given_kwargs={},
        feedback=FeedbackSources(),
    )
    tried()


def test_the_served_description_is_the_one_that_was_tried(address: str) -> None:
    document = httpx.get(f"{address}/openapi.json", timeout=20).json()

    assert document["paths"].keys() == openapi.document(ROWS, "0")["paths"].keys()


def test_a_problem_has_the_form_that_the_description_gives_it(address: str) -> None:
    answer = httpx.get(f"{address}/v1/candles/BTC?limit=0", timeout=20)

    assert msgspec.json.decode(answer.content, type=Problem).status == answer.status_code == 422
