from datetime import timedelta
from decimal import Decimal

from telegram_bot.arithmetic.conversion import Leg
from telegram_bot.formatting.conversion import conversion_card, worth, worth_to_copy
from tests.support.replies import AS_OF, ticker_reply

BTC = ticker_reply()
WAY = (Leg("BTC", "USDT", True),)


def test_a_stale_rate_is_said_first() -> None:
    old = ticker_reply(stale=True, as_of=AS_OF - timedelta(minutes=4), age_ms=240_000)

    text = conversion_card(Decimal(2), Decimal("134500.20"), WAY, {"BTC-USDT": old})

    assert text.startswith("⚠️ <b>Stale</b>: last price of BTC/USDT from")


def test_recorded_and_simulated_rates_are_named_as_such() -> None:
    recorded, simulated = ticker_reply(quality="recorded"), ticker_reply(quality="simulated")

    texts = [
        conversion_card(Decimal(1), Decimal(1), WAY, {"BTC-USDT": it})
        for it in (recorded, simulated)
    ]

    assert "recorded prices" in texts[0] and "as of" not in texts[0]
    assert "simulated prices, not a market" in texts[1]


def test_every_digit_that_was_typed_is_repeated() -> None:
    text = conversion_card(Decimal("0.00000001"), Decimal("0.00067"), WAY, {"BTC-USDT": BTC})

    assert "<b>0.00000001 BTC = 0.00067 USDT</b>" in text


def test_money_has_cents_and_coins_have_five_digits() -> None:
    assert worth(Decimal("1234.567"), "USDT") == "1,234.57"
    assert worth(Decimal("1234.567"), "DOGE") == "1,234.57"
    assert worth(Decimal("0.0123456"), "BTC") == "0.012346"
    assert worth_to_copy(Decimal("0.5"), "USD") == "0.50"
