"""`/v1/providers` and `/metrics` over a real socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import msgspec
from prometheus_client.parser import text_string_to_metric_families

from common.clock import FrozenClock
from common.errors import Unavailable
from common.features import Features
from common.http import create_client
from common.wire import ProvidersReply
from market_data.app import create_app
from market_data.guarded import Guarded
from market_data.market import Markets
from market_data.resilience.guard import Guard
from market_data.settings import Settings
from tests.support.fake_provider import FakeProvider
from tests.support.serving import serve

NOON = datetime(2024, 3, 13, 12, 0, 30, tzinfo=UTC)
LABELS = ("provider", "op", "outcome", "symbol", "result", "route", "status", "le")
SIMU = Settings(providers="simu")


class Scene:
    """Two guarded fakes behind the service."""

    def __init__(self) -> None:
        self.clock = FrozenClock(NOON)
        self.one, self.two = (FakeProvider(self.clock, name=name) for name in ("one", "two"))
        guarded = [
            Guarded(provider, Guard(provider.name, self.clock, sleep=self.sleep))
            for provider in (self.one, self.two)
        ]
        self.markets = Markets(guarded, Features("local"), self.clock)

    async def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(SIMU, self.clock, self.markets)
        async with serve(app) as address, create_client(address) as client:
            yield client


async def states(client: httpx.AsyncClient) -> ProvidersReply:
    answer = await client.get("/v1/providers")
    assert answer.status_code == 200
    return msgspec.json.decode(answer.content, type=ProvidersReply)


async def numbers(client: httpx.AsyncClient) -> dict[str, float]:
    """Samples of /metrics, each by its name and its labels' values."""
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        " ".join((sample.name, *(sample.labels[n] for n in LABELS if n in sample.labels))): (
            sample.value
        )
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_providers_are_listed_in_the_order_asked_with_how_they_are_doing() -> None:
    scene = Scene()
    async with scene.client() as client:
        await client.get("/v1/tickers/btc")
        scene.two.trouble = Unavailable("two is down for maintenance.")
        for _ in range(5):
            scene.clock.advance(6)
            await client.get("/v1/tickers/btc")
        one, two = (await states(client)).providers

    assert (one.name, one.breaker, one.failures, one.last_error) == ("one", "closed", 0, None)
    assert one.answers > 5 and one.last_success and one.latency_ms == 0 and one.retry_in_s is None
    assert (two.breaker, two.last_error) == ("open", "two is down for maintenance.")
    assert two.failures == 15 and two.last_failure and 0 < (two.retry_in_s or 0) <= 15


async def test_a_provider_without_a_guard_is_listed_too() -> None:
    clock = FrozenClock(NOON)
    app = create_app(SIMU, clock, Markets([FakeProvider(clock)], Features("local"), clock))
    async with serve(app) as address, create_client(address) as client:
        (only,) = (await states(client)).providers

    assert (only.name, only.breaker, only.quality) == ("fake", "closed", "single")


async def test_what_happens_is_counted() -> None:
    scene = Scene()
    async with scene.client() as client:
        await client.get("/v1/tickers/btc")
        await client.get("/v1/tickers/btc")
        scene.two.trouble = Unavailable("gone", retry_after=60)
        scene.clock.advance(7)
        await client.get("/v1/tickers/btc")
        await client.get("/v1/tickers/moon")
        found = await numbers(client)

    assert found["md_upstream_requests_total one ticker ok"] == 2
    assert found["md_upstream_requests_total two ticker failed"] == 1
    assert found["md_upstream_latency_seconds_count one ticker"] == 2
    assert found["md_upstream_latency_seconds_bucket one ticker 0.05"] == 2
    assert (found["md_breaker_state one"], found["md_breaker_state two"]) == (0, 2)
    assert found["md_bucket_wait_seconds_total one"] == 0
    assert found["md_data_age_seconds BTC-USD"] >= 0
    assert found["md_source_deviation_bps_count one"] == 2
    assert found["md_cache_total waited"] == 2
    assert found["md_http_requests_total /v1/tickers/{symbol} 200"] == 3
    assert found["md_http_requests_total /v1/tickers/{symbol} 404"] == 1
    assert found["md_http_bodies_total hit"] == 1
    assert found["md_http_in_flight"] == 1
    for name in ("candle_revisions", "candle_gaps", "singleflight_shared", "jumps_held_back"):
        assert f"md_{name}_total" in found
    assert any(name.startswith("md_build_info") for name in found)


async def test_labels_are_few_whatever_is_asked() -> None:
    scene = Scene()
    async with scene.client() as client:
        for n in range(30):
            await client.get(f"/v1/tickers/coin{n}?x={n}")
            await client.get(f"/nothing/{n}")
        found = await numbers(client)

    assert len([name for name in found if name.startswith("md_http_requests_total")]) == 2
    assert found["md_http_requests_total none 404"] == 30


async def test_names_keep_the_customs_of_prometheus() -> None:
    scene = Scene()
    async with scene.client() as client:
        await client.get("/v1/tickers/btc")
        text = (await client.get("/metrics")).text

    for family in text_string_to_metric_families(text):
        assert family.documentation, family.name
        if family.name.startswith("md_"):
            assert not family.name.endswith(("_count", "_sum", "_bucket"))
        assert len({tuple(sorted(sample.labels)) for sample in family.samples}) <= 2
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)
