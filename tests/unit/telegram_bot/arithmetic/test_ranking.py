from decimal import Decimal

from common.wire import Market
from telegram_bot.arithmetic.ranking import known, ranked, universe
from tests.support.replies import four_tickers, ticker_reply


def listed(symbol: str, quality: str = "single") -> Market:
    base, _, quote = symbol.partition("-")
    return Market(
        symbol=symbol,
        base=base,
        quote=quote,
        name=base,
        price_step=Decimal("0.01"),
        lot_step=Decimal("0.01"),
        quote_volume_24h=None,
        timeframes=["1d"],
        source="binance",
        quality=quality,  # type: ignore[arg-type]
    )


MARKETS = [
    listed("AAPL-USD", "recorded"),
    listed("BTC-USDT"),
    listed("BTC-EUR"),
    listed("ETH-USDT"),
    listed("SOL-USDT"),
]


def test_the_largest_markets_of_one_quote_asset_are_ranked_and_no_recordings() -> None:
    quote, markets = universe(MARKETS, 2)

    assert quote == "USDT"
    assert [market.symbol for market in markets] == ["BTC-USDT", "ETH-USDT"]


def test_a_preferred_quote_asset_is_taken_where_it_is_there() -> None:
    assert universe(MARKETS, 9, "EUR")[0] == "EUR"
    assert universe(MARKETS, 9, "GBP")[0] == "USDT"
    assert universe([], 9) == ("USD", [])


def bases(order: str, **more: object) -> list[str]:
    rows = ranked(order, four_tickers(), **more)  # type: ignore[arg-type]
    return [ticker.symbol.split("-")[0] for ticker in rows]


def test_the_largest_change_comes_first_and_only_where_it_goes_that_way() -> None:
    assert bases("gainers") == ["SOL", "BTC", "ETH"]
    assert bases("losers") == ["PEPE"]


def test_what_has_not_moved_neither_rose_nor_fell() -> None:
    still = [ticker_reply(change_24h_pct=Decimal(0))]

    assert ranked("gainers", still) == ranked("losers", still) == []
    assert known("gainers", still) == still


def test_what_is_not_known_is_left_out() -> None:
    assert bases("volume") == ["BTC"]
    assert bases("volatile", atr_pct={"ETH-USDT": Decimal(2), "SOL-USDT": Decimal(3)}) == [
        "SOL",
        "ETH",
    ]
    assert bases("volatile") == []
    assert ranked("losers", [ticker_reply(change_24h_pct=None)]) == []
