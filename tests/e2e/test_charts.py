"""/chart from the market to the chat: over sockets, with real pictures."""

from playground.pictures import size
from tests.support.playground import Json
from tests.support.stack import Chat, assistant


def photo(message: Json) -> str:
    return str(message["photo"][-1]["file_id"])


def content(chat: Chat, message: Json) -> bytes:
    file = chat.telegram.world.files.get(photo(message))
    assert file is not None
    return file.content


async def test_a_chart_is_sent_once_shown_again_by_name_and_changed_by_taps() -> None:
    async with assistant() as chat:
        first = await chat.ask("/chart BTC 4h")
        again = await chat.ask("/chart 4h btc")
        dark = await chat.tap(again, "Dark")
        anew = await chat.tap(dark, "Refresh")
        words = await chat.ask("/chart BTC 7m")

    picture = content(chat, first)
    assert size(picture) == (1280, 720)
    assert len(picture) <= 300_000
    assert "BTC/USD · 4h · 120 candles" in first["caption"] and len(first["caption"]) <= 1024
    assert "simulated" in first["caption"]
    assert photo(again) == photo(first)
    assert dark["message_id"] == again["message_id"] == anew["message_id"]
    assert len({photo(first), photo(dark), photo(anew)}) == 3
    assert "is not a timeframe" in words["text"]
