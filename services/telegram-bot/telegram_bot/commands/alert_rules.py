"""From words to a rule: what is not said is taken from the market, or asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from common.errors import BadInput
from common.wire import AtrReply, TickerReply
from telegram_bot.alerts.cards import Now
from telegram_bot.alerts.machine import anchored
from telegram_bot.alerts.rules import PRICE, Direction, Kind, Measure, Rule
from telegram_bot.commands.alert_words import AlertWords
from telegram_bot.formatting.numbers import plain
from telegram_bot.reader import _, reader

_BREAKOUT, _REGIME = Decimal(2), Decimal("1.5")


def rule_of(asked: AlertWords, ticker: TickerReply, atr: AtrReply | None, now: float) -> Rule:
    """Return the rule that words mean at these prices.

    Raises:
        BadInput: If they leave out what nobody can guess.
    """
    measure = asked.measure
    direction: Direction | None = asked.direction
    value = asked.value
    rule = Rule(
        ticker.symbol,
        measure,
        direction or "any",
        value or Decimal(1),
        repeat=asked.repeat or "once",
        pause=asked.pause,
        expires_at=until(asked, now),
        note=asked.note or "",
    )
    if measure == PRICE and value is not None:
        if asked.percent:
            signed = value if direction == "up" else -value
            if signed <= -100:
                raise BadInput(_("A price cannot fall by 100 % or more."))
            return anchored(replace(rule, percent=signed), ticker.price, ticker.price_step)
        level = _on_tick(value, ticker.price_step)
        way: Direction = direction or ("up" if level > ticker.price else "down")
        return replace(rule, direction=way, threshold=level)
    if measure.kind is Kind.SUPERTREND:
        return replace(rule, threshold=Decimal(1))
    if measure.kind is Kind.BREAKOUT:
        return replace(rule, threshold=value or _BREAKOUT)
    if measure.kind is Kind.REGIME:
        size = value or _REGIME
        usual: Direction = "up" if size > 1 else "down"
        return replace(rule, direction=_one_way(direction, usual), threshold=size)
    if measure.kind is Kind.ATR_SHARE:
        if value is None:
            raise BadInput(_("ATR needs a level in percent, for example atr% > 3 1d."))
        known = atr is not None and atr.atr_pct >= value
        return replace(rule, direction=_one_way(direction, "down" if known else "up"))
    return rule


def until(asked: AlertWords, now: float) -> float | None:
    """Return when an alert runs out: a length from now, or the end of a day of the reader's.

    Raises:
        BadInput: If that day is over.
    """
    if asked.until is None or isinstance(asked.until, float):
        return None if asked.until is None else now + asked.until
    following = datetime(asked.until.year, asked.until.month, asked.until.day) + timedelta(days=1)
    zone = reader().zone
    localize = getattr(zone, "localize", None)
    ends = localize(following) if localize is not None else following.replace(tzinfo=UTC)
    if ends.timestamp() <= now:
        raise BadInput(_("{day} is over.").format(day=asked.until.isoformat()))
    return float(ends.timestamp())


def now_of(measure: Measure, ticker: TickerReply | None, atr: AtrReply | None) -> Now:
    """Return what a card says of the market."""
    values = {
        Kind.ATR_SHARE: None if atr is None else atr.atr_pct,
        Kind.REGIME: None if atr is None else atr.ratio,
    }
    return Now(
        price=None if ticker is None else ticker.price,
        value=values.get(measure.kind),
        atr=None if atr is None else atr.atr,
        atr_span="4h" if atr is None else atr.timeframe,
    )


def _one_way(direction: Direction | None, usual: Direction) -> Direction:
    return usual if direction is None or direction == "any" else direction


def _on_tick(value: Decimal, step: Decimal) -> Decimal:
    level = (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    if level <= 0:
        raise BadInput(
            _("That is less than the smallest step of this market, {step}.").format(
                step=plain(step)
            )
        )
    return level
