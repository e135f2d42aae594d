"""What came of trades that were sent or fetched as a file."""

from collections.abc import Sequence

from telegram_bot.formatting.html import escape, shortened
from telegram_bot.reader import _, plural

_MOST_TROUBLES = 10


def how_to_import(columns: str) -> str:
    """Explain the import, with an example to copy."""
    example = "time,side,symbol,quantity,price,fee,note\n2026-11-01,buy,BTC-USD,0.5,61200,4,first"
    return "\n".join(
        (
            _("Send me a CSV file, or paste its lines. The first line names the columns:"),
            f"<pre>{escape(example)}</pre>",
            _("Needed are {columns}. Trades that are here already are passed over.").format(
                columns=escape(columns)
            ),
        )
    )


def imported(added: int, known: int, troubles: Sequence[tuple[int, str]]) -> str:
    """Say what came of an import; nothing is kept where any line is wrong."""
    if troubles:
        head = _("Nothing was imported. Mend these lines and send the file again:")
        lines = [
            _("line {line}: {said}").format(line=line, said=escape(shortened(said, 120)))
            for line, said in troubles[:_MOST_TROUBLES]
        ]
        if len(troubles) > _MOST_TROUBLES:
            lines.append(_("and {count} more").format(count=len(troubles) - _MOST_TROUBLES))
        return "\n".join((head, *lines))
    said = plural("✅ {count} trade imported.", "✅ {count} trades imported.", added)
    lines = [said.format(count=added)]
    if known:
        passed = plural("{count} was here already.", "{count} were here already.", known).format(
            count=known
        )
        lines.append(passed)
    return "\n".join(lines)


def exported(count: int) -> str:
    return plural("{count} trade, as CSV", "{count} trades, as CSV", count).format(count=count)
