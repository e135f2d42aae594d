"""/atr: how far a market usually moves, with stops and a position size."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from common import wire
from common.errors import NotEnoughCandles, Unavailable, UnsupportedTimeframe
from common.market import Timeframe
from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.atr_words import AtrWords, read
from telegram_bot.commands.listed import timeframes_of
from telegram_bot.commands.price import which_coin
from telegram_bot.commands.usual import asked_as_usual
from telegram_bot.commands.words import words_of
from telegram_bot.formatting.atr import atr_card, atr_overview
from telegram_bot.formatting.numbers import in_style, plain
from telegram_bot.formatting.other_quote import noted
from telegram_bot.ports import AtrQuestion
from telegram_bot.reader import _, later, reader
from telegram_bot.replies import Button, Copy, Press, Reply, Rows

OVERVIEW = (Timeframe.M15, Timeframe.H1, Timeframe.H4, Timeframe.D1)
_LAST_RESORT = Timeframe.W1
_LEFT_OUT = (UnsupportedTimeframe, NotEnoughCandles, Unavailable)
_PERIODS = (7, 14, 21)
_MULTIPLES = (Decimal("1.5"), Decimal(2), Decimal(3))


async def answer(request: Request, services: Services) -> Reply:
    """Answer one block; without a timeframe, an overview of four before it."""
    asked = read(words_of(" ".join(request.words)))
    if (named := asked.symbol) is None:
        return await which_coin("atr", services, request.speaker.chat)
    if asked.equity is not None and asked.risk_pct is None:
        asked = replace(asked, risk_pct=_usual_risk(services))
    reply, symbol = await asked_as_usual(
        named, lambda symbol: _answered(replace(asked, symbol=symbol), services)
    )
    return replace(reply, text=noted(reply.text, [named], [symbol]))


async def _answered(asked: AtrWords, services: Services) -> tuple[Reply, str]:
    """Return the answer, and the market that it is about."""
    if asked.timeframe is None:
        return await _overview(asked, services)
    reply = await services.market.atr(_question(asked, asked.timeframe, services))
    timeframes = await _timeframes(reply.symbol, services)
    buttons = _buttons(asked, reply, timeframes)
    return Reply(atr_card(reply, asked.multiple, asked.side), buttons), reply.symbol


async def _overview(asked: AtrWords, services: Services) -> tuple[Reply, str]:
    """Ask for all at once; what a market lacks, or nobody can say now, is left out."""
    usual = reader().timeframe
    wanted = sorted({*OVERVIEW, usual}, key=lambda timeframe: timeframe.seconds)
    questions = [_question(asked, timeframe, services) for timeframe in wanted]
    answers = await asyncio.gather(
        *(services.market.atr(question) for question in questions), return_exceptions=True
    )
    replies = [item for item in answers if isinstance(item, wire.AtrReply)]
    bearable = _LEFT_OUT if replies else UnsupportedTimeframe
    for item in answers:
        if isinstance(item, BaseException) and not isinstance(item, bearable):
            raise item
    if not replies:
        replies = [await services.market.atr(_question(asked, _LAST_RESORT, services))]
    block = next((reply for reply in replies if reply.timeframe == usual.value), replies[0])
    card = atr_card(block, asked.multiple, asked.side)
    text = f"{atr_overview(replies, closing=False)}\n\n{card}" if len(replies) > 1 else card
    found = [Timeframe(reply.timeframe) for reply in replies]
    timeframes = found if len(found) > 1 else await _timeframes(block.symbol, services)
    return Reply(text, _buttons(asked, block, timeframes)), block.symbol


async def _timeframes(symbol: str, services: Services) -> Sequence[Timeframe]:
    """Return what the timeframe buttons offer; daily series have nothing shorter than a day."""
    has = await timeframes_of(symbol, services)
    if has is None:
        return OVERVIEW
    return [timeframe for timeframe in has if timeframe in OVERVIEW or len(has) <= 4]


def _question(asked: AtrWords, timeframe: Timeframe, services: Services) -> AtrQuestion:
    """Ask as it was said; the account and its risk are the saved ones where none were named."""
    equity, risk = asked.equity, asked.risk_pct
    if equity is None and (equity := reader().equity) is not None and risk is None:
        risk = _usual_risk(services)
    return AtrQuestion(
        symbol=asked.symbol or "",
        timeframe=timeframe,
        period=asked.period,
        multiple=asked.multiple,
        side=asked.side,
        entry=asked.entry,
        equity=equity,
        risk_pct=risk,
    )


def _usual_risk(services: Services) -> Decimal:
    """Return the share of an account that a stop may cost, in percent: the saved one, or ours."""
    saved = reader().risk_pct
    return (services.limits.risk_percentage * 100).normalize() if saved is None else saved


def _buttons(asked: AtrWords, reply: wire.AtrReply, timeframes: Sequence[Timeframe]) -> Rows:
    """Offer the neighbouring questions; the one that was answered carries a dot."""
    shown = Timeframe(reply.timeframe)
    now = replace(asked, symbol=reply.symbol, timeframe=shown)
    actions: tuple[Button, ...] = (
        # As it was asked: without a timeframe, so that an overview stays one.
        replace(now, timeframe=asked.timeframe).button(_("🔄 Refresh")),
        Press(_("📈 Chart"), f"chart {reply.symbol} {reply.timeframe} atr", fresh=True),
        Press(
            _("🔔 ATR alert"), f"alert {reply.symbol} atr {now.multiple} {reply.timeframe}", True
        ),
        *_copies(asked, reply),
    )
    half = (len(actions) + 1) // 2  # more than three in a row are cut off on a phone
    return (
        tuple(
            replace(now, timeframe=item).button(_marked(item.value, item is shown))
            for item in sorted({*timeframes, shown}, key=lambda item: item.seconds)
        ),
        tuple(
            replace(now, period=item).button(_marked(str(item), item == now.period))
            for item in sorted({*_PERIODS, now.period})
        ),
        tuple(
            replace(now, multiple=item).button(_marked(in_style(f"{item}x"), item == now.multiple))
            for item in sorted({*_MULTIPLES, now.multiple})
        ),
        actions[:half],
        actions[half:],
    )


def _copies(asked: AtrWords, reply: wire.AtrReply) -> list[Button]:
    """Offer the exact stop and size, as digits that an exchange's form takes."""
    copies: list[Button] = []
    for stop in reply.stops:
        level = stop.long if asked.side == "long" else stop.short
        if stop.multiple == asked.multiple and level is not None:
            copies.append(Copy(_("📋 stop"), plain(level, reply.price_step)))
    if reply.position is not None and reply.position.quantity > 0:
        copies.append(Copy(_("📋 size"), plain(reply.position.quantity, reply.lot_step)))
    return copies


def _marked(label: str, chosen: bool) -> str:
    return f"•{label}" if chosen else label


COMMAND = Command(
    name="atr",
    aliases=("a",),
    usage="/atr SYMBOL [4h] [14] [2x] [@entry] [long|short] [risk 1%] [eq 10k]",
    summary=later("how far a coin usually moves: stops and position size"),
    examples=(
        "/atr BTC 4h",
        "/atr ETH 1d 21 3x",
        "/atr BTC 4h @64000 short",
        "/atr BTC 4h risk 1% eq 10k",
    ),
    answer=answer,
    groups="everybody",
)
