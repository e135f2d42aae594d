"""/privacy: what is kept about people, and for how long."""

from telegram_bot.commands import Command, Request, Services
from telegram_bot.formatting import mydata
from telegram_bot.reader import _, later
from telegram_bot.replies import Press, Reply


async def answer(request: Request, services: Services) -> Reply:
    """Say it in a few lines, with a tap to one's own data."""
    return Reply(mydata.policy(), ((Press(_("🗂 My data"), "mydata", fresh=True),),))


COMMAND = Command(
    name="privacy",
    usage="/privacy",
    summary=later("what I keep about you, and for how long"),
    examples=("/privacy",),
    answer=answer,
    groups="everybody",
)
