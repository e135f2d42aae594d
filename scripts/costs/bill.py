"""Usage times prices: a month's bill, line by line, as the least and the most it can be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from costs.prices import Prices
from costs.usage import Task, Usage

FREE_ALARM_METRICS = 10
FREE_METRICS = 10
FREE_LOG_GIGABYTES = 5
_NOTHING = Decimal(0)
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Line:
    """Dollars a month for one thing; the same twice where nothing moves."""

    what: str
    least: Decimal
    most: Decimal


def bill(usage: Usage, prices: Prices) -> list[Line]:
    """Return what costs anything, and last the sum, called `month`."""
    lines = [line for line in _lines(usage, prices) if line.most]
    least, most = (sum((getattr(it, end) for it in lines), _NOTHING) for end in ("least", "most"))
    return [*lines, Line("month", least, most)]


def _lines(usage: Usage, prices: Prices) -> Iterator[Line]:
    hours, of = prices.hours, prices.of
    yield _fargate(usage.tasks, prices)
    balancer = of("balancer", "hour") + of("assumed", "lcu") * of("balancer", "lcu_hour")
    yield _fixed("load balancer", usage.balancers * hours * balancer)
    yield _fixed("public IPv4 addresses", usage.addresses * hours * of("network", "ipv4_hour"))
    through = of("assumed", "nat_gigabytes") * of("network", "nat_gigabyte")
    yield _fixed("NAT gateway", usage.gateways * (hours * of("network", "nat_hour") + through))
    if usage.database:
        stored = usage.database_gigabytes * of("database", "gigabyte_month")
        yield _fixed("PostgreSQL", hours * of("database", usage.database) + stored)
    yield _fixed("secrets", usage.secrets * of("secrets", "secret_month"))
    yield _fixed("name of market-data", usage.zones * of("network", "private_zone_month"))
    yield _fixed("snapshots", _snapshots(prices) if usage.snapshots else _NOTHING)
    images = of("assumed", "image_gigabytes") * of("storage", "ecr_gigabyte_month")
    yield _fixed("images", images)
    yield _fixed("logs and alarms", _watching(usage, prices))


def _fixed(what: str, dollars: Decimal) -> Line:
    return Line(what, dollars, dollars)


def _fargate(tasks: Sequence[Task], prices: Prices) -> Line:
    off_least, off_most = prices.spot_off()
    least = most = _NOTHING
    for task in tasks:
        hourly = task.vcpu * prices.of("fargate_arm", "vcpu_hour")
        hourly += task.gigabytes * prices.of("fargate_arm", "gigabyte_hour")
        month = hourly * prices.hours * task.awake
        least += month * (1 - off_most) if task.spot else month
        most += month * (1 - off_least) if task.spot else month
    return Line("Fargate", least, most)


def _snapshots(prices: Prices) -> Decimal:
    """One a minute; a day of them is kept."""
    puts = prices.hours * _MINUTES / 1000 * prices.of("storage", "s3_thousand_puts")
    kept = prices.of("assumed", "snapshot_megabytes") / 1000 * 24 * _MINUTES
    return puts + kept * prices.of("storage", "s3_gigabyte_month")


def _watching(usage: Usage, prices: Prices) -> Decimal:
    logs = max(_NOTHING, prices.of("assumed", "log_gigabytes") - FREE_LOG_GIGABYTES)
    return (
        max(0, usage.alarm_metrics - FREE_ALARM_METRICS)
        * prices.of("watching", "alarm_metric_month")
        + max(0, usage.metrics - FREE_METRICS) * prices.of("watching", "metric_month")
        + logs * prices.of("watching", "logs_gigabyte")
    )
