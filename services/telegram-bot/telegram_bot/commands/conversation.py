"""From what a person typed or tapped to the reply: the one place that runs commands.

Every answer has a reference of eight hexadecimal digits. It stands in each log line on the way and,
when something failed, in the reply.
"""

import difflib
import html
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import replace

import structlog

from common.errors import BadInput, Unavailable, UnknownSymbol
from telegram_bot.commands import (
    Command,
    Request,
    Services,
    failures,
    groups,
    inline,
    is_on,
    links,
    talking,
    whatsnew,
)
from telegram_bot.commands.also_called import renamed
from telegram_bot.commands.doubt import DoubtfulNumber, written_by
from telegram_bot.commands.pace import Pace
from telegram_bot.commands.talk_meaning import Unsure
from telegram_bot.commands.typed import Typed, take_apart
from telegram_bot.commands.words import NotUnderstood
from telegram_bot.formatting import trouble
from telegram_bot.formatting.html import code, shortened
from telegram_bot.ports import Speaker
from telegram_bot.reader import Reader, _, reading_as
from telegram_bot.replies import BUTTON_VERSION, REMEMBERS, Notice, Press, Reply, Rows, Upload

log = structlog.get_logger(__name__)

_MOST_PLAIN_WORDS = 10
_LOOKS_LIKE_A_MARKET = re.compile(r"\$?[a-z0-9]{2,15}([-/_][a-z0-9]{2,15})?", re.IGNORECASE)
_MAY_COMPLETE = " "  # behind a question of ours whose answer may be something else
_MOST_LACKING = 4  # words that a command may have lacked
_LONGEST_QUESTION = 64
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)  # what's, doge's
_SIGNS = {"₿": "BTC"}
_MARKUP = re.compile(r"<[^>]*>")
_LONGEST_NOTICE = 200
_LONGEST_LABEL = 30


class Conversation:
    """The bot's side of every chat; it keeps nothing but each person's pace."""

    def __init__(self, services: Services, bot: str, pace: Pace) -> None:
        """Speak as the bot whose username is `bot`, without the @."""
        self._services = services
        self._bot = bot.lower()
        self._pace = pace

    async def said(self, text: str, speaker: Speaker, file: Upload | None = None) -> Reply | None:
        """Answer a message, or None where silence is right: what a group says is not for us."""
        typed = take_apart(text.strip())
        if typed is not None and speaker.private and self._find(typed.name, speaker) is None:
            typed = renamed(typed)
        if not self._is_for_us(typed, speaker):
            return None
        with reading_as(await self._reader(speaker)), written_by(hand=True):
            if typed is None:
                reply = await self._plain(text, speaker)
            else:
                reply = await self._answer(typed, speaker, file)
            return await self._with_news(reply, speaker) if reply else None

    async def _with_news(self, reply: Reply, speaker: Speaker) -> Reply:
        """Add, once after a release, a line that offers to say what is new."""
        releases = self._services.releases
        if not releases or not speaker.private or reply.picture or reply.document or reply.forgets:
            return reply
        if not await self._services.news.is_new_to(speaker.chat, releases[0].version):
            return reply
        return replace(reply, text=f"{reply.text}\n\n{whatsnew.offer(releases[0])}")

    def _is_for_us(self, typed: Typed | None, speaker: Speaker) -> bool:
        if typed is None:
            return speaker.private
        if typed.bot is not None:
            return typed.bot.lower() == self._bot
        return speaker.private or self._find(typed.name, speaker) is not None

    def _find(self, name: str, speaker: Speaker) -> Command | None:
        return self._services.commands.find(name, speaker.user in self._services.owners)

    async def _reader(self, speaker: Speaker) -> Reader:
        """Return for whom to write: in a group for all of it, whatever language the asker has."""
        told = (speaker.told or "") if speaker.private else None
        return await self._services.people.reader(speaker.chat, told)

    async def joined(self, speaker: Speaker) -> Reply | None:
        """Say what works in a group that has just taken the bot in."""
        with reading_as(await self._reader(speaker)):
            return groups.greeting(self._services, self._bot, speaker.chat)

    async def _answer(
        self, typed: Typed, speaker: Speaker, file: Upload | None = None
    ) -> Reply | None:
        found = links.followed(typed, self._services.commands)
        if found is not None and found[0].groups == "everybody":
            typed = found[1]
        command = self._find(typed.name, speaker)
        if (wait := self._pace.wait(speaker.user)) != 0:
            return Reply(trouble.slow_down(wait)) if wait else None
        if command is None:
            return self._unknown(typed, speaker)
        await self._end_question(command, speaker)
        request = Request(typed.words, speaker, rest=typed.rest, file=file)
        return (await self.run(command, request))[0]

    async def pressed(self, data: str, speaker: Speaker) -> Reply | Notice | None:
        """Answer a tap. Trouble becomes a notice, so that the message that was tapped stays."""
        with reading_as(await self._reader(speaker)):
            return await self._tapped(data, speaker)

    async def again(self, data: str, speaker: Speaker) -> Reply | None:
        """Bring the next state of a message that goes on changing: nobody has asked just now."""
        typed = take_apart("/" + data.partition(" ")[2])
        command = self._services.commands.find(typed.name) if typed else None
        if typed is None or command is None:
            return None
        with reading_as(await self._reader(speaker)):
            reply, went_well = await self.run(command, Request(typed.words, speaker))
        return reply if went_well else None

    async def _tapped(self, data: str, speaker: Speaker) -> Reply | Notice | None:
        version, text = data.partition(" ")[::2]
        remembers, text = text.startswith(REMEMBERS), text.removeprefix(REMEMBERS)
        fresh = text.startswith("/")
        typed = take_apart(text if fresh else f"/{text}")
        command = self._find(typed.name, speaker) if typed else None
        if version != BUTTON_VERSION or typed is None or command is None:
            return Notice(_("This button is from an older version — type /price BTC."))
        if (wait := self._pace.wait(speaker.user)) != 0:
            return Notice(trouble.slow_down(wait)) if wait else None
        await self._end_question(command, speaker)
        if remembers:
            await self._remember(typed.words, speaker)
        reply, went_well = await self.run(command, Request(typed.words, speaker, rest=typed.rest))
        if went_well or (fresh and not speaker.inline):
            return replace(reply, edits=not fresh or speaker.inline)
        return Notice(_plain_text(reply.text)[:_LONGEST_NOTICE])

    async def _end_question(self, command: Command, speaker: Speaker) -> None:
        """Who types or taps a command does not answer what was asked before."""
        if speaker.private and command.name not in ("cancel", "status"):
            await self._services.people.end_question(speaker.chat)

    async def _remember(self, words: Sequence[str], speaker: Speaker) -> None:
        """Keep the first market among the words as what the person means by its coin."""
        chosen = next((word for word in words if "-" in word), None)
        if chosen is not None:
            people = self._services.people
            choices = await people.choices(speaker.chat)
            await people.choose(speaker.chat, choices.with_market(chosen))

    async def _plain(self, text: str, speaker: Speaker) -> Reply | None:
        """Take words for the answer to our question, else for a question about prices."""
        asked = await self._services.people.asked(speaker.chat)
        if asked and asked.endswith(_MAY_COMPLETE):
            return await self._completed(asked, text, speaker)
        if asked:
            typed = take_apart(f"/{asked} {text}")
            return await self._answered(typed, speaker) if typed else None
        return await self._sentence(text, speaker)

    async def _sentence(self, text: str, speaker: Speaker) -> Reply | None:
        """Take words for a command without its slash, a sentence we know, or a price's question."""
        meaning = await talking.meaning(text, self._services)
        if meaning is None:
            return await self._prices(text, speaker)
        if (wait := self._pace.wait(speaker.user)) != 0:
            return Reply(trouble.slow_down(wait)) if wait else None
        if isinstance(meaning, Unsure):
            reply = talking.question(meaning)
            usable = self._usable(reply.buttons, speaker)
            if reply.buttons and not usable:
                return Reply(_not_here(meaning.choices[0].split()[0]))
            return replace(reply, buttons=usable)
        typed = take_apart(f"/{meaning.command}")
        command = self._services.commands.find(typed.name) if typed else None
        if typed is None or command is None:
            return self._hint(speaker)
        request = Request(typed.words, speaker, typed=not meaning.bare, rest=typed.rest)
        reply, _went_well = await self.run(command, request)
        return talking.echoed(meaning, reply)

    async def _answered(self, typed: Typed, speaker: Speaker) -> Reply | None:
        """Run the command that we asked for; until it goes well, the question stands."""
        command = self._services.commands.find(typed.name)
        if (wait := self._pace.wait(speaker.user)) != 0 or command is None:
            return Reply(trouble.slow_down(wait)) if wait else None
        return (await self.run(command, Request(typed.words, speaker, rest=typed.rest)))[0]

    async def _prices(self, text: str, speaker: Speaker) -> Reply | None:
        """Take `btc eth` for a question about prices; anything else gets a hint."""
        words = _POSSESSIVE.sub("", text).replace(",", " ").split(maxsplit=_MOST_PLAIN_WORDS)
        words = [_SIGNS.get(word, word).strip('?!.:;"()„“”#') for word in words]
        command = self._services.commands.find("price")
        if (wait := self._pace.wait(speaker.user)) != 0:
            return Reply(trouble.slow_down(wait)) if wait else None
        if command is None or not 0 < len(words) <= _MOST_PLAIN_WORDS:
            return self._hint(speaker)
        names = [word for word in words if _LOOKS_LIKE_A_MARKET.fullmatch(word)]
        if not names:
            return self._hint(speaker)
        return (await self.run(command, Request(names, speaker, typed=False)))[0]

    async def _completed(self, asked: str, text: str, speaker: Speaker) -> Reply | None:
        """Take few words for what a command lacked, where they fit; any others for themselves."""
        await self._services.people.end_question(speaker.chat)
        typed = take_apart(f"/{asked}{text}")
        command = self._services.commands.find(typed.name) if typed else None
        count = len(text.split())
        if typed is None or command is None or count > _MOST_LACKING:
            return await self._sentence(text, speaker)
        if (wait := self._pace.wait(speaker.user)) != 0:
            return Reply(trouble.slow_down(wait)) if wait else None
        reply, went_well = await self.run(command, Request(typed.words, speaker, rest=typed.rest))
        fits = went_well or (count == 1 and bool(reply.buttons))
        return reply if fits else await self._sentence(text, speaker)

    async def _let_complete(self, reply: Reply, speaker: Speaker) -> None:
        """Remember what a reply asks for; the words may come, or anything else."""
        asks = reply.asks + _MAY_COMPLETE
        if reply.asks and speaker.private and len(asks) <= _LONGEST_QUESTION:
            await self._services.people.ask(speaker.chat, asks)

    async def run(self, command: Command, request: Request) -> tuple[Reply, bool]:
        """Return the command's reply, or what to say instead, and whether it went well."""
        ref = secrets.token_hex(4)
        started = time.monotonic()
        with structlog.contextvars.bound_contextvars(ref=ref):
            reply, outcome = await self._outcome(command, replace(request, bot=self._bot), ref)
            spent = round((time.monotonic() - started) * 1000)
            log.info("answered", command=command.name, outcome=outcome, ms=spent)
        await self._let_complete(reply, request.speaker)
        return replace(reply, buttons=self._usable(reply.buttons, request.speaker)), outcome == "ok"

    async def _outcome(self, command: Command, request: Request, ref: str) -> tuple[Reply, str]:
        if not is_on(command, self._services.features, request.speaker.chat):
            return Reply(_not_here(command.name)), "off"
        speaker = request.speaker
        if not await groups.may_use(command, speaker, self._services):
            return groups.refusal(command, request.words, self._bot), "not here"
        try:
            return await command.answer(request, self._services), "ok"
        except BadInput as error:
            if isinstance(error, NotUnderstood):
                meant = await talking.in_other_words(command.name, request.words, self._services)
                if meant is not None:
                    words = meant.command.split()[1:]
                    reply, outcome = await self._outcome(
                        command, replace(request, words=words), ref
                    )
                    return talking.echoed(meant, reply), outcome
            if _is_chatter(error, request):
                return self._hint(request.speaker), "hint"
            said = await failures.explain(error, command, request, self._services)
            return said, type(error).__name__
        except Unavailable as error:
            log.warning("market data is unavailable", reason=str(error))
            return failures.unavailable(ref, command, request), "unavailable"
        except Exception:
            log.exception("a command failed", command=command.name)
            return Reply(trouble.crashed(ref)), "crashed"

    def _usable(self, rows: Rows, speaker: Speaker) -> Rows:
        """Drop buttons whose command is not there, or off, or does not fit; then empty rows."""
        kept = (
            tuple(item for item in row if not isinstance(item, Press) or self._works(item, speaker))
            for row in rows
        )
        usable = tuple(row for row in kept if row)
        return inline.in_place(usable) if speaker.inline else usable

    def _works(self, press: Press, speaker: Speaker) -> bool:
        name, *words = press.command.split()
        command = self._find(name, speaker)
        if command is None or not is_on(command, self._services.features, speaker.chat, words):
            return False
        return press.fits and (speaker.private or command.groups != "personal")

    def _unknown(self, typed: Typed, speaker: Speaker) -> Reply:
        commands = self._services.commands.available(self._services.features, speaker.chat)
        near = difflib.get_close_matches(typed.name, [command.name for command in commands], n=1)
        if near:
            meant = " ".join((near[0], *typed.words))
            button = Press(f"/{shortened(meant, _LONGEST_LABEL)}", meant, fresh=True)
            guess = _("Did you mean {command}?").format(command=code(f"/{shortened(meant)}"))
            buttons = self._usable(((button,),), speaker)
        else:
            guess, buttons = self._examples(), ()
        unknown = _("I don't know {asked}.").format(asked=code(f"/{shortened(typed.name)}"))
        return Reply(f"{unknown} {guess}", buttons)

    def _hint(self, speaker: Speaker) -> Reply:
        lost = _("I did not understand that.")
        return Reply(f"{lost} {self._examples()}")

    def _examples(self) -> str:
        named = [self._services.commands.find(name) for name in ("price", "atr", "help")]
        shown: Sequence[str] = [code(command.examples[0]) for command in named if command]
        return _("Try {examples}.").format(examples=", ".join(shown))


def _is_chatter(error: BadInput, request: Request) -> bool:
    """Say whether words without a command were not about markets at all."""
    if request.typed or isinstance(error, DoubtfulNumber):
        return False
    return not isinstance(error, UnknownSymbol) or not error.suggestions


def _not_here(command: str) -> str:
    return _("/{command} is not available here.").format(command=command)


def _plain_text(markup: str) -> str:
    return html.unescape(_MARKUP.sub("", markup))
