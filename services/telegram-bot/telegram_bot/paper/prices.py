"""Which price a paper trade is filled at: that of the profile's exchange, and only a sure one."""

from decimal import Decimal

from common.wire import CandlesReply, TickerReply
from telegram_bot.profiles import Profile
from telegram_bot.simulation.prices import OLDEST_SECONDS, prices_at
from telegram_bot.simulation.terms import Terms


def sure_price(ticker: TickerReply, profile: Profile, now: float | None = None) -> Decimal | None:
    """Return the price to fill at; None where it is another exchange's, old or disputed.

    Args:
        now: UTC seconds by which the price must be new; None: who asks sees its age.
    """
    if ticker.stale or not ticker.alertable:
        return None
    if now is not None and now - ticker.as_of.timestamp() > OLDEST_SECONDS:
        return None
    return prices_at(ticker).get(profile.exchange)


def told_by(ticker: TickerReply) -> set[str]:
    """Return the exchanges that a ticker has a price of."""
    return {ticker.source, *(one.name for one in ticker.sources)}


def sure_candles(candles: CandlesReply, profile: Profile) -> bool:
    """Say whether candles are the profile's exchange's, and may be decided by."""
    return candles.source == profile.exchange and candles.quality != "disputed"


def terms_of(ticker: TickerReply, profile: Profile) -> Terms:
    """Return what a trade costs in a market."""
    return Terms(profile.fee_pct, profile.slippage_pct, ticker.price_step, ticker.lot_step)
