"""Trading profiles: those that ship, and what a wrong one says."""

import msgspec
import pytest

from common.errors import Misconfigured
from telegram_bot.profiles import PROFILES, ProfileName, load, parse

SIMU = msgspec.json.encode(load("SIMU")).decode()


@pytest.mark.parametrize("name", PROFILES)
def test_the_profiles_that_ship_are_sound(name: ProfileName) -> None:
    profile = load(name)

    assert profile.exchange == name.lower()
    assert profile.fee_pct > 0 and profile.slippage_pct > 0
    assert "BTC-USD" in profile.symbols


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ('"fee_pct":"0.4"', '"fee_pct":"-1"', "fee_pct is -1; use 0 to 10 percent"),
        ('"fee_pct":"0.4"', '"fee_pct":"NaN"', "fee_pct is NaN"),
        ('"start_cash":"10000"', '"start_cash":"0"', "start_cash is 0; use a number above 0"),
        ('"BTC-USD"', '"BTC-EUR"', "BTC-EUR is not priced in USD"),
        ('"BTC-USD"', '"bitcoin"', "'bitcoin' is no symbol such as BTC-USD"),
        ('"period":10', '"period":1', "strategy: period is 1; use 2 to 90"),
        ('"multiple":"3"', '"multiple":"0"', "strategy: 0 is no multiple of ATR"),
        ('"timeframe":"4h"', '"timeframe":"7m"', "strategy:"),
        ('"preset":"st"', '"preset":"martingale"', "Invalid enum value"),
        ('"exchange"', '"echange"', "trading_SIMU.json:"),
    ],
)
def test_a_wrong_profile_is_refused_with_what_is_wrong(good: str, bad: str, said: str) -> None:
    assert good in SIMU

    with pytest.raises(Misconfigured, match="trading_SIMU.json") as refused:
        parse(SIMU.replace(good, bad).encode(), "trading_SIMU.json")

    assert said in str(refused.value)


def test_an_unknown_profile_names_those_that_there_are() -> None:
    with pytest.raises(Misconfigured, match="must be SIMU or COINBASE"):
        load("BINANCE")  # type: ignore[arg-type]
