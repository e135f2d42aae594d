"""Where a value comes from and how old it is: told with every answer."""

from datetime import datetime, timedelta
from typing import TypedDict

from common.wire import AsOfKind, Quality
from market_data.catalogue import Offer


class Provenance(TypedDict):
    """The fields of `wire.Sourced`."""

    source: str
    as_of: datetime
    as_of_kind: AsOfKind
    age_ms: int
    stale: bool
    quality: Quality


def provenance(
    offer: Offer, at: datetime, stale: bool, quality: Quality | None = None
) -> Provenance:
    """Say what stands behind a value of `offer` that was true at `at`.

    Args:
        quality: Where several sources were heard; else the provider's own.

    The age is told by the provider's own clock: a recording at its own time is not old.
    """
    provider = offer.provider
    age = (provider.now(offer.listing.symbol) - at) // timedelta(milliseconds=1)
    return Provenance(
        source=provider.name,
        as_of=at,
        as_of_kind=provider.as_of_kind,
        age_ms=max(0, age),
        stale=stale,
        quality=quality or provider.quality,
    )
