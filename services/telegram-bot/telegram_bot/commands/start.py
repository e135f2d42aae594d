"""/start: one screen that says what this is, and three things to try."""

from telegram_bot.commands import Command, Request, Services
from telegram_bot.formatting.html import bold, code
from telegram_bot.ports import Press, Reply


async def answer(request: Request, services: Services) -> Reply:
    """Greet; whatever follows `/start` in a link is not used yet."""
    lines = [
        f"👋 {bold('Crypto Assistant')}",
        "I tell you what coins trade at and how far they usually move.",
        "",
        f"{code('/price BTC')} — the price, its changes and the day's range",
        f"{code('/atr BTC 4h')} — average true range: where a stop is out of the noise",
        f"{code('/help')} — everything I can do",
    ]
    buttons = (
        Press("💲 BTC price", "price BTC", fresh=True),
        Press("📏 BTC ATR 4h", "atr BTC 4h", fresh=True),
        Press("❔ Help", "help", fresh=True),
    )
    return Reply("\n".join(lines), (buttons,))


COMMAND = Command(
    name="start",
    usage="/start",
    summary="what this bot does",
    examples=("/start",),
    answer=answer,
)
