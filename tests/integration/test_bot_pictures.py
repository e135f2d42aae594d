"""Pictures on their way: kept with their message, sent over a socket, and shown again by name."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from playground.chats import YOU, Message
from playground.faults import Fault
from telegram_bot.adapters.telegram_outgoing import Place, edit, new_messages
from telegram_bot.adapters.telegram_progress import TelegramProgress
from telegram_bot.adapters.telegram_redrawing import Redrawing
from telegram_bot.outgoing import Outgoing
from telegram_bot.ports import Speaker
from telegram_bot.replies import Picture, Press, Reply, Upload
from telegram_bot.updates.limits import Limits
from telegram_bot.updates.sending import Sending
from tests.support.databases import KINDS, shaped
from tests.support.desk import NO_LIMITS, Desk, Parrot
from tests.support.desk import desk as open_desk
from tests.support.png import png

CHART, OTHER = png(64, 36), png(36, 64)
BUTTONS = ((Press("🔄 Refresh", "chart BTC"),),)


@pytest.fixture(params=KINDS)
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(shaped(request.param, tmp_path)) as desk:
        yield desk


def chart(desk: Desk, content: bytes = CHART, seconds: float = 60.0) -> Reply:
    until = desk.clock.now().timestamp() + seconds
    return Reply("<b>BTC</b> · 4h", BUTTONS, Picture("BTC 4h", until, content))


def sent(reply: Reply) -> Outgoing:
    (what,) = new_messages(reply, Place(), answers=7)
    return what


def message(desk: Desk, number: int | None) -> Message:
    assert number is not None
    return desk.telegram.world.open_chat(YOU).messages[number]


async def test_a_picture_arrives_with_its_caption_and_its_buttons(desk: Desk) -> None:
    receipt = await desk.call(sent(chart(desk)))

    assert receipt is not None
    shown = message(desk, receipt.message_id)
    assert (shown["photo"][0]["width"], shown["photo"][0]["height"]) == (64, 36)
    assert (shown["caption"], shown["caption_entities"][0]["type"]) == ("BTC · 4h", "bold")
    assert shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "1 chart BTC"


async def test_the_bytes_wait_in_the_outbox_until_they_have_arrived(desk: Desk) -> None:
    waiting = await desk.marked(sent(chart(desk)))
    (row,) = await desk.rows()
    assert bytes(row.file) == CHART

    await desk.telegram.says("hello")  # who takes the chat next sends what was left
    await desk.get()

    row = (await desk.rows())[0]
    assert message(desk, row.message_id)["caption"] == "BTC · 4h"
    assert (row.key, row.file) == (waiting.key, None)


async def test_what_telegram_calls_a_picture_is_known_until_it_is_out_of_date(desk: Desk) -> None:
    receipt = await desk.call(sent(chart(desk, seconds=60)))

    assert receipt is not None
    name = await desk.base.outbox.picture("BTC 4h")
    assert name == message(desk, receipt.message_id)["photo"][0]["file_id"]
    desk.clock.advance(61)
    assert await desk.base.outbox.picture("BTC 4h") is None


async def test_a_picture_that_telegram_has_goes_without_its_bytes(desk: Desk) -> None:
    await desk.call(sent(chart(desk)))
    known = Picture("BTC 4h", 0.0, file_id=await desk.base.outbox.picture("BTC 4h"))

    again = await desk.call(sent(replace(chart(desk), picture=known)))

    assert again is not None
    assert message(desk, again.message_id)["photo"][0]["file_id"] == known.file_id
    assert desk.last("sendPhoto")["photo"] == known.file_id


async def test_a_tap_changes_the_picture_in_its_place(desk: Desk) -> None:
    first = await desk.call(sent(chart(desk)))
    assert first is not None and first.message_id is not None

    again = await desk.call(edit(chart(desk, OTHER), first.message_id))

    assert again is not None and again.message_id == first.message_id
    assert message(desk, first.message_id)["photo"][0]["width"] == 36
    assert await desk.base.outbox.picture("BTC 4h") == again.file_id


async def test_a_picture_whose_message_is_gone_comes_anew(desk: Desk) -> None:
    again = await desk.call(edit(chart(desk), 999))

    assert again is not None
    assert message(desk, again.message_id)["caption"] == "BTC · 4h"


async def test_a_text_in_the_place_of_a_picture_comes_anew(desk: Desk) -> None:
    first = await desk.call(sent(chart(desk)))
    assert first is not None and first.message_id is not None

    text = await desk.call(edit(Reply("<b>words</b>"), first.message_id))

    assert text is not None and text.message_id != first.message_id
    assert message(desk, text.message_id)["text"] == "words"


async def test_a_picture_in_the_place_of_a_text_replaces_it(desk: Desk) -> None:
    first = await desk.send("words")
    assert first is not None and first.message_id is not None

    again = await desk.call(edit(chart(desk), first.message_id))

    assert again is not None and again.message_id == first.message_id
    assert "text" not in message(desk, first.message_id)


async def test_a_picture_that_telegram_knows_no_more_leaves_its_words(desk: Desk) -> None:
    await desk.call(sent(chart(desk)))
    lost = Picture("BTC 4h", 0.0, file_id="nobody knows this")

    receipt = await desk.call(sent(replace(chart(desk), picture=lost)))

    assert receipt is not None
    assert message(desk, receipt.message_id)["text"] == "BTC · 4h"
    assert await desk.base.outbox.picture("BTC 4h") is None


class Artist:
    """Brings a picture of its own in place of one that is lost."""

    def __init__(self, reply: Reply | None) -> None:
        self.reply = reply
        self.asked: list[tuple[str, Speaker]] = []

    async def again(self, data: str, speaker: Speaker) -> Reply | None:
        self.asked.append((data, speaker))
        return self.reply


async def lost_picture(desk: Desk, artist: Artist, method: str) -> Message:
    """Send a picture under a name that Telegram does not know, and return what arrives."""
    limits = Limits(NO_LIMITS, desk.clock.monotonic)
    redraw = Redrawing(artist)
    desk.sending = Sending(desk.post, desk.base.outbox, limits, desk.tally, redraw=redraw)
    first = await desk.call(sent(chart(desk)))
    assert first is not None and first.message_id is not None
    lost = replace(
        chart(desk),
        picture=Picture("BTC 4h", 0.0, file_id="gone", again="1 chart BTC now", language="de"),
    )
    what = sent(lost) if method == "sendPhoto" else edit(lost, first.message_id)
    receipt = await desk.call(what)
    assert receipt is not None
    return message(desk, receipt.message_id)


@pytest.mark.parametrize("method", ["sendPhoto", "editMessageMedia"])
async def test_a_picture_that_telegram_has_lost_is_drawn_and_sent_again(
    desk: Desk, method: str
) -> None:
    artist = Artist(replace(chart(desk, OTHER), text="<b>BTC</b> anew"))

    shown = await lost_picture(desk, artist, method)

    assert (shown["photo"][0]["width"], shown["caption"]) == (36, "BTC anew")
    assert artist.asked == [("1 chart BTC now", Speaker(YOU, YOU, private=True, told="de"))]
    assert await desk.base.outbox.picture("BTC 4h") == shown["photo"][0]["file_id"]


async def test_a_lost_picture_that_cannot_be_drawn_now_leaves_its_words(desk: Desk) -> None:
    assert (await lost_picture(desk, Artist(None), "sendPhoto"))["text"] == "BTC · 4h"


@pytest.mark.parametrize("method", ["sendPhoto", "editMessageMedia"])
async def test_a_caption_that_cannot_be_read_goes_without_markup(desk: Desk, method: str) -> None:
    first = await desk.call(sent(chart(desk)))
    assert first is not None and first.message_id is not None
    desk.fault(method, Fault(400, "Bad Request: can't parse entities: oops"))
    again = chart(desk, OTHER)
    what = sent(again) if method == "sendPhoto" else edit(again, first.message_id)

    receipt = await desk.call(what)

    assert receipt is not None
    shown = message(desk, receipt.message_id)
    assert shown["caption"] == "BTC · 4h" and "caption_entities" not in shown


async def test_who_blocked_the_bot_leaves_no_bytes_behind(desk: Desk) -> None:
    await desk.telegram.blocks()

    assert await desk.call(sent(chart(desk))) is None
    assert [(row.state, row.file) for row in await desk.rows()] == [("refused", None)]


async def test_an_answer_takes_the_place_of_the_progress_that_was_told(desk: Desk) -> None:
    progress = TelegramProgress(desk.post)
    number = await progress.begin(YOU, "<b>10</b> of 20")
    assert number is not None
    await progress.tell(YOU, number, "20 of 20")
    told = message(desk, number)["text"]

    class Working(Parrot):
        """Answers in the place of the progress."""

        async def said(
            self, text: str, speaker: Speaker, file: Upload | None = None
        ) -> Reply | None:
            return replace(chart(desk), replaces=number)

    desk.answer_with(Working())
    await desk.telegram.says("/backtest BTC")
    await desk.get()

    assert told == "20 of 20"
    assert message(desk, number)["caption"] == "BTC · 4h"


async def test_progress_that_cannot_be_told_is_passed_over(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(403, "Forbidden: bot was blocked by the user"))

    assert await TelegramProgress(desk.post).begin(YOU, "10 of 20") is None
