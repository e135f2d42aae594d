"""/cancel: a question that waits for an answer waits no longer."""

from telegram_bot.commands import Command, Request, Services
from telegram_bot.reader import _, later
from telegram_bot.replies import Reply


async def answer(request: Request, services: Services) -> Reply:
    """End the question of this chat, if there is one."""
    chat = request.speaker.chat
    if await services.people.asked(chat) is None:
        return Reply(_("I was not waiting for anything."))
    await services.people.end_question(chat)
    return Reply(_("All right, I don't wait for that any more. Nothing was changed."))


COMMAND = Command(
    name="cancel",
    usage="/cancel",
    summary=later("end a question that I have asked you"),
    examples=("/cancel",),
    answer=answer,
)
