"""`/paper stop`, `target` and `trail`: where a position ends, and how far away that is."""

from dataclasses import replace
from decimal import Decimal

from common.errors import BadInput
from common.market import Timeframe
from telegram_bot.arithmetic.exact import less, product, total
from telegram_bot.commands import Request, Services
from telegram_bot.commands.paper_account import (
    Quote,
    buttons,
    held_of,
    keep,
    opened,
    prices_of,
    quote,
)
from telegram_bot.commands.paper_words import Level, read_level
from telegram_bot.commands.price import which_coin
from telegram_bot.paper import wording
from telegram_bot.paper.book import Change
from telegram_bot.ports import AtrQuestion
from telegram_bot.reader import _, reader
from telegram_bot.replies import Reply


async def stop(request: Request, words: list[str], services: Services) -> Reply:
    """Set or take away the price below which a position is sold."""
    symbol, level = read_level(words, "-")
    if symbol is None:
        return await which_coin("paper stop", services)
    found = await quote(symbol, services)
    distance = await stop_distance(level, found, None, services)
    price = less(found.price, distance) if distance is not None else None
    if price is not None and not 0 < price < found.price:
        raise BadInput(_("A stop lies below the price of now and above 0."))
    return await _change(request, found, services, stop=price, trail=None, trailed=False)


async def target(request: Request, words: list[str], services: Services) -> Reply:
    """Set or take away the price above which a position is sold."""
    symbol, level = read_level(words, "+")
    if symbol is None:
        return await which_coin("paper target", services)
    found = await quote(symbol, services)
    price = await target_price(level, found, None, services)
    return await _change(request, found, services, target=price)


async def trail(request: Request, words: list[str], services: Services) -> Reply:
    """Let the stop follow the best price at a distance."""
    symbol, level = read_level(words, "-")
    if symbol is None:
        return await which_coin("paper trail", services)
    found = await quote(symbol, services)
    distance = await stop_distance(level, found, None, services)
    if level is not None and level.price is not None:
        distance = level.price
    if distance is None:
        return await _change(request, found, services, trail=None)
    if distance >= found.price:
        raise BadInput(_("The distance of a trailing stop is less than the price."))
    below = less(found.price, distance)
    return await _change(request, found, services, trail=distance, stop=below, trailed=True)


async def stop_distance(
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


async def target_price(
    level: Level | None, found: Quote, timeframe: Timeframe | None, services: Services
) -> Decimal | None:
    """Return the price above which a position is to be sold."""
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


async def _change(request: Request, found: Quote, services: Services, **levels: object) -> Reply:
    paper = await opened(request, services)
    held = replace(held_of(paper, found), **levels)  # type: ignore[arg-type]  # fields of Position
    if "trail" in levels and levels["trail"] is not None:
        held = replace(held, best=found.price)
    paper = replace(paper, account=paper.account.with_position(held, held.symbol))
    await keep(Change(paper), services)
    prices = await prices_of(paper, services) | {held.symbol: found.price}
    return Reply(wording.overview(paper, prices, services.profile), buttons(paper))


async def _atr(found: Quote, timeframe: Timeframe | None, services: Services) -> Decimal:
    who = reader()
    question = AtrQuestion(found.ticker.symbol, timeframe or who.timeframe, who.period)
    return (await services.market.atr(question)).atr
