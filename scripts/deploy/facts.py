"""What is true on AWS around a service, as far as a deployment can trip over it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rule:
    """A listener rule.

    Attributes:
        priority: The lower one is asked first.
        actions: Their types; everything but `forward` keeps ECS from shifting traffic.
        groups: The target groups that it forwards to.
    """

    priority: int
    actions: tuple[str, ...]
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Group:
    """A target group: where its health is asked, and how long it keeps who leaves."""

    health_path: str
    drain_seconds: int


@dataclass(frozen=True, slots=True)
class Pause:
    """A hook that waits for an answer; `action` is what happens when none comes."""

    stages: tuple[str, ...]
    action: str


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """One service.

    Attributes:
        balanced: Whether a load balancer leads to it.
        moving: The label of what moves now; None when nothing does.
        image_found: Whether the registry has the release's image.
        platforms: Architectures that the image says to have; empty where it says none.
        log_groups, secrets: Their names, and whether they are there.
        groups: The blue and the green target group, by name.
        role: Whether ECS was given a role to move the traffic with.
        alarms_red: Alarms of the deployment that are red already.
    """

    name: str
    strategy: str
    bake_minutes: int
    breaker: bool
    pauses: tuple[Pause, ...]
    desired: int
    balanced: bool
    moving: str | None
    architecture: str
    image_found: bool
    platforms: tuple[str, ...] = ()
    log_groups: Mapping[str, bool] = field(default_factory=dict)
    secrets: Mapping[str, bool] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    production: Rule | None = None
    test: Rule | None = None
    role: bool = True
    alarms_red: tuple[str, ...] = ()
