"""Every method of the playground, called by python-telegram-bot over a socket.

aiogram judges each request (the `playground` helper fails otherwise), python-telegram-bot each
answer (`understood`).
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
import telegram
from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MenuButtonCommands,
    Message,
    MessageEntity,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter

from common.clock import FrozenClock
from playground.chats import YOU
from playground.entities import units
from playground.flood import FloodLimits
from playground.methods import NAMES
from tests.support.playground import Playground, playground
from tests.support.png import png
from tests.support.telegram_oracle import misunderstood, problems

Answer = TypeVar("Answer")
NOW = datetime(2026, 11, 21, 8, 12, tzinfo=UTC)
KEYBOARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Refresh", callback_data="1 price BTC")],
        [
            InlineKeyboardButton("Copy", copy_text=CopyTextButton("67250.10")),
            InlineKeyboardButton("Read", url="https://x.test"),
        ],
    ]
)
OTHER_KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Other", callback_data="1 other")]])


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


@pytest.fixture
async def home(clock: FrozenClock) -> AsyncIterator[Playground]:
    async with playground(clock=clock) as home:
        yield home


@pytest.fixture
async def bot(home: Playground) -> AsyncIterator[telegram.Bot]:
    async with home.bot() as bot:
        yield bot


def understood(answer: Answer) -> Answer:
    """Return `answer` if python-telegram-bot knows every name in it."""
    assert misunderstood(answer) == []
    return answer


async def updates(bot: telegram.Bot, offset: int | None = None) -> list[Update]:
    return list(understood(await bot.get_updates(offset=offset)))


async def said(bot: telegram.Bot, text: str = "hello") -> Message:
    return await bot.send_message(YOU, text, reply_markup=KEYBOARD)


async def test_get_me_names_the_bot(bot: telegram.Bot) -> None:
    me = understood(await bot.get_me())

    assert (me.id, me.is_bot, me.username) == (4242, True, "crypto_assistant_bot")


async def test_a_wrong_token_is_unauthorised(home: Playground) -> None:
    with pytest.raises(InvalidToken):
        await home.bot("4242:wrong").get_me()


class TestUpdates:
    async def test_a_typed_command_arrives_as_one(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        await home.says("/price BTC")

        [update] = await updates(bot)

        assert update.message is not None and update.message.from_user is not None
        assert update.message.text == "/price BTC"
        assert update.message.date == NOW
        assert (update.message.chat.id, update.message.from_user.id) == (YOU, YOU)
        assert update.message.entities == (MessageEntity("bot_command", 0, 6),)

    async def test_they_stay_until_an_offset_confirms_them(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        for text in ("a", "b", "c"):
            await home.says(text)

        first, second, third = await updates(bot)
        assert [second.update_id, third.update_id] == [first.update_id + 1, first.update_id + 2]
        assert await updates(bot) == [first, second, third]
        assert await updates(bot, second.update_id) == [second, third]
        assert list(await bot.get_updates(limit=1)) == [second]
        assert list(await bot.get_updates(offset=-1)) == [third]
        assert await updates(bot) == [third]
        assert list(await bot.get_updates(offset=third.update_id + 1)) == []

    async def test_a_long_poll_ends_with_the_first_update(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        polling = asyncio.create_task(bot.get_updates(timeout=30))
        await home.next_event("presence", after=0)
        await home.says("at last")

        [update] = await polling

        assert update.message is not None and update.message.text == "at last"

    async def test_a_second_poller_ends_the_first(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=30))
        await home.next_event("presence", after=0)

        assert await home.bot().get_updates(timeout=0) == ()
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first

    async def test_unwanted_kinds_are_not_kept(self, home: Playground, bot: telegram.Bot) -> None:
        await bot.get_updates(allowed_updates=["callback_query"])
        await home.says("nobody listens")

        assert await updates(bot) == []
        await bot.get_updates(allowed_updates=[])
        await home.says("now")
        assert len(await updates(bot)) == 1

    async def test_an_edited_message_arrives_as_one(
        self, home: Playground, bot: telegram.Bot, clock: FrozenClock
    ) -> None:
        typed = await home.says("/price BTX")
        clock.advance(5)
        await home.edits(typed["message_id"], "/price BTC")

        _, update = await updates(bot)

        assert update.edited_message is not None
        assert update.edited_message.text == "/price BTC"
        assert update.edited_message.edit_date == NOW + timedelta(seconds=5)


class TestSending:
    async def test_html_comes_back_as_text_and_entities(self, bot: telegram.Bot) -> None:
        message = understood(
            await bot.send_message(
                YOU,
                '<b>BTC</b> <tg-time unix="1795248720" format="T">08:12</tg-time>',
                parse_mode="HTML",
                reply_markup=KEYBOARD,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                disable_notification=True,
            )
        )

        assert message.text == "BTC 08:12"
        assert message.entities == (
            MessageEntity("bold", 0, 3),
            MessageEntity("date_time", 4, 5, date_time_format="T", unix_time=NOW),
        )
        assert message.entities[1].unix_time == NOW
        assert message.reply_markup == KEYBOARD
        assert message.link_preview_options == LinkPreviewOptions(is_disabled=True)
        assert message.from_user is not None and message.from_user.id == 4242

    async def test_given_entities_are_kept(self, bot: telegram.Bot) -> None:
        marks = [
            MessageEntity("bold", 0, 3),
            MessageEntity("text_link", 4, 3, url="https://x.test"),
        ]

        message = understood(await bot.send_message(YOU, "BTC ETH", entities=marks))

        assert list(message.entities) == marks

    async def test_a_reply_holds_what_it_answers(self, home: Playground, bot: telegram.Bot) -> None:
        typed = await home.says("how much?")
        reply = ReplyParameters(typed["message_id"])
        nothing = ReplyParameters(999, allow_sending_without_reply=True)

        message = understood(await bot.send_message(YOU, "a lot", reply_parameters=reply))
        other = await bot.send_message(YOU, "a lot", reply_parameters=nothing)

        assert message.reply_to_message is not None
        assert message.reply_to_message.text == "how much?"
        assert other.reply_to_message is None
        with pytest.raises(BadRequest, match="Message to be replied not found"):
            await bot.send_message(YOU, "x", reply_parameters=ReplyParameters(999))

    @pytest.mark.parametrize("text", ["x" * 4096, "🟢" * 2048, f"<b>{'x' * 4096}</b>"])
    async def test_4096_utf_16_units_fit(self, bot: telegram.Bot, text: str) -> None:
        message = await bot.send_message(YOU, text, parse_mode="HTML")

        assert message.text is not None and units(message.text) == 4096

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("x" * 4097, "Message is too long"),
            ("🟢" * 2048 + "x", "Message is too long"),
            (" \n ", "Message text is empty"),
            ("<b></b>", "Message text is empty"),
            ("<b>x", "Can't parse entities: can't find end tag corresponding to start tag \"b\""),
        ],
    )
    async def test_text_that_telegram_refuses(
        self, bot: telegram.Bot, text: str, reason: str
    ) -> None:
        with pytest.raises(BadRequest) as refused:
            await bot.send_message(YOU, text, parse_mode="HTML")

        assert refused.value.message.lower() == reason.lower()

    @pytest.mark.parametrize("mode", ["MarkdownV2", "Markdown"])
    async def test_markdown_is_refused_with_a_reason(self, bot: telegram.Bot, mode: str) -> None:
        with pytest.raises(BadRequest, match="the playground reads parse_mode html only"):
            await bot.send_message(YOU, "*x*", parse_mode=mode)

    async def test_button_data_past_64_bytes_is_refused(self, bot: telegram.Bot) -> None:
        button = InlineKeyboardButton("x", callback_data="€" * 22)

        with pytest.raises(BadRequest, match="Button_data_invalid"):
            await bot.send_message(YOU, "x", reply_markup=InlineKeyboardMarkup([[button]]))

    async def test_a_chat_that_nobody_opened_is_not_found(self, bot: telegram.Bot) -> None:
        for chat in (5, "@nobody"):
            with pytest.raises(BadRequest, match="Chat not found"):
                await bot.send_message(chat, "x")

    async def test_a_person_may_block_the_bot_and_let_it_back_in(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        await home.blocks()
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await said(bot)
        await home.blocks(False)
        await home.blocks(False)
        assert (await said(bot)).text == "hello"

        blocked, unblocked = await updates(bot)
        assert blocked.my_chat_member is not None and unblocked.my_chat_member is not None
        assert blocked.my_chat_member.new_chat_member.status == "kicked"
        assert unblocked.my_chat_member.new_chat_member.status == "member"

    async def test_a_flood_is_told_how_long_to_wait(
        self, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PTB_TIMEDELTA", "1")
        limits = FloodLimits(burst=2)
        async with playground(clock=clock, flood=limits) as home, home.bot() as bot:
            message = await said(bot)
            await bot.edit_message_text("edited", YOU, message.message_id)
            with pytest.raises(RetryAfter) as refused:
                await said(bot)
            clock.advance(1)

            assert (await said(bot)).text == "hello"
        assert refused.value.retry_after == timedelta(seconds=1)


class TestEditing:
    async def test_an_edit_replaces_text_and_buttons(
        self, bot: telegram.Bot, clock: FrozenClock
    ) -> None:
        message = await said(bot)
        clock.advance(3)

        edited = await bot.edit_message_text(
            "<i>new</i>", YOU, message.message_id, parse_mode="HTML", reply_markup=OTHER_KEYBOARD
        )

        assert isinstance(edited, Message)
        assert understood(edited).text == "new"
        assert (edited.message_id, edited.date) == (message.message_id, NOW)
        assert edited.edit_date == NOW + timedelta(seconds=3)
        assert edited.reply_markup == OTHER_KEYBOARD

    async def test_an_edit_without_buttons_takes_them_away(self, bot: telegram.Bot) -> None:
        edited = await (await said(bot)).edit_text("new")

        assert isinstance(edited, Message)
        assert edited.reply_markup is None

    async def test_the_same_again_is_not_modified(self, bot: telegram.Bot) -> None:
        message = await said(bot)

        with pytest.raises(BadRequest, match="^Message is not modified: specified new message"):
            await message.edit_text("hello", reply_markup=KEYBOARD)
        with pytest.raises(BadRequest, match="^Message is not modified"):
            await message.edit_reply_markup(KEYBOARD)

    async def test_buttons_alone_can_be_replaced(self, bot: telegram.Bot) -> None:
        message = await said(bot)

        edited = await message.edit_reply_markup(OTHER_KEYBOARD)
        bare = await message.edit_reply_markup(None)

        assert isinstance(edited, Message) and isinstance(bare, Message)
        assert understood(edited).reply_markup == OTHER_KEYBOARD
        assert (bare.reply_markup, bare.text) == (None, "hello")

    async def test_what_cannot_be_edited_is_refused(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        typed = await home.says("mine")
        picture = await bot.send_photo(YOU, png(2, 2))

        with pytest.raises(BadRequest, match="Message to edit not found"):
            await bot.edit_message_text("x", YOU, 999)
        with pytest.raises(BadRequest, match="Message can't be edited"):
            await bot.edit_message_text("x", YOU, typed["message_id"])
        with pytest.raises(BadRequest, match="There is no text in the message to edit"):
            await picture.edit_text("x")
        with pytest.raises(BadRequest, match="Message is too long"):
            await (await said(bot)).edit_text("x" * 4097)

    async def test_a_deleted_message_is_gone(self, home: Playground, bot: telegram.Bot) -> None:
        message = await said(bot)

        assert await message.delete()
        assert (await home.next_event("delete", after=0))["message_id"] == message.message_id
        with pytest.raises(BadRequest, match="Message to delete not found"):
            await message.delete()
        with pytest.raises(BadRequest, match="Message to edit not found"):
            await message.edit_text("x")

    async def test_in_a_group_the_bot_deletes_its_own_only(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        typed = await home.says("mine", chat=-1007)
        message = await bot.send_message(-1007, "its own")

        assert message.chat.type == "supergroup"
        assert await message.delete()
        with pytest.raises(BadRequest, match="Message can't be deleted"):
            await bot.delete_message(-1007, typed["message_id"])


class TestPictures:
    async def test_a_picture_can_be_fetched_and_sent_again(self, bot: telegram.Bot) -> None:
        message = understood(
            await bot.send_photo(YOU, png(30, 20), caption="<b>BTC</b>", parse_mode="HTML")
        )
        again = understood(await bot.send_photo(YOU, message.photo[-1].file_id))
        file = understood(await bot.get_file(message.photo[-1].file_id))

        assert (message.photo[-1].width, message.photo[-1].height) == (30, 20)
        assert (message.caption, message.caption_entities) == (
            "BTC",
            (MessageEntity("bold", 0, 3),),
        )
        assert again.photo == message.photo
        assert bytes(await file.download_as_bytearray()) == png(30, 20)

    async def test_pictures_that_telegram_refuses(self, bot: telegram.Bot) -> None:
        cases: dict[str, bytes | str] = {
            "Image_process_failed": b"GIF89a....",
            "Photo_invalid_dimensions": png(6000, 5000),
            "File must be non-empty": b"",
            "Wrong file identifier/http url specified": "no-such-file",
        }
        for reason, picture in cases.items():
            with pytest.raises(BadRequest) as refused:
                await bot.send_photo(YOU, picture)
            assert refused.value.message.lower() == reason.lower()
        with pytest.raises(BadRequest, match="Message caption is too long"):
            await bot.send_photo(YOU, png(2, 2), caption="x" * 1025)
        with pytest.raises(BadRequest, match="Invalid file_id"):
            await bot.get_file("no-such-file")


class TestTaps:
    async def test_a_tap_is_answered_once(self, home: Playground, bot: telegram.Bot) -> None:
        message = await said(bot)
        query_id = await home.taps(message.message_id, "1 price BTC")
        [update] = await updates(bot)
        query = update.callback_query
        assert query is not None and query.message is not None

        assert (query.id, query.data) == (query_id, "1 price BTC")
        assert (query.message.message_id, query.from_user.id) == (message.message_id, YOU)
        assert await query.answer("No change", show_alert=True)
        event = await home.next_event("answer", after=0)
        assert (event["callback_query_id"], event["text"], event["show_alert"]) == (
            query_id,
            "No change",
            True,
        )
        with pytest.raises(BadRequest, match="^Query is too old and response timeout expired"):
            await query.answer()

    async def test_a_late_answer_is_refused(
        self, home: Playground, bot: telegram.Bot, clock: FrozenClock
    ) -> None:
        message = await said(bot)
        query_id = await home.taps(message.message_id, "1 price BTC")
        clock.advance(16)

        with pytest.raises(BadRequest, match="^Query is too old"):
            await bot.answer_callback_query(query_id)

    async def test_an_answer_holds_200_characters(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        query_id = await home.taps((await said(bot)).message_id, "1 price BTC")

        with pytest.raises(BadRequest, match="Message_too_long"):
            await bot.answer_callback_query(query_id, "x" * 201)
        assert await bot.answer_callback_query(query_id, "x" * 200)


class TestTheMenu:
    async def test_commands_are_kept_by_scope_and_language(self, bot: telegram.Bot) -> None:
        price, preis = BotCommand("price", "a price"), BotCommand("price", "ein Preis")
        groups = BotCommandScopeAllGroupChats()

        assert await bot.set_my_commands([price])
        assert await bot.set_my_commands([preis], language_code="de")
        assert await bot.set_my_commands([preis, price], groups)
        assert await bot.set_my_commands([price], BotCommandScopeChat(YOU))

        assert understood(await bot.get_my_commands()) == (price,)
        assert await bot.get_my_commands(language_code="de") == (preis,)
        assert await bot.get_my_commands(groups) == (preis, price)
        assert await bot.delete_my_commands(groups)
        assert await bot.get_my_commands(groups) == ()
        with pytest.raises(BadRequest, match="Bot_command_invalid"):
            await bot.set_my_commands([BotCommand("Price!", "x")])

    async def test_the_page_is_told_of_new_commands(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        await bot.set_my_commands([("price", "a price")])

        event = await home.next_event("commands", after=0)

        assert event["commands"] == [{"command": "price", "description": "a price"}]

    async def test_descriptions_fall_back_to_the_common_one(self, bot: telegram.Bot) -> None:
        assert await bot.set_my_description("prices")
        assert await bot.set_my_description("Preise", "de")
        assert await bot.set_my_short_description("short")

        assert understood(await bot.get_my_description("de")).description == "Preise"
        assert (await bot.get_my_description("fr")).description == "prices"
        assert understood(await bot.get_my_short_description()).short_description == "short"
        with pytest.raises(BadRequest, match="Description is too long"):
            await bot.set_my_description("x" * 513)

    async def test_the_menu_button_is_kept(self, bot: telegram.Bot) -> None:
        assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
        assert await bot.set_chat_menu_button(YOU, MenuButtonCommands())

        assert understood(await bot.get_chat_menu_button()) == MenuButtonCommands()
        assert await bot.get_chat_menu_button(YOU) == MenuButtonCommands()


class TestChats:
    async def test_a_chat_can_be_looked_at(self, home: Playground, bot: telegram.Bot) -> None:
        await home.says("hi", chat=-8)

        private, group = understood([await bot.get_chat(YOU), await bot.get_chat(-8)])

        assert (private.type, private.first_name) == ("private", "You")
        assert (group.type, group.title) == ("group", "A group")

    async def test_typing_is_shown(self, home: Playground, bot: telegram.Bot) -> None:
        assert await bot.send_chat_action(YOU, "typing")

        assert (await home.next_event("action", after=0))["action"] == "typing"
        with pytest.raises(BadRequest, match="Wrong parameter action in request"):
            await bot.send_chat_action(YOU, "yodelling")
        home.oracle.problems.clear()


def test_aiogram_knows_every_method_that_the_playground_answers() -> None:
    assert [name for name in NAMES if "aiogram knows no such method" in problems(name, {})] == []


def test_the_oracle_objects_to_what_telegram_would_not_know() -> None:
    wrong_kind = problems("sendMessage", {"chat_id": 1})
    unknown = problems("sendMessage", {"chat_id": 1, "text": "x", "colour": "red"})
    nested = problems(
        "sendMessage", {"chat_id": 1, "text": "x", "link_preview_options": {"colour": "red"}}
    )

    assert len(wrong_kind) == 1
    assert unknown == ["unknown parameter colour"]
    assert nested == ["unknown field link_preview_options.colour"]
    assert problems("sendEverything", {}) == ["aiogram knows no such method"]
