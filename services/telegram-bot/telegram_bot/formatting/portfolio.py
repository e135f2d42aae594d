"""What a person holds and what became of it. Decimals in, Telegram's HTML out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from telegram_bot.arithmetic.holdings import Holding, Totals, Valued, share_of
from telegram_bot.formatting.html import (
    bold,
    code,
    escape,
    first_fitting,
    italic,
    pre,
    table,
)
from telegram_bot.formatting.numbers import (
    compact,
    exactly,
    money,
    price,
    share,
    signed_money,
    signed_percent,
    table_percent,
)
from telegram_bot.formatting.source import shown
from telegram_bot.reader import _, plural

_LONGEST_AMOUNT = 10  # characters of an amount in the table
_LONGEST_FIGURE = 20  # characters of a figure beside its name


@dataclass(frozen=True, slots=True)
class Overview:
    """One page of the holdings of one quote asset.

    Attributes:
        rows: Of this page; `totals` are of all pages.
        unpriced: Holdings without a price right now, which are in no total.
        heaviest: What carries most of a usual day's swing; None where nobody knows.
    """

    quote: str
    rows: Sequence[Valued]
    totals: Totals
    unpriced: Sequence[Holding] = ()
    heaviest: Valued | None = None


def overview(view: Overview) -> str:
    """Return holdings with their value and profit, the totals, and what a usual day does."""
    sums, quote = view.totals, escape(view.quote)
    title = _("Portfolio")
    lines = [f"💼 {bold(title)} · {quote}"]
    if view.rows:
        lines.append(pre(first_fitting(_layouts(view.rows))))
    lines.append(
        _("Worth {value} {quote}, cost {cost}").format(
            value=bold(money(sums.value)), quote=quote, cost=money(sums.cost)
        )
    )
    lines.append(
        _("Unrealised {unrealised} ({percent}) · realised {realised} · 24h {day}").format(
            unrealised=bold(signed_money(sums.unrealised)),
            percent=signed_percent(sums.unrealised_pct),
            realised=signed_money(sums.realised),
            day=signed_money(sums.day),
        )
    )
    lines += _risk(view)
    if view.unpriced:
        names = escape(", ".join(shown(it.symbol).shown for it in view.unpriced))
        lines.append(
            _("Without a price right now, and in no total: {markets}").format(markets=names)
        )
    return "\n".join(lines)


def _risk(view: Overview) -> list[str]:
    """Say what a usual day does, weighted by how far each market usually moves."""
    if view.heaviest is None or view.heaviest.swing is None:
        return []
    sums = view.totals
    carried = share_of(view.heaviest.swing, sums.swing)
    return [
        _(
            "A usual day moves it by up to {swing} ({percent}); {base} carries {share} of that."
        ).format(
            swing=money(sums.swing),
            percent=share(sums.swing_pct),
            base=shown(view.heaviest.holding.symbol).base,
            share=share(carried, 0),
        )
    ]


def _layouts(rows: Sequence[Valued]) -> Iterator[list[str]]:
    """Yield the table from roomy to narrow: exact values, short ones, and no amounts."""
    head = ("", _("amount"), _("value"), "+/-")
    for worth in (money, compact):
        cells = [
            (
                shown(row.holding.symbol).base,
                _short(row.holding.quantity),
                worth(row.value),
                table_percent(row.unrealised_pct),
            )
            for row in rows
        ]
        yield table([head, *cells], "lrrr")
    yield table([(base, value, change) for base, _amount, value, change in [head, *cells]], "lrr")


def _short(quantity: Decimal) -> str:
    exact = price(quantity)
    return exact if len(exact) <= _LONGEST_AMOUNT else compact(quantity)


def empty() -> str:
    """Teach what the portfolio is and how to begin."""
    return "\n".join(
        (
            _("Your portfolio is empty. Write down what you bought, and I keep count:"),
            code("/portfolio add BTC 0.5 @ 61200"),
            code("/portfolio add ETH 2 @ 3100 2026-11-01 fee 4"),
            "",
            _("It is a notebook: I never ask for keys of an exchange, and I cannot trade."),
        )
    )


def holding_card(holding: Holding, row: Valued | None, trades: int) -> str:
    """Return what is held of one market; `row` where it has a price."""
    market = shown(holding.symbol)
    rows = [
        (_("amount"), _narrow(exactly(holding.quantity), holding.quantity)),
        (_("average cost"), _narrow(price(holding.average), holding.average)),
        (_("cost"), _narrow(money(holding.cost), holding.cost)),
    ]
    if row is not None:
        rows += [
            (_("last price"), price(row.price)),
            (_("value"), _narrow(money(row.value), row.value)),
            (_("unrealised"), _narrow(signed_money(row.unrealised), row.unrealised)),
            ("", signed_percent(row.unrealised_pct)),
            ("24h", signed_money(row.day)),
            (_("usual day"), money(row.swing)),
        ]
    rows += [(_("realised"), signed_money(holding.realised)), (_("fees"), money(holding.fees))]
    counted = plural("{count} trade", "{count} trades", trades).format(count=trades)
    title = f"💼 {bold(market.shown)} · {counted}"
    note = italic(_("average cost; fees are part of it"))
    return "\n".join((title, pre(table(rows, "lr", gaps=2)), note))


def _narrow(exact: str, value: Decimal | None) -> str:
    return exact if len(exact) <= _LONGEST_FIGURE else compact(value)
