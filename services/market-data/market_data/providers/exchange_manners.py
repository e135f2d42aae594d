"""How an exchange wants to be asked, and what its refusals mean for whoever asks next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any

_SOON = 1.0  # seconds, after being told to slow down without being told for how long
_LATER = 5.0  # after a fault of the server
_LONG = 3_600.0  # after being turned away for who we are or where we come from
_LONGEST = 3 * 86_400.0  # a ban that Binance announces
_TURNED_AWAY = (403, 418, 451)


class NotFound(Exception):
    """The exchange answers, and does not have it."""


class Kind(Enum):
    """What a refusal is about."""

    MISSING = auto()  # what we asked for
    TOO_MANY = auto()  # how often we ask
    TURNED_AWAY = auto()  # who we are, or where we come from
    FAULT = auto()  # the exchange itself


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the body of an answer says went wrong.

    Attributes:
        said: In the exchange's own words.
        kind: None where the status says it.
        wait: Seconds until asking again makes sense; None where the body does not say.
    """

    said: str = ""
    kind: Kind | None = None
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Manners:
    """How an exchange is asked and how it refuses.

    Attributes:
        rate, burst: Tokens a second, and after a quiet spell; what a call costs is the call's.
        complaint: Reads a status and a body, which is None where it is no JSON.
        used: Header in which the exchange counts the tokens of the running minute.
        a_minute: Tokens that we allow ourselves of those.
        in_flight: Calls under way, at most.
    """

    name: str
    rate: float
    burst: float
    complaint: Callable[[int, Any], Complaint | None]
    used: str = ""
    a_minute: float = 0.0
    in_flight: int = 4


def kind_of(status: int, complaint: Complaint) -> Kind:
    """Sort a refusal. Being turned away wins: a ban may come with the words of a limit."""
    if status in _TURNED_AWAY:
        return Kind.TURNED_AWAY
    if complaint.kind is not None:
        return complaint.kind
    return Kind.TOO_MANY if status == 429 else Kind.FAULT


def seconds_to_wait(kind: Kind, complaint: Complaint, retry_after: str, now: datetime) -> float:
    """Return after how long asking again makes sense.

    Args:
        retry_after: The header, of seconds or a date; it wins. At most an hour is believed, or
            three days of a ban.
    """
    asked = _read(retry_after.strip(), now)
    if asked is not None:
        return min(asked, _LONGEST if kind is Kind.TURNED_AWAY else _LONG)
    if complaint.wait is not None:
        return complaint.wait
    return {Kind.TOO_MANY: _SOON, Kind.TURNED_AWAY: _LONG}.get(kind, _LATER)


def _read(text: str, now: datetime) -> float | None:
    """Seconds that the header asks for; None where it is empty or makes no sense."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    at = read_date(text)
    return None if at is None else max((at - now).total_seconds(), 0.0)


def read_date(text: str) -> datetime | None:
    """Read a date as HTTP writes it; None where that makes no sense."""
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
