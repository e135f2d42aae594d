"""A preset over candles that have closed, against having held from the first decision on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from common.market import Candle
from telegram_bot.simulation.account import Account, Trade, affordable, buy, sell
from telegram_bot.simulation.presets import Preset
from telegram_bot.simulation.terms import Terms
from telegram_bot.simulation.trading import Rule, Trader, fill, live_through


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a backtest.

    Attributes:
        at: Opening times of the candles after the warm-up, UTC seconds.
        worth, held: The account and an account that holds, at the close of each of them.
        trades: Oldest first; a position that is open at the end is sold there, as `end`.
        in_market: Candles at whose close a position was held.
    """

    start: Decimal
    at: Sequence[float]
    worth: Sequence[Decimal]
    held: Sequence[Decimal]
    trades: Sequence[Trade]
    in_market: int


@dataclass(slots=True)
class Backtest:
    """A preset that goes through candles, oldest first, as they come: page by page.

    The first candles settle the preset's indicators and are not traded.
    """

    preset: Preset
    symbol: str
    rule: Rule
    terms: Terms
    start: Decimal
    seen: int = 0
    _at: list[float] = field(default_factory=list)
    _worth: list[Decimal] = field(default_factory=list)
    _held: list[Decimal] = field(default_factory=list)
    _trades: list[Trade] = field(default_factory=list)
    _in_market: int = 0

    def run(self, candles: Sequence[Candle], warm_up: int) -> Iterator[int]:
        """Go through the candles; yield how many were seen, from time to time.

        Args:
            warm_up: Candles that are seen and not traded.
        """
        strategy = self.preset.strategy()
        trader = Trader(self.symbol, Account(self.start), self.rule, self.terms)
        holder: Account | None = None
        for number, candle in enumerate(candles):
            opened = candle.opened_at.timestamp()
            if number >= warm_up:
                holder = holder or self._holding(candle, opened)
                trader, ended = fill(trader, candle.open, opened)
                trader, stopped = live_through(trader, candle)
                self._trades += [trade for trade in (ended, stopped) if trade is not None]
                self._note(trader.account, holder, candle, opened)
            decision = strategy.see(candle)
            if number >= warm_up - 1:
                trader = replace(trader, order=decision)
            self.seen = number + 1
            if self.seen % 100 == 0:
                yield self.seen
        self._close(trader, candles)

    def outcome(self) -> Outcome:
        """Return what came of it; call it once `run` has ended."""
        return Outcome(self.start, self._at, self._worth, self._held, self._trades, self._in_market)

    def _holding(self, candle: Candle, at: float) -> Account:
        """Buy with all cash at the first opening: what doing nothing else would have brought."""
        account = Account(self.start)
        quantity = affordable(self.start, candle.open, self.terms)
        if quantity <= 0:
            return account
        return buy(account, self.symbol, quantity, candle.open, at, self.terms)

    def _note(self, account: Account, holder: Account, candle: Candle, at: float) -> None:
        prices = {self.symbol: candle.close}
        self._at.append(at)
        self._worth.append(account.worth(prices))
        self._held.append(holder.worth(prices))
        self._in_market += account.position(self.symbol) is not None

    def _close(self, trader: Trader, candles: Sequence[Candle]) -> None:
        """Sell what is left, so that its fee counts too."""
        if trader.account.position(self.symbol) is None or not self._at:
            return
        last = candles[-1]
        at = last.opened_at.timestamp()
        after, trade = sell(trader.account, self.symbol, None, last.close, at, self.terms, "end")
        self._trades.append(trade)
        self._worth[-1] = after.worth({})
