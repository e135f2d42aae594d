"""What is said of a market that nobody tells a price of any more."""

from telegram_bot.formatting.html import bold
from telegram_bot.formatting.source import shown
from telegram_bot.reader import _


def headline(symbol: str) -> str:
    """Say that a market is watched no more."""
    head = _("I can no longer watch {market}.").format(market=shown(symbol).shown)
    return f"🔕 {bold(head)}"


def reason(*, listed: bool) -> str:
    """Say why that is: no exchange has the market, or there are no prices of it."""
    if not listed:
        return _("No exchange that I ask lists it any more.")
    return _("It has had no price that I can trust for a day.")
