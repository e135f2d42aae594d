"""How each provider is doing, in the words of the wire."""

from common.wire import ProviderState
from market_data.guarded import Guarded
from market_data.providers import Provider


def state_of(provider: Provider) -> ProviderState:
    """Say what `/v1/providers` says of one provider; one without a guard is always asked."""
    if not isinstance(provider, Guarded):
        return ProviderState(name=provider.name, quality=provider.quality, breaker="closed")
    guard, tally = provider.guard, provider.guard.tally
    return ProviderState(
        name=provider.name,
        quality=provider.quality,
        breaker=guard.breaker.state,
        retry_in_s=round(guard.breaker.left, 1) or None,
        in_flight=guard.bulkhead.in_flight,
        waiting=guard.bulkhead.waiting,
        answers=tally.count("ok"),
        failures=tally.count("failed", "slow"),
        kept_back=tally.count("busy", "barred"),
        last_success=tally.last_success,
        last_failure=tally.failed_at,
        last_error=tally.last_error,
        latency_ms=None if tally.latency is None else round(tally.latency * 1_000),
        limited_ms=round(provider.waited * 1_000),
    )
