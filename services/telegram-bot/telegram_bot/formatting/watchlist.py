"""What is said about a person's list of markets."""

from collections.abc import Sequence

from telegram_bot.formatting.html import bold, code, escape
from telegram_bot.formatting.source import shown
from telegram_bot.reader import _, plural


def names(symbols: Sequence[str]) -> str:
    """Join markets as people know them.

    >>> names(["BTC-USD", "ETH-USDT"])
    'BTC/USD, ETH/USDT'
    """
    return escape(", ".join(shown(symbol).shown for symbol in symbols))


def empty() -> str:
    """Teach what a watchlist is for and how to begin one."""
    return _("Your watchlist is empty. Add coins and see them all at once: {example}").format(
        example=code("/watch btc eth sol")
    )


def added(symbols: Sequence[str]) -> str:
    return _("⭐ Watching {markets}.").format(markets=bold_names(symbols))


def known(symbols: Sequence[str]) -> str:
    return _("Already on your list: {markets}.").format(markets=names(symbols))


def full(most: int, symbols: Sequence[str]) -> str:
    return _("Your list is full at {most}; left out: {markets}.").format(
        most=most, markets=names(symbols)
    )


def removed(symbols: Sequence[str]) -> str:
    return _("No longer watching {markets}.").format(markets=bold_names(symbols))


def not_watched(words: Sequence[str]) -> str:
    return _("Not on your list: {words}.").format(words=escape(", ".join(words)))


def shared(address: str, held: int, left_out: int) -> str:
    """Show a link to a list; it takes few letters, so that coins may be left out."""
    said = plural(
        "Whoever follows this link is offered your {count} coin:",
        "Whoever follows this link is offered your {count} coins:",
        held,
    ).format(count=held)
    lines = [said, escape(address)]
    if left_out:
        lines.append(_("{count} more did not fit into it.").format(count=left_out))
    return "\n".join(lines)


def edit_title(count: int) -> str:
    return (
        bold(_("Your watchlist ({count})").format(count=count))
        + "\n"
        + _("Tap a coin to take it off.")
    )


def bold_names(symbols: Sequence[str]) -> str:
    return f"<b>{names(symbols)}</b>"
