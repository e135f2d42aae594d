"""/help: the table of commands, in words."""

from common.features import Features
from telegram_bot.commands import Command, Request, Services, is_on
from telegram_bot.formatting.html import bold, code, escape, shortened
from telegram_bot.reader import _, later
from telegram_bot.replies import Reply


async def answer(request: Request, services: Services) -> Reply:
    """List every command, or explain the one that is named."""
    chat, owner = request.speaker.chat, request.speaker.user in services.owners
    if request.words:
        asked = request.words[0].removeprefix("/")
        command = services.commands.find(asked, owner)
        if command is not None and is_on(command, services.features, chat):
            return Reply(_explained(command, services.features, chat))
        unknown = _("I don't know a command {asked}.").format(asked=code(shortened(asked)))
        listed = f"{unknown}\n\n"
    else:
        listed = ""
    available = services.commands.available(services.features, chat, owner)
    private = request.speaker.private
    here = [command for command in available if private or command.groups != "personal"]
    lines = [_line(command) for command in here]
    closing = _("A tap copies an example. More on one of them: {example}").format(
        example=code("/help price")
    )
    if not private:
        closing += "\n" + _("What is yours I answer in private.")
    title = bold(_("Commands"))
    return Reply(f"{listed}{title}\n" + "\n".join([*lines, "", closing]))


def _line(command: Command) -> str:
    return f"{code(command.examples[0])} — {escape(_(command.summary))}"


def _explained(command: Command, features: Features, chat: int) -> str:
    work = [line for line in command.examples if is_on(command, features, chat, line.split()[1:])]
    lines = [
        f"{bold(f'/{command.name}')} — {escape(_(command.summary))}",
        _("Usage: {usage}").format(usage=code(command.usage)),
        "",
        *map(code, work),
    ]
    if command.aliases:
        short = ", ".join(code(f"/{alias}") for alias in command.aliases)
        lines.append(_("Short: {aliases}").format(aliases=short))
    return "\n".join(lines)


COMMAND = Command(
    name="help",
    usage="/help [command]",
    summary=later("what I can do, with examples"),
    examples=("/help", "/help atr"),
    answer=answer,
    groups="everybody",
)
