"""`/paper auto` and `/paper why`: a preset trades the account on its own, and says why."""

from dataclasses import replace

from common.errors import BadInput
from common.market import Timeframe
from telegram_bot.commands import Request, Services
from telegram_bot.commands.paper_account import buttons, keep, opened, prices_of, quote
from telegram_bot.commands.preset_words import PresetWords, read
from telegram_bot.formatting.html import code
from telegram_bot.paper import explaining, wording
from telegram_bot.paper.book import MOST_AUTOS, Auto, Change
from telegram_bot.paper.deciding import last_opening
from telegram_bot.reader import _, reader
from telegram_bot.replies import Press, Reply


async def auto(request: Request, words: list[str], services: Services) -> Reply:
    """Let a preset trade from the next close on; `off` ends that and sells nothing."""
    if not words:
        example = code("/paper auto BTC 4h st 10 3 risk 1%")
        return Reply(_("Say what trades: {example}").format(example=example))
    if any(word.lower() == "off" for word in words):
        return await _off(request, [word for word in words if word.lower() != "off"], services)
    asked = read(words)
    if asked.symbol is None:
        raise BadInput(_("Say which market: /paper auto BTC 4h st 10 3 risk 1%."))
    found = await quote(asked.symbol, services)
    paper = await opened(request, services)
    made = _made(asked, found.ticker.symbol, services)
    if paper.auto(made.symbol) is None and len(paper.autos) >= MOST_AUTOS:
        raise BadInput(_("At most {most} presets trade at once.").format(most=MOST_AUTOS))
    paper = paper.with_auto(made, made.symbol)
    await keep(Change(paper), services)
    head = _("The preset decides at each close of a {timeframe} candle, first at the next one.")
    prices = await prices_of(paper, services) | {made.symbol: found.price}
    text = wording.overview(paper, prices, services.profile)
    return Reply(f"{head.format(timeframe=made.timeframe)}\n\n{text}", buttons(paper))


async def why(request: Request, words: list[str], services: Services) -> Reply:
    """Explain the last decisions."""
    now = services.clock.now().timestamp()
    text = explaining.why(await services.papers.decisions(request.speaker.chat), now)
    return Reply(
        text, ((Press(_("🔄 Refresh"), "paper why"), Press(_("📒 Account"), "paper", fresh=True)),)
    )


async def _off(request: Request, words: list[str], services: Services) -> Reply:
    paper = await opened(request, services)
    named = {auto.symbol for auto in paper.autos}
    if words:
        asked = read(words).symbol
        named = {symbol for symbol in named if asked in (symbol, symbol.partition("-")[0])}
    if not named:
        raise BadInput(_("No preset trades that here."))
    for symbol in named:
        paper = paper.with_auto(None, symbol)
    await keep(Change(paper), services)
    said = _("Stopped. What is held stays held, with its stop.")
    text = wording.overview(paper, await prices_of(paper, services), services.profile)
    return Reply(f"{said}\n\n{text}", buttons(paper))


def _made(asked: PresetWords, symbol: str, services: Services) -> Auto:
    usual = services.profile.strategy
    timeframe = asked.timeframe or Timeframe.parse(usual.timeframe)
    if asked.risk_pct is None:
        default = services.limits.risk_percentage * 100
        asked = replace(asked, risk_pct=reader().risk_pct or default.normalize())
    rule = asked.rule(services.limits.max_position_size, usual.stop_atr)
    now = services.clock.now().timestamp()
    preset = asked.preset or usual.shaped
    return Auto(symbol, timeframe.value, preset, rule, last_opening(timeframe, now))
