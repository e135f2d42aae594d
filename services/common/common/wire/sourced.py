"""Where a value comes from: what every reply with a value carries."""

from datetime import datetime
from typing import Literal

import msgspec

Quality = Literal["consensus", "single", "disputed", "simulated", "recorded"]
AsOfKind = Literal["exchange", "received", "clock"]


class Sourced(msgspec.Struct, kw_only=True, frozen=True):
    """Where a value comes from and how old it is.

    Attributes:
        source: Name of the provider, for example `coinbase`.
        as_of: When the value was true.
        as_of_kind: Whose clock said so: the exchange's, ours on receipt, or a recording's.
        age_ms: Milliseconds between `as_of` and this reply; 0 for a recording at its own clock.
        stale: True when it is older than a fresh answer may be and was served for want of a better.
        quality: What stands behind it; simulated and recorded values are never market prices.
    """

    source: str
    as_of: datetime
    as_of_kind: AsOfKind
    age_ms: int
    stale: bool
    quality: Quality
