"""`wake me if btc drops 5%`: sentences that ask for an alert, in English and German."""

from telegram_bot.commands.talk_meaning import Meaning, Sure, Unsure
from telegram_bot.commands.talk_words import Sentence
from telegram_bot.reader import _

_CALLS = frozenset(
    ("wake", "alert", "notify", "tell", "ping", "warn", "remind", "text", "message", "know")
    + ("weck", "wecke", "sag", "sage", "melde", "meld", "warne", "warn", "erinnere", "erinner")
    + ("bescheid", "benachrichtige", "schreib", "informiere", "alarm", "alarmiere")
)
_ALERTS = frozenset(("alert", "alarm", "notify", "alarmiere"))
_IFS = frozenset(("if", "when", "once", "as", "wenn", "falls", "sobald"))
_DOWN = frozenset(
    ("drop", "drops", "dropped", "fall", "falls", "dip", "dips", "lose", "loses", "sink", "sinks")
    + ("crash", "crashes", "down", "dumps", "fällt", "faellt", "sinkt", "verliert", "runter")
    + ("stürzt", "abstürzt", "minus")
)
_UP = frozenset(
    ("rise", "rises", "climb", "climbs", "gain", "gains", "jump", "jumps", "pump", "pumps", "up")
    + ("grows", "rallies", "steigt", "klettert", "gewinnt", "springt", "hoch", "plus", "zulegt")
)
_ABOVE = frozenset(("above", "over", "past", "exceeds", "breaks", "über", "ueber", "übersteigt"))
_BELOW = frozenset(("below", "under", "beneath", "unter", "unterschreitet"))
_TO = frozenset(("to", "at", "auf", "zu", "bei"))
_REACHES = frozenset(("hits", "hit", "reaches", "touches", "erreicht", "berührt", "is", "ist"))
_ROUGHLY = frozenset(("near", "about", "around", "almost", "etwa", "ungefähr", "fast", "rund"))
_MOVES = frozenset(("moves", "move", "changes", "swings", "bewegt", "ändert", "schwankt"))
_WINDOWS = {"1h": "1h", "24h": "24h", "4h": "4h", "15m": "15m", "30m": "30m", "2h": "2h"}
_MORE = {"6h": "6h", "12h": "12h", "15min": "15m", "30min": "30m", "60m": "1h", "1d": "24h"}


def meaning(said: Sentence) -> Meaning | None:
    """Return the alert that a sentence asks for; what it leaves open is asked, never guessed."""
    if not said.has(_CALLS) or not (said.has(_IFS) or _names_one(said)):
        return None
    if len(said.coins) != 1:
        return None
    coin = said.coins[0]
    down, up = said.has(_DOWN), said.has(_UP)
    below, above = said.has(_BELOW), said.has(_ABOVE)
    if (down and up) or (below and above) or len(said.percents) + len(said.numbers) > 1:
        return _which(coin, said)
    if said.percents:
        return _share(coin, said, down, up)
    if not said.numbers:
        return Sure(f"alert {coin}")  # which offers prices and changes
    level = said.numbers[0]
    if below or (down and said.has(_TO)):
        return Sure(f"alert {coin} < {level}")
    if above or (up and said.has(_TO)):
        return Sure(f"alert {coin} > {level}")
    if down or up:
        return _how_far(coin, level, down)
    if (said.has(_REACHES | _TO) or not said.has(_IFS)) and not said.has(_ROUGHLY):
        return Sure(f"alert {coin} {level}")  # from where the price is now
    return _which(coin, said)


def _names_one(said: Sentence) -> bool:
    """Say whether an alert is named as such, and at what: `set an alert for eth at 2500`."""
    return said.has(_ALERTS) and bool(said.numbers or said.percents)


def _share(coin: str, said: Sentence, down: bool, up: bool) -> Meaning | None:
    """Read a percentage: from now, or within a window."""
    percent = said.percents[0]
    known = {**_WINDOWS, **_MORE}
    windows = [known[span] for span in said.spans if span in known]
    if len(said.spans) > 1 or len(windows) < len(said.spans):
        return Unsure(
            _("Within which time? A window is 15m to 24h long."),
            tuple(f"alert {coin} {_signed(percent, down, up)} {span}" for span in ("1h", "24h")),
        )
    window = f" {windows[0]}" if windows else ""
    if down or up:
        return Sure(f"alert {coin} {_signed(percent, down, up)}{window}")
    if window and said.has(_MOVES):
        return Sure(f"alert {coin} {percent}%{window}")
    return Unsure(
        _("Up or down?"),
        (f"alert {coin} +{percent}%{window}", f"alert {coin} -{percent}%{window}"),
    )


def _signed(percent: str, down: bool, up: bool) -> str:
    return f"{'-' if down else '+' if up else ''}{percent}%"


def _how_far(coin: str, level: str, down: bool) -> Unsure:
    """`drops 5` may be five percent, or a price of five."""
    sign, beyond = ("-", "<") if down else ("+", ">")
    return Unsure(
        _("By a share, or to a price?"),
        (f"alert {coin} {sign}{level}%", f"alert {coin} {beyond} {level}"),
    )


def _which(coin: str, said: Sentence) -> Unsure:
    """Ask for one thing where several were said, or no direction was."""
    levels = [
        f"alert {coin} {beyond} {level}" for level in said.numbers[:2] for beyond in (">", "<")
    ]
    shares = [f"alert {coin} {sign}{share}%" for share in said.percents[:2] for sign in ("+", "-")]
    return Unsure(_("Which alert shall it be?"), tuple(levels + shares))
