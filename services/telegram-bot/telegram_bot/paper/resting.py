"""Markets of positions that nobody tells a price of: since when, and whether their owner knows.

Stops and targets rest meanwhile. It is kept with the account, so that an owner is told once,
whichever task looks after it.
"""

from collections.abc import Collection

from telegram_bot.paper.book import Paper, Unpriced

UNLISTED_FOR = 600.0  # seconds: a service that has just begun may not know all of its markets
WITHOUT_PRICES_FOR = 86_400.0


def seen(
    paper: Paper, priced: Collection[str], unlisted: Collection[str], now: float
) -> tuple[tuple[Unpriced, ...], dict[str, bool]]:
    """Return what rests now, and of which markets to tell the owner, listed or not.

    Args:
        priced: Markets that have a sure price; `unlisted`: those that no exchange lists.
    """
    before = {one.symbol: one for one in paper.unpriced}
    after: list[Unpriced] = []
    tell: dict[str, bool] = {}
    for symbol in (held.symbol for held in paper.account.positions):
        if symbol in priced:
            continue
        one = before.get(symbol, Unpriced(symbol, now))
        patience = UNLISTED_FOR if symbol in unlisted else WITHOUT_PRICES_FOR
        if not one.told and now - one.since >= patience:
            tell[symbol] = symbol not in unlisted
            one = Unpriced(symbol, one.since, told=True)
        after.append(one)
    return tuple(after), tell
