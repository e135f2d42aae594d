from decimal import Decimal

from telegram_bot.formatting.html import WIDTH, plain
from telegram_bot.formatting.ranking import ranking_page
from tests.support.replies import four_tickers, ticker_reply


def test_a_block_is_never_wider_than_a_phone() -> None:
    wide = [
        ticker_reply(symbol="VERYLONGCOIN123-USDT", price=Decimal("1234567890.12345678")),
        *four_tickers(),
    ]

    text = ranking_page("gainers", wide, first=98, rows=102, of=102, asked=103, atr_pct={})

    block = text.partition("<pre>")[2].partition("</pre>")[0]
    assert max(map(len, block.splitlines())) <= WIDTH
    assert "1 markets could not be ranked" in plain(text)


def test_volume_is_short_and_atr_a_share() -> None:
    volume = ranking_page("volume", four_tickers()[:1], first=1, rows=1, of=1, asked=1, atr_pct={})
    volatile = ranking_page(
        "volatile",
        four_tickers()[:1],
        first=1,
        rows=1,
        of=1,
        asked=1,
        atr_pct={"BTC-USDT": Decimal("3.456")},
    )

    assert "1.84B" in volume and "3.46%" in volatile


def test_those_that_went_the_other_way_are_counted() -> None:
    rising = ranking_page("gainers", four_tickers()[:1], first=1, rows=1, of=4, asked=4, atr_pct={})
    falling = ranking_page("losers", four_tickers()[:1], first=1, rows=1, of=4, asked=4, atr_pct={})

    assert "3 of 4 have not risen" in rising and "3 of 4 have not fallen" in falling
    assert "could not be ranked" not in rising
    most = ranking_page("losers", four_tickers()[:3], first=1, rows=3, of=4, asked=4, atr_pct={})
    assert "1 of 4 has not fallen" in most
