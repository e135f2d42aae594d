"""What a profile uses by the hour and by the month, counted in its templates."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from costs.templates import FOLDER, Resource, form, resources, template

_WEEK = 168
_SERVICES = {"Bot": "telegram-bot", "MarketData": "market-data", "Assistant": "assistant"}
_DAYS = {"MON-FRI": 5}
_CRON = re.compile(r"cron\(0 (\d+) \? \* (\S+) \*\)")


@dataclass(frozen=True, slots=True)
class Task:
    """A service's one task.

    Attributes:
        vcpu, gigabytes: Its size.
        spot: Whether it runs on what AWS has left.
        awake: Share of the week, 0 to 1.
    """

    name: str
    vcpu: Decimal
    gigabytes: Decimal
    spot: bool
    awake: Decimal


@dataclass(frozen=True, slots=True)
class Usage:
    """What costs something.

    Attributes:
        addresses: Public IPv4 addresses, weighed by how long they are held.
        alarm_metrics: Metrics that alarms watch: that is what an alarm is paid by.
        database: Its class; empty for none.
        snapshots: Whether the database is copied to S3 every minute.
    """

    tasks: tuple[Task, ...]
    balancers: int
    addresses: Decimal
    gateways: int
    database: str
    database_gigabytes: Decimal
    secrets: int
    zones: int
    alarm_metrics: int
    metrics: int
    snapshots: bool


def of_cheap(folder: Path = FOLDER) -> Usage:
    """Count the cheap profile."""
    return _counted(("cheap", "cheap-service"), ("production",), private=False, folder=folder)


def of_standard(
    environments: Sequence[str], *, private: bool = False, folder: Path = FOLDER
) -> Usage:
    """Count the standard profile.

    Args:
        environments: production, staging or both.
        private: Tasks in private subnets, behind one NAT gateway.
    """
    names = ("standard-shared", "standard", "standard-services")
    return _counted(names, environments, private=private, folder=folder)


def _counted(
    names: Sequence[str], environments: Sequence[str], *, private: bool, folder: Path
) -> Usage:
    once = [it for name in names if name.endswith("shared") for it in resources(name, folder)]
    each = [it for name in names if not name.endswith("shared") for it in resources(name, folder)]
    each = [it for it in each if it.condition in ("", "Sleeps")]
    found = [*once, *each * len(environments)]
    services = [it for it in each if it.kind == "AWS::ECS::Service"]
    tasks = [_task(it, each, where, folder) for where in environments for it in services]
    balancers = _count(found, "::LoadBalancer")
    held = sum((task.awake for task in tasks), Decimal(0)) if not private else Decimal(1)
    databases = [it for it in found if it.kind == "AWS::RDS::DBInstance"]
    defaults = template(names[0], folder)["Parameters"]
    return Usage(
        tasks=tuple(tasks),
        balancers=balancers,
        addresses=held + 2 * balancers,  # a balancer stands in two zones
        gateways=int(private),
        database=defaults["DatabaseClass"]["Default"] if databases else "",
        database_gigabytes=Decimal(defaults["DatabaseGigabytes"]["Default"] if databases else 0),
        secrets=_count(found, "::Secret") + len(databases),  # RDS keeps one for its owner
        zones=_count(found, "::PrivateDnsNamespace"),
        alarm_metrics=sum(_watched(it) for it in found if it.kind == "AWS::CloudWatch::Alarm"),
        metrics=_count(found, "::MetricFilter"),
        snapshots="keep" in str(form("assistant", folder)) and names[0] == "cheap",
    )


def _count(found: Iterable[Resource], ending: str) -> int:
    return sum(it.kind.endswith(ending) for it in found)


def _watched(alarm: Resource) -> int:
    rows = alarm.properties.get("Metrics")
    return sum("MetricStat" in row for row in rows) if rows else 1


def _task(service: Resource, beside: Sequence[Resource], environment: str, folder: Path) -> Task:
    told = form(_SERVICES[service.name], folder)
    strategy = service.properties.get("CapacityProviderStrategy", [])
    return Task(
        name=f"{environment}-{_SERVICES[service.name]}",
        vcpu=Decimal(told["cpu"]) / 1024,
        gigabytes=Decimal(told["memory"]) / 1024,
        spot=any(row["CapacityProvider"] == "FARGATE_SPOT" for row in strategy),
        awake=_awake(service, beside) if environment == "staging" else Decimal(1),
    )


def _awake(service: Resource, beside: Sequence[Resource]) -> Decimal:
    """Return the share of the week between a service's morning and its evening."""
    for it in beside:
        if it.kind.endswith("::ScalableTarget") and f"{{{service.name}.Name}}" in str(it.body):
            times = [_CRON.fullmatch(row["Schedule"]) for row in it.properties["ScheduledActions"]]
            morning, evening = (match for match in times if match is not None)
            hours = (int(evening[1]) - int(morning[1])) * _DAYS[morning[2]]
            return Decimal(hours) / _WEEK
    return Decimal(1)
