"""What operators ask: health, version, the state of providers."""

from datetime import datetime
from typing import Literal

import msgspec

from common.wire.sourced import Quality

Breaker = Literal["closed", "open", "half_open"]


class ProviderState(msgspec.Struct, kw_only=True, frozen=True):
    """How one provider is doing.

    Attributes:
        breaker: `closed` is asked, `open` is left alone for `retry_in_s` seconds, `half_open` is
            tried with one call.
        in_flight, waiting: Calls right now.
        answers, failures: Calls so far that went out, each attempt by itself.
        kept_back: Calls so far that did not go out: it was left alone, or too many waited.
        last_error: What went wrong last, at `last_failure`.
        latency_ms: Of its answers, smoothed over the last few.
        limited_ms: How long calls have waited so far to stay within its limits.
    """

    name: str
    quality: Quality
    breaker: Breaker
    retry_in_s: float | None = None
    in_flight: int = 0
    waiting: int = 0
    answers: int = 0
    failures: int = 0
    kept_back: int = 0
    last_success: datetime | None = None
    last_failure: datetime | None = None
    last_error: str | None = None
    latency_ms: int | None = None
    limited_ms: int = 0


class ProvidersReply(msgspec.Struct, kw_only=True, frozen=True):
    """`GET /v1/providers`: in the order in which they are asked."""

    providers: list[ProviderState]


class Version(msgspec.Struct, kw_only=True, frozen=True):
    """`GET /version` of every program that listens.

    Attributes:
        digest: Of the image; empty where nobody told it.
    """

    program: str
    version: str
    revision: str
    environment: str
    digest: str = ""


class Health(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """`GET /healthz` and `/readyz`: `ok`, else reasons.

    Attributes:
        providers: With `/readyz` the breaker of each; one that is open alone makes nothing unready.
    """

    status: Literal["ok", "unready"]
    reasons: list[str]
    providers: dict[str, Breaker] = {}
