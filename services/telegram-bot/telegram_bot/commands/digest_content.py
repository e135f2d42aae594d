"""What a digest says: a person's coins, who moved most, and how the portfolio did."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from common.errors import CryptoAssistantError
from common.market import Timeframe
from common.wire import AtrReply, TickerReply
from telegram_bot.alerts.rules import ACTIVE, PRICE
from telegram_bot.arithmetic.daily import in_days, is_late
from telegram_bot.arithmetic.holdings import totals
from telegram_bot.arithmetic.ranking import ranked, universe
from telegram_bot.commands import Services, is_on
from telegram_bot.commands.portfolio_view import price_all
from telegram_bot.digests import Digest
from telegram_bot.formatting import digest as words
from telegram_bot.formatting.numbers import price
from telegram_bot.formatting.price import price_table
from telegram_bot.formatting.source import shown
from telegram_bot.ports import AtrQuestion
from telegram_bot.reader import _, reader
from telegram_bot.replies import Press, Reply

_MOST = 10
_MOST_NEAR = 3
_LISTED = 200


async def content(digest: Digest, services: Services, now: datetime) -> Reply:
    """Write a digest for its reader.

    Raises:
        Unavailable: If no price is to be had.
    """
    watched = await services.watchlists.watched(digest.chat)
    symbols = watched[:_MOST] or await _largest(services)
    found = await services.market.tickers(symbols)
    lines = [words.heading(digest.due)]
    if is_late(digest, now):
        lines.append(words.late(digest.due, now))
    lines.append(price_table(found.tickers, found.problems))
    if not watched:
        lines.append(words.no_watchlist())
    lines += await _moves(found.tickers, services)
    lines += await _near_alerts(digest.chat, services)
    lines += await _portfolio(digest.chat, services)
    buttons = (
        Press(_("⭐ Watchlist"), "watchlist", fresh=True),
        Press(_("⚙️ Time"), "digest", fresh=True),
        Press(_("🔕 Off"), "digest off", fresh=True),
    )
    return Reply("\n".join(lines), (buttons,))


async def _largest(services: Services) -> Sequence[str]:
    listed = (await services.market.markets(_LISTED)).symbols
    return [market.symbol for market in universe(listed, 5, reader().quote)[1]]


async def _moves(tickers: Sequence[TickerReply], services: Services) -> list[str]:
    """Name who changed most, up or down, and who usually moves most."""
    if len(tickers) < 2:
        return []
    ends = [*ranked("gainers", tickers)[:1], *ranked("losers", tickers)[:1]]
    lines = []
    if ends:
        by_size = max(ends, key=lambda it: abs(it.change_24h_pct or Decimal(0)))
        lines.append(words.biggest_mover(by_size))
    readings = await asyncio.gather(*(_usual_day(ticker.symbol, services) for ticker in tickers))
    known = [reading for reading in readings if reading is not None]
    if known:
        most = max(known, key=lambda reading: reading.atr_pct)
        lines.append(words.most_volatile(most.symbol, most.regime, most.atr_pct))
    return lines


async def _usual_day(symbol: str, services: Services) -> AtrReply | None:
    try:
        return await services.market.atr(AtrQuestion(symbol, Timeframe.D1))
    except CryptoAssistantError:
        return None


async def _near_alerts(chat: int, services: Services) -> list[str]:
    """Name the price alerts that a usual day could fire, the nearest first."""
    if not _has("alert", chat, services):
        return []
    levels = [
        alert
        for alert in await services.alerts.of_chat(chat)
        if alert.state in ACTIVE and alert.rule.measure == PRICE
    ]
    symbols = list(dict.fromkeys(alert.rule.symbol for alert in levels))[:_MOST]
    found = await asyncio.gather(*(_usual_day(symbol, services) for symbol in symbols))
    readings = {reading.symbol: reading for reading in found if reading is not None}
    near = []
    for alert in levels:
        if (reading := readings.get(alert.rule.symbol)) is None:
            continue
        away = in_days(alert.rule.threshold, reading.price, reading.atr)
        if away is not None and away <= 1:
            level = price(alert.rule.threshold, alert.step)
            line = words.near_alert(alert.number, alert.rule.symbol, level, away)
            near.append((away, line))
    return [line for _away, line in sorted(near)[:_MOST_NEAR]]


async def _portfolio(chat: int, services: Services) -> list[str]:
    if not _has("portfolio", chat, services):
        return []
    entries = await services.ledger.entries(chat)
    if not entries:
        return []
    priced = await price_all(entries, services)
    return [
        words.portfolio_line(
            quote,
            totals([it for it in priced.rows.values() if shown(it.holding.symbol).quote == quote]),
        )
        for quote in priced.quotes
    ]


def _has(name: str, chat: int, services: Services) -> bool:
    command = services.commands.find(name)
    return command is not None and is_on(command, services.features, chat)
