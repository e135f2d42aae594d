"""/size: how much to trade so that a stop costs a known share of the account."""

from dataclasses import dataclass, replace
from decimal import Decimal

from common.errors import BadInput, NotEnoughCandles, UnsupportedTimeframe
from common.wire import AtrReply, TickerReply
from telegram_bot.arithmetic.sizing import NoSize, Size, Sizing, atr_stop, in_atr, size
from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.price import which_coin
from telegram_bot.commands.size_words import SizeWords, read
from telegram_bot.commands.usual import asked_as_usual
from telegram_bot.commands.words import words_of
from telegram_bot.formatting.html import italic
from telegram_bot.formatting.numbers import in_style, plain, price
from telegram_bot.formatting.other_quote import noted
from telegram_bot.formatting.size import (
    at_price,
    by_atr,
    how_large,
    no_size,
    size_headline,
    size_lines,
    wrong_side,
)
from telegram_bot.formatting.source import as_of, closing_lines, shown, stale_warning
from telegram_bot.ports import AtrQuestion, error_from
from telegram_bot.reader import _, later, reader
from telegram_bot.replies import Button, Copy, Press, Reply, Rows

_EQUITIES = ("1k", "10k", "100k")
_RISKS = (Decimal("0.5"), Decimal(1), Decimal(2))
_MULTIPLES = (Decimal("1.5"), Decimal(2), Decimal(3))
_NO_ATR = (NotEnoughCandles, UnsupportedTimeframe)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the market says; `atr` None where its history is too short for one."""

    market: AtrReply | TickerReply
    atr: AtrReply | None


async def answer(request: Request, services: Services) -> Reply:
    """Size a position by a stop of ATR or one that was named."""
    asked = _with_habits(read(words_of(" ".join(request.words))), services)
    if asked.atr.symbol is None:
        return await which_coin("size", services, request.speaker.chat)
    if asked.atr.equity is None:
        return _ask_for_equity(asked)
    known = await asked_as_usual(asked.atr.symbol, lambda symbol: _known(asked, symbol, services))
    sizing = _sizing(asked, asked.atr.equity, known)
    sized = size(sizing)
    if isinstance(sized, NoSize):
        return Reply(no_size(sized, f"/size {known.market.symbol} 2x risk 1% eq 10k"))
    return Reply(_text(asked, sizing, sized, known), _buttons(asked, sizing, sized, known))


def _with_habits(asked: SizeWords, services: Services) -> SizeWords:
    """Fill in what the person has chosen once, else what this environment uses."""
    habits, atr = reader(), asked.atr
    usual = habits.risk_pct or (services.limits.risk_percentage * 100).normalize()
    return replace(
        asked,
        atr=replace(
            atr,
            equity=atr.equity or habits.equity,
            risk_pct=atr.risk_pct or usual,
            timeframe=atr.timeframe or habits.timeframe,
        ),
    )


def _ask_for_equity(asked: SizeWords) -> Reply:
    written = asked.written
    buttons = tuple(Press(equity, f"size {written} eq {equity}") for equity in _EQUITIES)
    return Reply(how_large(f"/size {written} eq 10k"), (buttons,), asks=f"size {written} eq")


async def _known(asked: SizeWords, symbol: str, services: Services) -> _Known:
    """Ask for ATR, which brings the price too; with a stop of one's own a price is enough."""
    timeframe = asked.atr.timeframe or reader().timeframe
    try:
        reply = await services.market.atr(AtrQuestion(symbol, timeframe, asked.atr.period))
        return _Known(reply, reply)
    except _NO_ATR:
        if asked.stop is None:
            raise
    found = await services.market.tickers([symbol])
    for problem in found.problems:
        raise error_from(problem)
    return _Known(found.tickers[0], None)


def _sizing(asked: SizeWords, equity: Decimal, known: _Known) -> Sizing:
    entry = asked.atr.entry or known.market.price
    stop = asked.stop
    if stop is None and known.atr is not None:
        stop = atr_stop(entry, known.atr.atr, asked.atr.multiple, asked.atr.side)
    sizing = Sizing(
        entry=entry,
        stop=entry if stop is None else stop,
        equity=equity,
        risk_pct=asked.atr.risk_pct or Decimal(1),
        lot_step=known.market.lot_step,
        fee_pct=asked.fee_pct,
    )
    if asked.stop is not None and asked.side_said and sizing.side != asked.atr.side:
        shown_entry = price(entry, known.market.price_step)
        raise BadInput(wrong_side(asked.atr.side, shown_entry))
    return sizing


def _text(asked: SizeWords, sizing: Sizing, sized: Size, known: _Known) -> str:
    market, atr = known.market, known.atr
    if asked.stop is None and atr is not None:
        stop = by_atr(asked.atr.multiple, atr.period, atr.timeframe)
    else:
        multiple, timeframe = (in_atr(sizing, atr.atr), atr.timeframe) if atr else (None, "")
        stop = at_price(price(sizing.stop, market.price_step), multiple, timeframe)
    lines = [stale_warning(market.price, market.price_step, market)] if market.stale else []
    lines.append(size_headline(market.symbol, sizing.side, stop))
    lines += size_lines(market.symbol, sizing, sized, market.price_step)
    if market.quality != "recorded":
        lines.append(as_of(market))
    lines.append(italic(_("Not financial advice.")))
    text = "\n".join(lines + closing_lines([(shown(market.symbol).base, market)]))
    return noted(text, [asked.atr.symbol or ""], [market.symbol])


def _buttons(asked: SizeWords, sizing: Sizing, sized: Size, known: _Known) -> Rows:
    now = replace(asked, atr=replace(asked.atr, symbol=known.market.symbol))
    multiples = () if asked.stop is not None else _MULTIPLES
    copies: list[Button] = [
        Copy(_("📋 stop"), plain(sizing.stop, known.market.price_step)),
    ]
    if sized.quantity > 0:
        copies.insert(0, Copy(_("📋 size"), plain(sized.quantity, known.market.lot_step)))
    return (
        tuple(
            now.button(_marked(in_style(f"{item}x"), item == asked.atr.multiple), multiple=item)
            for item in multiples
        ),
        tuple(
            now.button(_marked(in_style(f"{item}%"), item == sizing.risk_pct), risk_pct=item)
            for item in _RISKS
        ),
        (now.button(_("🔄 Refresh")), *copies),
    )


def _marked(label: str, chosen: bool) -> str:
    return f"•{label}" if chosen else label


COMMAND = Command(
    name="size",
    usage="/size SYMBOL [risk 1%] [eq 10k] [2x | stop 64000] [4h] [@entry] [short] [fee 0.1%]",
    summary=later("how much to trade so that a stop costs a known share"),
    examples=(
        "/size BTC risk 1% eq 10k",
        "/size ETH risk 0.5% eq 5k 3x 1d",
        "/size SOL eq 10k stop 100 fee 0.1%",
    ),
    answer=answer,
    groups="everybody",
)
