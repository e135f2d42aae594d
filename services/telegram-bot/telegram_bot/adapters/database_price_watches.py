"""Price watches that are no messages: stops, targets and whatever else a price shall set off.

A part of the bot that wants to act when a price is touched, such as paper trading, does two things:

1. In the transaction that changes its own rows it calls `keep` with all the watches that a chat has
   from now on. A watch has the part's `purpose` (for example `paper`) and a `subject` that the part
   chooses; one that stands at the same price as before goes on undisturbed.
2. It registers a `Reaction` for its purpose. The engine calls it in the transaction that ends the
   watch, once and for good, at the holder of the lease and fenced by its epoch. What it writes is
   as certain as the touch itself, and it may keep watches anew. It must not be slow, and must not
   raise for what is not there any more.

`Fire.look` is what was seen: a price, or a candle with its extremes (a wick, or after downtime).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlalchemy import Connection, delete, or_

from telegram_bot.adapters.database_alert_rows import values_of
from telegram_bot.adapters.database_alert_tables import alerts
from telegram_bot.adapters.database_tables import insert_of
from telegram_bot.alerts.rules import Alert, Measure, Rule


@dataclass(frozen=True, slots=True)
class PriceWatch:
    """A price to be touched once.

    Attributes:
        symbol: `BASE-QUOTE`.
        measure: The price that all exchanges agree on, or that of one.
        direction: `up`: touched at `threshold` or above; `down`: at it or below.
        step: The market's tick.
    """

    subject: str
    symbol: str
    measure: Measure
    direction: Literal["up", "down"]
    threshold: Decimal
    step: Decimal


def keep(
    connection: Connection,
    purpose: str,
    chat: int,
    watches: Sequence[PriceWatch],
    *,
    since: float,
    now: float,
) -> None:
    """Let these be all the watches that a chat has for a purpose.

    Args:
        since: What the market does from then on touches those that are new, or have moved.
    """
    mine = (alerts.c.purpose == purpose, alerts.c.chat == chat)
    kept = [watch.subject for watch in watches]
    connection.execute(delete(alerts).where(*mine, alerts.c.subject.not_in(kept)))
    for watch in watches:
        rule = Rule(watch.symbol, watch.measure, watch.direction, watch.threshold)
        alert = Alert(0, chat, chat, 0, rule, "armed", since, since, watch.step)
        values = {**values_of(alert), "chat": chat, "user_id": chat, "edited_at": now}
        row = insert_of(connection)(alerts).values(
            purpose=purpose, subject=watch.subject, version=0, **values
        )
        again = {**values, "version": alerts.c.version + 1}
        moved = or_(alerts.c.threshold != values["threshold"], alerts.c.state != "armed")
        names = [alerts.c.purpose, alerts.c.subject]
        connection.execute(row.on_conflict_do_update(index_elements=names, set_=again, where=moved))
