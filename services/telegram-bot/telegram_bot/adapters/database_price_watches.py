"""Price watches that are no messages: stops, targets and whatever else a price shall set off.

A part of the bot that wants to act when a price is touched, such as paper trading, does two things:

1. In the transaction that makes its own rows it calls `put(connection, watch, now)`. A watch has
   the part's `purpose` (for example `paper`) and a `subject` that the part chooses (`17.stop`);
   putting the same subject again moves the watch, `drop` takes it away.
2. It registers a `Reaction` for its purpose: `database.opened(..., reactions={"paper": react})`.
   The engine calls it in the transaction that ends the watch, once and for good, at the holder of
   the lease and fenced by its epoch. What it writes there is as certain as the touch itself, and it
   may put new watches. It must not be slow, and must not raise for what is not there any more.

`Fire.price` is the market's price when the touch was seen, and `Fire.at` when that was. For a touch
that was found in a candle (a wick, or after downtime) the price is the candle's close: fill at
`alert.rule.threshold` then, or at the candle's open where that is beyond it already. A trailing
stop is a watch that its part moves: put it again at each closed candle.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlalchemy import Connection, delete

from telegram_bot.adapters.database_alert_rows import values_of
from telegram_bot.adapters.database_alert_tables import alerts
from telegram_bot.adapters.database_tables import insert_of
from telegram_bot.alerts.rules import PRICE, Alert, Rule


@dataclass(frozen=True, slots=True)
class PriceWatch:
    """A price to be touched once.

    Attributes:
        symbol: `BASE-QUOTE`.
        direction: `up`: touched at `threshold` or above; `down`: at it or below.
        chat, user: Whose it is.
        step: The market's tick.
    """

    purpose: str
    subject: str
    chat: int
    user: int
    symbol: str
    direction: Literal["up", "down"]
    threshold: Decimal
    step: Decimal


def put(connection: Connection, watch: PriceWatch, now: float) -> None:
    """Watch for a touch from `now` on; a price that is beyond already touches at the next look."""
    rule = Rule(watch.symbol, PRICE, watch.direction, watch.threshold)
    alert = Alert(0, watch.chat, watch.user, 0, rule, "armed", now, now, watch.step)
    values = {**values_of(alert), "chat": watch.chat, "user_id": watch.user, "edited_at": now}
    row = insert_of(connection)(alerts).values(
        purpose=watch.purpose, subject=watch.subject, version=0, **values
    )
    again = {**values, "version": alerts.c.version + 1}
    connection.execute(
        row.on_conflict_do_update(index_elements=[alerts.c.purpose, alerts.c.subject], set_=again)
    )


def drop(connection: Connection, purpose: str, subject: str) -> None:
    """Stop watching; what is not watched is passed over."""
    gone = delete(alerts).where(alerts.c.purpose == purpose, alerts.c.subject == subject)
    connection.execute(gone)
