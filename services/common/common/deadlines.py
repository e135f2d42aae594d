"""How long each one waits for the next: always longer than that one may take to say no.

A person waits for the bot, the bot for market-data, market-data for an exchange. Were it the other
way round, whoever stands in front would give up first, and nobody would learn why. A cold ATR on
Kraken, which takes a call a second, is there after three and a half seconds.

An exchange may go on for longer than market-data waits: what comes then is kept for the next one.
"""

EXCHANGE_SECONDS = 8.0
"""For one question to an exchange, with waiting for our turn and with further attempts."""

MARKET_DATA_SECONDS = 5.0
"""From a question to market-data until its answer is there, which may be that it has none."""

SILENCE_SECONDS = 5.5
"""How long the bot waits for a market-data that says nothing: then that one hangs."""

BOT_SECONDS = 6.0
"""For everything that the bot asks market-data about one thing, to the last byte."""
