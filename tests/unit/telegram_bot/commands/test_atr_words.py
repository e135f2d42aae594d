from decimal import Decimal
from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.assets import ALIASES
from common.errors import BadInput, UnknownTimeframe
from common.market import Timeframe
from common.wire import Side
from telegram_bot.commands.atr_words import AtrWords, BadPeriod, read
from telegram_bot.commands.words import NotUnderstood, words_of


def test_words_are_told_apart_by_their_form() -> None:
    asked = read("BTC 4h 21 3x @64000 risk 1.5% eq 10k short".split())

    assert asked == AtrWords(
        symbol="BTC",
        timeframe=Timeframe.H4,
        period=21,
        multiple=Decimal(3),
        side="short",
        entry=Decimal(64000),
        equity=Decimal(10000),
        risk_pct=Decimal("1.5"),
    )


def test_words_may_come_in_any_order() -> None:
    parts = ["btc", "4H", "21", "x3", "@64,000"]

    assert len({read(order) for order in permutations(parts)}) == 1


@pytest.mark.parametrize(
    ("written", "field", "value"),
    [
        ("2X", "multiple", Decimal(2)),
        ("x2.5", "multiple", Decimal("2.5")),
        ("1,5x", "multiple", Decimal("1.5")),
        ("3×", "multiple", Decimal(3)),
        ("@ 64k", "entry", Decimal(64000)),
        ("risk=2%", "risk_pct", Decimal(2)),
        ("risk 2", "risk_pct", Decimal(2)),
        ("0.5%", "risk_pct", Decimal("0.5")),
        ("eq=1.5m", "equity", Decimal(1_500_000)),
        ("equity 5k", "equity", Decimal(5000)),
        ("Risiko 1,5%", "risk_pct", Decimal("1.5")),
        ("Kapital 5k", "equity", Decimal(5000)),
        ("LONG", "side", "long"),
    ],
)
def test_there_is_more_than_one_way_to_say_it(written: str, field: str, value: object) -> None:
    assert getattr(read(["btc", *written.split()]), field) == value


@pytest.mark.parametrize("period", ["1", "91", "500", "0", "-5", "+14", "14.5", "1.2.3", "9" * 99])
def test_a_period_is_a_whole_number_from_2_to_90(period: str) -> None:
    with pytest.raises(BadPeriod, match="must be 2–90"):
        read(["btc", period])


@pytest.mark.parametrize("timeframe", ["7m", "3h", "1mo", "1y", "90s", "999999h"])
def test_a_timeframe_that_does_not_exist_is_named(timeframe: str) -> None:
    with pytest.raises(UnknownTimeframe) as refused:
        read(["btc", timeframe])

    assert refused.value.asked == timeframe


@pytest.mark.parametrize(
    "words",
    ["@nan", "@-5", "@1e999", "@1.2.3", "@0", "@", "risk", "risk 0%", "risk 101%", "risk -1%",
     "eq", "eq nan", "eq -5", "0x", "101x", "1.234x", "1.2.3x", "<b>x", "ВТС"],
)  # fmt: skip
def test_nonsense_is_refused_with_a_sentence(words: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(words.split())

    assert str(refused.value).endswith((".", ")"))


def test_a_second_market_is_not_understood() -> None:
    with pytest.raises(NotUnderstood) as refused:
        read(["btc", "4h", "eth"])

    assert refused.value.word == "eth"


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(words_of(text))
    except BadInput as refused:
        assert str(refused)


_assets = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=15).filter(
    lambda name: name not in ALIASES
)
_amounts = st.none() | st.decimals(
    min_value=Decimal("0.00000001"), max_value=10**12, places=8, allow_nan=False
)
_asked = st.builds(
    AtrWords,
    symbol=st.builds("{}-{}".format, _assets, _assets),
    timeframe=st.sampled_from(Timeframe),
    period=st.integers(2, 90),
    multiple=st.decimals(min_value=Decimal("0.01"), max_value=100, places=2),
    side=st.sampled_from(get_args(Side)),
    entry=_amounts,
    equity=_amounts,
    risk_pct=st.none() | st.decimals(min_value=Decimal("0.01"), max_value=100, places=2),
)


@given(_asked)
def test_a_button_fits_into_telegrams_64_bytes_and_keeps_the_question(asked: AtrWords) -> None:
    press = asked.button("•4h")

    kept = read(press.command.split()[1:])

    assert press.fits
    assert (kept.symbol, kept.timeframe) == (asked.symbol, asked.timeframe)
    assert (kept.period, kept.multiple) == (asked.period, asked.multiple)
    assert kept.entry in (asked.entry, None)
    assert (kept.equity, kept.risk_pct) in ((asked.equity, asked.risk_pct), (None, None))


def test_a_button_keeps_everything_that_fits() -> None:
    words = "BTC-USD 4h 21 3x short @64500 risk 1% eq 10k"

    assert read(words.split()).button("x").command == f"atr {words}"


def test_what_does_not_fit_goes_equity_first() -> None:
    asked = read("AVERYLONGASSET-USD 12h short @64000.12345678 risk 1% eq 10001.5".split())

    assert asked.button("x").command == "atr AVERYLONGASSET-USD 12h short @64000.12345678"
