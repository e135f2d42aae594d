"""Plain sentences as commands, by a small grammar: the same words always mean the same.

A sentence that it does not know for certain means nothing to it. Where money is at stake it asks,
and does nothing before a tap.
"""

from collections.abc import Collection

from telegram_bot.commands import talk_alerts
from telegram_bot.commands.talk_meaning import Meaning, Sure, Unsure
from telegram_bot.commands.talk_words import IsCoin, Sentence, read
from telegram_bot.reader import _

MOST_LETTERS = 200

_NOT = frozenset(
    ("not", "don't", "dont", "don’t", "never", "stop", "without", "nicht", "kein", "keine", "nie")
)
_VOLATILE = frozenset(
    ("volatile", "volatility", "vola", "swing", "swings", "wild", "risky", "volatil", "volatilität")
    + ("schwankt", "schwankung", "schwankungen", "riskant")
)
# A span as the timeframe and the number of candles that fill it.
_WINDOWS = {
    "24h": "15m 96",
    "1d": "15m 96",
    "7d": "1h 168",
    "1w": "1h 168",
    "30d": "4h 180",
    "365d": "1d 365",
}
_CHART = frozenset(("chart", "graph", "candles", "plot", "verlauf", "kerzen"))
_ATR = frozenset(("atr",))
_RANKINGS = {
    "gainers": ("gainers", "winners", "gewinner"),
    "losers": ("losers", "verlierer"),
}
_MINE = frozenset(("my", "mine", "meine", "mein", "meinen", "show", "zeig", "zeige"))
_OWN = {
    "watchlist": ("watchlist", "list", "liste", "coins"),
    "portfolio": ("portfolio", "holdings", "depot", "bestand"),
    "alerts": ("alerts", "alarme"),
    "digest now": ("digest", "überblick", "zusammenfassung"),
}
# What people ask of a bot in few words, without a coin.
_ASKED: tuple[tuple[str, frozenset[str]], ...] = (
    ("help", frozenset(("what", "can", "you", "do"))),
    ("help", frozenset(("was", "kannst", "du"))),
    ("mydata", frozenset(("my", "data"))),
    ("mydata", frozenset(("meine", "daten"))),
    ("settings language de", frozenset(("german",))),
    ("settings language de", frozenset(("deutsch",))),
    ("settings language en", frozenset(("english",))),
    ("settings language en", frozenset(("englisch",))),
    ("settings language", frozenset(("language",))),
    ("settings language", frozenset(("sprache",))),
    ("settings tz", frozenset(("time", "zone"))),
    ("settings tz", frozenset(("zeitzone",))),
)
_FEW = 6
_BUY = frozenset(("buy", "bought", "kaufe", "kauf", "kaufen", "gekauft"))
_SELL = frozenset(("sell", "sold", "verkaufe", "verkauf", "verkaufen", "verkauft"))
_IN = frozenset(("in", "to", "into", "nach", "zu", "as", "="))
_CONVERT = frozenset(("convert", "exchange", "umrechnen", "rechne", "tausche", "worth", "wert"))
_HOW_MUCH = frozenset(
    ("much", "viel", "many", "viele", "sind", "is", "are", "ist", "kosten", "wieviel", "wieviele")
    + ("kostet", "cost", "costs")
)
_ASIDE = frozenset(
    ("how", "wie", "what", "was", "the", "der", "of", "von", "vom", "now", "right", "gerade")
    + ("jetzt", "please", "bitte", "does", "i", "get", "for", "für", "bekomme", "ich")
    + ("a", "an", "one", "ein", "eine", "einen", "einem")
)


def understand(text: str, is_coin: IsCoin) -> Meaning | None:
    """Return what a sentence means; None where it means nothing for certain.

    Args:
        is_coin: Whether a base asset, in capitals, is known.

    >>> understand("how volatile is eth this week?", lambda base: base == "ETH").command
    'stats ETH 1h 168'
    """
    if len(text) > MOST_LETTERS or "\n" in text.strip():
        return None
    said = read(text, is_coin)
    if said.has(_NOT):
        return None
    for reading in (_trade, talk_alerts.meaning, _about_one, _ranking, _own, _asked, _conversion):
        if (found := reading(said)) is not None:
            return found
    return None


def _about_one(said: Sentence) -> Meaning | None:
    """Read questions about one coin: how volatile it is, its chart, its ATR."""
    if len(said.coins) != 1 or said.numbers or said.percents or len(said.spans) > 1:
        return None
    coin, span = said.coins[0], said.spans[0] if said.spans else None
    if said.has(_VOLATILE):
        if span is None:
            return Sure(f"atr {coin}")
        return Sure(f"stats {coin} {_WINDOWS[span]}" if span in _WINDOWS else f"atr {coin} {span}")
    timeframe = f" {span}" if span and span not in ("24h", "7d", "30d", "365d") else ""
    if said.has(_CHART):
        return Sure(f"chart {coin}{timeframe}")
    if said.has(_ATR):
        return Sure(f"atr {coin}{timeframe}")
    return None


def _ranking(said: Sentence) -> Meaning | None:
    if said.coins or said.numbers:
        return None
    for order, names in _RANKINGS.items():
        if said.has(names):
            return Sure(f"top {order}")
    return None


def _own(said: Sentence) -> Meaning | None:
    """Read `my portfolio`, `show my watchlist`, `meine alarme`."""
    if said.coins or said.numbers or not said.has(_MINE):
        return None
    found = [command for command, names in _OWN.items() if said.has(names)]
    return Sure(found[0]) if len(found) == 1 else None


def _asked(said: Sentence) -> Meaning | None:
    """Read `what can you do?`, `auf deutsch bitte`, `delete my data`, which asks again."""
    if said.coins or said.numbers or len(said.words) > _FEW:
        return None
    words = frozenset(said.words)
    return next((Sure(command) for command, all_of in _ASKED if all_of <= words), None)


def _conversion(said: Sentence) -> Meaning | None:
    """Read an amount and one or two coins; what an amount shall become is asked, not guessed."""
    counted = [said.counted] if said.counted and not said.currencies else []
    assets = list(dict.fromkeys((*said.currencies, *_assets([*counted, *said.coins]))))
    if len(said.numbers) > 1 or said.percents or said.spans or not 0 < len(assets) <= 2:
        return None
    if not _all_known(said.words, _IN | _CONVERT | _HOW_MUCH | _ASIDE):
        return None
    if said.numbers:
        return Sure(f"convert {said.numbers[0]} {' '.join(assets)}")
    # `btc in eur` and `price of btc in eur` ask for that market.
    asks = said.has(_HOW_MUCH | _CONVERT) and (bool(counted) or said.has(_IN))
    return Sure(f"convert 1 {' '.join(assets)}") if asks and len(assets) == 2 else None


def _trade(said: Sentence) -> Meaning | None:
    """Read `buy 0.5 btc`: nothing is ever bought, and nothing is noted before a tap."""
    buys, sells = said.has(_BUY), said.has(_SELL)
    if buys == sells or len(said.coins) != 1:
        return None
    coin, verb = said.coins[0], "add" if buys else "sell"
    question = _("I cannot trade, but I can do this:")
    if not said.numbers:
        return Unsure(question, (f"portfolio {verb} {coin}", f"paper {_verb(buys)} {coin}"))
    amount = said.numbers[0]
    price = f" @{said.numbers[1]}" if len(said.numbers) == 2 else ""
    return Unsure(
        question,
        (f"portfolio {verb} {coin} {amount}{price}", f"paper {_verb(buys)} {coin} {amount}"),
    )


def _verb(buys: bool) -> str:
    return "buy" if buys else "sell"


def _assets(coins: Collection[str]) -> list[str]:
    """Return base assets, and the quote asset where a market names one: `btc-eur` is two."""
    return [asset for coin in coins for asset in coin.split("-")]


def _all_known(words: Collection[str], known: Collection[str]) -> bool:
    return all(word in known for word in words)
