"""Talk to the bot without Telegram: a conversation over a fake market."""

from typing import Any

from common import environments
from common.clock import FrozenClock
from common.features import Environment, Features
from telegram_bot.commands import Commands, Services
from telegram_bot.commands.conversation import Conversation
from telegram_bot.commands.discovery import discover
from telegram_bot.commands.pace import Pace
from telegram_bot.ports import Speaker
from telegram_bot.replies import Copy, Notice, Press, Reply
from tests.support.fake_market import FakeMarket
from tests.support.fake_painter import FakePainter, FakeProgress
from tests.support.replies import AS_OF

ME = Speaker(chat=1001, user=1001, private=True)
IN_A_GROUP = Speaker(chat=-100, user=1001, private=False)
BOT = "crypto_assistant_bot"


class Talk:
    """One bot and who speaks to it.

    Attributes:
        market: What the bot asks.
        painter: What draws for it, and remembers what Telegram has.
        clock: What it measures paces with.
        bot: Its username.
    """

    bot = BOT

    def __init__(
        self,
        environment: Environment = "local",
        commands: Commands | None = None,
        features: Features | None = None,
        **services: Any,
    ) -> None:
        """Speak in an environment; `services` are more of what commands may use.

        Args:
            features: In place of those of the environment.
        """
        self.market = FakeMarket()
        self.painter = FakePainter()
        self.progress = FakeProgress()
        self.clock = services.pop("clock", None) or FrozenClock(AS_OF)
        self.market.clock = self.clock
        self.services = Services(
            market=self.market,
            features=features or Features(environment),
            limits=environments.load(environment),
            commands=commands or discover(),
            painter=services.pop("painter", self.painter),
            progress=self.progress,
            album=self.painter,
            clock=self.clock,
            **services,
        )
        self.conversation = Conversation(self.services, BOT, Pace(self.clock))

    @staticmethod
    def speaker(chat: int = 1001, told: str | None = None) -> Speaker:
        """Return somebody whose Telegram speaks the language `told`."""
        return Speaker(chat=chat, user=1001, private=chat > 0, told=told)

    async def say(self, text: str, speaker: Speaker = ME) -> Reply:
        """Return the reply; fail on silence."""
        reply = await self.conversation.said(text, speaker)
        assert reply is not None, f"no answer to {text!r}"
        return reply

    async def silence(self, text: str, speaker: Speaker = ME) -> bool:
        return await self.conversation.said(text, speaker) is None

    async def tap(self, button: Press, speaker: Speaker = ME) -> Reply | Notice:
        """Press a button of an earlier reply."""
        said = await self.conversation.pressed(button.data, speaker)
        assert said is not None
        return said


def labels(reply: Reply) -> list[list[str]]:
    """Return the buttons' labels, row by row."""
    return [[button.label for button in row] for row in reply.buttons]


def press(reply: Reply, label: str) -> Press:
    """Return the button with this label that types a command."""
    for row in reply.buttons:
        for button in row:
            if isinstance(button, Press) and button.label == label:
                return button
    raise AssertionError(f"no button {label!r} among {labels(reply)}")


def copies(reply: Reply) -> dict[str, str]:
    """Return what each copying button copies."""
    return {
        button.label: button.text
        for row in reply.buttons
        for button in row
        if isinstance(button, Copy)
    }
