"""/convert: what an amount of one coin is in another coin or currency."""

from common.errors import Unavailable
from telegram_bot.arithmetic.conversion import converted, markets, way_over
from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.convert_words import ConvertWords, read
from telegram_bot.commands.words import words_of
from telegram_bot.formatting.conversion import conversion_card, into_what, no_way, worth_to_copy
from telegram_bot.formatting.html import code
from telegram_bot.formatting.numbers import plain
from telegram_bot.ports import error_from
from telegram_bot.reader import _, later
from telegram_bot.replies import Copy, Press, Reply, Rows

_TARGETS = ("USD", "EUR", "BTC", "ETH")


async def answer(request: Request, services: Services) -> Reply:
    """Convert over the market of both, else over one asset between them."""
    asked = read(words_of(" ".join(request.words)))
    if asked.have is None:
        example = code("/convert 0.5 btc in eur")
        return Reply(
            _("Convert what? Example: {example}").format(example=example),
            _examples(),
            asks="convert",
        )
    if asked.want is None:
        said = into_what(asked.amount, asked.have)
        rest = f"convert {plain(asked.amount)} {asked.have}"
        return Reply(said, _into(asked, asked.have), asks=rest)
    return await _converted(asked, asked.have, asked.want, services)


async def _converted(asked: ConvertWords, have: str, want: str, services: Services) -> Reply:
    found = await services.market.tickers(markets(have, want))
    tickers = {ticker.symbol: ticker for ticker in found.tickers}
    prices = {symbol: ticker.price for symbol, ticker in tickers.items()}
    way = way_over(have, want, prices)
    if way is None:
        troubles = [error_from(problem) for problem in found.problems]
        for trouble in troubles:
            if isinstance(trouble, Unavailable):
                raise trouble
        await _refuse_unknown(have, want, services)
        return Reply(no_way(have, want))
    result = converted(asked.amount, way, prices)
    text = conversion_card(asked.amount, result, way, tickers)
    return Reply(text, _buttons(asked, worth_to_copy(result, want)))


async def _refuse_unknown(have: str, want: str, services: Services) -> None:
    """Raise for a coin that no market has, with what comes close to it."""
    asked = [asset for asset in (have, want) if asset not in _TARGETS]
    if asked:
        for problem in (await services.market.tickers(asked)).problems:
            raise error_from(problem)


def _buttons(asked: ConvertWords, result: str) -> Rows:
    amount = plain(asked.amount)
    return (
        (
            Press(_("🔄 Refresh"), f"convert {amount} {asked.have} {asked.want}"),
            Press(f"⇄ {asked.want} → {asked.have}", f"convert {amount} {asked.want} {asked.have}"),
        ),
        (Copy(f"📋 {result}", result),),
    )


def _into(asked: ConvertWords, have: str) -> Rows:
    amount = plain(asked.amount)
    offered = [target for target in _TARGETS if target != have]
    return (tuple(Press(target, f"convert {amount} {have} {target}") for target in offered),)


def _examples() -> Rows:
    return ((Press("1 BTC → USD", "convert 1 BTC USD"), Press("1 ETH → BTC", "convert 1 ETH BTC")),)


COMMAND = Command(
    name="convert",
    usage="/convert AMOUNT SYMBOL in SYMBOL",
    summary=later("what an amount of one coin is in another coin or currency"),
    examples=("/convert 0.5 btc in eur", "/convert 5 btc eth", "/convert $100 in sol"),
    answer=answer,
    groups="everybody",
)
