"""What `/alert` understands."""

from datetime import date
from decimal import Decimal

import pytest

from common.errors import BadInput
from telegram_bot.commands.alert_words import read


@pytest.mark.parametrize(
    ("text", "measure", "direction", "value"),
    [
        ("BTC > 70k", "price", "up", "70000"),
        ("btc>70k", "price", "up", "70000"),
        ("BTC < 60,000", "price", "down", "60000"),
        ("70k above btc", "price", "up", "70000"),
        ("BTC drops below 60k", "price", "down", "60000"),
        ("BTC 70k", "price", None, "70000"),
        ("BTC +5%", "price", "up", "5"),
        ("BTC -5%", "price", "down", "5"),
        ("BTC 3% 1h", "pct:1h", None, "3"),
        ("BTC -3% 24h", "pct:1d", "down", "3"),
        ("BTC atr 2 4h", "atr_move:4h:14", None, "2"),
        ("BTC atr +2", "atr_move:4h:14", "up", "2"),
        ("BTC atr% > 3 1d", "atr_pct:1d:14", "up", "3"),
        ("BTC st 4h", "supertrend:4h", None, None),
        ("BTC st down 1d", "supertrend:1d", "down", None),
        ("BTC regime 1h high", "atr_ratio:1h:14", "up", "1.5"),
    ],
)
def test_the_forms(text: str, measure: str, direction: str | None, value: str | None) -> None:
    asked = read(text)

    assert asked.symbol == "BTC"
    assert (asked.measure.text, asked.direction) == (measure, direction)
    assert asked.value == (None if value is None else Decimal(value))


def test_options_come_in_any_order_and_the_note_is_the_rest() -> None:
    asked = read("until 7d BTC every 1h > 70k note Sell half, then > wait")

    assert (asked.repeat, asked.pause, asked.until) == ("every", 3_600.0, 7 * 86_400.0)
    assert asked.note == "Sell half, then > wait"
    assert read("BTC > 1 until 2026-12-31 remind 2h").until == date(2026, 12, 31)


def test_a_comma_that_may_be_a_point_is_asked_about() -> None:
    assert (read("BTC > 1,5").value, read("BTC > 1,5").doubtful) == (Decimal("1.5"), "1,5")
    assert read("BTC > 70,000").doubtful is None


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("BTC über 100k", "BTC > 100k"),
        ("btc unter 60k einmal", "BTC < 60k once"),
        ("BTC +5% alle 1h bis 7d", "BTC +5% every 1h until 7d"),
        ("BTC +5% jede Stunde", "BTC +5% every 1h"),
        ("BTC +5% every 2 hours until 3 days", "BTC +5% every 2h until 3d"),
        ("BTC > 70k bis 31.12.2026 Notiz halb raus", "BTC > 70k until 2026-12-31 note halb raus"),
        ("für BTC 70k", "BTC 70k"),
        ("BTC = 70k", "BTC 70k"),
        ("BTC > 70k for 7d", "BTC > 70k until 7d"),
        ("BTC regime hoch 4h", "BTC regime high 4h"),
        ("bei btc 3% in 1 Stunde", "btc 3% 1h"),
    ],
)
def test_german_and_longer_words_say_the_same(said: str, same: str) -> None:
    assert read(said) == read(same)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("BTC > 1e999", "not an amount"),
        ("BTC > -5", "not an amount"),
        ("BTC > nan", "not an amount"),
        ("BTC > 0", "above 0"),
        ("BTC > 1.2.3", "not an amount"),
        ("BTC > 70k every", "needs a time after it"),
        ("BTC > 70k every 1m", "at most every 5 minutes"),
        ("BTC > 70k until never", "not a length of time"),
        ("BTC > 70k until 2026-02-31", "not a day"),
        ("BTC 3% 5m", "15m to 24h"),
        ("BTC 3% 1h remind 1h", "Use every 1h"),
        ("BTC 5000%", "goes up to"),
        ("BTC atr 101 4h", "up to 100 ATR"),
        ("BTC > 70k note " + "x" * 201, "at most 200"),
        ("BTC > 70k ETH", "don't understand"),
    ],
)
def test_what_cannot_be_meant_is_answered_with_what_would_work(text: str, hint: str) -> None:
    with pytest.raises(BadInput, match=hint):
        read(text)
