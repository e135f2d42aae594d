"""/start: one screen that says what this is, and three things to try."""

from telegram_bot.alerts import wording
from telegram_bot.commands import Command, Request, Services, is_on
from telegram_bot.commands.links import followed
from telegram_bot.commands.typed import Typed
from telegram_bot.formatting.html import bold, code
from telegram_bot.reader import _, later
from telegram_bot.replies import Press, Reply


async def answer(request: Request, services: Services) -> Reply:
    """Greet; a link to a command that may change something offers it for a tap."""
    if (found := followed(Typed("start", tuple(request.words)), services.commands)) is not None:
        command, typed = found
        if is_on(command, services.features, request.speaker.chat):
            return _offered(" ".join((command.name, *typed.words)))
    missed = await services.alerts.missed(request.speaker.chat)
    lines = [wording.missed(missed), ""] if missed else []
    lines += [
        f"👋 {bold('Crypto Assistant')}",
        _("I tell you what coins trade at and how far they usually move."),
        "",
        _line("/price BTC", _("the price, its changes and the day's range")),
        _line("/atr BTC 4h", _("average true range: where a stop is out of the noise")),
        _line("/settings", _("your time zone, currency and language")),
        _line("/help", _("everything I can do")),
    ]
    if request.speaker.private:  # a group's words are not read
        just = _("Or just write {examples}")
        lines += ["", just.format(examples=_sentences(request, services))]
    buttons = (
        Press(_("💲 BTC price"), "price BTC", fresh=True),
        Press("📏 BTC ATR 4h", "atr BTC 4h", fresh=True),
    )
    yours = (Press(_("⚙️ Time zone & currency"), "settings", fresh=True),)
    return Reply("\n".join(lines), (buttons, yours))


def _sentences(request: Request, services: Services) -> str:
    """Return what can be said without a command; an alert where there are alerts."""
    said = ["btc", _("1.5 eth in eur")]
    if services.features.enabled("alerts", request.speaker.chat):
        said.append(_("wake me if btc drops 5%"))
    return " · ".join(map(code, said))


def _line(example: str, what: str) -> str:
    return f"{code(example)} — {what}"


def _offered(command: str) -> Reply:
    asked = _("This link asks for {command}. Shall I do it?").format(command=code(f"/{command}"))
    return Reply(asked, ((Press(f"▶ /{command}", command, fresh=True, style="success"),),))


COMMAND = Command(
    name="start",
    usage="/start",
    summary=later("what this bot does"),
    examples=("/start",),
    answer=answer,
    groups="everybody",
)
