"""Builds the service: settings in, an application out. The one place that knows all parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from common import environments
from common.clock import Clock, SystemClock
from common.deadlines import MARKET_DATA_SECONDS
from common.errors import CryptoAssistantError
from market_data.candles import CandleStore
from market_data.guarded import Feed, Guarded
from market_data.market import Markets
from market_data.metrics import Metrics
from market_data.providers import Surroundings, create
from market_data.requests_seen import RequestsSeen
from market_data.resilience.guard import Guard
from market_data.routes import (
    candles,
    health,
    indicators,
    openapi,
    operations,
    problems,
    statistics,
    stream,
    symbols,
    tickers,
)
from market_data.routes.conditional import Conditional
from market_data.routes.deadline import Deadline
from market_data.routes.middleware import Requests
from market_data.settings import Settings
from market_data.streams import HEARTBEAT_SECONDS, Streams

ROWS = (
    *tickers.ROWS,
    *candles.ROWS,
    *indicators.ROWS,
    *statistics.ROWS,
    *symbols.ROWS,
    *stream.ROWS,
    *operations.ROWS,
    *health.ROWS,
)


def create_markets(settings: Settings, clock: Clock) -> Markets:
    """Make the use cases over the providers that the settings name.

    Raises:
        Misconfigured: If they name one that does not exist.
    """
    surroundings = Surroundings(
        clock=clock,
        data_dir=settings.data_dir,
        as_of=settings.as_of,
        simu_seed=settings.simu_seed,
        urls=settings.urls(),
    )
    providers = [
        Guarded(provider, Guard(provider.name, clock), _feed(provider.name, settings, clock))
        for provider in create(settings.provider_names(), surroundings)
    ]
    store = CandleStore(settings.candle_store, clock) if settings.candle_store else None
    return Markets(providers, settings.features(), clock, store)


def _feed(name: str, settings: Settings, clock: Clock) -> Feed | None:
    """The live feed of a provider that has one, for as many markets as are kept hot."""
    url = settings.feed_url()
    if name != "coinbase" or url is None:
        return None
    from market_data.providers.coinbase_feed import CoinbaseFeed  # brings an HTTP client with it

    most = environments.load(settings.environment).max_active_tickers
    return CoinbaseFeed(clock, url, most=most)


def _description() -> bytes:
    return msgspec.json.encode(openapi.document(ROWS, version("crypto-assistant")))


def create_app(
    settings: Settings,
    clock: Clock | None = None,
    markets: Markets | None = None,
    deadline: float = MARKET_DATA_SECONDS,
) -> Starlette:
    """Return the application; tests bring their own clock, use cases or deadline in seconds."""
    clock = clock or SystemClock()
    answers = markets or create_markets(settings, clock)
    streams = Streams(answers, clock)
    seen = RequestsSeen()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await streams.aclose()
        await answers.aclose()

    app = Starlette(
        routes=[
            *(Route(row.path, row.endpoint) for row in ROWS),
            Route("/openapi.json", openapi.as_json),
            Route("/docs", openapi.as_page),
        ],
        exception_handlers={
            CryptoAssistantError: problems.on_ours,
            HTTPException: problems.on_http,
            Exception: problems.on_bug,
        },
        middleware=[
            Middleware(
                Requests,
                seen=seen,
                routes={row.endpoint: row.path for row in ROWS},
                most=settings.most_requests,
            ),
            Middleware(Conditional, clock=clock, seen=seen),
            Middleware(Deadline, seconds=deadline),
        ],
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # a wrong path is told, not guessed
    app.state.settings = settings
    app.state.markets = answers
    app.state.streams = streams
    app.state.heartbeat = HEARTBEAT_SECONDS
    app.state.metrics = Metrics(answers, seen, version("crypto-assistant"))
    app.state.openapi = cache(_description)  # made when somebody first asks: it is large
    return app
