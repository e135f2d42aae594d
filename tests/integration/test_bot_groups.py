"""Who leads a group: asked of Telegram over a socket, and believed for a minute."""

from common.clock import FrozenClock
from playground.chats import YOU
from playground.faults import Fault
from telegram_bot.adapters.telegram_admins import BELIEVED_SECONDS, TelegramAdmins
from tests.support.playground import playground
from tests.support.replies import AS_OF

GROUP = -1001001


async def test_an_admin_is_known_and_believed_for_a_minute() -> None:
    clock = FrozenClock(AS_OF)
    async with playground() as telegram, telegram.bot() as bot:
        await telegram.says("hello", chat=GROUP)
        admins = TelegramAdmins(bot, clock)
        was = [await admins.is_admin(GROUP, YOU)]
        await telegram.is_admin(False, chat=GROUP)
        was.append(await admins.is_admin(GROUP, YOU))
        clock.advance(BELIEVED_SECONDS)
        was.append(await admins.is_admin(GROUP, YOU))

        assert was == [True, True, False]
        assert len(telegram.oracle.named("getChatMember")) == 2


async def test_nobody_is_an_admin_while_telegram_does_not_say() -> None:
    async with playground() as telegram, telegram.bot() as bot:
        await telegram.says("hello", chat=GROUP)
        telegram.world.faults.add("getChatMember", Fault(500, "Internal Server Error"))
        admins = TelegramAdmins(bot, FrozenClock(AS_OF))

        assert await admins.is_admin(GROUP, YOU) is False
        assert await admins.is_admin(GROUP, YOU) is True


async def test_who_writes_as_the_group_itself_is_an_admin() -> None:
    async with playground() as telegram, telegram.bot() as bot:
        assert await TelegramAdmins(bot, FrozenClock(AS_OF)).is_admin(GROUP, 1087968824)
