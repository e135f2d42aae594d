"""What several markets trade at, in a block that a phone shows without wrapping."""

from collections.abc import Iterator, Sequence

from common.wire import Problem, TickerReply
from telegram_bot.formatting.html import (
    bold,
    code,
    escape,
    first_fitting,
    italic,
    pre,
    shortened,
    table,
)
from telegram_bot.formatting.numbers import compact, price, table_percent
from telegram_bot.formatting.source import (
    as_of,
    closing_lines,
    shown,
    source_name,
    stale_among,
)
from telegram_bot.formatting.trouble import bad_input, not_found, too_many
from telegram_bot.formatting.unit import unit
from telegram_bot.reader import _

MOST_COINS = 10

_LONGEST_PRICE = 22  # characters; with more even a stacked row would wrap


def price_table(
    replies: Sequence[TickerReply], problems: Sequence[Problem], left_out: Sequence[str] = ()
) -> str:
    """Return a row a market, and a line for each word that was not found or not looked up.

    Quote asset and source stand in the headline where all markets share them, else beside each.
    """
    labelled = list(zip(_labels(replies), replies, strict=True))
    lines = [*_block(labelled), *(_problem(problem) for problem in problems)]
    if left_out:
        lines.append(too_many(MOST_COINS, left_out))
    return "\n".join(lines + closing_lines(labelled))


def _block(labelled: Sequence[tuple[str, TickerReply]]) -> list[str]:
    if not labelled:
        return []
    sources = _by_source(labelled)
    headline = [bold(_("Prices"))]
    if (quote := _shared_quote([reply for __, reply in labelled])) is not None:
        headline.append(quote)
    if len(sources) == 1:
        headline.extend(sources)
    lines = [*_stale(labelled), " · ".join(headline), pre(first_fitting(_layouts(labelled)))]
    if len(sources) > 1:
        parts = [f"{source}: {', '.join(labels)}" for source, labels in sources.items()]
        lines.append(italic(" · ".join(parts)))
    live = [reply for __, reply in labelled if reply.quality != "recorded"]
    if live:
        lines.append(as_of(min(live, key=lambda reply: reply.as_of), " · "))
    return lines


def _labels(replies: Sequence[TickerReply]) -> list[str]:
    """Name rows by their base asset, or by the whole market where quotes differ."""
    alone = _shared_quote(replies) is not None
    markets = [shown(reply.symbol) for reply in replies]
    return [market.base if alone else market.shown for market in markets]


def _shared_quote(replies: Sequence[TickerReply]) -> str | None:
    quotes = {unit(reply.symbol) for reply in replies}
    return quotes.pop() if len(quotes) == 1 else None


def _by_source(labelled: Sequence[tuple[str, TickerReply]]) -> dict[str, list[str]]:
    sources: dict[str, list[str]] = {}
    for label, reply in labelled:
        sources.setdefault(escape(source_name(reply.source)), []).append(label)
    return sources


def _stale(labelled: Sequence[tuple[str, TickerReply]]) -> list[str]:
    """Return one warning for each silent source."""
    silent: dict[str, list[tuple[str, TickerReply]]] = {}
    for label, reply in labelled:
        if reply.stale:
            silent.setdefault(reply.source, []).append((label, reply))
    return [
        stale_among(
            [label for label, __ in group],
            min((reply for __, reply in group), key=lambda reply: reply.as_of),
        )
        for group in silent.values()
    ]


def _layouts(labelled: Sequence[tuple[str, TickerReply]]) -> Iterator[list[str]]:
    """Yield the block from roomy to narrow: fewer changes first, then two lines a market."""
    heading = _shared_quote([reply for __, reply in labelled]) or _("price")
    for changes in (("1h", "24h", "7d"), ("1h", "24h"), ("24h",)):
        rows = [
            (label, price(reply.price, reply.price_step), *_changes(reply, changes))
            for label, reply in labelled
        ]
        yield table([("", heading, *changes), *rows], "l" + "r" * (1 + len(changes)))
    yield _stacked(labelled, heading)


def _stacked(labelled: Sequence[tuple[str, TickerReply]], heading: str) -> list[str]:
    rows = [("", _short_price(reply), *_changes(reply, ("24h",))) for __, reply in labelled]
    first, *numbers = table([("", heading, "24h"), *rows], "lrr")
    lines = [first]
    for (label, __), row in zip(labelled, numbers, strict=True):
        lines += [label, row]
    return lines


def _short_price(reply: TickerReply) -> str:
    exact = price(reply.price, reply.price_step)
    return exact if len(exact) <= _LONGEST_PRICE else compact(reply.price)


def _changes(reply: TickerReply, columns: Sequence[str]) -> list[str]:
    values = {
        "1h": reply.change_1h_pct,
        "24h": reply.change_24h_pct,
        "7d": reply.change_7d_pct,
    }
    return [table_percent(values[column]) for column in columns]


def _problem(problem: Problem) -> str:
    asked = problem.asked or problem.symbol or ""
    if problem.code == "unknown-symbol":
        return not_found(asked, problem.suggestions or ())
    return f"{code(shortened(asked))}: {bad_input(problem.detail)}"
