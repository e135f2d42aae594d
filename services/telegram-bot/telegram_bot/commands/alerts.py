"""/alerts: all alerts of a chat, the nearest first, with buttons for each."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from common.errors import CryptoAssistantError
from common.wire import TickerReply
from telegram_bot.alerts import cards
from telegram_bot.alerts.cards import Now
from telegram_bot.alerts.rules import KEPT, MOST_PER_GROUP, MOST_PER_PERSON, Alert
from telegram_bot.commands import Command, Request, Services, alert_changes
from telegram_bot.commands.pages import page_of, turning
from telegram_bot.formatting.source import closing_lines, shown
from telegram_bot.reader import _, later
from telegram_bot.replies import Press, Reply, Rows

PAGE = 8
_OFFERED = ("BTC", "ETH", "SOL")
_OFF = ("paused", "fired")
_SWITCHES = ("pause", "arm", "delete", "undo")
_FAR = Decimal("Infinity")
_MOST_ASKED = 50  # markets a question; no more are active, but what has fired is kept for months


async def answer(request: Request, services: Services) -> Reply:
    """List a page of them, once a button of the list has done its part; teach where none is."""
    chat, words = request.speaker.chat, list(request.words)
    said = ""
    undo: Rows = ()
    if len(words) > 1 and words[0] in _SWITCHES and _counts(words[1]):
        verb, number, *words = words
        switched = await alert_changes.switch(int(number), verb, request, services)
        if verb == "delete":
            said = f"\n{alert_changes.deleted(switched)}"
            undo = (
                (Press(f"↩️ {_('Undo')} #{number}", " ".join(["alerts undo", number, *words])),),
            )
    alerts = await services.alerts.of_chat(chat)
    if not alerts:
        offered = tuple(Press(f"🔔 {base}", f"alert {base}", fresh=True) for base in _OFFERED)
        none = cards.none_yet(services.features.enabled("atr_alerts", chat))
        return Reply(none + said, (*undo, offered))
    tickers = await _tickers(alerts, services)
    prices = {symbol: ticker.price for symbol, ticker in tickers.items()}
    ordered = sorted(alerts, key=lambda it: (it.state in _OFF, _distance(it, prices), it.number))
    page = page_of(ordered, int(words[0]) if words and _counts(words[0]) else 1, PAGE)
    now = services.alerts.now()
    lines = [cards.line(it, _now(it, prices), now) for it in page.items]
    most = MOST_PER_PERSON if request.speaker.private else MOST_PER_GROUP
    kept = sum(alert.state in KEPT for alert in alerts)
    text = cards.overview(lines, kept, most) + said
    text = "\n".join([text, *_notes(page.items, tickers)])
    rows = (_buttons(alert, page.number) for alert in page.items)
    return Reply(text, (*rows, *undo, _closing(page.number, page.pages)))


def _counts(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= 6


async def _tickers(alerts: Sequence[Alert], services: Services) -> Mapping[str, TickerReply]:
    """Return the prices that can be had; a list is better than none without them."""
    active_first = sorted(alerts, key=lambda alert: alert.state not in KEPT)
    symbols = list(dict.fromkeys(alert.rule.symbol for alert in active_first))[:_MOST_ASKED]
    try:
        found = await services.market.tickers(symbols)
    except CryptoAssistantError:
        return {}
    return {ticker.symbol: ticker for ticker in found.tickers}


def _notes(alerts: Sequence[Alert], tickers: Mapping[str, TickerReply]) -> list[str]:
    """Say which of the prices that distances are told from are no market's."""
    symbols = sorted({alert.rule.symbol for alert in alerts}.intersection(tickers))
    return closing_lines([(shown(symbol).base, tickers[symbol]) for symbol in symbols])


def _now(alert: Alert, prices: Mapping[str, Decimal]) -> Now:
    return Now(price=prices.get(alert.rule.symbol))


def _distance(alert: Alert, prices: Mapping[str, Decimal]) -> Decimal:
    far = cards.distance(alert, _now(alert, prices))
    return _FAR if far is None else far


def _buttons(alert: Alert, page: int) -> tuple[Press, ...]:
    """Offer what a page of its own asks, and what changes the list where it stands."""
    number = alert.number
    on_off = ("🔔", "arm") if alert.state in _OFF else ("⏸", "pause")
    return (
        Press(f"#{number} ✏️", f"alert {number} level", fresh=True),
        Press("🔁", f"alert {number} repeat", fresh=True),
        Press(on_off[0], f"alerts {on_off[1]} {number} {page}"),
        Press("🗑", f"alerts delete {number} {page}"),
    )


def _closing(number: int, pages: int) -> tuple[Press, ...]:
    refresh = Press(_("🔄 Refresh"), f"alerts {number}")
    return (*turning("alerts", number, pages), refresh)


COMMAND = Command(
    name="alerts",
    usage="/alerts [PAGE]",
    summary=later("your alerts, the nearest first"),
    examples=("/alerts",),
    answer=answer,
    flag="alerts",
    groups="admins",
)
