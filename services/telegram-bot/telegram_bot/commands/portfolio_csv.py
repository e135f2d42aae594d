"""Trades as CSV: written for spreadsheets, read from them and from people, each line checked."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from common.errors import BadInput
from common.market import Symbol, split_market
from telegram_bot.commands.days import read_moment
from telegram_bot.commands.words import amount, number, shorten
from telegram_bot.ledger import LONGEST_NOTE, Entry, Side
from telegram_bot.reader import _

COLUMNS = ("time", "side", "symbol", "quantity", "price", "fee", "note")
_NEEDED = ("side", "symbol", "quantity", "price")
MOST_BYTES = 256 * 1024
MOST_LINES = 1_000
_SIDES: Mapping[str, Side] = {
    "buy": "buy",
    "kauf": "buy",
    "b": "buy",
    "sell": "sell",
    "verkauf": "sell",
    "s": "sell",
}
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one line; the first line has number 1."""

    line: int
    said: str


def written(entries: Sequence[Entry]) -> bytes:
    """Return the file: UTF-8, commas, points in numbers, times in UTC."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for entry in entries:
        rows.writerow(
            (
                f"{entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                entry.side,
                entry.symbol,
                f"{entry.quantity:f}",
                f"{entry.price:f}",
                f"{entry.fee:f}",
                _harmless(entry.note),
            )
        )
    return text.getvalue().encode()


def looks_like_one(text: str) -> bool:
    """Say whether pasted text begins with a head line that names our columns."""
    head = text.strip().partition("\n")[0]
    return set(_NEEDED) <= {name.strip().lower() for name in head.replace(";", ",").split(",")}


def read(
    content: bytes, now: datetime, zone: tzinfo, quote: str = "USD"
) -> tuple[list[Entry], list[Trouble]]:
    """Return the entries of a file, and what is wrong with each line that is none.

    Commas or semicolons; columns in any order, others are passed over. With semicolons a comma in
    a number is its point.

    Args:
        now: Of a trade that names no time; none may be later.
        zone: Of times that name none.
        quote: Of symbols that name none.

    Raises:
        BadInput: If it is no such file at all.
    """
    if len(content) > MOST_BYTES:
        raise too_large()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(_("The file is not text in UTF-8.")) from None
    if not looks_like_one(text):
        raise BadInput(
            _("The first line must name the columns: {columns}.").format(columns=",".join(COLUMNS))
        )
    entries: list[Entry] = []
    troubles: list[Trouble] = []
    for line, row in _rows(text):
        if len(entries) + len(troubles) == MOST_LINES:
            said = _("{most} lines at most; the rest was not read.").format(most=MOST_LINES)
            troubles.append(Trouble(line, said))
            break
        try:
            entries.append(_entry(row, now, zone, quote))
        except BadInput as error:
            troubles.append(Trouble(line, str(error)))
    return entries, troubles


def too_large() -> BadInput:
    """Return what is said about a file of too many bytes."""
    return BadInput(_("The file is too large: at most {most} kB.").format(most=MOST_BYTES // 1024))


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each line that says anything, by its number and its columns' names."""
    text = text.lstrip("\r\n ")
    semicolons = ";" in text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if semicolons else ",")
    try:
        names = [name.strip().lower() for name in next(reader)]
        for cells in reader:
            row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
            if any(row.values()):
                yield reader.line_num, _with_points(row) if semicolons else row
    except csv.Error as error:
        raise BadInput(_("The file is no CSV: {reason}.").format(reason=error)) from None


def _with_points(row: dict[str, str]) -> dict[str, str]:
    """Read `1.234,5` and `1234,5` of a German spreadsheet."""
    for name in ("quantity", "price", "fee"):
        cell = row.get(name, "")
        if "," in cell:
            row[name] = cell.replace(".", "").replace(",", ".")
    return row


def _entry(row: Mapping[str, str], now: datetime, zone: tzinfo, quote: str) -> Entry:
    side = _SIDES.get(row.get("side", "").lower())
    if side is None:
        raise BadInput(
            _("side is {said}; write buy or sell.").format(said=repr(shorten(row.get("side", ""))))
        )
    base, named = split_market(row.get("symbol", ""))
    return Entry(
        side=side,
        symbol=str(Symbol(base, named or quote)),
        quantity=_named("quantity", amount, row),
        price=_named("price", number, row),
        fee=_named("fee", number, row) if row.get("fee") else Decimal(0),
        at=read_moment(row["time"], now, zone) if row.get("time") else now,
        note=row.get("note", "").removeprefix("'")[:LONGEST_NOTE],
    )


def _named(name: str, reading: Callable[[str], Decimal], row: Mapping[str, str]) -> Decimal:
    """Read a number, and name its column where it is none."""
    try:
        return reading(row.get(name, ""))
    except BadInput:
        said = repr(shorten(row.get(name, "")))
        raise BadInput(
            _("{column} is {said}; write a number such as 0.5.").format(column=name, said=said)
        ) from None


def _harmless(note: str) -> str:
    """Keep a spreadsheet from running what a person, or somebody else, wrote as a note."""
    return f"'{note}" if note.startswith(_FORMULA) else note
