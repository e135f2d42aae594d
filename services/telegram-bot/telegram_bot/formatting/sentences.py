"""Sentences about bad input that come in English from elsewhere: told in the reader's language.

The market-data service and the shared words know no languages. A sentence that is not known here
stays English: better so than untold.
"""

import re

from telegram_bot.reader import _, later, reader

# Each is a text whose names in braces match anything; the longer ones first.
_KNOWN = (
    later(
        "{word} holds the {kind} letter {letter}, which may only look Latin. "
        "Type the name with Latin letters, for example BTC."
    ),
    later("{word} is not a market's name. Write BTC, ETH-USD or SOL/USDT."),
    later("{word} is several markets. Write {known}."),
    later("A market needs a name, for example BTC or ETH-USD."),
    later("{market} on {timeframe} has {have} closed candles; this needs {need}."),
    later("{market} has no {timeframe} candles. Use {known}."),
    later("{word} is not a timeframe. Use {known}."),
    later("A correlation needs 2 different markets, for example BTC-USD,ETH-USD."),
    later("The price did not move in these candles, so ATR is 0 and gives no stop."),
    later("{value}: use on, off, table, or 0 to 100."),
    later("{value} is no share: use 0 to 100 percent, to the hundredth."),
    later("{value} is no time: use 30m, 4h or 7d, up to {most}d."),
    later("{flag} is killed in {environment}: set it first."),
    later(
        "{flag} has {percent} % in {environment}: less takes it from people who have it. "
        "Say --shrink to do so."
    ),
    later("{count} changes wait for the ledger: `record` them first."),
    later("FLAG_OVERRIDES names no place where flags can be turned."),
    later(
        "A stop {multiple}x ATR below {entry} would not be a price above 0. "
        "Use a smaller multiple or a shorter timeframe."
    ),
)


_KINDS = (later("Cyrillic"), later("Greek"))  # of letters that look Latin; others stay English


def translated(sentence: str) -> str:
    """Return a sentence in the reader's language, if it is one of those that are known.

    >>> from telegram_bot.reader import Reader, reading_as
    >>> with reading_as(Reader(language="de")):
    ...     translated("'a?b' is not a market's name. Write BTC, ETH-USD or SOL/USDT.")
    "'a?b' ist kein Name eines Marktes. Schreib BTC, ETH-USD oder SOL/USDT."
    """
    if reader().language == "en":
        return sentence
    for text in _KNOWN:
        if found := _pattern(text).fullmatch(sentence):
            names = found.groupdict()
            kind = names.get("kind")
            return _(text).format(**(names | {"kind": _(kind)} if kind else names))
    return sentence


def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", text)
    literal = [re.escape(part) for part in parts[::2]]
    names = [f"(?P<{name}>.+)" for name in parts[1::2]]
    return re.compile("".join(a + b for a, b in zip(literal, [*names, ""], strict=True)))
