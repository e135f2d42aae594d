import re
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from telegram_bot.formatting.html import WIDTH, plain
from telegram_bot.formatting.statistics import statistics_card
from telegram_bot.reader import Reader, reading_as
from tests.support.replies import statistics_reply

YEAR = statistics_reply()


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_block_is_wider_than_a_phone(language: str) -> None:
    huge = msgspec.structs.replace(YEAR.closes, maximum=Decimal("12345678901234567.89"))

    with reading_as(Reader(language=language)):  # type: ignore[arg-type]
        text = statistics_card(statistics_reply(closes=huge))

    for block in text.split("<pre>")[1:]:
        assert max(map(len, plain(block.partition("</pre>")[0]).splitlines())) <= WIDTH


def test_a_fall_that_was_made_up_for_says_when() -> None:
    when = datetime(2026, 10, 3, tzinfo=UTC)
    fall = msgspec.structs.replace(YEAR.max_drawdown, recovered_at=when)

    assert "3 Oct 2026" in statistics_card(statistics_reply(max_drawdown=fall))


def test_a_market_that_never_fell_has_no_dates_of_its_fall() -> None:
    fall = msgspec.structs.replace(YEAR.max_drawdown, depth_pct=Decimal(0))

    assert "recovered" not in statistics_card(statistics_reply(max_drawdown=fall))


def test_what_is_not_known_is_said() -> None:
    text = statistics_card(statistics_reply(best_day=None, sharpe=None, stale=True))

    assert text.startswith("⚠️ <b>Stale</b>")
    assert plain(text).count("n/a") == 2


def test_a_recording_is_named_as_one() -> None:
    assert "as of" not in statistics_card(statistics_reply(quality="recorded"))


def test_a_few_days_have_no_sharpe_ratio() -> None:
    cards = [statistics_card(statistics_reply(days=days)) for days in (4, 364)]

    assert [re.findall(r"Sharpe +(\S+)", card) for card in cards] == [["n/a"], ["0.08"]]
