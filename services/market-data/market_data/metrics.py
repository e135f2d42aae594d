"""`/metrics`: what has been counted, in the text format of Prometheus.

The counting is done where things happen, with plain numbers; here they only get their names. So a
request costs an addition, and the library is loaded at the first scrape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from market_data.guarded import Guarded
from market_data.market import Markets
from market_data.requests_seen import RequestsSeen
from market_data.resilience.histogram import Histogram

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import HistogramMetricFamily, Metric

STATES = {"closed": 0.0, "half_open": 1.0, "open": 2.0}


class Metrics:
    """The exposition of one running service."""

    def __init__(self, markets: Markets, requests: RequestsSeen, version: str) -> None:
        self._markets = markets
        self._requests = requests
        self._version = version
        self._registry: CollectorRegistry | None = None

    def text(self) -> tuple[bytes, str]:
        """Return the page and its media type."""
        from prometheus_client import (
            CONTENT_TYPE_LATEST,
            CollectorRegistry,
            ProcessCollector,
            generate_latest,
        )

        if self._registry is None:
            self._registry = CollectorRegistry()
            self._registry.register(self)
            ProcessCollector(registry=self._registry)
        return generate_latest(self._registry), CONTENT_TYPE_LATEST

    def collect(self) -> Iterable[Metric]:
        """All families; called by the library at a scrape."""
        from prometheus_client.core import InfoMetricFamily

        yield InfoMetricFamily("md_build", "What runs.", {"version": self._version})
        yield from self._upstream()
        yield from self._answers()
        yield from self._http()

    def _upstream(self) -> Iterable[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        guarded = [one for one in self._markets.providers if isinstance(one, Guarded)]
        calls = CounterMetricFamily(
            "md_upstream_requests",
            "Calls to providers; busy and barred ones were not sent.",
            labels=["provider", "op", "outcome"],
        )
        latency = _histogram(
            "md_upstream_latency_seconds", "How long calls took.", ["provider", "op"]
        )
        state = GaugeMetricFamily(
            "md_breaker_state", "0 closed, 1 half open, 2 open.", labels=["provider"]
        )
        waited = CounterMetricFamily(
            "md_bucket_wait_seconds", "Waited to stay within limits.", labels=["provider"]
        )
        for provider in guarded:
            tally = provider.guard.tally
            for (op, outcome), count in sorted(tally.outcomes.items()):
                calls.add_metric([provider.name, op, outcome], count)
            for op, histogram in sorted(tally.latencies.items()):
                _add(latency, [provider.name, op], histogram)
            state.add_metric([provider.name], STATES[provider.guard.breaker.state])
            waited.add_metric([provider.name], provider.waited)
        yield from (calls, latency, state, waited)

    def _answers(self) -> Iterable[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        quotes = self._markets.quotes
        age = GaugeMetricFamily(
            "md_data_age_seconds", "Age of the price told last.", labels=["symbol"]
        )
        for symbol, seconds in quotes.ages().items():
            age.add_metric([symbol], seconds)
        yield age
        deviation = _histogram(
            "md_source_deviation_bps", "How far a source lies from the price told.", ["provider"]
        )
        for provider, histogram in sorted(quotes.deviations.items()):
            _add(deviation, [provider], histogram)
        yield deviation
        cache = "Tickers by what they cost: nothing, a call behind them, or waiting for it."
        yield _counter("md_cache", cache, "result", quotes.hearing.served)
        for name, text, count in (
            ("md_candle_revisions", "Closed candles that changed.", self._markets.history.revised),
            ("md_candle_gaps", "Outages found in candles.", self._markets.history.outages),
            ("md_singleflight_shared", "Questions answered by another's call.", quotes.shared),
            ("md_jumps_held_back", "Prices of one source not believed.", quotes.held_back),
        ):
            yield CounterMetricFamily(name, text, value=count)

    def _http(self) -> Iterable[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        seen = self._requests
        answered = CounterMetricFamily(
            "md_http_requests", "Requests answered.", labels=["route", "status"]
        )
        for (route, status), count in sorted(seen.answered.items()):
            answered.add_metric([route, str(status)], count)
        seconds = _histogram("md_http_request_seconds", "How long answers took.", ["route"])
        for route, histogram in sorted(seen.seconds.items()):
            _add(seconds, [route], histogram)
        yield from (answered, seconds)
        yield GaugeMetricFamily("md_http_in_flight", "Requests right now.", value=seen.in_flight)
        yield _counter("md_http_bodies", "Bodies kept, made or not sent.", "result", seen.kept)


def _counter(name: str, text: str, label: str, counts: Mapping[str, int]) -> Metric:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in sorted(counts.items()):
        family.add_metric([value], count)
    return family


def _histogram(name: str, text: str, labels: list[str]) -> HistogramMetricFamily:
    from prometheus_client.core import HistogramMetricFamily

    return HistogramMetricFamily(name, text, labels=labels)


def _add(family: HistogramMetricFamily, labels: list[str], histogram: Histogram) -> None:
    total, buckets = 0, []
    for bound, count in zip((*histogram.bounds, "+Inf"), histogram.counts, strict=True):
        total += count
        buckets.append((str(bound), float(total)))
    family.add_metric(labels, buckets=buckets, sum_value=histogram.total)
