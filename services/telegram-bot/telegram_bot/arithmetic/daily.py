"""What becomes of a digest once its time has come: sent, or given up, and when the next one is."""

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from telegram_bot.arithmetic.exact import less, quotient
from telegram_bot.arithmetic.local_time import next_instant
from telegram_bot.digests import Digest

LATEST = timedelta(hours=2)  # one that is later than that is not sent any more
MARKED_LATE = timedelta(minutes=2)  # one that is later than that says so


def in_days(level: Decimal, price: Decimal, atr: Decimal) -> Decimal | None:
    """Return how many usual days' moves a level is away; None where nothing moves."""
    return quotient(abs(less(level, price)), atr) if atr else None


def is_due(digest: Digest, now: datetime) -> bool:
    return digest.due <= now


def is_too_late(digest: Digest, now: datetime) -> bool:
    return now - digest.due > LATEST


def is_late(digest: Digest, now: datetime) -> bool:
    return now - digest.due > MARKED_LATE


def following(digest: Digest, zone: tzinfo, now: datetime) -> Digest:
    """Return the digest after this one was sent or given up; it may be due already.

    The next one may be of today, where this one waited for days.
    """
    after = max(digest.due, now - LATEST)
    due, day = next_instant(digest.at, digest.weekdays, zone, after, last=digest.day)
    return replace(digest, zone=str(zone), due=due, day=day, last=digest.day)


def moved(digest: Digest, zone: tzinfo, now: datetime) -> Digest:
    """Return the digest of somebody who lives in `zone` by now, or wants another time of day."""
    due, day = next_instant(digest.at, digest.weekdays, zone, now, last=digest.last)
    return replace(digest, zone=str(zone), due=due, day=day)
