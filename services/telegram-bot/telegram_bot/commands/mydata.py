"""/mydata: all that is kept about a person, to have or to delete."""

from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.words import NotUnderstood
from telegram_bot.formatting import mydata as words
from telegram_bot.reader import _, later
from telegram_bot.replies import Document, Press, Reply


async def answer(request: Request, services: Services) -> Reply:
    """Say what is kept, send it, or delete it once that is confirmed."""
    person = request.speaker.chat
    asked = [word.lower() for word in request.words]
    match asked:
        case []:
            buttons = (
                Press(_("📄 Export"), "mydata export", fresh=True),
                Press(_("🗑 Delete"), "mydata delete"),
            )
            return Reply(words.summary(await services.people.export(person)), (buttons,))
        case ["export"]:
            now = services.clock.now()
            content = words.document(await services.people.export(person), person, now)
            name = f"mydata-{now:%Y-%m-%d}.json"
            return Reply(words.attached(), document=Document(name, "application/json", content))
        case ["delete"]:
            buttons = (
                Press(_("🗑 Delete everything"), "mydata delete everything", style="danger"),
                Press(_("Keep it"), "mydata"),
            )
            return Reply(words.really(), (buttons,))
        case ["delete", "everything"]:
            services.people.forgotten(person)
            return Reply(words.deleted(), forgets=True)
    raise NotUnderstood(" ".join(request.words))


COMMAND = Command(
    name="mydata",
    usage="/mydata [export | delete]",
    summary=later("what I keep about you: have it, or delete it"),
    examples=("/mydata", "/mydata export", "/mydata delete"),
    answer=answer,
)
