"""Hypothesis strategies for answers of market-data that are allowed, however unlikely."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from common.wire import AtrReply, Gap, Problem, TickerReply
from tests.support.replies import atr_reply, position, problem, ticker_reply

assets = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=15)
symbols = st.builds("{}-{}".format, assets, assets)
steps = st.builds(
    lambda digit, exponent: Decimal(digit).scaleb(exponent),
    st.sampled_from([1, 2, 5]),
    st.integers(-18, 2),
)
prices = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent),
    st.integers(1, 10**12),
    st.integers(-24, 12),
)
percents = st.decimals(-100, 10**9, allow_nan=False, allow_infinity=False)
nasty_texts = st.text(max_size=80) | st.sampled_from(
    ["<b>x", "</pre>", "&lt;", "a & b", "<script>", "Ѕ", "\u202eCTB", "\ud800", "\0", "x" * 4096]
)
_instants = st.datetimes(datetime(1962, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))
_sources = st.sampled_from(["binance", "coinbase", "simu", "recorded", "<i>new</i>"])
_qualities = st.sampled_from(["consensus", "single", "disputed", "simulated", "recorded"])
_ages = st.integers(0, 10**10)


@st.composite
def tickers(draw: st.DrawFn, symbol: st.SearchStrategy[str] = symbols) -> TickerReply:
    def maybe(values: st.SearchStrategy[Decimal]) -> Decimal | None:
        return draw(st.none() | values)

    return ticker_reply(
        **_provenance(draw),
        symbol=draw(symbol),
        name=draw(nasty_texts),
        price=draw(prices),
        price_step=draw(steps),
        high_24h=maybe(prices),
        low_24h=maybe(prices),
        change_24h=maybe(prices | prices.map(lambda value: -value)),
        change_1h_pct=maybe(percents),
        change_24h_pct=maybe(percents),
        change_7d_pct=maybe(percents),
        volume_24h=maybe(prices),
        quote_volume_24h=maybe(prices),
    )


@st.composite
def atrs(draw: st.DrawFn) -> AtrReply:
    known = atr_reply()
    entry, atr = draw(prices), draw(prices | st.just(Decimal(0)))
    return atr_reply(
        **_provenance(draw),
        symbol=draw(symbols),
        timeframe=draw(st.sampled_from(["1m", "15m", "4h", "1d", "1w"])),
        period=draw(st.integers(2, 90)),
        price_step=draw(steps),
        lot_step=draw(steps),
        atr=atr,
        atr_pct=draw(prices),
        close=draw(st.just(entry) | prices),
        closed_at=draw(_instants),
        price=draw(st.just(entry) | prices),
        entry=entry,
        bars=draw(st.integers(1, 1000)),
        approximate=draw(st.booleans()),
        regime=draw(st.sampled_from([None, "high", "rising", "normal", "low"])),
        ratio=draw(st.none() | prices),
        percentile=draw(st.none() | st.integers(0, 100)),
        stops=[
            type(stop)(
                multiple=stop.multiple,
                long=draw(st.none() | prices),
                short=draw(prices),
                distance_pct=draw(prices),
            )
            for stop in known.stops
        ],
        chandelier=draw(st.sampled_from([None, known.chandelier])),
        supertrend=draw(st.sampled_from([None, known.supertrend])),
        position=draw(
            st.none()
            | st.builds(
                position,
                side=st.sampled_from(["long", "short"]),
                equity=prices,
                cost=prices,
                loss=prices,
                quantity=prices | st.just(Decimal(0)),
                capped=st.booleans(),
                refusal=st.none() | nasty_texts,
            )
        ),
        built_from=draw(st.sampled_from([None, "1h"])),
        gaps=draw(
            st.lists(
                st.builds(Gap, first=_instants, last=_instants, missing=st.integers(1, 9)),
                max_size=2,
            )
        ),
    )


problems: st.SearchStrategy[Problem] = st.builds(
    problem,
    code=st.sampled_from(["unknown-symbol", "unavailable"]),
    asked=st.none() | nasty_texts,
    symbol=st.none() | symbols,
    detail=nasty_texts,
    suggestions=st.none() | st.lists(nasty_texts, max_size=4),
)


def _provenance(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "source": draw(_sources),
        "as_of": draw(_instants),
        "age_ms": draw(_ages),
        "stale": draw(st.booleans()),
        "quality": draw(_qualities),
    }
