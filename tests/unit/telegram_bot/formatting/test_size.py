from decimal import Decimal

from telegram_bot.arithmetic.sizing import Size, Sizing, size
from telegram_bot.formatting.size import at_price, size_lines
from telegram_bot.reader import Reader, reading_as

NEAR = Sizing(Decimal("67250.10"), Decimal(67_000), Decimal(10_000), Decimal(1), Decimal("0.00001"))


def test_a_size_that_the_account_limits_says_so() -> None:
    sized = size(NEAR)
    assert isinstance(sized, Size)

    assert "size capped by equity" in size_lines("BTC-USD", NEAR, sized, Decimal("0.01"))[1]


def test_a_stop_is_told_in_atr_where_one_is_known() -> None:
    with reading_as(Reader(language="de", numbers="1.234,56")):
        assert at_price("64.000,00", Decimal("3.845"), "4h") == "Stop 64.000,00 ≈ 3,8 × ATR 4h"
    assert at_price("64,000.00", None, "") == "stop 64,000.00"
