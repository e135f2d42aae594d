"""/backtest: what a preset would have done, against holding."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from common import wire
from common.errors import BadInput, Unavailable
from common.market import Timeframe
from telegram_bot.charts.compose import axis_writer
from telegram_bot.charts.drawing import Curve, Line, Words
from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.past_candles import past_candles
from telegram_bot.commands.preset_words import PresetWords, read
from telegram_bot.commands.price import which_coin
from telegram_bot.commands.words import words_of
from telegram_bot.formatting.backtest import backtest_caption, progress_text, young
from telegram_bot.formatting.chart import months, warning_of
from telegram_bot.formatting.presets import gain_pct, preset_name, terms_line
from telegram_bot.formatting.source import shown, source_name
from telegram_bot.reader import _, later, reader
from telegram_bot.replies import Picture, Press, Reply, Rows
from telegram_bot.simulation.backtest import Backtest, Outcome
from telegram_bot.simulation.terms import Terms

_FEWEST_TRADED = 20
_MOST_POINTS = 600  # of the curve
_SAY_AFTER = 0.7  # seconds, before which nobody wonders
_SAY_EVERY = 1.5
_OTHERS = ("st", "chandelier", "breakout")
_LABELS = {"st": "Supertrend", "chandelier": "Chandelier", "breakout": "ATR breakout"}


class _Telling:
    """Tells of the work in one message, once it takes a while."""

    def __init__(self, request: Request, services: Services, what: str, count: int) -> None:
        self._chat = request.speaker.chat
        self._services = services
        self._what, self._count = what, count
        self._next = services.clock.monotonic() + _SAY_AFTER
        self.message: int | None = None

    async def told(self, done: int) -> None:
        now = self._services.clock.monotonic()
        await asyncio.sleep(0)  # others wait for the loop
        if now < self._next:
            return
        self._next = now + _SAY_EVERY
        text = progress_text(self._what, min(done, self._count), self._count)
        if self.message is None:
            self.message = await self._services.progress.begin(self._chat, text)
        else:
            await self._services.progress.tell(self._chat, self.message, text)


async def answer(request: Request, services: Services) -> Reply:
    """Go through the candles, and answer what came of it with a picture."""
    asked = read(words_of(" ".join(request.words)))
    if asked.symbol is None:
        return await which_coin("backtest", services)
    usual = services.profile.strategy
    preset = asked.preset or usual.shaped
    timeframe = asked.timeframe or Timeframe.parse(usual.timeframe)
    asked = replace(asked, preset=preset, timeframe=timeframe)
    wanted = asked.candles + preset.candles_needed
    telling = _Telling(request, services, f"{preset_name(preset)} · {timeframe.value}", wanted)
    candles, source = await past_candles(
        services.market, str(asked.symbol), timeframe, wanted, telling.told
    )
    # A short history is shared; where all is there, as many are traded as were asked for.
    most = len(candles) // 2 if len(candles) < wanted else preset.candles_needed
    warm_up = max(preset.period + 1, min(preset.candles_needed, most))
    if len(candles) - warm_up < _FEWEST_TRADED:
        raise BadInput(young(source.symbol, len(candles)))
    rule = asked.rule(None, usual.stop_atr)
    terms = await _terms(source, services)
    backtest = Backtest(preset, source.symbol, rule, terms, services.profile.start_cash)
    for done in backtest.run(candles, warm_up):
        await telling.told(done)
    outcome = backtest.outcome()
    drawing = _curve(backtest, outcome, source)
    png = await services.painter.paint(drawing)
    text = backtest_caption(backtest, outcome, source, warm_up)
    buttons = _buttons(replace(asked, symbol=source.symbol))
    return Reply(text, buttons, Picture(png=png), replaces=telling.message)


async def _terms(source: wire.CandlesReply, services: Services) -> Terms:
    """Return the profile's costs, and the steps of the market."""
    (found,) = (await services.market.tickers([source.symbol])).tickers or (None,)
    if found is None:
        raise Unavailable(f"market-data told no price of {source.symbol}")
    profile = services.profile
    return Terms(profile.fee_pct, profile.slippage_pct, source.price_step, found.lot_step)


def _curve(backtest: Backtest, outcome: Outcome, source: wire.CandlesReply) -> Curve:
    places = _places(len(outcome.at))
    market = shown(source.symbol)
    title = f"{market.shown} · {source.timeframe} · {preset_name(backtest.preset)}"
    facts = f"{source_name(source.source)} · {terms_line(backtest.terms)}"
    return Curve(
        words=Words(title, facts, warning_of(source), months()),
        at=[datetime.fromtimestamp(outcome.at[place], UTC) for place in places],
        zone=reader().zone,
        write=axis_writer(),
        lines=[
            Line("curve", [float(outcome.worth[place]) for place in places]),
            Line("held", [float(outcome.held[place]) for place in places]),
        ],
        marks=[
            _("Preset {gain}").format(gain=gain_pct(outcome.worth, outcome.start)),
            _("Holding {gain}").format(gain=gain_pct(outcome.held, outcome.start)),
        ],
    )


def _places(count: int) -> Sequence[int]:
    """Return which points are drawn: some hundred, and the last one."""
    each = max(1, -(-count // _MOST_POINTS))
    return [*range(0, count - 1, each), count - 1]


def _buttons(asked: PresetWords) -> Rows:
    """Offer the other presets and timeframes, and to let this one trade on paper."""
    assert asked.preset is not None and asked.timeframe is not None
    others = tuple(
        Press(_LABELS[name], f"backtest {_with(asked, name)}", fresh=True)
        for name in _OTHERS
        if name != asked.preset.name
    )
    auto = replace(asked, candles=PresetWords().candles).written
    return (
        others,
        (
            Press(_("📈 Chart"), f"chart {asked.symbol} {asked.timeframe.value} st", fresh=True),
            Press(_("🤖 On paper"), f"paper auto {auto}", fresh=True),
        ),
    )


def _with(asked: PresetWords, name: str) -> str:
    (other,) = [read([name]).preset]
    return replace(asked, preset=other).written


COMMAND = Command(
    name="backtest",
    aliases=("bt",),
    usage="/backtest SYMBOL [4h] [st|chandelier|breakout] [10 3] [risk 1%] [2x] [trail] [1000]",
    summary=later("what a preset would have earned, against holding"),
    examples=(
        "/backtest BTC 4h st 10 3",
        "/backtest ETH 1d chandelier",
        "/backtest BTC 1h breakout 14 2 risk 1% trail",
    ),
    answer=answer,
    flag="backtest",
)
