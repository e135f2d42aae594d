"""Keyboards of what people keep, for the longest market there can be."""

import pytest

from telegram_bot.replies import Press
from tests.support.fake_market import Listing
from tests.support.talk import Talk

LONGEST = Listing("ABCDEFGHIJKLMNO-FDUSD", "Long", "12345678901.12")
ASKED = (
    "/stats ABCDEFGHIJKLMNO",
    "/size ABCDEFGHIJKLMNO eq 10k 1d",
    "/watch ABCDEFGHIJKLMNO",
    "/watchlist",
    "/watchlist edit",
    "/top volatile",
    "/portfolio",
    "/portfolio ABCDEFGHIJKLMNO",
    "/portfolio trades ABCDEFGHIJKLMNO",
    "/convert 1 ABCDEFGHIJKLMNO FDUSD",
    "/digest",
)


@pytest.mark.parametrize("text", ASKED)
async def test_every_buttons_data_fits_into_64_bytes_and_stays_there(text: str) -> None:
    it = Talk()
    it.market.listed = [LONGEST]
    await it.say("/watch ABCDEFGHIJKLMNO")
    await it.say("/portfolio add ABCDEFGHIJKLMNO 123456789.12345678 @ 12345.6789")

    reply = await it.say(text)

    presses = [item for row in reply.buttons for item in row if isinstance(item, Press)]
    assert presses and all(len(press.data.encode()) <= 64 for press in presses)
