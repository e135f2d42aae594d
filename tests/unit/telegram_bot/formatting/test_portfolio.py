from dataclasses import replace
from decimal import Decimal

import pytest

from telegram_bot.arithmetic.holdings import Holding, totals, valued
from telegram_bot.formatting.html import WIDTH, plain
from telegram_bot.formatting.portfolio import Overview, holding_card, overview
from telegram_bot.formatting.trades import full
from telegram_bot.formatting.trades_csv import imported
from telegram_bot.reader import Reader, reading_as

BTC = valued(
    Holding("BTC-USD", Decimal("0.5"), Decimal(30_612)),
    Decimal("67250.10"),
    Decimal("1582.55"),
    Decimal("845.32"),
)
HUGE = valued(
    Holding("VERYLONGCOIN123-USD", Decimal("123456789012.12345678"), Decimal("9876543210987654")),
    Decimal("123456.789"),
)


def view(*rows: object) -> Overview:
    return Overview("USD", rows, totals(rows))  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_block_is_wider_than_a_phone(language: str) -> None:
    with reading_as(Reader(language=language)):  # type: ignore[arg-type]
        texts = [overview(view(BTC, HUGE)), holding_card(HUGE.holding, None, 3)]

    for text in texts:
        block = plain(text.partition("<pre>")[2].partition("</pre>")[0])
        assert max(map(len, block.splitlines())) <= WIDTH


def test_a_middling_value_is_shortened_before_amounts_are_left_out() -> None:
    row = valued(Holding("ABCDEFGHIJKL-USD", Decimal("12345.6"), Decimal(1)), Decimal("123456.789"))

    text = overview(view(row))

    assert "12,345.60" in text and "1.52B" in text


def test_totals_stand_alone_where_a_page_has_none_of_their_holdings() -> None:
    text = overview(replace(view(BTC), rows=()))

    assert "<pre>" not in text and "Worth <b>33,625.05</b> USD" in text
    assert "A usual day" not in text


def test_what_is_sold_out_has_no_average_cost() -> None:
    text = holding_card(Holding("BTC-USD", realised=Decimal(50)), None, 1)

    assert "average cost     n/a" in text and "+50.00" in text and "1 trade<" not in text


def test_many_wrong_lines_are_counted_and_not_all_told() -> None:
    text = imported(0, 0, [(number, "side is 'x'") for number in range(2, 15)])

    assert text.count("line ") == 10 and text.endswith("and 3 more")
    assert full(1_000) == "A portfolio holds 1000 trades at most."
