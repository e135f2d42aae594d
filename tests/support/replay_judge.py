"""What people were told in a replayed day, against what the candles say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, select

from telegram_bot.adapters.database_alert_tables import alert_fires
from telegram_bot.adapters.database_tables import SENT, outbox
from telegram_bot.alerts.rules import PRICE, Alert
from telegram_bot.alerts.windows import Extremes
from telegram_bot.paper.book import Paper
from tests.support import replay_paper_judge
from tests.support.replay_paper_judge import PaperVerdict
from tests.support.replay_world import DAY, TICK, ReplayWorld
from tests.support.replayed_telegram import RecordingTelegram


@dataclass
class Verdict:
    """What a replay showed; see `fine`.

    Attributes:
        lost: Fires that no message told, and crossings without a fire.
        twice: Messages that came more often than once, and those of them whose outcome the bot
            had marked as unknown.
        unexplained: Fires that no candle explains.
    """

    alerts: int
    kills: int = 0
    fires: int = 0
    messages: int = 0
    lost: int = 0
    missed: int = 0
    twice: int = 0
    doubtful: int = 0
    unexplained: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    papers: PaperVerdict = field(default_factory=PaperVerdict)
    examples: list[str] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        """Nothing lost, and nothing twice but what a kill found on its way, and was doubted."""
        return (
            not self.lost
            and not self.missed
            and not self.unexplained
            and self.twice <= (self.doubtful if self.kills else 0)
            and self.fires > 0
            and self.papers.fine
        )


def _fires(engine: Engine) -> list[Any]:
    fires = select(alert_fires, outbox.c.state, outbox.c.doubtful).select_from(
        alert_fires.outerjoin(outbox, outbox.c.key == alert_fires.c.message)
    )
    with engine.connect() as connection:
        return list(connection.execute(fires.order_by(alert_fires.c.moment)).all())


def judge(
    verdict: Verdict,
    world: ReplayWorld,
    alerts: Sequence[Alert],
    papers: Sequence[Paper],
    engine: Engine,
    telegram: RecordingTelegram,
) -> None:
    """Compare what was told with what the candles say."""
    fires = _fires(engine)
    by_id = {alert.id: alert for alert in alerts}
    mine: dict[int, list[Any]] = {}
    keys: set[str] = set()
    for row in fires:
        alert = by_id[row.alert]
        mine.setdefault(row.alert, []).append(row)
        told = (alert.chat, alert.number, row.moment // 1_000)
        verdict.lost += telegram.told[told] == 0 or row.state != SENT
        verdict.kinds[_kind(alert)] += 1
        if row.doubtful and row.message not in keys:
            verdict.doubtful += 1
        keys.add(row.message)
    verdict.fires, verdict.messages = len(fires), telegram.messages
    verdict.twice = telegram.messages - len(keys)
    verdict.papers = replay_paper_judge.judge(engine, world, papers)
    verdict.twice += telegram.about_paper.total() - len(telegram.about_paper)
    verdict.doubtful += verdict.papers.doubtful
    for alert in alerts:
        _judge_one(verdict, world, alert, mine.get(alert.id, []))


def _judge_one(verdict: Verdict, world: ReplayWorld, alert: Alert, fires: Sequence[Any]) -> None:
    rule = alert.rule
    if rule.measure != PRICE:
        moves = _moves(
            world, rule.symbol, float(rule.measure.span.seconds if rule.measure.span else 0)
        )
        if not fires and moves.certain(alert):
            verdict.missed += 1
            verdict.examples.append(f"missed {alert}")
        verdict.unexplained += sum(not moves.possible(alert, row) for row in fires)
        return
    if rule.repeat == "once":
        verdict.unexplained += max(0, len(fires) - 1)
    if not fires and _crossed(world, alert):
        verdict.missed += 1
        verdict.examples.append(f"missed {alert}")
    anchor = rule.threshold
    for row in fires:
        if not _explained(world, alert, anchor, row):
            verdict.unexplained += 1
            verdict.examples.append(f"unexplained {_kind(alert)} {row.moment} {alert.rule}")
        if rule.percent is not None:
            anchor = Decimal(row.price) * (100 + rule.percent) / 100


def _explained(world: ReplayWorld, alert: Alert, level: Decimal, row: Any) -> bool:
    """Say whether the candle of the fire's minute reached the level on the right side."""
    track = world.tracks[alert.rule.symbol]
    minutes = _minutes(row, len(track.lows))
    if alert.rule.direction == "up":
        return any(track.highs[minute] * track.step >= level for minute in minutes)
    return any(track.lows[minute] * track.step <= level for minute in minutes)


def _minutes(row: Any, count: int) -> set[int]:
    """Return the minute of a fire, and the one that has just ended then."""
    at = row.moment / 1_000 - DAY.timestamp()
    return {min(max(0, int(it // 60)), count - 1) for it in (at, at - 0.001)}


def _crossed(world: ReplayWorld, alert: Alert) -> bool:
    """Say whether the day has a cross that nobody can deny: by its prices and its minutes.

    A candle is known some seconds after its end, and prices come every ten. So what comes back at
    the end of a minute may be seen as late as in the next one, whose candle then proves nothing.
    """
    track, up = world.tracks[alert.rule.symbol], alert.rule.direction == "up"
    level = alert.rule.threshold / track.step
    sure_from = 1 if alert.state == "armed" else None  # candle 0 began as the alerts were set
    for minute, (low, high, close) in enumerate(
        zip(track.lows, track.highs, track.closes, strict=True)
    ):
        far = high >= level if up else low <= level
        if sure_from is not None and minute >= sure_from and far:
            return True
        closes_near = close < level if up else close > level
        if sure_from is None and closes_near:
            sure_from = minute + 2
    return False


_known: dict[tuple[int, str, float], "_Moves"] = {}


def _moves(world: ReplayWorld, symbol: str, seconds: float) -> "_Moves":
    key = (id(world), symbol, seconds)
    if key not in _known:
        _known[key] = _Moves(world, symbol, seconds)
    return _known[key]


class _Moves:
    """How far a market moved within a window, by its prices and by its candles."""

    def __init__(self, world: ReplayWorld, symbol: str, seconds: float) -> None:
        track = world.tracks[symbol]
        prices, candles = Extremes(seconds), Extremes(seconds)
        self._ups, self._downs = Decimal(0), Decimal(0)
        self._by_minute: list[tuple[Decimal, Decimal]] = []
        for tick in range(len(track.ticks)):
            price, at = track.price(tick), tick * float(TICK)
            down, up = prices.moves(at, 0.0, price, price, price)
            prices.add(at, at, price, price)
            self._ups, self._downs = max(self._ups, up), max(self._downs, -down)
        for minute in range(len(track.lows)):
            bar, at = track.bar(minute), minute * 60.0
            candles.add(at, at + 60, bar.low, bar.high)
            low, high = candles.lowest(at, 0.0) or bar.low, candles.highest(at, 0.0) or bar.high
            self._by_minute.append(((high - bar.low) * 100 / high, (bar.high - low) * 100 / low))

    def certain(self, alert: Alert) -> bool:
        """Say whether the prices moved so far that it had to fire."""
        size, way = alert.rule.threshold, alert.rule.direction
        return (way != "down" and self._ups >= size) or (way != "up" and self._downs >= size)

    def possible(self, alert: Alert, row: Any) -> bool:
        """Say whether the candles up to a fire moved so far."""
        minutes = _minutes(row, len(self._by_minute))
        place = 1 if row.direction == "up" else 0
        return any(self._by_minute[minute][place] >= alert.rule.threshold for minute in minutes)


def _kind(alert: Alert) -> str:
    rule = alert.rule
    if rule.measure != PRICE:
        return "move"
    return "percent" if rule.percent is not None else rule.repeat
