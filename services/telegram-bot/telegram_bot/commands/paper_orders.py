"""`/paper buy` and `sell`: orders by hand."""

from dataclasses import replace
from decimal import Decimal

from common.errors import BadInput
from telegram_bot.arithmetic.exact import in_lots, less, product, quotient, total
from telegram_bot.commands import Request, Services
from telegram_bot.commands.paper_account import (
    Quote,
    buttons,
    held_of,
    keep,
    opened,
    quote,
    show,
)
from telegram_bot.commands.paper_levels import stop_distance, target_price
from telegram_bot.commands.paper_words import Level, PaperWords, read_order
from telegram_bot.commands.price import which_coin
from telegram_bot.formatting.numbers import money
from telegram_bot.paper import wording
from telegram_bot.paper.book import Change, Paper
from telegram_bot.paper.prices import terms_of
from telegram_bot.reader import _, reader
from telegram_bot.replies import Reply
from telegram_bot.simulation import account as trading
from telegram_bot.simulation.account import CannotTrade, Position
from telegram_bot.simulation.trading import Rule, quantity_for, risked_pct
from telegram_bot.work import under_way

_USUAL_STOP = Level(atr=Decimal(2))


async def buy(request: Request, words: list[str], services: Services) -> Reply:
    """Buy for an amount, a quantity, or by what the stop may cost."""
    order = await _read("buy", request, words, services)
    if isinstance(order, Reply):
        return order
    asked, found, paper = order
    symbol, terms = found.ticker.symbol, terms_of(found.ticker, services.profile)
    if asked.risk_pct is None and asked.quantity is None and asked.spend is None:
        usual = services.limits.risk_percentage * 100
        asked = replace(asked, risk_pct=reader().risk_pct or usual.normalize())
    if asked.stop is None and (asked.risk_pct is not None or asked.trails):
        asked = replace(asked, stop=_USUAL_STOP)
    distance = await stop_distance(asked.stop, found, asked.timeframe, services)
    paid = terms.bought_at(found.price)
    stop = less(found.price, distance) if distance is not None else None
    if stop is not None and stop <= 0:
        raise BadInput(_("The stop would be at or below 0."))
    quantity = _quantity(asked, paper, found, stop, services)
    now = services.clock.now().timestamp()
    before = paper.account.position(symbol)
    _refuse_above_cap(before, quantity, paid, services)
    try:
        account = trading.buy(paper.account, symbol, quantity, found.price, now, terms)
    except CannotTrade as error:
        raise BadInput(_why_not(error)) from None
    held = account.position(symbol)
    assert held is not None
    target = await target_price(asked.target, found, asked.timeframe, services)
    held = replace(
        held,
        stop=stop if stop is not None else held.stop,
        target=target if target is not None else held.target,
        trail=distance if asked.trails else held.trail,
    )
    spent = less(paper.account.cash, account.cash)
    paper = replace(
        paper,
        account=account.with_position(held, symbol),
        done=under_way.get(),
    )
    await keep(Change(paper, mark=_mark(paper, found, now)), services)
    cut = _less_risk(asked, paper, found, services)
    text = wording.bought(held, before, spent, services.profile, cut)
    return Reply(text, buttons(paper))


async def sell(request: Request, words: list[str], services: Services) -> Reply:
    """Sell all of a position, or a part: a quantity, an amount or a share."""
    order = await _read("sell", request, words, services)
    if isinstance(order, Reply):
        return order
    asked, found, paper = order
    held = held_of(paper, found)
    terms, now = terms_of(found.ticker, services.profile), services.clock.now().timestamp()
    quantity = asked.quantity
    if asked.spend is not None:
        quantity = min(quotient(asked.spend, terms.sold_at(found.price)), held.quantity)
    if asked.share is not None and asked.share < 100:
        quantity = product(held.quantity, asked.share, Decimal("0.01"))
    try:
        account, trade = trading.sell(
            paper.account, held.symbol, None if asked.all else quantity, found.price, now, terms
        )
    except CannotTrade as error:
        raise BadInput(_why_not(error)) from None
    paper = replace(paper, account=account, done=under_way.get())
    await keep(Change(paper, (trade,), mark=_mark(paper, found, now)), services)
    return Reply(wording.sold(trade, services.profile), buttons(paper))


async def _read(
    verb: str, request: Request, words: list[str], services: Services
) -> tuple[PaperWords, Quote, Paper] | Reply:
    """Return what is asked, at which price and of which account; or what is answered instead."""
    asked = read_order(words)
    if asked.symbol is None:
        return await which_coin(f"paper {verb}", services)
    found = await quote(asked.symbol, services)
    paper = await opened(request, services)
    if paper.done != 0 and paper.done == under_way.get():  # filled before its answer got lost
        return await show(request, [], services)
    return asked, found, paper


def _quantity(
    asked: PaperWords, paper: Paper, found: Quote, stop: Decimal | None, services: Services
) -> Decimal:
    terms = terms_of(found.ticker, services.profile)
    if asked.quantity is not None:
        return asked.quantity
    if asked.spend is not None:
        paid = terms.bought_at(found.price)
        return in_lots(asked.spend, terms.lot_step, total((paid, terms.fee(paid))))
    worth = paper.account.worth({found.ticker.symbol: found.price})
    rule = Rule(asked.risk_pct, None, services.limits.max_position_size)
    return quantity_for(paper.account, worth, found.price, stop, rule, terms)


def _less_risk(asked: PaperWords, paper: Paper, found: Quote, services: Services) -> str:
    """Say how much the stop risks where a cap made the position smaller than was asked."""
    held = paper.account.position(found.ticker.symbol)
    by_risk = asked.quantity is None and asked.spend is None
    if held is None or asked.risk_pct is None or not by_risk:
        return ""
    worth = paper.account.worth({held.symbol: found.price})
    risked = risked_pct(held, worth, terms_of(found.ticker, services.profile))
    cap = services.limits.max_position_size
    return wording.less_risk(risked, asked.risk_pct, cap, services.profile.quote)


def _refuse_above_cap(
    before: Position | None, quantity: Decimal, paid: Decimal, services: Services
) -> None:
    cap = services.limits.max_position_size
    held = before.cost if before else Decimal(0)
    if total((held, product(quantity, paid))) <= cap:
        return
    quote = services.profile.quote
    said = _("A paper position is at most {cap} {quote} here.").format(cap=f"{cap:f}", quote=quote)
    if held:
        left = money(max(Decimal(0), less(cap, held)))
        said += " " + _("There is room for {left} {quote} more.").format(left=left, quote=quote)
    raise BadInput(said)


def _mark(paper: Paper, found: Quote, now: float) -> tuple[float, Decimal]:
    return now, paper.account.worth({found.ticker.symbol: found.price})


def _why_not(error: CannotTrade) -> str:
    match error.why:
        case "no-cash":
            return _("That is more than there is cash for.")
        case "not-held":
            return _("That is more than is held.")
    return _("That is less than the smallest amount that the market trades.")
