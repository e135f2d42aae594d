"""What must have become of paper accounts after a replayed day, and what did."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Engine, select

from common.market import Candle
from telegram_bot.adapters.database_paper_tables import paper_accounts
from telegram_bot.adapters.database_paper_tables import paper_decisions as decided
from telegram_bot.adapters.database_paper_tables import paper_trades
from telegram_bot.adapters.database_tables import SENT, outbox
from telegram_bot.paper.book import MOST_DECISIONS, Decided, Paper
from telegram_bot.simulation.account import Position, Trade
from telegram_bot.simulation.exits import followed, hit
from tests.support.replay_papers import PRESET, SPAN, candles, end_of
from tests.support.replay_world import DAY, MINUTE, ReplayWorld


@dataclass
class PaperVerdict:
    """What a day did to paper accounts.

    Attributes:
        missed: Levels that the candles reached, with the position still held; `unexplained`: ends
            that no candle explains; `twice`: positions that ended more than once.
        broken: Accounts whose cash is not what their trades say.
        untold: Trades that no message told.
        doubtful: Messages whose outcome the bot had marked as unknown.
        undecided: Closed candles that a preset did not decide at exactly once, or not as it must.
    """

    positions: int = 0
    trades: int = 0
    decisions: int = 0
    missed: int = 0
    unexplained: int = 0
    twice: int = 0
    broken: int = 0
    untold: int = 0
    doubtful: int = 0
    undecided: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        bad = (self.missed, self.unexplained, self.twice, self.broken, self.untold, self.undecided)
        return not any(bad)


def judge(engine: Engine, world: ReplayWorld, papers: Sequence[Paper]) -> PaperVerdict:
    """Compare what is kept with what the candles say."""
    with engine.connect() as connection:
        kept = {row.chat: row for row in connection.execute(select(paper_accounts))}
        trades = _by_chat(connection.execute(select(paper_trades)), "trade", Trade)
        decisions = _by_chat(connection.execute(select(decided)), "decided", Decided)
        sent = select(outbox.c.chat).where(outbox.c.key.startswith("paper"), outbox.c.state == SENT)
        told = Counter(connection.scalars(sent))
        doubted = select(outbox.c.id).where(outbox.c.key.startswith("paper"), outbox.c.doubtful > 0)
        verdict = PaperVerdict(doubtful=len(connection.scalars(doubted).all()))
    for paper in papers:
        mine = trades.get(paper.chat, [])
        after = msgspec.json.decode(kept[paper.chat].state, type=Paper)
        verdict.trades += len(mine)
        for held in paper.account.positions:
            _judge_position(verdict, world, held, [it for it in mine if it.symbol == held.symbol])
        if not paper.autos:
            cash = paper.account.cash + sum(it.proceeds for it in mine)
            verdict.broken += after.account.cash != cash
            verdict.untold += told[paper.chat] != len(mine)
        else:
            verdict.untold += told[paper.chat] < len(mine)
            _judge_preset(verdict, world, paper.autos[0].symbol, decisions.get(paper.chat, []))
    return verdict


def _by_chat(rows: Any, column: str, shape: Any) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.chat, []).append(msgspec.json.decode(row._mapping[column], type=shape))
    return found


def _judge_position(
    verdict: PaperVerdict, world: ReplayWorld, held: Position, ends: Sequence[Trade]
) -> None:
    verdict.positions += 1
    verdict.twice += max(0, len(ends) - 1)
    past = _past(world, held)
    is_over = len(past) < len(world.tracks[held.symbol].lows)
    if is_over and not ends:
        verdict.missed += 1
        verdict.examples.append(f"held on beyond minute {len(past) - 1}: {held}")
    for trade in ends:
        verdict.reasons[trade.reason] += 1
        if not _explained(world, past, trade):
            verdict.unexplained += 1
            verdict.examples.append(f"{trade} of {held}")


def _past(world: ReplayWorld, held: Position) -> list[Position]:
    """Return a position as each minute finds it; the last one is the minute in which it ends."""
    past = []
    for minute in range(len(world.tracks[held.symbol].lows)):
        candle = _candle(world, held.symbol, minute)
        past.append(held)
        if hit(held, candle) is not None:
            break
        held = followed(held, candle.high)
    return past


def _candle(world: ReplayWorld, symbol: str, minute: int) -> Candle:
    bar = world.tracks[symbol].bar(minute)
    assert bar.open is not None
    return Candle(
        datetime.fromtimestamp(bar.begins, UTC), bar.open, bar.high, bar.low, bar.close, Decimal(0)
    )


def _explained(world: ReplayWorld, past: Sequence[Position], trade: Trade) -> bool:
    """Say whether the candle of a trade's minute reached the level that it names.

    A candle is known only in the minute after it, in which a price may come first.
    """
    minute = int(trade.closed_at - DAY.timestamp()) // MINUTE
    if minute > len(past):
        return False
    held, bar = past[min(minute, len(past) - 1)], world.tracks[trade.symbol].bar(minute)
    if trade.reason == "target":
        return held.target is not None and bar.high >= held.target
    fits = trade.reason == ("trailing stop" if held.trailed else "stop")
    return fits and held.stop is not None and bar.low <= held.stop


def _judge_preset(
    verdict: PaperVerdict, world: ReplayWorld, symbol: str, found: Sequence[Decided]
) -> None:
    """Each closed candle has one decision, and it is the one of the pure preset."""
    strategy = PRESET.strategy()
    due = [(end_of(one), strategy.see(one).action) for one in candles(world, symbol)]
    verdict.decisions += len(found)
    ends = [one.at for one in found]
    verdict.undecided += len(ends) - len(set(ends))
    wanted = dict(due[-min(MOST_DECISIONS, len(due)) :])
    for one in found:
        if wanted.pop(one.at, None) != one.action:
            verdict.undecided += 1
            verdict.examples.append(f"not what {SPAN.value} candles say: {one}")
    verdict.undecided += len(wanted)
