"""`/paper buy`, `sell`, `stop`, `target` and `trail`: orders by hand."""

from dataclasses import replace
from decimal import Decimal

from common.errors import BadInput
from common.market import Timeframe
from telegram_bot.arithmetic.exact import in_lots, less, product, quotient, total
from telegram_bot.commands import Request, Services
from telegram_bot.commands.paper_account import Quote, buttons, opened, prices_of, quote, show
from telegram_bot.commands.paper_words import Level, PaperWords, read_level, read_order
from telegram_bot.commands.price import which_coin
from telegram_bot.formatting.numbers import money
from telegram_bot.paper import wording
from telegram_bot.paper.book import Change, Paper
from telegram_bot.paper.prices import terms_of
from telegram_bot.ports import AtrQuestion, Reply
from telegram_bot.reader import _, reader
from telegram_bot.simulation import account as trading
from telegram_bot.simulation.account import CannotTrade, Position
from telegram_bot.simulation.trading import Rule, quantity_for
from telegram_bot.work import under_way

_USUAL_STOP = Level(atr=Decimal(2))


async def buy(request: Request, words: list[str], services: Services) -> Reply:
    """Buy for an amount, a quantity, or by what the stop may cost."""
    asked = read_order(words)
    if asked.symbol is None:
        return await which_coin("paper buy", services)
    found = await quote(asked.symbol, services)
    paper = await opened(request, services)
    if _done(paper):
        return await show(request, [], services)
    symbol, terms = found.ticker.symbol, terms_of(found.ticker, services.profile)
    if asked.risk_pct is None and asked.quantity is None and asked.spend is None:
        usual = services.limits.risk_percentage * 100
        asked = replace(asked, risk_pct=reader().risk_pct or usual.normalize())
    if asked.stop is None and (asked.risk_pct is not None or asked.trails):
        asked = replace(asked, stop=_USUAL_STOP)
    distance = await _distance(asked.stop, found, asked.timeframe, services)
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
    target = await _target(asked.target, found, asked.timeframe, services)
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
    await _keep(Change(paper, mark=_mark(paper, found, now)), services)
    text = wording.bought(held, before, spent, services.profile)
    return Reply(text, buttons(paper))


async def sell(request: Request, words: list[str], services: Services) -> Reply:
    """Sell all of a position, or a part: a quantity, an amount or a share."""
    asked = read_order(words)
    if asked.symbol is None:
        return await which_coin("paper sell", services)
    found = await quote(asked.symbol, services)
    paper = await opened(request, services)
    if _done(paper):
        return await show(request, [], services)
    held = _held(paper, found)
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
    await _keep(Change(paper, (trade,), mark=_mark(paper, found, now)), services)
    return Reply(wording.sold(trade, services.profile), buttons(paper))


async def stop(request: Request, words: list[str], services: Services) -> Reply:
    """Set or take away the price below which a position is sold."""
    symbol, level = read_level(words)
    if symbol is None:
        return await which_coin("paper stop", services)
    found = await quote(symbol, services)
    distance = await _distance(level, found, None, services)
    price = less(found.price, distance) if distance is not None else None
    if price is not None and not 0 < price < found.price:
        raise BadInput(_("A stop lies below the price of now and above 0."))
    return await _change(request, found, services, stop=price, trail=None, trailed=False)


async def target(request: Request, words: list[str], services: Services) -> Reply:
    """Set or take away the price above which a position is sold."""
    symbol, level = read_level(words)
    if symbol is None:
        return await which_coin("paper target", services)
    found = await quote(symbol, services)
    price = await _target(level, found, None, services)
    return await _change(request, found, services, target=price)


async def trail(request: Request, words: list[str], services: Services) -> Reply:
    """Let the stop follow the best price at a distance."""
    symbol, level = read_level(words)
    if symbol is None:
        return await which_coin("paper trail", services)
    found = await quote(symbol, services)
    distance = await _distance(level, found, None, services)
    if level is not None and level.price is not None:
        distance = level.price
    if distance is None:
        return await _change(request, found, services, trail=None)
    if distance >= found.price:
        raise BadInput(_("The distance of a trailing stop is less than the price."))
    below = less(found.price, distance)
    return await _change(request, found, services, trail=distance, stop=below, trailed=True)


def _done(paper: Paper) -> bool:
    """Say whether this very order was filled before its answer got lost."""
    return paper.done != 0 and paper.done == under_way.get()


async def _change(request: Request, found: Quote, services: Services, **levels: object) -> Reply:
    paper = await opened(request, services)
    held = replace(_held(paper, found), **levels)  # type: ignore[arg-type]  # fields of Position
    if "trail" in levels and levels["trail"] is not None:
        held = replace(held, best=found.price)
    paper = replace(paper, account=paper.account.with_position(held, held.symbol))
    await _keep(Change(paper), services)
    prices = await prices_of(paper, services) | {held.symbol: found.price}
    return Reply(wording.overview(paper, prices, services.profile), buttons(paper))


def _held(paper: Paper, found: Quote) -> Position:
    held = paper.account.position(found.ticker.symbol)
    if held is None:
        base = found.ticker.symbol.partition("-")[0]
        raise BadInput(_("You hold no {base} on paper.").format(base=base))
    return held


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


async def _distance(
    level: Level | None, found: Quote, timeframe: Timeframe | None, services: Services
) -> Decimal | None:
    """Return how far below the price a level is."""
    if level is None:
        return None
    if level.percent is not None:
        return product(found.price, level.percent, Decimal("0.01"))
    if level.atr is not None:
        return product(await _atr(found, timeframe, services), level.atr)
    assert level.price is not None
    if level.price >= found.price:
        raise BadInput(_("A stop lies below the price of now and above 0."))
    return less(found.price, level.price)


async def _target(
    level: Level | None, found: Quote, timeframe: Timeframe | None, services: Services
) -> Decimal | None:
    if level is None:
        return None
    if level.percent is not None:
        return total((found.price, product(found.price, level.percent, Decimal("0.01"))))
    if level.atr is not None:
        atr = await _atr(found, timeframe, services)
        return total((found.price, product(atr, level.atr)))
    assert level.price is not None
    if level.price <= found.price:
        raise BadInput(_("A target lies above the price of now."))
    return level.price


async def _atr(found: Quote, timeframe: Timeframe | None, services: Services) -> Decimal:
    who = reader()
    question = AtrQuestion(found.ticker.symbol, timeframe or who.timeframe, who.period)
    return (await services.market.atr(question)).atr


async def _keep(change: Change, services: Services) -> None:
    if not await services.papers.save(change):
        raise BadInput(_("The account has just changed; please look and ask again."))


def _mark(paper: Paper, found: Quote, now: float) -> tuple[float, Decimal]:
    return now, paper.account.worth({found.ticker.symbol: found.price})


def _why_not(error: CannotTrade) -> str:
    match error.why:
        case "no-cash":
            return _("That is more than there is cash for.")
        case "not-held":
            return _("That is more than is held.")
    return _("That is less than the smallest amount that the market trades.")
