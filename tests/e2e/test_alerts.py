"""A person sets alerts in the chat and is told: every program on a real socket."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

from common.clock import FrozenClock
from tests.support.stack import Chat, assistant

START = datetime(2026, 3, 13, 12, 0, 30, tzinfo=UTC)


async def test_whoever_sets_an_alert_is_told_when_the_price_gets_there() -> None:
    clock = FrozenClock(START)
    async with assistant(clock=clock, one_clock=True) as chat:
        price = await chat.ask("/price BTC")
        known = re.search(r"^([\d,]+\.\d\d) USD", price["text"], re.MULTILINE)
        assert known is not None
        level = float(known[1].replace(",", ""))
        above = await chat.ask(f"/alert BTC > {level + 20:.2f}")
        await chat.ask(f"/alert BTC < {level - 20:.2f} every 1h note what now?")

        assert "away ≈" in above["text"] and "once · no expiry" in above["text"]
        listed = await chat.ask("/alerts")
        assert "Alerts (2/50)" in listed["text"] and "#1 ✏️" in str(Chat.labels(listed))
        heard = asyncio.create_task(chat.hear())
        while not heard.done():
            await asyncio.sleep(0.3)
            clock.advance(timedelta(seconds=40))
        told = await heard

        assert re.match(r"🔔 BTC crossed (above|below) [\d,.]+\nNow [\d,.]+", told["text"])
        assert "alert #" in told["text"]
        assert told["text"].endswith("simulated prices, not a market")
        if "above" in told["text"]:
            assert "once, now off" in told["text"]
            armed = await chat.tap(told, "Re-arm", brings="message", showing="away")
            assert "#1" in armed["text"]
        else:
            assert "every 1h" in told["text"] and "what now?" in told["text"]
        gone = await chat.ask("/alert 2 delete", showing="Undo")
        back = await chat.tap(gone, "Undo")
        assert "#2" in back["text"]
