"""What a flag changes, seen by people: a production and a staging answer side by side."""

from datetime import UTC, datetime, timedelta

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


async def test_an_atr_that_was_kept_over_closes_is_the_one_that_a_fresh_start_computes() -> None:
    clock = FrozenClock(NOON.now())
    async with assistant(clock=clock, environment="production") as keeping:
        first = await keeping.ask("/atr BTC 1h")
        for _ in range(3):
            clock.advance(timedelta(hours=1))
            kept = await keeping.ask("/atr BTC 1h")
    async with assistant(clock=clock, environment="staging") as starting:
        fresh = await starting.ask("/atr BTC 1h")

    # The kept value stands on three candles more, and says so; nothing else differs.
    assert "253 closed candles" in kept["text"] and "250 closed candles" in fresh["text"]
    assert first["text"] != fresh["text"] == kept["text"].replace("253 closed", "250 closed")
