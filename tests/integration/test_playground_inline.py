"""The playground's inline mode, groups and topics: python-telegram-bot is the bot."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InlineQueryResultArticle
from telegram import InputTextMessageContent as Text
from telegram.error import BadRequest

from playground.chats import YOU
from tests.support.playground import Playground, playground

GROUP = -1001001
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="1 x")]])


@pytest.fixture
async def home() -> AsyncIterator[Playground]:
    async with playground() as home:
        yield home


@pytest.fixture
async def bot(home: Playground) -> AsyncIterator[telegram.Bot]:
    async with home.bot() as bot:
        yield bot


def article(name: str = "one", text: str = "<b>1</b>", **more: Any) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        name, "Title", Text(text, parse_mode="HTML"), description="more", **more
    )


async def asked(home: Playground, bot: telegram.Bot, chat: int = YOU) -> telegram.InlineQuery:
    await home.control("POST", "/api/inline", {"query": " btc "}, chat=chat)
    (update,) = await bot.get_updates()
    assert update.inline_query is not None
    return update.inline_query


async def chosen(home: Playground, bot: telegram.Bot, **more: Any) -> dict[str, Any]:
    """Send a result into the group."""
    query = await asked(home, bot, GROUP)
    await query.answer([article(**more)], cache_time=5, is_personal=True)
    event = await home.next_event("inline", after=0, chat=GROUP)
    return await home.chooses(event, "one", chat=GROUP)


async def test_a_query_tells_who_asks_what_and_where(home: Playground, bot: telegram.Bot) -> None:
    query = await asked(home, bot)

    assert (query.query, query.from_user.id, query.chat_type) == ("btc", YOU, "sender")


async def test_results_are_shown_to_the_person_who_asked(
    home: Playground, bot: telegram.Bot
) -> None:
    query = await asked(home, bot)
    await query.answer([article()], cache_time=5)

    event = await home.next_event("inline", after=0)
    assert event["results"] == [{"id": "one", "title": "Title", "description": "more"}]
    assert (event["query"], event["cache_time"]) == ("btc", 5)


async def test_a_result_is_sent_by_the_person_by_way_of_the_bot(
    home: Playground, bot: telegram.Bot
) -> None:
    message = await chosen(home, bot)

    assert (message["from"]["id"], message["text"]) == (YOU, "1")
    assert message["via_bot"]["is_bot"]


async def test_a_tap_under_a_result_brings_a_number_to_edit_by(
    home: Playground, bot: telegram.Bot
) -> None:
    message = await chosen(home, bot, reply_markup=KEYBOARD)
    await home.taps(message["message_id"], "1 x", chat=GROUP)
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None and query.message is None

    edited = await bot.edit_message_text("2", inline_message_id=query.inline_message_id)

    assert edited is True
    now = home.world.open_chat(GROUP).messages[message["message_id"]]
    assert (now["text"], "via_bot" in now) == ("2", True)


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        ([article(), article()], "RESULT_ID_DUPLICATE"),
        ([article("x" * 65)], "RESULT_ID_INVALID"),
        ([article(text="<b>1")], "parse entities"),
    ],
)
async def test_results_that_telegram_would_refuse_are_refused(
    home: Playground, bot: telegram.Bot, results: list[InlineQueryResultArticle], reason: str
) -> None:
    query = await asked(home, bot)

    with pytest.raises(BadRequest, match=f"(?i){reason}"):
        await query.answer(results)


async def test_a_query_is_answered_once(home: Playground, bot: telegram.Bot) -> None:
    query = await asked(home, bot)
    await query.answer([])

    with pytest.raises(BadRequest, match="too old"):
        await query.answer([])


async def test_an_inline_message_that_never_was_cannot_be_edited(bot: telegram.Bot) -> None:
    with pytest.raises(BadRequest, match="(?i)message_id_invalid"):
        await bot.edit_message_text("2", inline_message_id="inline-x")


async def test_a_topic_has_its_own_messages(home: Playground, bot: telegram.Bot) -> None:
    await home.says("hello", chat=GROUP, thread=7)
    (update,) = await bot.get_updates()
    assert update.message is not None

    answer = await bot.send_message(GROUP, "1", message_thread_id=7)

    assert update.message.is_topic_message and update.message.chat.is_forum
    assert (answer.message_thread_id, answer.is_topic_message) == (7, True)
    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(GROUP, "1", message_thread_id=8)


async def test_being_taken_into_a_group_is_told(home: Playground, bot: telegram.Bot) -> None:
    await home.adds_bot(chat=GROUP)

    (update,) = await bot.get_updates()

    change = update.my_chat_member
    assert change is not None
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("left", "member")


async def test_a_group_has_an_owner_or_only_a_member(home: Playground, bot: telegram.Bot) -> None:
    await home.says("hello", chat=GROUP)
    owner = await bot.get_chat_member(GROUP, YOU)
    await home.is_admin(False, chat=GROUP)
    member = await bot.get_chat_member(GROUP, YOU)

    assert (owner.status, member.status) == ("creator", "member")


async def test_an_admin_sees_the_menu_of_admins(home: Playground, bot: telegram.Bot) -> None:
    await bot.set_my_commands([("all", "x")], scope=telegram.BotCommandScopeAllGroupChats())
    await bot.set_my_commands(
        [("admin", "x")], scope=telegram.BotCommandScopeAllChatAdministrators()
    )
    seen = []
    for admin in (True, False):
        await home.is_admin(admin, chat=GROUP)
        shown = await home.control("GET", "/api/chat", chat=GROUP)
        seen.append(shown["commands"][0]["command"])

    assert seen == ["admin", "all"]


async def test_a_person_speaks_the_language_that_the_page_names(
    home: Playground, bot: telegram.Bot
) -> None:
    await home.control("POST", "/api/messages?language=de", {"text": "hallo"})

    (update,) = await bot.get_updates()

    assert update.message is not None and update.message.from_user is not None
    assert update.message.from_user.language_code == "de"
