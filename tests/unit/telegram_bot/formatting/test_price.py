"""The card and the two lines about one market."""

from telegram_bot.formatting.price import price_card
from tests.support.replies import ticker_reply

CARD = """\
<b>Bitcoin</b> · <code>BTC/USDT</code> · Binance
<b>67,250.10</b> USDT 🟢 <b>+2.41%</b> (24h)
<pre>1h          +0.32%
24h         +2.41%   +1,582.55
7d          -4.07%
High 24h    67,980.00
Low 24h     65,402.55
In range    72% of low-high
Volume 24h  1.84B USDT</pre>
<i>as of <tg-time unix="1795248720" format="T">08:12:00 UTC</tg-time>, 2 s old</i>"""


def test_the_card_of_bitcoin_is_exact() -> None:
    assert price_card(ticker_reply()) == CARD
