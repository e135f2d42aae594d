"""What a flag changes, seen by people: a production and a staging answer side by side."""

from datetime import UTC, datetime

from common.clock import FrozenClock
from tests.support.stack import Chat, assistant

NOON = FrozenClock(datetime(2026, 3, 13, 12, 0, 30, tzinfo=UTC))


async def test_enhanced_price_display_is_a_card_on_staging_and_two_lines_in_production() -> None:
    async with assistant(clock=NOON, environment="staging") as staging:
        card = await staging.ask("/price BTC")
    async with assistant(clock=NOON, environment="production") as production:
        brief = await production.ask("/price BTC")

    assert "High 24h" in card["text"] and "Volume 24h" in card["text"]
    name, source = brief["text"].splitlines()
    price = card["text"].splitlines()[1].split()[0]
    assert name.startswith("Bitcoin") and price in name and "(24h)" in name
    assert "SIMU" in source and "old" in source
    assert source.endswith("simulated prices, not a market")
    assert Chat.labels(brief)


async def test_atr_optimization_is_on_everywhere_and_changes_no_answer() -> None:
    answers = []
    for environment in ("staging", "production"):
        async with assistant(clock=NOON, environment=environment) as chat:
            answers.append((await chat.ask("/atr BTC 4h"))["text"])

    assert answers[0] == answers[1]
