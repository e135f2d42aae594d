"""What an amount of one asset comes to in another, and over which markets."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from common.assets import QUOTES
from common.wire import TickerReply
from telegram_bot.arithmetic.conversion import Leg
from telegram_bot.formatting.html import bold, code, escape
from telegram_bot.formatting.numbers import exactly, money, plain, price
from telegram_bot.formatting.rounding import price_digits, to_places
from telegram_bot.formatting.source import as_of, closing_lines, shown, source_name, stale_among
from telegram_bot.reader import _

_CURRENCIES = frozenset(QUOTES) - {"BTC", "ETH"}


def conversion_card(
    amount: Decimal, result: Decimal, way: Sequence[Leg], tickers: Mapping[str, TickerReply]
) -> str:
    """Return the result, the rate of each step, and how old the oldest of them is."""
    have, want = way[0].have, way[-1].want
    used = [tickers[leg.market] for leg in way]
    labelled = [(shown(ticker.symbol).shown, ticker) for ticker in used]
    stale = [pair for pair in labelled if pair[1].stale]
    oldest = min(used, key=lambda ticker: ticker.as_of)
    lines = [stale_among([label for label, _ticker in stale], oldest)] if stale else []
    lines.append(bold(f"{exactly(amount)} {have} = {worth(result, want)} {want}"))
    lines.extend(_rate(ticker) for ticker in used)
    if len(way) > 1:
        assets = [leg.have for leg in way] + [want]
        lines.append(_("way: {assets}").format(assets=escape(" → ".join(assets))))
    if oldest.quality != "recorded":
        lines.append(as_of(oldest))
    return "\n".join(lines + closing_lines(labelled))


def worth(amount: Decimal, asset: str) -> str:
    """Write an amount of an asset: cents for currencies, five significant digits for coins.

    >>> worth(Decimal("33625.05"), "EUR"), worth(Decimal("9.845502"), "ETH")
    ('33,625.05', '9.8455')
    """
    return money(amount) if asset in _CURRENCIES else price(amount)


def worth_to_copy(amount: Decimal, asset: str) -> str:
    """Write the same digits in machine form.

    >>> worth_to_copy(Decimal("33625.054"), "EUR"), worth_to_copy(Decimal("9.845502"), "ETH")
    ('33625.05', '9.8455')
    """
    if asset in _CURRENCIES and abs(amount) >= 1:
        return plain(to_places(amount, 2))
    return plain(price_digits(amount, None))


def no_way(have: str, want: str) -> str:
    """Say that no market leads from one asset to the other."""
    return _("No market here leads from {have} to {want}, not even over USD or USDT.").format(
        have=code(have), want=code(want)
    )


def into_what(amount: Decimal, have: str) -> str:
    """Ask for the asset that is missing."""
    return _("Into what shall I convert {amount}? Example: {example}").format(
        amount=bold(f"{exactly(amount)} {have}"),
        example=code(f"/convert {plain(amount)} {have.lower()} in eur"),
    )


def _rate(ticker: TickerReply) -> str:
    market = shown(ticker.symbol)
    return (
        f"1 {market.base} = {price(ticker.price, ticker.price_step)} {market.quote} "
        f"· {escape(source_name(ticker.source))}"
    )
