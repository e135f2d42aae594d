"""/help: the table of commands, in words."""

from telegram_bot.commands import Command, Request, Services, is_on
from telegram_bot.formatting.html import bold, code, escape, shortened
from telegram_bot.ports import Reply


async def answer(request: Request, services: Services) -> Reply:
    """List every command, or explain the one that is named."""
    chat = request.speaker.chat
    if request.words:
        asked = request.words[0].removeprefix("/")
        command = services.commands.find(asked)
        if command is not None and is_on(command, services.features, chat):
            return Reply(_explained(command))
        listed = f"I don't know a command {code(shortened(asked))}.\n\n"
    else:
        listed = ""
    lines = [_line(command) for command in services.commands.available(services.features, chat)]
    closing = f"A tap copies an example. More on one of them: {code('/help price')}"
    return Reply(f"{listed}{bold('Commands')}\n" + "\n".join([*lines, "", closing]))


def _line(command: Command) -> str:
    return f"{code(command.examples[0])} — {escape(command.summary)}"


def _explained(command: Command) -> str:
    lines = [
        f"{bold(f'/{command.name}')} — {escape(command.summary)}",
        f"Usage: {code(command.usage)}",
        "",
        *(code(example) for example in command.examples),
    ]
    if command.aliases:
        lines.append(f"Short: {', '.join(code(f'/{alias}') for alias in command.aliases)}")
    return "\n".join(lines)


COMMAND = Command(
    name="help",
    usage="/help [command]",
    summary="what I can do, with examples",
    examples=("/help", "/help atr"),
    answer=answer,
    groups="everybody",
)
