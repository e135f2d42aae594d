"""/price: what markets trade at."""

from collections.abc import Sequence

from common import wire
from common.errors import BadInput
from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.listed import bases
from telegram_bot.commands.words import (
    in_usual_quote,
    market,
    priced_in,
    shorten,
    without_repeats,
    words_of,
)
from telegram_bot.formatting import trouble
from telegram_bot.formatting.html import italic
from telegram_bot.formatting.numbers import plain
from telegram_bot.formatting.other_quote import noted
from telegram_bot.formatting.price import price_brief, price_card, price_table
from telegram_bot.formatting.source import shown
from telegram_bot.ports import error_from
from telegram_bot.reader import _, later
from telegram_bot.replies import Copy, Live, Press, Reply, Rows

MOST = 10
# Said by buttons alone, behind a market: only a message that is there can go on changing.
LIVE, STOP = "~live", "~stop"
OFFERED = ("BTC", "ETH", "SOL", "BNB", "XRP")
_MOST_LEFT_OUT_NAMED = 5
_TELLING = 6  # letters from which a word that comes close to a coin's name hardly means another


async def answer(request: Request, services: Services) -> Reply:
    """Answer a card for one market, a table for up to ten."""
    words = words_of(" ".join(request.words).replace(";", " "))
    mode = words.pop().lower() if len(words) > 1 and words[-1].lower() in _MODES else ""
    words = without_repeats(priced_in(words))
    if not words:
        return await which_coin("price", services, request.speaker.chat)
    known, refused = _sort(words)
    asked, left_out = known[:MOST], known[MOST:]
    found = await tickers_as_usual(asked, services) if asked else _NOTHING
    tickers = list({ticker.symbol: ticker for ticker in found.tickers}.values())
    problems = [*found.problems, *refused]
    if not request.typed and len(words) > 1:
        asked, problems = _of_a_sentence(asked, problems)
        if not tickers and not problems:
            raise BadInput(_("None of these words is a market."))
    if not tickers and len(problems) == 1:
        raise error_from(problems[0])
    if len(tickers) == 1 and not problems and not left_out:
        return _one(tickers[0], asked, mode, request, services)
    table = price_table(tickers, problems, left_out=left_out[:_MOST_LEFT_OUT_NAMED])
    text = noted(table, asked, [ticker.symbol for ticker in tickers])
    may_change = tickers or any(problem.code not in _NO_MARKET for problem in problems)
    return Reply(text, _refresh(asked) if may_change else ())


async def tickers_as_usual(asked: Sequence[str], services: Services) -> wire.TickersReply:
    """Ask in the reader's currency, and again as it comes for markets that lack it."""
    usual = [in_usual_quote(word) for word in asked]
    found = await services.market.tickers(usual)
    lacking = {problem.asked for problem in found.problems}.difference(asked)
    if not lacking.intersection(usual):
        return found
    pairs = zip(asked, usual, strict=True)
    return await services.market.tickers(
        [word if quoted in lacking else quoted for word, quoted in pairs]
    )


async def which_coin(command: str, services: Services, chat: int | None = None) -> Reply:
    """Ask for the missing market, with buttons for the chat's own coins, else for those listed."""
    watched = await services.watchlists.watched(chat) if chat is not None else ()
    own = tuple(
        Press(shown(symbol).base, f"{command} {symbol}") for symbol in watched[: len(OFFERED)]
    )
    rows = (own or await offered(command, services),)
    return Reply(trouble.which_coin(command), rows, asks="" if command == "price" else command)


async def offered(command: str, services: Services) -> tuple[Press, ...]:
    """Return a button for each well-known coin that is listed; none when nobody can say."""
    listed = await bases(services)
    return tuple(Press(base, f"{command} {base}") for base in OFFERED if base in listed)


_MODES = (LIVE, STOP)
_NO_MARKET = ("unknown-symbol", "invalid-parameter")
_NOTHING = wire.TickersReply(tickers=[], problems=[])


def _sort(words: Sequence[str]) -> tuple[list[str], list[wire.Problem]]:
    """Part markets from words that cannot be one, a problem for each of those."""
    known: list[str] = []
    refused: list[wire.Problem] = []
    for word in words:
        try:
            known.append(market(word))
        except BadInput as error:
            refused.append(_problem(word, error))
    return without_repeats(known), refused[:MOST]


def _of_a_sentence(
    asked: Sequence[str], problems: Sequence[wire.Problem]
) -> tuple[list[str], list[wire.Problem]]:
    """Leave out what is no market: in "what is the price of bitcoin?" that is no mistake."""
    no_markets = {
        problem.asked
        for problem in problems
        if problem.code in _NO_MARKET and not _looks_meant(problem)
    }
    return (
        [word for word in asked if word not in no_markets],
        [problem for problem in problems if problem.asked not in no_markets],
    )


def _looks_meant(problem: wire.Problem) -> bool:
    """Say whether a word of a sentence is a coin after all: misspelled, or in another currency."""
    asked = problem.asked or ""
    return bool(problem.suggestions) and ("-" in asked or len(asked) >= _TELLING)


def _problem(word: str, error: BadInput) -> wire.Problem:
    return wire.Problem(
        type="/problems/invalid-parameter",
        title="Not a market's name",
        status=422,
        detail=str(error),
        code="invalid-parameter",
        asked=shorten(word),
    )


def _one(
    ticker: wire.TickerReply,
    asked: Sequence[str],
    mode: str,
    request: Request,
    services: Services,
) -> Reply:
    whole = services.features.enabled("enhanced_price_display", request.speaker.chat)
    card = price_card(ticker) if whole else price_brief(ticker)
    text = noted(card, asked, [ticker.symbol])
    if mode == LIVE:
        stop = Press(_("⏹ Stop"), f"price {ticker.symbol} {STOP}")
        live = Live(Press("", f"price {ticker.symbol} {LIVE}").data, stop.data)
        return Reply(f"{text}\n{_live_for_a_minute()}", ((stop,),), live=live)
    return Reply(text, _card_buttons(ticker), live=Live() if mode else None)


def _live_for_a_minute() -> str:
    return italic(_("🔴 live for a minute, every 5 seconds"))


def _card_buttons(ticker: wire.TickerReply) -> Rows:
    symbol = ticker.symbol
    exact = plain(ticker.price, ticker.price_step)
    return (
        (
            Press(_("🔄 Refresh"), f"price {symbol}"),
            Press(_("🔴 Live"), f"price {symbol} {LIVE}"),
            Copy(f"📋 {exact}", exact),
        ),
        (
            Press("📏 ATR", f"atr {symbol}", fresh=True),
            Press(_("📈 Chart"), f"chart {symbol}", fresh=True),
        ),
        (
            Press(_("🔔 Alert"), f"alert {symbol}", fresh=True),
            Press(_("⭐ Watch"), f"watch {symbol}", fresh=True),
        ),
    )


def _refresh(asked: Sequence[str]) -> Rows:
    """Offer to ask again, by the short name where the long one does not fit."""
    for name in ("price", "p"):
        press = Press(_("🔄 Refresh"), " ".join((name, *asked)))
        if press.fits:
            return ((press,),)
    return ()


COMMAND = Command(
    name="price",
    aliases=("p",),
    usage=f"/price SYMBOL… (up to {MOST})",
    summary=later("what a coin trades at, or up to ten of them"),
    examples=("/price BTC", "/price btc,eth sol", "/price ETH-USD"),
    answer=answer,
    groups="everybody",
)
