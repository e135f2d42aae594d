"""/alert: set an alert, and change one that is there by its number."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

from common.errors import BadInput, CryptoAssistantError
from common.features import Flag
from common.wire import AtrReply, TickerReply
from telegram_bot.alerts import cards
from telegram_bot.alerts.machine import first_state
from telegram_bot.alerts.rules import (
    MOST_PER_GROUP,
    MOST_PER_PERSON,
    PRICE,
    Measure,
    Rule,
)
from telegram_bot.alerts.store import TooMany
from telegram_bot.commands import Command, Request, Services, alert_changes
from telegram_bot.commands.alert_rules import now_of, rule_of
from telegram_bot.commands.alert_words import AlertWords, read
from telegram_bot.commands.price import offered, which_coin
from telegram_bot.formatting.html import bold, code, italic, shortened
from telegram_bot.formatting.numbers import in_style, plain
from telegram_bot.formatting.source import closing, shown
from telegram_bot.formatting.time import until
from telegram_bot.ports import AtrQuestion, error_from
from telegram_bot.reader import _, later, reader
from telegram_bot.replies import Press, Reply, Rows

_PERCENTS = ("+2%", "+5%", "-2%", "-5%")
_ATR: Flag = "atr_alerts"


async def answer(request: Request, services: Services) -> Reply:
    """Set an alert and say what was understood; a number first changes the one it names."""
    words = request.words
    if not words:
        text = cards.how_to_begin(services.features.enabled(_ATR, request.speaker.chat))
        return Reply(text, (await offered("alert", services),), asks="alert")
    if (number := alert_changes.number_of(words[0])) is not None:
        return await alert_changes.answer(number, words[1:], request, services)
    asked = read(" ".join(words))
    if asked.symbol is None:
        return await which_coin("alert", services, request.speaker.chat)
    if asked.doubtful is not None:
        return _ask_which_number(words, asked)
    _check_flag(asked.measure, request, services)
    ticker, atr = await _market(asked, services)
    if ticker.quality == "recorded":
        raise BadInput(
            _(
                "{coin} is recorded up to {end}: its price moves no more, so no alert can fire."
            ).format(coin=shown(ticker.symbol).base, end=until(ticker.as_of))
        )
    if asked.kind is None and asked.value is None:
        return _offer(ticker)
    if asked.percent and asked.direction is None and asked.measure == PRICE:
        return _ask_which_way(asked, ticker)
    return await _set(asked, ticker, atr, request, services)


async def _set(
    asked: AlertWords,
    ticker: TickerReply,
    atr: AtrReply | None,
    request: Request,
    services: Services,
) -> Reply:
    rule = rule_of(asked, ticker, atr, services.alerts.now())
    now = now_of(rule.measure, ticker, atr)
    value = now.price if rule.measure == PRICE else now.value
    state = first_state(rule, value)
    speaker = request.speaker
    most = MOST_PER_PERSON if speaker.private else MOST_PER_GROUP
    try:
        alert = await services.alerts.add(
            rule,
            speaker.chat,
            speaker.user,
            state=state,
            step=ticker.price_step,
            most=most,
        )
    except TooMany:
        raise BadInput(
            _("You have {most} alerts, which is all there may be. Delete one in /alerts.").format(
                most=most
            )
        ) from None
    if state == "waiting":
        text, buttons = cards.is_past(alert, now), _past_buttons(alert.number, rule)
    else:
        text = cards.was_set(alert, now, services.alerts.now())
        buttons = alert_changes.card_buttons(alert)
    note = closing(ticker)
    return Reply(f"{text}\n{italic(note)}" if note else text, buttons)


async def _market(asked: AlertWords, services: Services) -> tuple[TickerReply, AtrReply | None]:
    """Ask for the price and ATR; ATR may be missing where only the distance is told in it."""
    span, symbol = asked.measure.span, asked.symbol or ""
    needed = asked.measure.of_candles and span is not None
    question = AtrQuestion(symbol, span if needed and span is not None else reader().timeframe)
    found, atr = await asyncio.gather(
        services.market.tickers([symbol]), services.market.atr(question), return_exceptions=True
    )
    if isinstance(found, BaseException):
        raise found
    for problem in found.problems:
        raise error_from(problem)
    if isinstance(atr, BaseException):
        if needed or not isinstance(atr, CryptoAssistantError):
            raise atr
        return found.tickers[0], None
    return found.tickers[0], atr


def _check_flag(measure: Measure, request: Request, services: Services) -> None:
    chat = request.speaker.chat
    if measure.of_candles and not services.features.enabled(_ATR, chat):
        raise BadInput(_("Alerts about ATR are not available here. Prices are: /alert BTC > 70k."))


def _flag_of(words: Sequence[str]) -> Flag | None:
    return _flag_of_line(" ".join(words))


@lru_cache(maxsize=256)  # each answer asks for each of its buttons, and these repeat
def _flag_of_line(line: str) -> Flag | None:
    words = line.split()
    if alert_changes.number_of(words[0]) is not None:
        return None
    try:
        return _ATR if read(line).measure.of_candles else None
    except BadInput:
        return None


def _ask_which_number(words: object, asked: AlertWords) -> Reply:
    """A comma may part thousands or decimals: with money nothing is guessed."""
    assert asked.doubtful is not None and asked.value is not None
    wanted = plain(asked.value)
    line = " ".join(map(str, words)) if isinstance(words, list | tuple) else ""
    corrected = f"alert {line.replace(asked.doubtful, wanted)}"
    text = _("You wrote {written}. Do you mean {number}?").format(
        written=code(shortened(asked.doubtful)), number=bold(wanted)
    )
    return Reply(text, ((Press(f"✅ {wanted}", corrected),),))


def _ask_which_way(asked: AlertWords, ticker: TickerReply) -> Reply:
    size, symbol = plain(asked.value), ticker.symbol
    text = _("{percent} up, down, or within a time?").format(percent=bold(in_style(f"{size}%")))
    ways = [f"+{size}%", f"-{size}%", f"{size}% 1h", f"{size}% 24h"]
    if asked.value is not None and asked.value >= 100:
        ways.remove(f"-{size}%")  # nothing falls by more than it is worth
    return Reply(text, (tuple(Press(in_style(way), f"alert {symbol} {way}") for way in ways),))


def _offer(ticker: TickerReply) -> Reply:
    """Teach what can be watched of a market, with the usual choices on buttons."""
    symbol = ticker.symbol
    base = shown(symbol).base
    head = _("What shall I watch of {coin}?").format(coin=base)
    text = "\n".join(
        [
            f"🔔 {bold(head)}",
            _("Type a price: {example}").format(
                example=code(f"/alert {base} > {plain(ticker.price, ticker.price_step)}")
            ),
            _("or tap one:"),
        ]
    )
    return Reply(
        text,
        (
            tuple(Press(size, f"alert {symbol} {size}") for size in _PERCENTS),
            (
                Press("3% 1h", f"alert {symbol} 3% 1h"),
                Press("2 ATR 4h", f"alert {symbol} atr 2 4h"),
                Press("Supertrend 4h", f"alert {symbol} st 4h"),
            ),
        ),
        asks=f"alert {symbol}",
    )


def _past_buttons(number: int, rule: Rule) -> Rows:
    other = "<" if rule.direction == "up" else ">"
    return (
        (
            Press(_("Keep"), f"alert {number}"),
            Press(
                _("Use {sign} instead").format(sign=other),
                f"alert {number} {other} {plain(rule.threshold)}",
            ),
            Press(_("Cancel"), f"alert {number} delete"),
        ),
    )


COMMAND = Command(
    name="alert",
    usage="/alert SYMBOL > 70k | +5% | 3% 1h | atr 2 4h | atr% > 3 1d | st 4h "
    "[once | every 1h | remind 1h] [until 7d] [note …]",
    summary=later("tells you when a price, a move or volatility gets there"),
    examples=(
        "/alert BTC > 70k",
        "/alert BTC -5% every 1h",
        "/alert ETH 3% 1h",
        "/alert BTC atr 2 4h",
        "/alert BTC atr% > 3 1d until 7d note calm before the storm",
        "/alert BTC st 4h",
    ),
    answer=answer,
    aliases=("al",),
    flag="alerts",
    flag_of=_flag_of,
    groups="admins",
)
