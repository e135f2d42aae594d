"""Trades out and in as CSV."""

from dataclasses import replace

from common.errors import BadInput, Unavailable
from telegram_bot.commands import Request, Services, portfolio_csv
from telegram_bot.commands.doubt import written_by
from telegram_bot.commands.portfolio_trades import refuse_impossible
from telegram_bot.formatting import portfolio, trades_csv
from telegram_bot.ledger import Entry, before_this_update
from telegram_bot.reader import _, reader
from telegram_bot.replies import Document, Press, Reply, Upload


async def export(request: Request, services: Services) -> Reply:
    """Send all trades as a file."""
    entries = await services.ledger.entries(request.speaker.chat)
    if not entries:
        return Reply(portfolio.empty())
    name = f"portfolio-{services.clock.now():%Y-%m-%d}.csv"
    document = Document(name, "text/csv", portfolio_csv.written(entries))
    return Reply(trades_csv.exported(len(entries)), document=document)


async def _fetched(file: Upload) -> bytes:
    if file.size is not None and file.size > portfolio_csv.MOST_BYTES:
        raise portfolio_csv.too_large()
    try:
        return await file.fetch(portfolio_csv.MOST_BYTES)
    except Unavailable:
        raise BadInput(_("The file could not be fetched. Please send it again.")) from None


async def take_in(request: Request, services: Services) -> Reply:
    """Keep all trades of a file or of pasted lines, or none where any of them is wrong."""
    chat = request.speaker.chat
    if request.file is not None:
        content = await _fetched(request.file)
    else:
        pasted = request.rest.strip().partition("import")[2].strip()
        if not pasted:
            await services.people.ask(chat, "portfolio import")
            return Reply(trades_csv.how_to_import("side, symbol, quantity, price"))
        content = pasted.encode()
    habits = reader()
    quote = habits.quote or "USD"
    with written_by(hand=False):
        found, troubles = portfolio_csv.read(content, services.clock.now(), habits.zone, quote)
    if troubles:
        return Reply(trades_csv.imported(0, 0, [(it.line, it.said) for it in troubles]))
    before = before_this_update(await services.ledger.entries(chat))
    known = {replace(entry, number=0) for entry in before}
    new: list[Entry] = [entry for entry in dict.fromkeys(found) if entry not in known]
    refuse_impossible([*before, *new], new)
    await services.ledger.add(chat, new)
    await services.people.end_question(chat)
    buttons = (Press(_("💼 Portfolio"), "portfolio"), Press(_("🧾 Trades"), "portfolio trades"))
    return Reply(trades_csv.imported(len(new), len(found) - len(new), ()), (buttons,))
