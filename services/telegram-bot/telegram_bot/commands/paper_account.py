"""`/paper`, `/paper stats` and `/paper reset`: the account as a whole."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from common import wire
from common.errors import BadInput, Unavailable
from telegram_bot.charts.compose import axis_writer
from telegram_bot.charts.drawing import Curve, Line, Words
from telegram_bot.commands import Request, Services
from telegram_bot.formatting.chart import months
from telegram_bot.formatting.source import source_name
from telegram_bot.paper import wording
from telegram_bot.paper.book import Change, Paper
from telegram_bot.paper.prices import sure_price, told_by
from telegram_bot.profiles import Profile
from telegram_bot.reader import _, reader
from telegram_bot.replies import Picture, Press, Reply, Rows
from telegram_bot.simulation.account import Account, Position
from telegram_bot.simulation.measures import exposure_pct, measure

_MOST_POINTS = 600
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Quote:
    """A market that can be traded on paper, and the price to fill at."""

    ticker: wire.TickerReply
    price: Decimal


async def opened(request: Request, services: Services) -> Paper:
    """Return the chat's account; a new one is kept with its first change."""
    chat, now = request.speaker.chat, services.clock.now().timestamp()
    found = await services.papers.find(chat)
    start = services.profile.start_cash
    return found or Paper(chat, 0, Account(start), start, now)


async def quote(symbol: str, services: Services) -> Quote:
    """Return a market's price to fill at.

    Raises:
        BadInput: If the profile does not trade it, or has no sure price of it now.
    """
    profile = services.profile
    reply = await services.market.tickers([symbol])
    ticker = reply.tickers[0] if reply.tickers else None
    if ticker is None or ticker.symbol not in profile.symbols:
        bases = ", ".join(one.partition("-")[0] for one in profile.symbols)
        said = _("On paper you can trade {bases}, priced in {quote}.")
        raise BadInput(said.format(bases=bases, quote=profile.quote))
    price = sure_price(ticker, profile)
    if price is None and profile.exchange not in told_by(ticker):
        said = _("Paper trades here take {mine} prices, and these come from {theirs}.")
        theirs = source_name(ticker.source)
        raise BadInput(said.format(mine=source_name(profile.exchange), theirs=theirs))
    if price is None:
        said = _("There is no sure {source} price of {symbol} right now; nothing was changed.")
        source = source_name(profile.exchange)
        raise BadInput(said.format(source=source, symbol=ticker.symbol.replace("-", "/")))
    return Quote(ticker, price)


def held_of(paper: Paper, found: Quote) -> Position:
    """Return what is held of a market.

    Raises:
        BadInput: If nothing is.
    """
    held = paper.account.position(found.ticker.symbol)
    if held is None:
        base = found.ticker.symbol.partition("-")[0]
        raise BadInput(_("You hold no {base} on paper.").format(base=base))
    return held


async def keep(change: Change, services: Services) -> None:
    """Keep a change of an account.

    Raises:
        BadInput: If somebody else has changed it meanwhile.
    """
    if not await services.papers.save(change):
        raise BadInput(_("The account has just changed; please look and ask again."))


async def prices_of(paper: Paper, services: Services) -> dict[str, Decimal]:
    """Return the last prices of what is held; those that nobody can tell now are left out."""
    held = [one.symbol for one in paper.account.positions]
    if not held:
        return {}
    try:
        tickers = (await services.market.tickers(held)).tickers
    except Unavailable:
        return {}
    known = {one.symbol: sure_price(one, services.profile) for one in tickers}
    return {symbol: price for symbol, price in known.items() if price is not None}


async def show(request: Request, words: list[str], services: Services) -> Reply:
    """Show cash, positions and presets."""
    paper = await opened(request, services)
    prices = await prices_of(paper, services)
    return Reply(wording.overview(paper, prices, services.profile), buttons(paper))


def buttons(paper: Paper) -> Rows:
    """Offer what can be done with an account."""
    sells = tuple(
        Press(
            _("Sell {base}").format(base=held.symbol.partition("-")[0]), f"paper sell {held.symbol}"
        )
        for held in paper.account.positions[:3]
    )
    return (
        sells,
        (
            Press(_("🔄 Refresh"), "paper"),
            Press(_("📊 Stats"), "paper stats", fresh=True),
            Press(_("🤖 Why"), "paper why", fresh=True),
        ),
        tuple(_stops(auto.symbol) for auto in paper.autos),
    )


def _stops(symbol: str) -> Press:
    return Press(
        _("⏹ Stop {base}").format(base=symbol.partition("-")[0]), f"paper auto off {symbol}"
    )


async def stats(request: Request, words: list[str], services: Services) -> Reply:
    """Measure what was traded, with the account over time as a picture."""
    paper = await opened(request, services)
    chat, now = paper.chat, services.clock.now().timestamp()
    trades, marks = await services.papers.trades(chat), await services.papers.marks(chat)
    worth = paper.account.worth(await prices_of(paper, services))
    points = [(paper.opened_at, paper.start), *marks, (max(now, paper.opened_at + 1), worth)]
    spans = [(trade.opened_at, trade.closed_at) for trade in trades]
    spans += [(held.opened_at, now) for held in paper.account.positions]
    in_market = exposure_pct(spans, paper.opened_at, now)
    found = measure(trades, [value for _at, value in points])
    days = int((now - paper.opened_at) // _DAY)
    text = wording.stats(found, paper, worth, in_market, days) + "\n" + _costs(services.profile)
    rows: Rows = ((Press(_("📒 Account"), "paper", fresh=True), _asks_reset()),)
    if not trades and not paper.account.positions:
        return Reply(text, rows)
    png = await services.painter.paint(_curve(points, services.profile))
    return Reply(text, rows, Picture(png=png))


def _costs(profile: Profile) -> str:
    return f"<i>{wording.costs_line(profile)}</i>"


def _asks_reset() -> Press:
    return Press(_("🗑 Reset"), "paper reset", fresh=True)


async def reset(request: Request, words: list[str], services: Services) -> Reply:
    """Ask first; forget everything once it is confirmed."""
    if words[:1] != ["yes"]:
        text = _("Forget the paper account with all its trades, and begin anew?")
        sure = Press(_("🗑 Yes, begin anew"), "paper reset yes", style="danger")
        return Reply(text, ((sure, Press(_("Keep it"), "paper")),))
    await services.papers.reset(request.speaker.chat)
    return await show(request, [], services)


def _curve(points: list[tuple[float, Decimal]], profile: Profile) -> Curve:
    each = max(1, -(-len(points) // _MOST_POINTS))
    kept = [*points[:-1:each], points[-1]]
    warning = _("SIMULATED") if profile.exchange == "simu" else _("ON PAPER")
    facts = wording.costs_line(profile).partition("\n")[0].removesuffix(".")
    return Curve(
        words=Words(
            _("Paper account in {quote}").format(quote=profile.quote), facts, warning, months()
        ),
        at=[datetime.fromtimestamp(at, UTC) for at, _value in kept],
        zone=reader().zone,
        write=axis_writer(),
        lines=[Line("curve", [float(value) for _at, value in kept])],
        marks=[],
    )
