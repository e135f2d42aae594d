"""The shipped candles are the ones that their notice describes, and they make sense."""

from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise

import pytest

from common.clock import FrozenClock
from common.market import Symbol, Timeframe
from market_data.providers.csv_series import read
from market_data.providers.recorded import SHIPPED, Recorded

NOW = datetime(2030, 1, 1, tzinfo=UTC)
EPOCH_END = datetime(2013, 3, 2, tzinfo=UTC)
NOTICE = (SHIPPED / "NOTICE.md").read_text(encoding="utf-8")

# Rows, first row, last row, sha256 of the file.
FILES = {
    "AAPL": (
        3270,
        "2000-03-01,118.56,132.06,118.5,130.31,9616100",
        "2013-03-01,438.0,438.1799,429.98,430.47,19730300",
        "722632d5a134a2b2c83d2e62cd929e6d56f2bfd27bc1777b8fd8beb0987ee3a1",
    ),
    "GOOG": (
        2148,
        "2004-08-19,100.01,104.06,95.96,100.335,44659000",
        "2013-03-01,797.8,807.14,796.15,806.19,4346400",
        "54cbbee9411b46324bbc7a3db2b3e2478cfd86bf5acd36b977207d0f631917a7",
    ),
    "IBM": (
        3270,
        "2000-03-01,102.0,105.5,100.06,100.25,10807800",
        "2013-03-01,200.65,202.94,199.36,202.91,3308300",
        "a5d8edb3da5d7a3d663bbbbd9d95bbcd2812d7aa0703857bc322025fb0a53a61",
    ),
    "MSFT": (
        3270,
        "2000-03-01,89.62,94.09,88.94,90.81,53444900",
        "2013-03-01,27.72,27.98,27.52,27.95,34849700",
        "89c87c0f8c416f1937626e472c9ef01e0296e4234a6c398723893f9536146ab7",
    ),
}


def test_exactly_these_files_are_shipped() -> None:
    assert {path.stem for path in SHIPPED.glob("*.csv")} == set(FILES)


@pytest.mark.parametrize("ticker", FILES)
def test_a_file_is_the_one_that_its_notice_describes(ticker: str) -> None:
    rows, first, last, digest = FILES[ticker]
    content = (SHIPPED / f"{ticker}.csv").read_bytes()
    lines = content.decode("ascii").splitlines()

    assert sha256(content).hexdigest() == digest
    assert (len(lines) - 1, lines[1], lines[-1]) == (rows, first, last)
    assert f"| `{ticker}.csv` | {ticker}-USD | {rows} | {first[:10]} | {last[:10]} |" in NOTICE


@pytest.mark.parametrize("ticker", FILES)
def test_every_row_is_a_candle_of_a_trading_day(ticker: str) -> None:
    series = read(SHIPPED / f"{ticker}.csv")
    candles = series.closed(datetime(1990, 1, 1, tzinfo=UTC), NOW, NOW)

    assert not series.bad
    assert series.sessions
    assert series.timeframe is Timeframe.D1
    assert len(candles) == FILES[ticker][0]
    assert all(before.opened_at < after.opened_at for before, after in pairwise(candles))
    assert all(candle.opened_at.weekday() < 5 for candle in candles)
    assert all(
        (after.opened_at - before.opened_at).days <= 7 for before, after in pairwise(candles)
    )
    assert all(candle.volume > 0 for candle in candles)


async def test_the_assistant_knows_the_four_stocks_by_name() -> None:
    provider = Recorded(FrozenClock(NOW))
    listings = {listing.symbol: listing for listing in await provider.listings()}

    assert {str(symbol): listing.name for symbol, listing in listings.items()} == {
        "AAPL-USD": "Apple",
        "GOOG-USD": "Google",
        "IBM-USD": "IBM",
        "MSFT-USD": "Microsoft",
    }
    apple = listings[Symbol("AAPL", "USD")]
    assert (apple.lot_step, apple.price_step) == (Decimal(1), Decimal("0.01"))
    assert apple.quote_volume_24h == Decimal("430.47") * 19_730_300
    ticker = await provider.ticker(apple.symbol)
    assert (ticker.price, ticker.at) == (Decimal("430.47"), EPOCH_END)
    assert provider.now(apple.symbol) == EPOCH_END
