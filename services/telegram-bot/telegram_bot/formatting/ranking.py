"""Which markets come first, in a block that a phone shows without wrapping."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from common.wire import TickerReply
from telegram_bot.arithmetic.ranking import Order
from telegram_bot.formatting.html import bold, escape, first_fitting, italic, pre, table
from telegram_bot.formatting.numbers import compact, price, share, table_percent
from telegram_bot.formatting.source import as_of, closing_lines, shown, source_name
from telegram_bot.reader import _, plural


def order_name(order: Order) -> str:
    """Name a ranking, as its button does."""
    return {
        "gainers": _("gainers"),
        "losers": _("losers"),
        "volume": _("volume"),
        "volatile": _("volatile"),
    }[order]


def ranking_page(
    order: Order,
    tickers: Sequence[TickerReply],
    *,
    first: int,
    rows: int,
    of: int,
    asked: int,
    atr_pct: Mapping[str, Decimal],
) -> str:
    """Return one page.

    Args:
        tickers: Those of the page, best first.
        first: The place of the first of them.
        rows: How many the ranking has on all pages.
        of: How many have the figure; `asked`: how many were asked about.
        atr_pct: By symbol, for `volatile`.
    """
    quote = shown(tickers[0].symbol).quote
    sources = dict.fromkeys(escape(source_name(ticker.source)) for ticker in tickers)
    title = _("Top {order} of {count} markets").format(order=order_name(order), count=of)
    window = _("ATR(14) of a day") if order == "volatile" else "24h"
    lines = [
        " · ".join([bold(title), window, quote, *sources]),
        pre(first_fitting(_layouts(order, tickers, first, atr_pct))),
    ]
    if rows < of:
        lines.append(italic(_others(order, of - rows).format(count=of - rows, of=of)))
    if of < asked:
        unknown = _("{count} markets could not be ranked.").format(count=asked - of)
        lines.append(italic(unknown))
    lines.append(as_of(min(tickers, key=lambda ticker: ticker.as_of), " · "))
    labelled = [(shown(ticker.symbol).base, ticker) for ticker in tickers]
    return "\n".join(lines + closing_lines(labelled))


def nothing_ranked(order: Order, known: int) -> str:
    """Say that no market has the figure, or that none of those `known` went that way."""
    if not known:
        return _("Nothing to rank: no market here has that figure right now.")
    if order == "gainers":
        return _("None of {count} markets has risen within 24h.").format(count=known)
    return _("None of {count} markets has fallen within 24h.").format(count=known)


def _others(order: Order, count: int) -> str:
    if order == "gainers":
        return plural("{count} of {of} has not risen.", "{count} of {of} have not risen.", count)
    return plural("{count} of {of} has not fallen.", "{count} of {of} have not fallen.", count)


def _layouts(
    order: Order, tickers: Sequence[TickerReply], first: int, atr_pct: Mapping[str, Decimal]
) -> Iterator[list[str]]:
    """Yield the block from roomy to narrow: prices go first."""
    rows = [
        (
            f"{place}",
            shown(ticker.symbol).base,
            price(ticker.price, ticker.price_step),
            _figure(order, ticker, atr_pct),
        )
        for place, ticker in enumerate(tickers, first)
    ]
    yield table(rows, "rlrr", gaps=(1, 2, 2))
    yield table([(place, base, figure) for place, base, _price, figure in rows], "rlr")


def _figure(order: Order, ticker: TickerReply, atr_pct: Mapping[str, Decimal]) -> str:
    if order == "volume":
        return compact(ticker.quote_volume_24h)
    if order == "volatile":
        return share(atr_pct[ticker.symbol])
    return table_percent(ticker.change_24h_pct)
