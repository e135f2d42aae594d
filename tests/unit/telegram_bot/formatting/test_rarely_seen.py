"""Words that a person rarely sees: a chart with a gap, a source not asked yet, bytes in a file."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from common import wire
from common.market import Timeframe
from telegram_bot.formatting.chart import chart_caption
from telegram_bot.formatting.mydata import deleted, document
from telegram_bot.formatting.settings import value_of
from telegram_bot.formatting.status import status
from telegram_bot.ports import CandlesQuestion
from telegram_bot.reader import Reader
from tests.support.fake_candles import fake_candles
from tests.support.replies import ticker_reply

NOON = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)


def caption(gaps: list[wire.Gap], **ticker: Any) -> str:
    question = CandlesQuestion("BTC-USDT", Timeframe.H4, 30)
    candles = fake_candles("BTC-USDT", "67250.10", 1_000, question)
    return chart_caption(msgspec.structs.replace(candles, gaps=gaps), None, ticker_reply(**ticker))


@pytest.mark.parametrize(
    ("missing", "said"),
    [([1], "gap: 1 candle missing"), ([2, 3], "gap: 5 candles missing")],
)
def test_a_chart_with_gaps_says_how_many_candles_are_missing(missing: list[int], said: str) -> None:
    gaps = [wire.Gap(first=NOON, last=NOON + timedelta(hours=4), missing=it) for it in missing]

    assert said in caption(gaps).splitlines()


def test_a_recorded_chart_ends_when_its_candles_do_and_was_asked_for_at_no_time() -> None:
    live, recorded = caption([]), caption([], quality="recorded", source="recorded")

    assert "candles to" in recorded and "as of" not in recorded.lower()
    assert len(recorded.splitlines()) <= len(live.splitlines())


def test_a_source_that_nobody_has_asked_yet_is_ready() -> None:
    source = wire.ProviderState(name="kraken", quality="single", breaker="closed")

    assert "⚪ Kraken: ready, not asked yet" in status([source], None, "1", "", NOON).splitlines()


def test_what_is_kept_as_bytes_can_be_read_in_the_file() -> None:
    kept = {"updates": [{"update": "später".encode(), "at": NOON}]}

    (row,) = json.loads(document(kept, 1, NOON))["data"]["updates"]
    assert row == {"update": "später", "at": str(NOON)}
    assert "nothing about you is left" in deleted()


def test_a_setting_that_is_none_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="colour"):
        value_of("colour", Reader(), NOON)
