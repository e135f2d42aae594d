"""What a person reads when something went wrong is exact, escaped and short."""

from collections.abc import Callable

import pytest
from hypothesis import given

from playground.markup import parse
from telegram_bot.formatting import trouble
from tests.support.wild_replies import nasty_texts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (trouble.which_coin("price"), "Which coin? Example: <code>/price BTC</code>"),
        (
            trouble.unknown_symbol("BTX", ("BTC", "BTT", "STX", "TRX")),
            "I don't know <code>BTX</code>. " "Did you mean <b>BTC</b>, <b>BTT</b> or <b>STX</b>?",
        ),
        (
            trouble.unknown_symbol("BTX", ["BTC"]),
            "I don't know <code>BTX</code>. Did you mean <b>BTC</b>?",
        ),
        (
            trouble.unknown_symbol("<b>x"),
            "I don't know <code>&lt;b&gt;x</code>. Try <code>/price BTC</code>.",
        ),
        (
            trouble.bad_timeframe("7m"),
            "<code>7m</code> is not a timeframe. Use 1m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w.",
        ),
        (trouble.bad_period(500), "ATR period must be 2–90 (you sent 500)."),
        (
            trouble.short_history("ARB/USDT", "1w", 50, 38, 51, "ARB 1d 50"),
            "ATR(50) on 1w needs 51 closed candles; ARB/USDT has 38. "
            "Try <code>/atr ARB 1d 50</code>.",
        ),
        (
            trouble.short_history("ARB/USDT", "1m", 50, 38, 51),
            "ATR(50) on 1m needs 51 closed candles; ARB/USDT has 38.",
        ),
        (
            trouble.unavailable("3f9a1c2e"),
            "Market data is unavailable right now (ref 3f9a1c2e). Nothing was changed.",
        ),
        (trouble.too_many(10), "10 at most in one message."),
        (trouble.too_many(2, "abcd"), "2 at most in one message; left out: a b and 2 more."),
        (trouble.bad_input("No <b>."), "No &lt;b&gt;."),
        (
            trouble.not_understood("x<", "/atr SYMBOL [4h]", "/atr BTC 4h"),
            "I don't understand <code>x&lt;</code>. Usage: <code>/atr SYMBOL [4h]</code>\n"
            "Try <code>/atr BTC 4h</code>.",
        ),
        (trouble.slow_down(8), "Slow down a little — try again in 8 s."),
        (
            trouble.crashed("3f9a1c2e"),
            "Something went wrong here (ref 3f9a1c2e). It is noted; please try again.",
        ),
    ],
)
def test_troubles_are_said_exactly(text: str, said: str) -> None:
    assert text == said


@pytest.mark.parametrize(
    "say",
    [
        trouble.which_coin,
        lambda text: trouble.unknown_symbol(text, [text, text]),
        lambda text: trouble.not_found(text, [text]),
        trouble.bad_timeframe,
        trouble.bad_period,
        lambda text: trouble.short_history(text, text, 14, 1, 15, text),
        trouble.unavailable,
        lambda text: trouble.too_many(10, [text] * 30),
        trouble.bad_input,
        lambda text: trouble.not_understood(text, text, text),
        trouble.crashed,
    ],
)
@given(text=nasty_texts)
def test_any_text_is_escaped_and_cut(say: Callable[[str], str], text: str) -> None:
    shown, _ = parse(say(text))

    assert len(shown) <= 400
