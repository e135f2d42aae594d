"""`/alert 12 …`: show an alert by its number, change it, pause it, delete it and bring it back."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from common.errors import BadInput, CryptoAssistantError
from common.wire import AtrReply, TickerReply
from telegram_bot.alerts import cards
from telegram_bot.alerts.machine import anchored, first_state
from telegram_bot.alerts.rule_words import waits_for
from telegram_bot.alerts.rules import KEPT, PRICE, Alert, Kind, Rule, State
from telegram_bot.commands import Request, Services
from telegram_bot.commands.alert_rules import now_of, rule_of, until
from telegram_bot.commands.alert_words import AlertWords, read
from telegram_bot.formatting.html import bold, code, italic
from telegram_bot.formatting.numbers import in_style, plain
from telegram_bot.formatting.source import closing
from telegram_bot.ports import AtrQuestion
from telegram_bot.reader import _
from telegram_bot.replies import Press, Reply, Rows

_NUMBER = re.compile(r"#?(\d{1,6})", re.ASCII)
_STEPS = ("-5", "-1", "+1", "+5")
_MULTIPLES = ("1", "1.5", "2", "3")
_PAUSES = ("once", "every 1h", "every 4h", "every 1d", "remind 1h")
_LIVES = ("until 1d", "until 7d", "until 30d")
_CROSSINGS = 4  # with fires at the same moment; more are no chance


def number_of(word: str) -> int | None:
    """Return the number of an alert, as in `12` or `#12`.

    >>> number_of("#12"), number_of("BTC")
    (12, None)
    """
    found = _NUMBER.fullmatch(word)
    return int(found[1]) if found else None


async def answer(number: int, words: Sequence[str], request: Request, services: Services) -> Reply:
    """Do to an alert what the words say; none: show it."""
    found = await _found(number, request, services)
    verb = words[0].lower() if words else ""
    match verb:
        case "" | "show":
            return await _shown(found, services)
        case "level":
            return _levels(found)
        case "repeat":
            return _choices(found, _("How often shall it tell?"), _PAUSES)
        case "expiry":
            lives = _LIVES if found.rule.expires_at is None else (*_LIVES, "forever")
            return _choices(found, _("Until when?"), lives)
        case "delete" | "remove":
            await _put(found, "deleted", services)
            undo = Press("↩️ " + _("Undo"), f"alert {found.number} undo")
            return Reply(deleted(found), ((undo,),))
    return await _shown(await _changed(found, verb, words, services), services)


async def switch(number: int, verb: str, request: Request, services: Services) -> Alert:
    """Pause an alert, arm, delete it or bring it back; return it as it is then.

    Raises:
        BadInput: If there is none of this number any more, or its market does not answer.
    """
    found = await _found(number, request, services)
    if verb == "delete":
        return await _put(found, "deleted", services)
    return await _changed(found, verb, (), services)


def deleted(found: Alert) -> str:
    """Say that an alert is no more."""
    text = _("Alert {number} is deleted.").format(number=bold(f"#{found.number}"))
    return f"🗑 {text}"


async def _found(number: int, request: Request, services: Services) -> Alert:
    found = await services.alerts.find(request.speaker.chat, number)
    if found is None:
        raise BadInput(_("There is no alert #{number}. See /alerts.").format(number=number))
    return found


def card_buttons(found: Alert) -> Rows:
    """Return what can be done with an alert."""
    number = found.number
    changes = (
        (
            Press("✏️ " + _("Level"), f"alert {number} level"),
            Press(_("🔁 Repeat"), f"alert {number} repeat"),
        ),
        (
            Press("⏳ " + _("Expiry"), f"alert {number} expiry"),
            Press("🗑 " + _("Delete"), f"alert {number} delete", style="danger"),
        ),
    )
    if found.state in ("paused", "fired", "deleted", "expired"):
        return (*changes, (Press("🔁 " + _("Re-arm"), f"alert {number} arm"),))
    return changes


async def _shown(found: Alert, services: Services) -> Reply:
    ticker, atr = await market_of(found, services)
    now = now_of(found.rule.measure, ticker, atr)
    text = cards.card(found, now, services.alerts.now())
    note = closing(ticker) if ticker is not None else None
    return Reply(f"{text}\n{italic(note)}" if note else text, card_buttons(found))


async def _changed(found: Alert, verb: str, words: Sequence[str], services: Services) -> Alert:
    """Pause, arm anew, or take over what the words say; an alert that was off begins anew."""
    if verb == "pause":
        return await _put(found, "paused", services)
    ticker, atr = await market_of(found, services)
    rule = found.rule
    if verb == "forever":
        rule = replace(rule, expires_at=None)
    elif verb not in ("arm", "undo"):
        rule = changed(found, read(" ".join(words)), ticker, services.alerts.now())
    if found.state in KEPT and _watches_the_same(rule, found.rule) and verb != "arm":
        return await _keep(replace(found, rule=rule), services)
    if ticker is None or (rule.measure.of_candles and rule.measure.is_level and atr is None):
        raise BadInput(_("The price is not known right now; try again in a moment."))
    if rule.expires_at is not None and rule.expires_at <= services.alerts.now():
        rule = replace(rule, expires_at=None)
    if rule.percent is not None:
        rule = anchored(rule, ticker.price, ticker.price_step)
    now = now_of(rule.measure, ticker, atr)
    value = now.price if rule.measure == PRICE else now.value
    after = replace(
        found,
        rule=rule,
        state="paused" if found.state == "paused" and verb != "arm" else first_state(rule, value),
        anchored_at=services.alerts.now(),
        wakes_at=None,
    )
    return await _keep(after, services)


def _watches_the_same(rule: Rule, other: Rule) -> bool:
    """Say whether two rules wait for the same, however often they tell it and until when."""
    waits = (rule.direction, rule.threshold, rule.percent)
    return waits == (other.direction, other.threshold, other.percent)


def changed(found: Alert, asked: AlertWords, ticker: TickerReply | None, now: float) -> Rule:
    """Return the rule with what was said anew.

    Raises:
        BadInput: If it was about another market, or fits this measure in no way.
    """
    rule = found.rule
    if asked.symbol is not None or asked.kind not in (None, rule.measure.kind):
        example = code("/alert BTC > 70k")
        raise BadInput(_("That is another alert: set it with {example}.").format(example=example))
    if asked.repeat is not None:
        if asked.repeat == "remind" and not rule.measure.is_level:
            raise BadInput(_("A reminder needs a level that is passed. Use every 1h."))
        rule = replace(rule, repeat=asked.repeat, pause=asked.pause)
    if asked.until is not None:
        rule = replace(rule, expires_at=until(asked, now))
    if asked.note is not None:
        rule = replace(rule, note=asked.note)
    if asked.value is None:
        return rule if asked.direction is None else replace(rule, direction=asked.direction)
    if rule.measure != PRICE:
        return replace(rule, threshold=asked.value, direction=asked.direction or rule.direction)
    if ticker is None:
        raise BadInput(_("The price is not known right now; try again in a moment."))
    words = replace(asked, symbol=rule.symbol, repeat=None, until=None, note=None)
    if words.percent and words.direction is None:
        words = replace(words, direction="up" if rule.direction == "up" else "down")
    level = rule_of(words, ticker, None, now)
    return replace(
        rule,
        direction=level.direction,
        threshold=level.threshold,
        percent=level.percent,
        anchor=level.anchor,
    )


async def market_of(found: Alert, services: Services) -> tuple[TickerReply | None, AtrReply | None]:
    """Return what is known now; a card is shown without it too."""
    rule = found.rule
    ticker: TickerReply | None = None
    atr: AtrReply | None = None
    try:
        ticker = (await services.market.tickers([rule.symbol])).tickers[0]
        if rule.measure.kind in (Kind.ATR_SHARE, Kind.REGIME, Kind.BREAKOUT):
            assert rule.measure.span is not None
            atr = await services.market.atr(AtrQuestion(rule.symbol, rule.measure.span))
    except (CryptoAssistantError, IndexError):
        pass
    return ticker, atr


async def _put(found: Alert, state: State, services: Services) -> Alert:
    """Delete or pause it, also where it fires meanwhile: whoever wants it gone means it still."""
    for _again in range(_CROSSINGS):
        if kept := await services.alerts.change(replace(found, state=state)):
            return kept
        found = await services.alerts.find(found.chat, found.number) or found
    return await _keep(replace(found, state=state), services)


async def _keep(after: Alert, services: Services) -> Alert:
    kept = await services.alerts.change(after)
    if kept is None:
        raise BadInput(_("It has changed this moment; look at it again in /alerts."))
    return kept


def _levels(found: Alert) -> Reply:
    """Offer levels around the one there is; any other is typed."""
    number, rule = found.number, found.rule
    example = code(f"/alert {number} {plain(rule.threshold)}")
    text = _("Type the new level, like {example}, or tap:").format(example=example)
    if rule.measure.kind is Kind.SUPERTREND:
        return _choices(found, _("Which way?"), ("up", "down"))
    if rule.measure.kind is Kind.BREAKOUT:
        multiples = (Press(in_style(f"{it} ATR"), f"alert {number} {it}") for it in _MULTIPLES)
        return _page(found, text, tuple(multiples))
    buttons = []
    for share in _STEPS:
        level = rule.threshold * (100 + Decimal(share)) / 100
        level = level.quantize(found.step if rule.measure == PRICE else Decimal("0.01"))
        if level > 0:
            buttons.append(Press(f"{share}%", f"alert {number} {plain(level)}"))
    return _page(found, text, tuple(buttons))


def _choices(found: Alert, text: str, choices: Sequence[str]) -> Reply:
    presses = [Press(_label(choice), f"alert {found.number} {choice}") for choice in choices]
    return _page(found, text, *(tuple(presses[at : at + 3]) for at in range(0, len(presses), 3)))


def _label(choice: str) -> str:
    """Name what a button says, such as `every 1h`, in the reader's language."""
    word, length = choice.partition(" ")[::2]
    named = {
        "once": _("once"),
        "every": _("every {length}"),
        "remind": _("remind {length}"),
        "until": _("until {length}"),
        "forever": _("forever"),
        "up": _("up"),
        "down": _("down"),
    }
    return named[word].format(length=length)


def _page(found: Alert, text: str, *rows: tuple[Press, ...]) -> Reply:
    """Return a question about an alert: which one it is stands above, the way back below."""
    head = f"🔔 {bold(f'#{found.number}')} {waits_for(found.rule, found.step)}"
    back = Press(_("‹ Back"), f"alert {found.number}")
    return Reply(f"{head}\n{text}", (*rows, (back,)), asks=f"alert {found.number}")
